// Repeats in a pattern: how often, and the code for it. Those with a count are copies, so they are bounded.

extension RegexParser {
    /// From the mark on.
    mutating func repetition(_ mark: Unicode.Scalar) throws(RegexError) {
        let start = position
        position += 1
        var (least, most): (Int, Int?) = mark == "+" ? (1, nil) : mark == "?" ? (0, 1) : (0, nil)
        if mark == "{" { (least, most) = try counts(from: start) }
        let written = text(from: start, to: position)
        var isLazy = false
        if scalar(at: position) == "?" {
            isLazy = true
            position += 1
        } else if scalar(at: position) == "+" {
            throw unsupported(
                "possessive repeat", from: start, length: position + 1 - start,
                hint: "write '\(written)': nothing backtracks here")
        }
        switch last {
        case .term(let term): try repeatTerm(from: term, least, most, isLazy: isLazy, start)
        case .nothing:
            throw refused(
                .malformed, "nothing stands before '\(written)' to repeat", from: start,
                hint: "write '\\\(mark)' for the character")
        case .place:
            throw refused(
                .malformed, "'\(written)' repeats a place, which takes no characters", from: start, hint: "leave it out")
        case .repeated:
            throw refused(
                .malformed, "'\(written)' repeats a repeat", from: start, hint: "put what is repeated into '(?:…)'")
        }
        last = .repeated
    }

    /// `{n}`, `{n,}` and `{n,m}`, from behind the brace.
    private mutating func counts(from start: Int) throws(RegexError) -> (Int, Int?) {
        let least = number()
        var most = least
        if scalar(at: position) == "," {
            position += 1
            most = number()
        }
        guard let least, scalar(at: position) == "}" else {
            throw refused(
                .malformed, "'{' begins a repeat such as {3}, {2,} or {2,5}", from: start, to: start + 1,
                hint: "write '\\{' for the character")
        }
        position += 1
        guard max(least, most ?? 0) <= RegexProgram.mostRepeats else {
            throw refused(
                .tooLarge, "a repeat counts up to \(RegexProgram.mostRepeats)", from: start, hint: "'{n,}' has no upper end")
        }
        if let most, most < least {
            throw refused(
                .malformed, "the repeat '\(text(from: start, to: position))' ends before it begins", from: start,
                hint: "write '{\(most),\(least)}'")
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = scalar(at: position), digit.isASCII, isDigit(UInt8(truncatingIfNeeded: digit.value)) {
            value = min((value ?? 0) * 10 + Int(digit.value - 0x30), RegexProgram.mostRepeats + 1)
            position += 1
        }
        return value
    }

    /// Repeats the code from a place on. The loop of `*` is that of `+` with a way around it: so a body that takes
    /// nothing leaves the loop by the way that a backtracking matcher would.
    private mutating func repeatTerm(
        from start: Int, _ least: Int, _ most: Int?, isLazy: Bool, _ mark: Int
    ) throws(RegexError) {
        let body = Array(code[start...])
        let copies = most ?? max(least, 1)
        guard start + copies * (body.count + 1) + 2 <= RegexProgram.mostInstructions else {
            throw refused(
                .tooLarge, "this repeat makes the regular expression too large", from: mark,
                hint: "count less, or use '*' or '+' and look at the length")
        }
        func split(_ stay: Int, _ leave: Int) -> RegexProgram.Instruction { isLazy ? .split(leave, stay) : .split(stay, leave) }
        code.removeSubrange(start...)
        for _ in 0..<least { code += body }
        if let most {
            for left in stride(from: most - least, to: 0, by: -1) {
                code.append(split(1, left * (body.count + 1)))
                code += body
            }
        } else {
            if least == 0 {
                code.append(split(1, body.count + 2))
                code += body
            }
            code.append(split(-body.count, 1))
        }
    }
}
