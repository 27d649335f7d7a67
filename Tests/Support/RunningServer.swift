// `cbk serve` as a process of its own, on a free port: its address, its secret, and its end. A program beside it, such as
// curl, is run like cbk itself.

import Foundation

package struct RunningServer: Sendable {
    package let process: RunningProcess
    /// `http://127.0.0.1:PORT`
    package let address: String
    package let secret: String

    /// Asks it to stop, and waits for that.
    @discardableResult
    package func stop(_ signal: Int32 = SIGTERM) throws -> RunResult {
        process.signal(signal)
        return try process.end()
    }
}

extension BinaryRunner {
    /// A server with a made-up secret, by default on a store in memory. Stop it.
    package func serve(_ arguments: [String] = [], data: String = ":memory:") throws -> RunningServer {
        var runner = self
        let secret = "sk-" + (0..<64).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
        runner.variables["CHATBOTKIT_API_SECRET"] = secret
        let process = try runner.start(["serve", "--port", "0", "--data", data] + arguments)
        let line = eventually { () -> Substring?? in
            if process.output.contains("\n") { return .some(process.output.split(separator: "\n").first) }
            return process.hasEnded ? .some(nil) : nil
        }
        guard let line = line ?? nil, let address = line.split(separator: " ").last else {
            throw SpawnFailure(description: "cbk serve did not start: \(process.errors)")
        }
        return RunningServer(process: process, address: String(address), secret: secret)
    }

    /// Runs another program, such as curl; nil where this machine has none.
    package func runTool(_ name: String, _ arguments: [String], stdin: String = "") throws -> RunResult? {
        guard let path = BinaryRunner.tool(name) else { return nil }
        return try start(arguments, stdin: stdin, program: path).end()
    }

    /// Where a program is; nil where this machine has none.
    package static func tool(_ name: String) -> String? {
        ["/usr/bin/", "/usr/local/bin/", "/opt/homebrew/bin/", "/bin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
