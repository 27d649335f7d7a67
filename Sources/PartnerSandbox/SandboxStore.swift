// Users and tokens (contexts beside) in one SQLite file: the state behind the sandbox. It keeps the API's rules that need state
// (order, unique aliases, what belongs to whom); the shape of requests is checked before.
import Crypto
import GRDB
import GroupCommit

package struct SandboxStore: Sendable {
    let database: DurableDatabase
    let sequence: PositionSequence
    let clock: any MillisecondClock
    let randomness: any Randomness

    /// Opens a store, making the file where there is none.
    /// - Parameter path: a file, or `:memory:`.
    /// - Throws: `DatabaseOpenError` for a file that is no sandbox store, or a newer one's.
    package static func open(
        path: String, clock: any MillisecondClock = SystemClock(), randomness: any Randomness = SystemRandomness()
    ) throws(DatabaseOpenError) -> SandboxStore {
        let sequence = PositionSequence()
        let database = try DurableDatabase.open(path: path, schema: SandboxSchema.current) { db in
            for sql in SandboxSchema.newestIDs {
                let id = try String.fetchOne(db.cachedStatement(sql: sql))
                if let position = id.flatMap(Position.init(id:)) { sequence.advance(past: position) }
            }
        }
        return SandboxStore(database: database, sequence: sequence, clock: clock, randomness: randomness)
    }

    /// Closes the file; what was written is durable without it.
    package func close() { database.close() }

    // MARK: - Users

    /// Gives the new user's id.
    func createUser(_ fields: FieldChanges) async throws -> String {
        let chance = randomness.next()
        return try await database.write { [sequence, clock] db in
            let position = sequence.next(now: clock.now())
            let id = position.id(chance: chance)
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO users (id, createdAt, updatedAt, alias, name, description, meta, image, email, limits)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            try refusingTakenAlias(fields) {
                try statement.execute(arguments: [
                    id, position.createdAt, position.createdAt, fields.text(.alias), fields.text(.name),
                    fields.text(.description), fields.text(.meta), fields.text(.image), fields.text(.email),
                    fields.text(.limits),
                ])
            }
            return id
        }
    }

    func fetchUser(_ reference: UserReference) throws -> UserRow {
        try database.readBriefly { db in
            let statement = try db.cachedStatement(
                sql: "SELECT \(UserRow.columns) FROM users WHERE \(reference.column) = ?")
            let rows = try Row.fetchCursor(statement, arguments: [reference.value])
            guard let row = try rows.next() else { throw reference.notFound }
            return UserRow(row)
        }
    }

    func updateUser(_ reference: UserReference, _ fields: FieldChanges, nested: NestedUpdate) async throws -> String {
        try await database.write { [clock] db in
            let id = try reference.id(db)
            try refusingTakenAlias(fields) {
                try update(db, "users", id, fields, nested: nested, now: clock.now())
            }
            return id
        }
    }

    /// Deletes the user, and by the schema its tokens.
    func deleteUser(_ reference: UserReference) async throws -> String {
        try await database.write { db in
            let id = try reference.id(db)
            try db.cachedStatement(sql: "DELETE FROM users WHERE id = ?").execute(arguments: [id])
            return id
        }
    }

    // MARK: - Tokens

    /// Makes a token and gives its credential, of which the store keeps a digest only.
    func createToken(_ user: UserReference, _ fields: FieldChanges) async throws -> NewToken {
        let chance = randomness.next()
        let secret = newSecret()
        let digest = Self.digest(secret)
        return try await database.write { [sequence, clock] db in
            let userID = try user.id(db)
            let position = sequence.next(now: clock.now())
            let id = position.id(chance: chance)
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO tokens (id, userId, createdAt, updatedAt, digest, name, description, config, meta)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            try statement.execute(arguments: [
                id, userID, position.createdAt, position.createdAt, digest, fields.text(.name),
                fields.text(.description), fields.text(.config), fields.text(.meta),
            ])
            return NewToken(id: id, secret: secret, createdAt: position.createdAt)
        }
    }

    func updateToken(
        _ user: UserReference, _ token: String, _ fields: FieldChanges, nested: NestedUpdate
    ) async throws -> String {
        try await database.write { [clock] db in
            try requireToken(db, token, of: try user.id(db))
            try update(db, "tokens", token, fields, nested: nested, now: clock.now())
            return token
        }
    }

    func deleteToken(_ user: UserReference, _ token: String) async throws -> String {
        try await database.write { db in
            try requireToken(db, token, of: try user.id(db))
            try db.cachedStatement(sql: "DELETE FROM tokens WHERE id = ?").execute(arguments: [token])
            return token
        }
    }

    /// The SHA-256 of a credential, in hexadecimal.
    static func digest(_ secret: String) -> String {
        var secret = secret
        let hash = secret.withUTF8 { text in
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(text))
            return hash.finalize()
        }
        var digits: [UInt8] = []
        digits.reserveCapacity(64)
        for byte in hash {
            digits.append(hexadecimalDigits.utf8Start[Int(byte >> 4)])
            digits.append(hexadecimalDigits.utf8Start[Int(byte & 15)])
        }
        return String(decoding: digits, as: UTF8.self)
    }

    func newSecret() -> String { Self.newSecret(from: randomness) }

    /// `sk-` and 64 hexadecimal digits.
    static func newSecret(from randomness: any Randomness) -> String { "sk-" + hexadecimal(randomness, count: 4) }

    /// `req_` and 16 hexadecimal digits.
    func newRequestID() -> String { "req_" + Self.hexadecimal(randomness, count: 1) }

    /// So many times 16 digits of chance.
    static func hexadecimal(_ randomness: any Randomness, count: Int) -> String {
        String(unsafeUninitializedCapacity: count * 16) { digits in
            for index in 0..<count {
                let chance = randomness.next()
                for place in 0..<16 {
                    digits[index * 16 + place] = hexadecimalDigits.utf8Start[Int(chance >> UInt64(60 - place * 4) & 15)]
                }
            }
            return count * 16
        }
    }
}

