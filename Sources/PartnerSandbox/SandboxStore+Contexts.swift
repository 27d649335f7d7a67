// Contexts and sessions in the store, and who holds a credential. A session can be asked for nothing; the digest of its
// credential is kept until a day after its end, so that a listener can tell one that ended from one that never was.
import GRDB
import GroupCommit
import PartnerAPI

extension SandboxStore {
    private static let sessionsKept: Int64 = 86_400_000

    /// Makes a credential for a user that exists.
    func createSession(_ user: UserReference, seconds: Int64) async throws -> NewSession {
        let chance = randomness.next()
        let secret = newSecret()
        let digest = Self.digest(secret)
        return try await database.write { [sequence, clock] db in
            let userID = try user.id(db)
            let position = sequence.next(now: clock.now())
            let expiresAt = position.createdAt + seconds * 1000
            try db.cachedStatement(sql: "DELETE FROM sessions WHERE expiresAt < ?")
                .execute(arguments: [position.createdAt - Self.sessionsKept])
            try db.cachedStatement(sql: "INSERT INTO sessions (digest, userId, expiresAt) VALUES (?, ?, ?)")
                .execute(arguments: [digest, userID, expiresAt])
            return NewSession(id: position.id(chance: chance), secret: secret, expiresAt: expiresAt)
        }
    }

    /// Whose a credential is that is not the partner's; nil for one that nobody was given, or that was deleted.
    func holder(of secret: String) throws -> CredentialHolder? {
        let digest = Self.digest(secret)
        return try database.readBriefly { db in
            let token = try db.cachedStatement(sql: "SELECT 1 FROM tokens WHERE digest = ?")
            if try Int.fetchOne(token, arguments: [digest]) != nil { return .user }
            let session = try db.cachedStatement(sql: "SELECT expiresAt FROM sessions WHERE digest = ?")
            guard let end = try Int64.fetchOne(session, arguments: [digest]) else { return nil }
            return end > clock.now() ? .user : .endedSession
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

    func fetchContext(_ user: UserReference, _ id: String) throws -> ContextRow {
        try database.readBriefly { db in try context(db, id, of: try user.id(db)) }
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

enum CredentialHolder: Sendable {
    /// A user, by a token or a session.
    case user
    case endedSession
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
