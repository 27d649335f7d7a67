// Writes from many tasks, committed together. What queues up during one commit goes into the next transaction,
// so a lone writer never waits for company and many share one fsync. A job that fails, fails alone.
import GRDB
import Synchronization

/// The one writer of a database file in this process. It owns a queue of jobs; identity is the point.
package final class BatchingWriter: Sendable {
    private struct State {
        var pending: [any WriteJob] = []
        var isDraining = false
    }

    /// Jobs in one transaction at most: it bounds how long the first of them waits.
    private static let batchLimit = 4096

    private let state = Mutex(State())
    private let database: any DatabaseWriter
    private let onBegin: @Sendable (Database) throws -> Void
    private let onCommit: @Sendable (Database, Int) -> Void

    /// - Parameters:
    ///   - onBegin: runs at the start of each transaction, when no other process can write any more.
    ///   - onCommit: runs after each commit, outside the transaction, with the number of its jobs.
    package init(
        _ database: any DatabaseWriter, onBegin: @escaping @Sendable (Database) throws -> Void = { _ in },
        onCommit: @escaping @Sendable (Database, Int) -> Void = { _, _ in }
    ) {
        self.database = database
        self.onBegin = onBegin
        self.onCommit = onCommit
    }

    /// Runs a job in the next transaction and gives its result once that is durable.
    ///
    /// The job may run twice, the first time rolled back: it must touch nothing but the database. It must not
    /// change the schema or end the transaction.
    /// - Throws: what the job throws, having changed nothing; or the reason why the transaction failed.
    package func write<Result: Sendable>(
        _ job: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(Ticket(job: job, continuation: continuation))
        }
    }

    /// Queues a job for the next transaction and returns at once; jobs are run in the order in which they come.
    /// - Parameter onEnd: called once it is durable, or with the reason why it is not.
    package func post(
        _ job: @escaping @Sendable (Database) throws -> Void, onEnd: @escaping @Sendable ((any Error)?) -> Void
    ) {
        enqueue(PostedJob(job: job, onEnd: onEnd))
    }

    private func enqueue(_ job: any WriteJob) {
        let mustStart = state.withLock { state in
            state.pending.append(job)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if mustStart { scheduleDrain() }
    }

    /// One transaction per turn of the database's queue, so that readers who share it get theirs.
    private func scheduleDrain() {
        database.asyncWriteWithoutTransaction { [self] db in
            let batch = takeBatch()
            if batch.isEmpty { return }
            commit(batch, db)
            scheduleDrain()
        }
    }

    private func takeBatch() -> [any WriteJob] {
        state.withLock { state in
            if state.pending.count <= Self.batchLimit {
                let batch = state.pending
                state.pending = []
                if batch.isEmpty { state.isDraining = false }
                return batch
            }
            let batch = Array(state.pending.prefix(Self.batchLimit))
            state.pending.removeFirst(batch.count)
            return batch
        }
    }

    private func commit(_ batch: [any WriteJob], _ db: Database) {
        do {
            try begin(db)
            if try !performAll(batch, db) {
                try db.rollback()
                try begin(db)
                for job in batch { try performAlone(job, db) }
            }
            try db.commit()
        } catch {
            if db.isInsideTransaction { try? db.rollback() }
            for job in batch { job.deliver(failure: error) }
            return
        }
        for job in batch { job.deliver(failure: nil) }
        onCommit(db, batch.count)
    }

    private func begin(_ db: Database) throws {
        try db.beginTransaction(.immediate)
        try onBegin(db)
    }

    /// Runs all jobs without savepoints, which most never need: a single statement that fails leaves nothing
    /// behind. Gives false where a job failed after it had changed something: then all run again, each in a
    /// savepoint.
    private func performAll(_ batch: [any WriteJob], _ db: Database) throws -> Bool {
        for job in batch {
            let changes = db.totalChangesCount
            guard let failure = job.perform(db) else { continue }
            // A full disk or an I/O error ends the transaction: then all its jobs have failed.
            guard db.isInsideTransaction else { throw failure }
            if db.totalChangesCount != changes { return false }
        }
        return true
    }

    private func performAlone(_ job: any WriteJob, _ db: Database) throws {
        try db.execute(sql: "SAVEPOINT job")
        guard let failure = job.perform(db) else {
            try db.execute(sql: "RELEASE job")
            return
        }
        guard db.isInsideTransaction else { throw failure }
        try db.execute(sql: "ROLLBACK TO job")
        try db.execute(sql: "RELEASE job")
    }
}

/// A job and whoever waits for it.
private protocol WriteJob: AnyObject, Sendable {
    /// Runs the job, keeps its result, and gives its error.
    func perform(_ db: Database) -> (any Error)?
    /// Hands over the result kept, or the failure of the whole transaction.
    func deliver(failure: (any Error)?)
}

/// Unchecked: after it is queued, only the writer's queue touches it, one turn after another.
private final class Ticket<Result: Sendable>: WriteJob, @unchecked Sendable {
    private let job: @Sendable (Database) throws -> Result
    private let continuation: CheckedContinuation<Result, any Error>
    private var outcome: Swift.Result<Result, any Error>?

    init(job: @escaping @Sendable (Database) throws -> Result, continuation: CheckedContinuation<Result, any Error>) {
        self.job = job
        self.continuation = continuation
    }

    func perform(_ db: Database) -> (any Error)? {
        do {
            outcome = .success(try job(db))
            return nil
        } catch {
            outcome = .failure(error)
            return error
        }
    }

    func deliver(failure: (any Error)?) {
        if let failure {
            continuation.resume(throwing: failure)
        } else if let outcome {
            continuation.resume(with: outcome)
        } else {
            preconditionFailure("a batch is delivered only after each of its jobs ran")
        }
    }
}

/// A job that nobody waits for. Unchecked: after it is queued, only the writer's queue touches it.
private final class PostedJob: WriteJob, @unchecked Sendable {
    private let job: @Sendable (Database) throws -> Void
    private let onEnd: @Sendable ((any Error)?) -> Void
    private var failure: (any Error)?

    init(job: @escaping @Sendable (Database) throws -> Void, onEnd: @escaping @Sendable ((any Error)?) -> Void) {
        self.job = job
        self.onEnd = onEnd
    }

    func perform(_ db: Database) -> (any Error)? {
        do {
            try job(db)
            failure = nil
        } catch {
            failure = error
        }
        return failure
    }

    func deliver(failure: (any Error)?) {
        onEnd(failure ?? self.failure)
    }
}
