// A CSV file as a sequence of checked rows, in constant memory: one block, the row at hand, the chunk that is filled.
// Takes blocks of bytes; gives rows with their lines. One thread at a time; CSVReader guards it.

/// How to read a CSV file.
package struct CSVOptions: Sendable {
    /// The delimiter, an ASCII byte; nil: sniffed from the header among comma, semicolon and tab.
    package var delimiter: UInt8?
    /// The encoding; nil: what the byte order mark says, else UTF-8.
    package var encoding: CSVEncoding?
    /// Takes formula guards off and counts them.
    package var unguard: Bool
    /// Bytes read at once.
    package var blockSize: Int
    /// The most bytes that one row may have.
    package var maxRowBytes: Int

    package init(
        delimiter: UInt8? = nil, encoding: CSVEncoding? = nil, unguard: Bool = false, blockSize: Int = 256 << 10,
        maxRowBytes: Int = 16 << 20
    ) {
        self.delimiter = delimiter
        self.encoding = encoding
        self.unguard = unguard
        self.blockSize = blockSize
        self.maxRowBytes = maxRowBytes
    }

    /// The delimiter that a flag or an argument names: one ASCII character, `tab` or `\t`; nil for anything else.
    package static func delimiter(named name: String) -> UInt8? {
        if name.lowercased() == "tab" || name == "\\t" { return 0x09 }
        let bytes = Array(name.utf8)
        guard bytes.count == 1, bytes[0] < 0x80, ![0x00, 0x0A, 0x0D, UInt8(ascii: "\"")].contains(bytes[0]) else { return nil }
        return bytes[0]
    }
}

struct CSVParser: Sendable {
    var source: any CSVByteSource
    let options: CSVOptions
    var delimiter: UInt8
    private(set) var transcoder: CSVTranscoder?
    /// What is read and not yet parsed is `buffer[start..<end]`; seven bytes of slack follow, for loads of whole words.
    private var buffer: [UInt8]
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    /// Whether the buffer may hold a NUL or a byte beyond ASCII.
    private(set) var isSuspect = false
    /// Whether the last row ended in CR, so that an LF belongs to it.
    private var skipsLineFeed = false
    /// The line on which the next row starts.
    private(set) var line = 1
    private(set) var rowCount = 0
    private(set) var unguardedCells = 0
    private(set) var blankRows = 0
    private var escaped: [Int] = []

    private static let slack = 8

    init(source: any CSVByteSource, options: CSVOptions) {
        self.source = source
        self.options = options
        delimiter = options.delimiter ?? UInt8(ascii: ",")
        buffer = [UInt8](repeating: 0, count: max(16, options.blockSize) + Self.slack)
    }

    // MARK: - Bytes

    /// Reads until `count` bytes are there or the file ends. For the little that is looked at before the header.
    mutating func prepare(_ count: Int) throws(CSVError) -> ArraySlice<UInt8> {
        while end - start < count, !isAtEnd { try fill() }
        return buffer[start..<min(end, start + count)]
    }

    /// All the bytes at hand.
    var pending: ArraySlice<UInt8> { buffer[start..<end] }

    /// Whether no byte can be added to `pending`.
    var hasReadAll: Bool { isAtEnd }

    mutating func skip(_ count: Int) { start += count }

    /// Counts a line that was skipped.
    mutating func countLine() { line += 1 }

    /// Numbers the rows from here on: the one before was the header.
    mutating func startRows() {
        rowCount = 0
        blankRows = 0
    }

    /// What has been read so far is text of this encoding, and so is the rest.
    mutating func decode(as encoding: CSVEncoding) {
        guard encoding != .utf8 else { return }
        var decoder = CSVTranscoder(encoding)
        var decoded: [UInt8] = []
        buffer.withUnsafeBytes { decoder.append(UnsafeRawBufferPointer(rebasing: $0[start..<end]), to: &decoded) }
        if isAtEnd { decoder.finish(into: &decoded) }
        transcoder = decoder
        start = 0
        end = 0
        add(decoded)
    }

