// The tables of the store and their indexes. A list is read by one index, in order, from the cursor on.
import GRDB
import GroupCommit
import JSONBytes
import PartnerAPI

enum SandboxSchema {
    static let current = DatabaseSchema(title: "sandbox store", applicationID: 0x63_62_6B_73, version: 3) { db, version in
        if version < 1 { try db.execute(sql: firstVersion) }
        if version < 2 { try db.execute(sql: secondVersion) }
        if version < 3 { try db.execute(sql: thirdVersion) }
    }

    /// The ids that the sequence must go beyond.
    static let newestIDs = [
        "SELECT id FROM users ORDER BY createdAt DESC, id DESC LIMIT 1",
        "SELECT id FROM tokens ORDER BY id DESC LIMIT 1",
        "SELECT id FROM contexts ORDER BY id DESC LIMIT 1",
    ]

    /// `meta`, `limits`, `config` and `payload` are JSON texts; times are milliseconds since the epoch.
    private static let firstVersion = """
        CREATE TABLE users (
            id TEXT NOT NULL PRIMARY KEY,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            alias TEXT, name TEXT, description TEXT, meta TEXT, image TEXT, email TEXT, limits TEXT
        ) STRICT;
        CREATE UNIQUE INDEX usersByOrder ON users (createdAt, id);
        CREATE UNIQUE INDEX usersByAlias ON users (alias) WHERE alias IS NOT NULL;
        CREATE INDEX usersByEmail ON users (email, createdAt, id) WHERE email IS NOT NULL;
        CREATE TABLE tokens (
            id TEXT NOT NULL PRIMARY KEY,
            userId TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            digest TEXT NOT NULL UNIQUE,
            name TEXT, description TEXT, config TEXT, meta TEXT
        ) STRICT;
        CREATE UNIQUE INDEX tokensByOrder ON tokens (userId, createdAt, id);
        """

    private static let secondVersion = """
        CREATE TABLE contexts (
            id TEXT NOT NULL PRIMARY KEY,
            userId TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            name TEXT, description TEXT, meta TEXT, payload TEXT
        ) STRICT;
        CREATE UNIQUE INDEX contextsByOrder ON contexts (userId, createdAt, id);
        """

    /// Of a session only what a listener must know: whose credential it is, and until when.
    private static let thirdVersion = """
        CREATE TABLE sessions (
            digest TEXT NOT NULL PRIMARY KEY,
            userId TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            expiresAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessionsByUser ON sessions (userId);
        CREATE INDEX sessionsByEnd ON sessions (expiresAt);
        """
}

/// How a path names a user.
enum UserReference: Sendable {
    case id(String)
    case alias(String)

    init(segment: String) {
        self = segment.utf8.first == UInt8(ascii: "@") ? .alias(String(segment.dropFirst())) : .id(segment)
    }

    var column: String {
        switch self {
        case .id: "id"
        case .alias: "alias"
        }
    }

    var value: String {
        switch self {
        case .id(let value), .alias(let value): value
        }
    }

    var notFound: SandboxError {
        switch self {
        case .id(let id): .notFound("there is no user '\(id)'")
        case .alias(let alias): .notFound("there is no user with the alias '\(alias)'")
        }
    }

    /// The id of the user meant.
    /// - Throws: `SandboxError` with NOT_FOUND.
    func id(_ db: Database) throws -> String {
        let statement = try db.cachedStatement(sql: "SELECT id FROM users WHERE \(column) = ?")
        guard let id = try String.fetchOne(statement, arguments: [value]) else { throw notFound }
        return id
    }
}

/// A user as it is stored.
struct UserRow: Sendable {
    static let columns = "id, createdAt, updatedAt, name, description, meta, image, email, limits"

    var id: String
    var createdAt: Int64
    var updatedAt: Int64
    var name: String?
    var description: String?
    var meta: String?
    var image: String?
    var email: String?
    var limits: String?

    init(_ row: Row) {
        id = row[0]
        createdAt = row[1]
        updatedAt = row[2]
        name = row[3]
        description = row[4]
        meta = row[5]
        image = row[6]
        email = row[7]
        limits = row[8]
    }
}

/// A token as it is stored, without its digest.
struct TokenRow: Sendable {
    static let columns = "id, createdAt, updatedAt, name, description, meta"

    var id: String
    var createdAt: Int64
    var updatedAt: Int64
    var name: String?
    var description: String?
    var meta: String?

    init(_ row: Row) {
        id = row[0]
        createdAt = row[1]
        updatedAt = row[2]
        name = row[3]
        description = row[4]
        meta = row[5]
    }
}

enum StoredObject {
    /// A stored object with another's members set in it, as a text again.
    static func merging(_ text: String, _ changes: JSONObject) throws -> String {
        let old = try JSONValue(parsing: text).objectValue ?? JSONObject()
        return String(decoding: old.merged(with: changes).serialized(), as: UTF8.self)
    }
}
