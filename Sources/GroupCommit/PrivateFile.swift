// The file and its folder, made for their owner alone before SQLite sees them: its log and index files take the
// mode of the file. A folder that exists keeps its mode.
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

enum PrivateFile {
    /// Makes the file with mode 0600 and missing folders with 0700; tightens a file that is wider.
    static func create(_ path: String) throws(DatabaseOpenError) {
        try createFolders(above: path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("open", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw DatabaseOpenError(reason: .unusable, message: "'\(path)' is no file; name another")
        }
        guard status.st_mode & 0o077 != 0 else { return }
        guard fchmod(descriptor, 0o600) == 0 else { throw failure("restrict", path) }
    }

    private static func createFolders(above path: String) throws(DatabaseOpenError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        var folder = ""
        for (index, part) in parts.enumerated() {
            folder += index == 0 ? String(part) : "/" + part
            if folder.isEmpty || part.isEmpty { continue }
            if mkdir(folder, 0o700) != 0, errno != EEXIST { throw failure("make the folder", folder) }
        }
    }

    private static func failure(_ action: String, _ path: String) -> DatabaseOpenError {
        let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return DatabaseOpenError(reason: .unusable, message: "cannot \(action) '\(path)': \(reason)")
    }
}

func pause(milliseconds: UInt32) {
    usleep(milliseconds * 1000)
}
