// Text with the places where lines may break, as a flat list of pieces, and its rendering within a width. Takes pieces
// in order; gives bytes. A group's line breaks are taken all or none; nothing here recurses, and the cost is linear.

package struct Layout {
    /// Of a line, in Unicode scalars.
    package static let width = 100
    static let indentation = 2

    enum Piece {
        /// Text of the source as it stands there.
        case source(Span)
        case mark(String)
        /// It counts for nothing in the width: code is not broken for the sake of a comment beside it.
        case comment(Span, isTrailing: Bool)
        /// A newline where the innermost group is broken, else the text.
        case line(flat: String, isBlank: Bool)
        /// A newline in any case; `isBlank`: with an empty line.
        case newline(isBlank: Bool)
        /// Text where the innermost group is broken.
        case whenBroken(String)
        case open(Int)
        case close(Int)
        case indent(Int)
    }

    private struct Group {
        var open: Int
        var close: Int
        /// The author broke it.
        var isForced: Bool
        /// A part at its end, such as a function's body, that may break while the rest of the group does not: from
        /// behind that part's opening bracket to its end.
        var hug: Range<Int>?
    }

    private enum Mode {
        case flat, broken, hugging
    }

    private let width: Int
    private(set) var pieces: [Piece] = []
    private var groups: [Group] = []
    private var openGroups: [Int] = []

    init(width: Int) { self.width = width }

    mutating func add(_ piece: Piece) { pieces.append(piece) }

    mutating func open(isForced: Bool) {
        openGroups.append(groups.count)
        pieces.append(.open(groups.count))
        groups.append(Group(open: pieces.count, close: pieces.count, isForced: isForced, hug: nil))
    }

    /// Closes the innermost group. `hug`: where its last part's inside begins; it ends here or at `hugEnd`.
    mutating func close(hug: Int? = nil, hugEnd: Int? = nil) {
        guard let group = openGroups.popLast() else { return }
        groups[group].close = pieces.count
        groups[group].hug = hug.map { $0..<(hugEnd ?? pieces.count) }
        pieces.append(.close(group))
    }

    // MARK: Rendering

    /// What stands before each piece: its width on one line, and how many breaks no group can undo.
    private struct Measures {
        var width: [Int]
        var breaks: [Int]
        /// The width up to the next place where a line may end.
        var nextLine: [Int]
    }

    private func measures(_ source: SourceFile) -> Measures {
        var width = [0]
        var breaks = [0]
        width.reserveCapacity(pieces.count + 1)
        breaks.reserveCapacity(pieces.count + 1)
        var column = 0
        var count = 0
        for piece in pieces {
            switch piece {
            case .source(let span): column += scalars(source.bytes[span.start..<span.end])
            case .mark(let text), .line(let text, _): column += text.utf8.count
            case .newline: count += 1
            // At the end, so that it is behind where a group around may hug.
            case .close(let group): count += groups[group].isForced ? 1 : 0
            case .comment, .whenBroken, .open, .indent: break
            }
            width.append(column)
            breaks.append(count)
        }
        var nextLine = width
        for index in pieces.indices.reversed() {
            switch pieces[index] {
            case .line, .newline: nextLine[index] = width[index]
            default: nextLine[index] = nextLine[index + 1]
            }
        }
        return Measures(width: width, breaks: breaks, nextLine: nextLine)
    }

    private func mode(of group: Group, at column: Int, _ measures: Measures) -> Mode {
        guard !group.isForced else { return .broken }
        let start = measures.width[group.open]
        if measures.breaks[group.open] == measures.breaks[group.close],
            column + measures.nextLine[group.close] - start <= width
        {
            return .flat
        }
        if let hug = group.hug, measures.breaks[group.open] == measures.breaks[hug.lowerBound],
            measures.breaks[hug.upperBound] == measures.breaks[group.close],
            column + measures.width[hug.lowerBound] - start <= width
        {
            return .hugging
        }
        return .broken
    }

    func rendered(_ source: SourceFile) -> [UInt8] {
        let measures = measures(source)
        var page = Page()
        var level = 0
        var modes: [Mode] = []
        for piece in pieces {
            switch piece {
            case .source(let span): page.write(source.bytes[span.start..<span.end])
            case .mark(let text): page.write(Array(text.utf8)[...])
            case .comment(let span, let isTrailing):
                if isTrailing, !page.bytes.isEmpty { page.write([0x20, 0x20]) }
                page.write(source.bytes[span.start..<span.end])
            case .newline(let isBlank): page.startLine(level, isBlank)
            case .line(let flat, let isBlank):
                if modes.last == .broken { page.startLine(level, isBlank) } else { page.write(Array(flat.utf8)[...]) }
            case .whenBroken(let text):
                if modes.last == .broken { page.write(Array(text.utf8)[...]) }
            case .open(let group):
                modes.append(modes.last == .flat ? .flat : mode(of: groups[group], at: page.nextColumn, measures))
            case .close: modes.removeLast()
            // What hugs goes on at the level of the line that its group begins on.
            case .indent(let steps): if modes.last != .hugging { level += steps }
            }
        }
        if !page.bytes.isEmpty { page.bytes.append(0x0A) }
        return page.bytes
    }
}

/// The text so far. A line's indentation is written with its first character, so that no line ends with spaces.
private struct Page {
    var bytes: [UInt8] = []
    private var column = 0
    private var indentation: Int?

    /// Where the next character goes.
    var nextColumn: Int { indentation ?? column }

    /// Ends the line; at the start of the text there is none to end.
    mutating func startLine(_ level: Int, _ isBlank: Bool) {
        guard !bytes.isEmpty else { return }
        bytes.append(0x0A)
        if isBlank { bytes.append(0x0A) }
        column = 0
        indentation = level * Layout.indentation
    }

    mutating func write(_ text: ArraySlice<UInt8>) {
        guard !text.isEmpty else { return }
        if let indentation {
            bytes.append(contentsOf: repeatElement(0x20, count: indentation))
            column = indentation
        }
        indentation = nil
        bytes.append(contentsOf: text)
        if let newline = text.lastIndex(of: 0x0A) {
            column = scalars(text[(newline + 1)...])
        } else {
            column += scalars(text)
        }
    }
}

/// How many Unicode scalars UTF-8 text has.
private func scalars(_ text: ArraySlice<UInt8>) -> Int { text.count { $0 & 0xC0 != 0x80 } }
