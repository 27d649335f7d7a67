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

    static func open(_ writer: SaveWriter) -> Int64 {
        open.withLock { state in
            state.next += 1
            state.writers[state.next] = writer
            return state.next
        }
    }

    static func writer(_ number: Int64) -> SaveWriter? { open.withLock { $0.writers[number] } }

    /// What was written: how many rows, or a text.
    static func close(_ number: Int64) throws(ScriptError) -> SaveWriter.Outcome {
        guard let writer = open.withLock({ $0.writers.removeValue(forKey: number) }) else { return .count(0) }
        return try writer.finish()
    }

    /// Removes the part of a file whose rows failed.
    static func drop(_ number: Int64) { _ = open.withLock { $0.writers.removeValue(forKey: number) } }

    /// Removes the parts of files that were never finished.
    package static func abandon() { open.withLock { $0.writers = [:] } }
}

/// One file, or one text. Used by one fiber, so by one thread.
final class SaveWriter: @unchecked Sendable {
    enum Outcome {
        case count(Int)
        case text([UInt8])
    }

    private let format: SaveFormat
    /// `json.write`: the one row is the file's value, and not an item of a list.
    private let isWhole: Bool
    /// nil: the text stays in memory.
    private let file: FileReplacement?
    private var text: [UInt8] = []
    private var columns: [String]?
    private var count = 0

    init(format: SaveFormat, isWhole: Bool = false, file: FileReplacement? = nil) {
        self.format = format
        self.isWhole = isWhole
        self.file = file
    }

    /// What it holds in memory.
    var heldBytes: Int { text.count }

    func add(_ row: Snapshot) throws(ScriptError) {
        count += 1
        switch format {
        case .text:
            guard case .string(let text) = row else {
                let hint = if case .secret = row { "; .reveal() gives a secret's text" } else { "" }
                throw ScriptError(.type, "file.write() takes a string as 'text'\(hint)", code: "E0302")
            }
            try put(Array(text.utf8))
        case .jsonl:
            var writer = JSONWriter()
            writer.value(try row.json(forRequest: false))
            writer.endLine()
            try put(writer.bytes)
        case .json: try put(Array(jsonItem(try row.json(forRequest: false))))
        case .csv: try addRecord(row)
        }
    }

    private func put(_ bytes: [UInt8]) throws(ScriptError) {
        if let file { try file.write(bytes) } else { text += bytes }
    }

    /// One item of the file's list, written as it comes.
    private func jsonItem(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter(pretty: true)
        if isWhole {
            writer.value(value)
            return writer.bytes
        }
        writer.beginArray()
        writer.value(value)
        // After the first item a comma stands where the bracket was.
        return count == 1 ? writer.bytes : [UInt8(ascii: ",")] + writer.bytes.dropFirst()
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
        try put(writer.takeBytes())
    }

    func finish() throws(ScriptError) -> Outcome {
        if format == .json { try put(Array((isWhole ? "\n" : count == 0 ? "[]\n" : "\n]\n").utf8)) }
        guard let file else { return .text(text) }
        try file.commit()
        return .count(count)
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
