// A SQLite file opened for durable, shared use: WAL, synchronous FULL (set after opening and read back), owner
// only, a busy timeout for a second process, checkpoints in the background. Refuses files that are no database,
// belong to another program, or come from a newer version of this one.
import CSQLiteSettings
import GRDB
import Synchronization

/// What a file must be, and how it becomes that.
package struct DatabaseSchema: Sendable {
    /// What errors call the file: "sandbox store".
    package var title: String
    /// Written into the file's header (`PRAGMA application_id`), so that foreign files are told apart.
    package var applicationID: Int32
    package var version: Int
    /// Brings a file from an older version (0: empty) to this one, inside a transaction.
    package var migrate: @Sendable (_ db: Database, _ from: Int) throws -> Void

    package init(
        title: String, applicationID: Int32, version: Int,
        migrate: @escaping @Sendable (_ db: Database, _ from: Int) throws -> Void
    ) {
        self.title = title
        self.applicationID = applicationID
        self.version = version
        self.migrate = migrate
    }
}

/// Why a file cannot be used.
package struct DatabaseOpenError: Error, Sendable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        case notADatabase, foreign, newerVersion, unusable
    }

    package var reason: Reason
    package var message: String

    package var description: String { message }
}

package struct DurableDatabase: Sendable {
    /// A pool for a file, a queue for memory.
    private let connections: any DatabaseWriter
    /// For brief reads: a pool's way to a free connection takes several times as long as such a read. None for memory.
    private let briefReaders: [BriefReader]
    private let checkpointer: Checkpointer?
    package let writer: BatchingWriter

    /// Seconds that a writer waits for another process.
    private static let busyTimeout = 30.0
    private static let readerCount = 4
    private static let briefReaderCount = 2

    /// Opens a file, making it and its folder where they are missing.
    /// - Parameters:
    ///   - path: a file, or `:memory:`.
    ///   - onBegin: runs at the start of each write transaction.
    /// - Throws: `DatabaseOpenError`.
    package static func open(
        path: String, schema: DatabaseSchema, onBegin: @escaping @Sendable (Database) throws -> Void = { _ in }
    ) throws(DatabaseOpenError) -> DurableDatabase {
        _ = setUp
        if path == ":memory:" {
            return try explaining(path, schema) {
                let queue = try DatabaseQueue(configuration: configuration())
                try queue.writeWithoutTransaction { try prepare($0, path, schema) }
                let writer = BatchingWriter(queue, onBegin: onBegin)
                return DurableDatabase(connections: queue, briefReaders: [], checkpointer: nil, writer: writer)
            }
        }
        try PrivateFile.create(path)
        return try explaining(path, schema) {
            try refuseForeign(path, schema)
            let pool = try retryingWhileBusy { try DatabasePool(path: path, configuration: configuration()) }
            try pool.writeWithoutTransaction { db in
                try makeDurable(db)
                try prepare(db, path, schema)
            }
            let checkpointer = try Checkpointer(path: path, configuration: configuration())
            let writer = BatchingWriter(pool, onBegin: onBegin) { db, jobs in
                checkpointer.committed(jobs, on: db)
            }
            var readOnly = configuration()
            readOnly.readonly = true
            let readers = (0..<briefReaderCount).map { _ in BriefReader(path: path, configuration: readOnly) }
            return DurableDatabase(connections: pool, briefReaders: readers, checkpointer: checkpointer, writer: writer)
        }
    }

    /// Runs a job in the next shared transaction; see `BatchingWriter.write`.
    package func write<Result: Sendable>(
        _ job: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await writer.write(job)
    }

    /// Writes in the next shared transaction without being waited for; see `BatchingWriter.post`.
    package func post(
        _ job: @escaping @Sendable (Database) throws -> Void, onEnd: @escaping @Sendable ((any Error)?) -> Void
    ) {
        writer.post(job, onEnd: onEnd)
    }

    /// Writes in a transaction of its own and returns when that is durable. The thread waits for it.
    package func writeAlone(_ job: @escaping @Sendable (Database) throws -> Void) throws {
        try connections.write(job)
    }

    /// Reads one state of the database, never waiting for a writer.
    package func read<Result: Sendable>(_ job: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try await connections.read(job)
    }

    /// Reads on the caller's thread, for jobs that take less than a change of threads would: a row or a page by an index.
    /// Several statements may see several states.
    package func readBriefly<Result: Sendable>(_ job: (Database) throws -> Result) throws -> Result {
        for reader in briefReaders {
            if let result = try reader.readIfFree(job) { return result }
        }
        return try connections.unsafeRead(job)
    }

    /// Closes all connections; the last one to a file folds its log into it. Nothing is lost without.
    package func close() {
        checkpointer?.close()
        for reader in briefReaders { reader.close() }
        try? connections.close()
    }

    // MARK: - Opening

    /// Sets SQLite itself up, before its first use and once.
    private static let setUp: Void = cbk_sqlite_count_no_memory()

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeout)
        configuration.maximumReaderCount = readerCount
        configuration.foreignKeysEnabled = true
        return configuration
    }

    /// GRDB sets synchronous to NORMAL when it turns WAL on, so this comes after opening, and is read back. The log is cut off
    /// where it is twice as long as the checkpointer lets it grow.
    private static func makeDurable(_ db: Database) throws {
        try db.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA fullfsync = ON;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = 33554432;
                """)
        guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2,
            try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal"
        else { throw DatabaseError(message: "SQLite refused WAL with synchronous FULL") }
    }

    /// Looks at a file that exists before anything is written to it.
    private static func refuseForeign(_ path: String, _ schema: DatabaseSchema) throws {
        var readOnly = configuration()
        readOnly.readonly = true
        let queue = try retryingWhileBusy { try DatabaseQueue(path: path, configuration: readOnly) }
        _ = try queue.read { try version(of: $0, path, schema) }
    }

    /// The version of the file's schema; 0 for an empty one. Call it in a transaction: another process may be making the file.
    private static func version(of db: Database, _ path: String, _ schema: DatabaseSchema) throws -> Int {
        let applicationID = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
        if isEmpty, applicationID == 0, version == 0 { return 0 }
        guard applicationID == schema.applicationID else {
            throw DatabaseOpenError(
                reason: .foreign,
                message: "'\(path)' is a database of another program, not a \(schema.title); name another file")
        }
        guard version <= schema.version else {
            throw DatabaseOpenError(
                reason: .newerVersion,
                message: "'\(path)' was written by a newer version (schema \(version), this one knows "
                    + "\(schema.version)); update the program or name another file")
        }
        return version
    }

    private static func prepare(_ db: Database, _ path: String, _ schema: DatabaseSchema) throws {
        var known = 0
        try db.inTransaction(.deferred) {
            known = try version(of: db, path, schema)
            return .commit
        }
        if known == schema.version { return }
        try db.beginTransaction(.immediate)
        do {
            // Another process may have done it meanwhile.
            let found = try version(of: db, path, schema)
            if found < schema.version {
                try schema.migrate(db, found)
                try db.execute(sql: "PRAGMA application_id = \(schema.applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(schema.version)")
            }
            try db.commit()
        } catch {
            try? db.rollback()
            throw error
        }
    }

    /// Turning WAL on does not wait for another process that does the same.
    private static func retryingWhileBusy<Value>(_ open: () throws -> Value) throws -> Value {
        var attempts = 100
        while true {
            do {
                return try open()
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && attempts > 0 {
                attempts -= 1
                pause(milliseconds: 20)
            }
        }
    }

    private static func explaining<Value>(
        _ path: String, _ schema: DatabaseSchema, _ open: () throws -> Value
    ) throws(DatabaseOpenError) -> Value {
        do {
            return try open()
        } catch let error as DatabaseOpenError {
            throw error
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw DatabaseOpenError(
                reason: .notADatabase, message: "'\(path)' is no database, so no \(schema.title); name another file")
        } catch let error as DatabaseError {
            throw DatabaseOpenError(
                reason: .unusable, message: "cannot open the \(schema.title) '\(path)': \(error.message ?? "\(error)")")
        } catch {
            throw DatabaseOpenError(reason: .unusable, message: "cannot open the \(schema.title) '\(path)': \(error)")
        }
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
