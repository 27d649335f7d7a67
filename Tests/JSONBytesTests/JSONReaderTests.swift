// What the reader accepts, what it refuses and where, and that no input can crash it.
import Testing

@testable import JSONBytes

private func read(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

private func error(_ bytes: [UInt8]) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONValue(parsing: bytes)
        return nil
    } catch {
        return error
    }
}

private func error(_ text: String) -> JSONError? { error(Array(text.utf8)) }

@Suite struct JSONReaderTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), ("true", true), (" false\r\n\t", false), ("0", 0), ("-0", 0), ("-17", -17),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)), ("0.5", 0.5), ("-0.0", .float(-0.0)),
            ("1E2", 100.0), ("1e+2", 100.0), ("12e-1", 1.2), ("123.456e-7", .float(123.456e-7)), ("1.0", 1.0),
            ("0e999", 0.0), ("1e-999", 0.0), ("\"\"", ""), ("\"a b\"", "a b"), ("[]", []), ("{}", [:]),
            ("[1,[2,[]],{}]", [1, [2, []], [:]]), ("{\"a\":{\"b\":[null]}}", ["a": ["b": [nil]]]), ("{\"\":1}", ["": 1]),
            ("[ 1 , 2 ]", [1, 2]), ("\u{FEFF}{}", [:]),
        ] as [(String, JSONValue)])
    func accepts(_ text: String, _ value: JSONValue) throws {
        #expect(try read(text) == value)
    }

    @Test func tellsIntegersFromFloats() throws {
        guard case .int(100) = try read("100") else { return #expect(Bool(false), "100 is an integer") }
        guard case .float(100) = try read("100.0") else { return #expect(Bool(false), "100.0 is a float") }
        guard case .float(100) = try read("1e2") else { return #expect(Bool(false), "1e2 is a float") }
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\uD83D\uDE00""#, "😀"),
        (#""\u0000""#, "\0"), (#""\uD834\udd1e""#, "𝄞"), ("\"é€😀\u{7F}\u{2028}\"", "é€😀\u{7F}\u{2028}"),
        (#""\\u0041""#, #"\u0041"#),
    ])
    func readsEscapes(_ text: String, _ value: String) throws {
        #expect(try read(text) == .string(value))
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "'a'", "a", "1 2", "[] []", "{}}", "]", "}", ",",
        "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1:2]", "[1}", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
        "{\"a\":1,}", "{,}", "{\"a\" 1}", "{\"a\"::1}", "{a:1}", "{1:1}", "{'a':1}", "{\"a\":1]", "{null:1}", "[1],",
        "-", "+1", "01", "-01", "00", ".5", "-.5", "1.", "1.e2", "1e", "1e+", "1e1.5", "0x10", "1_000", "1a", "--1", "- 1",
        "\"", "\"a", "\"\\\"", "\"\\", "\"\\x41\"", "\"\\a\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\u\"", "\"\t\"",
        "\"\n\"", "\"\u{1F}\"", "\"\\\n\"", "/**/1", "1//", "#", "\u{FEFF}", "\u{A0}1", "[\u{B}1]", "\"\\u{41}\"",
    ])
    func refuses(_ text: String) {
        #expect(error(text) != nil)
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "100000000000000000000000", "18446744073709551616",
    ])
    func refusesIntegersBeyond64Bits(_ text: String) {
        #expect(error("[\(text)]") == JSONError(offset: 1, message: "an integer beyond 64 bits"))
    }

    @Test(arguments: ["1e400", "-1e400", "123456789012345678901234567890e300"])
    func refusesFloatsBeyondADouble(_ text: String) {
        #expect(error(text) == JSONError(offset: 0, message: "a number beyond the range of a double"))
    }

    @Test(arguments: [
        #""\uD800""#, #""\uDC00""#, #""\uD800\uD800""#, #""\uD800x""#, #""\uD800\n""#, #""\uDE00\uD83D""#, #""\uD800\u0041""#,
    ])
    func refusesHalfASurrogatePair(_ text: String) {
        #expect(error(text)?.message == "an escape that is half a surrogate pair")
    }

    @Test(
        arguments: [
            [0x80], [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xC3], [0xF0, 0x9F, 0x98], [0xE2, 0x28, 0xA1],
        ] as [[UInt8]])
    func refusesInvalidUTF8(_ bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(error([quote, 0x61] + bytes + [quote]) == JSONError(offset: 2, message: "invalid UTF-8"))
        #expect(error(bytes) != nil)
    }

    @Test(arguments: ["\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}"])
    func readsTheEdgesOfUTF8(_ text: String) throws {
        #expect(try read("\"\(text)\"") == .string(text))
    }

    @Test(arguments: [
        ("[1,]", 3, "']' where a value is expected"), ("{\"a\" 1}", 5, "'1' where ':' is expected"),
        ("[1", 2, "the text ends where ',' or ']' is expected"), ("{\"a\":1 x}", 7, "'x' where ',' or '}' is expected"),
        ("1 2", 2, "'2' where the end of the text is expected"), ("[01]", 1, "a number with a leading zero"),
        ("{1:2}", 1, "'1' where a key in double quotes is expected"), ("  \"a", 2, "a string without its closing quote"),
        ("[\u{B}]", 1, "byte 0xB where a value is expected"), ("-x", 1, "'x' where a digit is expected"),
    ])
    func saysWhereAndWhy(_ text: String, _ offset: Int, _ message: String) {
        #expect(error(text) == JSONError(offset: offset, message: message))
    }

    @Test func limitsTheDepth() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(error(nested(500)) == nil)
        #expect(error(nested(501)) == JSONError(offset: 500, message: "nesting deeper than 500"))
        #expect(error(String(repeating: "[", count: 1_000_000))?.offset == 500)
        #expect(error(String(repeating: "{\"a\":", count: 1_000_000))?.message == "nesting deeper than 500")
        #expect(error("[" + String(repeating: "[],", count: 1000) + "[]]") == nil)
    }

    @Test func neverCrashesOnAnyPrefixOrChangedByte() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00é"],"b":{"c":null,"d":[true,false]}}"#.utf8)
        #expect(error(text) == nil)
        for length in 0..<text.count {
            #expect(error(Array(text[..<length])) != nil)
        }
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[index] = byte
                if let error = error(changed) { #expect((0...changed.count).contains(error.offset)) }
            }
        }
    }

    @Test func readsAPartOfAnArray() throws {
        let bytes = Array("xx[1]yy".utf8)
        #expect(try JSONValue.read(bytes[2..<5]) == [1])
    }

    @Test func ofEqualKeysTheLastWinsAtTheFirstOnesPlace() throws {
        let few = try read(#"{"a":1,"b":2,"a":3}"#)
        #expect(few.objectValue?.keys == ["a", "b"])
        #expect(few["a"] == 3)
        let names = (0..<40).map { "\"k\($0 % 20)\":\($0)" }.joined(separator: ",")
        let many = try #require(try read("{\(names)}").objectValue)
        #expect(many.count == 20)
        #expect(many["k0"] == 20)
        #expect(many.keys.first == "k0")
    }

    @Test func keysAreComparedByteByByte() throws {
        let object = try read("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(object.objectValue?.count == 2)
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    }
}
