// A script's text as bytes, and the places in it. Takes UTF-8 bytes; gives lines and columns.

/// A half-open range of byte offsets in one source file.
package struct Span: Sendable, Hashable {
    package var start: Int
    package var end: Int

    package init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }

    /// The smallest span that covers both.
    package func joined(with other: Span) -> Span {
        Span(start: min(start, other.start), end: max(end, other.end))
    }
}

/// A line and a column, both counted from 1; the column counts Unicode scalars.
package struct Position: Sendable, Hashable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// One script: its name as shown in diagnostics, and its bytes.
package struct SourceFile: Sendable {
    package let name: String
    package let bytes: [UInt8]
    private let lineStarts: [Int]

    /// - Parameters:
    ///   - name: what diagnostics call the file, such as `onboard.cbk` or `-e`.
    ///   - bytes: the text, UTF-8; the lexer reports what is not.
    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == 0x0A {
            starts.append(offset + 1)
        }
        lineStarts = starts
    }

    package init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }

    /// Where a byte offset lies; offsets past the end are taken as the end.
    package func position(of offset: Int) -> Position {
        let offset = max(0, min(offset, bytes.count))
        let line = line(of: offset)
        let before = String(decoding: bytes[lineStarts[line - 1]..<offset], as: UTF8.self)
        return Position(line: line, column: before.unicodeScalars.count + 1)
    }

    /// The line of a byte offset, counted from 1.
    package func line(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// Where a line (counted from 1) lies, without its line ending; empty for a line that is not there.
    package func lineSpan(_ line: Int) -> Span {
        guard line >= 1, line <= lineStarts.count else { return Span(start: bytes.count, end: bytes.count) }
        let start = lineStarts[line - 1]
        var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return Span(start: start, end: max(start, end))
    }

    /// The text that a span covers.
    package func text(in span: Span) -> String {
        let start = max(0, min(span.start, bytes.count))
        let end = max(start, min(span.end, bytes.count))
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
