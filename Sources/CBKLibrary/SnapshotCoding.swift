// Values as JSON that keeps their types, for what a run writes down and reads again: its parameters, answers of the terminal, and the
// items of a batch that come from the API. A secret has no such form.

import CBKRuntime
import JSONBytes

extension Snapshot {
    /// A record with one field of such a name stands for what JSON lacks.
    private enum Mark {
        static let datetime = "$datetime", duration = "$duration", float = "$float", record = "$record"
    }

    /// nil for a secret, a function, a stream and the like, alone or inside.
    package var coded: JSONValue? {
        switch self {
        case .null: return .null
        case .bool(let truth): return .bool(truth)
        case .int(let number): return .int(number)
        // JSON's own numbers would come back as whole ones.
        case .float(let number): return [Mark.float: .string("\(number)")]
        case .string(let text): return .string(text)
        case .duration(let time): return [Mark.duration: .int(time)]
        case .datetime(let time): return [Mark.datetime: .int(time)]
        case .secret, .opaque: return nil
        case .list(let items):
            let coded = items.compactMap(\.coded)
            return coded.count == items.count ? .array(coded) : nil
        case .record(let fields):
            var members: [JSONObject.Member] = []
            for field in fields {
                guard let value = field.value.coded else { return nil }
                members.append(JSONObject.Member(key: field.name, value: value))
            }
            let object = JSONValue.object(JSONObject(members))
            return fields.count == 1 && fields[0].name.hasPrefix("$") ? [Mark.record: object] : object
        }
    }

    package init(coded value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let truth): self = .bool(truth)
        case .int(let number): self = .int(number)
        case .float(let number): self = .float(number)
        case .string(let text): self = .string(text)
        case .array(let items): self = .list(items.map { Snapshot(coded: $0) })
        case .object(let object):
            let marked = object.count == 1 ? object.members.first : nil
            switch (marked?.key, marked?.value) {
            case (Mark.datetime?, .int(let time)?): self = .datetime(time)
            case (Mark.duration?, .int(let time)?): self = .duration(time)
            case (Mark.float?, .string(let text)?): self = .float(Double(text) ?? 0)
            case (Mark.record?, .object(let inner)?): self = Snapshot.record(inner)
            default: self = Snapshot.record(object)
            }
        }
    }

    private static func record(_ object: JSONObject) -> Snapshot {
        .record(object.members.map { Field($0.key, Snapshot(coded: $0.value)) })
    }
}
