// What a server has beside the API: its description, for everybody, and a page on what is in the store and what is going on. The
// page itself holds nothing; what it shows it gets with a key of its own that reads this and no more
// (docs/decisions/0010-the-page-and-its-key.md).
import GRDB
import HTTPTypes
import JSONBytes
import PartnerAPI

enum SitePath: String {
    case overview = "/"
    case state = "/state.json"
    case description = "/openapi.json"
}

struct Site: Sendable {
    let handler: RequestHandler
    let partner: Credential
    let key: Credential
    let log: RequestLog

    private static let newest = 20
    /// Users are counted up to here: the count of a large store takes time.
    private static let mostCounted = 10_000

    /// - Throws: `SandboxError`.
    func answer(_ path: SitePath, _ method: HTTPRequest.Method, secret: String?) async throws -> WireResponse {
        guard method == .get else {
            throw SandboxError.methodNotAllowed(path.rawValue, takes: .get, not: method.rawValue)
        }
        switch path {
        case .overview: return StatusPage.answer(nonce: handler.store.newRequestID())
        case .state:
            guard let secret, key.matches(secret) || partner.matches(secret) else {
                throw SandboxError.notAuthenticated(
                    "the page's key is in the link that cbk serve printed; the secret will do, too")
            }
            return AnswerFormat.json.answer(.bytes(try await state()))
        case .description:
            let document = OpenAPIDocument(hasFaults: handler.injector != nil).json
            return AnswerFormat.json.answer(.bytes(document.serialized(pretty: true)))
        }
    }

    private func state() async throws -> [UInt8] {
        let now = handler.store.clock.now()
        return try await handler.store.database.read { [log] db in
            let counted = "SELECT count(*) FROM (SELECT 1 FROM users LIMIT \(Self.mostCounted + 1))"
            let count = try Int64.fetchOne(db.cachedStatement(sql: counted)) ?? 0
            var writer = JSONWriter(capacity: 8192)
            writer.beginObject()
            writer.key("count")
            writer.string(count > Self.mostCounted ? "over \(Self.mostCounted)" : String(count))
            try writer.rows(
                "users", db, ["id", "name", "email", "createdAt", "tokens"],
                """
                SELECT id, name, email, createdAt, (SELECT count(*) FROM tokens WHERE userId = users.id) FROM users
                ORDER BY createdAt DESC, id DESC LIMIT \(Self.newest)
                """)
            // The newest token's id is the greatest: ids grow.
            try writer.rows(
                "tokens", db, ["id", "userId", "name", "createdAt"],
                "SELECT id, userId, name, createdAt FROM tokens ORDER BY id DESC LIMIT \(Self.newest)")
            log.write(to: &writer, now: now)
            writer.endObject()
            return writer.bytes
        }
    }
}

extension JSONWriter {
    /// An array of the rows of a query, whose columns are named.
    fileprivate mutating func rows(_ name: String, _ db: Database, _ names: [String], _ sql: String) throws {
        key(name)
        beginArray()
        let rows = try Row.fetchCursor(db.cachedStatement(sql: sql))
        while let row = try rows.next() {
            beginObject()
            for (index, name) in names.enumerated() {
                key(name)
                switch (row[index] as DatabaseValue).storage {
                case .int64(let number): int(number)
                case .string(let text): string(text)
                case .null, .double, .blob: null()
                }
            }
            endObject()
        }
        endArray()
    }
}
