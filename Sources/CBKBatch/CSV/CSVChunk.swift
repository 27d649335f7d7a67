// Some rows of a CSV file as one buffer and the places of its cells: nothing is allocated per cell, and a chunk may
// cross threads. Takes what the parser found; gives ranges, bytes and, on demand, strings.

/// A cell's place in its chunk's bytes. 32 bits suffice: a chunk is at most a few rows beyond one of the largest.
package struct CSVCell: Sendable, Equatable {
    package var start: UInt32
    package var end: UInt32

    @inline(__always)
    init(start: Int, end: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
    }

    @inline(__always)
    package var range: Range<Int> { Int(start)..<Int(end) }
    package var isEmpty: Bool { start == end }
}

/// Consecutive rows, good and bad, in the order of the file.
package struct CSVChunk: Sendable {
    struct Entry: Sendable {
        var line: Int
        var number: Int
        var firstCell: Int
        var cellCount: Int
        /// Index in `errors`, or -1.
        var error: Int
    }

    /// The rows as they stand in the file, unescaped in place: only the cells' ranges are meaningful. Valid UTF-8
    /// in every cell of a row without an error.
    package internal(set) var bytes: [UInt8] = []
    package internal(set) var cells: [CSVCell] = []
    var entries: [Entry] = []
    var errors: [CSVRowError] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// The cells of a row as a range of `cells`; a bad row has those that could be told apart, at most one per column.
    @inline(__always)
    package func cellRange(ofRow row: Int) -> Range<Int> {
        let entry = entries[row]
        return entry.firstCell..<(entry.firstCell + entry.cellCount)
    }

    package func line(ofRow row: Int) -> Int { entries[row].line }

    package func error(ofRow row: Int) -> CSVRowError? {
        let index = entries[row].error
        return index < 0 ? nil : errors[index]
    }

    /// A cell as text. A byte that is no UTF-8, in a bad row, becomes U+FFFD.
    package func string(_ cell: CSVCell) -> String {
        bytes.withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[cell.range]), as: UTF8.self) }
    }
}

extension CSVChunk: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }
    package subscript(position: Int) -> CSVRow { CSVRow(chunk: self, index: position) }
}

/// One row of a chunk.
package struct CSVRow: Sendable {
    package let chunk: CSVChunk
    package let index: Int

    /// The line on which the row starts, from 1, the header's included.
    package var line: Int { chunk.entries[index].line }
    /// The row's number, from 1, without the header and blank lines.
    package var number: Int { chunk.entries[index].number }
    /// What is wrong with the row.
    package var error: CSVRowError? { chunk.error(ofRow: index) }
    /// How many cells it has.
    package var count: Int { chunk.entries[index].cellCount }

    /// A cell as text; blank beyond the end of a row that is too short.
    package func string(at column: Int) -> String {
        guard column >= 0, column < count else { return "" }
        return chunk.string(chunk.cells[chunk.entries[index].firstCell + column])
    }

    package var strings: [String] { (0..<count).map(string(at:)) }
}
