// posix_spawn as the tests need it: file actions, signals as a fresh shell has them, a session of its own, and waiting
// for the end. No fork: in a process with threads it is not safe from Swift.

import Foundation
import Synchronization

/// Held while a descriptor exists that a child started by another test must not inherit.
let spawning = Mutex(())

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
    // A runner in the background of a shell ignores ^C, and its children would, too.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGPIPE, SIGTSTP] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
        &attributes, Int16(flags | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)))
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

/// The end to read of a pipe that holds the bytes and then ends. Call it while `spawning` is held.
func filledPipe(_ bytes: [UInt8]) throws -> Int32 {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SpawnFailure(description: "no pipe: \(String(cString: strerror(errno)))") }
    defer { close(ends[1]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    guard write(ends[1], bytes, bytes.count) == bytes.count else { throw SpawnFailure(description: "a pipe is too small") }
    return ends[0]
}

/// Asks until the condition gives a value; nil if it does not within so many seconds.
package func eventually<T>(seconds: Double = 40, _ condition: () throws -> T?) rethrows -> T? {
    let deadline = Date().addingTimeInterval(seconds)
    while true {
        if let value = try condition() { return value }
        if Date() > deadline { return nil }
        usleep(3000)
    }
}

/// The exit code, or 128 and the number of the signal that ended it; nil while it runs.
func endIfOver(_ identifier: pid_t) -> Int32? {
    var status: Int32 = 0
    let ended = waitpid(identifier, &status, WNOHANG)
    if ended == -1, errno != EINTR { return -1 }
    guard ended == identifier else { return nil }
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
}

/// Waits for the end. After so many seconds the process is killed.
func waitForEnd(_ identifier: pid_t, seconds: Double) -> Int32 {
    if let status = eventually(seconds: seconds, { endIfOver(identifier) }) { return status }
    kill(identifier, SIGKILL)
    return eventually(seconds: 10) { endIfOver(identifier) } ?? -1
}
