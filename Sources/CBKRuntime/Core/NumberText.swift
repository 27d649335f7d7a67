// Numbers and durations from text, as the conversions take them: ASCII, no blanks around, nothing guessed.

package enum NumberText {
    package enum Outcome<Number> {
        case number(Number)
        /// Digits that do not fit.
        case tooLarge
        case notANumber
    }

    /// An optional sign and decimal digits.
    package static func int(_ text: UnsafeBufferPointer<UInt8>) -> Outcome<Int64> {
        var place = 0
        var isNegative = false
        if let first = text.first, first == 0x2B || first == 0x2D {
            isNegative = first == 0x2D
            place = 1
        }
        guard place < text.count else { return .notANumber }
        var value: Int64 = 0
        var isTooLarge = false
        while place < text.count {
            guard (0x30...0x39).contains(text[place]) else { return .notANumber }
            let digit = Int64(text[place] - 0x30)
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowed) =
                isNegative ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
            isTooLarge = isTooLarge || overflow || overflowed
            value = next
            place += 1
        }
        return isTooLarge ? .tooLarge : .number(value)
    }

    /// An optional sign, digits, an optional fraction and exponent; no `inf`, `nan` or hexadecimal.
    package static func float(_ text: UnsafeBufferPointer<UInt8>) -> Outcome<Double> {
        var place = 0
        func digits() -> Bool {
            let start = place
            while place < text.count, (0x30...0x39).contains(text[place]) { place += 1 }
            return place > start
        }
        if let first = text.first, first == 0x2B || first == 0x2D { place = 1 }
        guard digits() else { return .notANumber }
        if place < text.count, text[place] == 0x2E {
            place += 1
            guard digits() else { return .notANumber }
        }
        if place < text.count, text[place] | 0x20 == 0x65 {
            place += 1
            if place < text.count, text[place] == 0x2B || text[place] == 0x2D { place += 1 }
            guard digits() else { return .notANumber }
        }
        guard place == text.count, let value = Double(String(decoding: text, as: UTF8.self)) else { return .notANumber }
        return value.isFinite ? .number(value) : .tooLarge
    }

    /// Milliseconds of `250ms`, `1h30m`, `-5s`: whole numbers, each with its unit, from large to small.
    package static func duration(_ text: UnsafeBufferPointer<UInt8>) -> Outcome<Int64> {
        var place = 0
        let isNegative = text.first == 0x2D
        if isNegative { place = 1 }
        guard place < text.count else { return .notANumber }
        var total: Int64 = 0
        var isTooLarge = false
        var last = Int64.max
        while place < text.count {
            var number: Int64 = 0
            let start = place
            while place < text.count, (0x30...0x39).contains(text[place]) {
                let (scaled, overflow) = number.multipliedReportingOverflow(by: 10)
                let (next, overflowed) = scaled.addingReportingOverflow(Int64(text[place] - 0x30))
                isTooLarge = isTooLarge || overflow || overflowed
                number = next
                place += 1
            }
            guard place > start, place < text.count, let unit = unit(text, &place), unit < last else {
                return .notANumber
            }
            last = unit
            let (part, overflow) = number.multipliedReportingOverflow(by: unit)
            let (sum, overflowed) = isNegative ? total.subtractingReportingOverflow(part) : total.addingReportingOverflow(part)
            isTooLarge = isTooLarge || overflow || overflowed
            total = sum
        }
        return isTooLarge ? .tooLarge : .number(total)
    }

    private static func unit(_ text: UnsafeBufferPointer<UInt8>, _ place: inout Int) -> Int64? {
        let letter = text[place]
        place += 1
        switch letter {
        case 0x6D:
            guard place < text.count, text[place] == 0x73 else { return 60_000 }
            place += 1
            return 1
        case 0x73: return 1000
        case 0x68: return 3_600_000
        case 0x64: return 86_400_000
        default: return nil
        }
    }
}
