// Lists of the API as streams: one page in memory, the next one asked for when it is used up.

import CBKBatch
import CBKRuntime
import JSONBytes
import PartnerAPI
import PartnerClient

/// The query of a list, from a call's arguments.
struct ListQuery: Sendable {
    /// Which filters a list knows.
    enum Filters {
        case users, contexts, none
    }

    var filters: [QueryItem] = []
    var order: String?
    /// In all.
    var take: Int?
    var cursor: String?

    init(filters: [QueryItem] = []) { self.filters = filters }

    /// - Parameter first: the place of the first list argument.
    init(_ call: NativeCall, first: Int, function: String, filters known: Filters) throws(ScriptError) {
        var index = first
        func next(
            _ name: String, _ type: String, isFilter: Bool = false, _ fits: (Value) -> Bool
        ) throws(ScriptError) -> Value? {
            defer { index += 1 }
            let value = call[index]
            if value.isOmit { return nil }
            if value.isNull {
                // The list without it has everybody: nobody means that by a value that is not there.
                guard !isFilter else { throw ListQuery.nullFilter(name, type, function) }
                return nil
            }
            guard fits(value) else {
                throw ScriptError(
                    .value, "\(function)() takes \(type) as '\(name)', not \(call.vm.literal(value, limit: 40))", code: "E0327")
            }
            return value
        }
        switch known {
        case .none: break
        case .contexts:
            for field in SchemaField.contextOwners {
                if let owner = try next(field.name, "an id", isFilter: true, { $0.isString && $0.string.pointee.count > 0 }) {
                    filters.append(QueryItem(field.name, owner.string.text))
                }
            }
        case .users:
            if let meta = try next("meta", "a record", isFilter: true, { $0.tag == Tag.record }) {
                guard case .record(let fields) = try call.vm.snapshot(meta) else { return }
                for field in fields {
                    switch field.value {
                    case .string(let text): filters.append(QueryItem("meta." + field.name, text))
                    case .bool(let flag): filters.append(QueryItem("meta." + field.name, flag ? "true" : "false"))
                    case .null: throw ListQuery.nullFilter("meta." + field.name, "a string or bool", function)
                    default:
                        throw ScriptError(
                            .type,
                            "\(function)() compares meta with a string or bool, not '\(field.name)'; .where(u => …) compares anything",
                            code: "E0302")
                    }
                }
            }
            if let email = try next("email", "a string", isFilter: true, { $0.isString }) {
                guard email.string.pointee.count > 0 else {
                    throw ScriptError(
                        .value, "\(function)() with an empty 'email' would list everybody; omit leaves it out", code: "E0327")
                }
                filters.append(QueryItem("email", email.string.text))
            }
        }
        if let value = try next("order", "\"asc\" or \"desc\"", { $0.isString && ["asc", "desc"].contains($0.string.text) }) {
            order = value.string.text
        }
        take = try next("take", "a whole number from 0", { $0.isInt && $0.int >= 0 }).map { Int($0.int) }
        cursor = try next("cursor", "a string", { $0.isString }).map { $0.string.text }
    }

    private static func nullFilter(_ name: String, _ type: String, _ function: String) -> ScriptError {
        ScriptError(
            .value, "\(function)() takes \(type) as '\(name)', not null, which would list more; omit leaves it out", code: "E0327"
        )
    }

    func items(cursor: String?, take: Int) -> [QueryItem] {
        var items = filters
        if let order { items.append(QueryItem("order", order)) }
        return items + PageWalk.query(from: cursor, take: take)
    }
}

final class ListSource: StreamSource {
    let schema: OperationSchema
    let ids: [String]
    let query: ListQuery
    let caller: Caller

    init(schema: OperationSchema, ids: [String], query: ListQuery, caller: Caller) {
        self.schema = schema
        self.ids = ids
        self.query = query
        self.caller = caller
    }

    func open() throws(ScriptError) -> any StreamCursor { ListCursor(self) }
}

/// One pass over a list. The interpreter asks for one page at a time, so nothing here is used twice at once.
private final class ListCursor: StreamCursor, @unchecked Sendable {
    private let source: ListSource
    private var walk: PageWalk

    init(_ source: ListSource) {
        self.source = source
        walk = PageWalk(from: source.query.cursor, total: source.query.take)
    }

    func next() async throws -> Reply {
        guard let wanted = walk.wanted else { return Reply { vm in vm.makeList([]) } }
        let answer = try await source.caller.perform(
            source.schema, ids: source.ids, query: source.query.items(cursor: walk.cursor, take: wanted))
        let items = walk.items(of: answer)
        let fields = source.schema.answer.fields
        return Reply { vm in vm.makeList(items.map { vm.answer($0, fields) }) }
    }

    func close() { walk.stop() }
}
