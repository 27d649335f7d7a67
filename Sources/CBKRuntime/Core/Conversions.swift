// The functions that tell a value's type and length, convert between types, and make errors. A conversion takes what
// is exact and raises for everything else.

import CBKCompiler
import CBKSyntax

extension CoreBuiltins {
    static let conversions: [Builtin] = [
        Builtin(
            Signature(
                "type", [.init("value")], gives: text, "The name of a value's type.", example: "type(5s)"),
            Conversion.type),
        Builtin(
            Signature(
                "len", [.init("value", .oneOf([.string, .list, .record]))], gives: whole,
                "A string's characters (Unicode scalars), a list's items or a record's fields.", example: "len(\"añb\")"),
            Conversion.len),
        Builtin(
            Signature(
                "int", [.init("value")], gives: whole,
                "An int from a whole float or from text: a sign and digits, nothing else.", example: "int(\"42\") + 1"),
            Conversion.int),
        Builtin(
            Signature(
                "float", [.init("value")], gives: .type(.float), "A float from a number or from text.",
                example: "float(\"2.5\") * 2"),
            Conversion.float),
        Builtin(
            Signature(
                "bool", [.init("value")], gives: truth, "A bool from true/false, yes/no or 1/0, without case.",
                example: "bool(\"Yes\")"),
            Conversion.bool),
        Builtin(
            Signature(
                "string", [.init("value")], gives: text, "Any value as text, the way print shows it.",
                example: "string(1.5) + \"!\""),
            Conversion.string),
        Builtin(
            Signature(
                "datetime", [.init("value", .oneOf([.string, .int, .datetime]))], gives: .type(.datetime),
                "A datetime from RFC 3339, a date (midnight UTC) or milliseconds since 1970.",
                example: "datetime(\"2026-03-01\") + 1d"),
            Conversion.datetime),
        Builtin(
            Signature(
                "duration", [.init("value", .oneOf([.string, .duration]))], gives: .type(.duration),
                "A duration from text such as 1h30m or 250ms.", example: "duration(\"1h30m\") + 5s"),
            Conversion.duration),
        Builtin(
            Signature(
                "error",
                [
                    .init("message", .oneOf([.string, .secret])),
                    .init("code", text, default: "null", "for the handler to look at", isNamedOnly: true),
                ],
                gives: .type(.error), "An error to throw, with a message and a code.",
                example: "error(\"no plan\", code: \"PLAN\").code"),
            Conversion.error),
    ]
}

