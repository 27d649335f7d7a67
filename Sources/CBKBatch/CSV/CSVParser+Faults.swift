// What is wrong with a row, in words, and where. Looked at only for rows that have a fault or bytes beyond ASCII.

extension CSVParser {
    func tooLarge(_ scanner: CSVRowScanner, rowLine: Int, isUnterminated: Bool) -> CSVRowError {
        let limit = options.maxRowBytes >= 1 << 20 ? "\(options.maxRowBytes >> 20) MiB" : "\(options.maxRowBytes) bytes"
        if isUnterminated {
            let opened = rowLine + scanner.openingQuoteLine
            return CSVRowError(
                .unterminated, line: opened,
                "the quote opened on line \(opened) is never closed, so the rest of the file is one row")
        }
        return CSVRowError(
            .tooLarge, line: rowLine, "the row is larger than \(limit); a quote that was not meant to open a cell does that")
    }

    /// What is wrong with a row whose bytes stand in the chunk from `offset` on, still as in the file.
    func fault(
        _ scanner: CSVRowScanner, rowLine: Int, offset: Int, isUnterminated: Bool, columns: Int?, in chunk: CSVChunk
    ) -> CSVRowError? {
        if isSuspect, let fault = textFault(in: chunk.bytes[offset...], rowLine: rowLine) { return fault }
        if isUnterminated {
            let opened = rowLine + scanner.openingQuoteLine
            return CSVRowError(.unterminated, line: opened, "the quote opened on line \(opened) is never closed")
        }
        if let stray = scanner.strayText {
            let place = self.place(of: stray.position, in: chunk.bytes[offset...], rowLine: rowLine)
            return CSVRowError(
                .quote, line: place.line, column: place.column,
                "text after the closing quote of a cell; a quote inside quotes is written twice")
        }
        if let columns, scanner.cellCount != columns {
            let cells = scanner.cellCount == 1 ? "1 cell" : "\(scanner.cellCount) cells"
            return CSVRowError(.ragged, line: rowLine, "the row has \(cells), the header has \(columns)")
        }
        return nil
    }

    private func textFault(in row: ArraySlice<UInt8>, rowLine: Int) -> CSVRowError? {
        switch row.withUnsafeBufferPointer(firstFault) {
        case nil: return nil
        case .nul(let offset):
            let place = place(of: offset, in: row, rowLine: rowLine)
            return CSVRowError(.nul, line: place.line, column: place.column, "a NUL byte")
        case .encoding(let offset):
            let place = place(of: offset, in: row, rowLine: rowLine)
            let name = (transcoder == nil ? "UTF-8; if the file is Latin-1, give its encoding as latin1" : "UTF-16")
            return CSVRowError(.encoding, line: place.line, column: place.column, "a byte that is not \(name)")
        }
    }

    /// The line and column of a byte of the row; columns count scalars.
    private func place(of offset: Int, in row: ArraySlice<UInt8>, rowLine: Int) -> (line: Int, column: Int) {
        var line = rowLine
        var column = 1
        var previous: UInt8 = 0
        for byte in row.prefix(offset) {
            switch byte {
            case 0x0A where previous == 0x0D:
                break
            case 0x0A, 0x0D:
                line += 1
                column = 1
            case 0x80..<0xC0:
                break
            default:
                column += 1
            }
            previous = byte
        }
        return (line, column)
    }
}
