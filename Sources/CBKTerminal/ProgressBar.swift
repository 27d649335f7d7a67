// How far a run is: a live line on a terminal, at most ten times a second; elsewhere a plain line every ten seconds.
// Takes counts as often as they come; measures the rate itself.

import Synchronization

/// What a run knows of itself. Counts only grow.
package struct ProgressCounts: Sendable, Equatable {
    /// What is done: `import`, or a batch's name.
    package var label: String
    /// How many items there are, where that is known.
    package var total: Int?
    package var done = 0
    package var failed = 0
    package var skipped = 0
    package var unknown = 0
    package var inFlight = 0
    /// The target asked for less.
    package var isThrottled = false
    /// The run drains: nothing new is started.
    package var isStopping = false

    package init(label: String, total: Int? = nil) {
        self.label = label
        self.total = total
    }

    package var ended: Int { done + failed + skipped + unknown }
}

/// A class: the run's threads feed it, and it is one line on one screen.
package final class ProgressBar: Sendable {
    private let console: Console
    /// Time since any fixed moment.
    private let now: @Sendable () -> Duration
    private let state: Mutex<State>

    private struct State {
        var lastDrawn: Duration?
        var meter: RateMeter
    }

    package static let redrawInterval = Duration.milliseconds(100)
    package static let lineInterval = Duration.seconds(10)

    package init(console: Console, now: (@Sendable () -> Duration)? = nil) {
        self.console = console
        let start = ContinuousClock.now
        let clock = now ?? { ContinuousClock.now - start }
        self.now = clock
        state = Mutex(State(lastDrawn: nil, meter: RateMeter(start: clock())))
    }

    package func update(_ counts: ProgressCounts) {
        let time = now()
        let text: String? = state.withLock { state in
            state.meter.record(counts.ended, at: time)
            let interval = console.errIsTerminal ? ProgressBar.redrawInterval : ProgressBar.lineInterval
            // The first plain line comes after an interval, too: a short run prints none.
            if let last = state.lastDrawn {
                guard time - last >= interval else { return nil }
            } else if !console.errIsTerminal {
                state.lastDrawn = time
                return nil
            }
            state.lastDrawn = time
            let rate = state.meter.rate(at: time)
            return console.errIsTerminal
                ? ProgressText.bar(counts, rate: rate, width: console.width - 1, palette: console.errPalette)
                : ProgressText.line(counts, rate: rate)
        }
        guard let text else { return }
        if console.errIsTerminal {
            console.setLive(text)
        } else {
            console.note(text + "\n")
        }
    }

    /// Takes the line off; what follows is the summary's.
    package func finish() { console.setLive(nil) }
}

/// Items per second over the last moments: each sample weighs less the older it is.
struct RateMeter {
    private var lastTime: Duration
    private var lastCount = 0
    private let start: Duration
    private var smoothed: Double?

    /// Samples closer than this are one: a burst would look like a rate.
    private static let step = 0.25
    /// After so many seconds a change of rate has told for two thirds.
    private static let memory = 3.0

    init(start: Duration) {
        self.start = start
        lastTime = start
    }

    mutating func record(_ count: Int, at time: Duration) {
        let seconds = (time - lastTime).inSeconds
        guard seconds >= RateMeter.step else { return }
        let rate = Double(count - lastCount) / seconds
        let weight = min(1, seconds / RateMeter.memory)
        smoothed = smoothed.map { $0 + (rate - $0) * weight } ?? rate
        lastTime = time
        lastCount = count
    }

    /// nil before there is anything to tell.
    func rate(at time: Duration) -> Double? { smoothed }
}

extension Duration {
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
