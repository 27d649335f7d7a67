// JSON: the reader accepts exactly what a plain reading of RFC 8259 accepts, with the same value and every number
// exact; and what is written reads back as what it was.

import JSONBytes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

func fuzzJSON(_ bytes: [UInt8]) {
    let read = Result { try JSONValue(parsing: bytes) }
    var plain = PlainJSON(bytes)
    let expected = Result { try plain.read() }
    switch (read, expected) {
    case (.success(let value), .success(let other)):
        require(isIdentical(value, other), "\(value)\nplainly \(other)")
        checkWriting(of: value)
    case (.failure, .failure): break
    case (.success, .failure), (.failure, .success): fatalError("read \(read)\nplainly \(expected)")
    }
}

private func checkWriting(of value: JSONValue) {
    for isPretty in [false, true] {
        let written = value.serialized(pretty: isPretty)
        guard let again = try? JSONValue(parsing: written) else { fatalError("what was written is refused") }
        require(isIdentical(value, again), "\(value)\nreads back as\n\(again)")
        require(again.serialized(pretty: isPretty) == written, "written twice, \(value) differs")
    }
}

/// Equal to the last bit: -0.0 is not 0.0, an int is not a float, and the order of members counts.
private func isIdentical(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch (left, right) {
    case (.float(let a), .float(let b)): return a.bitPattern == b.bitPattern
    case (.array(let a), .array(let b)): return a.count == b.count && zip(a, b).allSatisfy(isIdentical)
    case (.object(let a), .object(let b)):
        return a.keys == b.keys && zip(a, b).allSatisfy { isIdentical($0.value, $1.value) }
    case (.null, _), (.bool, _), (.int, _), (.float, _), (.string, _), (.array, _), (.object, _): return left == right
    }
}

/// Reads the slow and obvious way, with the limits that the reader has: 500 levels, 64 bits, finite doubles.
private struct PlainJSON {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...] }

    private struct Refused: Error {}

    mutating func read() throws -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        try need(rest.isEmpty)
        return value
    }

    private func need(_ condition: Bool) throws {
        if !condition { throw Refused() }
    }

    private mutating func skipSpace() { rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) } }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    private mutating func takeByte() throws -> UInt8 {
        guard let byte = rest.popFirst() else { throw Refused() }
        return byte
    }

    private mutating func value(depth: Int) throws -> JSONValue {
        skipSpace()
        if take("null") { return .null }
        if take("true") { return .bool(true) }
        if take("false") { return .bool(false) }
        if rest.first == UInt8(ascii: "\"") { return .string(try string()) }
        let isArray = take("[")
        guard isArray || take("{") else { return try number() }
        try need(depth < JSONValue.maximumDepth)
        return try isArray ? array(depth + 1) : object(depth + 1)
    }

    private mutating func array(_ depth: Int) throws -> JSONValue {
        var items: [JSONValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        repeat {
            items.append(try value(depth: depth))
            skipSpace()
        } while take(",")
        try need(take("]"))
        return .array(items)
    }

    private mutating func object(_ depth: Int) throws -> JSONValue {
        var members: [JSONObject.Member] = []
        skipSpace()
        if take("}") { return .object(JSONObject()) }
        repeat {
            skipSpace()
            let key = try string()
            skipSpace()
            try need(take(":"))
            let value = try value(depth: depth)
            if let place = members.firstIndex(where: { Array($0.key.utf8) == Array(key.utf8) }) {
                members[place].value = value
            } else {
                members.append(JSONObject.Member(key: key, value: value))
            }
            skipSpace()
        } while take(",")
        try need(take("}"))
        return .object(JSONObject(members))
    }

    private mutating func string() throws -> String {
        try need(take("\""))
        var units: [UInt8] = []
        while true {
            let byte = try takeByte()
            if byte == UInt8(ascii: "\"") { break }
            try need(byte >= 0x20)
            if byte == UInt8(ascii: "\\") { units += try escape() } else { units.append(byte) }
        }
        guard let text = String(validating: units, as: UTF8.self) else { throw Refused() }
        return text
    }

    private mutating func escape() throws -> [UInt8] {
        let escape = try takeByte()
        if let plain = Array("\"\\/bfnrt".utf8).firstIndex(of: escape) { return [Array("\"\\/\u{8}\u{C}\n\r\t".utf8)[plain]] }
        try need(escape == UInt8(ascii: "u"))
        var units = [try hexadecimal()]
        if units[0] & 0xFC00 == 0xD800 {
            try need(take("\\u"))
            units.append(try hexadecimal())
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw Refused() }
        return Array(text.utf8)
    }

    private mutating func hexadecimal() throws -> UInt16 {
        let digits = String(decoding: rest.prefix(4), as: UTF8.self)
        rest = rest.dropFirst(4)
        guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), let unit = UInt16(digits, radix: 16) else { throw Refused() }
        return unit
    }

    private mutating func number() throws -> JSONValue {
        let start = rest
        _ = take("-")
        if !take("0") { try takeDigits() }
        var isInteger = true
        if take(".") {
            isInteger = false
            try takeDigits()
        }
        if take("e") || take("E") {
            isInteger = false
            _ = take("+") || take("-")
            try takeDigits()
        }
        let text = String(decoding: start[..<rest.startIndex], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .int(value) }
        let value = strtod(text, nil)
        try need(!isInteger && value.isFinite)
        return .float(value)
    }

    private mutating func takeDigits() throws {
        let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
        try need(count > 0)
        rest = rest.dropFirst(count)
    }
}
