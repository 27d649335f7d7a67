// Lists by keyset: a page is read from the cursor on, by an index in the list's order, whatever its place. The
// cursor's id tells its position itself, so paging goes on after its item is deleted.
import GRDB
import PartnerAPI

struct ListQuery: Sendable {
    /// What a filter on `meta` compares with.
    enum MetaValue: Sendable, Equatable {
        case string(String)
        case bool(Bool)
    }

    var cursor: (id: String, position: Position)?
    var order: ListOrder = .desc
    /// Items wanted; nil means as many as there are.
    var take: Int?
    var meta: [(key: String, value: MetaValue)] = []
    var email: String?
    /// Only what belongs to a bot or the like, of which the sandbox has none.
    var hasOwner = false
    /// Only what was created up to then; in milliseconds since the epoch.
    var until: Int64?

    /// What a page holds at most, and unasked.
    static let pageSize = 100

    /// Reads a list's query.
    /// - Throws: `SandboxError` with BAD_REQUEST.
    init(_ items: [QueryItem], filters: Bool) throws(SandboxError) {
        for item in items {
            switch item.name {
            case "cursor":
                if item.value.isEmpty { continue }
                guard let position = Position(id: item.value) else {
                    throw .badRequest("'cursor' must be the id of the last item of a page, not '\(item.value)'")
                }
                cursor = (item.value, position)
            case "order":
                guard let order = ListOrder(rawValue: item.value) else {
                    throw .badRequest("'order' must be 'asc' or 'desc', not '\(item.value)'")
                }
                self.order = order
            case "take":
                // Zero and what is no number mean the default.
                take = Int(item.value).flatMap { $0 > 0 ? $0 : nil }
            case "email" where filters: email = item.value
            case "blueprintId", "botId", "datasetId", "skillsetId": hasOwner = hasOwner || !item.value.isEmpty
            default:
                if filters, let key = Self.metaKey(item.name) { meta.append((key, Self.metaValue(item.value))) }
            }
        }
    }

    /// `meta.plan` and `meta[plan]`
    private static func metaKey(_ name: String) -> String? {
        if name.hasPrefix("meta."), name.utf8.count > 5 { return String(name.dropFirst(5)) }
        if name.hasPrefix("meta["), name.hasSuffix("]"), name.utf8.count > 6 {
            return String(name.dropFirst(5).dropLast())
        }
        return nil
    }

    private static func metaValue(_ text: String) -> MetaValue {
        switch text {
        case "true": .bool(true)
        case "false": .bool(false)
        default: .string(text)
        }
    }
}

extension SandboxStore {
    func listUsers(_ query: ListQuery, take: Int) async throws -> [UserRow] {
        var selection = Selection(query)
        if let email = query.email { selection.add("email = ?", [email]) }
        for (key, value) in query.meta {
            // The key is bound, not put into a path: it may hold anything.
            let start = "EXISTS (SELECT 1 FROM json_each(meta) AS m WHERE m.key = ?"
            switch value {
            case .string(let text): selection.add("\(start) AND m.type = 'text' AND m.value = ?)", [key, text])
            case .bool(let bool): selection.add("\(start) AND m.type = ?)", [key, bool ? "true" : "false"])
            }
        }
        let (sql, arguments) = selection.statement(UserRow.columns, from: "users", take: take)
        let read: @Sendable (Database) throws -> [UserRow] = { db in
            let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
            var users: [UserRow] = []
            while let row = try rows.next() { users.append(UserRow(row)) }
            return users
        }
        // With a filter on meta it may look at every user.
        return query.meta.isEmpty ? try database.readBriefly(read) : try await database.read(read)
    }

    func listTokens(_ user: UserReference, _ query: ListQuery, take: Int) throws -> [TokenRow] {
        try database.readBriefly { db in
            var selection = Selection(query)
            selection.add("userId = ?", [try user.id(db)])
            let (sql, arguments) = selection.statement(TokenRow.columns, from: "tokens", take: take)
            let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
            var tokens: [TokenRow] = []
            while let row = try rows.next() { tokens.append(TokenRow(row)) }
            return tokens
        }
    }

    func listContexts(_ user: UserReference, _ query: ListQuery, take: Int) throws -> [ContextRow] {
        try database.readBriefly { db in
            var selection = Selection(query)
            selection.add("userId = ?", [try user.id(db)])
            if query.hasOwner { return [] }
            let (sql, arguments) = selection.statement(ContextRow.columns, from: "contexts", take: take)
            let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
            var contexts: [ContextRow] = []
            while let row = try rows.next() { contexts.append(ContextRow(row)) }
            return contexts
        }
    }
}

/// The SELECT of one page.
private struct Selection {
    private let order: ListOrder
    private var conditions: [String] = []
    private var arguments: StatementArguments = []

    init(_ query: ListQuery) {
        order = query.order
        if let until = query.until { add("createdAt <= ?", [until]) }
        guard let cursor = query.cursor else { return }
        let comparison =
            switch query.order {
            case .asc: ">"
            case .desc: "<"
            }
        add("(createdAt, id) \(comparison) (?, ?)", [cursor.position.createdAt, cursor.id])
    }

    mutating func add(_ condition: String, _ arguments: StatementArguments) {
        conditions.append(condition)
        self.arguments += arguments
    }

    func statement(_ columns: String, from table: String, take: Int) -> (sql: String, arguments: StatementArguments) {
        let direction =
            switch order {
            case .asc: "ASC"
            case .desc: "DESC"
            }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let sql = "SELECT \(columns) FROM \(table)\(filter) ORDER BY createdAt \(direction), id \(direction) LIMIT ?"
        return (sql, arguments + [take])
    }
}
