// Scripts, imports and single operations on a live account, which here is `cbk serve`: what reaches it, what the report says,
// how errors look to a script, and what each ends the program with.

import Foundation
import TestSupport
import Testing

struct LiveTests {
    private let runner: BinaryRunner
    private let server: RunningServer

    init() throws {
        let runner = try BinaryRunner()
        server = try runner.serve()
        self.runner = runner.reaching(server)
    }

    private func live(_ words: String..., stdin: String = "") throws -> RunResult {
        try runner.run(words + ["--url", server.address], stdin: stdin)
    }

    private var report: String { "target: live:\(server.address.dropFirst(7)), \(server.address)/api/v1\n" }

    // MARK: Reaching it

    @Test func operationsReachTheServerAndNotTheSandbox() throws {
        defer { _ = try? server.stop() }
        let made = try live("-e", "users.create(name: \"Ada\", alias: \"ada\").id.starts_with(\"c\")")
        #expect(made.stdout == "true\n" && made.stderr == report && made.status == 0, "\(made)")
        #expect(try live("-e", "users.fetch(\"@ada\").name").stdout == "Ada\n")
        #expect(runner.mode("home/sandbox.db") == nil)
        // What sends nothing reports nothing.
        #expect(try live("-e", "1").stderr == "")
    }

    @Test func aProfileReachesIt() throws {
        defer { _ = try? server.stop() }
        var runner = runner
        try runner.writeProfile("lab", server)
        runner.variables["CHATBOTKIT_API_SECRET"] = nil
        let flagged = try runner.run("--profile", "lab", "-e", "users.create(name: \"Ada\")\nusers.list().count()")
        #expect(flagged.stdout == "1\n" && flagged.stderr == "target: live:lab, \(server.address)/api/v1\n", "\(flagged)")
        // A variable chooses it, too, and is enough to read.
        runner.variables["CBK_TARGET"] = "lab"
        #expect(try runner.run("-e", "users.list().count()").stdout == "1\n")
    }

    @Test func anImportIsReported() throws {
        defer { _ = try? server.stop() }
        let result = try live("import", Project.example("users.csv"), "--with-token", "first", "-j", "256")
        #expect(result.status == 0 && result.stderr.hasSuffix("\n" + report), "\(result)")
        #expect(result.stderr.contains("240 items: 240 done"))
        #expect(tokens(in: try runner.read(runner.runFolder + "/secrets.csv")).count == 240)
        #expect(try live("-e", "users.list().count()").stdout == "240\n")
    }

