// Holds answers against an OpenAPI document: takes the document, an answer and what was asked, gives what does not agree. It
// knows the parts of JSON Schema that the document uses, and reports any other.
import JSONBytes
import PartnerAPI

struct OpenAPIReader: Sendable {
    let document: JSONValue

    /// - Parameter isStrict: fields that the document does not name are a problem.
    func problems(
        _ response: WireResponse, _ text: String, of method: WireMethod, _ path: String, isStrict: Bool
    ) -> [String] {
        guard let operation = operation(method, path) else {
            // What is no operation is refused with the error that all have.
            return problems((try? JSONValue(parsing: text)) ?? .null, reference("#/components/schemas/Error"), "body", isStrict)
        }
        let responses = operation["responses"]
        guard let described = responses?[String(response.status)] ?? responses?["default"] else {
            return ["status \(response.status) is not documented"]
        }
        var found: [String] = []
        for member in isStrict ? described["headers"]?.objectValue?.members ?? [] : [] {
            let value = response.headers[member.key].map(JSONValue.string)
            if value == nil, member.value["required"] == true { found.append("the header \(member.key) is missing") }
            if let value, let schema = member.value["schema"] { found += problems(value, schema, member.key, isStrict) }
        }
        let type = response.headers["Content-Type"]?.split(separator: ";").first.map(String.init) ?? "none"
        guard let media = described["content"]?[type] else { return found + ["the type \(type) is not documented"] }
        return found + records(text, type, media).flatMap { problems($0.0, $0.1, type, isStrict) } + columns(text, media)
    }

    /// The operation at a path below the base.
    func operation(_ method: WireMethod, _ path: String) -> JSONValue? {
        let segments = path.split(separator: "/")
        let paths = document["paths"]?.objectValue?.members ?? []
        let match = paths.first { member in
            let template = member.key.split(separator: "/")
            return template.count == segments.count && zip(template, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
        return match?.value[method.rawValue.lowercased()]
    }

    /// The JSON texts of a body with the schema of each.
    private func records(_ text: String, _ type: String, _ media: JSONValue) -> [(JSONValue, JSONValue)] {
        let schema = media["x-item-schema"] ?? media["schema"] ?? .null
        let texts: [Substring] =
            switch type {
            case "application/jsonl": text.split(separator: "\n")
            case "text/event-stream": text.split(separator: "\n\n").map { $0.dropFirst("data: ".count) }
            case "text/csv": []
            default: [text[...]]
            }
        return texts.map { ((try? JSONValue(parsing: String($0))) ?? .null, schema) }
    }

    private func columns(_ text: String, _ media: JSONValue) -> [String] {
        guard let columns = media["x-columns"]?.stringValue else { return [] }
        return text.hasPrefix(columns + "\r\n") ? [] : ["the columns are not \(columns)"]
    }

    private func reference(_ path: String) -> JSONValue {
        path.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .null }
    }

    // MARK: - JSON Schema

    private func problems(_ value: JSONValue, _ schema: JSONValue, _ place: String, _ isStrict: Bool) -> [String] {
        guard let members = schema.objectValue?.members else { return ["\(place) has no schema"] }
        return members.flatMap { problems(value, $0.key, $0.value, schema, place, isStrict) }
    }

    private func problems(
        _ value: JSONValue, _ keyword: String, _ rule: JSONValue, _ schema: JSONValue, _ place: String, _ isStrict: Bool
    ) -> [String] {
        func wrong(_ isRight: Bool) -> [String] { isRight ? [] : ["\(place) is \(value), against \(keyword) \(rule)"] }
        switch keyword {
        case "description": return []
        case "$ref": return problems(value, reference(rule.stringValue ?? ""), place, isStrict)
        case "type": return wrong((rule.arrayValue ?? [rule]).contains { isOfType(value, $0.stringValue ?? "") })
        case "const": return wrong(value == rule)
        case "enum": return wrong(rule.arrayValue?.contains(value) == true)
        case "pattern":
            guard let text = value.stringValue, let regex = try? Regex(rule.stringValue ?? "") else { return wrong(false) }
            return wrong(text.contains(regex))
        case "required": return wrong(rule.arrayValue?.allSatisfy { value[$0.stringValue ?? ""] != nil } == true)
        case "maxItems": return wrong(value.arrayValue.map { Int64($0.count) <= rule.intValue ?? -1 } == true)
        case "items":
            return (value.arrayValue ?? []).enumerated().flatMap { problems($1, rule, "\(place)[\($0)]", isStrict) }
        case "properties":
            return (rule.objectValue?.members ?? []).flatMap { member in
                value[member.key].map { problems($0, member.value, "\(place).\(member.key)", isStrict) } ?? []
            }
        case "additionalProperties":
            let known = schema["properties"]?.objectValue?.keys ?? []
            let others = value.objectValue?.keys.filter { !known.contains($0) } ?? []
            return rule == false && isStrict ? others.map { "\(place).\($0) is not documented" } : []
        case "oneOf":
            let counts = (rule.arrayValue ?? []).map { problems(value, $0, place, isStrict) }
            return counts.count { $0.isEmpty } == 1 ? [] : ["\(place) is \(value), not one of: \(counts)"]
        default: return ["the schema's '\(keyword)' is unknown here"]
        }
    }

    private func isOfType(_ value: JSONValue, _ type: String) -> Bool {
        switch (value, type) {
        case (.string, "string"), (.bool, "boolean"), (.int, "integer"), (.int, "number"), (.float, "number"),
            (.object, "object"), (.array, "array"), (.null, "null"):
            true
        default: false
        }
    }
}
