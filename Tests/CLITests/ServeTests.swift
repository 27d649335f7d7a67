// `cbk serve` as a process: its first line, where it listens, whose secret it takes, how signals end it, and that any client
// is served.

import Foundation
import TestSupport
import Testing

struct ServeTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    private func curl(_ server: RunningServer, _ path: String, _ arguments: String...) throws -> String {
        let words = ["-sS", "-H", "Authorization: Bearer \(server.secret)"] + arguments + [server.address + path]
        return try #require(try runner.runTool("curl", words)).stdout
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func itSaysWhereItListensAndEndsBySignal(_ signal: Int32, _ status: Int32) throws {
        let server = try runner.serve()
        #expect(server.address.wholeMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+/) != nil)
        let result = try server.stop(signal)
        #expect(result.stdout == "listening on \(server.address)\n" && result.status == status, "\(result)")
        #expect(!result.stderr.contains(server.secret) && result.stderr.contains("CHATBOTKIT_API_SECRET"))
    }

    @Test func aSecretIsMadeUpWhereThereIsNone() throws {
        let process = try runner.start(["serve", "--port", "0", "--data", ":memory:"])
        let lines = try #require(
            eventually { () -> [Substring]? in
                let lines = process.output.split(separator: "\n")
                return lines.count == 2 ? lines : nil
            })
        process.signal(SIGTERM)
        #expect(lines[1].wholeMatch(of: /secret sk-[0-9a-f]{64}/) != nil)
        #expect(try process.end().status == 143)
    }

    @Test func itServesTheSandboxOfScripts() throws {
        #expect(try runner.run("--sandbox", "-e", "users.create(name: \"A\", alias: \"a\").id").status == 0)
        let server = try runner.serve(data: runner.home.appendingPathComponent("sandbox.db").path)
        defer { _ = try? server.stop() }
        guard BinaryRunner.tool("curl") != nil else { return }
        #expect(try curl(server, "/v1/partner/user/@a/fetch").contains("\"name\":\"A\""))
        _ = try curl(server, "/api/v1/partner/user/create", "-d", "{\"name\":\"B\"}")
        #expect(try runner.value(of: "users.list().first().name") == "B")
    }

    @Test func aSecretFileIsForItsOwnerAlone() throws {
        let secret = madeUpToken()
        let path = try runner.write(secret + "\n", to: "secret")
        chmod(path, 0o640)
        let words = ["serve", "--port", "0", "--data", ":memory:", "--secret-file", path]
        let refused = try runner.run(words)
        #expect(
            refused.stderr == "cbk: others may read '\(path)', which holds a secret: chmod 600 '\(path)'\n" && refused.status == 2
        )
        chmod(path, 0o600)
        let process = try runner.start(words)
        let line = eventually { process.output.contains("\n") ? process.output : nil }
        #expect(line?.hasPrefix("listening on ") == true)
        process.signal(SIGINT)
        let result = try process.end()
        #expect(result.status == 130 && !(result.stdout + result.stderr).contains(secret))
    }

    @Test(arguments: [
        (["--host", "0.0.0.0"], "'0.0.0.0' is where other machines reach it, too: --allow-remote says that you mean it"),
        (["--port", "65536"], "--port takes a number up to 65535, not 65536"),
        (["--secret-file", "none"], "cannot read 'none': No such file or directory"),
        (["users"], "'serve' takes flags only, not 'users'"),
        (["--prot", "1"], "there is no flag '--prot'; did you mean '--port'?"),
    ])
    func mistakesAreUsage(_ words: [String], _ message: String) throws {
        let result = try runner.run(["serve", "--data", ":memory:"] + words)
        #expect(result.stderr == "cbk: \(message)\n" && result.stdout == "" && result.status == 2)
    }

    @Test func aPortInUseIsNamed() throws {
        let server = try runner.serve()
        defer { _ = try? server.stop() }
        let port = try #require(server.address.split(separator: ":").last)
        let result = try runner.run("serve", "--data", ":memory:", "--port", String(port))
        let message = "cannot listen on 127.0.0.1, port \(port): address already in use; --port and --host name others"
        #expect(result.stderr == "cbk: \(message)\n" && result.status == 5, "\(result)")
    }
}
