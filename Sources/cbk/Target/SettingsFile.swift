// A file of NAME=VALUE lines, as .env files have them: comments, `export`, quotes. Takes a path; gives the lines, and who may
// read and change them. Whoever takes a setting from it asks first whether the file may be trusted.

import CBKBatch
import CBKLibrary

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

struct SettingsFile {
    struct Line {
        var number: Int
        var name: String
        var value: String
    }

    let path: String
    private(set) var lines: [Line] = []
    private let owner: uid_t
    private let mode: mode_t
    private static let mostBytes = 1 << 20

    /// - Returns: nil where there is no such file, or a folder or device instead.
    /// - Throws: for one that cannot be read.
    static func read(_ path: String) throws(UsageError) -> SettingsFile? {
        // A pipe without a writer would hold the program up.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw unreadable(path, errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        guard status.st_size <= mostBytes else { throw UsageError("'\(path)' is too long for a file of settings") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count, off_t(count))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw unreadable(path, errno) }
            if got == 0 { break }
            count += got
        }
        return SettingsFile(path: path, text: String(decoding: bytes[..<count], as: UTF8.self), status)
    }

    private static func unreadable(_ path: String, _ code: Int32) -> UsageError {
        UsageError("cannot read '\(path)': \(String(cString: strerror(code)).lowercased()); --sandbox leaves it out")
    }

    private init(path: String, text: String, _ status: stat) {
        self.path = path
        (owner, mode) = (status.st_uid, status.st_mode)
        let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var line = trimmed(line)
            guard !line.isEmpty, line.first != "#" else { continue }
            if line.hasPrefix("export ") { line = trimmed(line.dropFirst(7)) }
            let equals = line.firstIndex(of: "=") ?? line.endIndex
            let value = line[equals...].dropFirst()
            lines.append(
                Line(number: index + 1, name: String(trimmed(line[..<equals])), value: SettingsFile.value(trimmed(value))))
        }
    }

    /// What is in quotes, or stands before a comment.
    private static func value(_ text: Substring) -> String {
        if let quote = text.first, quote == "\"" || quote == "'", let end = text.dropFirst().firstIndex(of: quote) {
            return String(text.dropFirst()[..<end])
        }
        let parts = text.split(separator: " #", maxSplits: 1, omittingEmptySubsequences: false)
        return String(trimmed(parts.first ?? ""))
    }

    /// The last line of that name; nil where there is none, or it is blank.
    func value(_ name: String) -> String? {
        lines.last { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// Refuses to take a setting from a file that others own or may change: they would decide whose account is worked on.
    func requireTrust(for setting: String) throws(UsageError) {
        if owner != geteuid() {
            throw UsageError(
                "'\(path)' sets \(setting), but belongs to another user (uid \(owner)): nothing is taken from it; "
                    + "--sandbox leaves it out")
        }
        if mode & 0o022 != 0 {
            throw UsageError(
                "'\(path)' sets \(setting), but others may change it: nothing is taken from it until 'chmod go-w \(path)'; "
                    + "--sandbox leaves it out")
        }
    }

    var isReadByOthers: Bool { mode & 0o044 != 0 }
}

private func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0.isWhitespace }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
}
