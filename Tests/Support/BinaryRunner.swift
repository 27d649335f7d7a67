// Runs the built cbk as a process of its own: takes arguments and standard input, gives what it wrote and how it ended.
// Output goes through files, so a child that writes much never waits for its reader. No test's environment reaches it.

import Foundation

/// How a process ended and what it wrote.
package struct RunResult: Sendable, CustomStringConvertible {
    package var stdout: String
    package var stderr: String
    /// The exit code; 128 and the signal's number for a process that a signal ended.
    package var status: Int32

    package init(stdout: String, stderr: String, status: Int32) {
        self.stdout = stdout
        self.stderr = stderr
        self.status = status
    }

    package var description: String { "status \(status)\n--- stdout\n\(stdout)--- stderr\n\(stderr)---" }

    package var lines: [String] {
        var lines = stdout.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

package struct SpawnFailure: Error, CustomStringConvertible {
    package var description: String
}

package struct BinaryRunner: Sendable {
    /// The tested binary: `CBK_BINARY`, or the one that the build put beside the tests' bundle.
    package static let binary: String = {
        if let named = ProcessInfo.processInfo.environment["CBK_BINARY"], !named.isEmpty { return named }
        let starts =
            [Bundle.main.bundleURL, URL(fileURLWithPath: CommandLine.arguments.first ?? "/")]
            + Bundle.allBundles.map(\.bundleURL)
        for start in starts {
            var folder = start.resolvingSymlinksInPath()
            for _ in 0..<6 {
                let candidate = folder.appendingPathComponent("cbk").path
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue,
                    FileManager.default.isExecutableFile(atPath: candidate)
                {
                    return candidate
                }
                folder.deleteLastPathComponent()
            }
        }
        return "cbk-was-not-built"
    }()

    /// A folder of this runner's own, the current one of its processes, which goes with the last that uses it; cbk's own
    /// folder is within.
    package var folder: URL { place.url }
    package var home: URL { folder.appendingPathComponent("home") }
    /// Beyond those that `environment` always sets.
    package var variables: [String: String] = [:]
    private let place: TemporaryFolder

    package init() throws { place = try TemporaryFolder() }

    /// Removes the folder at once.
    package func cleanUp() { place.remove() }

    package var environment: [String: String] {
        var all = [
            "PATH": "/usr/bin:/bin", "HOME": folder.path, "CBK_HOME": home.path, "LANG": "C.UTF-8", "TERM": "xterm",
            "TMPDIR": folder.path,
        ]
        // A build against toolchain libraries outside the system's path needs this.
        if let path = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] { all["LD_LIBRARY_PATH"] = path }
        all.merge(variables) { _, new in new }
        return all
    }

    /// Writes a file into the folder and gives its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url.path
    }

    package func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }

    /// The names in one of the folder's folders, sorted; none if there is no such folder.
    package func names(in name: String) -> [String] {
        let path = folder.appendingPathComponent(name).path
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    /// The permissions of a file or folder, such as 0o600; nil if there is none.
    package func mode(_ name: String) -> Int? {
        let path = folder.appendingPathComponent(name).path
        return (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
    }

    /// Runs to the end. A process that runs longer than a minute hangs: it is killed and ends with 137.
    package func run(_ arguments: [String], stdin: String = "") throws -> RunResult {
        try start(arguments, stdin: stdin).end()
    }

    package func run(_ arguments: String...) throws -> RunResult { try run(arguments) }

    /// Starts a process and does not wait for it.
    /// - Parameter program: instead of cbk.
    package func start(_ arguments: [String], stdin: String = "", program: String = binary) throws -> RunningProcess {
        let stem = folder.appendingPathComponent(".io-\(UUID().uuidString)").path
        var actions = FileActions()
        defer { actions.destroy() }
        actions.open(1, stem + ".out", O_WRONLY | O_CREAT | O_TRUNC)
        actions.open(2, stem + ".err", O_WRONLY | O_CREAT | O_TRUNC)
        if stdin.isEmpty || stdin.utf8.count > BinaryRunner.pipeSize {
            try Data(stdin.utf8).write(to: URL(fileURLWithPath: stem + ".in"))
            actions.open(0, stem + ".in", O_RDONLY)
            let identifier = try spawning.withLock { _ in try spawn(arguments, actions: actions, flags: 0, program: program) }
            return RunningProcess(identifier: identifier, stem: stem, place: place)
        }
        let identifier = try spawning.withLock { _ in
            let pipe = try filledPipe(Array(stdin.utf8))
            defer { close(pipe) }
            actions.duplicate(pipe, to: 0)
            return try spawn(arguments, actions: actions, flags: 0, program: program)
        }
        return RunningProcess(identifier: identifier, stem: stem, place: place)
    }

    /// What every system's pipes hold without a reader.
    private static let pipeSize = 16 << 10

    func spawn(
        _ arguments: [String], actions: FileActions, flags: Int32, program: String = binary
    ) throws -> pid_t {
        try posixSpawn(
            path: program, arguments: arguments, folder: folder.path, environment: environment, actions: actions,
            flags: flags)
    }
}

/// A process under way, with its output in files.
package struct RunningProcess: Sendable {
    package let identifier: pid_t
    let stem: String
    let place: TemporaryFolder

    /// What it has written to standard output so far.
    package var output: String { (try? text(".out")) ?? "" }
    package var errors: String { (try? text(".err")) ?? "" }

    package func signal(_ number: Int32) { _ = kill(identifier, number) }

    /// Whether it is over; its end can still be waited for.
    package var hasEnded: Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT) == 0 && information.si_signo != 0
    }

    /// Waits for the end; after so many seconds kills it.
    package func wait(seconds: Double) -> Int32 { waitForEnd(identifier, seconds: seconds) }

    package func result(status: Int32) throws -> RunResult {
        RunResult(stdout: try text(".out"), stderr: try text(".err"), status: status)
    }

    /// Waits for the end and gives what it left.
    package func end(seconds: Double = 60) throws -> RunResult { try result(status: wait(seconds: seconds)) }

    private func text(_ suffix: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: stem + suffix)), as: UTF8.self)
    }
}

/// A class: its folder goes when the last runner or process of it does.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        url = base.appendingPathComponent("cbk-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { remove() }

    func remove() { try? FileManager.default.removeItem(at: url) }
}
