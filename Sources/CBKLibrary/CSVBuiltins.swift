// csv: read and parse give records whose cells are strings, write and format take records.

import CBKBatch
import CBKCompiler
import CBKRuntime

enum CSVBuiltins {
    private static let delimiter = Signature.Parameter(
        "delimiter", .type(.string), default: "omit", "one character; sniffed from the header otherwise", isNamedOnly: true)
    private static let unguard = Signature.Parameter(
        "unguard", .type(.bool), default: "false", "takes the quotes off that keep a spreadsheet from running a cell",
        isNamedOnly: true)

    static let all: [Builtin] = [
        Builtin(
            Signature(
                "csv.read",
                [
                    FileBuiltins.source, delimiter,
                    .init("encoding", .type(.string), default: "omit", "utf-8, utf-16 or latin-1", isNamedOnly: true),
                    unguard,
                    .init("skip", .type(.int), default: "0", "rows to leave out at the start", isNamedOnly: true),
                    .init("take", .type(.int), default: "omit", "the most rows", isNamedOnly: true),
                ],
                gives: .stream(.type(.record)), effect: .read,
                "Reads a CSV file as a stream of records; every cell is a string.", example: "csv.read(\"users.csv\").first()"),
            .native { machine, arguments, count in read(NativeCall(machine, arguments, count)) }),
        Builtin(
            Signature(
                "csv.parse", [.init("text", .type(.string), "CSV with a header"), delimiter, unguard],
                gives: .list(.type(.record)), "Gives the records of a CSV text; every cell is a string.",
                example: "csv.parse(\"name,plan\\nAnn,pro\")"),
            .native { machine, arguments, count in parse(NativeCall(machine, arguments, count)) }),
        Builtin(
            Signature(
                "csv.write", [FileBuiltins.path, .init("rows", .any, "a list or stream of records")], gives: .type(.int),
                effect: .local,
                "Writes records as a CSV file; gives how many.", example: "csv.write(\"out.csv\", [{ a: 1 }])"),
            .script(FileBuiltins.write("path, rows", "path", "csv", "csv.write"))),
        Builtin(
            Signature(
                "csv.format", [.init("rows", .any, "a list or stream of records")], gives: .type(.string),
                "Gives records as a CSV text.", example: "csv.format([{ a: 1 }])"),
            .script(FileBuiltins.write("rows", "null", "csv", "csv.format"))),
    ]

    private static func read(_ call: NativeCall) -> Bool {
        guard let written = call.text(0, of: "csv.read", "path") else { return false }
        var options = CSVOptions()
        guard take(call, "csv.read", delimiter: 1, unguard: 3, into: &options) else { return false }
        if !call[2].isOmit {
            guard let text = call.text(2, of: "csv.read", "encoding") else { return false }
            guard let encoding = CSVEncoding(name: text) else {
                let known = CSVEncoding.allCases.map(\.rawValue).joined(separator: ", ")
                return call.fail(.value, "csv.read() knows the encodings \(known), not '\(text)'", code: "E0327")
            }
            options.encoding = encoding
        }
        for (index, name) in [(4, "skip"), (5, "take")] where !call[index].isOmit {
            guard call[index].isInt else {
                return call.failType(index, expected: "an int", function: "csv.read", parameter: name)
            }
            guard call[index].int >= 0 else {
                return call.fail(.value, "csv.read() takes 0 or more as '\(name)', not \(call[index].int)", code: "E0327")
            }
        }
        do throws(ScriptError) {
            let isStandard = written == StandardInput.path
            let path = isStandard ? written : try call.services.files.path(written, of: "csv.read")
            let source = CSVStreamSource(
                path: path, shown: written, options: options, skip: call[4].isInt ? Int(call[4].int) : 0,
                take: call[5].isInt ? Int(call[5].int) : nil,
                standard: isStandard ? StandardCSV(call.services.input) : nil)
            return call.give(call.vm.stream(source))
        } catch {
            return call.fail(error)
        }
    }

    private static func take(
        _ call: NativeCall, _ function: String, delimiter: Int, unguard: Int, into options: inout CSVOptions
    ) -> Bool {
        if !call[delimiter].isOmit {
            guard let text = call.text(delimiter, of: function, "delimiter") else { return false }
            guard let byte = text.utf8.first, text.utf8.count == 1, byte != 0x22, byte != 0x0A, byte != 0x0D else {
                return call.fail(
                    .value, "\(function)() takes one ASCII character as 'delimiter', not '\(text)'", code: "E0327")
            }
            options.delimiter = byte
        }
        options.unguard = call[unguard].tag == Tag.bool && call[unguard].bool
        return true
    }

    private static func parse(_ call: NativeCall) -> Bool {
        guard call[0].isString else {
            return call.failType(0, expected: "a string", function: "csv.parse", parameter: "text")
        }
        var options = CSVOptions()
        guard take(call, "csv.parse", delimiter: 1, unguard: 2, into: &options) else { return false }
        call.charge(call[0].string.pointee.count >> 4)
        let list = call.vm.makeList(capacity: 0)
        do throws(CSVError) {
            let reader = try CSVReader(bytes: Array(call[0].string.buffer), options: options)
            while let chunk = try reader.nextChunk() {
                for row in 0..<chunk.count {
                    guard let error = chunk.error(ofRow: row) else { continue }
                    return call.fail(
                        .value, "csv.parse(), line \(error.line): \(error.message)", code: error.code.rawValue)
                }
                // Beside its text a cell is a value and a string's header, rounded up.
                let cell = MemoryLayout<Value>.stride * 3
                guard call.vm.admit(chunk.bytes.count + chunk.count * reader.header.count * cell) else { return false }
                CSVRows(header: reader.header, chunk: chunk, isTolerant: false).append(0..<chunk.count, to: list, call.vm)
            }
        } catch {
            return call.fail(.value, "csv.parse(): \(error.message)", code: error.code.rawValue)
        }
        return call.give(Value(list))
    }
}
