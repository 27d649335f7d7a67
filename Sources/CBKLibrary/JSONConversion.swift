// Between the script's values and JSON: requests, answers, files. A secret never goes into a request or a file.

import CBKRuntime
import JSONBytes
import PartnerAPI

extension Snapshot {
    /// As JSON; datetimes as milliseconds where `forRequest`, else as text.
    package func json(forRequest: Bool, path: String = "") throws(ScriptError) -> JSONValue {
        switch self {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .float(let value): return .float(value)
        case .string(let value): return .string(value)
        case .duration(let value): return forRequest ? .int(value) : .string(durationText(value))
        case .datetime(let value): return forRequest ? .int(value) : .string(datetimeText(value))
        case .secret:
            throw ScriptError(
                .type, "a secret\(path.isEmpty ? "" : " in '\(path)'") is not sent or written; .reveal() gives its text",
                code: "E0315")
        case .list(let items):
            var array: [JSONValue] = []
            array.reserveCapacity(items.count)
            for item in items { array.append(try item.json(forRequest: forRequest, path: path)) }
            return .array(array)
        case .record(let fields):
            return .object(try Snapshot.object(fields, forRequest: forRequest, path: path))
        case .opaque(_, "…"):
            throw ScriptError(.limit, "a value nested deeper than 500 levels has no form in JSON", code: "E0505")
        case .opaque(let type, _):
            throw ScriptError(
                .type, "\(type == "error" ? "an" : "a") \(type)\(path.isEmpty ? "" : " in '\(path)'") has no form in JSON",
                code: "E0301")
        }
    }

    static func object(_ fields: [Field], forRequest: Bool, path: String = "") throws(ScriptError) -> JSONObject {
        var members: [JSONObject.Member] = []
        members.reserveCapacity(fields.count)
        for field in fields {
            let inner = path.isEmpty ? field.name : path + "." + field.name
            members.append(JSONObject.Member(key: field.name, value: try field.value.json(forRequest: forRequest, path: inner)))
        }
        return JSONObject(members)
    }
}

extension VM {
    package func value(of json: JSONValue) -> Value {
        switch json {
        case .null: return .null
        case .bool(let value): return Value(bool: value)
        case .int(let value): return Value(int: value)
        case .float(let value): return Value(float: value)
        case .string(let value): return string(value)
        case .array(let items): return makeList(items.map { value(of: $0) })
        case .object(let object):
            let record = makeRecord()
            for member in object.members {
                let item = value(of: member.value)
                set(string(member.key).string, in: record, to: item)
            }
            return Value(record)
        }
    }

    /// An answer's record with every documented field, null where it was left out; unknown fields follow.
    func answer(_ json: JSONValue, _ fields: [SchemaField]) -> Value {
        guard case .object(let object) = json else { return value(of: json) }
        let record = makeRecord()
        for field in fields { set(fieldKey(field.name), in: record, to: item(object[field.name] ?? .null, field.type)) }
        if object.count > fields.count {
            for member in object.members where !fields.contains(where: { $0.name == member.key }) {
                set(string(member.key).string, in: record, to: value(of: member.value))
            }
        }
        return Value(record)
    }

    private func fieldKey(_ name: String) -> UnsafeMutablePointer<StringObject> { key(name) }

    private func item(_ json: JSONValue, _ type: SchemaType) -> Value {
        switch (type, json) {
        case (.timestamp, .int(let value)): return Value(datetime: value)
        case (.secret, .string(let value)): return secret(SecretText(value))
        case (.record(let fields), .object): return answer(json, fields)
        default: return value(of: json)
        }
    }
}
