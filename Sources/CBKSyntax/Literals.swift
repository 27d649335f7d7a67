// The values of literals, from the bytes of their tokens. Takes text whose shape the lexer has checked; gives nil
// where a value does not fit.

/// The length of the escape at a backslash, and the scalar that it stands for: nil if there is no such escape.
func escape(in bytes: [UInt8], at start: Int) -> (length: Int, scalar: Unicode.Scalar?) {
    guard start + 1 < bytes.count else { return (1, nil) }
    switch bytes[start + 1] {
    case UInt8(ascii: "n"): return (2, "\n")
    case UInt8(ascii: "t"): return (2, "\t")
    case UInt8(ascii: "r"): return (2, "\r")
    case UInt8(ascii: "\\"): return (2, "\\")
    case UInt8(ascii: "\""): return (2, "\"")
    case UInt8(ascii: "$"): return (2, "$")
    case UInt8(ascii: "u"):
        guard start + 2 < bytes.count, bytes[start + 2] == UInt8(ascii: "{") else { return (2, nil) }
        var value: UInt32 = 0
        var end = start + 3
        while end < bytes.count, end < start + 9, let digit = hexDigit(bytes[end]) {
            value = value << 4 | digit
            end += 1
        }
        guard end < bytes.count, end > start + 3, bytes[end] == UInt8(ascii: "}") else { return (end - start, nil) }
        return (end + 1 - start, Unicode.Scalar(value))
    case let other:
        // Take a whole scalar, so that a span never cuts one.
        var length = 2
        if other >= 0x80 {
            while start + length < bytes.count, bytes[start + length] & 0xC0 == 0x80 { length += 1 }
        }
        return (length, nil)
    }
}

private func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}

/// The text of a piece of a `"` string, escapes decoded; those that do not exist stay as written.
func decodedString(_ bytes: [UInt8], from start: Int, to end: Int) -> String {
    guard end > start else { return "" }
    guard bytes[start..<end].contains(UInt8(ascii: "\\")) else {
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(end - start)
    var position = start
    while position < end {
        guard bytes[position] == UInt8(ascii: "\\") else {
            decoded.append(bytes[position])
            position += 1
            continue
        }
        let (length, scalar) = escape(in: bytes, at: position)
        if let scalar {
            decoded.append(contentsOf: String(scalar).utf8)
        } else {
            decoded.append(contentsOf: bytes[position..<min(position + length, end)])
        }
        position += length
    }
    return String(decoding: decoded, as: UTF8.self)
}

/// Digits with underscores as an unsigned integer; nil beyond 64 bits.
func magnitude(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for byte in digits where byte != UInt8(ascii: "_") {
        let (product, overflows) = value.multipliedReportingOverflow(by: 10)
        let (sum, carries) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
        if overflows || carries { return nil }
        value = sum
    }
    return value
}

/// A float literal; nil if it is beyond a double.
func floatValue(_ text: ArraySlice<UInt8>) -> Double? {
    let plain = String(decoding: text.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    guard let value = Double(plain), value.isFinite else { return nil }
    return value
}

private let durationUnits: [(name: [UInt8], milliseconds: Int64)] = [
    (Array("d".utf8), 86_400_000), (Array("h".utf8), 3_600_000), (Array("m".utf8), 60_000), (Array("s".utf8), 1_000),
    (Array("ms".utf8), 1),
]

/// Whether text is groups of digits and units, from large units to small, each once. Dots count as digits here: the
/// lexer has its own word for fractions.
func isDuration(_ text: ArraySlice<UInt8>) -> Bool {
    var next = 0
    for (_, unit) in durationGroups(text) {
        guard let rank = durationUnits.firstIndex(where: { $0.name.elementsEqual(unit) }), rank >= next else {
            return false
        }
        next = rank + 1
    }
    return durationGroups(text).allSatisfy { digits, _ in
        digits.first.map(isDigit) == true && digits.last.map(isDigit) == true
    }
}

/// A duration in milliseconds; nil beyond 64 bits.
func durationValue(_ text: ArraySlice<UInt8>) -> Int64? {
    var total: Int64 = 0
    for (digits, unit) in durationGroups(text) {
        guard let count = magnitude(digits), let count = Int64(exactly: count),
            let scale = durationUnits.first(where: { $0.name.elementsEqual(unit) })?.milliseconds
        else { return nil }
        let (product, overflows) = count.multipliedReportingOverflow(by: scale)
        let (sum, carries) = total.addingReportingOverflow(product)
        if overflows || carries { return nil }
        total = sum
    }
    return total
}

private func durationGroups(_ text: ArraySlice<UInt8>) -> [(digits: ArraySlice<UInt8>, unit: ArraySlice<UInt8>)] {
    var groups: [(digits: ArraySlice<UInt8>, unit: ArraySlice<UInt8>)] = []
    var rest = text
    while !rest.isEmpty {
        let digits = rest.prefix { isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") }
        rest = rest.dropFirst(digits.count)
        let unit = rest.prefix { !isDigit($0) }
        rest = rest.dropFirst(unit.count)
        groups.append((digits, unit))
    }
    return groups
}
