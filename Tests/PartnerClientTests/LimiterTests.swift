// The limiter: who may go, in which order, how fast, and that nothing is lost when waits are cancelled.
import Foundation
import PartnerAPI
import PartnerSandbox
import Synchronization
import Testing

@testable import PartnerClient

@Suite(.timeLimit(.minutes(1))) struct LimiterTests {
    private let clock = TestTiming()

    private func limiter(rate: Double? = nil, concurrency: Int = 64) -> RequestLimiter {
        RequestLimiter(rate: rate, concurrency: concurrency, timing: clock.timing)
    }

    /// Waits until the limiter's state is so, or the test's time is up.
    private func reach(_ limiter: RequestLimiter, _ condition: (RequestLimiter.State) -> Bool) async {
        while !condition(limiter.state), !Task.isCancelled { await Task.yield() }
    }

    @Test func whoComesFirstGoesFirst() async throws {
        let limiter = limiter(concurrency: 1)
        let order = Seen<Int>()
        let first = try await limiter.acquire()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    guard let permit = try? await limiter.acquire() else { return }
                    order.add(number)
                    limiter.release(permit, .answered)
                }
                await reach(limiter) { $0.waiting == number + 1 }
            }
            limiter.release(first, .answered)
        }
        #expect(order.all == Array(0..<20))
        #expect(limiter.state == .init(limit: 1, inFlight: 0, waiting: 0, rate: nil, throttled: 0, attempts: 21))
    }

    @Test func aCancelledWaitTakesNothing() async throws {
        let limiter = limiter(concurrency: 1)
        let permit = try await limiter.acquire()
        let tasks = (0..<5).map { _ in Task { try await limiter.acquire() } }
        await reach(limiter) { $0.waiting == 5 }
        for task in tasks.dropLast() { task.cancel() }
        for task in tasks.dropLast() { await #expect(throws: CancellationError.self) { try await task.value } }
        #expect(limiter.state.waiting == 1)
        limiter.release(permit, .answered)
        let last = try await #require(tasks.last).value
        limiter.release(last, .answered)
        #expect(limiter.state.inFlight == 0)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func inFlightNeverGrowsBeyondTheLimit(_ seed: UInt64) async throws {
        var numbers = SplitMix(seed: seed)
        let limiter = limiter(concurrency: 16)
        var held: [RequestLimiter.Permit] = []
        var waiting: [Task<RequestLimiter.Permit, any Error>] = []
        for _ in 0..<600 {
            let before = limiter.state
            switch Int.random(in: 0..<10, using: &numbers) {
            case 0..<5: waiting.append(Task { try await limiter.acquire() })
            case 5 where !waiting.isEmpty:
                // It may have its permit by now: then that is given back.
                let task = waiting.remove(at: Int.random(in: 0..<waiting.count, using: &numbers))
                task.cancel()
                if let permit = try? await task.value { limiter.release(permit, .failed) }
            default:
                guard !held.isEmpty else { continue }
                let permit = held.remove(at: Int.random(in: 0..<held.count, using: &numbers))
                clock.advance(.milliseconds(Int.random(in: 1...30, using: &numbers)))
                limiter.release(
                    permit, [.answered, .answered, .answered, .throttled, .failed].randomElement(using: &numbers) ?? .failed)
            }
            // Who slept for a rate that is gone takes a moment to awake.
            func isAtRest(_ state: RequestLimiter.State) -> Bool {
                state.waiting == 0 || state.inFlight >= state.limit || state.rate != nil
            }
            // Everybody has either gone or queued up; those that went are held.
            await reach(limiter) { $0.inFlight + $0.waiting == held.count + waiting.count && isAtRest($0) }
            let state = limiter.state
            #expect(state.inFlight <= max(state.limit, before.inFlight), "seed \(seed)")
            #expect((1...16).contains(state.limit))
            #expect(isAtRest(state), "nobody waits for nothing")
            while held.count < limiter.state.inFlight, !waiting.isEmpty { held.append(try await waiting.removeFirst().value) }
        }
        for permit in held { limiter.release(permit, .answered) }
        for task in waiting { limiter.release(try await task.value, .answered) }
        let end = limiter.state
        #expect(end.inFlight == 0)
        #expect(end.waiting == 0)
    }

    @Test func aRateHolds() async throws {
        let limiter = limiter(rate: 20)
        let start = clock.now
        var begins: [Duration] = []
        for _ in 0..<100 {
            let permit = try await limiter.acquire()
            begins.append(clock.now - start)
            limiter.release(permit, .answered)
        }
        // Two may begin together, which is a tenth of a second's.
        for (index, begin) in begins.enumerated() { #expect(begin >= .milliseconds(50 * (index - 2))) }
        #expect(begins[99] <= .seconds(5))
        #expect(limiter.state.rate == 20)
    }

    @Test func oneSleepsForItsSecondAndTheOthersWaitBehindIt() async throws {
        let gate = Seen<Duration>()
        let timing = RequestTiming(
            now: { .zero }, date: { 0 },
            sleep: { time in
                gate.add(time)
                try await Task.sleep(for: .seconds(3600))
            }, chance: { 0 })
        let limiter = RequestLimiter(rate: 1, concurrency: 8, timing: timing)
        _ = try await limiter.acquire()
        let tasks = (0..<3).map { _ in Task { try await limiter.acquire() } }
        await reach(limiter) { $0.waiting == 3 }
        #expect(gate.all == [.seconds(1)])
        for task in tasks { task.cancel() }
        for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
        #expect(limiter.state.waiting == 0)
        #expect(limiter.state.inFlight == 1)
    }

    // MARK: - Levels

    /// Runs rounds of as many attempts as the limit allows, all of the same latency and outcome.
    private func run(
        _ pace: inout Pace, rounds: Int, latency: Duration, outcome: RequestLimiter.Outcome = .answered, now: inout Duration
    ) {
        for _ in 0..<rounds {
            let permits = (0..<pace.limit).map { _ in RequestLimiter.Permit(start: now, cuts: pace.cuts) }
            now += latency
            for permit in permits { pace.note(outcome, permit, wasFull: true, now: now) }
        }
    }

    @Test func theLimitClimbsWhileLatencyHolds() {
        var now = Duration.zero
        var pace = Pace(rate: nil, concurrency: 64, now: now)
        #expect(pace.limit == 8)
        run(&pace, rounds: 3, latency: .milliseconds(80), now: &now)
        #expect(pace.limit == 64)
        #expect(pace.rate == nil)
        run(&pace, rounds: 50, latency: .milliseconds(80), now: &now)
        #expect(pace.limit == 64)
    }

    @Test func theLimitStandsWhereLatencyGrows() {
        var now = Duration.zero
        var pace = Pace(rate: nil, concurrency: 64, now: now)
        run(&pace, rounds: 1, latency: .milliseconds(80), now: &now)
        let before = pace.limit
        run(&pace, rounds: 3, latency: .milliseconds(900), now: &now)
        #expect(pace.limit - before <= 2, "only until the average has seen it")
    }

    @Test func whatIsNotUsedDoesNotClimb() {
        var pace = Pace(rate: nil, concurrency: 64, now: .zero)
        for _ in 0..<100 { pace.note(.answered, .init(start: .zero, cuts: 0), wasFull: false, now: .milliseconds(10)) }
        #expect(pace.limit == 8)
    }

    @Test func throttlingHalvesOnceARoundAndTeachesTheRate() {
        var now = Duration.seconds(10)
        var pace = Pace(rate: nil, concurrency: 64, now: now)
        run(&pace, rounds: 30, latency: .milliseconds(100), now: &now)
        let permits = (0..<64).map { _ in RequestLimiter.Permit(start: now, cuts: pace.cuts) }
        for permit in permits { pace.note(.throttled, permit, wasFull: true, now: now) }
        #expect(pace.limit == 32)
        // 640 a second were answered.
        let rate = pace.rate ?? 0
        #expect((450...600).contains(rate), "\(rate)")
        pace.note(.throttled, .init(start: now, cuts: pace.cuts), wasFull: true, now: now)
        #expect(pace.limit == 16)
    }

    /// Wherever in a second it begins.
    @Test(arguments: [0, 500, 930, 980]) func aRateIsLearnedFromAFractionOfASecond(_ offset: Int) {
        var now = Duration.seconds(7) + .milliseconds(offset)
        var pace = Pace(rate: nil, concurrency: 64, now: now)
        run(&pace, rounds: 10, latency: .milliseconds(10), now: &now)
        let answers = pace.limit
        pace.note(.throttled, .init(start: now, cuts: 0), wasFull: true, now: now)
        #expect((pace.rate ?? 0) > 1000, "\(pace.rate ?? 0) after 100 ms with up to \(answers) at once")
    }

    @Test func theLimitNeverFallsBelowOne() {
        var now = Duration.zero
        var pace = Pace(rate: nil, concurrency: 3, now: now)
        run(&pace, rounds: 20, latency: .milliseconds(10), outcome: .throttled, now: &now)
        #expect(pace.limit == 1)
        #expect(pace.rate == nil, "nothing was answered, so no rate is known")
        run(&pace, rounds: 40, latency: .milliseconds(10), now: &now)
        #expect(pace.limit == 3)
    }

    @Test func aLearnedRateGrowsBackAndIsForgotten() {
        var now = Duration.seconds(10)
        var pace = Pace(rate: 1000, concurrency: 8, now: now)
        run(&pace, rounds: 30, latency: .milliseconds(100), now: &now)
        pace.note(.throttled, .init(start: now, cuts: 0), wasFull: true, now: now)
        let learned = pace.rate ?? 0
        #expect(learned < 100)
        run(&pace, rounds: 30, latency: .milliseconds(100), now: &now)
        #expect((pace.rate ?? 0) > learned)
        run(&pace, rounds: 600, latency: .milliseconds(100), now: &now)
        #expect(pace.rate == 1000, "what is far more than is used is nobody's limit")
    }

    // MARK: - With the client

    @Test func everyAttemptGoesThroughTheLimiter() async throws {
        let limiter = limiter()
        let slow = answer(429, #"{"message":"m","code":"TOO_MANY_REQUESTS"}"#)
        let transport = ScriptedTransport([slow, noAnswer(.notSent), answer(503, ""), answer(200, #"{"id":"u"}"#)])
        let users = PartnerUserClient(
            connection: PartnerConnection(
                transport: transport, options: PartnerClientOptions(), limiter: limiter, timing: clock.timing))
        _ = try await users.fetch("u")
        #expect(limiter.state.attempts == 4)
        #expect(limiter.state.throttled == 2)
        #expect(limiter.state.inFlight == 0)
        #expect(users.extend(PartnerClientOptions(timezone: "UTC")).connection.limiter === limiter)
        #expect(users.token.connection.limiter === limiter)
    }

    @Test func aWaitForRetryAfterHoldsNoSlot() async throws {
        let seen = Seen<Int>()
        let limiter = RequestLimiter(concurrency: 1, timing: clock.timing)
        let timing = RequestTiming(
            now: { .zero }, date: { 0 }, sleep: { _ in seen.add(limiter.state.inFlight) }, chance: { 0 })
        let slow = answer(429, #"{"message":"m","code":"TOO_MANY_REQUESTS"}"#, headers: ["Retry-After": "5"])
        let transport = ScriptedTransport([slow, answer(200, #"{"id":"u"}"#)])
        let users = PartnerUserClient(
            connection: PartnerConnection(transport: transport, options: PartnerClientOptions(), limiter: limiter, timing: timing)
        )
        try await users.create()
        #expect(seen.all == [0])
    }

    @Test func aFullPlanIsNoThrottling() async {
        let limiter = limiter()
        let users = PartnerUserClient(
            transport: ScriptedTransport(429, #"{"message":"m","code":"LIMITS_REACHED"}"#), limiter: limiter)
        _ = await #expect(throws: PartnerError.self) { try await users.create() }
        #expect(limiter.state.throttled == 0)
    }
}
