// Reads a pattern and writes its program in one pass: open groups are on a stack of its own, so no pattern exhausts
// the native one. Refuses with the place in the pattern: what is malformed, what needs backtracking, what is too large.

struct RegexParser {
    /// A group that is open; the first one is the whole pattern.
    private struct Level {
        /// Where its `(` is.
        var opening: Int
        var group: Int?
        /// Where its code begins.
        var start: Int
        /// Where the code of the present alternative begins.
        var branch: Int
        /// The jumps from earlier alternatives to the end.
        var jumps: [Int] = []
    }

    /// What stands before the present place, as a repeat sees it.
    enum Last {
        case nothing, place, repeated
        /// What begins at that instruction.
        case term(Int)
    }

    let scalars: [Unicode.Scalar]
    private let offsets: [Int]
    let ignoresCase: Bool
    var position = 0
    var code: [RegexProgram.Instruction] = []
    private(set) var sets: [ScalarSet] = []
    private(set) var groupCount = 0
    private(set) var names: [(name: String, group: Int)] = []
    private var setNumbers: [ScalarSet: Int] = [:]
    private var levels: [Level] = []
    var last = Last.nothing

    init(_ pattern: String, ignoresCase: Bool) {
        self.ignoresCase = ignoresCase
        scalars = Array(pattern.unicodeScalars)
        var offsets = [0]
        offsets.reserveCapacity(scalars.count + 1)
        for scalar in scalars { offsets.append((offsets.last ?? 0) + scalar.utf8.count) }
        self.offsets = offsets
    }

    func scalar(at place: Int) -> Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

    func refused(
        _ kind: RegexError.Kind, _ message: String, from start: Int, to end: Int? = nil, hint: String? = nil
    ) -> RegexError {
        RegexError(
            kind: kind, message: message, start: offsets[min(start, scalars.count)],
            end: offsets[min(end ?? position, scalars.count)], hint: hint)
    }

