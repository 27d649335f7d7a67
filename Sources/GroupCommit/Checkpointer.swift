// Copies the write-ahead log back into the database on a connection of its own, so that no commit pays for it. It never catches
// up with a writer that goes on, so when the log has reached its bound the writer copies the rest, and then begins the log anew in the same
// file: as long as that does not grow, a commit does not wait for what the copying has changed of the file system.
import GRDB
import Synchronization

final class Checkpointer: Sendable {
    private struct State {
        /// Pages written since the last checkpoint began, roughly.
        var pages = 0
        var isRunning = false
        /// The log has reached its bound.
        var isFull = false
    }

    /// What a transaction writes at least, one page of each tree; every further job adds about one.
    private static let pagesPerCommit = 5
    /// 2 MiB of 4 KiB pages. More of them at once would hold commits up for longer.
    private static let pagesBetween = 512
    /// Pages in the log beyond which the writer begins it anew: 16 MiB.
    private static let frameLimit = 4096

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
        let (mustStart, isFull) = state.withLock { state in
            state.pages += jobs + Self.pagesPerCommit
            let isFull = state.isFull
            state.isFull = false
            guard !state.isRunning, state.pages >= Self.pagesBetween else { return (false, isFull) }
            state.pages = 0
            state.isRunning = true
            return (true, isFull)
        }
        // Where all of the log is copied and nobody reads from it, the next transaction begins it anew. It waits for no reader: then the
        // next one does it.
        if isFull { _ = try? db.checkpoint(.passive) }
        guard mustStart else { return }
        queue.asyncWriteWithoutTransaction { [self] db in
            let frames = (try? db.checkpoint(.passive))?.walFrameCount ?? 0
            state.withLock { state in
                state.isRunning = false
                state.isFull = frames > Self.frameLimit
            }
        }
    }
}
