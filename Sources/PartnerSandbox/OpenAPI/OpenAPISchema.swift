// Fields as JSON Schema: what an answer has, and what a request may have by the rules of `FieldChanges`.
import JSONBytes
import PartnerAPI

enum OpenAPISchema {
    /// Exactly these fields; those that are not set are left out.
    static func answer(_ fields: [SchemaField]) -> JSONObject {
        var schema = record(fields) { described(type($0.type), $0) }
        schema["additionalProperties"] = false
        return schema
    }

    /// Fields that are not known are ignored, and null clears one.
    static func request(_ fields: [SchemaField]) -> JSONObject {
        record(fields) { described(nullable(writable($0)), $0) }
    }

    static func type(_ type: SchemaType) -> JSONObject {
        switch type {
        case .string, .secret: ["type": "string"]
        // Limits keep the number that was sent.
        case .integer: ["type": "number"]
        case .timestamp: ["type": "integer"]
        case .boolean: ["type": "boolean"]
        case .word(let words): ["type": "string", "enum": .array(words.map { .string($0) })]
        case .openObject: ["type": "object"]
        case .list(let element): ["type": "array", "items": .object(self.type(element))]
        case .record(let fields): answer(fields)
        }
    }

    private static func record(_ fields: [SchemaField], _ convert: (SchemaField) -> JSONObject) -> JSONObject {
        var schema: JSONObject = [
            "type": "object", "properties": .object(JSONObject(fields.map { .init(key: $0.name, value: .object(convert($0))) })),
        ]
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        return schema
    }

    private static func described(_ schema: JSONObject, _ field: SchemaField) -> JSONObject {
        var schema = schema
        schema["description"] = .string(field.summary)
        return schema
    }

    private static func nullable(_ schema: JSONObject) -> JSONObject {
        var schema = schema
        if let type = schema["type"] { schema["type"] = [type, "null"] }
        return schema
    }

    private static func writable(_ field: SchemaField) -> JSONObject {
        switch field.type {
        case .record(let fields): return request(fields)
        case .integer where field.name == "durationInSeconds": return ["type": "number", "minimum": 1, "maximum": 1_000_000_000]
        case .integer: return ["type": "number", "minimum": 0]
        case .openObject where field.name == "meta": return ["type": "object", "propertyNames": ["pattern": "^(?!_)"]]
        case .string:
            switch field.name {
            case "alias":
                return ["type": "string", "maxLength": .int(Int64(FieldChanges.aliasLimit)), "pattern": "^[a-z0-9_-]*$"]
            // Bytes are what is limited, and a character has one at least.
            case "name": return ["type": "string", "maxLength": .int(Int64(FieldChanges.nameLimit)), "pattern": noZero]
            default: return ["type": "string", "pattern": noZero]
            }
        default: return type(field.type)
        }
    }

    private static let noZero: JSONValue = "^[^\\u0000]*$"
}
