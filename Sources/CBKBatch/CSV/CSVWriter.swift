// Writes CSV into bytes, cell by cell: RFC 4180 with \n as the line's end, quotes only where a reader needs them,
// and the formula guard. What it writes, CSVReader reads back cell by cell, sniffing included.

package struct CSVWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private let guardsFormulas: Bool
    /// Where the row that is being written starts in `bytes`.
    private var rowStart = 0
    private var cellsInRow = 0

    package init(guardsFormulas: Bool = true) {
        self.guardsFormulas = guardsFormulas
    }

    package mutating func cell(_ text: String) {
        var text = text
        text.withUTF8 { cell(utf8: $0) }
    }

    /// A cell given as UTF-8.
    package mutating func cell(utf8 text: UnsafeBufferPointer<UInt8>) {
        if cellsInRow > 0 { bytes.append(UInt8(ascii: ",")) }
        cellsInRow += 1
        let needsGuard = guardsFormulas && FormulaGuard.needsGuard(text)
        guard needsQuotes(text) else {
            if needsGuard { bytes.append(UInt8(ascii: "'")) }
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        if needsGuard { bytes.append(UInt8(ascii: "'")) }
        for byte in text {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func endRow() {
        if isBlankRow {
            // A reader skips blank lines; a pair of quotes says that this one is a row.
            bytes.insert(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "\"")], at: rowStart)
        }
        bytes.append(0x0A)
        rowStart = bytes.count
        cellsInRow = 0
    }

    package mutating func row(_ cells: some Sequence<String>) {
        for text in cells { cell(text) }
        endRow()
    }

    /// Takes what has been written so far; only between rows.
    package mutating func takeBytes() -> [UInt8] {
        precondition(cellsInRow == 0, "rows are taken whole: the caller ends one before it asks")
        defer {
            bytes = []
            rowStart = 0
        }
        return bytes
    }

    private var isBlankRow: Bool { bytes.count - rowStart == max(0, cellsInRow - 1) }

    /// Whether a reader would see something else without quotes: `;` and tab count, as the delimiter is sniffed, and so
    /// does what could be taken for a byte order mark or for Excel's `sep=` line.
    private func needsQuotes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        for byte in text {
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "\""), 0x0A, 0x0D: return true
            default: continue
            }
        }
        return text.starts(with: [0xEF, 0xBB, 0xBF]) || text.starts(with: "sep=".utf8)
    }
}
