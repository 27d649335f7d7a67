// Files as texts in memory, for what imports them.

import CBKSyntax
import Synchronization

/// A class: it counts what is read.
final class TextSources: SourceLoader {
    private let files: [String: String]
    let programID: String?
    private let reads = Mutex<[String]>([])

    init(_ files: [String: String], programID: String? = nil) {
        self.files = files
        self.programID = programID
    }

    /// The files that were read, in order.
    var read: [String] { reads.withLock { $0 } }

    func locate(_ path: String, from importer: String?) throws(ImportError) -> SourceLocation {
        guard !path.hasPrefix("/") else { throw ImportError(.outside, "it is outside") }
        var parts = importer?.split(separator: "/").dropLast().map(String.init) ?? []
        for part in path.split(separator: "/") {
            if part == ".." {
                guard parts.popLast() != nil else { throw ImportError(.outside, "it is outside") }
            } else if part != "." {
                parts.append(String(part))
            }
        }
        let id = parts.joined(separator: "/")
        guard files[id] != nil else { throw ImportError(.unreadable, "there is no such file", hint: "look again") }
        return SourceLocation(id: id, name: id)
    }

    func read(_ location: SourceLocation) throws(ImportError) -> [UInt8] {
        reads.withLock { $0.append(location.id) }
        return Array((files[location.id] ?? "").utf8)
    }
}
