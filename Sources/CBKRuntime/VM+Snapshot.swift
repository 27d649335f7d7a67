// Values to snapshots, which may cross threads, and back. Both ways stop at `VM.deepest` levels.

extension VM {
    /// A deep copy outside the heap. Nested deeper than 500 levels, the rest shows as `…`.
    ///
    /// - Throws: what is over the memory budget: a list that stands in two places of the value is copied twice.
    package func snapshot(_ value: Value) throws(ScriptError) -> Snapshot {
        var size = 0
        return try snapshot(value, depth: 0, &size)
    }

    private func snapshot(_ value: Value, depth: Int, _ size: inout Int) throws(ScriptError) -> Snapshot {
        size += MemoryLayout<Value>.stride * 3
        switch value.tag {
        case Tag.int: return .int(value.int)
        case Tag.float: return .float(value.float)
        case Tag.bool: return .bool(value.bool)
        case Tag.null, Tag.omit: return .null
        case Tag.duration: return .duration(value.int)
        case Tag.datetime: return .datetime(value.int)
        case Tag.string:
            size += value.string.pointee.count
            return .string(value.string.text)
        case Tag.secret: return .secret(secretText(value))
        case Tag.list where depth < VM.deepest:
            if !admitWork(size) { try throwPending() }
            var items: [Snapshot] = []
            items.reserveCapacity(value.list.pointee.count)
            for index in 0..<value.list.pointee.count {
                items.append(try snapshot(value.list.pointee.items[index], depth: depth + 1, &size))
            }
            return .list(items)
        case Tag.record where depth < VM.deepest:
            if !admitWork(size) { try throwPending() }
            var fields: [Snapshot.Field] = []
            var cursor = 0
            while let (key, item) = next(of: value.record, &cursor) {
                fields.append(Snapshot.Field(key.text, try snapshot(item, depth: depth + 1, &size)))
            }
            return .record(fields)
        case Tag.list, Tag.record: return .opaque(type: value.typeName, description: "…")
        default: return .opaque(type: value.typeName, description: literal(value))
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
