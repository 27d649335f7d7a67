// The fields of a write, checked by the API's rules and made ready for their columns. Unknown fields are
// ignored, as a tolerant server does; null clears, and in a create means absent.
import JSONBytes
import PartnerAPI

/// How an update treats `meta` and `limits`.
package enum NestedUpdate: String, Sendable, CaseIterable {
    /// The object sent takes the place of the old one.
    case replace
    /// The members sent are set in the old one, null removing one.
    case merge
}

/// A change to one column; without text it clears it. Objects are kept as JSON texts.
struct ColumnChange: Sendable {
    var column: Column
    var text: String?
    /// The object behind the text, for merging.
    var object: JSONObject?

    init(column: Column, text: String?) {
        self.column = column
        self.text = text
    }

    init(column: Column, object: JSONObject?) {
        self.column = column
        self.object = object
        text = object.map { String(decoding: $0.serialized(), as: UTF8.self) }
    }
}

/// The columns that a request can set. Raw values are their names in the tables and on the wire.
enum Column: String, Sendable {
    case alias, name, description, meta, image, email, limits, config, payload
}

struct FieldChanges: Sendable {
    private(set) var changes: [ColumnChange] = []

    static let nameLimit = 191
    static let aliasLimit = 128

    /// - Throws: `SandboxError` with BAD_REQUEST and the field's name.
    static func user(_ body: JSONObject) throws(SandboxError) -> FieldChanges {
        var fields = FieldChanges()
        for member in body.members {
            switch member.key {
            case "alias": fields.add(.alias, try alias(member.value))
            case "name": fields.add(.name, try name(member.value))
            case "description": fields.add(.description, try string(member.value, "description"))
            case "image": fields.add(.image, try string(member.value, "image"))
            case "email": fields.add(.email, try string(member.value, "email"))
            case "meta": fields.add(.meta, object: try meta(member.value))
            case "limits": fields.add(.limits, object: try limits(member.value))
            default: break
            }
        }
        return fields
    }

    /// - Throws: `SandboxError` with BAD_REQUEST and the field's name.
    static func token(_ body: JSONObject) throws(SandboxError) -> FieldChanges {
        var fields = FieldChanges()
        for member in body.members {
            switch member.key {
            case "name": fields.add(.name, try name(member.value))
            case "description": fields.add(.description, try string(member.value, "description"))
            case "config": fields.add(.config, object: try object(member.value, "config"))
            case "meta": fields.add(.meta, object: try meta(member.value))
            default: break
            }
        }
        return fields
    }

    /// - Throws: `SandboxError` with BAD_REQUEST and the field's name.
    static func context(_ body: JSONObject) throws(SandboxError) -> FieldChanges {
        var fields = FieldChanges()
        for member in body.members {
            switch member.key {
            case "name": fields.add(.name, try name(member.value))
            case "description": fields.add(.description, try string(member.value, "description"))
            case "meta": fields.add(.meta, object: try meta(member.value))
            case "payload": fields.add(.payload, object: try object(member.value, "payload"))
            default: break
            }
        }
        return fields
    }

    /// How long a session works: an hour where nothing is said.
    /// - Throws: `SandboxError` with BAD_REQUEST and the field's name.
    static func sessionSeconds(_ body: JSONObject) throws(SandboxError) -> Int64 {
        let config = try object(body["config"] ?? .null, "config")
        if let routes = config?["allowedRoutes"], !routes.isNull,
            routes.arrayValue?.allSatisfy({ $0.stringValue != nil }) != true
        {
            throw .badRequest("'config.allowedRoutes' must be an array of strings")
        }
        _ = try string(config?["contactId"] ?? .null, "config.contactId")
        guard let duration = body["durationInSeconds"], !duration.isNull else { return 3600 }
        guard let seconds = duration.doubleValue, seconds >= 1, seconds <= 1e9 else {
            throw .badRequest("'durationInSeconds' must be a number from 1 on")
        }
        return Int64(seconds)
    }

    /// For a create: null means absent, at any depth of `limits`.
    var forCreate: FieldChanges { droppingNulls(in: [.limits]) }

    /// For an update: with `merge`, null in a nested object removes a member; otherwise it means absent in `limits`.
    func forUpdate(_ nested: NestedUpdate) -> FieldChanges {
        switch nested {
        case .replace: droppingNulls(in: [.limits])
        case .merge: self
        }
    }

    private func droppingNulls(in columns: [Column]) -> FieldChanges {
        var fields = self
        for index in fields.changes.indices where columns.contains(fields.changes[index].column) {
            guard let object = fields.changes[index].object?.withoutNulls else { continue }
            fields.changes[index] = ColumnChange(column: fields.changes[index].column, object: object)
        }
        return fields
    }

