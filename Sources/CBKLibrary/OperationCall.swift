// One operation as a command line says it: the words of its path, an id for each place in it, and a flag for each field
// of its schema. Takes words; gives the call, or what is wrong with them. Reads no file itself.

import CBKRuntime
import CBKSyntax
import JSONBytes
import PartnerAPI

package struct OperationCall: Sendable {
    package let schema: OperationSchema
    package var ids: [String] = []
    package var query: [QueryItem] = []
    /// The fields of the body; nil for a read.
    package var body: JSONObject?

    /// The words that name an operation: `partner user token create`.
    package static func words(of schema: OperationSchema) -> [String] {
        schema.path.split(separator: "/").filter { !$0.hasPrefix("{") }.map(String.init)
    }

    /// The operation that a command line begins with.
    ///
    /// - Returns: the operation, and how many words name it; nil for no words, or those of several, such as `partner user`.
    package static func find(_ line: [String]) throws(UsageError) -> (schema: OperationSchema, count: Int)? {
        let named = Array(line.prefix { !$0.hasPrefix("-") })
        let candidates = OperationSchema.all.map { (schema: $0, words: words(of: $0)) }
        // "partner user list" is no beginning of "partner user token list", so at most one fits.
        if let found = candidates.first(where: { named.starts(with: $0.words) }) { return (found.schema, found.words.count) }
        if candidates.contains(where: { $0.words.starts(with: named) }) { return nil }
        let known = named.indices.first { place in
            !candidates.contains { $0.words.starts(with: named[...place]) }
        }
        let place = known ?? 0
        let next = candidates.filter { $0.words.starts(with: named[..<place]) && $0.words.count > place }.map { $0.words[place] }
        let choices = next.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let near = suggestion(for: named[place], among: choices).map { "did you mean '\($0)'?" }
        throw UsageError(
            "there is no operation '\(named[...place].joined(separator: " "))'; "
                + (near
                    ?? "after '\((["api"] + named[..<place]).joined(separator: " "))' comes \(choices.joined(separator: ", "))"))
    }

    /// The flags that an operation's fields make; `limits.messages` for a field in another.
    package static func flags(_ schema: OperationSchema) -> [Flag] {
        (schema.query + (schema.request ?? [])).flatMap { flags($0, "") }
    }

    private static func flags(_ field: SchemaField, _ prefix: String) -> [Flag] {
        let name = prefix + field.name
        switch field.type {
        case .record(let fields): return fields.flatMap { flags($0, name + ".") }
        case .integer, .timestamp: return [Flag(name, .int, "N", field.summary)]
        case .boolean: return [Flag(name, .toggle, "", field.summary)]
        case .word(let words): return [Flag(name, .choice(words), words.joined(separator: "|"), field.summary)]
        case .openObject: return [Flag(name, .list, "KEY=VALUE", field.summary + "; may be repeated")]
        case .list: return [Flag(name, .list, "TEXT", field.summary + "; may be repeated")]
        case .string, .secret: return [Flag(name, .text, "TEXT", field.summary)]
        }
    }

    /// - Parameters:
    ///   - ids: one for each place in the path.
    ///   - parsed: what the flags above were given as.
    ///   - data: the body that `--data` named; a flag of the same field comes before it.
    package init(_ schema: OperationSchema, ids: [String], _ parsed: ParsedFlags, data: JSONObject?) throws(UsageError) {
        self.schema = schema
        let name = OperationCall.words(of: schema).joined(separator: " ")
        let places = schema.pathParameters
        guard ids.count >= places.count else {
            throw UsageError("'\(name)' needs \(places[ids.count].summary)")
        }
        guard ids.count == places.count else {
            let takes = places.isEmpty ? "takes flags only" : "takes \(places.count == 1 ? "one id" : "\(places.count) ids")"
            throw UsageError("'\(name)' \(takes), not '\(ids[places.count])' too")
        }
        self.ids = ids
        for field in schema.query {
            if case .openObject = field.type {
                for member in try OperationCall.members(parsed.list(field.name), of: field.name) {
                    guard let value = member.value.stringValue else {
                        throw UsageError("--\(field.name) takes KEY=VALUE in a list, not JSON")
                    }
                    query.append(QueryItem("\(field.name).\(member.key)", value))
                }
            } else if let value = parsed.values[field.name]?.last {
                let text: String =
                    if case .string(let text) = value { text } else { parsed.int(field.name).map { "\($0)" } ?? "" }
                if text.isEmpty { throw UsageError("--\(field.name) is empty; leave it out to list all") }
                query.append(QueryItem(field.name, text))
            }
        }
        guard let request = schema.request else { return }
        var body = data ?? JSONObject()
        try OperationCall.check(body, request, "")
        try OperationCall.fill(&body, request, "", parsed)
        self.body = body
    }

    /// Puts what the flags say into an object.
    private static func fill(
        _ object: inout JSONObject, _ fields: [SchemaField], _ prefix: String, _ parsed: ParsedFlags
    ) throws(UsageError) {
        for field in fields {
            let name = prefix + field.name
            switch field.type {
            case .record(let inner):
                var nested = object[field.name]?.objectValue ?? JSONObject()
                let before = nested
                try fill(&nested, inner, name + ".", parsed)
                if nested != before { object[field.name] = .object(nested) }
            case .openObject:
                let members = try members(parsed.list(name), of: name)
                guard !members.isEmpty else { continue }
                object[field.name] = .object(JSONObject((object[field.name]?.objectValue?.members ?? []) + members))
            case .list:
                let items = parsed.list(name)
                if !items.isEmpty { object[field.name] = .array(items.map { .string($0) }) }
            case .string, .secret, .word, .integer, .timestamp, .boolean:
                switch parsed.values[name]?.last {
                case .string(let text): object[field.name] = .string(text)
                case .int(let number): object[field.name] = .int(number)
                case .bool(let truth): object[field.name] = .bool(truth)
                default: continue
                }
            }
        }
    }

    /// `plan=pro`, or an object as JSON.
    private static func members(_ texts: [String], of flag: String) throws(UsageError) -> [JSONObject.Member] {
        var members: [JSONObject.Member] = []
        for text in texts {
            if text.hasPrefix("{") {
                guard let object = (try? JSONValue(parsing: Array(text.utf8)))?.objectValue else {
                    throw UsageError("--\(flag) takes KEY=VALUE or a JSON object, not '\(text)'")
                }
                members += object.members
                continue
            }
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw UsageError("--\(flag) takes KEY=VALUE, not '\(text)'")
            }
            members.append(
                JSONObject.Member(key: String(text[..<equals]), value: .string(String(text[text.index(after: equals)...]))))
        }
        return members
    }

    /// Refuses names that the request does not have, down into nested objects.
    private static func check(_ object: JSONObject, _ fields: [SchemaField], _ path: String) throws(UsageError) {
        for member in object.members {
            guard let field = fields.first(where: { $0.name == member.key }) else {
                let names = fields.map(\.name)
                let near = suggestion(for: member.key, among: names).map { "did you mean '\(path)\($0)'?" }
                let choices = names.isEmpty ? "it takes none" : "it takes \(names.joined(separator: ", "))"
                throw UsageError("the data has a field '\(path)\(member.key)' that the operation lacks; \(near ?? choices)")
            }
            if case .record(let inner) = field.type, let nested = member.value.objectValue {
                try check(nested, inner, path + field.name + ".")
            }
        }
    }

    /// An answer for people: secrets masked; with `times`, what counts milliseconds as times.
    package static func shown(_ json: JSONValue, _ fields: [SchemaField], times: Bool) -> Snapshot {
        guard case .object(let object) = json else { return snapshot(json) }
        return .record(
            object.members.map { member in
                let value: Snapshot =
                    switch (fields.first { $0.name == member.key }?.type, member.value) {
                    case (.secret?, .string(let text)): .secret(SecretText(text))
                    case (.timestamp?, .int(let time)) where times: .datetime(time)
                    case (.record(let inner)?, _): shown(member.value, inner, times: times)
                    default: snapshot(member.value)
                    }
                return Snapshot.Field(member.key, value)
            })
    }

    private static func snapshot(_ json: JSONValue) -> Snapshot {
        switch json {
        case .null: .null
        case .bool(let truth): .bool(truth)
        case .int(let number): .int(number)
        case .float(let number): .float(number)
        case .string(let text): .string(text)
        case .array(let items): .list(items.map(snapshot))
        case .object(let object): .record(object.members.map { Snapshot.Field($0.key, snapshot($0.value)) })
        }
    }
}
