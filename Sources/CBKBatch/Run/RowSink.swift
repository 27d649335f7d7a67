// Where a batch's rows go: CSV, JSON Lines, JSON or a table, into a file or to standard output. Takes rows one by one
// in the order of the input; nothing but a buffer is held, except the table's first rows, which set its widths.

import JSONBytes

/// Takes bytes and passes them on; used under one lock.
package protocol ByteSink: Sendable {
    mutating func write(_ bytes: [UInt8]) throws(BatchError)
    /// No more comes.
    mutating func close() throws(BatchError)
}

/// A descriptor as a sink.
package struct DescriptorSink: ByteSink {
    private let descriptor: Int32
    private let path: String
    private let closesDescriptor: Bool

    package init(descriptor: Int32, path: String, closesDescriptor: Bool) {
        self.descriptor = descriptor
        self.path = path
        self.closesDescriptor = closesDescriptor
    }

    package mutating func write(_ bytes: [UInt8]) throws(BatchError) {
        let code = writeAll(bytes, to: descriptor)
        if code != 0 { throw BatchError.file(path, "written", code) }
    }

    package mutating func close() throws(BatchError) {
        if closesDescriptor { closeDescriptor(descriptor) }
    }
}

/// Takes the rows of a batch.
package protocol RowSink: Sendable {
    /// Comes before the first row.
    mutating func begin(columns: [String]) throws(BatchError)
    mutating func row(_ row: JSONObject) throws(BatchError)
    /// Comes once, with or without rows before.
    mutating func end() throws(BatchError)
}

/// The formats of rows.
package enum RowFormat: String, Sendable, CaseIterable {
    case csv, jsonl, json, table

    /// A sink of that format.
    /// - Parameter bufferSize: bytes held back before they are passed on.
    package func sink(to output: any ByteSink, bufferSize: Int = 64 << 10) -> any RowSink {
        switch self {
        case .csv: CSVRowSink(output: output, bufferSize: bufferSize)
        case .jsonl: JSONRowSink(output: output, bufferSize: bufferSize, isArray: false)
        case .json: JSONRowSink(output: output, bufferSize: bufferSize, isArray: true)
        case .table: TableRowSink(output: output)
        }
    }
}

/// A value as a cell: text plain, null blank, what is nested as JSON.
func cellText(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null?: ""
    case .string(let text)?: text
    case .some(let other): other.description
    }
}

struct CSVRowSink: RowSink {
    private var output: any ByteSink
    private let bufferSize: Int
    private var writer = CSVWriter()
    private var columns: [String] = []

    init(output: any ByteSink, bufferSize: Int) {
        self.output = output
        self.bufferSize = bufferSize
    }

    mutating func begin(columns: [String]) throws(BatchError) {
        self.columns = columns
        writer.row(columns)
    }

    mutating func row(_ row: JSONObject) throws(BatchError) {
        for column in columns { writer.cell(cellText(row[column])) }
        writer.endRow()
        if writer.bytes.count >= bufferSize { try output.write(writer.takeBytes()) }
    }

    mutating func end() throws(BatchError) {
        if !writer.bytes.isEmpty { try output.write(writer.takeBytes()) }
        try output.close()
    }
}

/// JSON Lines, or one array with a row a line. Rows are written with the fields they have.
struct JSONRowSink: RowSink {
    private var output: any ByteSink
    private let bufferSize: Int
    private let isArray: Bool
    private var buffer: [UInt8] = []
    private var isFirst = true

    init(output: any ByteSink, bufferSize: Int, isArray: Bool) {
        self.output = output
        self.bufferSize = bufferSize
        self.isArray = isArray
    }

    mutating func begin(columns: [String]) throws(BatchError) {}

    mutating func row(_ row: JSONObject) throws(BatchError) {
        if isArray { buffer += isFirst ? "[\n".utf8 : ",\n".utf8 }
        isFirst = false
        buffer += row.serialized()
        if !isArray { buffer.append(0x0A) }
        if buffer.count >= bufferSize { try flush() }
    }

    mutating func end() throws(BatchError) {
        if isArray { buffer += isFirst ? "[]\n".utf8 : "\n]\n".utf8 }
        try flush()
        try output.close()
    }

    private mutating func flush() throws(BatchError) {
        guard !buffer.isEmpty else { return }
        try output.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Columns of even width, for a terminal. The first rows set the widths; later cells that are wider are cut.
struct TableRowSink: RowSink {
    private var output: any ByteSink
    private var columns: [String] = []
    private var waiting: [[String]] = []
    private var widths: [Int]?

    private static let rowsMeasured = 100
    private static let maxWidth = 48

    init(output: any ByteSink) { self.output = output }

    mutating func begin(columns: [String]) throws(BatchError) { self.columns = columns }

    mutating func row(_ row: JSONObject) throws(BatchError) {
        let cells = columns.map { visible(cellText(row[$0])) }
        if let widths {
            try output.write(Self.line(cells, widths))
            return
        }
        waiting.append(cells)
        if waiting.count >= Self.rowsMeasured { try writeWaiting() }
    }

    mutating func end() throws(BatchError) {
        if widths == nil, !columns.isEmpty { try writeWaiting() }
        try output.close()
    }

    private mutating func writeWaiting() throws(BatchError) {
        let titles = columns.map(visible)
        let widths = titles.indices.map { column in
            min(Self.maxWidth, ([titles] + waiting).map { displayWidth($0[column]) }.max() ?? 0)
        }
        self.widths = widths
        var text = Self.line(titles, widths) + Self.line(widths.map { String(repeating: "─", count: $0) }, widths)
        for cells in waiting { text += Self.line(cells, widths) }
        waiting = []
        try output.write(text)
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> [UInt8] {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let width = widths[index]
            let shown = fitted(cell, width)
            text += index == 0 ? "" : "  "
            text += shown
            if index < cells.count - 1 { text += String(repeating: " ", count: max(0, width - displayWidth(shown))) }
        }
        return Array(text.utf8) + [0x0A]
    }

    private static func fitted(_ text: String, _ width: Int) -> String {
        guard displayWidth(text) > width else { return text }
        var shown = ""
        var used = 0
        for character in text {
            let step = displayWidth(String(character))
            if used + step > width - 1 { break }
            shown.append(character)
            used += step
        }
        return shown + "…"
    }
}
