// Inputs of earlier sessions, in a file of their own: one entry a line, `\n` for a line feed inside and `\\` for a
// backslash, newest last. The file is private (0600), appended under a lock, and cut to a number of entries. What
// cannot be kept in the file is kept in memory; nothing here is worth an error.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A class: it stands for the file. Used on the reader's thread only.
package final class History {
    /// Entries of the file and of this session, oldest first.
    package private(set) var entries: [String] = []

    private let path: String?
    private let limit: Int
    private var last: String?

    /// An entry longer than this is not kept: a pasted file is no command.
    private static let longestEntry = 64 * 1024

    /// - Parameters:
    ///   - path: the file; nil keeps everything in memory.
    ///   - limit: entries kept.
    package init(path: String?, limit: Int = 10_000) {
        self.path = path
        self.limit = limit
        load()
    }

    /// Adds one input as it was typed. Gives whether Up should reach it.
    @discardableResult
    package func add(_ entry: String) -> Bool {
        // A leading space says: not this one.
        guard !entry.hasPrefix(" "), entry.contains(where: { !$0.isWhitespace }) else { return false }
        guard entry != last else { return false }
        last = entry
        entries.append(entry)
        if !SecretLines.holdsSecret(entry), entry.utf8.count <= History.longestEntry { append(entry) }
        return true
    }

    // MARK: The format

    /// One line of the file, without its end.
    package static func encoded(_ entry: String) -> String {
        var result = ""
        for scalar in entry.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    package static func decoded(_ line: some StringProtocol) -> String {
        var result = ""
        var isEscaped = false
        for scalar in line.unicodeScalars {
            guard isEscaped else {
                isEscaped = scalar == "\\"
                if !isEscaped { result.unicodeScalars.append(scalar) }
                continue
            }
            isEscaped = false
            switch scalar {
            case "n": result += "\n"
            case "r": result += "\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    // MARK: The file

    private func load() {
        guard let path, let descriptor = open(path) else { return }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        guard locked(descriptor, LOCK_SH, { bytes = History.contents(descriptor) }) else { return }
        let lines = bytes.split(separator: 0x0A)
        entries = lines.suffix(limit).map { History.decoded(String(decoding: $0, as: UTF8.self)) }
        last = entries.last
        // Cut only when it pays, so that two sessions do not rewrite it in turn.
        if lines.count > limit + limit / 4 { shorten() }
    }

    private func append(_ entry: String) {
        guard let path, let descriptor = openLocked(path) else { return }
        defer { close(descriptor) }
        // One write, so that a full disk or a kill leaves at most one torn line; it then ends with the next entry.
        var line = Array((History.encoded(entry) + "\n").utf8)
        if !History.endsWithNewline(descriptor) { line.insert(0x0A, at: 0) }
        _ = write(descriptor, line, line.count)
    }

    /// Opened private, never through a link; nil if that is not to be had.
    private func open(_ path: String) -> CInt? {
        let descriptor = Self.systemOpen(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
            close(descriptor)
            return nil
        }
        if status.st_mode & 0o077 != 0, fchmod(descriptor, 0o600) != 0 {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func systemOpen(_ path: String, _ flags: CInt, _ mode: mode_t) -> CInt {
        #if canImport(Glibc)
            Glibc.open(path, flags, mode)
        #elseif canImport(Musl)
            Musl.open(path, flags, mode)
        #else
            Darwin.open(path, flags, mode)
        #endif
    }

    /// Opened and locked for writing. Another session may have put a shorter file in its place meanwhile: then that one.
    private func openLocked(_ path: String) -> CInt? {
        for _ in 0..<8 {
            guard let descriptor = open(path) else { return nil }
            var held = stat()
            var named = stat()
            if flock(descriptor, LOCK_EX) == 0, fstat(descriptor, &held) == 0, lstat(path, &named) == 0,
                held.st_ino == named.st_ino, held.st_dev == named.st_dev
            {
                return descriptor
            }
            close(descriptor)
        }
        return nil
    }

    private func locked(_ descriptor: CInt, _ operation: CInt, _ body: () -> Void) -> Bool {
        guard flock(descriptor, operation) == 0 else { return false }
        body()
        return flock(descriptor, LOCK_UN) == 0
    }

    /// Puts a file with the newest entries in the place of the old one, whole or not at all.
    private func shorten() {
        guard let path, let descriptor = openLocked(path) else { return }
        defer { close(descriptor) }
        // Read again: another session may have written since.
        let lines = History.contents(descriptor).split(separator: 0x0A).suffix(limit)
        var text: [UInt8] = []
        for line in lines { text += line + [0x0A] }
        let temporary = "\(path).\(getpid()).new"
        let fresh = Self.systemOpen(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard fresh >= 0 else { return }
        var isWhole = write(fresh, text, text.count) == text.count
        isWhole = fsync(fresh) == 0 && isWhole
        close(fresh)
        if !isWhole || rename(temporary, path) != 0 { unlink(temporary) }
    }

    private static func contents(_ descriptor: CInt) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(filled))
            }
            guard count > 0 else { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }

    private static func endsWithNewline(_ descriptor: CInt) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return true }
        var byte: UInt8 = 0
        return pread(descriptor, &byte, 1, status.st_size - 1) == 1 && byte == 0x0A
    }
}
