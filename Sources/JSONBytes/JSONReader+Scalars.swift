// Strings and numbers of the reader. A string without escapes is copied in one piece; a number that a double
// represents exactly by one multiplication or division takes that way, others the standard library's.

extension JSONReader {
    /// Reads a string; the position is on its opening quote.
    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        var hasEscape = false
        var isASCII = true
        scan: while true {
            guard position < bytes.count else {
                throw JSONError(offset: start - 1, message: "a string without its closing quote")
            }
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""): break scan
            case UInt8(ascii: "\\"):
                // The escaped byte is checked below; here it only must not end the string.
                hasEscape = true
                position += 2
            case 0..<0x20:
                throw JSONError(offset: position, message: "a control character in a string; write it as an escape")
            default:
                if byte >= 0x80 { isASCII = false }
                position += 1
            }
        }
        let end = position
        position += 1
        let content = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        if !isASCII, let offset = firstInvalidUTF8(content) {
            throw JSONError(offset: start + offset, message: "invalid UTF-8")
        }
        if hasEscape { return try unescaped(content, at: start) }
        return String(decoding: content, as: UTF8.self)
    }

    private func unescaped(_ content: UnsafeRawBufferPointer, at start: Int) throws(JSONError) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(content.count)
        var index = 0
        while index < content.count {
            let byte = content[index]
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                index += 1
                continue
            }
            // The scan stepped over the byte after every backslash, so there is one.
            let escape = content[index + 1]
            let offset = start + index
            index += 2
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = try escapedScalar(content, &index, offset)
                text.append(contentsOf: String(Character(scalar)).utf8)
            default:
                throw JSONError(offset: offset, message: "an unknown escape in a string")
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The scalar of a `\u` escape, or of two that form a surrogate pair; `index` is after the `u`.
    private func escapedScalar(
        _ content: UnsafeRawBufferPointer, _ index: inout Int, _ offset: Int
    ) throws(JSONError) -> Unicode.Scalar {
        let first = try hexadecimal(content, &index, offset)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, index + 1 < content.count, content[index] == UInt8(ascii: "\\"),
            content[index + 1] == UInt8(ascii: "u")
        else {
            throw JSONError(offset: offset, message: "an escape that is half a surrogate pair")
        }
        index += 2
        let second = try hexadecimal(content, &index, offset)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else {
            throw JSONError(offset: offset, message: "an escape that is half a surrogate pair")
        }
        return scalar
    }

    private func hexadecimal(
        _ content: UnsafeRawBufferPointer, _ index: inout Int, _ offset: Int
    ) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard index < content.count, let digit = hexadecimalDigit(content[index]) else {
                throw JSONError(offset: offset, message: "\\u without four hexadecimal digits")
            }
            value = value << 4 | digit
            index += 1
        }
        return value
    }

    private func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    // MARK: - Numbers

    /// Reads a number; the position is on its sign or first digit.
    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var digits = Digits()
        let integerStart = position
        while let digit = takeDigit() { digits.append(digit) }
        guard position > integerStart else { throw unexpected("a digit") }
        if position > integerStart + 1, bytes[integerStart] == UInt8(ascii: "0") {
            throw JSONError(offset: integerStart, message: "a number with a leading zero")
        }
        var isInteger = true
        if peek() == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            let fractionStart = position
            while let digit = takeDigit() { digits.append(digit, isFraction: true) }
            guard position > fractionStart else { throw unexpected("a digit after the decimal point") }
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            let isDown = peek() == UInt8(ascii: "-")
            if isDown || peek() == UInt8(ascii: "+") { position += 1 }
            let exponentStart = position
            var exponent = 0
            while let digit = takeDigit() { exponent = min(exponent * 10 + Int(digit), 100_000) }
            guard position > exponentStart else { throw unexpected("a digit of the exponent") }
            digits.exponent += isDown ? -exponent : exponent
        }
        if isInteger {
            guard let value = digits.integer(isNegative: isNegative) else {
                throw JSONError(offset: start, message: "an integer beyond 64 bits")
            }
            return .int(value)
        }
        if let value = digits.exactDouble(isNegative: isNegative) { return .float(value) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw JSONError(offset: start, message: "a number beyond the range of a double")
        }
        return .float(value)
    }

    @inline(__always)
    private mutating func takeDigit() -> UInt8? {
        guard position < bytes.count else { return nil }
        let digit = bytes[position] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        position += 1
        return digit
    }
}

/// The digits of a number as far as 64 bits hold them.
private struct Digits {
    var mantissa: UInt64 = 0
    /// Of ten, to scale the mantissa by.
    var exponent = 0
    var hasOverflowed = false

    @inline(__always)
    mutating func append(_ digit: UInt8, isFraction: Bool = false) {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
        if overflow || carry {
            hasOverflowed = true
        } else {
            mantissa = sum
        }
        if isFraction { exponent -= 1 }
    }

    func integer(isNegative: Bool) -> Int64? {
        guard !hasOverflowed else { return nil }
        if !isNegative { return Int64(exactly: mantissa) }
        return mantissa <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- mantissa) : nil
    }

    /// The value where one rounding gives it: both operands of the one operation are exact.
    func exactDouble(isNegative: Bool) -> Double? {
        guard !hasOverflowed, mantissa <= 1 << 53, abs(exponent) < powersOfTen.count else { return nil }
        let whole = Double(mantissa)
        let value = exponent < 0 ? whole / powersOfTen[-exponent] : whole * powersOfTen[exponent]
        return isNegative ? -value : value
    }
}

/// The powers of ten that a double holds exactly.
private let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]

/// The offset of the first byte that is no part of well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates,
/// nothing above U+10FFFF); nil when all is well.
package func firstInvalidUTF8(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var index = 0
    while index < bytes.count {
        let byte = bytes[index]
        if byte < 0x80 {
            index += 1
            continue
        }
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch byte {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return index
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return index }
        for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { return index }
        index += length
    }
    return nil
}
