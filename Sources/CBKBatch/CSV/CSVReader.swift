// Reads a CSV file: finds out its encoding and delimiter, checks its header, and gives the rows in chunks. Takes a
// path, a descriptor or bytes; refuses an empty file and duplicate or empty headers. A bad row is an error value in
// its chunk, and the reading goes on. Cells are text: no type is ever guessed.

import Synchronization

/// A class, as it owns the descriptor; a lock makes it safe to pull from any thread. Calls block on the disk.
package final class CSVReader: Sendable {
    /// The names of the columns, as written.
    package let header: [String]
    package let delimiter: UInt8
    package let encoding: CSVEncoding
    private let state: Mutex<State>

    private struct State: Sendable {
        var parser: CSVParser
        var ready: CSVChunk?
        var readyIndex = 0
    }

    /// - Throws: what makes the file unreadable as a whole.
    package convenience init(path: String, options: CSVOptions = CSVOptions()) throws(CSVError) {
        try self.init(name: "'\(path)'", source: try CSVFileSource(path: path), options: options)
    }

    /// - Parameters:
    ///   - name: what messages call the source, such as `standard input`.
    ///   - closesDescriptor: whether the reader closes it at the end.
    package convenience init(
        descriptor: Int32, name: String, closesDescriptor: Bool, options: CSVOptions = CSVOptions()
    ) throws(CSVError) {
        let source = CSVFileSource(descriptor: descriptor, name: name, closesDescriptor: closesDescriptor)
        try self.init(name: name, source: source, options: options)
    }

    package convenience init(
        bytes: [UInt8], name: String = "the text", options: CSVOptions = CSVOptions()
    ) throws(CSVError) {
        let source = CSVMemorySource(bytes: bytes, blockSize: options.blockSize)
        try self.init(name: name, source: source, options: options)
    }

    private init(name: String, source: any CSVByteSource, options: CSVOptions) throws(CSVError) {
        var parser = CSVParser(source: source, options: options)
        do throws(CSVError) {
            encoding = try Self.findEncoding(&parser, options)
            header = try Self.readHeader(&parser, name: name, options, encoding)
        } catch {
            parser.source.close()
            throw error
        }
        delimiter = parser.delimiter
        state = Mutex(State(parser: parser))
    }

    deinit { close() }

    /// Up to `maxRows` rows or about `maxBytes` bytes, whichever comes first.
    /// - Returns: nil at the end of the file.
    package func nextChunk(maxRows: Int = 1024, maxBytes: Int = 1 << 20) throws(CSVError) -> CSVChunk? {
        try state.withLock { state throws(CSVError) in
            try Self.readChunk(&state.parser, columns: header.count, maxRows: maxRows, maxBytes: maxBytes)
        }
    }

    /// The next row; nil at the end. Not to be mixed with `nextChunk`.
    package func next() throws(CSVError) -> CSVRow? {
        try state.withLock { state throws(CSVError) in
            if let chunk = state.ready, state.readyIndex < chunk.count {
                defer { state.readyIndex += 1 }
                return chunk[state.readyIndex]
            }
            state.ready = try Self.readChunk(&state.parser, columns: header.count, maxRows: 256, maxBytes: 256 << 10)
            state.readyIndex = 1
            return state.ready?.first
        }
    }

    /// How many cells lost a formula guard so far, the header's included.
    package var unguardedCells: Int { state.withLock { $0.parser.unguardedCells } }

    /// How many rows of nothing but delimiters were skipped so far.
    package var blankRows: Int { state.withLock { $0.parser.blankRows } }

    /// Lets go of the file; no rows come after it.
    package func close() { state.withLock { $0.parser.source.close() } }

    private static func readChunk(
        _ parser: inout CSVParser, columns: Int, maxRows: Int, maxBytes: Int
    ) throws(CSVError) -> CSVChunk? {
        var chunk = CSVChunk()
        chunk.bytes.reserveCapacity(min(maxBytes, maxRows * 64))
        while chunk.count < maxRows, chunk.bytes.count < maxBytes {
            guard try parser.appendRow(to: &chunk, columns: columns) else {
                parser.source.close()
                break
            }
        }
        return chunk.isEmpty ? nil : chunk
    }

    // MARK: - Before the rows

    private static func findEncoding(_ parser: inout CSVParser, _ options: CSVOptions) throws(CSVError) -> CSVEncoding {
        let start = Array(try parser.prepare(3))
        let marked: (encoding: CSVEncoding, length: Int)? =
            if start.starts(with: [0xEF, 0xBB, 0xBF]) {
                (.utf8, 3)
            } else if start.starts(with: [0xFF, 0xFE]) {
                (.utf16le, 2)
            } else if start.starts(with: [0xFE, 0xFF]) {
                (.utf16be, 2)
            } else {
                nil
            }
        // A mark is stronger than the option, unless the option is Latin-1, in which FF FE is text.
        let encoding = options.encoding == .latin1 && marked?.encoding != .utf8 ? .latin1 : marked?.encoding
        if let marked, encoding == marked.encoding { parser.skip(marked.length) }
        let found = encoding ?? options.encoding ?? .utf8
        parser.decode(as: found)
        return found
    }

    private static func readHeader(
        _ parser: inout CSVParser, name: String, _ options: CSVOptions, _ encoding: CSVEncoding
    ) throws(CSVError) -> [String] {
        if let delimiter = options.delimiter {
            guard delimiter < 0x80, delimiter != UInt8(ascii: "\""), delimiter != 0x0A, delimiter != 0x0D, delimiter != 0
            else { throw CSVError(.options, "a delimiter is one ASCII character other than a quote or a line break") }
            _ = try skipSeparatorLine(&parser)
        } else if let delimiter = try skipSeparatorLine(&parser) {
            parser.delimiter = delimiter
        } else {
            parser.delimiter = try sniffDelimiter(&parser)
        }
        var chunk = CSVChunk()
        guard try parser.appendRow(to: &chunk, columns: nil), let row = chunk.first else {
            throw CSVError(.empty, "\(name) is empty: it has no header")
        }
        if let error = row.error {
            let hint =
                error.code == .nul ? "; if the file is UTF-16 without a byte order mark, give its encoding as utf-16le" : ""
            throw CSVError(
                error.code == .encoding || error.code == .nul ? .encoding : .header,
                "the header of \(name) cannot be read: \(error)\(hint)")
        }
        parser.startRows()
        let header = row.strings
        try check(header, name: name)
        return header
    }

    /// Takes a first line `sep=;`, by which Excel is told the delimiter.
    private static func skipSeparatorLine(_ parser: inout CSVParser) throws(CSVError) -> UInt8? {
        let line = Array(try parser.prepare(7))
        guard line.count >= 6, line.starts(with: "sep=".utf8), line[5] == 0x0A || line[5] == 0x0D, line[4] < 0x80,
            line[4] != UInt8(ascii: "\"")
        else { return nil }
        let isTwoBytes = line[5] == 0x0D && line.count > 6 && line[6] == 0x0A
        parser.skip(isTwoBytes ? 7 : 6)
        parser.countLine()
        return line[4]
    }

    /// The one of comma, semicolon and tab that stands most often outside quotes in the first line that is not blank.
    private static func sniffDelimiter(_ parser: inout CSVParser) throws(CSVError) -> UInt8 {
        while true {
            var counts: [UInt8: Int] = [:]
            var isQuoted = false
            var isBlank = true
            var isWhole = parser.hasReadAll
            scan: for byte in parser.pending {
                switch byte {
                case UInt8(ascii: "\""): isQuoted.toggle()
                case 0x0A where !isQuoted, 0x0D where !isQuoted:
                    if !isBlank {
                        isWhole = true
                        break scan
                    }
                    continue scan
                case UInt8(ascii: ","), UInt8(ascii: ";"), 0x09:
                    if !isQuoted { counts[byte, default: 0] += 1 }
                default: break
                }
                isBlank = false
            }
            if isWhole || parser.pending.count > 1 << 20 {
                let comma = UInt8(ascii: ",")
                var best = comma
                for candidate in [UInt8(ascii: ";"), 0x09] where counts[candidate, default: 0] > counts[best, default: 0] {
                    best = candidate
                }
                return best
            }
            try parser.fill()
        }
    }

    private static func check(_ header: [String], name: String) throws(CSVError) {
        var firstColumns: [String: Int] = [:]
        var problems: [String] = []
        for (index, title) in header.enumerated() {
            if title.allSatisfy(\.isWhitespace) {
                problems.append("column \(index + 1) has no name")
            } else if let first = firstColumns[title] {
                problems.append("columns \(first + 1) and \(index + 1) are both '\(title)'")
            } else {
                firstColumns[title] = index
            }
        }
        guard !problems.isEmpty else { return }
        let shown = problems.prefix(8).joined(separator: ", ") + (problems.count > 8 ? " and \(problems.count - 8) more" : "")
        throw CSVError(.header, "the header of \(name) cannot be used: \(shown); give each column a name of its own")
    }
}
