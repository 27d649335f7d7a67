// Reads one JSON text (RFC 8259) from bytes. Refuses what the RFC refuses, invalid UTF-8, lone surrogate
// escapes, integers beyond 64 bits, floats beyond a double and nesting deeper than 500. Open containers are
// kept on a stack of its own, so no text can overflow the native one. Of equal keys the last wins.

/// Why a text is no JSON, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The offset of the offending byte from the start of the text.
    public var offset: Int
    public var message: String

    public init(offset: Int, message: String) {
        self.offset = offset
        self.message = message
    }

    public var description: String { "\(message) at byte \(offset)" }
}

extension JSONValue {
    /// Reads a whole JSON text; a byte order mark before it is skipped.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try JSONValue.read(bytes[...])
    }

    /// Reads a whole JSON text from a string.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// Reads a whole JSON text from a part of an array; offsets in errors count from the part's start.
    public static func read(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> JSONValue {
        let result: Result<JSONValue, JSONError> = bytes.withUnsafeBytes { buffer in
            do throws(JSONError) {
                return .success(try JSONReader.read(buffer))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

package struct JSONReader {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    /// A container that is not closed yet.
    private struct Frame {
        var isObject: Bool
        var items: [JSONValue] = []
        var members: [JSONObject.Member] = []
        /// The key that waits for its value.
        var key = ""
    }

    /// Reads a whole JSON text.
    package static func read(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { reader.position = 3 }
        return try reader.document()
    }

    private mutating func document() throws(JSONError) -> JSONValue {
        var open: [Frame] = []
        while true {
            var value: JSONValue
            skipWhitespace()
            switch peek() {
            case UInt8(ascii: "{"):
                try checkDepth(open.count)
                position += 1
                skipWhitespace()
                if peek() == UInt8(ascii: "}") {
                    position += 1
                    value = .object(JSONObject())
                } else {
                    open.append(Frame(isObject: true, key: try key()))
                    continue
                }
            case UInt8(ascii: "["):
                try checkDepth(open.count)
                position += 1
                skipWhitespace()
                if peek() == UInt8(ascii: "]") {
                    position += 1
                    value = .array([])
                } else {
                    open.append(Frame(isObject: false))
                    continue
                }
            default:
                value = try scalar()
            }
            if let whole = try attach(&value, to: &open) { return whole }
        }
    }

    /// Puts a complete value into the innermost open container and closes what closes after it. Gives the
    /// whole document once nothing is open; nil when another value must follow.
    private mutating func attach(_ value: inout JSONValue, to open: inout [Frame]) throws(JSONError) -> JSONValue? {
        while let last = open.indices.last {
            if open[last].isObject {
                open[last].members.append(JSONObject.Member(key: open[last].key, value: value))
            } else {
                open[last].items.append(value)
            }
            skipWhitespace()
            let next = peek()
            if next == UInt8(ascii: ",") {
                position += 1
                if open[last].isObject {
                    skipWhitespace()
                    open[last].key = try key()
                }
                return nil
            }
            let closing = open[last].isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
            guard next == closing else {
                let expected = open[last].isObject ? "',' or '}'" : "',' or ']'"
                throw unexpected(expected)
            }
            position += 1
            let frame = open.removeLast()
            value = frame.isObject ? .object(JSONObject(frame.members)) : .array(frame.items)
        }
        skipWhitespace()
        guard position == bytes.count else { throw unexpected("the end of the text") }
        return value
    }

    private func checkDepth(_ depth: Int) throws(JSONError) {
        if depth >= JSONValue.maximumDepth {
            throw JSONError(offset: position, message: "nesting deeper than \(JSONValue.maximumDepth)")
        }
    }

    private mutating func key() throws(JSONError) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
        let key = try string()
        skipWhitespace()
        guard peek() == UInt8(ascii: ":") else { throw unexpected("':'") }
        position += 1
        return key
    }

    private mutating func scalar() throws(JSONError) -> JSONValue {
        guard let byte = peek() else { throw unexpected("a value") }
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("a value")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let length = text.utf8CodeUnitCount
        guard bytes.count - position >= length else { throw unexpected("a value") }
        for index in 0..<length where bytes[position + index] != text.utf8Start[index] {
            throw unexpected("a value")
        }
        position += length
        return value
    }

    // MARK: - Bytes

    /// The byte at the position; nil at the end.
    @inline(__always)
    func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    @inline(__always)
    mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    func unexpected(_ expected: String) -> JSONError {
        guard let byte = peek() else {
            return JSONError(offset: position, message: "the text ends where \(expected) is expected")
        }
        let found =
            byte >= 0x21 && byte < 0x7F ? "'\(Unicode.Scalar(byte))'" : "byte 0x" + String(byte, radix: 16, uppercase: true)
        return JSONError(offset: position, message: "\(found) where \(expected) is expected")
    }
}
