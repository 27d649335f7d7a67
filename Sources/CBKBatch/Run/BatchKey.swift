// An item's key: what makes it the same item when the file is sorted, fixed or extended. Keys are compared as digests
// of 16 bytes, so that a million of them stay small.

import Crypto
import Foundation
import JSONBytes

/// The key that a script gave an item.
package enum BatchKey: Sendable, Equatable {
    /// The batch has no `by`.
    case none
    case text(String)
    case int(Int64)
    case null
}

/// A key's form for comparison: one with a single @ is trimmed, lower-cased and composed (NFC), any other stays.
package func normalizedKey(_ text: String) -> String {
    guard text.utf8.count(where: { $0 == UInt8(ascii: "@") }) == 1 else { return text }
    let lowered = trimmed(text).lowercased()
    return lowered.utf8.allSatisfy { $0 < 0x80 } ? lowered : lowered.precomposedStringWithCanonicalMapping
}

/// The first 16 bytes of the SHA-256 of some text: stable from run to run.
package struct KeyDigest: Hashable, Sendable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    package init(_ text: String) {
        var text = text
        self = text.withUTF8 { KeyDigest(bytes: UnsafeRawBufferPointer($0)) }
    }

    package init(bytes: UnsafeRawBufferPointer) {
        let digest = SHA256.hash(data: bytes)
        (high, low) = digest.withUnsafeBytes { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// 16 hexadecimal digits: enough to tell items of one run apart.
    package var description: String { Self.digits(high) }

    /// All 32 digits.
    package var hexadecimal: String { Self.digits(high) + Self.digits(low) }

    /// All 16 bytes.
    var data: Data {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Data($0) }
    }

    private static func digits(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    package static func == (left: KeyDigest, right: KeyDigest) -> Bool { left.high == right.high && left.low == right.low }

    package func hash(into hasher: inout Hasher) { hasher.combine(low) }
}
