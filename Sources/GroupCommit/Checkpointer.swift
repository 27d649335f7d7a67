// Copies the write-ahead log back into the database on a connection of its own, so that no commit pays for it.
// Only when the log outgrows its bound, because the copying never catches up, does the writer do it.
import GRDB
import Synchronization

final class Checkpointer: Sendable {
    private struct State {
        /// Jobs committed since the last checkpoint began.
        var jobs = 0
        var isRunning = false
        /// The log is too long for the background.
        var mustReset = false
    }

    private static let jobsBetween = 2000
    /// Pages in the log beyond which the writer empties it: 64 MiB of 4 KiB pages.
    private static let frameLimit = 16_384

    private let queue: DatabaseQueue
    private let state = Mutex(State())

    init(path: String, configuration: Configuration) throws {
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Called by the writer after each commit, outside a transaction.
    func committed(_ jobs: Int, on db: Database) {
        let (mustStart, mustReset) = state.withLock { state in
            state.jobs += jobs
            let mustReset = state.mustReset
            state.mustReset = false
            guard !state.isRunning, state.jobs >= Self.jobsBetween else { return (false, mustReset) }
            state.jobs = 0
            state.isRunning = true
            return (true, mustReset)
        }
        // Both may find the log in use: then the next one does it.
        if mustReset { _ = try? db.checkpoint(.truncate) }
        guard mustStart else { return }
        queue.asyncWriteWithoutTransaction { [self] db in
            let frames = (try? db.checkpoint(.passive))?.walFrameCount ?? 0
            state.withLock { state in
                state.isRunning = false
                state.mustReset = frames > Self.frameLimit
            }
        }
    }
}
