// Reads of a row or a page on the caller's thread, which a pool's way to a free connection would cost several times. Where they
// are many, one more connection keeps SQLite's lock of the file for them.
import Dispatch
import GRDB
import Synchronization

/// The connections of a file for brief reads in this process.
final class BriefReaders: Sendable {
    private static let count = 2

    private let readers: [BriefReader]
    private let lock: SharedReadLock

    init(path: String, configuration: Configuration) {
        readers = (0..<Self.count).map { _ in BriefReader(path: path, configuration: configuration) }
        lock = SharedReadLock(path: path, configuration: configuration)
    }

    /// Nil where other threads read from all of them.
    func readIfFree<Result: Sendable>(_ job: (Database) throws -> Result) throws -> Result? {
        for reader in readers {
            guard let result = try reader.readIfFree(job) else { continue }
            lock.noteRead()
            return result
        }
        return nil
    }

    /// Called by the writer after each commit.
    func committed() { lock.release() }

    func close() {
        lock.close()
        for reader in readers { reader.close() }
    }
}

/// A connection that one thread reads from at a time, opened by its first read. A class: the lock is its identity.
private final class BriefReader: Sendable {
    private let path: String
    private let configuration: Configuration
    private let queue = Mutex<DatabaseQueue?>(nil)
    /// Asked before the lock: on Linux an attempt at a lock that is held calls the kernel, and so does the unlocking then.
    private let isBusy = Atomic(false)

    init(path: String, configuration: Configuration) {
        self.path = path
        self.configuration = configuration
    }

    /// Nil where another thread reads.
    func readIfFree<Result: Sendable>(_ job: (Database) throws -> Result) throws -> Result? {
        guard isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else { return nil }
        defer { isBusy.store(false, ordering: .releasing) }
        return try queue.withLock { queue in
            let reader = try queue ?? DatabaseQueue(path: path, configuration: configuration)
            queue = reader
            return try reader.unsafeRead(job)
        }
    }

    func close() { queue.withLock { try? $0?.close() } }
}

/// A read transaction locks the file and unlocks it, two calls of the kernel; but SQLite only counts where another connection of
/// this process has the same lock. This one has it while reads are many and nothing is written, each time so briefly that no
/// process waits long to begin the log anew. What a read sees is not changed by it.
private final class SharedReadLock: Sendable {
    /// Reads without a commit that begin a hold: what it costs is a small part of theirs.
    private static let threshold = 64
    private static let longestHold = DispatchTimeInterval.milliseconds(20)

    private let path: String
    private let configuration: Configuration
    /// Since the last hold or commit. From the threshold on, a hold is under way.
    private let reads = Atomic(0)
    private let queue = Mutex<DatabaseQueue?>(nil)
    private let end = DispatchSemaphore(value: 0)

    init(path: String, configuration: Configuration) {
        self.path = path
        self.configuration = configuration
    }

    func noteRead() {
        if reads.wrappingAdd(1, ordering: .relaxed).newValue == Self.threshold { hold() }
    }

    /// Ends a hold: it is of a state that the next readers do not ask for.
    func release() {
        if reads.load(ordering: .relaxed) >= Self.threshold {
            end.signal()
        } else {
            reads.store(0, ordering: .relaxed)
        }
    }

    func close() {
        end.signal()
        queue.withLock { try? $0?.close() }
    }

    private func hold() {
        queue.withLock { queue in
            guard let connection = try? queue ?? DatabaseQueue(path: path, configuration: configuration) else { return }
            queue = connection
            connection.asyncRead { [self] access in
                // The lock is taken by the first statement that reads.
                if let db = try? access.get(), (try? Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master")) != nil {
                    _ = end.wait(timeout: .now() + Self.longestHold)
                }
                // Commits may have asked for its end more than once.
                while end.wait(timeout: .now()) == .success {}
                reads.store(0, ordering: .relaxed)
            }
        }
    }
}
