// The longest operator or mark that three bytes begin with, and the check that a file is UTF-8.

/// The kind and length of the punctuation at the front of three bytes (0 past the end); nil if there is none.
/// `===` and `!==` count as `==` and `!=` of length 3; the lexer says so.
func punctuation(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> (TokenKind, Int)? {
    let equals = UInt8(ascii: "=")
    switch first {
    case UInt8(ascii: "("): return (.leftParen, 1)
    case UInt8(ascii: ")"): return (.rightParen, 1)
    case UInt8(ascii: "["): return (.leftBracket, 1)
    case UInt8(ascii: "]"): return (.rightBracket, 1)
    case UInt8(ascii: "{"): return (.leftBrace, 1)
    case UInt8(ascii: ","): return (.comma, 1)
    case UInt8(ascii: ":"): return (.colon, 1)
    case UInt8(ascii: ";"): return (.semicolon, 1)
    case UInt8(ascii: "+"): return second == equals ? (.addAssign, 2) : (.plus, 1)
    case UInt8(ascii: "-"): return second == equals ? (.subtractAssign, 2) : (.minus, 1)
    case UInt8(ascii: "*"): return second == equals ? (.multiplyAssign, 2) : (.star, 1)
    case UInt8(ascii: "%"): return second == equals ? (.remainderAssign, 2) : (.percent, 1)
    case UInt8(ascii: "<"): return second == equals ? (.lessOrEqual, 2) : (.less, 1)
    case UInt8(ascii: ">"): return second == equals ? (.greaterOrEqual, 2) : (.greater, 1)
    case UInt8(ascii: "|"): return second == UInt8(ascii: "|") ? (.or, 2) : (.pipe, 1)
    case UInt8(ascii: "&"): return second == UInt8(ascii: "&") ? (.and, 2) : nil
    case UInt8(ascii: "/"):
        guard second == UInt8(ascii: "/") else { return second == equals ? (.divideAssign, 2) : (.slash, 1) }
        return third == equals ? (.floorDivideAssign, 3) : (.floorDivide, 2)
    case equals:
        if second == UInt8(ascii: ">") { return (.arrow, 2) }
        guard second == equals else { return (.assign, 1) }
        return (.equal, third == equals ? 3 : 2)
    case UInt8(ascii: "!"):
        guard second == equals else { return (.not, 1) }
        return (.notEqual, third == equals ? 3 : 2)
    case UInt8(ascii: "."):
        guard second == UInt8(ascii: ".") else { return (.dot, 1) }
        return third == UInt8(ascii: ".") ? (.ellipsis, 3) : (.range, 2)
    case UInt8(ascii: "?"):
        switch second {
        case UInt8(ascii: "?"): return third == equals ? (.coalesceAssign, 3) : (.coalesce, 2)
        case UInt8(ascii: "."): return (.questionDot, 2)
        case UInt8(ascii: "["): return (.questionBracket, 2)
        default: return nil
        }
    default: return nil
    }
}

/// The offset of the first byte that does not belong to well-formed UTF-8 (Unicode standard, table 3-7).
func firstInvalidUTF8(in bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBufferPointer { bytes in
        var offset = 0
        while offset < bytes.count {
            let first = bytes[offset]
            if first < 0x80 {
                offset += 1
                continue
            }
            var low: UInt8 = 0x80
            var high: UInt8 = 0xBF
            let length: Int
            switch first {
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, low) = (3, 0xA0)
            case 0xED: (length, high) = (3, 0x9F)
            case 0xE1...0xEF: length = 3
            case 0xF0: (length, low) = (4, 0x90)
            case 0xF4: (length, high) = (4, 0x8F)
            case 0xF1...0xF3: length = 4
            default: return offset
            }
            guard offset + length <= bytes.count, bytes[offset + 1] >= low, bytes[offset + 1] <= high else {
                return offset
            }
            for next in bytes[(offset + 2)..<max(offset + 2, offset + length)] where next & 0xC0 != 0x80 {
                return offset
            }
            offset += length
        }
        return nil
    }
}
