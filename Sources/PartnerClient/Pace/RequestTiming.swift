// Clock and chance, as the client uses them: the system's, or a test's.
import Foundation

package struct RequestTiming: Sendable {
    /// Time that only goes forward, from any start.
    package var now: @Sendable () -> Duration
    /// Milliseconds since the epoch.
    package var date: @Sendable () -> Int64
    /// Ends early only where the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// From 0 up to 1.
    package var chance: @Sendable () -> Double

    package init(
        now: @escaping @Sendable () -> Duration, date: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Duration) async throws -> Void, chance: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.date = date
        self.sleep = sleep
        self.chance = chance
    }

    private static let start = ContinuousClock.now

    package static let system = RequestTiming(
        now: { start.duration(to: .now) }, date: { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) },
        sleep: { try await Task.sleep(for: $0) }, chance: { Double.random(in: 0..<1) })
}

extension Duration {
    /// In seconds, rounded.
    var inSeconds: Double { self / .seconds(1) }
}
