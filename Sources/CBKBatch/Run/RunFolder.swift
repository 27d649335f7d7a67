// A run's folder, cbk-runs/<time>-<name>, made when something is first put into it. Takes names; gives descriptors of
// files that only their owner may read, opened without following links.

import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A class, as all that writes results shares one folder.
package final class RunFolder: Sendable {
    private struct State: Sendable {
        var descriptor: Int32 = -1
        var path: String?
    }

    package enum Opening: Sendable {
        /// A file that must not be there yet.
        case new
        /// A file that may be there; writing goes to its end.
        case appending
        /// A file that may be there; what it held is gone.
        case replacing
    }

    private let parent: String
    private let wish: String
    private let now: @Sendable () -> Int64
    /// An earlier run's: its result files are written anew, from its journal.
    private let isOld: Bool
    private let state: Mutex<State>

    /// - Parameters:
    ///   - parent: the folder of all runs; made if it is not there.
    ///   - name: the script's name or the file's; what a file name should not have becomes a dash.
    ///   - now: seconds since the epoch.
    package init(parent: String = "cbk-runs", name: String, now: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }) {
        self.parent = parent
        wish = Self.plainName(name)
        self.now = now
        isOld = false
        state = Mutex(State())
    }

    /// The folder of an earlier run, which goes on in it.
    /// - Throws: where there is none, or another process works in it.
    package init(existing path: String) throws(BatchError) {
        parent = ""
        wish = ""
        now = { 0 }
        isOld = true
        let descriptor = Self.openFolder(path)
        guard descriptor >= 0 else { throw BatchError.file(path, "opened", errno) }
        state = Mutex(State(descriptor: descriptor, path: path))
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw BatchError(.io, code: "IN_USE", "another process is at work on the run '\(path)'; wait for it, or stop it")
        }
    }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        if descriptor >= 0 { closeDescriptor(descriptor) }
    }

    /// The folder's path if it has been made.
    package var existingPath: String? { state.withLock { $0.path } }

    /// The run's name, the folder's own; nil before it is made.
    package var runName: String? { existingPath.map { String($0.split(separator: "/").last ?? "") } }

    /// The folder's path; makes it at the first call.
    package func path() throws(BatchError) -> String {
        try state.withLock { state throws(BatchError) in try make(&state).path }
    }

    /// Opens a file of the folder for writing, mode 0600.
    /// - Returns: a descriptor that the caller closes, and the file's path.
    package func open(_ name: String, _ opening: Opening) throws(BatchError) -> (descriptor: Int32, path: String) {
        let folder = try state.withLock { state throws(BatchError) in try make(&state) }
        let path = "\(folder.path)/\(name)"
        let flags: Int32 =
            switch opening {
            case .new: O_WRONLY | O_CREAT | (isOld ? O_TRUNC : O_EXCL)
            case .appending: O_RDWR | O_CREAT | O_APPEND
            case .replacing: O_WRONLY | O_CREAT | O_TRUNC
            }
        let descriptor = openat(folder.descriptor, name, flags | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BatchError.file(path, "opened", errno) }
        return (descriptor, path)
    }

    /// Removes what an earlier process of the run has left under such a name.
    func removeOld(_ name: String) {
        let descriptor = state.withLock { $0.descriptor }
        if isOld, descriptor >= 0 { unlinkat(descriptor, name, 0) }
    }

    /// Puts a file there at once or not at all, and on the disk.
    func replace(_ name: String, with bytes: [UInt8]) throws(BatchError) {
        let file = try open(name + ".new", .replacing)
        var code = writeAll(bytes, to: file.descriptor)
        if code == 0 { code = synchronize(file.descriptor) }
        closeDescriptor(file.descriptor)
        let folder = state.withLock { $0.descriptor }
        if code == 0, renameat(folder, name + ".new", folder, name) != 0 { code = errno }
        guard code == 0 else { throw BatchError.file(file.path, "written", code) }
        try synchronizeNames()
    }

    /// Puts the names of the folder's files on the disk.
    func synchronizeNames() throws(BatchError) {
        let folder = try state.withLock { state throws(BatchError) in try make(&state) }
        let code = synchronize(folder.descriptor)
        guard code == 0 else { throw BatchError.file(folder.path, "written", code) }
    }

    private func make(_ state: inout State) throws(BatchError) -> (descriptor: Int32, path: String) {
        if let path = state.path { return (state.descriptor, path) }
        try makeParents()
        let base = "\(parent)/\(timestamp(now()))-\(wish)"
        var path = base
        var number = 2
        while mkdir(path, 0o700) != 0 {
            guard errno == EEXIST, number < 10_000 else { throw BatchError.runFolder(path, errno) }
            path = "\(base)-\(number)"
            number += 1
        }
        let descriptor = Self.openFolder(path)
        guard descriptor >= 0 else { throw BatchError.file(path, "opened", errno) }
        // Freed by death: nobody else goes on with the run while this process lives.
        flock(descriptor, LOCK_EX | LOCK_NB)
        state = State(descriptor: descriptor, path: path)
        return (descriptor, path)
    }

    /// Makes the folder of all runs, with those above it.
    private func makeParents() throws(BatchError) {
        var path = parent.hasPrefix("/") ? "" : "."
        for part in parent.split(separator: "/") {
            path += "/\(part)"
            if mkdir(path, 0o700) != 0, errno != EEXIST, errno != EROFS { throw BatchError.runFolder(parent, errno) }
        }
    }

    private static func openFolder(_ path: String) -> Int32 {
        #if canImport(Darwin)
            Darwin.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        #elseif canImport(Musl)
            Musl.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        #else
            Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        #endif
    }

    static func plainName(_ name: String) -> String {
        let file = name.split(separator: "/").last ?? ""
        let plain = file.unicodeScalars.prefix(60).map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": Character(scalar)
            default: "-"
            }
        }
        return plain.isEmpty ? "run" : String(plain)
    }
}

/// `20250131-142500`, in the local time zone: people look for a run by when they started it.
private func timestamp(_ seconds: Int64) -> String {
    var time = time_t(seconds)
    var parts = tm()
    guard localtime_r(&time, &parts) != nil else { return String(seconds) }
    func padded(_ number: Int32, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1, 2) + padded(parts.tm_mday, 2) + "-"
        + padded(parts.tm_hour, 2) + padded(parts.tm_min, 2) + padded(parts.tm_sec, 2)
}
