// A regular expression ready to run over UTF-8: its program, and the characters it tells apart as a few symbols. Two
// ways to run it: `matches` by states that are made as they come up, `search` by threads that know their groups.
//
// Invariants of the memory here: `ascii` has 128 entries; `accepts` has one a set and symbol; `first` one a symbol. All
// live from init to deinit. A machine is used by one search at a time, on the interpreter's thread.

import CBKSyntax

/// How a search ended; `stopped`: the steps were refused, with the error raised.
enum RegexOutcome {
    case found, missing, stopped
}

final class RegexMachine {
    /// As the language writes it.
    let literal: String
    let code: [RegexProgram.Instruction]
    /// With the whole match.
    let groupCount: Int
    let names: [(name: String, group: Int)]
    let symbolCount: Int
    let hasPlaces: Bool
    /// A match of nothing is possible somewhere behind the start of the text.
    let mayBeEmpty: Bool
    /// No match begins behind the start of the text.
    let isAnchored: Bool
    private let ignoresCase: Bool
    /// The first character of each symbol, ascending from 0.
    private let symbolStarts: [UInt32]
    private let ascii: UnsafeMutablePointer<UInt16>
    private let accepts: UnsafeMutablePointer<Bool>
    /// By symbol: what a match behind the start of the text can begin with.
    private let first: UnsafeMutablePointer<Bool>

    /// What `matches` has built so far.
    var states: RegexStates
    /// What `search` works with; made at its first use.
    var threads: RegexThreads {
        get {
            if let threadsInUse { return threadsInUse }
            let made = RegexThreads(instructions: code.count, slots: 2 * groupCount)
            threadsInUse = made
            return made
        }
        set { threadsInUse = newValue }
    }
    private var threadsInUse: RegexThreads?

    /// Between two looks at budgets and interruption.
    static let stretch = 1 << 15

    init(_ program: RegexProgram, literal: String) {
        self.literal = literal
        code = program.code
        groupCount = program.groupCount + 1
        names = program.names
        ignoresCase = program.ignoresCase
        hasPlaces = program.code.contains { if case .place = $0 { true } else { false } }
        var starts: Set<UInt32> = [0]
        for set in program.sets {
            for range in set.ranges { starts.formUnion([range.lowerBound, range.upperBound + 1]) }
        }
        // `\b` needs letters and digits apart from the rest.
        if hasPlaces { starts.formUnion([0x30, 0x3A, 0x41, 0x5B, 0x5F, 0x60, 0x61, 0x7B]) }
        symbolStarts = starts.filter { $0 <= 0x10FFFF }.sorted()
        symbolCount = symbolStarts.count
        ascii = .allocate(capacity: 128)
        accepts = .allocate(capacity: max(1, program.sets.count * symbolCount))
        first = .allocate(capacity: symbolCount)
        for (number, set) in program.sets.enumerated() {
            for (symbol, start) in symbolStarts.enumerated() {
                (accepts + number * symbolCount + symbol).initialize(to: set.contains(start))
            }
        }
        let beginnings = RegexMachine.beginnings(of: program)
        mayBeEmpty = beginnings.mayBeEmpty
        isAnchored = beginnings.sets.isEmpty && !beginnings.mayBeEmpty
        for symbol in 0..<symbolCount {
            var isFirst = false
            for set in beginnings.sets where accepts[set * symbolCount + symbol] { isFirst = true }
            (first + symbol).initialize(to: isFirst)
        }
        states = RegexStates(symbols: symbolCount)
        for byte in 0..<128 {
            let scalar = ignoresCase ? foldedCase(UInt32(byte)) : UInt32(byte)
            (ascii + byte).initialize(to: UInt16(RegexMachine.symbol(of: scalar, symbolStarts)))
        }
    }

    deinit {
        states.free()
        threadsInUse?.free()
        ascii.deallocate()
        accepts.deallocate()
        first.deallocate()
    }

    /// The sets that a match can begin with where `^` does not hold, and whether it can take nothing there.
    private static func beginnings(of program: RegexProgram) -> (sets: Set<Int>, mayBeEmpty: Bool) {
        var sets: Set<Int> = []
        var mayBeEmpty = false
        var seen = Array(repeating: false, count: program.code.count)
        var pending = [0]
        while let number = pending.popLast() {
            guard !seen[number] else { continue }
            seen[number] = true
            switch program.code[number] {
            case .set(let set): sets.insert(set)
            case .split(let preferred, let other): pending += [number + preferred, number + other]
            case .jump(let distance): pending.append(number + distance)
            case .save: pending.append(number + 1)
            case .place(.start): break
            case .place: pending.append(number + 1)
            case .match: mayBeEmpty = true
            }
        }
        return (sets, mayBeEmpty)
    }

    // MARK: Characters

    private static func symbol(of scalar: UInt32, _ starts: [UInt32]) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= scalar { low = middle } else { high = middle }
        }
        return low
    }

    /// The symbol of the character at a place before the end, and how many bytes it has.
    @inline(__always)
    func symbol(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> (symbol: Int, width: Int) {
        let byte = text[place]
        return byte < 0x80 ? (Int(ascii[Int(byte)]), 1) : wideSymbol(text, at: place)
    }

    @inline(never)
    private func wideSymbol(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> (symbol: Int, width: Int) {
        let byte = text[place]
        let width = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
        // Texts are whole UTF-8; a broken one must not be read past its end.
        guard byte >= 0xC0, place + width <= text.count else { return (RegexMachine.symbol(of: 0xFFFD, symbolStarts), 1) }
        var scalar = UInt32(byte) & (0x7F >> UInt32(width))
        for offset in 1..<width { scalar = scalar << 6 | UInt32(text[place + offset] & 0x3F) }
        return (RegexMachine.symbol(of: ignoresCase ? foldedCase(scalar) : scalar, symbolStarts), width)
    }

    @inline(__always)
    func accepts(_ symbol: Int, _ set: Int) -> Bool { accepts[set * symbolCount + symbol] }

    /// The next place where a match may begin, from one behind the start of the text on; the text's end at last.
    func nextBeginning(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard !mayBeEmpty, start > 0 else { return start }
        guard !isAnchored else { return text.count }
        var place = start
        while place < text.count {
            let (symbol, width) = symbol(text, at: place)
            if first[symbol] { return place }
            place += width
        }
        return place
    }

    func isWordSymbol(_ symbol: Int) -> Bool {
        RegexMachine.isWord(UInt8(truncatingIfNeeded: min(symbolStarts[symbol], 0x80)))
    }

    static func isWord(_ byte: UInt8) -> Bool {
        byte & 0xDF &- 0x41 < 26 || byte &- 0x30 < 10 || byte == 0x5F
    }

    /// The bits of what holds at a place of the text, as `RegexProgram.Place` has them.
    func places(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> UInt8 {
        guard hasPlaces else { return 0 }
        let before = place > 0 && RegexMachine.isWord(text[place - 1])
        let after = place < text.count && RegexMachine.isWord(text[place])
        return RegexMachine.places(isStart: place == 0, isEnd: place == text.count, before, after)
    }

    static func places(isStart: Bool, isEnd: Bool, _ wordBefore: Bool, _ wordAfter: Bool) -> UInt8 {
        (isStart ? RegexProgram.Place.start.rawValue : 0) | (isEnd ? RegexProgram.Place.end.rawValue : 0)
            | (wordBefore != wordAfter ? RegexProgram.Place.boundary : .inside).rawValue
    }
}
