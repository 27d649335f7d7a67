// Escapes and classes in a pattern: which characters they stand for.

extension RegexParser {
    enum Escape {
        case scalar(UInt32)
        case set(ScalarSet)
        case place(RegexProgram.Place)
    }

    /// From the backslash on.
    mutating func escape() throws(RegexError) -> Escape {
        let start = position
        position += 2
        guard let letter = scalar(at: start + 1) else {
            throw refused(.malformed, "'\\' at the end escapes nothing", from: start, hint: "write '\\\\' for a backslash")
        }
        switch letter {
        case "d": return .set(.digits)
        case "D": return .set(ScalarSet.digits.inverted)
        case "w": return .set(.words)
        case "W": return .set(ScalarSet.words.inverted)
        case "s": return .set(.blanks)
        case "S": return .set(ScalarSet.blanks.inverted)
        case "b": return .place(.boundary)
        case "B": return .place(.inside)
        case "n": return .scalar(0x0A)
        case "t": return .scalar(0x09)
        case "r": return .scalar(0x0D)
        case "u": return .scalar(try codePoint(from: start))
        case "1"..."9", "k":
            throw unsupported("backreference", from: start, length: 2, hint: "compare what captures(…) gives")
        case "p", "P":
            throw unsupported("Unicode property", from: start, length: 2, hint: "write the characters, such as [A-Za-zÀ-ÿ]")
        default:
            let isWord = letter.isASCII && isWordByte(UInt8(truncatingIfNeeded: letter.value))
            guard letter.isASCII, !isWord, letter.value > 0x20 || letter == " " else {
                throw refused(
                    .malformed, "unknown escape '\(text(from: start, to: position))' in a regular expression", from: start,
                    hint: hint(forEscape: letter))
            }
            return .scalar(letter.value)
        }
    }

    private func hint(forEscape letter: Unicode.Scalar) -> String {
        switch letter {
        case "A": "write '^' for the start of the text"
        case "z", "Z": "write '$' for the end of the text"
        case "x": "write '\\u{41}', 1 to 6 hexadecimal digits"
        default: "write '\\\\' for a backslash"
        }
    }

    /// `\u{1F600}`, from behind the `u`.
    private mutating func codePoint(from start: Int) throws(RegexError) -> UInt32 {
        var value: UInt32 = 0
        var count = 0
        if scalar(at: position) == "{" {
            position += 1
            while let digit = scalar(at: position), count < 7, let nibble = digit.hexadecimal {
                value = value << 4 | nibble
                count += 1
                position += 1
            }
        }
        guard (1...6).contains(count), scalar(at: position) == "}", Unicode.Scalar(value) != nil else {
            throw refused(
                .malformed, "unknown escape '\(text(from: start, to: position))' in a regular expression", from: start,
                hint: "write '\\u{1F600}', 1 to 6 hexadecimal digits")
        }
        position += 1
        return value
    }

    /// From the `[` on.
    mutating func characterClass() throws(RegexError) -> ScalarSet {
        let start = position
        position += 1
        let isNegated = scalar(at: position) == "^"
        if isNegated { position += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        while let next = scalar(at: position), next != "]" || ranges.isEmpty {
            guard next != "]" else {
                throw refused(
                    .malformed, "the class '\(text(from: start, to: position + 1))' is empty", from: start, to: position + 1,
                    hint: "write '\\]' for the character")
            }
            if next == "[", scalar(at: position + 1) == ":" {
                throw unsupported("named class", from: position, length: 2, hint: "write the characters, such as a-z or \\d")
            }
            ranges += try classItem()
        }
        guard position < scalars.count else {
            throw refused(.malformed, "'[' is not closed", from: start, to: start + 1, hint: "add ']', or write '\\['")
        }
        position += 1
        let set = ScalarSet(ranges).matching(ignoresCase)
        return isNegated ? set.inverted : set
    }

    /// A character, a range of them, or an escape such as `\d`.
    private mutating func classItem() throws(RegexError) -> [ClosedRange<UInt32>] {
        let start = position
        let first = try classAtom()
        guard scalar(at: position) == "-", let after = scalar(at: position + 1), after != "]" else { return first.ranges }
        position += 1
        let second = try classAtom()
        guard let lower = first.single, let upper = second.single else {
            throw refused(
                .malformed, "'\(text(from: start, to: position))' is no range of characters", from: start,
                hint: "write '\\-' for the character")
        }
        guard lower <= upper else {
            throw refused(
                .malformed, "the range '\(text(from: start, to: position))' ends before it begins", from: start,
                hint: "write the lower end first")
        }
        return [lower...upper]
    }

    private mutating func classAtom() throws(RegexError) -> ScalarSet {
        let start = position
        guard let next = scalar(at: position), next == "\\" else {
            let value = scalars[position].value
            position += 1
            return ScalarSet([value...value])
        }
        switch try escape() {
        case .scalar(let scalar): return ScalarSet([scalar...scalar])
        case .set(let set): return set
        case .place:
            throw refused(
                .malformed, "'\(text(from: start, to: position))' is a place, and no character of a class", from: start,
                hint: "write it outside of '[…]'")
        }
    }
}

extension ScalarSet {
    /// As a text is compared with it: of small letters where case does not count.
    func matching(_ ignoresCase: Bool) -> ScalarSet { ignoresCase ? folded : self }

    fileprivate var single: UInt32? {
        guard let range = ranges.first, ranges.count == 1, range.count == 1 else { return nil }
        return range.lowerBound
    }
}

extension Unicode.Scalar {
    fileprivate var hexadecimal: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f", "A"..."F": (value | 0x20) - 0x57
        default: nil
        }
    }
}
