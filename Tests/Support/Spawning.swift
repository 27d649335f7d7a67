// posix_spawn as the tests need it: file actions, a session of its own, and waiting for the end. No
// fork: in a process with threads it is not safe from Swift.

import Foundation

/// What a child opens before it starts. Destroy it after the spawn.
struct FileActions {
    #if canImport(Darwin)
        var raw: posix_spawn_file_actions_t?
    #else
        var raw = posix_spawn_file_actions_t()
    #endif

    init() { posix_spawn_file_actions_init(&raw) }

    mutating func open(_ descriptor: Int32, _ path: String, _ flags: Int32) {
        posix_spawn_file_actions_addopen(&raw, descriptor, path, flags, 0o600)
    }

    mutating func duplicate(_ from: Int32, to descriptor: Int32) {
        posix_spawn_file_actions_adddup2(&raw, from, descriptor)
    }

    mutating func destroy() { posix_spawn_file_actions_destroy(&raw) }
}

/// Starts a program in a folder. A shell changes into it and becomes the program, so the process is the same; Glibc's
/// own action for that is not in its module map.
func posixSpawn(
    path: String, arguments: [String], folder: String, environment: [String: String], actions: FileActions, flags: Int32
) throws -> pid_t {
    #if canImport(Darwin)
        var attributes: posix_spawnattr_t?
    #else
        var attributes = posix_spawnattr_t()
    #endif
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var actions = actions
    let words = ["sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder, path] + arguments
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer {
        for pointer in argv + envp { free(pointer) }
    }
    var identifier: pid_t = 0
    let code = posix_spawn(&identifier, "/bin/sh", &actions.raw, &attributes, &argv, &envp)
    guard code == 0 else {
        throw SpawnFailure(description: "\(path) does not start: \(String(cString: strerror(code)))")
    }
    return identifier
}

/// The exit code, or 128 and the number of the signal that ended it. After so many seconds it is killed.
func waitForEnd(_ identifier: pid_t, seconds: Double) -> Int32 {
    let deadline = Date().addingTimeInterval(seconds)
    var pause: UInt32 = 500
    var status: Int32 = 0
    while true {
        let ended = waitpid(identifier, &status, WNOHANG)
        if ended == identifier { break }
        if ended == -1 && errno != EINTR { return -1 }
        if Date() > deadline {
            kill(identifier, SIGKILL)
            while waitpid(identifier, &status, 0) == -1 && errno == EINTR {}
            break
        }
        usleep(pause)
        pause = min(pause * 2, 20_000)
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
}
