import CBKBatch
import PartnerSandbox
import Testing

@Suite struct CSVPropertyTests {
    /// Everything that a boundary could tear: breaks, quotes, escapes, multi-byte text, bad rows, blank lines.
    private static let samples = [
        "a,b,c\r\n1,\"x\"\"y\"\"\",3\r\n\r\n\"two\r\nlines\",é😀,\"\"\r\nbad,row\r\n\"q\"z,1,2\r\n,,\r\nlast,\"a,b\",\"c",
        "\u{FEFF}näme;b\n\"\"\"\";2\n\"a\rb\r\nc\nd\";日本\n'=x;-1\n",
        "sep=\t\na\tb\r1\t2\r\r\"x\"\t\"y\t\"\r3\t4",
        "\n\n\"h,1\",h2,h3\nabcdefgh,abcdefghijklmnop,abcdefghijklmnopqrstuvwxyz\n1,2\nabcdefg,,\n",
    ]

    @Test(arguments: samples)
    func everyBlockSizeGivesTheSameRows(_ text: String) throws {
        let bytes = Array(text.utf8)
        let whole = try CSVReader(bytes: bytes)
        let expected = try flatten(whole)
        #expect(!expected.isEmpty)
        for blockSize in 1...(bytes.count + 1) {
            let reader = try CSVReader(bytes: bytes, options: CSVOptions(blockSize: blockSize))
            #expect(reader.header == whole.header, "block size \(blockSize)")
            #expect(try flatten(reader, maxRows: 1 + blockSize % 3) == expected, "block size \(blockSize)")
        }
    }

    /// A reader written the slow and obvious way, for well-formed text.
    private func plainly(_ text: String, delimiter: Character) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = ""
        var isQuoted = false
        var sawQuote = false
        var characters = Array(text.unicodeScalars)[...]
        func isBlank(_ row: [String]) -> Bool { row.allSatisfy(\.isEmpty) && !sawQuote }
        while let scalar = characters.popFirst() {
            if isQuoted {
                if scalar != "\"" {
                    cell.unicodeScalars.append(scalar)
                } else if characters.first == "\"" {
                    characters.removeFirst()
                    cell.unicodeScalars.append(scalar)
                } else {
                    isQuoted = false
                }
            } else if scalar == "\"", cell.isEmpty {
                isQuoted = true
                sawQuote = true
            } else if Character(scalar) == delimiter {
                row.append(cell)
                cell = ""
            } else if scalar == "\n" {
                row.append(cell)
                if !isBlank(row) { rows.append(row) }
                row = []
                cell = ""
                sawQuote = false
            } else {
                cell.unicodeScalars.append(scalar)
            }
        }
        return rows
    }

    @Test func randomTablesRoundTrip() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        let pieces = [
            "", "a", "b c", ",", ";", "\t", "\"", "\"\"", "\n", "\r", "\r\n", "é", "日本", "😀", "=", "+1", "-", "@x", "'", "''=",
            "-12.5", "1e9", "\u{FEFF}", "sep=;", " ", "abcdefgh", "0123456789abcdef", "\u{2028}",
        ]
        for round in 0..<300 {
            let columns = Int.random(in: 1...5, using: &random)
            let header = (0..<columns).map { "h\($0)" + (pieces.randomElement(using: &random) ?? "") }
            let table = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                (0..<columns).map { _ in
                    (0..<Int.random(in: 0...4, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
                }
            }
            var writer = CSVWriter()
            for row in [header] + table { writer.row(row) }
            let bytes = writer.takeBytes()
            let reader = try CSVReader(
                bytes: bytes, options: CSVOptions(unguard: true, blockSize: Int.random(in: 1...40, using: &random)))
            #expect(reader.header.map { Array($0.utf8) } == header.map { Array($0.utf8) }, "seed \(seed), round \(round)")
            let found = try flatten(reader)
            #expect(
                found.map { $0.cells.map { Array($0.utf8) } } == table.map { $0.map { Array($0.utf8) } },
                "seed \(seed), round \(round)")
            #expect(found.allSatisfy { $0.error == nil }, "seed \(seed), round \(round)")
        }
    }

    @Test func theWriterAgreesWithAPlainReader() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        for round in 0..<200 {
            let table = (0..<4).map { _ in
                (0..<3).map { _ in
                    String(
                        (0..<Int.random(in: 0...9, using: &random)).map { _ in "ab,;\"\n x".randomElement(using: &random) ?? "a" }
                    )
                }
            }
            var writer = CSVWriter(guardsFormulas: false)
            writer.row(["x", "y", "z"])
            for row in table { writer.row(row) }
            let text = String(decoding: writer.takeBytes(), as: UTF8.self)
            #expect(plainly(text, delimiter: ",").dropFirst() == table[...], "seed \(seed), round \(round)")
        }
    }

    @Test func anyBytesAreReadToTheEnd() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        let alphabet: [UInt8] = [0x61, 0x62, 0x2C, 0x22, 0x0A, 0x0D, 0x00, 0xC3, 0xA9, 0xFF, 0x3B, 0x27, 0x3D]
        for round in 0..<100 {
            let noise = (0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            let bytes = Array("a,b\n".utf8) + noise
            let expected = try flatten(CSVReader(bytes: bytes, options: CSVOptions(blockSize: 4096, maxRowBytes: 60)))
            for blockSize in [1, 8, 33] {
                let options = CSVOptions(blockSize: blockSize, maxRowBytes: 60)
                #expect(try flatten(CSVReader(bytes: bytes, options: options)) == expected, "seed \(seed), round \(round)")
            }
            let lines = expected.map(\.line)
            #expect(lines == lines.sorted(), "seed \(seed), round \(round)")
        }
    }
}
