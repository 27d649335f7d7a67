// Regular expressions without a script: what they find, in how many steps; and a matcher that goes back and forth, as
// slow as it is plain, to compare with.

import CBKSyntax

@testable import CBKRuntime

/// A pattern, and what it does with a text. nil for a pattern that is refused.
struct RegexTrial {
    let machine: RegexMachine

    init(_ pattern: String, ignoresCase: Bool = false) throws(RegexError) {
        machine = RegexMachine(try RegexProgram(pattern, ignoresCase: ignoresCase), literal: "/\(pattern)/")
    }

    /// Where the groups are, as offsets of bytes; nil without a match. `steps` is what the search spent.
    func search(_ text: String, steps: inout Int, from start: Int = 0) -> [Range<Int>?]? {
        let bytes = Array(text.utf8)
        var spent = 0
        let outcome = bytes.withUnsafeBufferPointer {
            machine.search($0, from: start, slots: 2 * machine.groupCount) {
                spent += $0
                return true
            }
        }
        steps = spent
        guard outcome == .found else { return nil }
        return (0..<machine.groupCount).map { group in
            let (start, end) = (machine.threads.match[2 * group], machine.threads.match[2 * group + 1])
            return start >= 0 && end >= start ? start..<end : nil
        }
    }

    func matches(_ text: String, steps: inout Int, from start: Int = 0) -> Bool {
        let bytes = Array(text.utf8)
        var spent = 0
        let outcome = bytes.withUnsafeBufferPointer {
            machine.matches($0, from: start) {
                spent += $0
                return true
            }
        }
        steps = spent
        return outcome == .found
    }

    /// The match and its groups with `|` between, `-` for a group that took no part; `none` without a match.
    func shown(_ text: String) -> String {
        var steps = 0
        guard let groups = search(text, steps: &steps) else { return "none" }
        let bytes = Array(text.utf8)
        return groups.map { $0.map { String(decoding: bytes[$0], as: UTF8.self) } ?? "-" }.joined(separator: "|")
    }
}

