// What a live account's refusals, failures and silence do to a run: which end it, which put a write in doubt, which are tried
// again; and the exit code of each, in batches and outside of them.

import Foundation
import TestSupport
import Testing

struct LiveFailureTests {
    private let runner: BinaryRunner

    init() throws {
        var runner = try BinaryRunner()
        runner.variables["CHATBOTKIT_API_SECRET"] = "any"
        self.runner = runner
    }

    private func run(_ code: String, _ server: CannedServer, _ flags: [String] = []) throws -> RunResult {
        try runner.run(["-e", code, "--url", server.address] + flags)
    }

    private static let batch = "batch n in 1..6 by n parallel 1 { users.create(name: \"u\") catch e => throw e }"
    private static let made = CannedServer.Answer.json(200, "{\"id\":\"u1\"}")

    // MARK: What ends a run

    @Test func withoutASubscriptionNothingGoesOn() throws {
        let server = try CannedServer(Self.made, CannedServer.refusal(402, "NO_SUBSCRIPTION"))
        let batch = try run(Self.batch, server)
        #expect(batch.stderr.contains("5 items: 1 done, 4 pending") && batch.status == 5, "\(batch)")
        #expect(csvRows(try runner.read(runner.runFolder + "/unprocessed.csv")).count == 4)
        let script = try run("users.fetch(\"x\") catch e => \"caught\"", server)
        #expect(script.stderr.hasPrefix("error[NO_SUBSCRIPTION]: users.fetch: no") && script.stdout == "" && script.status == 5)
        #expect(try runner.run("api", "partner", "user", "list", "--url", server.address).status == 5)
        #expect(server.count == 4)
    }

    @Test func aFullPlanLeavesRowsPending() throws {
        let server = try CannedServer(Self.made, Self.made, CannedServer.refusal(429, "LIMITS_REACHED"))
        let batch = try run(Self.batch, server)
        #expect(batch.stderr.contains("5 items: 2 done, 3 pending") && batch.status == 3, "\(batch)")
        #expect(batch.stderr.contains("stopped: users.create: no"))
        let script = try run("users.create() catch e => \"caught\"", server)
        #expect(script.stderr.hasPrefix("error[LIMITS_REACHED]: users.create: no") && script.stdout == "" && script.status == 3)
        #expect(try runner.run("api", "partner", "user", "create", "--url", server.address).status == 3)
        // Sending it again cannot help.
        #expect(server.count == 5)
    }

