// The files that the prompt itself looks at: folders for completion, scripts for `:load`. Behind a protocol, so that
// tests bring their own.

import CBKTooling

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

package protocol ReplFiles: Sendable {
    var listing: FolderListing { get }
    /// The file's text; a message where there is none.
    func text(of path: String) -> Result<String, FileFailure>
}

package struct FileFailure: Error, Sendable {
    package var message: String

    package init(_ message: String) { self.message = message }
}

/// Those of the current folder and from the root.
package struct LocalFiles: ReplFiles {
    /// A folder with more than this is completed from its first entries only: a prompt must not wait.
    private static let mostEntries = 2_000
    private static let largestScript = 16 * 1024 * 1024

    package init() {}

    package var listing: FolderListing {
        { folder in
            guard let handle = opendir(folder.isEmpty ? "." : folder) else { return [] }
            defer { closedir(handle) }
            var entries: [FolderEntry] = []
            while entries.count < LocalFiles.mostEntries, let entry = readdir(handle) {
                let name = LocalFiles.name(of: entry)
                guard name != ".", name != ".." else { continue }
                entries.append(
                    FolderEntry(name, isFolder: LocalFiles.isFolder(entry, (folder.isEmpty ? "" : folder + "/") + name)))
            }
            return entries
        }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafePointer(to: &entry.pointee.d_name) { name in
            name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) { String(cString: $0) }
        }
    }

    private static func isFolder(_ entry: UnsafeMutablePointer<dirent>, _ path: String) -> Bool {
        if Int32(entry.pointee.d_type) == Int32(DT_DIR) { return true }
        guard Int32(entry.pointee.d_type) == Int32(DT_LNK) || Int32(entry.pointee.d_type) == Int32(DT_UNKNOWN) else {
            return false
        }
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    package func text(of path: String) -> Result<String, FileFailure> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            return .failure(FileFailure("cannot read '\(VisibleText.line(path))': \(String(cString: strerror(errno)))"))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return .failure(FileFailure("'\(VisibleText.line(path))' is no file"))
        }
        guard status.st_size <= LocalFiles.largestScript else {
            return .failure(FileFailure("'\(VisibleText.line(path))' is larger than 16 MiB, which is no script"))
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(FileFailure("'\(VisibleText.line(path))' is not UTF-8"))
        }
        return .success(text)
    }
}
