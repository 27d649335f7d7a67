// What a terminal shows of the bytes written to it: enough of an xterm for readline, tables and progress bars. Takes
// bytes; gives lines, with those that have scrolled out, and where the cursor is. Colours are left out.

package struct Screen: Sendable {
    package private(set) var columns: Int
    package private(set) var rows: Int
    /// From 0, counted from the first line ever shown.
    package private(set) var cursorLine = 0
    package private(set) var cursorColumn = 0
    /// Every byte so far.
    package private(set) var bytes: [UInt8] = []

    private static let blank: Character = " "
    private var grid: [[Character]] = [[]]
    private var saved = (line: 0, column: 0)
    private var pending: [UInt8] = []
    /// The last column was written: the next character wraps.
    private var wraps = false

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }

    package mutating func resize(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }

    /// A line without blanks at its end.
    package func line(_ number: Int) -> String {
        guard grid.indices.contains(number) else { return "" }
        let cells = grid[number].filter { $0 != "\0" }
        let end = cells.lastIndex { $0 != Screen.blank }.map { $0 + 1 } ?? 0
        return String(cells[..<end])
    }

    package func lines(_ range: Range<Int>) -> String {
        range.map { line($0) }.joined(separator: "\n")
    }

    package var text: String { lines(0..<grid.count) }

    // MARK: - Taking bytes

    package mutating func feed(_ more: some Sequence<UInt8>) {
        bytes += more
        pending += more
        var index = 0
        while index < pending.count, let length = Screen.unitLength(pending[index...]) {
            take(pending[index..<index + length])
            index += length
        }
        pending.removeFirst(index)
    }

    /// The bytes of the control sequence or character at the start; nil if more must come.
    private static func unitLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = bytes.first else { return nil }
        if first == 0x1B { return escapeLength(bytes) }
        let length =
            switch first {
            case 0xC2..<0xE0: 2
            case 0xE0..<0xF0: 3
            case 0xF0..<0xF5: 4
            default: 1
            }
        return bytes.count >= length ? length : nil
    }

    private static func escapeLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        let rest = bytes.dropFirst()
        guard let kind = rest.first else { return nil }
        switch kind {
        case UInt8(ascii: "["):
            guard let end = rest.dropFirst().firstIndex(where: { 0x40...0x7E ~= $0 }) else { return nil }
            return end - bytes.startIndex + 1
        case UInt8(ascii: "]"):
            guard let end = rest.firstIndex(where: { $0 == 0x07 || $0 == 0x5C }) else { return nil }
            return end - bytes.startIndex + 1
        case UInt8(ascii: "("), UInt8(ascii: ")"):
            return bytes.count >= 3 ? 3 : nil
        default: return 2
        }
    }

    private mutating func take(_ unit: ArraySlice<UInt8>) {
        guard let first = unit.first else { return }
        switch first {
        case 0x1B: escape(unit.dropFirst())
        case 0x0D: move(column: 0)
        case 0x0A: lineFeed()
        case 0x08: move(column: cursorColumn - 1)
        case 0x09: move(column: (cursorColumn / 8 + 1) * 8)
        case 0..<0x20, 0x7F: break
        default: for character in String(decoding: unit, as: UTF8.self) { put(character) }
        }
    }

    private mutating func put(_ character: Character) {
        let scalar = character.unicodeScalars.first
        if let scalar, scalar.properties.canonicalCombiningClass.rawValue != 0 { return combine(character) }
        if wraps {
            move(column: 0)
            lineFeed()
        }
        set(character)
        let width = scalar.map(Screen.isWide) == true ? 2 : 1
        if width == 2, cursorColumn + 1 < columns {
            cursorColumn += 1
            set("\0")
        }
        if cursorColumn + 1 < columns { cursorColumn += 1 } else { wraps = true }
    }

    private mutating func combine(_ mark: Character) {
        let column = wraps ? cursorColumn : cursorColumn - 1
        guard grid[cursorLine].indices.contains(column) else { return }
        let text = String(grid[cursorLine][column]) + String(mark)
        if text.count == 1, let joined = text.first { grid[cursorLine][column] = joined }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0x1F300...0x1FAFF:
            true
        default: false
        }
    }

    private mutating func set(_ character: Character) {
        while grid[cursorLine].count <= cursorColumn { grid[cursorLine].append(Screen.blank) }
        grid[cursorLine][cursorColumn] = character
    }

    // MARK: - Moving

    private var top: Int { max(0, grid.count - rows) }

    private mutating func move(column: Int) {
        wraps = false
        cursorColumn = min(max(0, column), columns - 1)
    }

    private mutating func move(line: Int) {
        wraps = false
        cursorLine = min(max(top, line), top + rows - 1)
        while grid.count <= cursorLine { grid.append([]) }
    }

    private mutating func lineFeed() {
        wraps = false
        cursorLine += 1
        while grid.count <= cursorLine { grid.append([]) }
    }

    private mutating func escape(_ sequence: ArraySlice<UInt8>) {
        guard let kind = sequence.first else { return }
        switch kind {
        case UInt8(ascii: "["): control(sequence.dropFirst())
        case UInt8(ascii: "7"): saved = (cursorLine, cursorColumn)
        case UInt8(ascii: "8"):
            move(line: saved.line)
            move(column: saved.column)
        case UInt8(ascii: "M"): move(line: cursorLine - 1)
        default: break
        }
    }

    private mutating func control(_ sequence: ArraySlice<UInt8>) {
        guard let kind = sequence.last, sequence.first != UInt8(ascii: "?") else { return }
        let numbers = String(decoding: sequence.dropLast(), as: UTF8.self).split(separator: ";", omittingEmptySubsequences: false)
            .map { Int($0) ?? 0 }
        let count = max(1, numbers.first ?? 1)
        switch Character(UnicodeScalar(kind)) {
        case "A": move(line: cursorLine - count)
        case "B": move(line: cursorLine + count)
        case "C": move(column: cursorColumn + count)
        case "D": move(column: cursorColumn - count)
        case "G": move(column: count - 1)
        case "H":
            move(line: top + count - 1)
            move(column: (numbers.count > 1 ? max(1, numbers[1]) : 1) - 1)
        case "J": eraseDisplay(numbers.first ?? 0)
        case "K": eraseLine(numbers.first ?? 0)
        case "P":
            let end = min(grid[cursorLine].count, cursorColumn + count)
            if cursorColumn < end { grid[cursorLine].removeSubrange(cursorColumn..<end) }
        case "@":
            guard cursorColumn < grid[cursorLine].count else { return }
            grid[cursorLine].insert(contentsOf: Array(repeating: Screen.blank, count: count), at: cursorColumn)
        default: break
        }
    }

    private mutating func eraseLine(_ mode: Int) {
        switch mode {
        case 0: if cursorColumn < grid[cursorLine].count { grid[cursorLine].removeSubrange(cursorColumn...) }
        case 1: for column in 0...cursorColumn where column < grid[cursorLine].count { grid[cursorLine][column] = Screen.blank }
        default: grid[cursorLine] = []
        }
    }

    private mutating func eraseDisplay(_ mode: Int) {
        switch mode {
        case 0:
            eraseLine(0)
            for line in grid.indices where line > cursorLine { grid[line] = [] }
        default: for line in grid.indices where line >= top { grid[line] = [] }
        }
    }
}
