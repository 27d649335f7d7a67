// Characters that begin no token: reports each with what was probably meant, and goes on so that as little as possible
// follows from it. Odd kinds of space count as space, letters of other alphabets as parts of names.

extension Lexer {
    mutating func scanUnexpected() {
        let start = position
        guard let scalar = scalar(at: position) else {
            // Reported once for the whole file, as invalid UTF-8.
            while position < bytes.count, bytes[position] >= 0x80, self.scalar(at: position) == nil { position += 1 }
            if position == start { position += 1 }
            add(.invalid, from: start, isMalformed: true)
            return
        }
        if scalar.properties.isAlphabetic {
            scanWord()
            return
        }
        reportCharacter(scalar)
        position += scalar.utf8.count
        // Odd kinds of space were surely meant as space: nothing follows from them.
        if scalar.properties.isWhitespace || scalar.value == 0x200B || scalar.value == 0xFEFF { return }
        if "`\u{201C}\u{201D}\u{2018}\u{2019}".unicodeScalars.contains(scalar) {
            let isClosed = scanOddString(closing: scalar == "`" ? ["`"] : ["\u{201D}", "\u{2019}"])
            add(.string, from: start, isMalformed: true, isUnterminated: !isClosed)
            return
        }
        add(.invalid, from: start, isMalformed: true)
    }

    /// To the closing quote of another kind, or the end of the line; whether there is one.
    private mutating func scanOddString(closing quotes: [String]) -> Bool {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
            if let quote = quotes.first(where: { bytes[position...].starts(with: $0.utf8) }) {
                position += quote.utf8.count
                return true
            }
            position += 1
        }
        return false
    }

    mutating func reportCharacter(_ scalar: Unicode.Scalar) {
        let end = position + scalar.utf8.count
        let number = String(scalar.value, radix: 16, uppercase: true)
        let code = "U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number
        let isVisible =
            !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
            && scalar.properties.generalCategory != .format
        let shown = isVisible ? "'\(scalar)'" : code
        report(.unexpectedCharacter, "unexpected character \(shown)", from: position, to: end, hint: hint(for: scalar))
    }

    private func hint(for scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "\u{201C}", "\u{201D}", "\u{2018}", "\u{2019}", "`": "strings stand in \" or '"
        case "&": "'and' is written '&&'"
        case "?": "a choice is written 'if c { a } else { b }'"
        default:
            if scalar.properties.isWhitespace || scalar.value == 0x200B || scalar.value == 0xFEFF {
                "use a plain space"
            } else if scalar.properties.isAlphabetic {
                "names have letters A to Z, digits and '_' only"
            } else {
                nil
            }
        }
    }

    /// The scalar at an offset; nil where the bytes are not UTF-8.
    func scalar(at offset: Int) -> Unicode.Scalar? {
        let first = bytes[offset]
        if first < 0x80 { return Unicode.Scalar(first) }
        let end = min(offset + 4, bytes.count)
        var iterator = bytes[offset..<end].makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
        return scalar
    }
}
