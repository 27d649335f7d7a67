// Injected faults, within the process and over HTTP: which requests they hit, what was done of them, and that a seed repeats.
import GRDB
import JSONBytes
import PartnerAPI
import PartnerClient
import Synchronization
import Testing

@testable import PartnerSandbox

@Suite(.timeLimit(.minutes(1))) struct FaultTests {
    private func faults(_ set: (inout Faults) -> Void) -> Faults {
        var faults = Faults()
        faults.seed = 42
        set(&faults)
        return faults
    }

    /// The statuses of so many creates; 0 where the connection closed.
    private func statuses(_ sandbox: Sandbox, _ count: Int) async throws -> [Int] {
        var statuses: [Int] = []
        for number in 0..<count {
            do {
                statuses.append(try await sandbox.post("/create", "{\"name\":\"\(number)\"}").status)
            } catch is DroppedConnection {
                statuses.append(0)
            }
        }
        return statuses
    }

    private func count(_ sandbox: Sandbox) async throws -> Int {
        try await sandbox.store.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM users") ?? -1 }
    }

    @Test func aSeedRepeats() async throws {
        let some = faults { ($0.errorRate, $0.dropAnswers, $0.dropRequests) = (0.2, 0.1, 0.1) }
        let first = try await statuses(try Sandbox(faults: some), 200)
        #expect(try await statuses(try Sandbox(faults: some), 200) == first)
        var other = some
        other.seed = 43
        #expect(try await statuses(try Sandbox(faults: other), 200) != first)
        #expect((20...60).contains(first.count { $0 >= 500 }) && (20...60).contains(first.count { $0 == 0 }))
        #expect(Set(first).isSuperset(of: [200, 0, 500, 502, 503, 504]))
    }

    @Test func droppedRequestsAreNotDoneAndDroppedAnswersAre() async throws {
        let lost = try Sandbox(faults: faults { $0.dropRequests = 0.5 })
        let lostStatuses = try await statuses(lost, 50)
        #expect(try await count(lost) == lostStatuses.count { $0 == 200 })
        #expect(lostStatuses.contains(0))
        let done = try Sandbox(faults: faults { $0.dropAnswers = 0.5 })
        let doneStatuses = try await statuses(done, 50)
        #expect(try await count(done) == 50)
        #expect(doneStatuses.contains(0) && doneStatuses.contains(200))
    }

    @Test func ofErrorsEveryOtherIsDone() async throws {
        let sandbox = try Sandbox(faults: faults { $0.errorRate = 1 })
        let answer = try await sandbox.post("/create")
        #expect(answer.status >= 500 && answer.message.hasPrefix("injected"))
        #expect(try await statuses(sandbox, 99).allSatisfy { $0 >= 500 })
        #expect(try await (25...75).contains(count(sandbox)))
    }

    @Test func aWriteThatIsDoneMayAnswerAnError() async throws {
        let sandbox = try Sandbox(faults: faults { $0.errorBodies = 1 })
        let answer = try await sandbox.post("/create")
        #expect(answer.status == 200 && answer.code == "TIMEOUT" && answer.json["id"] == nil)
        #expect(try await sandbox.get("/list").json["items"]?.arrayValue?.count == 1)
        let error = await #expect(throws: PartnerError.self) { try await sandbox.users.create(PartnerUserCreateRequest()) }
        #expect(error?.code == "TIMEOUT")
    }

    @Test func aThrottleLetsThroughWhatIsAllowed() async throws {
        let sandbox = try Sandbox(faults: faults { $0.throttle = Faults.Throttle("3/s") })
        #expect(try await statuses(sandbox, 5) == [200, 200, 200, 429, 429])
        let refused = try await sandbox.handler.respond(to: WireRequest(method: .get, path: "/v1/partner/user/list"))
        #expect(refused.headers["Retry-After"] == "1" && refused.status == 429)
        sandbox.clock.advance(333)
        #expect(try await statuses(sandbox, 1) == [429])
        sandbox.clock.advance(1)
        #expect(try await statuses(sandbox, 2) == [200, 429])
        sandbox.clock.advance(60_000)
        #expect(try await statuses(sandbox, 4) == [200, 200, 200, 429])
        let slow = try Sandbox(faults: faults { $0.throttle = Faults.Throttle("1/h") })
        #expect(try await statuses(slow, 1) == [200])
        let later = try await slow.handler.respond(to: WireRequest(method: .get, path: "/v1/partner/user/list"))
        #expect(later.headers["Retry-After"] == "3600")
    }

    @Test func aFullPlanRefusesCreatesAlone() async throws {
        let sandbox = try Sandbox(faults: faults { $0.limitsAfter = 2 })
        #expect(try await sandbox.post("/create", "{\"alias\":\"No\"}").status == 400)
        let first = try await sandbox.post("/create").id
        #expect(try await sandbox.post("/\(first)/token/create").status == 200)
        let refused = try await sandbox.post("/create")
        #expect(refused.status == 429 && refused.code == "LIMITS_REACHED")
        #expect(try await sandbox.post("/\(first)/update", "{\"name\":\"x\"}").status == 200)
        #expect(try await sandbox.post("/\(first)/delete").status == 200)
    }

    @Test func aSlowIndexShowsUsersLater() async throws {
        let sandbox = try Sandbox(faults: faults { $0.slowIndex = .seconds(2) })
        let id = try await sandbox.post("/create", "{\"email\":\"a@example.com\"}").id
        let query = [QueryItem("email", "a@example.com")]
        #expect(try await sandbox.get("/\(id)/fetch").status == 200)
        #expect(try await sandbox.get("/list", query: query).json == ["items": []])
        sandbox.clock.advance(1999)
        #expect(try await sandbox.get("/list", accept: "application/jsonl").text == "")
        sandbox.clock.advance(1)
        #expect(try await sandbox.get("/list", query: query).json["cursor"] == .string(id))
    }

    @Test func theEmailFilterCanBeUnknown() async throws {
        let sandbox = try Sandbox(faults: faults { $0.ignoresEmailFilter = true })
        _ = try await sandbox.post("/create", "{\"email\":\"a@example.com\"}")
        let list = try await sandbox.get("/list", query: [QueryItem("email", "b@example.com")])
        #expect(list.json["items"]?.arrayValue?.count == 1)
    }

    @Test(arguments: PartnerErrorCode.allCases) func everyRequestCanBeRefused(_ code: PartnerErrorCode) async throws {
        let sandbox = try Sandbox(faults: faults { $0.always = code })
        let answer = try await sandbox.get("/list")
        #expect(answer.status == code.status && answer.code == code.rawValue)
    }

    @Test func latencyAndJitterPassBeforeTheRequest() async throws {
        let slept = Mutex<[Duration]>([])
        let sandbox = try Sandbox(
            faults: faults { ($0.latency, $0.jitter) = (.milliseconds(20), .milliseconds(10)) },
            sleep: { duration in slept.withLock { $0.append(duration) } })
        _ = try await statuses(sandbox, 100)
        let times = slept.withLock { $0 }
        #expect(times.count == 100 && Set(times).count > 90)
        #expect(times.allSatisfy { $0 >= .milliseconds(10) && $0 <= .milliseconds(30) })
    }

    @Test(arguments: ["", "200", "200/d", "0/s", "-1/s", "a/s", "1/s/s", "1.5/s"])
    func throttlesAreCountsInATime(_ text: String) {
        #expect(Faults.Throttle(text) == nil)
    }

    // MARK: - Over HTTP

    @Test(arguments: [true, false]) func aDropClosesTheConnection(_ isDone: Bool) async throws {
        var live = try LiveSandbox()
        if isDone { live.faults.dropAnswers = 1 } else { live.faults.dropRequests = 1 }
        try await live.connected { [live] connection in
            try await connection.send(live.request("POST /v1/partner/user/create", body: "{}"))
            let isAtEnd = await connection.isAtEnd()
            #expect(isAtEnd)
            let count = try await live.store.listUsers(try ListQuery([], filters: true), take: 10).count
            #expect(count == (isDone ? 1 : 0))
        }
    }

    @Test func injectedErrorsHaveARequestIDAndTheDocumentNamesThem() async throws {
        var live = try LiveSandbox()
        live.faults.always = .noSubscription
        try await live.connected { [live] connection in
            let answer = try await connection.ask(live.request("GET /v1/partner/user/list"))
            #expect(answer.status == 402 && answer.code == "NO_SUBSCRIPTION" && answer.headers["x-request-id"] != nil)
            let document = try await connection.ask("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
            let reader = OpenAPIReader(document: document.json)
            let response = WireResponse(status: answer.status, headers: answer.headers, body: .bytes([]))
            let problems = reader.problems(response, answer.text, of: .get, "/partner/user/list", isStrict: true)
            #expect(problems == [])
        }
    }
}
