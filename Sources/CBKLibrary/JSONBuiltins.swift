// json and jsonl: values as JSON, in files and as text. Integers outside 64 bits are refused, and so are secrets.

import CBKCompiler
import CBKRuntime
import JSONBytes

enum JSONBuiltins {
    static let all: [Builtin] = [
        Builtin(
            Signature(
                "json.parse", [.init("text", .type(.string), "JSON")], gives: .any,
                "Gives the value that a JSON text holds.", example: "json.parse(\"{}\")"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard call[0].isString else {
                    return call.failType(0, expected: "a string", function: "json.parse", parameter: "text")
                }
                guard weigh(call) else { return false }
                do throws(ScriptError) {
                    return call.give(call.vm.value(of: try parsed(Array(call[0].string.buffer), "json.parse()")))
                } catch {
                    return call.fail(error)
                }
            }),
        Builtin(
            Signature(
                "json.format",
                [.init("value"), .init("pretty", .type(.bool), default: "false", "with lines and indents", isNamedOnly: true)],
                gives: .type(.string), "Gives a value as JSON.", example: "json.format({ a: 1 })"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                do throws(ScriptError) {
                    var writer = JSONWriter(pretty: call[1].tag == Tag.bool && call[1].bool)
                    writer.value(try call.vm.snapshot(call[0]).json(forRequest: false))
                    call.charge(writer.bytes.count >> 4)
                    return call.vm.admit(writer.bytes.count) && call.give(call.vm.string(writer.bytes))
                } catch {
                    return call.fail(error)
                }
            }),
        Builtin(
            Signature(
                "json.read", [FileBuiltins.source], gives: .any, effect: .read, "Reads a JSON file.",
                example: "json.read(\"plans.json\")"),
            .asynchronous { (call) throws(ScriptError) in
                let file = try FileBuiltins.WholeFile(call, "json.read")
                return AsynchronousRequest {
                    let value = try parsed(try await file.bytes(), file.title)
                    return Reply { vm in vm.value(of: value) }
                }
            }),
        Builtin(
            Signature(
                "json.write", [FileBuiltins.path, .init("value")], gives: .type(.int), effect: .local,
                "Writes a value as a JSON file.",
                example: "json.write(\"out.json\", { a: 1 })"),
            .script(FileBuiltins.writeOne("json", "json.write"))),
        Builtin(
            Signature(
                "jsonl.parse", [.init("text", .type(.string), "one JSON value a line")], gives: .list(.any),
                "Gives the values of a text with one JSON value a line.", example: "jsonl.parse(\"1\\n2\")"),
            .native { machine, arguments, count in parseLines(NativeCall(machine, arguments, count)) }),
        Builtin(
            Signature(
                "jsonl.read", [FileBuiltins.source], gives: .stream(.any), effect: .read,
                "Reads a file with one JSON value a line.", example: "jsonl.read(\"users.jsonl\").count()"),
            .native { machine, arguments, count in
                FileBuiltins.readLines(NativeCall(machine, arguments, count), "jsonl.read", .json)
            }),
        Builtin(
            Signature(
                "jsonl.write", [FileBuiltins.path, .init("rows", .any, "a list or stream of values")], gives: .type(.int),
                effect: .local,
                "Writes one JSON value a line; gives how many.", example: "jsonl.write(\"out.jsonl\", [1, 2])"),
            .script(FileBuiltins.write("path, rows", "path", "jsonl", "jsonl.write"))),
        Builtin(
            Signature(
                "jsonl.format", [.init("rows", .any, "a list or stream of values")], gives: .type(.string),
                "Gives a text with one JSON value a line.", example: "jsonl.format([1, 2])"),
            .script(FileBuiltins.write("rows", "null", "jsonl", "jsonl.format"))),
    ]

    /// What a text's values take is known only when they are made: asked for before, from its length.
    private static func weigh(_ call: NativeCall) -> Bool {
        let count = call[0].string.pointee.count
        call.charge(count >> 4)
        return call.vm.admitWork(count * 8)
    }

    private static func parsed(_ bytes: [UInt8], _ shown: String) throws(ScriptError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw ScriptError(.value, "\(shown): \(error)", code: "E0605")
        }
    }

    private static func parseLines(_ call: NativeCall) -> Bool {
        guard call[0].isString else {
            return call.failType(0, expected: "a string", function: "jsonl.parse", parameter: "text")
        }
        guard weigh(call) else { return false }
        let list = call.vm.makeList(capacity: 0)
        for (index, line) in call[0].string.buffer.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            do throws(ScriptError) {
                call.vm.append(call.vm.value(of: try parsed(Array(line), "jsonl.parse(), line \(index + 1)")), to: list)
            } catch {
                return call.fail(error)
            }
        }
        return call.give(Value(list))
    }
}
