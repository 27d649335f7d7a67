// The apostrophe that keeps spreadsheets from running a cell as a formula. A cell of any number of apostrophes and
// then one of = + - @ TAB CR, numbers excepted, gets one more; reading takes one off. So the two are inverse.

enum FormulaGuard {
    /// Whether a cell gets one more apostrophe when it is written.
    static func needsGuard(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first, isSpecial(first) || first == UInt8(ascii: "'") else { return false }
        return startsFormula(bytes) && !isNumber(bytes)
    }

    /// Whether a cell loses one apostrophe when it is read.
    static func hasGuard(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: "'") && startsFormula(bytes)
    }

    private static func startsFormula(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first(where: { $0 != UInt8(ascii: "'") }) else { return false }
        return isSpecial(first)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
        default: false
        }
    }

    /// An optional sign, digits, an optional fraction and an optional exponent, and nothing else.
    private static func isNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = bytes[...]
        func digits() -> Int {
            let count = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
            rest = rest.dropFirst(count)
            return count
        }
        func takeOne(of options: StaticString) {
            let isThere = rest.first.map { byte in
                UnsafeBufferPointer(start: options.utf8Start, count: options.utf8CodeUnitCount).contains(byte)
            }
            if isThere == true { rest = rest.dropFirst() }
        }
        takeOne(of: "+-")
        guard digits() > 0 else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            takeOne(of: "+-")
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
