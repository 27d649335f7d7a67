// What completion takes besides the text, and what it gives: plain values, so that the editor, the language server and
// the tests share one engine.

/// One way to go on.
package struct Completion: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case keyword, variable, function, module, method, field, argument, command, file, folder, value
    }

    /// What replaces the text from the list's start to the cursor.
    package var text: String
    /// One line on what it is; may be empty.
    package var summary: String
    package var kind: Kind

    package init(_ text: String, _ summary: String = "", kind: Kind) {
        self.text = text
        self.summary = summary
        self.kind = kind
    }
}

/// The ways to go on at a cursor, sorted, without duplicates.
package struct CompletionList: Sendable, Equatable {
    /// The byte offset where the replaced text starts; the cursor is its end.
    package var start: Int
    package var items: [Completion]

    package init(start: Int, items: [Completion]) {
        self.start = start
        self.items = items
    }

    /// What all items start with: more than what is written already, or as much.
    package var commonPrefix: String {
        guard var prefix = items.first?.text else { return "" }
        for item in items.dropFirst() { prefix = prefix.commonPrefix(with: item.text) }
        return prefix
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        var end = startIndex
        var place = other.startIndex
        while end < endIndex, place < other.endIndex, self[end] == other[place] {
            formIndex(after: &end)
            other.formIndex(after: &place)
        }
        return String(self[..<end])
    }
}

/// What a session knows and the catalog does not: its globals, the fields that their values have, recent ids. A
/// copy, made after each input, so that completion never waits for the interpreter.
package struct LiveNames: Sendable {
    package struct Global: Sendable {
        package var name: String
        /// Such as `let · record` or `fn(a, b)`.
        package var summary: String
        /// The value's type, where it is known.
        package var type: String?
        /// The fields of a record; of a list of records, those of its items.
        package var fields: [String]
        /// For a declared function: its parameters' names.
        package var parameters: [String]
        /// For an imported file: what it shows.
        package var members: [Global] = []

        package init(
            _ name: String, summary: String = "", type: String? = nil, fields: [String] = [], parameters: [String] = []
        ) {
            self.name = name
            self.summary = summary
            self.type = type
            self.fields = fields
            self.parameters = parameters
        }
    }

    /// `_` among them, where there was a value.
    package var globals: [Global]
    /// Ids and emails of the last results, newest first.
    package var recentTexts: [String]

    package init(globals: [Global] = [], recentTexts: [String] = []) {
        self.globals = globals
        self.recentTexts = recentTexts
    }

    package func global(_ name: String) -> Global? { globals.first { $0.name == name } }
}

/// A REPL command, such as `:help`, for completion and for its own help.
package struct CommandName: Sendable, Equatable {
    /// With its colon.
    package var name: String
    /// What follows it: `[NAME]`, `FILE`, or nothing.
    package var argument: String
    package var summary: String

    package init(_ name: String, _ argument: String, _ summary: String) {
        self.name = name
        self.argument = argument
        self.summary = summary
    }
}

/// One entry of a folder.
package struct FolderEntry: Sendable, Equatable {
    package var name: String
    package var isFolder: Bool

    package init(_ name: String, isFolder: Bool) {
        self.name = name
        self.isFolder = isFolder
    }
}

/// Looks into the folder of that path (`""` is the current one); gives nothing where it cannot.
package typealias FolderListing = @Sendable (_ folder: String) -> [FolderEntry]
