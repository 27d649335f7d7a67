// The files that scripts are writing, by number. A file appears in its place when it is whole.

import CBKBatch
import CBKRuntime
import JSONBytes
import Synchronization

enum SaveFormat: String {
    case csv, jsonl, json, text
}

/// Files under way. A script's loop may be left by an error: then its file never takes its place, and `abandon` removes
/// it at the program's end.
package enum SaveTable {
    private static let open = Mutex<(next: Int64, writers: [Int64: SaveWriter])>((0, [:]))

    static func open(path: String, shown: String, format: SaveFormat, isWhole: Bool) throws(ScriptError) -> Int64 {
        let writer = SaveWriter(format: format, isWhole: isWhole, file: try FileReplacement(path: path, shown: shown))
        return open.withLock { state in
            state.next += 1
            state.writers[state.next] = writer
            return state.next
        }
    }

    static func writer(_ number: Int64) -> SaveWriter? { open.withLock { $0.writers[number] } }

    /// Gives how many rows were written.
    static func close(_ number: Int64) throws(ScriptError) -> Int {
        guard let writer = open.withLock({ $0.writers.removeValue(forKey: number) }) else { return 0 }
        return try writer.finish()
    }

    /// Removes the parts of files that were never finished.
    package static func abandon() { open.withLock { $0.writers = [:] } }
}

/// One file. Used by one fiber, so by one thread.
final class SaveWriter: @unchecked Sendable {
    private let format: SaveFormat
    /// `json.write`: the one row is the file's value, and not an item of a list.
    private let isWhole: Bool
    private let file: FileReplacement
    private var columns: [String]?
    private var values: [JSONValue] = []
    private var count = 0

    init(format: SaveFormat, isWhole: Bool, file: FileReplacement) {
        self.format = format
        self.isWhole = isWhole
        self.file = file
    }

    func add(_ row: Snapshot) throws(ScriptError) {
        count += 1
        switch format {
        case .text:
            guard case .string(let text) = row else {
                throw ScriptError(.type, "file.write() takes a string; .reveal() gives a secret's text", code: "E0302")
            }
            try file.write(Array(text.utf8))
        case .jsonl:
            var writer = JSONWriter()
            writer.value(try row.json(forRequest: false))
            writer.endLine()
            try file.write(writer.bytes)
        case .json: values.append(try row.json(forRequest: false))
        case .csv: try addRecord(row)
        }
    }

    private func addRecord(_ row: Snapshot) throws(ScriptError) {
        guard case .record(let fields) = row else {
            throw ScriptError(.type, "a CSV file takes records, one a row", code: "E0302")
        }
        var writer = CSVWriter()
        if columns == nil {
            columns = fields.map(\.name)
            for field in fields { writer.cell(field.name) }
            writer.endRow()
        }
        for column in columns ?? [] {
            let value = fields.first { $0.name == column }?.value ?? .null
            writer.cell(try value.cell(path: column))
        }
        writer.endRow()
        for field in fields where columns?.contains(field.name) == false {
            throw ScriptError(
                .value,
                "the field '\(field.name)' is not among the columns of the file's first row; .select(…) gives all rows the same",
                code: "E0607")
        }
        try file.write(writer.takeBytes())
    }

    func finish() throws(ScriptError) -> Int {
        if format == .json {
            var writer = JSONWriter(pretty: true)
            writer.value(isWhole && values.count == 1 ? values[0] : .array(values))
            writer.endLine()
            try file.write(writer.bytes)
        }
        try file.commit()
        return count
    }
}

extension Snapshot {
    /// As a cell of a CSV file: null is blank, what is nested is JSON. A secret is refused.
    func cell(path: String) throws(ScriptError) -> String {
        switch self {
        case .null: return ""
        case .string(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return "\(value)"
        case .float(let value): return "\(value)"
        case .duration(let value): return durationText(value)
        case .datetime(let value): return datetimeText(value)
        case .secret, .list, .record, .opaque:
            var writer = JSONWriter()
            writer.value(try json(forRequest: false, path: path))
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }
}
