// Looks at eight bytes at a time: which of them equal a byte, and where text stops being UTF-8 without NUL.

/// Eight copies of a byte.
@inline(__always)
func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

/// The highest bit of each byte of `word` that equals the pattern's. Exact for every byte, not only the first match:
/// no carry leaves a byte.
@inline(__always)
func matches(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    let difference = word ^ pattern
    return ~(((difference & low) &+ low) | difference | low)
}

/// Eight bytes from memory, the first in the lowest place.
@inline(__always)
func loadWord(_ pointer: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
}

/// Whether a block holds a NUL or a byte beyond ASCII, so that its rows need a closer look.
func needsCheck(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = bytes.baseAddress else { return false }
    var index = 0
    var seen: UInt64 = 0
    while index &+ 8 <= bytes.count {
        let word = loadWord(base + index)
        seen |= (word & 0x8080_8080_8080_8080) | matches(word, 0)
        index &+= 8
    }
    while index < bytes.count {
        if base[index] >= 0x80 || base[index] == 0 { return true }
        index &+= 1
    }
    return seen != 0
}

enum TextFault: Equatable {
    case nul(Int)
    case encoding(Int)
}

/// The first place where bytes are no UTF-8 (Unicode, table 3-7) or hold a NUL.
func firstFault(_ bytes: UnsafeBufferPointer<UInt8>) -> TextFault? {
    guard let base = bytes.baseAddress else { return nil }
    let count = bytes.count
    var index = 0
    while index < count {
        if index &+ 8 <= count {
            let word = loadWord(base + index)
            if word & 0x8080_8080_8080_8080 == 0, matches(word, 0) == 0 {
                index &+= 8
                continue
            }
        }
        let byte = base[index]
        if byte < 0x80 {
            if byte == 0 { return .nul(index) }
            index &+= 1
            continue
        }
        guard let length = sequenceLength(base + index, available: count &- index) else { return .encoding(index) }
        index &+= length
    }
    return nil
}

/// The length of the well-formed multi-byte sequence at a place.
@inline(__always)
private func sequenceLength(_ bytes: UnsafePointer<UInt8>, available: Int) -> Int? {
    func continues(_ offset: Int) -> Bool { bytes[offset] & 0xC0 == 0x80 }
    switch bytes[0] {
    case 0xC2...0xDF:
        return available >= 2 && continues(1) ? 2 : nil
    case 0xE0...0xEF:
        guard available >= 3, continues(1), continues(2) else { return nil }
        if bytes[0] == 0xE0, bytes[1] < 0xA0 { return nil }
        if bytes[0] == 0xED, bytes[1] > 0x9F { return nil }
        return 3
    case 0xF0...0xF4:
        guard available >= 4, continues(1), continues(2), continues(3) else { return nil }
        if bytes[0] == 0xF0, bytes[1] < 0x90 { return nil }
        if bytes[0] == 0xF4, bytes[1] > 0x8F { return nil }
        return 4
    default:
        return nil
    }
}
