// Lets requests go wrong as `Faults` say: it delays, refuses and loses them, before they are done or after. What it decides
// comes from the seed and the order of requests alone.
import JSONBytes
import PartnerAPI
import Synchronization

/// The connection is to close without an answer.
struct DroppedConnection: Error {}

/// A class: all requests of a server share its dice, its bucket and its count of creates.
final class FaultInjector: Sendable {
    private struct State {
        var dice: SplitMix
        /// In thousandths of a request.
        var tokens: Int64
        var refilledAt: Int64?
        var creates = 0
    }

    /// What happens to one request.
    private struct Plan {
        var delay: Duration
        var error: PartnerErrorCode?
        /// Whether the error comes after the request is done.
        var isErrorLate: Bool
        var dropsRequest: Bool
        var dropsAnswer: Bool
        var answersError: Bool
    }

    let faults: Faults
    private let state: Mutex<State>
    private let sleep: @Sendable (Duration) async throws -> Void

    init(_ faults: Faults, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.faults = faults
        self.sleep = sleep
        state = Mutex(State(dice: SplitMix(seed: faults.seed), tokens: Int64(faults.throttle?.count ?? 0) * 1000))
    }

    /// Does a request, or lets it go wrong.
    /// - Throws: `DroppedConnection`; `SandboxError` for what is refused.
    func apply(
        to schema: OperationSchema, now: Int64, _ perform: () async throws -> WireResponse
    ) async throws -> WireResponse {
        let plan = state.withLock { roll(&$0.dice) }
        if plan.delay > .zero { try await sleep(plan.delay) }
        if let code = faults.always { throw SandboxError(code, "injected: every request is refused") }
        try throttle(now)
        if plan.dropsRequest { throw DroppedConnection() }
        if let code = plan.error, !plan.isErrorLate { throw SandboxError(code, "injected before the request was done") }
        let isCounted = schema.effect == .create && faults.limitsAfter != nil
        if isCounted { try reserveCreate() }
        let response: WireResponse
        do {
            response = try await perform()
        } catch {
            if isCounted { state.withLock { $0.creates -= 1 } }
            throw error
        }
        if let code = plan.error { throw SandboxError(code, "injected after the request was done") }
        if plan.dropsAnswer { throw DroppedConnection() }
        if plan.answersError, schema.effect.isWrite {
            var answer = try RequestHandler.failure(SandboxError(.timeout, "injected after the request was done"))
            answer.status = 200
            return answer
        }
        return response
    }

    /// The same number of throws whatever comes of them, so that one fault does not change the others.
    private func roll(_ dice: inout SplitMix) -> Plan {
        let jitter = dice.unit() * 2 - 1
        let codes: [PartnerErrorCode] = [.internalServerError, .badGateway, .serviceUnavailable, .gatewayTimeout]
        let isError = dice.unit() < faults.errorRate
        let choice = dice.next()
        return Plan(
            delay: faults.latency + faults.jitter * jitter,
            error: isError ? codes[Int(choice & 3)] : nil, isErrorLate: choice & 4 != 0,
            dropsRequest: dice.unit() < faults.dropRequests, dropsAnswer: dice.unit() < faults.dropAnswers,
            answersError: dice.unit() < faults.errorBodies)
    }

    /// A bucket that holds what is allowed at once and fills evenly.
    private func throttle(_ now: Int64) throws(SandboxError) {
        guard let throttle = faults.throttle else { return }
        let wait = state.withLock { state -> Int64? in
            let full = Int64(throttle.count) * 1000
            let elapsed = max(0, min(now - (state.refilledAt ?? now), throttle.milliseconds))
            state.tokens = min(full, state.tokens + elapsed * full / throttle.milliseconds)
            state.refilledAt = now
            guard state.tokens < 1000 else {
                state.tokens -= 1000
                return nil
            }
            return ((1000 - state.tokens) * throttle.milliseconds / full + 999) / 1000
        }
        guard let wait else { return }
        throw SandboxError(
            .tooManyRequests, "injected: more than \(throttle.count) requests in \(throttle.milliseconds / 1000) s",
            header: WireHeaders.Field("Retry-After", String(max(1, wait))))
    }

    private func reserveCreate() throws(SandboxError) {
        let isFull = state.withLock { state in
            guard state.creates < faults.limitsAfter ?? 0 else { return true }
            state.creates += 1
            return false
        }
        if isFull { throw SandboxError(.limitsReached, "injected: the plan is full after \(faults.limitsAfter ?? 0) creates") }
    }
}

/// SplitMix64: the same numbers for the same seed.
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