private enum Conversion {
    static let type: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let type = call[0].type else { return call.failType(0, expected: "a value", function: "type", parameter: "value") }
        return call.give(call.vm.string(type.rawValue))
    }

    static let len: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        switch call[0].tag {
        case Tag.string: return call.give(Value(int: call.vm.scalarCount(call[0].string)))
        case Tag.list: return call.give(Value(int: call[0].list.pointee.count))
        case Tag.record: return call.give(Value(int: call.vm.count(of: call[0].record)))
        case Tag.secret: return call.failSecret("len")
        case Tag.stream:
            return call.fail(.type, "len() does not read a stream; .count() reads it and counts", code: "E0302")
        default: return call.failType(0, expected: "a string, list or record", function: "len", parameter: "value")
        }
    }

    static let int: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let value = call[0]
        switch value.tag {
        case Tag.int: return call.give(value)
        case Tag.float:
            guard value.float == value.float.rounded(.towardZero) else {
                return call.fail(.value, "int() takes a whole float, not \(value.float); .round() makes one", code: "E0326")
            }
            guard let whole = Int64(exactly: value.float) else {
                return call.fail(.overflow, "\(value.float) does not fit into an int of 64 bits", code: "E0304")
            }
            return call.give(Value(int: whole))
        case Tag.string:
            switch NumberText.int(value.string.buffer) {
            case .number(let number): return call.give(Value(int: number))
            case .tooLarge:
                return call.fail(.overflow, "int() of \(value.string.quoted): it does not fit into 64 bits", code: "E0304")
            case .notANumber:
                return call.fail(.value, "int() takes a sign and digits, not \(value.string.quoted)", code: "E0320")
            }
        case Tag.secret: return call.failSecret("int")
        default: return call.failType(0, expected: "a number or text", function: "int", parameter: "value")
        }
    }

    static let float: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let value = call[0]
        switch value.tag {
        case Tag.float: return call.give(value)
        case Tag.int:
            guard Int64(exactly: Double(value.int)) == value.int else {
                return call.fail(.value, "\(value.int) is not exact as a float", code: "E0304")
            }
            return call.give(Value(float: Double(value.int)))
        case Tag.string:
            switch NumberText.float(value.string.buffer) {
            case .number(let number): return call.give(Value(float: number))
            case .tooLarge:
                return call.fail(.overflow, "float() of \(value.string.quoted): it is not a finite number", code: "E0305")
            case .notANumber: return call.fail(.value, "float() takes a number, not \(value.string.quoted)", code: "E0321")
            }
        case Tag.secret: return call.failSecret("float")
        default: return call.failType(0, expected: "a number or text", function: "float", parameter: "value")
        }
    }

    static let bool: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let value = call[0]
        switch value.tag {
        case Tag.bool: return call.give(value)
        case Tag.int where value.int == 0 || value.int == 1: return call.give(Value(bool: value.int == 1))
        case Tag.int: return call.fail(.value, "bool() takes 1 or 0, not \(value.int)", code: "E0322")
        case Tag.string:
            switch value.string.pointee.count <= 5 ? value.string.text.lowercased() : "" {
            case "true", "yes", "1": return call.give(Value(bool: true))
            case "false", "no", "0": return call.give(Value(bool: false))
            default:
                return call.fail(
                    .value, "bool() takes true, false, yes, no, 1 or 0, not \(value.string.quoted)", code: "E0322")
            }
        case Tag.secret: return call.failSecret("bool")
        default: return call.failType(0, expected: "a bool, 1, 0 or text", function: "bool", parameter: "value")
        }
    }

    static let string: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        switch call[0].tag {
        case Tag.string: return call.give(call[0])
        case Tag.secret: return call.failSecret("string")
        default: return call.vm.text(of: call[0]).map { call.give(call.vm.string($0)) } ?? false
        }
    }

    static let datetime: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let value = call[0]
        switch value.tag {
        case Tag.datetime: return call.give(value)
        case Tag.int where CivilTime.range.contains(value.int): return call.give(Value(datetime: value.int))
        case Tag.int:
            return call.fail(
                .overflow, "datetime() takes milliseconds, and \(value.int) is outside the years 0000 to 9999", code: "E0304")
        case Tag.string:
            if let moment = CivilTime.parse(value.string.buffer) { return call.give(Value(datetime: moment)) }
            var hint = ""
            if case .number = NumberText.int(value.string.buffer) { hint = "; int(…) first for milliseconds" }
            return call.fail(
                .value,
                "datetime() takes text like 2026-03-01T09:30:00Z or 2026-03-01, not \(value.string.quoted)\(hint)", code: "E0323")
        case Tag.secret: return call.failSecret("datetime")
        default: return call.failType(0, expected: "text or milliseconds", function: "datetime", parameter: "value")
        }
    }

    static let duration: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let value = call[0]
        switch value.tag {
        case Tag.duration: return call.give(value)
        case Tag.string:
            switch NumberText.duration(value.string.buffer) {
            case .number(let milliseconds): return call.give(Value(duration: milliseconds))
            case .tooLarge:
                return call.fail(.overflow, "duration() of \(value.string.quoted): it does not fit into 64 bits", code: "E0304")
            case .notANumber:
                return call.fail(
                    .value, "duration() takes text like 1h30m or 250ms, not \(value.string.quoted)", code: "E0324")
            }
        case Tag.int: return call.fail(.type, "duration() of an int has no unit; write \(value.int) * 1s", code: "E0302")
        case Tag.secret: return call.failSecret("duration")
        default: return call.failType(0, expected: "text like 1h30m", function: "duration", parameter: "value")
        }
    }

    static let error: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let message = call.message(0, of: "error") else { return false }
        var code: String?
        if call.isGiven(1), !call[1].isNull {
            guard let given = call.string(1, of: "error", "code") else { return false }
            code = given.text
        }
        return call.give(call.vm.makeError(ScriptError(.user, message, code: code)))
    }
}
