// Contexts and sessions in the store. A session can be asked for nothing, not even whether there is one, so none is kept.
import GRDB
import GroupCommit
import PartnerAPI

extension SandboxStore {
    /// Makes a credential for a user that exists.
    func createSession(_ user: UserReference, seconds: Int64) async throws -> NewSession {
        let chance = randomness.next()
        let secret = newSecret()
        return try await database.write { [sequence, clock] db in
            _ = try user.id(db)
            let position = sequence.next(now: clock.now())
            return NewSession(id: position.id(chance: chance), secret: secret, expiresAt: position.createdAt + seconds * 1000)
        }
    }

    func createContext(_ user: UserReference, _ fields: FieldChanges) async throws -> ContextRow {
        let chance = randomness.next()
        return try await database.write { [sequence, clock] db in
            let userID = try user.id(db)
            let position = sequence.next(now: clock.now())
            let id = position.id(chance: chance)
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO contexts (id, userId, createdAt, updatedAt, name, description, meta, payload)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            try statement.execute(arguments: [
                id, userID, position.createdAt, position.createdAt, fields.text(.name), fields.text(.description),
                fields.text(.meta), fields.text(.payload),
            ])
            return try context(db, id, of: userID)
        }
    }

    func fetchContext(_ user: UserReference, _ id: String) async throws -> ContextRow {
        try await database.read { db in try context(db, id, of: try user.id(db)) }
    }

    func updateContext(
        _ user: UserReference, _ id: String, _ fields: FieldChanges, nested: NestedUpdate
    ) async throws -> String {
        try await database.write { [clock] db in
            _ = try context(db, id, of: try user.id(db))
            try update(db, "contexts", id, fields, nested: nested, now: clock.now())
            return id
        }
    }

    func deleteContext(_ user: UserReference, _ id: String) async throws -> String {
        try await database.write { db in
            _ = try context(db, id, of: try user.id(db))
            try db.cachedStatement(sql: "DELETE FROM contexts WHERE id = ?").execute(arguments: [id])
            return id
        }
    }
}

/// - Throws: `SandboxError` with NOT_FOUND.
private func context(_ db: Database, _ id: String, of userID: String) throws -> ContextRow {
    let statement = try db.cachedStatement(
        sql: "SELECT \(ContextRow.columns) FROM contexts WHERE id = ? AND userId = ?")
    guard let row = try Row.fetchOne(statement, arguments: [id, userID]) else {
        throw SandboxError.notFound("the user has no context '\(id)'")
    }
    return ContextRow(row)
}

struct NewSession: Sendable {
    var id: String
    var secret: String
    var expiresAt: Int64
}

/// A context as it is stored.
struct ContextRow: Sendable {
    static let columns = "id, createdAt, updatedAt, name, description, meta, payload"

    var id: String
    var createdAt: Int64
    var updatedAt: Int64
    var name: String?
    var description: String?
    var meta: String?
    var payload: String?

    init(_ row: Row) {
        id = row[0]
        createdAt = row[1]
        updatedAt = row[2]
        name = row[3]
        description = row[4]
        meta = row[5]
        payload = row[6]
    }
}
