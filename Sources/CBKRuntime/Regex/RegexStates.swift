// Whether a regular expression occurs in a text, by the states of all its threads together: each is made when it first
// comes up, so a character usually costs one look into a table. What does not fit into the table is forgotten.
//
// Invariant: `table` has `limit` rows of `width` entries; a row is set before its state is given out.

import CBKSyntax

struct RegexStates {
    /// What stands in the table besides the number of a state.
    static let unknown: Int32 = -1
    static let found: Int32 = -2
    static let dead: Int32 = -3

    /// The symbols, and the end of the text.
    let width: Int
    let limit: Int
    private(set) var table: UnsafeMutablePointer<Int32>?
    /// By state: what stood before it, and the instructions where threads go on, ascending.
    private(set) var keys: [[UInt16]] = []
    private var numbers: [[UInt16]: Int32] = [:]
    /// By instruction: followed already in this step.
    fileprivate var marks: [Bool] = []
    fileprivate var marked: [Int] = []
    fileprivate var pending: [Int] = []

    init(symbols: Int) {
        width = symbols + 1
        limit = max(16, min(4096, (1 << 16) / width))
    }

    func free() { table?.deallocate() }

    /// The state's number; nil where there is no room for a new one.
    fileprivate mutating func number(of key: [UInt16]) -> Int32? {
        if let known = numbers[key] { return known }
        guard keys.count < limit else { return nil }
        let rows = table ?? .allocate(capacity: limit * width)
        table = rows
        let number = keys.count
        (rows + number * width).initialize(repeating: RegexStates.unknown, count: width)
        keys.append(key)
        numbers[key] = Int32(number)
        return Int32(number)
    }

    fileprivate mutating func clear() {
        keys.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
    }

    fileprivate mutating func set(_ state: Int, _ symbol: Int, to next: Int32) { table?[state * width + symbol] = next }
}

extension RegexMachine {
    /// What stood before a state.
    private static let start: UInt16 = 0
    private static let word: UInt16 = 1
    private static let other: UInt16 = 2

    /// Whether the expression matches anywhere from a place on.
    ///
    /// - Parameter spend: takes the steps of each stretch; false ends the search.
    func matches(_ text: UnsafeBufferPointer<UInt8>, from start: Int = 0, spend: (Int) -> Bool) -> RegexOutcome {
        let before =
            start == 0
            ? RegexMachine.start : RegexMachine.isWord(text[start - 1]) ? RegexMachine.word : RegexMachine.other
        var state = number(of: [context(before)])
        guard var table = states.table else { return .missing }
        let width = states.width
        var place = start
        var steps = 0
        while place < text.count {
            let stop = min(text.count, place + RegexMachine.stretch)
            steps += stop - place
            while place < stop {
                let (symbol, length) = symbol(text, at: place)
                var next = table[state * width + symbol]
                if next < 0 {
                    if next == RegexStates.unknown {
                        next = step(&state, symbol)
                        steps += states.marked.count
                        if steps > 2 * RegexMachine.stretch {
                            guard spend(steps) else { return .stopped }
                            steps = 0
                        }
                        if let made = states.table { table = made }
                    }
                    if next == RegexStates.found { return spend(steps) ? .found : .stopped }
                    if next == RegexStates.dead { return spend(steps) ? .missing : .stopped }
                }
                state = Int(next)
                place += length
            }
            guard spend(steps) else { return .stopped }
            steps = 0
        }
        var next = table[state * width + symbolCount]
        if next == RegexStates.unknown { next = step(&state, symbolCount) }
        return next == RegexStates.found ? .found : .missing
    }

    private func context(_ before: UInt16) -> UInt16 { hasPlaces ? before : RegexMachine.other }

    /// A state's number; where there is no room, all others are forgotten.
    private func number(of key: [UInt16]) -> Int {
        if let number = states.number(of: key) { return Int(number) }
        states.clear()
        return states.number(of: key).map { Int($0) } ?? 0
    }

    /// What follows a state on a symbol, noted in the table; the state's own number may change.
    private func step(_ state: inout Int, _ symbol: Int) -> Int32 {
        let key = states.keys[state]
        let isEnd = symbol == symbolCount
        let isWordNext = hasPlaces && !isEnd && isWordSymbol(symbol)
        let holds =
            hasPlaces
            ? RegexMachine.places(isStart: key[0] == RegexMachine.start, isEnd: isEnd, key[0] == RegexMachine.word, isWordNext)
            : 0
        if states.marks.isEmpty { states.marks = Array(repeating: false, count: code.count) }
        for number in states.marked { states.marks[number] = false }
        states.marked.removeAll(keepingCapacity: true)
        states.pending.removeAll(keepingCapacity: true)
        states.pending.append(0)
        for number in key.dropFirst() { states.pending.append(Int(number)) }

        var next: [UInt16] = [context(isWordNext ? RegexMachine.word : RegexMachine.other)]
        while let number = states.pending.popLast() {
            guard !states.marks[number] else { continue }
            states.marks[number] = true
            states.marked.append(number)
            switch code[number] {
            case .set(let set):
                if !isEnd, accepts(symbol, set) { next.append(UInt16(truncatingIfNeeded: number + 1)) }
            case .split(let preferred, let other): states.pending += [number + preferred, number + other]
            case .jump(let distance): states.pending.append(number + distance)
            case .save: states.pending.append(number + 1)
            case .place(let place): if place.rawValue & holds != 0 { states.pending.append(number + 1) }
            case .match:
                states.set(state, symbol, to: RegexStates.found)
                return RegexStates.found
            }
        }
        if isEnd || (next.count == 1 && isAnchored) {
            states.set(state, symbol, to: RegexStates.dead)
            return RegexStates.dead
        }
        next[1...].sort()
        if let number = states.number(of: next) {
            states.set(state, symbol, to: number)
            return number
        }
        states.clear()
        state = self.number(of: key)
        let number = self.number(of: next)
        states.set(state, symbol, to: Int32(number))
        return Int32(number)
    }
}
