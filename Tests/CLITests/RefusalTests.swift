// What a batch's body catches of the API's refusals and what it cannot, what its items end as, and how the script goes on.

import Foundation
import TestSupport
import Testing

struct RefusalTests {
    private let runner: BinaryRunner

    init() throws {
        var runner = try BinaryRunner()
        runner.variables["CHATBOTKIT_API_SECRET"] = "any"
        self.runner = runner
    }

    private static let made = CannedServer.Answer.json(200, "{\"id\":\"u1\"}")
    private static let refused = CannedServer.refusal(403, "NOT_AUTHORIZED")

    private func run(_ code: String, _ server: CannedServer, _ flags: [String] = []) throws -> RunResult {
        try runner.run(["-e", code, "--url", server.address, "--quiet", "--new-run"] + flags)
    }

    /// Five items, one by one, that catch whatever they can; how they ended, and the codes that were caught.
    private func items(_ call: String, _ server: CannedServer, _ flags: [String] = []) throws -> RunResult {
        try run(
            """
            let r = batch n in 1..6 by n parallel 1 { try { \(call) } catch e { emit { code: e.code } } }
            print("${r.done} ${r.failed} ${r.unknown} ${r.pending}", r.rows.map(row => row.code).join(" "))
            """, server, flags)
    }

    @Test(arguments: [(401, "NOT_AUTHENTICATED", 5), (402, "NO_SUBSCRIPTION", 5), (429, "LIMITS_REACHED", 3)])
    func theBodyDoesNotCatchWhatStopsTheRun(_ status: Int, _ code: String, _ exitCode: Int32) throws {
        let server = try CannedServer(Self.made, CannedServer.refusal(status, code))
        let result = try items("users.create()", server)
        #expect(result.stdout == "1 0 0 4 \n" && result.status == exitCode && server.count == 2, "\(result)")
        #expect(csvRows(try runner.read(runner.runFolder + "/unprocessed.csv")).count == 4)
    }

    @Test func theBodyCatchesFour403InARowAndNotTheFifth() throws {
        let always = try items("users.update(\"x\", name: \"y\")", CannedServer(Self.refused))
        #expect(always.stdout == "4 0 0 1 NOT_AUTHORIZED NOT_AUTHORIZED NOT_AUTHORIZED NOT_AUTHORIZED\n", "\(always)")
        #expect(always.status == 5)
        // An answer in between begins the count anew.
        let server = try CannedServer(Self.refused, Self.refused, Self.refused, Self.refused, Self.made, Self.refused)
        let broken = try items("users.create(); users.create()", server)
        #expect(broken.stdout.hasPrefix("5 0 0 0 ") && broken.status == 0 && server.count == 6, "\(broken)")
    }

    /// Its item alone: the next ones may well succeed.
    @Test func aWriteWhoseAnswerWasLostIsUnknown() throws {
        let server = try CannedServer(Self.made, .none, .none, Self.made)
        let result = try items("users.create()", server, ["--settle", "0s"])
        #expect(result.stdout == "4 0 1 0 \n" && result.status == 4 && server.count == 6, "\(result)")
        #expect(csvRows(try runner.read(runner.runFolder + "/unknown.csv")).map { $0["cbk_key"] } == ["2"])
        // Where it can be settled, it is.
        let settled = try CannedServer(Self.made, .none, .none, Self.made)
        let well = try items("users.create()", settled, ["--settle", "10s"])
        #expect(well.stdout == "5 0 0 0 \n" && well.status == 0 && settled.count == 7, "\(well)")
    }

    @Test(arguments: [
        (400, "BAD_REQUEST"), (404, "NOT_FOUND"), (405, "METHOD_NOT_ALLOWED"), (409, "CONFLICT"), (413, "CONTENT_TOO_LARGE"),
        (422, "UNPROCESSABLE_ENTITY"),
    ])
    func otherRefusalsAreCaught(_ status: Int, _ code: String) throws {
        let server = try CannedServer(CannedServer.refusal(status, code))
        let fields = try run("users.create() catch e => [e.kind, e.code, e.status, e.operation, e.request]", server)
        #expect(fields.lines == ["api", code, "\(status)", "users.create", "req_1"] && fields.status == 0, "\(fields)")
        let caught = try items("users.create()", server)
        #expect(caught.stdout == "5 0 0 0 \(Array(repeating: code, count: 5).joined(separator: " "))\n", "\(caught)")
        let failed = try run(
            "batch n in 1..3 by n { users.create() }", CannedServer(CannedServer.refusal(status, code), Self.made))
        #expect(failed.status == 1)
        #expect(csvRows(try runner.read(runner.runFolder + "/failed.csv")).map { $0["error_code"] } == [code])
    }

    @Test func afterAStopLaterBatchesStartNothingAndAWriteEndsTheScript() throws {
        let server = try CannedServer(Self.made, CannedServer.refusal(429, "LIMITS_REACHED"))
        let result = try run(
            """
            let first = batch n in 1..4 by n parallel 1 { users.create() }
            let second = batch n in 1..3 by n { users.create() }
            print([first, second].map(r => [r.done, r.pending]))
            users.create() catch e => print("caught")
            print("unreached")
            """, server)
        #expect(result.stdout == "[[1, 2], [0, 2]]\n" && result.stderr.hasPrefix("error[STOPPED]: users.create"), "\(result)")
        #expect(result.status == 3 && server.count == 2)
    }
}
