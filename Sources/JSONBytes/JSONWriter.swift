// Writes JSON into bytes, piece by piece or a whole value. It sets commas and indentation itself; that keys and
// values alternate and containers close is the caller's part. A float that is not finite becomes null.

package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private var depth = 0
    /// A value stands before the position in the same container.
    private var needsComma = false
    /// A key stands before the position.
    private var isAfterKey = false

    /// - Parameter capacity: bytes to reserve.
    package init(pretty: Bool = false, capacity: Int = 0) {
        isPretty = pretty
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}"), opened: UInt8(ascii: "{")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]"), opened: UInt8(ascii: "[")) }

    /// A key and its colon.
    package mutating func key(_ name: String) {
        prepare()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        if isPretty { bytes.append(UInt8(ascii: " ")) }
        isAfterKey = true
    }

    package mutating func null() { word("null") }
    package mutating func bool(_ value: Bool) { word(value ? "true" : "false") }

    package mutating func string(_ value: String) {
        prepare()
        appendQuoted(value)
        needsComma = true
    }

    package mutating func int(_ value: Int64) {
        prepare()
        appendDecimal(value)
        needsComma = true
    }

    /// The shortest text that reads back as the same double; `1.0` keeps its fraction.
    package mutating func float(_ value: Double) {
        guard value.isFinite else { return null() }
        prepare()
        bytes.append(contentsOf: value.description.utf8)
        needsComma = true
    }

    /// A JSON text that is known to be whole, as it is.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        prepare()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// A newline between texts, as JSON Lines has it.
    package mutating func endLine() {
        bytes.append(0x0A)
        needsComma = false
    }

    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .int(let value): int(value)
        case .float(let value): float(value)
        case .string(let value): string(value)
        case .array(let items):
            beginArray()
            for item in items { self.value(item) }
            endArray()
        case .object(let object): self.object(object)
        }
    }

    package mutating func object(_ object: JSONObject) {
        beginObject()
        for member in object.members {
            key(member.key)
            value(member.value)
        }
        endObject()
    }

    // MARK: - Pieces

    private mutating func open(_ byte: UInt8) {
        prepare()
        bytes.append(byte)
        depth += 1
        needsComma = false
    }

    private mutating func close(_ byte: UInt8, opened: UInt8) {
        depth -= 1
        if isPretty, bytes.last != opened { breakLine() }
        bytes.append(byte)
        needsComma = true
    }

    /// What stands between what was written and the next key or value.
    @inline(__always)
    private mutating func prepare() {
        if isAfterKey {
            isAfterKey = false
            return
        }
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
        if isPretty, depth > 0 { breakLine() }
    }

    private mutating func breakLine() {
        bytes.append(0x0A)
        for _ in 0..<depth {
            bytes.append(0x20)
            bytes.append(0x20)
        }
    }

    private mutating func word(_ text: StaticString) {
        prepare()
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        needsComma = true
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for index in 0..<utf8.count {
                let byte = utf8[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
                appendEscape(byte)
                start = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<utf8.count]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            let digits: StaticString = "0123456789abcdef"
            bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        }
    }

    private mutating func appendDecimal(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }
}

extension JSONValue {
    /// The JSON text of the value.
    /// - Parameter pretty: two spaces of indentation and a line per member, instead of no white space at all.
    public func serialized(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.value(self)
        return writer.bytes
    }
}

extension JSONObject {
    /// The JSON text of the object.
    public func serialized(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.object(self)
        return writer.bytes
    }
}

extension JSONValue: CustomStringConvertible {
    public var description: String { String(decoding: serialized(), as: UTF8.self) }
}

extension JSONObject: CustomStringConvertible {
    public var description: String { String(decoding: serialized(), as: UTF8.self) }
}
