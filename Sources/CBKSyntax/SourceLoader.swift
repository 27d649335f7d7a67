// Where imported files come from, as a protocol: the file system in the program, texts in tests and editors. A loader
// finds a file and reads it; what the text means is not its business.

/// Why a file cannot be imported.
package struct ImportError: Error, Sendable {
    package enum Kind: Sendable {
        /// Not there, or not to be read as a text.
        case unreadable
        /// Not within the folder that imports stay in.
        case outside
    }

    package var kind: Kind
    /// What follows "cannot import 'lib/plans.cbk': ".
    package var message: String
    package var hint: String?

    package init(_ kind: Kind, _ message: String, hint: String? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }
}

/// A file that an import means.
package struct SourceLocation: Sendable {
    /// The same for every way to write the file's path.
    package var id: String
    /// What diagnostics call it.
    package var name: String

    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

package protocol SourceLoader: Sendable {
    /// The id of the program's own text, if that is a file which others could import.
    var programID: String? { get }

    /// Finds the file that an import means.
    ///
    /// - Parameters:
    ///   - path: as written, relative to the importing file.
    ///   - importer: that file's id; nil for the program's own text.
    func locate(_ path: String, from importer: String?) throws(ImportError) -> SourceLocation

    /// The bytes of a file that was located.
    func read(_ location: SourceLocation) throws(ImportError) -> [UInt8]
}

/// For texts of the program's own making: nothing can be imported.
package struct NoSources: SourceLoader {
    package init() {}
    package var programID: String? { nil }

    package func locate(_ path: String, from importer: String?) throws(ImportError) -> SourceLocation {
        throw ImportError(.unreadable, "there are no files here")
    }

    package func read(_ location: SourceLocation) throws(ImportError) -> [UInt8] {
        throw ImportError(.unreadable, "there are no files here")
    }
}
