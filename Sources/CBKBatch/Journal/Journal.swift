// The journal of a run: what it wrote, what came of it, and how its items ended, in journal.db of its folder. An intent is on the
// disk before its write is sent, an outcome before the script goes on; both share their fsync with those of other items.

import Foundation
import GRDB
import GroupCommit
import JSONBytes
import Synchronization

/// What a run is known by.
package struct RunHeader: Sendable, Equatable {
    /// The script, and the file that it imports.
    package var identity: String
    /// Whom it reaches, without the secret.
    package var target: String
    /// Of the secret; blank where there is none.
    package var fingerprint: String
    /// The script's parameters, as given to it.
    package var parameters: JSONObject

    package init(identity: String, target: String, fingerprint: String, parameters: JSONObject) {
        self.identity = identity
        self.target = target
        self.fingerprint = fingerprint
        self.parameters = parameters
    }
}

/// How an item ended, as the journal has it.
struct JournaledItem: Sendable {
    var isSameContent: Bool
    var outcome: ItemOutcome
    var emits: [JSONObject]
}

/// A class, as all that writes in a run shares the one file.
package final class Journal: Sendable {
    package static let fileName = "journal.db"

    private let database: DurableDatabase
    private let path: String
    /// The first failure of a write that nobody waited for.
    private let failure = Mutex<BatchError?>(nil)
    private let backlog = Backlog(limit: 8192)
    /// Whether earlier runs left something to look up.
    private let hasPast: Bool

    /// Opens the journal of a run, making it where there is none.
    /// - Throws: where it is damaged: it is never taken as empty.
    init(path: String, hasPast: Bool) throws(BatchError) {
        self.path = path
        self.hasPast = hasPast
        do {
            database = try DurableDatabase.open(path: path, schema: JournalSchema.current)
        } catch {
            throw Journal.unusable("\(error)")
        }
        guard hasPast else { return }
        let verdict = try perform { db in try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "" }
        guard verdict == "ok" else { throw Journal.unusable("the journal '\(path)' is damaged: \(verdict)") }
        try performWrite { db in try db.execute(sql: JournalSchema.indexes) }
    }

    package func close() { database.close() }

    /// Lets no further write begin.
    func fail(_ error: BatchError) { failure.withLock { $0 = $0 ?? error } }

    /// What went wrong with an entry that nobody waited for.
    package var firstFailure: BatchError? { failure.withLock { $0 } }

    // MARK: - The run

    func begin(_ header: RunHeader) throws(BatchError) {
        try performWrite { db in
            try db.execute(
                sql: "INSERT INTO run (only, identity, target, fingerprint, parameters) VALUES (1, ?, ?, ?, ?)",
                arguments: [header.identity, header.target, header.fingerprint, header.parameters.text])
        }
    }

    /// nil where the run ended before it had begun.
    func header() throws(BatchError) -> RunHeader? {
        try perform { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM run") else { return nil }
            return RunHeader(
                identity: row["identity"], target: row["target"], fingerprint: row["fingerprint"],
                parameters: JSONObject(text: row["parameters"]))
        }
    }

    /// nil before it was looked up.
    func watermark() throws(BatchError) -> Watermark? {
        try perform { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT watermark, newest FROM run WHERE watermark IS NOT NULL") else {
                return nil
            }
            return Watermark(time: row["watermark"], id: row["newest"])
        }
    }

    func setWatermark(_ newest: Watermark) async throws(BatchError) {
        try await write { db in
            try db.execute(sql: "UPDATE run SET watermark = ?, newest = ?", arguments: [newest.time, newest.id])
        }
    }

    // MARK: - Items

    /// An item's log, with what an earlier run recorded.
    func log(_ id: ItemID) throws(BatchError) -> ItemLog {
        guard hasPast else { return ItemLog(id) }
        let recorded = try perform { db in
            let statement = try db.cachedStatement(sql: "SELECT * FROM entries WHERE batch = ? AND digest = ? ORDER BY id")
            let rows = try Row.fetchAll(statement, arguments: [id.batch, id.digest.data]).map(JournalEntry.init(row:))
            return Dictionary(rows.map { ($0.sequence, $0) }) { _, later in later }
        }
        return ItemLog(id, recorded: recorded.values.sorted { $0.sequence < $1.sequence })
    }

    /// How an item ended in an earlier run; nil where it did not.
    func ended(_ id: ItemID, content: KeyDigest) throws(BatchError) -> JournaledItem? {
        guard hasPast else { return nil }
        return try perform { db in
            let statement = try db.cachedStatement(
                sql: "SELECT * FROM items WHERE batch = ? AND digest = ? ORDER BY id DESC LIMIT 1")
            guard let row = try Row.fetchOne(statement, arguments: [id.batch, id.digest.data]) else { return nil }
            return JournaledItem(row: row, content: content)
        }
    }

    /// Notes how an item ended. Where that is lost with the process, its writes are recorded all the same, and it is run again
    /// without sending them.
    func end(_ id: ItemID, key: String, content: KeyDigest, _ outcome: ItemOutcome, emits: [JSONObject]) {
        guard let (state, detail) = JournaledItem.stored(outcome, emits) else { return }
        post { db in
            try db.cachedStatement(
                sql: "INSERT INTO items (batch, digest, key, content, state, detail) VALUES (?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [id.batch, id.digest.data, maskingTokens(in: key), content.data, state, detail])
        }
    }

    /// Sets aside all of an item, which is then a new one.
    func forget(_ id: ItemID) throws(BatchError) {
        try performWrite { db in
            let place: StatementArguments = [id.batch, id.digest.data]
            try db.execute(sql: "DELETE FROM items WHERE batch = ? AND digest = ?", arguments: place)
            try db.execute(
                sql: "UPDATE entries SET kind = '\(JournalEntry.Kind.superseded)' WHERE batch = ? AND digest = ?",
                arguments: place)
        }
    }

    /// Saves what an item was given so far.
    func save(_ log: ItemLog) {
        let unsaved = log.takeUnsaved()
        if unsaved.isEmpty { return }
        post { db in for entry in unsaved { try entry.insert(db, log.id) } }
    }

    // MARK: - Writes

    /// Returns when the intent is on the disk, with all that led to it.
    func intend(_ entry: JournalEntry, _ log: ItemLog) async throws(BatchError) {
        let unsaved = log.takeUnsaved()
        let id = log.id
        try await write { db in
            for entry in unsaved { try entry.insert(db, id) }
            try entry.insert(db, id)
        }
    }

    /// Notes an outcome, which is on the disk before the item's next intent and before its end.
    /// - Parameters:
    ///   - created: the id of a user that the run has made.
    ///   - isAwaited: returns only when it is on the disk.
    func conclude(_ entry: JournalEntry, _ id: ItemID, created: String? = nil, isAwaited: Bool = true) async throws(BatchError) {
        guard isAwaited else { return post { db in try entry.insert(db, id, created: created) } }
        try await write { db in try entry.insert(db, id, created: created) }
    }

    func hasCreated(_ id: String) throws(BatchError) -> Bool {
        try perform { db in try Bool.fetchOne(db, sql: "SELECT 1 FROM entries WHERE created = ?", arguments: [id]) ?? false }
    }

    /// A user that the run has made.
    package func anyCreated() throws(BatchError) -> String? {
        try perform { db in try String.fetchOne(db, sql: "SELECT created FROM entries WHERE created IS NOT NULL LIMIT 1") }
    }

    // MARK: - Sources

    /// Whether a batch's items were copied whole into the run's folder.
    func hasSource(_ batch: Int) throws(BatchError) -> Bool {
        try perform { db in try Bool.fetchOne(db, sql: "SELECT 1 FROM sources WHERE batch = ?", arguments: [batch]) ?? false }
    }

    func setSource(_ batch: Int) throws(BatchError) {
        try performWrite { db in try db.execute(sql: "INSERT OR IGNORE INTO sources (batch) VALUES (?)", arguments: [batch]) }
    }

    /// Returns when all that was noted is on the disk.
    package func synchronize() async throws(BatchError) {
        try await write { _ in }
        if let firstFailure { throw firstFailure }
    }

    // MARK: - The file

    private func perform<Value: Sendable>(_ job: (Database) throws -> Value) throws(BatchError) -> Value {
        do { return try database.readBriefly(job) } catch { throw unreadable(error) }
    }

    private func performWrite(_ job: @escaping @Sendable (Database) throws -> Void) throws(BatchError) {
        do { try database.writeAlone(job) } catch { throw unwritable(error) }
    }

    private func write(_ job: @escaping @Sendable (Database) throws -> Void) async throws(BatchError) {
        do { try await database.write(job) } catch { throw unwritable(error) }
    }

    private func post(_ job: @escaping @Sendable (Database) throws -> Void) {
        backlog.enter()
        database.post(job) { [self] error in
            if let error { failure.withLock { $0 = $0 ?? unwritable(error) } }
            backlog.leave()
        }
    }

    private func unreadable(_ error: any Error) -> BatchError {
        Journal.unusable("the journal '\(path)' cannot be read: \(error)")
    }
    private func unwritable(_ error: any Error) -> BatchError {
        Journal.unusable("the journal '\(path)' cannot be written: \(error)")
    }

    private static func unusable(_ message: String) -> BatchError {
        BatchError(.io, code: "JOURNAL", message, consequence: .stop(.fatal))
    }
}

/// Holds those back who note faster than the disk takes it: what waits is in memory. Unchecked: the condition guards the count.
private final class Backlog: @unchecked Sendable {
    private let condition = NSCondition()
    private let limit: Int
    private var count = 0

    init(limit: Int) { self.limit = limit }

    func enter() {
        condition.lock()
        while count >= limit { condition.wait() }
        count += 1
        condition.unlock()
    }

    func leave() {
        condition.lock()
        count -= 1
        if count == limit - 1 { condition.broadcast() }
        condition.unlock()
    }
}
