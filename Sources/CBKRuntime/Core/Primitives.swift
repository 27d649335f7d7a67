// The language's own machinery, which only built-ins written in the language may name.

import CBKCompiler

extension CoreBuiltins {
    static let primitives: [Builtin] = [
        Builtin(
            Signature(
                "__stream", [.init("producer", function)], gives: flow, "A stream of what a function yields.", isInternal: true),
            Primitive.stream),
        Builtin(
            Signature(
                "__yield", [.init("value")], gives: .type(.null), "Hands a value to the stream's reader.", isInternal: true),
            Primitive.yield),
        Builtin(
            Signature(
                "__group_key", [.init("value"), .init("function", text)], gives: text,
                "A text that is the same just for equal values.", isInternal: true),
            Primitive.groupKey),
        Builtin(
            Signature(
                "__new_key", [.init("key"), .init("record", fields)], gives: text,
                "A string that is not yet a record's key; raises for anything else.", isInternal: true),
            Primitive.newKey),
        Builtin(
            Signature(
                "__amount", [.init("value"), .init("function", text), .init("parameter", text), .init("least", whole)],
                gives: whole, "A number of items; raises for anything else.", isInternal: true),
            Primitive.amount),
        Builtin(
            Signature(
                "__names", [.init("names", text, isVariadic: true)], gives: .list(text),
                "Names of fields as one list; null is left out.", isInternal: true),
            Primitive.names),
    ]
}

private enum Primitive {
    static let stream: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let stream = call.vm.stream(producer: call[0]) else {
            return call.failType(0, expected: "a function", function: "__stream", parameter: "producer")
        }
        return call.give(stream)
    }

    /// The emitter makes an instruction of it; a call by value has nobody to hand to.
    static let yield: NativeFunction = { machine, arguments, count in
        NativeCall(machine, arguments, count).fail(.value, "a stream's producer ran outside of a loop", code: "E0302")
    }

    static let groupKey: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let function = call[1].tag == Tag.string && call[0].tag != Tag.string ? call[1].string.text : ""
        guard let key = CBKRuntime.groupKey(call[0], vm: call.vm, function: function) else { return false }
        return call.give(Value(key))
    }

    static let newKey: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let record = call.record(1, of: "key_by", "record") else { return false }
        switch call[0].tag {
        case Tag.string: break
        case Tag.secret: return call.failSecret("key_by")
        default:
            let hint = call[0].isNull ? "" : "; string(…) makes one"
            return call.fail(.type, "key_by() needs strings as keys, not \(call[0].typeName)\(hint)", code: "E0302")
        }
        guard call.vm.get(call[0].string, of: record) == nil else {
            return call.fail(.value, "key_by() found the key \(call[0].string.quoted) twice", code: "E0325")
        }
        return call.give(call[0])
    }

    static let amount: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let function = call.string(1, of: "__amount", "function"),
            let parameter = call.string(2, of: "__amount", "parameter"), let least = call.int(3, of: "__amount", "least"),
            let amount = call.amount(0, of: function.text, parameter.text, least: least)
        else { return false }
        return call.give(Value(int: amount))
    }

    static let names: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let list = call.vm.makeList(capacity: count)
        for index in 0..<count where !call[index].isNull && !call[index].isOmit {
            switch call[index].tag {
            case Tag.string: call.vm.append(call[index], to: list)
            case Tag.list: call.vm.append(0..<call[index].list.pointee.count, of: call[index].list, to: list)
            default: return call.failType(index, expected: "the names of fields", function: "select", parameter: "names")
            }
        }
        return call.give(Value(list))
    }
}
