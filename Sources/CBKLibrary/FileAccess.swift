// Which files a script may touch: those under its own folder or the current one, what `path` parameters name, and
// what --allow-path adds; never `.env*` files, cbk's own folder or run folders. Paths are resolved through links.

import CBKRuntime
import Foundation
import Synchronization

package struct FileAccess: Sendable {
    /// Absolute folders or files, resolved.
    package var allowed: [String]
    /// Files that the command line names, resolved: also in a run's folder, such as a failed.csv to import again.
    package var named: [String]
    /// Absolute folders that no script reads, resolved.
    package var refused: [String]
    package var currentFolder: String

    package init(allowed: [String], named: [String] = [], refused: [String], currentFolder: String) {
        self.allowed = allowed.map { FileAccess.resolved($0) }
        self.named = named.map { FileAccess.resolved($0) }
        self.refused = refused.map { FileAccess.resolved($0) }
        self.currentFolder = currentFolder
    }

    /// The absolute path behind what a script wrote.
    package func path(_ written: String, of function: String) throws(ScriptError) -> String {
        if written.isEmpty { throw ScriptError(.value, "\(function)() needs a path, not an empty text", code: "E0601") }
        if written.utf8.contains(0) { throw ScriptError(.value, "a path holds no NUL character", code: "E0601") }
        let absolute = written.hasPrefix("/") ? written : currentFolder + "/" + written
        let resolved = FileAccess.resolved(absolute)
        let name = resolved.split(separator: "/").last.map(String.init) ?? ""
        if named.contains(resolved), !name.hasPrefix(".env"), name != "secrets.csv" { return resolved }
        let isInRun = resolved.split(separator: "/").contains("cbk-runs")
        if name.hasPrefix(".env") || isInRun || refused.contains(where: { FileAccess.isInside(resolved, $0) }) {
            throw ScriptError(.io, "'\(written)' is out of bounds for scripts: it may hold secrets", code: "E0602")
        }
        guard allowed.contains(where: { FileAccess.isInside(resolved, $0) }) else {
            throw ScriptError(
                .io, "'\(written)' is outside the script's folder and the current one; --allow-path PATH allows it",
                code: "E0602")
        }
        return resolved
    }

    private static func isInside(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
    }

    /// Without links and dots; of a file that does not exist yet, its folder is resolved.
    static func resolved(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let url = URL(fileURLWithPath: path).standardizedFileURL
        if let folder = realpath(url.deletingLastPathComponent().path, nil) {
            defer { free(folder) }
            let base = String(cString: folder)
            return (base == "/" ? "" : base) + "/" + url.lastPathComponent
        }
        return url.path
    }

    /// A failed system call on a file as an error that names it, as `title` has it: in quotes.
    package static func failure(_ action: String, _ title: String, _ number: Int32) -> ScriptError {
        ScriptError(.io, "cannot \(action) \(title): \(String(cString: strerror(number)).lowercased())", code: "E0603")
    }

    /// A byte order mark of UTF-8: no part of the text.
    static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// - Parameter most: the budget of one value, in bytes.
    static func read(_ path: String, title: String, most: Int) throws(ScriptError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", title, errno) }
        defer { close(descriptor) }
        return try readToEnd(descriptor, title: title, most: most)
    }

    static func readToEnd(_ descriptor: Int32, title: String, most: Int) throws(ScriptError) -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = Foundation.read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", title, errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: block[0..<count])
            guard bytes.count <= most else {
                throw ScriptError(
                    .limit, "\(title) is over the budget of \(most) bytes for one value (--max-value)", code: "E0504",
                    isCatchable: false)
            }
        }
    }
}

/// Writes a file beside its place and moves it there when it is whole, so that a reader never sees half of it.
package final class FileReplacement: @unchecked Sendable {
    // One task at a time uses it: the writer's calls come one after another.
    private static let count = Atomic(0)
    private let path: String
    private let shown: String
    private let part: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    package init(path: String, shown: String) throws(ScriptError) {
        self.path = path
        self.shown = shown
        // Several items of a batch may write one file: the last whole one stays.
        part = "\(path).\(getpid())-\(FileReplacement.count.add(1, ordering: .relaxed).newValue).part"
        descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw FileAccess.failure("write", "'\(shown)'", errno) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(part)
    }

    package func write(_ bytes: some Sequence<UInt8>) throws(ScriptError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 1 << 18 { try flush() }
    }

    private func flush() throws(ScriptError) {
        var offset = 0
        while offset < buffer.count {
            let count = buffer[offset...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileAccess.failure("write", "'\(shown)'", errno) }
            offset += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    package func commit() throws(ScriptError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw FileAccess.failure("write", "'\(shown)'", errno) }
        close(descriptor)
        descriptor = -1
        guard rename(part, path) == 0 else {
            let number = errno
            unlink(part)
            throw FileAccess.failure("write", "'\(shown)'", number)
        }
    }
}
