// file, lines and save: text in and out of files that the script may touch; and what the other formats share of it.

import CBKCompiler
import CBKRuntime

enum FileBuiltins {
    static let path = Signature.Parameter("path", .type(.string), "the file, relative to the current folder")
    static let source = Signature.Parameter(
        "path", .type(.string), "the file, relative to the current folder; \"-\" is standard input")

    /// The body of what writes rows one by one, to a file or, where the path is null, to a text.
    static func write(_ parameters: String, _ path: String, _ format: String, _ function: String) -> String {
        """
        (\(parameters)) => {
          let file = __save_open(\(path), "\(format)", "\(function)", rows)
          try { for row in rows { __save_row(file, row) } } catch e { __save_drop(file); throw e }
          __save_close(file)
        }
        """
    }

    /// The body of what writes one value as a whole file.
    static func writeOne(_ format: String, _ function: String) -> String {
        """
        (path, value) => {
          let file = __save_open(path, "\(format)", "\(function)", [])
          __save_row(file, value) catch e => { __save_drop(file); throw e }
          __save_close(file)
        }
        """
    }

    static let all: [Builtin] = [
        Builtin(
            Signature(
                "file.read", [source], gives: .type(.string), effect: .read, "Reads a text file whole.",
                example: "file.read(\"notes.txt\")"),
            .asynchronous { (call) throws(ScriptError) in
                let file = try WholeFile(call, "file.read")
                return AsynchronousRequest {
                    var bytes = try await file.bytes()
                    if bytes.starts(with: FileAccess.mark) { bytes.removeFirst(3) }
                    guard String(validating: bytes, as: UTF8.self) != nil else {
                        throw ScriptError(.value, "\(file.title) is not UTF-8 text", code: "E0604")
                    }
                    return Reply { [bytes] (vm) throws(ScriptError) in
                        try vm.admitted(bytes.count)
                        return vm.string(bytes)
                    }
                }
            }),
        Builtin(
            Signature(
                "file.exists", [path], gives: .type(.bool), effect: .read, "Whether a file is there.",
                example: "file.exists(\"users.csv\")"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard let path = resolve(call, "file.exists") else { return false }
                return call.give(Value(bool: FileAccess.exists(path)))
            }),
        Builtin(
            Signature(
                "file.write", [path, .init("text", .type(.string))], gives: .type(.int), effect: .local, "Writes a text file.",
                example: "file.write(\"out.txt\", \"hello\")"),
            .script(writeOne("text", "file.write"))),
        Builtin(
            Signature(
                "lines", [source], gives: .stream(.type(.string)), effect: .read, "Reads a text file line by line.",
                example: "lines(\"emails.txt\").count()"),
            .native { machine, arguments, count in readLines(NativeCall(machine, arguments, count), "lines", .text) }),
        Builtin(
            Signature(
                "save", on: [.list, .stream], [path], gives: .type(.int), effect: .local,
                "Writes the rows to a .csv, .jsonl or .json file; gives how many.", example: "[{ a: 1 }].save(\"out.csv\")"),
            .script(write("rows, path", "path", "", "save"))),
        Builtin(
            Signature(
                "__save_open", ["path", "format", "function", "rows"].map { Signature.Parameter($0) },
                "Starts a file, or a text.", isInternal: true),
            .native { machine, arguments, count in openSave(NativeCall(machine, arguments, count)) }),
        Builtin(
            Signature("__save_row", [.init("file", .type(.int)), .init("row")], "Adds a row.", isInternal: true),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard let writer = SaveTable.writer(call[0].int) else { return call.give(.null) }
                guard call.vm.admit(writer.heldBytes) else { return false }
                do throws(ScriptError) {
                    try writer.add(try call.vm.snapshot(call[1]))
                    return call.give(.null)
                } catch {
                    return call.fail(error)
                }
            }),
        Builtin(
            Signature("__save_drop", [.init("file", .type(.int))], "Gives up a file.", isInternal: true),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                SaveTable.drop(call[0].int)
                return call.give(.null)
            }),
        Builtin(
            Signature("__save_close", [.init("file", .type(.int))], "Ends a file, or gives the text.", isInternal: true),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard call.vm.admit(SaveTable.writer(call[0].int)?.heldBytes ?? 0) else { return false }
                do throws(ScriptError) {
                    switch try SaveTable.close(call[0].int) {
                    case .count(let count): return call.give(Value(int: count))
                    case .text(let bytes): return call.give(call.vm.string(bytes))
                    }
                } catch {
                    return call.fail(error)
                }
            }),
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

    /// A file, or standard input, that is read to its end on another thread.
    struct WholeFile: Sendable {
        private let path: String?
        private let most: Int
        let title: String

        init(_ call: NativeCall, _ function: String) throws(ScriptError) {
            guard call[0].isString else {
                throw ScriptError(.type, "\(function)() takes a string as 'path', not \(call[0].typeName)", code: "E0302")
            }
            let written = call[0].string.text
            most = call.vm.mostBytes
            if written == StandardInput.path {
                try call.services.input.take(for: function)
                path = nil
                title = StandardInput.shown
            } else {
                path = try call.services.files.path(written, of: function)
                title = "'\(written)'"
            }
        }

        func bytes() async throws(ScriptError) -> [UInt8] {
            if let path { return try FileAccess.read(path, title: title, most: most) }
            return try await StandardInput.onThread { () throws(ScriptError) in
                try FileAccess.readToEnd(StandardInput.descriptor, title: title, most: most)
            }
        }
    }

    static func readLines(_ call: NativeCall, _ function: String, _ form: LineSource.Form) -> Bool {
        if call[0].isString, call[0].string.text == StandardInput.path {
            let input = call.services.input
            return call.give(
                call.vm.stream(LineSource(path: "", shown: StandardInput.path, form: form, input: input)))
        }
        guard let path = resolve(call, function) else { return false }
        return call.give(call.vm.stream(LineSource(path: path, shown: call[0].string.text, form: form)))
    }

    private static func openSave(_ call: NativeCall) -> Bool {
        let function = call[2].string.text
        var format = call[1].string.text
        guard [Tag.list, Tag.stream].contains(call[3].tag) else {
            return call.failType(3, expected: "a list or stream", function: function, parameter: "rows")
        }
        if function.hasSuffix(".format") {
            return call.give(Value(int: SaveTable.open(SaveWriter(format: SaveFormat(rawValue: format) ?? .text))))
        }
        guard let path = resolve(call, function) else { return false }
        let shown = call[0].string.text
        if shown == StandardInput.path {
            return call.fail(
                .value, "'-' is no file to write; print(csv.format(rows)) and the like write to standard output", code: "E0606")
        }
        let isWhole = !format.isEmpty
        if format.isEmpty, shown.contains(".") { format = shown.split(separator: ".").last.map { $0.lowercased() } ?? "" }
        guard let format = SaveFormat(rawValue: format) else {
            return call.fail(.value, "save() writes .csv, .jsonl and .json files, not '\(shown)'", code: "E0606")
        }
        do throws(ScriptError) {
            let file = try FileReplacement(path: path, shown: shown)
            return call.give(Value(int: SaveTable.open(SaveWriter(format: format, isWhole: isWhole, file: file))))
        } catch {
            return call.fail(error)
        }
    }
}
