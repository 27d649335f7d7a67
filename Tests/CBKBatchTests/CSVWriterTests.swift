import CBKBatch
import Testing

@Suite struct CSVWriterTests {
    private func line(_ cells: [String], guards: Bool = true) -> String {
        var writer = CSVWriter(guardsFormulas: guards)
        writer.row(cells)
        return String(decoding: writer.takeBytes(), as: UTF8.self)
    }

    @Test(arguments: [
        (["a", "b"], "a,b\n"), (["a,b", "c"], "\"a,b\",c\n"), (["say \"x\""], "\"say \"\"x\"\"\"\n"),
        (["two\nlines", "cr\r"], "\"two\nlines\",\"cr\r\"\n"), (["a;b"], "\"a;b\"\n"), ([" a "], " a \n"), ([""], "\"\"\n"),
        (["", ""], "\"\",\n"), (["", "x"], ",x\n"), ([], "\"\"\n"), (["sep=,"], "\"sep=,\"\n"),
    ])
    func rows(_ cells: [String], _ expected: String) {
        #expect(line(cells) == expected)
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+49 170 1", "'+49 170 1"), ("-x", "'-x"), ("@SUM", "'@SUM"), ("\tx", "\"'\tx\""),
        ("\rx", "\"'\rx\""), ("'=1", "''=1"), ("''@", "'''@"), ("'-5", "''-5"), ("=", "'="), ("-", "'-"), ("-1-1", "'-1-1"),
        ("-1.", "'-1."), ("+1e", "'+1e"), ("=a,b", "\"'=a,b\""),
    ])
    func formulasAreGuarded(_ cell: String, _ expected: String) {
        #expect(line([cell, "x"]) == expected + ",x\n")
    }

    @Test(arguments: ["-5", "+5", "-0.5", "-1e-9", "+49170", "-1E+3", "1=1", "'x", "'", "a@b.c", "don't"])
    func numbersAndTextAreNot(_ cell: String) {
        #expect(line([cell, "x"]) == cell + ",x\n")
    }

    @Test func guardsCanBeOff() {
        #expect(line(["=1", "x"], guards: false) == "=1,x\n")
    }

    @Test func bytesAreTakenOnce() {
        var writer = CSVWriter()
        writer.row(["a"])
        #expect(writer.takeBytes() == Array("a\n".utf8))
        writer.row(["", "b"])
        #expect(writer.takeBytes() == Array(",b\n".utf8))
    }
}
