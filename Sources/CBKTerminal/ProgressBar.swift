// How far a run is: a live line on a terminal, at most ten times a second; elsewhere a plain line every ten seconds, and
// none for a short run. Takes counts as often as they come.

import CBKBatch
import Synchronization

/// A class: the run's thread feeds it, and it is one line on one screen.
package final class ProgressBar: ProgressSink {
    private let console: Console
    private let label: String
    private let requests: @Sendable () -> RequestFlow?
    /// `RunProgress.elapsed` when something was last shown, in seconds.
    private let shown = Mutex<Double?>(nil)

    /// Seconds between two drawings on a terminal.
    package static let redrawInterval = 0.1
    /// Seconds between two plain lines.
    package static let lineInterval = 10.0

    /// - Parameters:
    ///   - label: what is done, such as `import users.csv`.
    ///   - requests: the traffic now.
    package init(
        console: Console, label: String, requests: @escaping @Sendable () -> RequestFlow? = { nil }
    ) {
        self.console = console
        self.label = label
        self.requests = requests
    }

    package func update(_ progress: RunProgress) {
        let isTerminal = console.errIsTerminal
        let isDue = shown.withLock { shown in
            // The first line comes after its interval; the bar comes at once.
            let next = isTerminal ? shown.map { $0 + ProgressBar.redrawInterval } ?? 0 : (shown ?? 0) + ProgressBar.lineInterval
            // Sums of tenths are not exact.
            guard progress.elapsed + 1e-9 >= next else { return false }
            shown = progress.elapsed
            return true
        }
        guard isDue else { return }
        var progress = progress
        progress.requests = requests()
        if isTerminal {
            // The last column is left free: some terminals wrap on it.
            let text = ProgressText.bar(progress, label: label, width: console.width - 1, palette: console.errPalette)
            console.setLive(text)
        } else {
            console.note(ProgressText.line(progress, label: label) + "\n")
        }
    }

    /// Takes the bar off; what follows is the summary's.
    package func finish() { console.setLive(nil) }
}
