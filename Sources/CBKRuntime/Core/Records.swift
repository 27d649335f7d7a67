// Methods of records. `remove` and `clear` change the receiver in place, which nothing else holds; the others give
// new values whose fields are shared.

import CBKCompiler

extension CoreBuiltins {
    static let records: [Builtin] = [
        Builtin(
            Signature(
                "keys", on: [.record], gives: .list(text), "The names of the fields, in order.",
                example: "{ name: \"Ann\", plan: \"pro\" }.keys()"),
            RecordNative.keys),
        Builtin(
            Signature(
                "values", on: [.record], gives: items, "The values of the fields, in order.",
                example: "{ name: \"Ann\", plan: \"pro\" }.values()"),
            RecordNative.values),
        Builtin(
            Signature(
                "entries", on: [.record], gives: .list(.record([.init("key", text), .init("value", .any)])),
                "The fields as records of key and value, in order.", example: "{ a: 1, b: 2 }.entries()"),
            RecordNative.entries),
        Builtin(
            Signature(
                "has", on: [.record], [.init("key", text)], gives: truth, "Whether it has a field; key in record is the same.",
                example: "{ name: \"Ann\" }.has(\"plan\")"),
            RecordNative.has),
        Builtin(
            Signature(
                "get", on: [.record], [.init("key", text), .init("default", .any, default: "null")],
                "A field's value, or the default without that field.", example: "{ name: \"Ann\" }.get(\"plan\", \"free\")"),
            RecordNative.get),
        Builtin(
            Signature(
                "merge", on: [.record], [.init("other", fields)], gives: fields,
                "The fields of both, the other's where both have one; { ...a, ...b } is the same.",
                example: "{ a: 1, b: 2 }.merge({ b: 3 })"),
            RecordNative.merge),
        Builtin(
            Signature(
                "pick", on: [.record], [.init("names", names, "strings, or lists of them", isVariadic: true)], gives: fields,
                "A record of just those fields; one that is not there is an error.",
                example: "{ a: 1, b: 2, c: 3 }.pick(\"a\", \"c\")"),
            RecordNative.pick),
        Builtin(
            Signature(
                "without", on: [.record], [.init("names", names, "strings, or lists of them", isVariadic: true)], gives: fields,
                "The record without those fields.", example: "{ a: 1, b: 2, c: 3 }.without(\"b\")"),
            RecordNative.without),
        Builtin(
            Signature(
                "remove", on: [.record], [.init("key", text)],
                "Takes a field out and gives its value, or null without that field.",
                example: "var row = { a: 1, b: 2 }; row.remove(\"b\"); row"),
            RecordNative.remove),
        Builtin(
            Signature(
                "clear", on: [.record], gives: .type(.null), "Takes all fields out.",
                example: "var row = { a: 1 }; row.clear(); row"),
            RecordNative.clear),
        Builtin(
            Signature(
                "select", on: [.list], [.init("names", names, "strings, or lists of them", isVariadic: true)],
                gives: .list(fields), "Each record with just those fields.",
                example: "[{ a: 1, b: 2 }, { a: 3, b: 4 }].select(\"a\")"),
            RecordNative.select),
        Builtin(
            Signature(
                "__pick", [.init("record", fields), .init("names", items)], gives: fields,
                "A record of just those fields.", isInternal: true),
            RecordNative.pickOne),
    ]
}