private let hexadecimalDigits: StaticString = "0123456789abcdef"

struct NewToken: Sendable {
    var id: String
    var secret: String
    var createdAt: Int64
}

private func requireToken(_ db: Database, _ token: String, of userID: String) throws {
    let statement = try db.cachedStatement(sql: "SELECT 1 FROM tokens WHERE id = ? AND userId = ?")
    guard try Int.fetchOne(statement, arguments: [token, userID]) != nil else {
        throw SandboxError.notFound("the user has no token '\(token)'")
    }
}

func update(
    _ db: Database, _ table: String, _ id: String, _ fields: FieldChanges, nested: NestedUpdate, now: Int64
) throws {
    var assignments = ""
    var arguments: [(any DatabaseValueConvertible)?] = []
    for change in fields.changes {
        assignments += "\(change.column.rawValue) = ?, "
        arguments.append(try text(of: change, db, table, id, nested))
    }
    // An update is never older than the creation, even where the clock went back.
    let statement = try db.cachedStatement(
        sql: "UPDATE \(table) SET \(assignments)updatedAt = max(createdAt, ?) WHERE id = ?")
    try statement.execute(arguments: StatementArguments(arguments + [now, id]))
}

private func text(
    of change: ColumnChange, _ db: Database, _ table: String, _ id: String, _ nested: NestedUpdate
) throws -> String? {
    guard let object = change.object else { return change.text }
    switch nested {
    case .replace: return change.text
    case .merge:
        let statement = try db.cachedStatement(sql: "SELECT \(change.column.rawValue) FROM \(table) WHERE id = ?")
        return try StoredObject.merging(try String.fetchOne(statement, arguments: [id]) ?? "{}", object)
    }
}

/// Turns the index's refusal of a second equal alias into the API's.
private func refusingTakenAlias(_ fields: FieldChanges, _ write: () throws -> Void) throws {
    do {
        try write()
    } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
        // Ids are unique by construction, so only the alias can be.
        guard let alias = fields.text(.alias) else { throw error }
        throw SandboxError(.conflict, "the alias '\(alias)' is taken by another user")
    }
}