    /// What a column gets in a create.
    func text(_ column: Column) -> String? {
        for change in changes where change.column == column { return change.text }
        return nil
    }

    private mutating func add(_ column: Column, _ text: String?) {
        changes.append(ColumnChange(column: column, text: text))
    }

    private mutating func add(_ column: Column, object: JSONObject?) {
        changes.append(ColumnChange(column: column, object: object))
    }

    // MARK: - Rules

    private static func string(_ value: JSONValue, _ field: String) throws(SandboxError) -> String? {
        switch value {
        case .null: return nil
        case .string(let text):
            guard !text.utf8.contains(0) else { throw .badRequest("'\(field)' contains a zero byte") }
            return text
        case .bool, .int, .float, .array, .object:
            throw .badRequest("'\(field)' must be a string, not \(value.kindDescription)")
        }
    }

    private static func object(_ value: JSONValue, _ field: String) throws(SandboxError) -> JSONObject? {
        switch value {
        case .null: return nil
        case .object(let object): return object
        case .bool, .int, .float, .string, .array:
            throw .badRequest("'\(field)' must be an object, not \(value.kindDescription)")
        }
    }

    private static func name(_ value: JSONValue) throws(SandboxError) -> String? {
        guard let name = try string(value, "name") else { return nil }
        guard name.utf8.count <= nameLimit else {
            throw .badRequest("'name' has \(name.utf8.count) bytes; at most \(nameLimit) are allowed")
        }
        return name
    }

    private static func alias(_ value: JSONValue) throws(SandboxError) -> String? {
        guard let alias = try string(value, "alias"), !alias.isEmpty else { return nil }
        guard alias.utf8.count <= aliasLimit else {
            throw .badRequest("'alias' has \(alias.utf8.count) characters; at most \(aliasLimit) are allowed")
        }
        guard alias.utf8.allSatisfy(isAliasByte) else {
            throw .badRequest("'alias' may hold a-z, 0-9, '-' and '_' only, not '\(alias)'")
        }
        return alias
    }

    private static func isAliasByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func meta(_ value: JSONValue) throws(SandboxError) -> JSONObject? {
        guard let meta = try object(value, "meta") else { return nil }
        for member in meta.members where member.key.utf8.first == UInt8(ascii: "_") {
            throw .badRequest("'meta' has the key '\(member.key)'; keys must not start with '_'")
        }
        return meta
    }

    private static func limits(_ value: JSONValue) throws(SandboxError) -> JSONObject? {
        guard let limits = try object(value, "limits") else { return nil }
        var checked = try counts(limits, ["tokens", "conversations", "messages"], "limits")
        if let database = limits["database"] {
            let inner = try object(database, "limits.database")
            checked["database"] =
                try inner.map { (inner) throws(SandboxError) in
                    .object(
                        try counts(
                            inner, ["datasets", "records", "skillsets", "abilities", "files"], "limits.database"))
                } ?? .null
        }
        return checked
    }

    /// The known members of an object of numbers; null stays, for an update that merges.
    private static func counts(
        _ object: JSONObject, _ keys: [String], _ path: String
    ) throws(SandboxError) -> JSONObject {
        var checked = JSONObject()
        for key in keys {
            guard let value = object[key] else { continue }
            guard value.isNull || value.doubleValue != nil else {
                throw .badRequest("'\(path).\(key)' must be a number, not \(value.kindDescription)")
            }
            guard (value.doubleValue ?? 0) >= 0 else { throw .badRequest("'\(path).\(key)' must not be negative") }
            checked[key] = value
        }
        return checked
    }
}

extension JSONObject {
    /// The object with another's members set in it, null removing one, objects merged in turn.
    func merged(with other: JSONObject) -> JSONObject {
        var merged = self
        for member in other.members {
            switch (merged[member.key], member.value) {
            case (_, .null): merged[member.key] = nil
            case (.object(let old)?, .object(let new)): merged[member.key] = .object(old.merged(with: new))
            default: merged[member.key] = member.value
            }
        }
        return merged
    }

    /// The object without members that are null, at any depth of objects.
    var withoutNulls: JSONObject {
        var kept: [Member] = []
        for member in members where !member.value.isNull {
            let value = member.value.objectValue.map { JSONValue.object($0.withoutNulls) } ?? member.value
            kept.append(Member(key: member.key, value: value))
        }
        return JSONObject(kept)
    }
}
