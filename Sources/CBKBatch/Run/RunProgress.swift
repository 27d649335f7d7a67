// How far a batch is, for a bar or a line now and then.

/// The traffic with a live account.
package struct RequestFlow: Sendable, Equatable {
    package var inFlight: Int
    /// How often the server has said to slow down.
    package var throttled: Int

    package init(inFlight: Int, throttled: Int) {
        self.inFlight = inFlight
        self.throttled = throttled
    }
}

package struct RunProgress: Sendable, Equatable {
    package var total: Int?
    package var done = 0
    package var failed = 0
    package var skipped = 0
    package var unknown = 0
    package var inFlight = 0
    /// nil on the sandbox.
    package var requests: RequestFlow?
    /// Nothing more starts.
    package var isStopping = false
    /// Items that ended per second, of late.
    package var rate = 0.0
    /// Seconds since the start.
    package var elapsed = 0.0

    package init(total: Int? = nil) { self.total = total }

    package var ended: Int { done + failed + skipped + unknown }

    /// Seconds to go at the present rate, where the total is known.
    package var secondsLeft: Double? {
        guard let total, rate > 0 else { return nil }
        return Double(max(0, total - ended)) / rate
    }
}

/// Shows progress. Called from the batch's thread, at most ten times a second, and once at the end.
package protocol ProgressSink: Sendable {
    func update(_ progress: RunProgress)
    func finish()
}

/// Seconds from some fixed moment; never goes back.
package protocol MonotonicClock: Sendable {
    func seconds() -> Double
}

package struct UptimeClock: MonotonicClock {
    private let start = ContinuousClock.now

    package init() {}

    package func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
}

/// The rate over the last ten seconds or so, from a sample every half second.
struct RateMeter: Sendable {
    private var samples: [(time: Double, count: Int)] = []

    mutating func note(_ count: Int, at time: Double) -> Double {
        if samples.isEmpty { samples.append((0, 0)) }
        if let last = samples.last, time - last.time >= 0.5 {
            samples.append((time, count))
            if samples.count > 20 { samples.removeFirst() }
        }
        guard let first = samples.first, time > first.time else { return 0 }
        return Double(count - first.count) / (time - first.time)
    }
}
