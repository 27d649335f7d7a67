// What is sent again, how often, and after how long; above all what is not.
import PartnerAPI
import Testing

@testable import PartnerClient

@Suite(.timeLimit(.minutes(1))) struct RetryTests {
    private let clock = TestTiming()

    private func users(_ transport: ScriptedTransport, _ options: PartnerClientOptions = PartnerClientOptions())
        -> PartnerUserClient
    {
        PartnerUserClient(
            connection: PartnerConnection(transport: transport, options: options, limiter: nil, timing: clock.timing))
    }

    private static func refusal(_ status: Int, _ code: String, headers: WireHeaders = [:]) -> Result<WireResponse, any Error> {
        answer(status, "{\"message\":\"m\",\"code\":\"\(code)\"}", headers: headers)
    }

    private static let done = answer(200, #"{"id":"u"}"#)

    private func failure(
        _ transport: ScriptedTransport, write: Bool, _ options: PartnerClientOptions = PartnerClientOptions()
    ) async -> PartnerError? {
        do throws(PartnerError) {
            if write { try await users(transport, options).create() } else { _ = try await users(transport, options).fetch("u") }
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        Self.refusal(500, "INTERNAL_SERVER_ERROR"), Self.refusal(502, "BAD_GATEWAY"), Self.refusal(503, "SERVICE_UNAVAILABLE"),
        Self.refusal(504, "GATEWAY_TIMEOUT"), Self.refusal(429, "TOO_MANY_REQUESTS"), Self.refusal(429, "LIMITS_REACHED"),
        Self.refusal(408, "TIMEOUT"), Self.refusal(200, "TIMEOUT"), answer(502, "<html>"), noAnswer(.lost),
        noAnswer(.notSent), noAnswer(.timeout),
    ])
    func readsAreSentAgain(_ first: Result<WireResponse, any Error>) async {
        let transport = ScriptedTransport([first, first, Self.done])
        #expect(await failure(transport, write: false) == nil)
        #expect(transport.requests.count == 3)
        #expect(clock.sleeps == [.milliseconds(250), .milliseconds(500)])
    }

    @Test(arguments: [
        Self.refusal(400, "BAD_REQUEST"), Self.refusal(401, "NOT_AUTHENTICATED"), Self.refusal(404, "NOT_FOUND"),
        Self.refusal(501, "NOT_IMPLEMENTED"), Self.refusal(200, "BAD_REQUEST"), answer(200, "<html>"), answer(301, ""),
    ])
    func otherReadsAreNot(_ first: Result<WireResponse, any Error>) async {
        let transport = ScriptedTransport([first, Self.done])
        #expect(await failure(transport, write: false)?.attempts == 1)
        #expect(transport.requests.count == 1)
    }

    @Test(arguments: [noAnswer(.notSent), Self.refusal(429, "TOO_MANY_REQUESTS"), answer(429, "slow down")])
    func writesThatDidNotHappenAreSentAgain(_ first: Result<WireResponse, any Error>) async {
        let transport = ScriptedTransport([first, Self.done])
        #expect(await failure(transport, write: true) == nil)
        #expect(transport.requests.count == 2)
    }

    @Test(arguments: [
        noAnswer(.lost), noAnswer(.timeout), Self.refusal(500, "INTERNAL_SERVER_ERROR"),
        Self.refusal(503, "SERVICE_UNAVAILABLE", headers: ["Retry-After": "1"]), Self.refusal(408, "TIMEOUT"),
        Self.refusal(200, "TIMEOUT"), answer(200, "{}"), answer(200, #"{"id":"u"#), .failure(CancellationError()),
    ])
    func writesInDoubtAreNeverSentAgain(_ first: Result<WireResponse, any Error>) async {
        let transport = ScriptedTransport([first, Self.done])
        #expect(await failure(transport, write: true)?.kind == .outcomeUnknown)
        #expect(transport.requests.count == 1)
        #expect(clock.sleeps.isEmpty)
    }

    @Test func aFullPlanEndsAWriteAtOnce() async {
        let transport = ScriptedTransport([Self.refusal(429, "LIMITS_REACHED", headers: ["Retry-After": "1"]), Self.done])
        let error = await failure(transport, write: true)
        #expect(error?.kind == .api)
        #expect(error?.code == "LIMITS_REACHED")
        #expect(transport.requests.count == 1)
    }

    @Test func retriesEndAndTheErrorSaysHowOftenItWasTried() async {
        let transport = ScriptedTransport([Self.refusal(503, "SERVICE_UNAVAILABLE")])
        let error = await failure(transport, write: false)
        #expect(transport.requests.count == 6)
        #expect(error?.description == "users.fetch: m (SERVICE_UNAVAILABLE, status 503), after 6 attempts")
        #expect(clock.sleeps.map(\.components.seconds) == [0, 0, 1, 2, 4])
    }

    @Test func theOptionsSayHowOftenAndHowSoon() async {
        let transport = ScriptedTransport([noAnswer(.timeout)])
        _ = await failure(transport, write: false, PartnerClientOptions(retriesOnTimeout: false))
        #expect(transport.requests.count == 1)
        _ = await failure(transport, write: false, PartnerClientOptions(retries: 0))
        #expect(transport.requests.count == 2)
        _ = await failure(transport, write: false, PartnerClientOptions(retries: 12, retryDelay: .seconds(1)))
        #expect(transport.requests.count == 15)
        #expect(clock.sleeps.map(\.components.seconds) == [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30])
    }

    @Test func chanceShortensWhatWeChooseAndNotWhatTheServerAsks() async {
        let users = PartnerUserClient(
            connection: PartnerConnection(
                transport: ScriptedTransport([
                    Self.refusal(503, "X"), Self.refusal(503, "X", headers: ["Retry-After": "7"]), Self.done,
                ]), options: PartnerClientOptions(), limiter: nil, timing: TestTiming(chance: 0).timing))
        await #expect(throws: Never.self) { try await users.fetch("u") }
        let clock = TestTiming(chance: 0.5)
        let policy = RetryPolicy()
        let error = PartnerError(kind: .api, message: "m", status: 503, operation: "users.fetch", retryAfter: "7")
        #expect(policy.wait(after: error, of: .userFetch, attempts: 1, clock.timing) == .milliseconds(7125))
    }

    @Test func whoAsksForTooLongAWaitIsNotWaitedFor() async {
        let transport = ScriptedTransport([Self.refusal(429, "TOO_MANY_REQUESTS", headers: ["Retry-After": "301"]), Self.done])
        #expect(await failure(transport, write: true)?.retryAfter == "301")
        #expect(transport.requests.count == 1)
    }

    @Test(arguments: [
        ("0", Duration.zero), ("120", .seconds(120)), (" 5", .seconds(5)), ("Thu, 01 Jan 2026 00:00:30 GMT", .seconds(30)),
        ("Thursday, 01-Jan-26 00:01:00 GMT", .seconds(60)), ("Thu Jan  1 00:00:05 2026", .seconds(5)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", .zero), ("Sun, 01 Mar 2026 00:00:00 GMT", .seconds(59 * 86_400)), ("-1", nil),
        ("soon", nil),
        ("1.5", nil), ("", nil), ("Thu, 32 Jan 2026 00:00:30 GMT", nil), ("Thu, 01 Foo 2026 00:00:30 GMT", nil),
    ])
    func retryAfterIsSecondsOrADate(_ text: String, _ expected: Duration?) {
        #expect(RetryAfter.duration(text, now: 1_767_225_600_000) == expected)
    }

    @Test func datesAreRightAllYear() {
        // 2024-02-29T12:00:00Z and 2100-03-01T00:00:00Z
        #expect(RetryAfter.duration("Thu, 29 Feb 2024 12:00:00 GMT", now: 0) == .milliseconds(1_709_208_000_000))
        #expect(RetryAfter.duration("Mon, 01 Mar 2100 00:00:00 GMT", now: 0) == .milliseconds(4_107_542_400_000))
    }

    @Test func aCancelledWaitEndsTheCall() async {
        let transport = ScriptedTransport([noAnswer(.notSent)])
        let users = PartnerUserClient(transport: transport, options: PartnerClientOptions(retryDelay: .seconds(3000)))
        let task = Task { () -> PartnerError? in
            do throws(PartnerError) { try await users.create() } catch { return error }
            return nil
        }
        while transport.requests.isEmpty { await Task.yield() }
        task.cancel()
        let error = await task.value
        #expect(error?.kind == .cancelled)
        #expect(transport.requests.count == 1)
    }
}
