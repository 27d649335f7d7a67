// Runs of the past: those of a script that are unfinished, and one by its name. A run's folder is locked as long as a process works
// in it, and death unlocks it.

import JSONBytes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A run of the past, locked, with its journal.
package struct FoundRun: Sendable {
    package let folder: RunFolder
    package let journal: Journal
    package let header: RunHeader

    /// - Parameter path: the run's folder.
    /// - Throws: where another process works in it, or its journal cannot be read.
    package init(path: String) throws(BatchError) {
        guard access(path, F_OK) == 0 else { throw BatchError(.io, code: "NO_JOURNAL", "there is no run '\(path)'") }
        folder = try RunFolder(existing: path)
        guard access("\(path)/\(Journal.fileName)", F_OK) == 0 else {
            throw BatchError(.io, code: "NO_JOURNAL", "'\(path)' is no run that can go on: it has no \(Journal.fileName)")
        }
        journal = try Journal(path: "\(path)/\(Journal.fileName)", hasPast: true)
        guard let header = try journal.header() else {
            throw BatchError(.io, code: "NO_JOURNAL", "'\(path)' is no run that can go on: it ended before it had begun")
        }
        self.header = header
    }

    /// The newest run of a script on a target whose state is one of these; nil where there is none.
    /// - Parameters:
    ///   - parent: the folder of all runs.
    ///   - name: what the run's folder is called after.
    package static func newest(
        _ header: RunHeader, in states: Set<RunMark.State>, parent: String, name: String
    ) -> String? {
        let marks = Set(states.map { RunMark(header, $0).text })
        let ending = "-\(RunFolder.plainName(name))"
        let names = folders(in: parent).filter { folder in
            if folder.hasSuffix(ending) { return true }
            // A second run of the same second has a number behind its name.
            let digits = folder.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
            return digits > 0 && folder.dropLast(digits).hasSuffix(ending + "-")
        }
        return names.sorted(by: >).lazy.map { "\(parent)/\($0)" }.first { RunMark.read(in: $0).map(marks.contains) == true }
    }

    private static func folders(in parent: String) -> [String] {
        guard let listing = opendir(parent) else { return [] }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}

/// What tells a run without opening its journal: a line in a file of its folder, with a digest of script and target, and how it stands.
package struct RunMark: Sendable {
    package enum State: String, Sendable {
        case unfinished, finished
        /// Running its script again may make users twice.
        case finishedWithCreates = "finished, created"
    }

    private static let name = "run"
    let text: String

    init(_ header: RunHeader, _ state: State) {
        text = "\(KeyDigest("\(header.identity)\n\(header.target)").hexadecimal) \(state.rawValue)"
    }

    func write(in folder: RunFolder) throws(BatchError) { try folder.replace(Self.name, with: Array((text + "\n").utf8)) }

    /// nil where the run has none.
    static func read(in path: String) -> String? {
        guard let file = fopen("\(path)/\(name)", "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 80)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count).prefix { $0 != 0x0A }, as: UTF8.self)
    }
}