private enum RecordNative {
    static let keys: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let list = list(call, itemCost: 16) else { return false }
        var cursor = 0
        while let (key, _) = call.vm.next(of: call[0].record, &cursor) { call.vm.append(Value(key), to: list) }
        return call.give(Value(list))
    }

    static let values: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let list = list(call, itemCost: 16) else { return false }
        var cursor = 0
        while let (_, value) = call.vm.next(of: call[0].record, &cursor) {
            value.share()
            call.vm.append(value, to: list)
        }
        return call.give(Value(list))
    }

    static let entries: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let list = list(call, itemCost: 96) else { return false }
        var cursor = 0
        while let (key, value) = call.vm.next(of: call[0].record, &cursor) {
            value.share()
            call.vm.append(call.vm.makeRecord([("key", Value(key)), ("value", value)]), to: list)
        }
        return call.give(Value(list))
    }

    /// A list with room for one item a field.
    static func list(_ call: NativeCall, itemCost: Int) -> UnsafeMutablePointer<ListObject>? {
        let count = call.vm.count(of: call[0].record)
        return call.vm.admit(count * itemCost) ? call.vm.makeList(capacity: count) : nil
    }

    static let has: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let key = call.string(1, of: "has", "key") else { return false }
        return call.give(Value(bool: call.vm.get(key, of: call[0].record) != nil))
    }

    static let get: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let key = call.string(1, of: "get", "key") else { return false }
        return call.giveShared(call.vm.get(key, of: call[0].record) ?? (call.isGiven(2) ? call[2] : .null))
    }

    static let merge: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let other = call.record(1, of: "merge", "other") else { return false }
        guard call.vm.admit((call.vm.count(of: call[0].record) + call.vm.count(of: other)) * 48) else { return false }
        let result = call.vm.copy(call[0].record)
        var cursor = 0
        while let (key, value) = call.vm.next(of: other, &cursor) {
            value.share()
            call.vm.set(key, in: result, to: value)
        }
        return call.give(Value(result))
    }

    static let pick: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let names = call.names(from: 1, of: "pick"), let result = picked(call, call[0].record, names) else { return false }
        return call.give(Value(result))
    }

    static let pickOne: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard call[0].tag == Tag.record else {
            return call.fail(.type, "select() takes fields of records, not of \(call[0].typeName)", code: "E0302")
        }
        guard let names = call.names(from: 1, of: "select"), let result = picked(call, call[0].record, names) else {
            return false
        }
        return call.give(Value(result))
    }

    static let select: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let names = call.names(from: 1, of: "select") else { return false }
        let source = call[0].list
        guard call.vm.admit(source.pointee.count * (48 + names.count * 16)) else { return false }
        let list = call.vm.makeList(capacity: source.pointee.count)
        for place in 0..<source.pointee.count {
            let item = source.pointee.items[place]
            guard item.tag == Tag.record else {
                return call.fail(
                    .type, "select() takes fields of records; item \(place) is \(item.typeName)", code: "E0302")
            }
            guard let result = picked(call, item.record, names) else { return false }
            call.vm.append(Value(result), to: list)
        }
        return call.give(Value(list))
    }

    static func picked(
        _ call: NativeCall, _ record: UnsafeMutablePointer<RecordObject>, _ names: [UnsafeMutablePointer<StringObject>]
    ) -> UnsafeMutablePointer<RecordObject>? {
        guard call.vm.admit(names.count * 48) else { return nil }
        let result = call.vm.makeRecord()
        for name in names {
            guard let value = call.vm.get(name, of: record) else {
                call.vm.raiseNoField(name, record)
                return nil
            }
            value.share()
            call.vm.set(name, in: result, to: value)
        }
        return result
    }

    static let without: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let names = call.names(from: 1, of: "without") else { return false }
        guard call.vm.admit(call.vm.count(of: call[0].record) * 48 + names.count * 48) else { return false }
        let dropped = call.vm.makeRecord()
        for name in names { call.vm.set(name, in: dropped, to: .null) }
        let result = call.vm.makeRecord()
        var cursor = 0
        while let (key, value) = call.vm.next(of: call[0].record, &cursor) {
            guard call.vm.get(key, of: dropped) == nil else { continue }
            value.share()
            call.vm.set(key, in: result, to: value)
        }
        return call.give(Value(result))
    }

    static let remove: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard call.ownsReceiver("remove") else { return false }
        guard let key = call.string(1, of: "remove", "key") else { return false }
        return call.give(call.vm.remove(key, from: call[0].record) ?? .null)
    }

    static let clear: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard call.ownsReceiver("clear") else { return false }
        call.vm.clear(call[0].record)
        return call.give(.null)
    }
}

extension VM {
    /// Takes all fields out of a record that nothing else holds.
    func clear(_ record: UnsafeMutablePointer<RecordObject>) {
        if let table = record.pointee.table {
            heap.account(-table.pointee.byteCount)
            RecordTable.destroy(table)
            record.pointee.table = nil
        }
        // The collector looks at all slots, filled or not.
        if let slots = record.pointee.slots {
            for slot in 0..<Int(record.pointee.capacity) { slots[slot] = .null }
        }
        record.pointee.header.aux = ShapeTable.empty
    }
}
