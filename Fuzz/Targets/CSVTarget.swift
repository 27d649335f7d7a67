// CSV: where blocks and chunks end does not change what is read, lines only grow, and what is written reads back as
// what it was. The first byte chooses the options, the rest is the file.

import CBKBatch

func fuzzCSV(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    let file = Array(bytes.dropFirst())
    var options = CSVOptions(unguard: choice & 1 != 0, blockSize: file.count + 1, maxRowBytes: choice & 2 != 0 ? 60 : 1 << 20)
    if choice & 4 != 0 { options.encoding = CSVEncoding.allCases[Int(choice >> 3) % CSVEncoding.allCases.count] }
    if choice & 0x40 != 0 { options.delimiter = UInt8(ascii: ";") }
    let whole = Reading(file, options, rowsAtOnce: 1024)
    for size in [1, 2, 3, 7, 8, 9, 1 + Int(choice)] {
        options.blockSize = size
        let pieces = Reading(file, options, rowsAtOnce: 1 + Int(choice) % 3)
        require(whole == pieces, "in blocks of \(size): \(pieces)\nat once: \(whole)")
    }
    let lines = whole.rows.map(\.line)
    require(zip(lines, lines.dropFirst()).allSatisfy { $0 < $1 }, "lines \(lines)")
    roundTrip(whole)
}

private func roundTrip(_ reading: Reading) {
    guard reading.failure == nil else { return }
    let table = reading.rows.filter { $0.error == nil && $0.cells.count == reading.header.count }.map(\.cells)
    for guards in [true, false] {
        var writer = CSVWriter(guardsFormulas: guards)
        for row in [reading.header] + table { writer.row(row) }
        let again = Reading(writer.takeBytes(), CSVOptions(unguard: guards), rowsAtOnce: 7)
        require(again.failure == nil, "what was written cannot be read: \(again.failure ?? "")")
        require(utf8([again.header]) == utf8([reading.header]), "\(reading.header) reads back as \(again.header)")
        require(utf8(again.rows.map(\.cells)) == utf8(table), "\(table) reads back as \(again.rows)")
    }
}

/// Texts are equal byte by byte.
private func utf8(_ rows: [[String]]) -> [[[UInt8]]] { rows.map { $0.map { Array($0.utf8) } } }

/// All that a reader says of a file.
private struct Reading: Equatable {
    struct Row: Equatable {
        var line: Int
        var number: Int
        var cells: [String]
        var error: String?
    }

    var header: [String] = []
    var rows: [Row] = []
    var counts: [Int] = []
    var failure: String?

    init(_ bytes: [UInt8], _ options: CSVOptions, rowsAtOnce: Int) {
        do {
            let reader = try CSVReader(bytes: bytes, options: options)
            header = reader.header
            while let chunk = try reader.nextChunk(maxRows: rowsAtOnce, maxBytes: 1 << 20) {
                for row in chunk {
                    rows.append(Row(line: row.line, number: row.number, cells: row.strings, error: row.error?.description))
                }
            }
            counts = [reader.unguardedCells, reader.blankRows]
        } catch {
            failure = "\(error)"
        }
    }
}
