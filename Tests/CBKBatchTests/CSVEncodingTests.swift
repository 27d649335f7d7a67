import CBKBatch
import Testing

@Suite struct CSVEncodingTests {
    private static let text = "näme,e\r\n\"Ünï, \"\"x\"\"\",日本語 😀\r\nplain,1\r\n"

    private func utf16(_ text: String, littleEndian: Bool, mark: Bool = true) -> [UInt8] {
        ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit -> [UInt8] in
            littleEndian ? [UInt8(unit & 0xFF), UInt8(unit >> 8)] : [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        }
    }

    private func check(_ reader: CSVReader, _ encoding: CSVEncoding) throws {
        #expect(reader.encoding == encoding)
        #expect(reader.header == ["näme", "e"])
        #expect(try flatten(reader) == [FlatRow(2, ["Ünï, \"x\"", "日本語 😀"]), FlatRow(3, ["plain", "1"])])
    }

    @Test func aByteOrderMarkOfUTF8() throws {
        try check(CSVReader(bytes: [0xEF, 0xBB, 0xBF] + Array(Self.text.utf8)), .utf8)
    }

    @Test(arguments: [true, false])
    func utf16WithMark(_ littleEndian: Bool) throws {
        let bytes = utf16(Self.text, littleEndian: littleEndian)
        for blockSize in [1, 2, 3, 5, 64, 4096] {
            try check(
                CSVReader(bytes: bytes, options: CSVOptions(blockSize: blockSize)), littleEndian ? .utf16le : .utf16be)
        }
    }

    @Test func utf16WithoutMarkByOption() throws {
        try check(
            CSVReader(
                bytes: utf16(Self.text, littleEndian: true, mark: false), options: CSVOptions(encoding: .utf16le)), .utf16le)
    }

    @Test func utf16WithoutMarkIsRecognisedAndRefused() throws {
        do throws(CSVError) {
            _ = try CSVReader(bytes: utf16("name,e\n1,2\n", littleEndian: true, mark: false))
            Issue.record("UTF-16 without a mark was read as UTF-8")
        } catch {
            #expect(error.code == .encoding)
            #expect(error.message.contains("its encoding as utf-16le"))
        }
    }

    @Test func aLoneSurrogateIsThatRowsError() throws {
        var bytes = utf16("a,b\n1,x\n", littleEndian: true)
        bytes += [0x3D, 0xD8] + utf16("y,2\n3,4\n", littleEndian: true, mark: false)
        let found = try flatten(CSVReader(bytes: bytes))
        #expect(
            found == [
                FlatRow(2, ["1", "x"]), FlatRow(3, [], "line 3, column 1: a byte that is not UTF-16"), FlatRow(4, ["3", "4"]),
            ])
    }

    @Test func aHalfUnitAtTheEndIsAnError() throws {
        let found = try flatten(CSVReader(bytes: utf16("a\n1\n2", littleEndian: false) + [0x00]))
        #expect(found.map(\.error) == [nil, "line 3, column 2: a byte that is not UTF-16"])
    }

    @Test func latin1ByOption() throws {
        let bytes = Array("n\u{E4}me,\u{80}\n".unicodeScalars.map { UInt8($0.value) }) + [0xDC, 0x2C, 0x93, 0x94, 0x0A]
        let reader = try CSVReader(bytes: bytes, options: CSVOptions(encoding: .latin1))
        #expect(reader.header == ["näme", "€"])
        #expect(try flatten(reader).map(\.cells) == [["Ü", "“”"]])
    }

    @Test func latin1WithoutTheOptionIsAnErrorWithItsPlace() throws {
        let bytes = Array("a,b\nok,1\nab,c".utf8) + [0xE4, 0x0A] + Array("ok,2\n".utf8)
        #expect(
            try flatten(CSVReader(bytes: bytes)) == [
                FlatRow(2, ["ok", "1"]),
                FlatRow(3, [], "line 3, column 5: a byte that is not UTF-8; if the file is Latin-1, give its encoding as latin1"),
                FlatRow(4, ["ok", "2"]),
            ])
    }

    @Test func aNulIsAnErrorWithItsPlace() throws {
        let found = try rows("a,b\n\"é\nx\u{0}\",1\nok,2\n")
        #expect(found == [FlatRow(2, [], "line 3, column 2: a NUL byte"), FlatRow(4, ["ok", "2"])])
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC1, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xFF],
        ] as [[UInt8]])
    func malformedUTF8IsRefused(_ bytes: [UInt8]) throws {
        let found = try flatten(CSVReader(bytes: Array("a\n".utf8) + bytes + Array("\nok\n".utf8)))
        #expect(found.count == 2)
        #expect(found[0].error?.hasPrefix("line 2, column 1: a byte that is not UTF-8") == true)
        #expect(found[1].cells == ["ok"])
    }

    @Test(arguments: ["é", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{10000}", "\u{10FFFF}"])
    func wellFormedUTF8IsKept(_ text: String) throws {
        #expect(try cells("a\nx\(text)\n") == [["x" + text]])
    }

    @Test func encodingsByName() {
        #expect(CSVEncoding(name: "UTF8") == .utf8)
        #expect(CSVEncoding(name: "utf-16") == .utf16le)
        #expect(CSVEncoding(name: "UTF-16BE") == .utf16be)
        #expect(CSVEncoding(name: "ISO-8859-1") == .latin1)
        #expect(CSVEncoding(name: "windows-1252") == .latin1)
        #expect(CSVEncoding(name: "koi8-r") == nil)
    }
}