    @Test func whereNobodyListensRowsStayPending() throws {
        // No server takes this port: it is below those that systems hand out.
        let (place, flags) = ("127.0.0.1:1", ["--url", "http://127.0.0.1:1", "--retries", "0"])
        let batch = try runner.run(["-e", Self.batch.replacing("6", with: "100")] + flags)
        #expect(batch.stderr.contains("99 items: 0 done, 4 failed, 95 pending") && batch.status == 5, "\(batch)")
        #expect(
            batch.stderr.contains(
                "stopped: users.create: cannot connect to \(place): connection refused; five operations in a row found no connection"
            ),
            "\(batch)")
        #expect(csvRows(try runner.read(runner.runFolder + "/unprocessed.csv")).count == 95)
        let single = try runner.run(["api", "partner", "user", "list"] + flags)
        #expect(single.stderr.hasPrefix("error[NETWORK]: users.list: cannot connect to \(place): connection refused\n"))
        #expect(single.status == 1)
    }

    // MARK: Streams

    private static let lines = "{\"type\":\"item\",\"data\":{\"id\":\"u1\"}}\n{\"type\":\"ping\"}\n"
    private static let shown = "{\"id\":\"u1\"}\n"

    private static func event(_ code: String) -> CannedServer.Answer {
        .json(200, lines + "{\"type\":\"error\",\"data\":{\"message\":\"late\",\"code\":\"\(code)\"}}\n")
    }

    /// What came before it is printed.
    @Test(arguments: [
        (event("INTERNAL_SERVER_ERROR"), shown, "error[INTERNAL_SERVER_ERROR]: users.list: late (status 200)", 1),
        (event("NO_SUBSCRIPTION"), shown, "error[NO_SUBSCRIPTION]: users.list: late (status 200)", 5),
        (.json(200, lines + "{\"type\":\"item\",\"da"), shown, "error[ANSWER]: users.list: a line of the stream is no JSON", 1),
        (.json(200, "{\"message\":\"m\",\"code\":\"TIMEOUT\"}"), "", "error[TIMEOUT]: users.list: m", 1),
        (CannedServer.refusal(401, "NOT_AUTHENTICATED"), "", "error[NOT_AUTHENTICATED]: users.list: no", 5),
    ])
    func aStreamThatGoesWrong(_ answer: CannedServer.Answer, _ out: String, _ error: String, _ status: Int32) throws {
        let server = try CannedServer(answer)
        let result = try runner.run("api", "partner", "user", "list", "--stream", "--url", server.address)
        #expect(result.stdout == out && result.stderr.contains(error) && result.status == status, "\(result)")
        #expect(server.count == 1)
    }

    // MARK: What is tried again

    @Test func throttlingIsWaitedOut() throws {
        let slower = CannedServer.refusal(429, "TOO_MANY_REQUESTS", headers: ["Retry-After: 0"])
        let server = try CannedServer(slower, slower, Self.made, slower, Self.made)
        let batch = try run(Self.batch, server)
        #expect(batch.stderr.contains("5 items: 5 done") && batch.status == 0, "\(batch)")
        #expect(server.count == 8)
    }

    @Test func readsAreTriedAgainAsOftenAsTheFlagSays() throws {
        let broken = CannedServer.refusal(503, "SERVICE_UNAVAILABLE", headers: ["Retry-After: 0"])
        let server = try CannedServer(broken, .none, .json(200, "{\"id\":\"u1\",\"name\":\"Ada\"}"))
        #expect(try run("users.fetch(\"u1\").name", server).stdout == "Ada\n")
        #expect(server.count == 3)
        let down = try CannedServer(broken)
        let told = try run(
            "users.fetch(\"u1\") catch e => \"${e.kind} ${e.code} ${e.status} ${e.request}\"", down, ["--retries", "2"])
        #expect(told.stdout == "api SERVICE_UNAVAILABLE 503 req_1\n" && told.status == 0, "\(told)")
        #expect(down.count == 3)
        let capped = try run("users.fetch(\"u1\") catch e => e.status", down, ["--max-requests", "2"])
        #expect(capped.stdout == "503\n" && down.count == 5, "\(capped)")
    }

    @Test func aListThatIsPolledTooFastIsNoFullPlan() throws {
        let server = try CannedServer(
            CannedServer.refusal(429, "LIMITS_REACHED", headers: ["Retry-After: 0"]), .json(200, "{\"items\":[]}"))
        #expect(try run("users.list().count()", server).stdout == "0\n")
    }

    // MARK: What is in doubt

    /// The answer to a write that does not come, or is none, leaves it in doubt where nothing settles it: no `catch` makes that good.
    @Test(arguments: [
        (CannedServer.Answer.none, "OUTCOME_UNKNOWN"), (.silence, "OUTCOME_UNKNOWN"), (.json(200, "{}"), "OUTCOME_UNKNOWN"),
        (.json(200, "{\"message\":\"late\",\"code\":\"TIMEOUT\"}"), "TIMEOUT"), (.json(200, "{\"id\":"), "OUTCOME_UNKNOWN"),
        (CannedServer.refusal(500, "INTERNAL_SERVER_ERROR"), "INTERNAL_SERVER_ERROR"), (.json(502, "<html>"), "OUTCOME_UNKNOWN"),
        (CannedServer.refusal(408, "TIMEOUT"), "TIMEOUT"),
    ])
    func aWriteWithoutItsAnswer(_ answer: CannedServer.Answer, _ code: String) throws {
        let server = try CannedServer(answer)
        let flags = ["--timeout", "300ms", "--retries", "0", "--settle", "0s"]
        let script = try run("users.create() catch e => \"caught\"", server, flags)
        #expect(
            script.stdout == "" && script.stderr.hasPrefix("error[\(code)]: users.create:") && script.status == 4, "\(script)")
        let batch = try run("batch n in 1..4 by n { users.create() }", server, flags)
        #expect(batch.stderr.contains("3 items: 0 done, 3 unknown") && batch.status == 4, "\(batch)")
        #expect(csvRows(try runner.read(runner.runFolder + "/unknown.csv")).map { $0["error_code"] } == [code, code, code])
        let before = server.count
        #expect(try runner.run(["api", "partner", "user", "create", "--url", server.address] + flags.prefix(4)).status == 4)
        // A single operation is sent once, and not settled.
        #expect(server.count == before + 1)
    }

    @Test func aReadWithoutItsAnswerIsATimeout() throws {
        let read = try run(
            "users.fetch(\"x\") catch e => \"${e.kind} ${e.code} ${e.status}\"", try CannedServer(.silence),
            ["--timeout", "100ms", "--retries", "0"])
        #expect(read.stdout == "timeout TIMEOUT null\n" && read.status == 0, "\(read)")
        let server = try CannedServer(.silence)
        defer { withExtendedLifetime(server) {} }
        let flags = ["--url", server.address, "--timeout", "100ms", "--retries", "0"]
        let single = try runner.run(["api", "partner", "user", "fetch", "x"] + flags)
        #expect(single.stderr.hasPrefix("error[TIMEOUT]: users.fetch: no answer from 127.0.0.1 within 100 ms\n"), "\(single)")
    }

    // MARK: ^C

    @Test func interruptWaitsForWhatIsUnderWay() throws {
        let server = try CannedServer(.held(200, "{\"id\":\"u1\"}"))
        let process = try runner.start(["-e", Self.batch, "--url", server.address])
        try #require(eventually { server.count == 1 ? true : nil } == true)
        process.signal(SIGINT)
        try #require(eventually { process.errors.contains("stopping: waiting for what is in flight") ? true : nil } == true)
        server.release()
        let result = try process.end()
        #expect(result.stderr.contains("5 items: 1 done, 4 pending") && result.status == 130, "\(result)")
        #expect(server.count == 1)
    }

    @Test func aSecondInterruptLeavesItInDoubt() throws {
        let server = try CannedServer(.silence)
        let process = try runner.start(["-e", Self.batch, "--url", server.address])
        try #require(eventually { server.count == 1 ? true : nil } == true)
        process.signal(SIGINT)
        try #require(eventually { process.errors.contains("again to abandon it") ? true : nil } == true)
        process.signal(SIGINT)
        let result = try process.end()
        #expect(result.stderr.contains("1 unknown") && result.status == 130, "\(result)")
        #expect(csvRows(try runner.read(runner.runFolder + "/unknown.csv")).count == 1)
    }

    private static let single = ["api", "partner", "user", "create"]
    private static let script = ["-e", "users.create() catch e => 0\nprint(\"went on\")\nusers.create()"]

    @Test(arguments: [single, script], [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aWriteOutsideOfBatchesIsWaitedFor(_ words: [String], _ signal: (number: Int32, status: Int32)) throws {
        let server = try CannedServer(.held(200, "{\"id\":\"u1\"}"))
        let process = try runner.start(words + ["--url", server.address])
        try #require(eventually { server.count == 1 ? true : nil } == true)
        process.signal(signal.number)
        try #require(eventually { process.errors.contains("stopping: waiting for what is in flight") ? true : nil } == true)
        server.release()
        let result = try process.end()
        #expect(
            result.status == signal.status && !result.stdout.contains("went on") && !result.stderr.contains("doubt"), "\(result)")
        #expect(server.count == 1)
    }

    @Test(arguments: [single, script])
    func aSecondInterruptSaysWhatIsInDoubt(_ words: [String]) throws {
        let server = try CannedServer(.silence)
        let process = try runner.start(words + ["--url", server.address])
        try #require(eventually { server.count == 1 ? true : nil } == true)
        process.signal(SIGINT)
        try #require(eventually { process.errors.contains("again to abandon it") ? true : nil } == true)
        process.signal(SIGINT)
        let result = try process.end()
        #expect(result.stderr.contains("in doubt: users.create had not been answered") && result.status == 130, "\(result)")
    }

    @Test(arguments: [["api", "partner", "user", "list"], ["-e", "users.list().count()"]])
    func aReadIsNotWaitedFor(_ words: [String]) throws {
        let server = try CannedServer(.silence)
        let process = try runner.start(words + ["--url", server.address])
        try #require(eventually { server.count == 1 ? true : nil } == true)
        process.signal(SIGINT)
        let result = try process.end()
        #expect(result.status == 130 && result.stdout == "", "\(result)")
    }

    // MARK: A server where all of it goes wrong at once

    /// Every lost answer is settled: all is done, and once.
    @Test func allIsDoneOnce() throws {
        let server = try runner.serve([
            "--seed", "7", "--latency", "1ms", "--jitter", "3ms", "--throttle", "400/s", "--error-rate", "0.02",
            "--drop-requests", "0.02", "--drop-answers", "0.02", "--error-200", "0.02",
        ])
        defer { _ = try? server.stop() }
        let reaching = runner.reaching(server)
        try runner.write(
            """
            batch n in 0..400 by n parallel 32 {
              let user = users.create(name: "u${n}")
              emit { n, id: user.id }
            }
            """, to: "many.cbk")
        let result = try reaching.run("many.cbk", "--url", server.address, "--output", "jsonl")
        #expect(result.status == 0 && result.stdout.split(separator: "\n").count == 400, "\(result)")
        // Reads are tried again until they succeed.
        let names = try reaching.run(
            "-e", "users.list(order: \"asc\").map(user => user.name)", "--url", server.address, "--retries", "20")
        let there = names.stdout.split(separator: "\n")
        #expect(there.count == 400 && Set(there).count == 400)
    }
}