/// A regular expression as a tree, for the slow matcher and, printed, for the fast one.
indirect enum SlowRegex {
    case character(Character)
    case any
    case oneOf(Set<Character>, isNegated: Bool)
    case place(String)
    case group(Int, SlowRegex)
    case sequence([SlowRegex])
    case alternatives([SlowRegex])
    case repeated(SlowRegex, least: Int, most: Int?, isLazy: Bool)

    var pattern: String {
        switch self {
        case .character(let character): "\(character)"
        case .any: "."
        case .oneOf(let members, let isNegated): "[\(isNegated ? "^" : "")\(String(members.sorted()))]"
        case .place(let text): text
        case .group(_, let inner): "(\(inner.pattern))"
        case .sequence(let parts): "(?:\(parts.map(\.pattern).joined()))"
        case .alternatives(let parts): "(?:\(parts.map(\.pattern).joined(separator: "|")))"
        case .repeated(let inner, let least, let most, let isLazy):
            "(?:\(inner.pattern))\(SlowRegex.mark(least, most))\(isLazy ? "?" : "")"
        }
    }

    private static func mark(_ least: Int, _ most: Int?) -> String {
        switch (least, most) {
        case (0, nil): "*"
        case (1, nil): "+"
        case (0, 1): "?"
        case (_, nil): "{\(least),}"
        case (_, let most?): "{\(least),\(most)}"
        }
    }

    private var mayBeEmpty: Bool {
        switch self {
        case .character, .any, .oneOf: false
        case .place: true
        case .group(_, let inner): inner.mayBeEmpty
        case .sequence(let parts): parts.allSatisfy(\.mayBeEmpty)
        case .alternatives(let parts): parts.contains(where: \.mayBeEmpty)
        case .repeated(let inner, let least, _, _): least == 0 || inner.mayBeEmpty
        }
    }

    /// Whether a loop without an upper end in it is around what may take nothing.
    var loopsOverNothing: Bool {
        switch self {
        case .character, .any, .oneOf, .place: false
        case .group(_, let inner): inner.loopsOverNothing
        case .sequence(let parts), .alternatives(let parts): parts.contains(where: \.loopsOverNothing)
        case .repeated(let inner, _, let most, _): (most == nil && inner.mayBeEmpty) || inner.loopsOverNothing
        }
    }

    /// Tries everything in order, and calls `then` with each way to match from a place on; true ends it.
    func match(
        _ text: [Character], at place: Int, _ groups: [Int: Range<Int>], _ then: (Int, [Int: Range<Int>]) -> Bool
    ) -> Bool {
        switch self {
        case .character(let character): place < text.count && text[place] == character && then(place + 1, groups)
        case .any: place < text.count && text[place] != "\n" && then(place + 1, groups)
        case .oneOf(let members, let isNegated):
            place < text.count && members.contains(text[place]) != isNegated && then(place + 1, groups)
        case .place(let mark): SlowRegex.holds(mark, text, place) && then(place, groups)
        case .group(let number, let inner):
            inner.match(text, at: place, groups) { end, found in
                var found = found
                found[number] = place..<end
                return then(end, found)
            }
        case .sequence(let parts): SlowRegex.match(parts[...], text, at: place, groups, then)
        case .alternatives(let parts): parts.contains { $0.match(text, at: place, groups, then) }
        case .repeated(let inner, let least, let most, let isLazy):
            SlowRegex.loop(inner, least, most, isLazy, text, at: place, groups, then)
        }
    }

    private static func match(
        _ parts: ArraySlice<SlowRegex>, _ text: [Character], at place: Int, _ groups: [Int: Range<Int>],
        _ then: (Int, [Int: Range<Int>]) -> Bool
    ) -> Bool {
        guard let first = parts.first else { return then(place, groups) }
        return first.match(text, at: place, groups) { SlowRegex.match(parts.dropFirst(), text, at: $0, $1, then) }
    }

    private static func loop(
        _ inner: SlowRegex, _ least: Int, _ most: Int?, _ isLazy: Bool, _ text: [Character], at place: Int,
        _ groups: [Int: Range<Int>], _ then: (Int, [Int: Range<Int>]) -> Bool
    ) -> Bool {
        func again() -> Bool {
            most != 0
                && inner.match(text, at: place, groups) { end, found in
                    // A turn without an end of its own that takes nothing is the last one.
                    if end == place, least <= 1, most == nil { return then(end, found) }
                    return loop(inner, max(0, least - 1), most.map { $0 - 1 }, isLazy, text, at: end, found, then)
                }
        }
        if least > 0 { return again() }
        return isLazy ? then(place, groups) || again() : again() || then(place, groups)
    }

    private static func holds(_ mark: String, _ text: [Character], _ place: Int) -> Bool {
        let isWord = { (at: Int) in text.indices.contains(at) && (text[at].isLetter || text[at].isNumber) && text[at].isASCII }
        let isBoundary = isWord(place - 1) != isWord(place)
        return switch mark {
        case "^": place == 0
        case "$": place == text.count
        case "\\b": isBoundary
        default: !isBoundary
        }
    }
}

/// Random expressions with groups, places, and loops around anything.
struct RegexMaker {
    var state: UInt64
    private(set) var groups = 0

    init(seed: UInt64) { state = seed }

    /// SplitMix64, below a bound.
    mutating func number(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) >> 33) % bound
    }

    mutating func expression(depth: Int) -> SlowRegex {
        switch number(depth > 0 ? 12 : 5) {
        case 0, 1, 2: return .character(["a", "b", "é"][number(3)])
        case 3: return number(2) == 0 ? .any : .oneOf(number(2) == 0 ? ["a", "é"] : ["b", "c"], isNegated: number(2) == 0)
        case 4: return number(2) == 0 ? .place(["^", "$", "\\b", "\\B"][number(4)]) : .sequence([])
        case 5, 6:
            groups += 1
            let own = groups
            return .group(own, expression(depth: depth - 1))
        case 7, 8: return .sequence((0..<(1 + number(3))).map { _ in expression(depth: depth - 1) })
        case 9: return .alternatives((0..<(2 + number(2))).map { _ in expression(depth: depth - 1) })
        default:
            let (least, most): (Int, Int?) = [(0, nil), (1, nil), (0, 1), (2, nil), (1, 2), (2, 3)][number(6)]
            return .repeated(expression(depth: depth - 1), least: least, most: most, isLazy: number(3) == 0)
        }
    }

    mutating func text() -> String { String((0..<number(9)).map { _ in ["a", "b", "c", "é", "-", "\n"][number(6)] }) }
}
