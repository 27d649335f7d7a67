// csv, json, jsonl, lines, file and save: data in and out of files that the script may touch.

import CBKBatch
import CBKCompiler
import CBKRuntime
import JSONBytes

enum FileBuiltins {
    private static let path = Signature.Parameter("path", .type(.string), "the file, relative to the current folder")

    static let all: [Builtin] = [
        Builtin(
            Signature(
                "csv.read",
                [
                    path,
                    .init(
                        "delimiter", .type(.string), default: "omit", "one character; sniffed from the header otherwise",
                        isNamedOnly: true),
                    .init("encoding", .type(.string), default: "omit", "utf-8, utf-16 or latin-1", isNamedOnly: true),
                    .init(
                        "unguard", .type(.bool), default: "false",
                        "takes the quotes off that keep a spreadsheet from running a cell", isNamedOnly: true),
                    .init("skip", .type(.int), default: "0", "rows to leave out at the start", isNamedOnly: true),
                    .init("take", .type(.int), default: "omit", "the most rows", isNamedOnly: true),
                ],
                gives: .stream(.type(.record)), effect: .read,
                "Reads a CSV file as a stream of records; every cell is a string.", example: "csv.read(\"users.csv\").first()"),
            .native { machine, arguments, count in readCSV(NativeCall(machine, arguments, count)) }),
        Builtin(
            Signature(
                "json.parse", [.init("text", .type(.string), "JSON")], gives: .any,
                "Gives the value that a JSON text holds.", example: "json.parse(\"{}\")"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard call[0].isString else {
                    return call.failType(0, expected: "a string", function: "json.parse", parameter: "text")
                }
                return parseJSON(call, Array(call[0].string.buffer), "json.parse()")
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
                    return call.vm.admit(writer.bytes.count) && call.give(call.vm.string(writer.bytes))
                } catch {
                    return call.fail(error)
                }
            }),
        Builtin(
            Signature(
                "json.read", [path], gives: .any, effect: .read, "Reads a JSON file.", example: "json.read(\"plans.json\")"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard let bytes = readFile(call, "json.read") else { return false }
                return parseJSON(call, bytes, "'\(call[0].string.text)'")
            }),
        Builtin(
            Signature(
                "file.read", [path], gives: .type(.string), effect: .read, "Reads a text file whole.",
                example: "file.read(\"notes.txt\")"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard let bytes = readFile(call, "file.read") else { return false }
                guard String(validating: bytes, as: UTF8.self) != nil else {
                    return call.fail(.value, "'\(call[0].string.text)' is not UTF-8 text", code: "E0604")
                }
                return call.vm.admit(bytes.count) && call.give(call.vm.string(bytes))
            }),
        Builtin(
            Signature(
                "file.exists", [path], gives: .type(.bool), effect: .read, "Whether a file is there.",
                example: "file.exists(\"users.csv\")"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard let path = resolve(call, "file.exists") else { return false }
                return call.give(Value(bool: exists(path)))
            }),
        Builtin(
            Signature(
                "lines", [path], gives: .stream(.type(.string)), effect: .read, "Reads a text file line by line.",
                example: "lines(\"emails.txt\").count()"),
            .native { machine, arguments, count in readLines(NativeCall(machine, arguments, count), "lines", isJSON: false) }),
        Builtin(
            Signature(
                "jsonl.read", [path], gives: .stream(.any), effect: .read, "Reads a file with one JSON value a line.",
                example: "jsonl.read(\"users.jsonl\").count()"),
            .native { machine, arguments, count in readLines(NativeCall(machine, arguments, count), "jsonl.read", isJSON: true) }),
        Builtin(
            Signature("__save_open", [path, .init("format", .type(.string))], "Starts a file.", isInternal: true),
            .native { machine, arguments, count in openSave(NativeCall(machine, arguments, count)) }),
        Builtin(
            Signature("__save_row", [.init("file", .type(.int)), .init("row")], "Adds a row.", isInternal: true),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                do throws(ScriptError) {
                    try SaveTable.writer(call[0].int)?.add(call.vm.snapshot(call[1]))
                    return call.give(.null)
                } catch {
                    return call.fail(error)
                }
            }),
        Builtin(
            Signature("__save_close", [.init("file", .type(.int))], "Ends a file.", isInternal: true),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                do throws(ScriptError) {
                    return call.give(Value(int: try SaveTable.close(call[0].int)))
                } catch {
                    return call.fail(error)
                }
            }),
        Builtin(
            Signature(
                "csv.write", [path, .init("rows", .any, "a list or stream of records")], gives: .type(.int),
                "Writes records as a CSV file; gives how many.", example: "csv.write(\"out.csv\", [{ a: 1 }])"),
            .script(
                "(path, rows) => { let file = __save_open(path, \"csv\"); for row in rows { __save_row(file, row) }; __save_close(file) }"
            )),
        Builtin(
            Signature(
                "jsonl.write", [path, .init("rows", .any, "a list or stream of values")], gives: .type(.int),
                "Writes one JSON value a line; gives how many.", example: "jsonl.write(\"out.jsonl\", [1, 2])"),
            .script(
                "(path, rows) => { let file = __save_open(path, \"jsonl\"); for row in rows { __save_row(file, row) }; __save_close(file) }"
            )),
        Builtin(
            Signature(
                "json.write", [path, .init("value")], gives: .type(.int), "Writes a value as a JSON file.",
                example: "json.write(\"out.json\", { a: 1 })"),
            .script("(path, value) => { let file = __save_open(path, \"json\"); __save_row(file, value); __save_close(file) }")),
        Builtin(
            Signature(
                "file.write", [path, .init("text", .type(.string))], gives: .type(.int), "Writes a text file.",
                example: "file.write(\"out.txt\", \"hello\")"),
            .script("(path, text) => { let file = __save_open(path, \"text\"); __save_row(file, text); __save_close(file) }")),
        Builtin(
            Signature(
                "save", on: [.list, .stream], [path], gives: .type(.int),
                "Writes the rows to a .csv, .jsonl or .json file; gives how many.", example: "[{ a: 1 }].save(\"out.csv\")"),
            .script(
                "(rows, path) => { let file = __save_open(path, \"\"); for row in rows { __save_row(file, row) }; __save_close(file) }"
            )),
    ]

    private static func resolve(_ call: NativeCall, _ function: String) -> String? {
        guard let written = call.text(0, of: function, "path") else { return nil }
        do throws(ScriptError) {
            return try call.services.files.path(written, of: function)
        } catch {
            _ = call.fail(error)
            return nil
        }
    }

    private static func readFile(_ call: NativeCall, _ function: String) -> [UInt8]? {
        guard let path = resolve(call, function) else { return nil }
        do throws(ScriptError) {
            return try FileAccess.read(path, shown: call[0].string.text)
        } catch {
            _ = call.fail(error)
            return nil
        }
    }

    private static func exists(_ path: String) -> Bool { FileAccess.exists(path) }

    private static func parseJSON(_ call: NativeCall, _ bytes: [UInt8], _ shown: String) -> Bool {
        do throws(JSONError) {
            return call.give(call.vm.value(of: try JSONValue(parsing: bytes)))
        } catch {
            return call.fail(.value, "\(shown): \(error)", code: "E0605")
        }
    }

    private static func readCSV(_ call: NativeCall) -> Bool {
        guard let path = resolve(call, "csv.read") else { return false }
        var options = CSVOptions()
        if !call[1].isOmit {
            guard let text = call.text(1, of: "csv.read", "delimiter") else { return false }
            guard let byte = text.utf8.first, text.utf8.count == 1, byte != 0x22, byte != 0x0A, byte != 0x0D else {
                return call.fail(.value, "csv.read() takes one ASCII character as 'delimiter', not '\(text)'", code: "E0302")
            }
            options.delimiter = byte
        }
        if !call[2].isOmit {
            guard let text = call.text(2, of: "csv.read", "encoding") else { return false }
            guard let encoding = CSVEncoding(name: text) else {
                let known = CSVEncoding.allCases.map(\.rawValue).joined(separator: ", ")
                return call.fail(.value, "csv.read() knows the encodings \(known), not '\(text)'", code: "E0302")
            }
            options.encoding = encoding
        }
        options.unguard = call[3].tag == Tag.bool && call[3].bool
        for (index, name) in [(4, "skip"), (5, "take")] where !call[index].isOmit && (!call[index].isInt || call[index].int < 0) {
            return call.failType(index, expected: "a whole number from 0", function: "csv.read", parameter: name)
        }
        return call.give(
            call.vm.stream(
                CSVStreamSource(
                    path: path, shown: call[0].string.text, options: options, skip: call[4].isInt ? Int(call[4].int) : 0,
                    take: call[5].isInt ? Int(call[5].int) : nil)))
    }

    private static func readLines(_ call: NativeCall, _ function: String, isJSON: Bool) -> Bool {
        guard let path = resolve(call, function) else { return false }
        return call.give(call.vm.stream(LineSource(path: path, shown: call[0].string.text, isJSON: isJSON)))
    }

    private static func openSave(_ call: NativeCall) -> Bool {
        guard let path = resolve(call, "save") else { return false }
        let shown = call[0].string.text
        var format = call[1].string.text
        if format.isEmpty { format = shown.split(separator: ".").last.map { $0.lowercased() } ?? "" }
        guard let format = SaveFormat(rawValue: format) else {
            return call.fail(.value, "save() writes .csv, .jsonl and .json files, not '\(shown)'", code: "E0606")
        }
        do throws(ScriptError) {
            return call.give(
                Value(int: try SaveTable.open(path: path, shown: shown, format: format, isWhole: !call[1].string.text.isEmpty)))
        } catch {
            return call.fail(error)
        }
    }
}
