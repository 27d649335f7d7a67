// Text from data made safe to show: control and bidirectional characters become visible, and tokens are masked.

/// The text with control characters, line separators and bidirectional marks as `\u{…}`.
func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isInvisible) else { return text }
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        guard isInvisible(scalar) else {
            shown.append(scalar)
            continue
        }
        switch scalar {
        case "\n": shown.append(contentsOf: "\\n".unicodeScalars)
        case "\r": shown.append(contentsOf: "\\r".unicodeScalars)
        case "\t": shown.append(contentsOf: "\\t".unicodeScalars)
        default: shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
        }
    }
    return String(shown)
}

private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
}

/// How many columns of a terminal the text takes: wide scalars of East Asia and pictures two, combining marks none.
func displayWidth(_ text: String) -> Int {
    var width = 0
    for scalar in text.unicodeScalars {
        if scalar.value < 0x300 {
            width += 1
            continue
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: continue
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            width += 2
        default: width += 1
        }
    }
    return width
}

/// The text with every whole token in it, `sk-` and 64 hexadecimal digits, masked as `sk-…ab12`.
package func maskingTokens(in text: String) -> String {
    guard text.utf8.count >= tokenLength, text.utf8.contains(UInt8(ascii: "s")) else { return text }
    let bytes = Array(text.utf8)
    var masked: [UInt8] = []
    var index = 0
    var copied = 0
    while index + tokenLength <= bytes.count {
        guard bytes[index] == UInt8(ascii: "s"), isToken(bytes[index..<(index + tokenLength)]) else {
            index += 1
            continue
        }
        masked += bytes[copied..<(index + 3)]
        masked += "…".utf8
        masked += bytes[(index + tokenLength - 4)..<(index + tokenLength)]
        index += tokenLength
        copied = index
    }
    if copied == 0 { return text }
    masked += bytes[copied...]
    return String(decoding: masked, as: UTF8.self)
}

private let tokenLength = 67

private func isToken(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.starts(with: "sk-".utf8) else { return false }
    return bytes.dropFirst(3).allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