    func text(from start: Int, to end: Int) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[min(start, scalars.count)..<min(end, scalars.count)])
        return String(text)
    }

    mutating func run() throws(RegexError) {
        guard offsets.last ?? 0 <= RegexProgram.mostBytes else {
            throw refused(
                .tooLarge, "a regular expression has at most \(RegexProgram.mostBytes) bytes", from: 0, to: scalars.count,
                hint: "use several")
        }
        code.append(.save(0))
        levels.append(Level(opening: 0, group: nil, start: code.count, branch: code.count))
        while let next = scalar(at: position) { try term(next) }
        guard levels.count == 1 else {
            let opening = levels[levels.count - 1].opening
            throw refused(.malformed, "'(' is not closed", from: opening, to: opening + 1, hint: "add ')', or write '\\('")
        }
        endAlternatives()
        code += [.save(1), .match]
    }

    private mutating func term(_ next: Unicode.Scalar) throws(RegexError) {
        let start = position
        switch next {
        case "(": try openGroup()
        case ")": try closeGroup()
        case "|": endBranch()
        case "*", "+", "?", "{": try repetition(next)
        case "[": add(try characterClass())
        case "\\":
            switch try escape() {
            case .scalar(let scalar): add(ScalarSet([scalar...scalar]).matching(ignoresCase))
            case .set(let set): add(set)
            case .place(let place): add(place)
            }
        default:
            position = start + 1
            switch next {
            case "^": add(.start)
            case "$": add(.end)
            case ".": add(ScalarSet.lineFeed.inverted)
            default: add(ScalarSet([next.value...next.value]).matching(ignoresCase))
            }
        }
    }

    private mutating func add(_ set: ScalarSet) {
        last = .term(code.count)
        let number = setNumbers[set, default: sets.count]
        if number == sets.count {
            sets.append(set)
            setNumbers[set] = number
        }
        code.append(.set(number))
    }

    private mutating func add(_ place: RegexProgram.Place) {
        last = .place
        code.append(.place(place))
    }

    // MARK: Groups and alternatives

    private mutating func openGroup() throws(RegexError) {
        let opening = position
        position += 1
        let start = code.count
        var group: Int?
        if scalar(at: position) != "?" {
            group = try newGroup(at: opening)
        } else if scalar(at: position + 1) == ":" {
            position += 2
        } else {
            try checkGroup(from: opening)
            position += 1
            let name = try groupName(from: opening)
            let number = try newGroup(at: opening)
            names.append((name, number))
            group = number
        }
        if let group { code.append(.save(2 * group)) }
        levels.append(Level(opening: opening, group: group, start: start, branch: code.count))
        last = .nothing
    }

    private mutating func newGroup(at opening: Int) throws(RegexError) -> Int {
        groupCount += 1
        guard groupCount <= RegexProgram.mostGroups else {
            throw refused(
                .tooLarge, "a regular expression has at most \(RegexProgram.mostGroups) groups", from: opening,
                to: opening + 1, hint: "'(?:…)' only holds together")
        }
        return groupCount
    }

    /// Refuses every `(?…` but that of a name.
    private func checkGroup(from opening: Int) throws(RegexError) {
        let mark = scalar(at: opening + 2)
        let second = scalar(at: opening + 3)
        let lookaround = "test for it in an expression of its own: s.matches(/…/)"
        switch (mark, second) {
        case ("=", _), ("!", _): throw unsupported("lookahead", from: opening, length: 3, hint: lookaround)
        case ("<", "="), ("<", "!"): throw unsupported("lookbehind", from: opening, length: 4, hint: lookaround)
        case ("<", _): return
        case (">", _): throw unsupported("atomic group", from: opening, length: 3, hint: "write '(?:…)': nothing backtracks here")
        case ("P", "<"):
            throw refused(.malformed, "unknown group '(?P<'", from: opening, to: opening + 4, hint: "write '(?<name>…)'")
        case ("P", "="): throw unsupported("backreference", from: opening, length: 4, hint: "compare what captures(…) gives")
        case ("#", _): throw unsupported("comment", from: opening, length: 3, hint: "comments start with '#', outside of it")
        case (let letter?, _) where letter.properties.isAlphabetic || letter == "-" || letter == "^":
            throw unsupported("inline flag", from: opening, length: 3, hint: "the flag 'i' stands after the literal: /…/i")
        default:
            throw refused(
                .malformed, "unknown group '\(text(from: opening, to: opening + 3))'", from: opening, to: opening + 3,
                hint: "groups are '(…)', '(?:…)' and '(?<name>…)'")
        }
    }

    func unsupported(_ what: String, from start: Int, length: Int, hint: String) -> RegexError {
        let written = text(from: start, to: start + length)
        return refused(
            .unsupported, "\(what) '\(written)' is not supported in regular expressions", from: start, to: start + length,
            hint: hint)
    }

    /// From the `<` on.
    private mutating func groupName(from opening: Int) throws(RegexError) -> String {
        position += 1
        let start = position
        while let next = scalar(at: position), next.isASCII, isWordByte(UInt8(truncatingIfNeeded: next.value)) { position += 1 }
        let name = text(from: start, to: position)
        guard let first = name.utf8.first, !isDigit(first), scalar(at: position) == ">" else {
            throw refused(
                .malformed, "a group's name has letters A to Z, digits and '_', and ends with '>'", from: opening,
                to: position + 1, hint: "write '(?<name>…)'")
        }
        guard !names.contains(where: { $0.name == name }) else {
            throw refused(.malformed, "two groups are called '\(name)'", from: start, hint: "give each a name of its own")
        }
        position += 1
        return name
    }

    private mutating func closeGroup() throws(RegexError) {
        position += 1
        guard levels.count > 1 else {
            throw refused(
                .malformed, "')' closes no group", from: position - 1, hint: "write '\\)' for the character")
        }
        endAlternatives()
        let level = levels.removeLast()
        if let group = level.group { code.append(.save(2 * group + 1)) }
        last = .term(level.start)
    }

    /// `|`: before what came since the last one stands a split to what comes now.
    private mutating func endBranch() {
        position += 1
        let branch = levels[levels.count - 1].branch
        code.insert(.split(1, code.count - branch + 2), at: branch)
        levels[levels.count - 1].jumps.append(code.count)
        code.append(.jump(0))
        levels[levels.count - 1].branch = code.count
        last = .nothing
    }

    private mutating func endAlternatives() {
        for jump in levels[levels.count - 1].jumps { code[jump] = .jump(code.count - jump) }
        levels[levels.count - 1].jumps = []
    }
}
