// A clock that stands until somebody sleeps, and chance that is set. What was slept is kept.
import Synchronization

@testable import PartnerClient

final class TestTiming: Sendable {
    private let state: Mutex<(now: Duration, sleeps: [Duration])>
    private let chance: Double

    /// - Parameter chance: from 0 up to 1; 1 itself shows the longest waits.
    init(chance: Double = 1) {
        state = Mutex((now: .seconds(1000), sleeps: []))
        self.chance = chance
    }

    var now: Duration { state.withLock { $0.now } }
    var sleeps: [Duration] { state.withLock { $0.sleeps } }

    func advance(_ time: Duration) { state.withLock { $0.now += time } }

    /// Its date is 2026-01-01T00:00:00Z at the start.
    var timing: RequestTiming {
        RequestTiming(
            now: { self.now }, date: { 1_767_225_600_000 + (self.now - .seconds(1000)).components.seconds * 1000 },
            sleep: { time in
                try Task.checkCancellation()
                self.state.withLock { state in
                    state.now += time
                    state.sleeps.append(time)
                }
            }, chance: { self.chance })
    }
}
