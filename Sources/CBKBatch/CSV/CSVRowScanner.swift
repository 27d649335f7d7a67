// Finds the cells of one row in a buffer that may end anywhere: it stops at the buffer's end and goes on where it was
// when more has come. Takes bytes from the row's start on; gives the cells' places, the row's length and its faults.
//
// A quote opens a cell only as its first byte (elsewhere it is text, as spreadsheets have it). After the text that
// follows a closing quote, the rest of the line is scanned without quotes: a stray quote costs one row, not the file.

struct CSVRowScanner: Sendable {
    enum Mode: Sendable {
        case cellStart, plain, quoted
        /// Behind a quote inside quotes: half of an escape, or the end.
        case afterQuote
        /// Behind text after a closing quote.
        case broken
    }

    /// How the row ended.
    enum Ending: Sendable { case lineFeed, carriageReturn, endOfFile }

    private(set) var mode = Mode.cellStart
    /// The next byte to look at, from the row's start; after the row's end, where its line break starts.
    private(set) var position = 0
    private(set) var cellCount = 0
    /// Line breaks inside the row.
    private(set) var lineBreaks = 0
    private(set) var hasQuotes = false
    /// Line breaks before the last opening quote.
    private(set) var openingQuoteLine = 0
    /// Where text follows a closing quote, and the line breaks before it.
    private(set) var strayText: (position: Int, lineBreaks: Int)?

    private var cellStart = 0
    private var cellEnd = 0
    private var cellHasEscapes = false
    /// The place of the last carriage return in quotes, so that CR LF counts as one line break.
    private var lastReturn = -2

    /// Goes on until the row's end or the buffer's.
    /// - Parameters:
    ///   - base: the row's first byte. Seven bytes past `end` can be read.
    ///   - end: how many bytes there are.
    ///   - cells: gets up to `maxCells` places relative to `base`, raised by `offset`.
    ///   - escaped: gets the indices in `cells` of those that hold doubled quotes.
    /// - Returns: nil at the end of the buffer.
    mutating func scan(
        _ base: UnsafePointer<UInt8>, end: Int, delimiter: UInt8, maxCells: Int, offset: Int, cells: inout [CSVCell],
        escaped: inout [Int]
    ) -> Ending? {
        while position < end {
            switch mode {
            case .cellStart:
                cellStart = position
                cellHasEscapes = false
                if base[position] == UInt8(ascii: "\"") {
                    hasQuotes = true
                    openingQuoteLine = lineBreaks
                    position &+= 1
                    cellStart = position
                    mode = .quoted
                } else {
                    mode = .plain
                }
            case .plain:
                if let ending = scanPlain(base, end, delimiter, maxCells, offset, &cells) { return ending }
            case .quoted:
                scanQuoted(base, end)
            case .afterQuote:
                let byte = base[position]
                switch byte {
                case UInt8(ascii: "\""):
                    cellHasEscapes = true
                    mode = .quoted
                    position &+= 1
                case delimiter:
                    finishQuoted(maxCells, offset, &cells, &escaped)
                    position &+= 1
                case 0x0A, 0x0D:
                    finishQuoted(maxCells, offset, &cells, &escaped)
                    return byte == 0x0A ? .lineFeed : .carriageReturn
                default:
                    if strayText == nil { strayText = (position, lineBreaks) }
                    finishQuoted(maxCells, offset, &cells, &escaped)
                    mode = .broken
                }
            case .broken:
                let byte = base[position]
                if byte == 0x0A || byte == 0x0D { return byte == 0x0A ? .lineFeed : .carriageReturn }
                if byte == delimiter { cellCount &+= 1 }
                position &+= 1
            }
        }
        return nil
    }

    /// Ends the last cell at the end of the file.
    mutating func finish(maxCells: Int, offset: Int, cells: inout [CSVCell], escaped: inout [Int]) {
        switch mode {
        case .cellStart:
            append(position, position, maxCells, offset, &cells)
        case .plain:
            append(cellStart, position, maxCells, offset, &cells)
        case .quoted:
            cellEnd = position
            finishQuoted(maxCells, offset, &cells, &escaped)
            mode = .quoted
        case .afterQuote:
            finishQuoted(maxCells, offset, &cells, &escaped)
        case .broken:
            break
        }
    }

    /// Forgets the bytes before the position: the row is too large to be kept, and only its end matters.
    mutating func discardScanned() {
        lastReturn -= position
        cellStart = 0
        cellEnd = 0
        position = 0
    }

    // MARK: - Modes

    @inline(__always)
    private mutating func append(_ start: Int, _ end: Int, _ maxCells: Int, _ offset: Int, _ cells: inout [CSVCell]) {
        if cellCount < maxCells { cells.append(CSVCell(start: start &+ offset, end: end &+ offset)) }
        cellCount &+= 1
    }

    private mutating func finishQuoted(
        _ maxCells: Int, _ offset: Int, _ cells: inout [CSVCell], _ escaped: inout [Int]
    ) {
        if cellHasEscapes, cellCount < maxCells { escaped.append(cells.count) }
        append(cellStart, cellEnd, maxCells, offset, &cells)
        mode = .cellStart
    }

    /// Delimiters and line breaks, until the row ends, a quote opens a cell or the buffer ends.
    @inline(__always)
    private mutating func scanPlain(
        _ base: UnsafePointer<UInt8>, _ end: Int, _ delimiter: UInt8, _ maxCells: Int, _ offset: Int,
        _ cells: inout [CSVCell]
    ) -> Ending? {
        let delimiters = repeated(delimiter)
        let feeds = repeated(0x0A)
        let returns = repeated(0x0D)
        var index = position
        var start = cellStart
        while index < end {
            let word = loadWord(base + index)
            var hits = matches(word, delimiters) | matches(word, feeds) | matches(word, returns)
            if end &- index < 8 { hits &= (1 &<< UInt64(8 &* (end &- index))) &- 1 }
            while hits != 0 {
                let place = index &+ hits.trailingZeroBitCount &>> 3
                append(start, place, maxCells, offset, &cells)
                let byte = base[place]
                guard byte == delimiter else {
                    position = place
                    return byte == 0x0A ? .lineFeed : .carriageReturn
                }
                start = place &+ 1
                if start >= end || base[start] == UInt8(ascii: "\"") {
                    position = start
                    mode = .cellStart
                    return nil
                }
                hits &= hits &- 1
            }
            index &+= 8
        }
        position = end
        cellStart = start
        return nil
    }

    /// Text in quotes, up to the next quote or the buffer's end.
    @inline(__always)
    private mutating func scanQuoted(_ base: UnsafePointer<UInt8>, _ end: Int) {
        let quotes = repeated(UInt8(ascii: "\""))
        let feeds = repeated(0x0A)
        let returns = repeated(0x0D)
        var index = position
        while index < end {
            let word = loadWord(base + index)
            var hits = matches(word, quotes) | matches(word, feeds) | matches(word, returns)
            if end &- index < 8 { hits &= (1 &<< UInt64(8 &* (end &- index))) &- 1 }
            while hits != 0 {
                let place = index &+ hits.trailingZeroBitCount &>> 3
                switch base[place] {
                case UInt8(ascii: "\""):
                    cellEnd = place
                    position = place &+ 1
                    mode = .afterQuote
                    return
                case 0x0D:
                    lineBreaks &+= 1
                    lastReturn = place
                default:
                    if place &- 1 != lastReturn { lineBreaks &+= 1 }
                }
                hits &= hits &- 1
            }
            index &+= 8
        }
        position = end
    }
}
