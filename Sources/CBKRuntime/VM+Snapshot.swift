// Values to snapshots, which may cross threads, and back. Both ways stop at `VM.deepest` levels.

extension VM {
    /// A deep copy outside the heap. Nested deeper than 500 levels, the rest shows as `…`.
    package func snapshot(_ value: Value) -> Snapshot { snapshot(value, depth: 0) }

    private func snapshot(_ value: Value, depth: Int) -> Snapshot {
        switch value.tag {
        case Tag.int: return .int(value.int)
        case Tag.float: return .float(value.float)
        case Tag.bool: return .bool(value.bool)
        case Tag.null, Tag.omit: return .null
        case Tag.duration: return .duration(value.int)
        case Tag.datetime: return .datetime(value.int)
        case Tag.string: return .string(value.string.text)
        case Tag.secret: return .secret(secretText(value))
        case Tag.list where depth < VM.deepest:
            return .list((0..<value.list.pointee.count).map { snapshot(value.list.pointee.items[$0], depth: depth + 1) })
        case Tag.record where depth < VM.deepest:
            var fields: [Snapshot.Field] = []
            var cursor = 0
            while let (key, item) = next(of: value.record, &cursor) {
                fields.append(Snapshot.Field(key.text, snapshot(item, depth: depth + 1)))
            }
            return .record(fields)
        case Tag.list, Tag.record: return .opaque(type: value.typeName, description: "…")
        default: return .opaque(type: value.typeName, description: text(of: value))
        }
    }

    /// A value made of a snapshot; what is opaque becomes its description.
    package func value(of snapshot: Snapshot) -> Value {
        switch snapshot {
        case .null: return .null
        case .bool(let value): return Value(bool: value)
        case .int(let value): return Value(int: value)
        case .float(let value): return Value(float: value)
        case .string(let value): return string(value)
        case .duration(let value): return Value(duration: value)
        case .datetime(let value): return Value(datetime: value)
        case .secret(let value): return secret(value)
        case .list(let items): return makeList(items.map { value(of: $0) })
        case .record(let fields):
            let record = makeRecord()
            for field in fields {
                let item = value(of: field.value)
                var name = field.name
                name.withUTF8 { set(makeString($0), in: record, to: item) }
            }
            return Value(record)
        case .opaque(_, let description): return string(description)
        }
    }
}
