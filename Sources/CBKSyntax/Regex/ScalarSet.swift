// A set of Unicode scalars as ranges: what one place of a regular expression matches. Also how far `i` goes: two
// characters are the same to it if both have the same single small letter.

package struct ScalarSet: Hashable, Sendable {
    /// Ascending; none overlaps or touches the next.
    package let ranges: [ClosedRange<UInt32>]

    static let last: UInt32 = 0x10FFFF

    static let digits = ScalarSet([0x30...0x39])
    static let words = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// What `.trim()` takes off.
    static let blanks = ScalarSet([
        0x09...0x0D, 0x20...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    static let lineFeed = ScalarSet([0x0A...0x0A])

    /// - Parameter ranges: in any order, overlapping or not.
    init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let previous = merged.last, range.lowerBound <= previous.upperBound + 1 {
                merged[merged.count - 1] = previous.lowerBound...max(previous.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    package func contains(_ scalar: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= scalar
    }

    var inverted: ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= ScalarSet.last { gaps.append(next...ScalarSet.last) }
        return ScalarSet(gaps)
    }

    /// With the small letter of each capital in it.
    var folded: ScalarSet {
        var all = ranges
        for range in ranges {
            for letters in ScalarSet.lettersWithCase where range.overlaps(letters) {
                for scalar in range.clamped(to: letters) {
                    let small = foldedCase(scalar)
                    if small != scalar { all.append(small...small) }
                }
            }
        }
        return ScalarSet(all)
    }

    /// Where capitals are: the large scripts without any are left out.
    private static let lettersWithCase: [ClosedRange<UInt32>] = [
        0x41...0x5A, 0xC0...0x2FFF, 0xA640...0xABFF, 0xFF21...0xFF3A, 0x10400...0x1EFFF,
    ]
}

/// A character's small letter where that is one character, and ASCII just if the capital is; else itself.
package func foldedCase(_ scalar: UInt32) -> UInt32 {
    if scalar < 0x80 { return scalar &- 0x41 < 26 ? scalar | 0x20 : scalar }
    guard let properties = Unicode.Scalar(scalar)?.properties, properties.changesWhenLowercased else { return scalar }
    let small = properties.lowercaseMapping.unicodeScalars
    guard let first = small.first, small.dropFirst().isEmpty, first.value >= 0x80 else { return scalar }
    return first.value
}
