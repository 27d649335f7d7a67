// The process's exit codes and which of several reasons wins.

package enum ExitCode: Int32, Sendable, CaseIterable {
    case success = 0
    /// Finished, but some items failed; or an uncaught error.
    case failed = 1
    /// Usage, check or validation: nothing was sent.
    case usage = 2
    /// Stopped by an error cap, a brake or a full plan.
    case stopped = 3
    /// Writes whose outcome is unknown remain.
    case inDoubt = 4
    /// The account, the journal or the disk does not let the run go on.
    case fatal = 5
    /// A plan that has changes, where that was asked for.
    case changes = 6
    case interrupted = 130
    case terminated = 143

    /// The order in which the first that holds is taken.
    private static let precedence: [ExitCode] = [
        .fatal, .interrupted, .terminated, .inDoubt, .stopped, .failed, .usage, .changes, .success,
    ]

    /// Of two that hold, the one that the process ends with.
    package func combined(with other: ExitCode) -> ExitCode {
        Self.precedence.first { $0 == self || $0 == other } ?? self
    }

    /// What an error ends a command with that does nothing else.
    package init(_ error: BatchError) {
        self =
            switch error.consequence {
            case .stop(let reason): ExitCode(reason)
            case .doubt: .inDoubt
            // What could not be made into a request was not sent.
            case .item, .itemForGood: error.kind == .invalidRequest ? .usage : .failed
            }
    }

    package init(_ reason: StopReason.Kind) {
        self =
            switch reason {
            case .ended: .success
            case .errorCap, .planFull, .brake: .stopped
            case .fatal: .fatal
            case .budget, .source: .failed
            case .interrupted: .interrupted
            case .terminated: .terminated
            }
    }
}
