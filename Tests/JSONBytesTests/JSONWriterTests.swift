// What the writer writes, and that it reads back as the same value.
import Testing

@testable import JSONBytes

private func text(_ value: JSONValue, pretty: Bool = false) -> String {
    String(decoding: value.serialized(pretty: pretty), as: UTF8.self)
}

@Suite struct JSONWriterTests {
    @Test(
        arguments: [
            (JSONValue.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-1, "-1"), (1_234_567_890, "1234567890"),
            (.int(.max), "9223372036854775807"), (.int(.min), "-9223372036854775808"), (1.0, "1.0"), (0.1, "0.1"),
            (.float(-0.0), "-0.0"), (.float(.infinity), "null"), (.float(.nan), "null"), ("", "\"\""), ([], "[]"), ([:], "{}"),
            ([1, "a", nil], #"[1,"a",null]"#), (["b": 1, "a": [:]], #"{"b":1,"a":{}}"#), ([[], [[]]], "[[],[[]]]"),
            ("a\"b\\c/d", #""a\"b\\c/d""#), ("\u{8}\t\n\u{C}\r\0\u{1F}", #""\b\t\n\f\r\u0000\u001f""#),
            ("é😀\u{7F}", "\"é😀\u{7F}\""),
        ] as [(JSONValue, String)])
    func writes(_ value: JSONValue, _ expected: String) {
        #expect(text(value) == expected)
    }

    @Test func writesPrettily() {
        let value: JSONValue = ["name": "Ada", "tags": [1, [2]], "none": [], "meta": ["a": [:]]]
        let expected = """
            {
              "name": "Ada",
              "tags": [
                1,
                [
                  2
                ]
              ],
              "none": [],
              "meta": {
                "a": {}
              }
            }
            """
        #expect(text(value, pretty: true) == expected)
    }

    @Test(arguments: [
        0.1, 1e21, 1e16, 123_456_789.0, .leastNonzeroMagnitude, 1.7976931348623157e308, 2.2250738585072014e-308, -1.5e-7, 1e22,
        1e23,
        9_007_199_254_740_993.0, 0.30000000000000004, 4.35, 100.0,
    ])
    func floatsReadBackAsThemselves(_ value: Double) throws {
        let read = try JSONValue(parsing: JSONValue.float(value).serialized())
        guard case .float(let again) = read else { return #expect(Bool(false), "\(read) is no float") }
        #expect(again.bitPattern == value.bitPattern)
    }

    @Test func randomValuesReadBackAsThemselves() throws {
        for seed in UInt64(1)...300 {
            var source = ValueSource(state: seed)
            let value = source.value(depth: 0)
            #expect(try JSONValue(parsing: value.serialized()) == value, "seed \(seed)")
            #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value, "seed \(seed)")
        }
    }

    @Test func writesPieceByPiece() {
        var writer = JSONWriter(capacity: 64)
        writer.beginObject()
        writer.key("id")
        writer.string("x")
        writer.key("meta")
        writer.raw(#"{"a":1}"#.utf8)
        writer.key("list")
        writer.beginArray()
        writer.int(-5)
        writer.float(2)
        writer.bool(true)
        writer.null()
        writer.endArray()
        writer.endObject()
        writer.endLine()
        writer.value(["next": 1])
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"id":"x","meta":{"a":1},"list":[-5,2.0,true,null]}"# + "\n" + #"{"next":1}"#)
    }
}

@Suite struct JSONObjectTests {
    @Test func setsAppendsAndRemoves() {
        var object: JSONObject = ["a": 1]
        object["b"] = 2
        object["a"] = nil
        object["c"] = .null
        object["b"] = 3
        object["missing"] = nil
        #expect(object.keys == ["b", "c"])
        #expect(object["b"] == 3)
        #expect(object["c"] == JSONValue.null)
        #expect(object["a"] == nil)
    }

    @Test func equalityIgnoresOrder() {
        let object: JSONObject = ["a": 1, "b": 2]
        #expect(object == ["b": 2, "a": 1])
        #expect(object != ["a": 1, "b": 3])
        #expect(object != ["a": 1, "c": 2])
        #expect(object != ["a": 1])
        let members = (0..<30).map { JSONObject.Member(key: "k\($0)", value: .int(Int64($0))) }
        #expect(JSONObject(members) == JSONObject(members.reversed()))
    }

    @Test func readsTypedValues() {
        #expect(JSONValue.float(3).intValue == 3)
        #expect(JSONValue.float(3.5).intValue == nil)
        #expect(JSONValue.int(3).doubleValue == 3)
        #expect(JSONValue.string("3").intValue == nil)
        #expect(JSONValue.null.isNull)
        #expect(JSONValue.array([]).kindDescription == "an array")
    }
}

/// Random values from a seed.
private struct ValueSource {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func value(depth: Int) -> JSONValue {
        switch next() % (depth > 4 ? 6 : 8) {
        case 0: .null
        case 1: .bool(next() % 2 == 0)
        case 2: .int(Int64(bitPattern: next()))
        case 3: .int(Int64(next() % 100))
        case 4: .float(finite())
        case 5: .string(text())
        case 6: .array((0..<next() % 5).map { _ in value(depth: depth + 1) })
        default:
            .object(JSONObject((0..<next() % 12).map { _ in .init(key: text(), value: value(depth: depth + 1)) }))
        }
    }

    private mutating func finite() -> Double {
        let value = Double(bitPattern: next())
        return value.isFinite ? value : 0.25
    }

    private mutating func text() -> String {
        let alphabet = Array("ab\"\\/\n\t\u{1}é€😀\u{301} ".unicodeScalars)
        var text = ""
        for _ in 0..<next() % 8 { text.unicodeScalars.append(alphabet[Int(next() % UInt64(alphabet.count))]) }
        return text
    }
}
