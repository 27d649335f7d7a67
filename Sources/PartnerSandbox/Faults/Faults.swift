// What is to go wrong, and how often. Rates are from 0 to 1; nothing goes wrong by default.
import PartnerAPI

package struct Faults: Sendable, Equatable {
    /// Requests in a time, beyond which they are refused with TOO_MANY_REQUESTS.
    package struct Throttle: Sendable, Equatable {
        package var count: Int
        package var milliseconds: Int64

        /// Reads `200/s`, `100/m` or `5000/h`; nil for anything else.
        package init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let count = Int(parts[0]), count > 0,
                let milliseconds: Int64 = ["s": 1000, "m": 60_000, "h": 3_600_000][parts[1]]
            else { return nil }
            self.count = count
            self.milliseconds = milliseconds
        }
    }

    /// What decides which requests are hit: with the same seed and the same requests in the same order, the same ones.
    package var seed: UInt64 = 0
    /// Before each request is looked at.
    package var latency: Duration = .zero
    /// Added to the latency or taken from it, up to so much.
    package var jitter: Duration = .zero
    /// Answered with a status from 500 on; every other such write is done.
    package var errorRate = 0.0
    /// Lost before anything is done; the connection closes without an answer.
    package var dropRequests = 0.0
    /// The request is done, and the connection closes without an answer.
    package var dropAnswers = 0.0
    /// A write that is done is answered with status 200 and an error object.
    package var errorBodies = 0.0
    package var throttle: Throttle?
    /// Creates beyond so many are refused with LIMITS_REACHED.
    package var limitsAfter: Int?
    /// Lists do not show what is younger than this.
    package var slowIndex: Duration = .zero
    /// Lists of users do not know the filter by address, and ignore it.
    package var ignoresEmailFilter = false
    /// Every request is refused with this.
    package var always: PartnerErrorCode?

    package init() {}

    /// Whether anything goes wrong.
    package var areAny: Bool {
        var none = Faults()
        none.seed = seed
        return self != none
    }
}