    @Test func everyFunctionOfUsersWorks() throws {
        defer { _ = try? server.stop() }
        try runner.write(
            """
            let id = users.upsert(by: "email", email: "ada@example.com", name: "Ada", meta: { plan: "free", seats: 2 }).id
            print(users.upsert(by: "email", email: "ada@example.com", meta: { plan: "pro" }).change, users.fetch(id).meta)
            print(users.find(email: "ada@example.com")?.id == id, users.find(email: "bob@example.com"))
            let token = users.token.create(id, name: "app")
            let fresh = users.token.rotate(id, token.id)
            print(type(fresh.token), fresh.id != token.id, users.token.list(id).map(t => t.name).to_list())
            print(type(users.session.create(id, durationInSeconds: 60).token))
            let context = users.context.create(id, payload: { tone: "calm" })
            print(users.context.fetch(id, context.id).payload, users.context.list(id).count())
            let child = users.extend(run_as: id)
            print(child.list().count() catch e => [e.kind, e.code, e.status])
            for n in 0..250 { users.create(name: "u${n}") }
            print(users.list().count(), users.page(take: 2).items.count())
            users.delete(id)
            print(users.find(email: "ada@example.com"))

            """, to: "all.cbk")
        let result = try live("all.cbk")
        #expect(
            result.stdout == """
                updated { plan: "pro", seats: 2 }
                true null
                secret true ["app"]
                secret
                { tone: "calm" } 1
                ["api", "NOT_AUTHORIZED", 403]
                251 2
                null

                """, "\(result)")
        #expect(result.status == 0)
    }

    // MARK: Where nobody watches

    @Test func aWriteNeedsTheTargetsName() throws {
        defer { _ = try? server.stop() }
        var runner = runner
        try runner.writeProfile("lab", server)
        runner.variables["CBK_TARGET"] = "lab"
        let refusal =
            "a write on a live account that nobody watches needs --live, --url or --profile: no flag names live:lab, and there is no terminal"
        for words in [["api", "partner", "user", "create"], ["import", Project.example("users.csv"), "--quiet"]] {
            let result = try runner.run(words)
            #expect(result.stderr == "cbk: \(refusal)\n" && result.status == 2, "\(result)")
        }
        let code = try runner.run("-e", "let e = users.create() catch e => e.code\nprint(\"unreached\", e)")
        #expect(
            code.stderr.hasPrefix("error[BRAKE]: users.create: \(refusal)\n") && code.stdout == "" && code.status == 3, "\(code)")
        let batch = try runner.run("-e", "batch n in 1..4 by n { users.create(); emit { n } }")
        #expect(batch.stderr.contains("3 items: 0 done, 3 pending") && batch.status == 3, "\(batch)")
        #expect(csvRows(try runner.read(runner.runFolder + "/unprocessed.csv")).count == 3)
        #expect(try runner.run("--profile", "lab", "-e", "users.list().count()").stdout == "0\n")
        #expect(try runner.run("--profile", "lab", "-e", "users.create(alias: \"a\")").status == 0)
    }

    // MARK: Errors

    @Test func anUnknownCredentialIsFatal() throws {
        defer { _ = try? server.stop() }
        var runner = runner
        runner.variables["CHATBOTKIT_API_SECRET"] = "another"
        let flags = ["--url", server.address]
        let script = try runner.run(["-e", "users.fetch(\"x\") catch e => \"caught\""] + flags)
        #expect(script.stdout == "" && script.stderr.hasPrefix("error[NOT_AUTHENTICATED]: users.fetch:") && script.status == 5)
        let single = try runner.run(["api", "partner", "user", "list"] + flags)
        #expect(single.stderr.hasPrefix("error[NOT_AUTHENTICATED]: users.list:") && single.status == 5)
        let rows = try runner.run(["import", Project.example("users.csv"), "--quiet"] + flags)
        #expect(rows.stderr.contains("240 items: 0 done, 240 pending") && rows.status == 5, "\(rows)")
        #expect(csvRows(try runner.read(runner.runFolder + "/unprocessed.csv")).count == 240)
    }

    /// A sub-account's own token may do nothing here.
    @Test func fiveRefusalsInARowAreFatal() throws {
        defer { _ = try? server.stop() }
        let made = try live("-e", "file.write(\"token\", users.token.create(users.create().id).token.reveal())")
        #expect(made.status == 0, "\(made)")
        var runner = runner
        runner.variables["CHATBOTKIT_API_SECRET"] = try runner.read("token")
        let flags = ["--url", server.address]
        let loop = try runner.run(
            ["-e", "for n in 0..9 { print(users.fetch(\"x\") catch e => [e.kind, e.code, e.status, e.request != null]) }"] + flags
        )
        #expect(loop.lines == Array(repeating: "[\"api\", \"NOT_AUTHORIZED\", 403, true]", count: 4), "\(loop)")
        #expect(loop.stderr.contains("five requests in a row were refused") && loop.status == 5)
        let batch = try runner.run(["-e", "batch n in 1..9 by n parallel 1 { users.create(name: \"u\") }"] + flags)
        #expect(batch.stderr.contains("8 items: 0 done, 4 failed, 4 pending") && batch.status == 5, "\(batch)")
    }

    @Test func errorsAreValues() throws {
        defer { _ = try? server.stop() }
        try runner.write(
            """
            fn told(call) {
              call() catch e => "${e.kind} ${e.code} ${e.status} ${e.operation} ${e.request != null}"
            }
            print(told(() => users.fetch("nobody")))
            print(told(() => users.create(alias: "Not An Alias")))
            print(told(() => users.update("nobody", name: "x")))

            """, to: "errors.cbk")
        let answered = try live("errors.cbk")
        #expect(
            answered.stdout == """
                api NOT_FOUND 404 users.fetch true
                api BAD_REQUEST 400 users.create true
                api NOT_FOUND 404 users.update true

                """, "\(answered)")
        let refused = try runner.run("errors.cbk", "--url", "http://127.0.0.1:1", "--retries", "0")
        #expect(
            refused.stdout == """
                network NETWORK null users.fetch false
                network NETWORK null users.create false
                network NETWORK null users.update false

                """, "\(refused)")
    }

    @Test func noSecretIsShownOrKept() throws {
        defer { _ = try? server.stop() }
        let wrong = madeUpToken()
        var runner = runner
        runner.variables["CHATBOTKIT_API_SECRET"] = wrong
        var shown = ""
        for words in [
            ["-e", "users.list().count()"], ["-e", "batch n in 1..4 by n { users.create() }"], ["target"],
            ["api", "partner", "user", "list"],
        ] {
            let result = try runner.run(words + ["--url", server.address])
            shown += result.stdout + result.stderr
        }
        #expect(!shown.isEmpty && !shown.contains(wrong.suffix(12)))
        let kept = try FileManager.default.subpathsOfDirectory(atPath: runner.folder.path).filter {
            (try? runner.read($0))?.contains(wrong.suffix(12)) == true
        }
        #expect(kept == [])
    }

    // MARK: Single operations

    @Test func theOfficialWordsWork() throws {
        defer { _ = try? server.stop() }
        for name in ["Ada", "Bob"] { #expect(try live("api", "partner", "user", "create", "--name", name).status == 0) }
        let lines = try live("api", "partner", "user", "list", "--stream").stdout.split(separator: "\n")
        #expect(lines.count == 2)
        let id = try #require(lines.first?.firstMatch(of: /"id":"([a-z0-9]+)"/)?.1)
        let fetched = try live("api", "partner", "user", "fetch", String(id), "--output", "yaml")
        #expect(fetched.stdout.hasPrefix("id: \(id)\nname: Bob\n"), "\(fetched)")
        #expect(try live("api", "partner", "user", "delete", String(id)).stdout.contains(id))
        #expect(try live("api", "partner", "user", "list", "--all", "--output", "jsonl").lines.count == 1)
        let gone = try live("api", "partner", "user", "fetch", String(id))
        #expect(
            gone.stderr.hasPrefix("error[NOT_FOUND]: users.fetch:") && gone.stderr.hasSuffix("\n" + report) && gone.status == 1)
    }
}
