// Copies the write-ahead log back into the database on a connection of its own, so that no commit pays for it.
// Only when the log outgrows its bound, because the copying never catches up, does the writer do it.
import GRDB
import Synchronization

final class Checkpointer: Sendable {
    private struct State {
        /// Pages written since the last checkpoint began, roughly.
        var pages = 0
        var isRunning = false
        /// The log is too long for the background.
        var mustReset = false
    }

    /// What a transaction writes at least, one page of each tree; every further job adds about one.
    private static let pagesPerCommit = 5
    /// 8 MiB of 4 KiB pages.
    private static let pagesBetween = 2048
    /// Pages in the log beyond which the writer empties it: 64 MiB.
    private static let frameLimit = 16_384

    private let queue: DatabaseQueue
    private let state = Mutex(State())

    init(path: String, configuration: Configuration) throws {
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    func close() {
        try? queue.close()
    }

    /// Called by the writer after each commit, outside a transaction.
    func committed(_ jobs: Int, on db: Database) {
        let (mustStart, mustReset) = state.withLock { state in
            state.pages += jobs + Self.pagesPerCommit
            let mustReset = state.mustReset
            state.mustReset = false
            guard !state.isRunning, state.pages >= Self.pagesBetween else { return (false, mustReset) }
            state.pages = 0
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
