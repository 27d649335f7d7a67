// Strings, regular expressions and numbers: finds where each ends and reports what is wrong in it. Their values are
// computed by the parser (Literals.swift), so that colouring a line costs nothing extra.

extension Lexer {
    // MARK: Strings

    /// Goes on inside a `"` string, after its quote or the `}` of an expression in it.
    mutating func scanString(from start: Int, stringStart: Int, isContinuation: Bool) {
        var isMalformed = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                add(isContinuation ? .stringEnd : .string, from: start, isMalformed: isMalformed)
                return
            case UInt8(ascii: "\\"):
                if !scanEscape() { isMalformed = true }
            case UInt8(ascii: "$") where byte(at: position + 1) == UInt8(ascii: "{"):
                position += 2
                open(.interpolation(stringStart: stringStart))
                add(isContinuation ? .stringMiddle : .stringStart, from: start, isMalformed: isMalformed)
                return
            case UInt8(ascii: "\n"):
                leaveUnterminated(isContinuation ? .stringEnd : .string, from: start, stringStart: stringStart)
                return
            default:
                position += 1
            }
        }
        endsInsideString = true
        leaveUnterminated(isContinuation ? .stringEnd : .string, from: start, stringStart: stringStart)
    }

    mutating func scanRawString() {
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
            position += 1
            if bytes[position - 1] == UInt8(ascii: "'") {
                add(.string, from: start)
                return
            }
        }
        if position == bytes.count { endsInsideString = true }
        leaveUnterminated(.string, from: start, stringStart: start)
    }

    private mutating func leaveUnterminated(_ kind: TokenKind, from start: Int, stringStart: Int) {
        if position > start, bytes[position - 1] == 0x0D { position -= 1 }
        let end = position
        add(kind, from: start, isMalformed: true, isUnterminated: true)
        guard interpolationCount == 0 else {
            abandonStrings(innerStart: stringStart)
            return
        }
        report(
            .unterminatedString, "string is not closed on its line", from: stringStart, to: end,
            hint: "add the closing \(bytes[stringStart] == UInt8(ascii: "'") ? "'" : "\"")")
    }

    /// The line or the text ended inside `${`: reports once, at the outermost string, and ends each open string
    /// with an empty token so that the parser finds its shape.
    mutating func abandonStrings(innerStart: Int?) {
        var outermost = innerStart ?? position
        while interpolationCount > 0 {
            if case .interpolation(let start) = close(to: \.isInterpolation) { outermost = start }
            add(.stringEnd, from: position, isMalformed: true, isUnterminated: true)
        }
        var end = position
        if end > outermost, end <= bytes.count, bytes[end - 1] == 0x0D { end -= 1 }
        report(
            .unterminatedString, "string is not closed on its line", from: outermost, to: end,
            hint: "is the '}' of a '${' missing?")
    }

    /// Moves past an escape; false if there is no such escape.
    private mutating func scanEscape() -> Bool {
        let start = position
        let (length, scalar) = escape(in: bytes, at: position)
        position += length
        guard scalar == nil else { return true }
        // A backslash before the end of the line is reported as the unterminated string that it makes.
        if start + 1 >= bytes.count || bytes[start + 1] == UInt8(ascii: "\n") {
            position = start + 1
            return false
        }
        let shown = text(from: start, to: position)
        report(
            .unknownEscape, "unknown escape '\(shown)' in a string", from: start, to: position,
            hint: byte(at: start + 1) == UInt8(ascii: "u")
                ? "write '\\u{1F600}', 1 to 6 hexadecimal digits" : "write '\\\\' for a backslash")
        return false
    }

    // MARK: Regular expressions

    mutating func scanRegex() {
        let start = position
        position += 1
        var isInClass = false
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\\"):
                if position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            case UInt8(ascii: "["): isInClass = true
            case UInt8(ascii: "]"): isInClass = false
            case UInt8(ascii: "/") where !isInClass:
                scanRegexFlags(from: start)
                return
            default: break
            }
        }
        if position > start + 1, bytes[position - 1] == 0x0D { position -= 1 }
        report(
            .malformedRegex, "regular expression is not closed on its line", from: start, to: position,
            hint: "add the closing '/'")
        add(.regex, from: start, isMalformed: true, isUnterminated: true)
    }

    private mutating func scanRegexFlags(from start: Int) {
        let flags = position
        while isWordByte(byte(at: position)) { position += 1 }
        let isKnown = position == flags || (position == flags + 1 && bytes[flags] == UInt8(ascii: "i"))
        if !isKnown {
            report(
                .malformedRegex, "unknown flag '\(text(from: flags, to: position))' of a regular expression",
                from: flags, to: position, hint: "the only flag is 'i'")
        }
        add(.regex, from: start, isMalformed: !isKnown)
    }

    // MARK: Numbers

    mutating func scanNumber() {
        let start = position
        skipDigits()
        var isFloat = false
        if byte(at: position) == UInt8(ascii: "."), isDigit(byte(at: position + 1)) {
            isFloat = true
            position += 1
            skipDigits()
        }
        if byte(at: position) | 0x20 == UInt8(ascii: "e") {
            let sign = byte(at: position + 1)
            let digits = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") ? position + 2 : position + 1
            if isDigit(byte(at: digits)) {
                isFloat = true
                position = digits
                skipDigits()
            }
        }
        let plainEnd = position
        while isWordByte(byte(at: position)) { position += 1 }
        if let problem = problem(from: start, plainEnd: plainEnd, isFloat: isFloat) {
            report(
                .malformedNumber, "malformed number '\(text(from: start, to: position))'", from: start, to: position,
                hint: problem)
            add(isFloat ? .float : .int, from: start, isMalformed: true)
            return
        }
        add(isFloat ? .float : position > plainEnd ? .duration : .int, from: start)
    }

    private mutating func skipDigits() {
        while isDigit(byte(at: position)) || byte(at: position) == UInt8(ascii: "_") { position += 1 }
    }

    /// What is wrong with the number from `start` to the position; its digits end at `plainEnd`.
    private func problem(from start: Int, plainEnd: Int, isFloat: Bool) -> String? {
        let number = bytes[start..<position]
        if position > plainEnd {
            if bytes[start] == UInt8(ascii: "0"), plainEnd == start + 1, bytes[plainEnd] | 0x20 == UInt8(ascii: "x") {
                return "there are no hexadecimal literals"
            }
            guard isDuration(number) else {
                return "units are d, h, m, s and ms, from large to small, such as 1h30m"
            }
            return isFloat ? "durations are whole numbers, such as 1h30m or 1500ms" : nil
        }
        for (offset, byte) in zip(number.indices, number) where byte == UInt8(ascii: "_") {
            guard offset > start, isDigit(bytes[offset - 1]), isDigit(self.byte(at: offset + 1)) else {
                return "'_' stands between digits"
            }
        }
        guard bytes[start] == UInt8(ascii: "0"), number.count > 1 else { return nil }
        let second = bytes[start + 1]
        return isDigit(second) || second == UInt8(ascii: "_")
            ? "a number has no leading zero; text such as \"007\" stands in quotes" : nil
    }
}

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