    /// Reads one block behind what is there.
    mutating func fill() throws(CSVError) {
        guard !isAtEnd else { return }
        let block = max(1, options.blockSize)
        if transcoder != nil {
            var raw = [UInt8](repeating: 0, count: block)
            let count = try raw.withUnsafeMutableBufferPointer { raw throws(CSVError) -> Int in
                try source.read(into: UnsafeMutableRawBufferPointer(raw))
            }
            var decoded: [UInt8] = []
            raw.withUnsafeBytes { transcoder?.append(UnsafeRawBufferPointer(rebasing: $0[0..<count]), to: &decoded) }
            if count == 0 {
                isAtEnd = true
                transcoder?.finish(into: &decoded)
            }
            add(decoded)
            return
        }
        makeRoom(for: block)
        let end = end
        let count = try buffer.withUnsafeMutableBufferPointer { bytes throws(CSVError) -> Int in
            try source.read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: bytes[end..<(end + block)])))
        }
        if count == 0 { isAtEnd = true }
        note(count)
    }

    private mutating func add(_ bytes: [UInt8]) {
        makeRoom(for: bytes.count)
        buffer.replaceSubrange(end..<(end + bytes.count), with: bytes)
        note(bytes.count)
    }

    /// Counts new bytes in and looks whether they are plain.
    private mutating func note(_ count: Int) {
        let isPlain = buffer.withUnsafeBufferPointer {
            !needsCheck(UnsafeBufferPointer(rebasing: $0[end..<(end + count)]))
        }
        isSuspect = (start < end && isSuspect) || !isPlain
        end += count
    }

    private mutating func makeRoom(for count: Int) {
        if buffer.count - Self.slack - end >= count { return }
        if start > 0 {
            let (from, to) = (start, end)
            buffer.withUnsafeMutableBytes { raw in
                raw.copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[from..<to]))
            }
            end -= start
            start = 0
        }
        let needed = end + count + Self.slack
        if buffer.count < needed {
            buffer.append(contentsOf: repeatElement(0, count: max(needed, buffer.count * 2) - buffer.count))
        }
    }

    // MARK: - Rows

    /// Adds the next row that is not blank to the chunk.
    /// - Parameter columns: how many cells a row must have; nil for the header, which may have any number.
    /// - Returns: false at the end of the file.
    mutating func appendRow(to chunk: inout CSVChunk, columns: Int?) throws(CSVError) -> Bool {
        while true {
            if skipsLineFeed {
                // One block may be no more than half a character.
                while start == end, !isAtEnd { try fill() }
                if start < end, buffer[start] == 0x0A { start += 1 }
                skipsLineFeed = false
            }
            if start == end {
                try fill()
                if start == end, isAtEnd { return false }
                continue
            }
            if try scanRow(into: &chunk, columns: columns) { return true }
        }
    }

    /// One row, from its first byte. False if it was blank and left nothing.
    private mutating func scanRow(into chunk: inout CSVChunk, columns: Int?) throws(CSVError) -> Bool {
        var scanner = CSVRowScanner()
        var isTooLarge = false
        let firstCell = chunk.cells.count
        let offset = chunk.bytes.count
        let maxCells = columns ?? 16_384
        escaped.removeAll(keepingCapacity: true)
        var ending: CSVRowScanner.Ending?
        while true {
            ending = buffer.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return nil }
                return scanner.scan(
                    base + start, end: end - start, delimiter: delimiter, maxCells: maxCells, offset: offset,
                    cells: &chunk.cells, escaped: &escaped)
            }
            isTooLarge = isTooLarge || scanner.position > options.maxRowBytes
            if ending != nil { break }
            if isTooLarge {
                start += scanner.position
                scanner.discardScanned()
            }
            if isAtEnd {
                scanner.finish(maxCells: maxCells, offset: offset, cells: &chunk.cells, escaped: &escaped)
                break
            }
            try fill()
        }
        let rowLine = line
        let length = scanner.position
        let isUnterminated = ending == nil && scanner.mode == .quoted
        line += scanner.lineBreaks + (ending == nil ? 0 : 1)
        defer {
            start += length + (ending == nil ? 0 : 1)
            skipsLineFeed = ending == .carriageReturn
        }
        if !isTooLarge, !scanner.hasQuotes, length == scanner.cellCount - 1 {
            chunk.cells.removeSubrange(firstCell...)
            if length > 0 { blankRows += 1 }
            return false
        }
        if isTooLarge {
            chunk.cells.removeSubrange(firstCell...)
        } else {
            buffer.withUnsafeBufferPointer {
                chunk.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[start..<(start + length)]))
            }
        }
        let error =
            isTooLarge
            ? tooLarge(scanner, rowLine: rowLine, isUnterminated: isUnterminated)
            : fault(scanner, rowLine: rowLine, offset: offset, isUnterminated: isUnterminated, columns: columns, in: chunk)
        if !isTooLarge { finishCells(from: firstCell, in: &chunk) }
        rowCount += 1
        chunk.entries.append(
            CSVChunk.Entry(
                line: rowLine, number: rowCount, firstCell: firstCell, cellCount: chunk.cells.count - firstCell,
                error: error == nil ? -1 : chunk.errors.count))
        if let error { chunk.errors.append(error) }
        return true
    }

    /// Halves doubled quotes in place and takes formula guards off.
    private mutating func finishCells(from firstCell: Int, in chunk: inout CSVChunk) {
        for index in escaped {
            let cell = chunk.cells[index].range
            var target = cell.lowerBound
            var source = cell.lowerBound
            while source < cell.upperBound {
                let byte = chunk.bytes[source]
                chunk.bytes[target] = byte
                target += 1
                source += byte == UInt8(ascii: "\"") ? 2 : 1
            }
            chunk.cells[index] = CSVCell(start: cell.lowerBound, end: target)
        }
        guard options.unguard else { return }
        for index in firstCell..<chunk.cells.count {
            let cell = chunk.cells[index].range
            guard !cell.isEmpty, chunk.bytes[cell.lowerBound] == UInt8(ascii: "'") else { continue }
            let isGuarded = chunk.bytes.withUnsafeBufferPointer {
                FormulaGuard.hasGuard(UnsafeBufferPointer(rebasing: $0[cell]))
            }
            guard isGuarded else { continue }
            chunk.cells[index].start += 1
            unguardedCells += 1
        }
    }
}
