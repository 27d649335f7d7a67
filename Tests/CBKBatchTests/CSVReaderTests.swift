import CBKBatch
import Testing

@Suite struct CSVReaderTests {
    @Test func aPlainFile() throws {
        let reader = try CSVReader(bytes: Array("name,email\nAda,ada@x.org\nBo,bo@x.org\n".utf8))
        #expect(reader.header == ["name", "email"])
        #expect(try flatten(reader) == [FlatRow(2, ["Ada", "ada@x.org"]), FlatRow(3, ["Bo", "bo@x.org"])])
    }

    @Test func aLastLineWithoutBreak() throws {
        #expect(try cells("a,b\n1,2") == [["1", "2"]])
        #expect(try cells("a,b\n1,") == [["1", ""]])
        #expect(try cells("a,b\n1,\"2\"") == [["1", "2"]])
        #expect(try cells("a,b\n1,\"\"") == [["1", ""]])
    }

    @Test func onlyAHeader() throws {
        #expect(try rows("a,b").isEmpty)
        #expect(try rows("a,b\r\n\r\n").isEmpty)
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func lineBreaks(_ end: String) throws {
        let text = ["a,b", "1,2", "\"x\",\"y\"", "3,4"].joined(separator: end) + end
        #expect(try rows(text) == [FlatRow(2, ["1", "2"]), FlatRow(3, ["x", "y"]), FlatRow(4, ["3", "4"])])
    }

    @Test func mixedLineBreaks() throws {
        #expect(try rows("a\n1\r\n2\r3\n\r\n4") == [FlatRow(2, ["1"]), FlatRow(3, ["2"]), FlatRow(4, ["3"]), FlatRow(6, ["4"])])
    }

    @Test func quotesHoldDelimitersQuotesAndLines() throws {
        let text = "a,b\n\"x, y\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"\"\"\"\n\"CR LF\r\n\r\nend\",z\nlast,1\n"
        #expect(
            try rows(text) == [
                FlatRow(2, ["x, y", "say \"hi\""]), FlatRow(3, ["two\nlines", "\""]),
                FlatRow(5, ["CR LF\r\n\r\nend", "z"]), FlatRow(8, ["last", "1"]),
            ])
    }

    @Test func aQuoteInsideAnUnquotedCellIsText() throws {
        #expect(try cells("a,b\n5\" pipe,it \"is\"\n") == [["5\" pipe", "it \"is\""]])
        #expect(try cells("a,b\n \"x\",y\n") == [[" \"x\"", "y"]])
    }

    @Test func cellsKeepTheirText() throws {
        #expect(try cells("a,b,c\n007, 1 ,TRUE\n") == [["007", " 1 ", "TRUE"]])
    }

    @Test func raggedRowsAreErrorsAndTheReadingGoesOn() throws {
        #expect(
            try rows("a,b,c\n1,2\n1,2,3\n1,2,3,4\nx\n4,5,6\n") == [
                FlatRow(2, [], "line 2: the row has 2 cells, the header has 3"), FlatRow(3, ["1", "2", "3"]),
                FlatRow(4, [], "line 4: the row has 4 cells, the header has 3"),
                FlatRow(5, [], "line 5: the row has 1 cell, the header has 3"), FlatRow(6, ["4", "5", "6"]),
            ])
    }

    @Test func aRaggedRowKeepsTheCellsItHas() throws {
        let chunk = try #require(try CSVReader(bytes: Array("a,b\n1\n1,2,3\n".utf8)).nextChunk())
        #expect(chunk.map(\.strings) == [["1"], ["1", "2"]])
        #expect(chunk.map(\.error?.code) == [.ragged, .ragged])
        #expect(chunk[0].string(at: 1) == "")
    }

    @Test func textAfterAClosingQuoteCostsOneRow() throws {
        let message = "text after the closing quote of a cell; a quote inside quotes is written twice"
        #expect(
            try rows("a,b\n\"x\"y,1\nok,2\n\"He said \"hi\" to me\",3\nok,4\n") == [
                FlatRow(2, [], "line 2, column 4: \(message)"), FlatRow(3, ["ok", "2"]),
                FlatRow(4, [], "line 4, column 11: \(message)"), FlatRow(5, ["ok", "4"]),
            ])
    }

    @Test func theLineOfStrayTextIsItsOwn() throws {
        let found = try rows("a,b\n\"one\ntwo\"x,1\nok,2\n")
        #expect(found[0].line == 2)
        #expect(found[0].error?.hasPrefix("line 3, column 5: text after") == true)
        #expect(found[1] == FlatRow(4, ["ok", "2"]))
    }

    @Test func anUnterminatedQuoteNamesItsLine() throws {
        let found = try rows("a,b\n1,2\n\"x\ny\",\"open\nand on,\nand on\n")
        #expect(
            found == [FlatRow(2, ["1", "2"]), FlatRow(3, [], "line 4: the quote opened on line 4 is never closed")])
    }

    @Test func blankLinesAreSkipped() throws {
        #expect(try rows("\n\na,b\n\n1,2\n\n\n3,4\n\n\n") == [FlatRow(5, ["1", "2"]), FlatRow(8, ["3", "4"])])
    }

    @Test func rowsOfNothingButDelimitersAreSkippedAndCounted() throws {
        let reader = try CSVReader(bytes: Array("a,b\n1,2\n,\n3,4\n,\n,\n".utf8))
        #expect(try flatten(reader).map(\.cells) == [["1", "2"], ["3", "4"]])
        #expect(reader.blankRows == 3)
    }

    @Test func aQuotedBlankIsARow() throws {
        #expect(try cells("a\n\"\"\n\n1\n") == [[""], ["1"]])
        #expect(try cells("a,b\n\"\",\n") == [["", ""]])
    }

    @Test(arguments: [
        ("a;b;c\n1;2,5;3\n", ["1", "2,5", "3"]), ("a\tb\n1\t2\n", ["1", "2"]), ("\"a;b;c\",d\n1,2\n", ["1", "2"]),
        ("\"x,y\";b\n1;2\n", ["1", "2"]), ("one\n1;2\n", ["1;2"]), ("\n\na;b\n1;2\n", ["1", "2"]),
        ("\"two\nlines,\";b\n1;2\n", ["1", "2"]),
    ])
    func theDelimiterIsSniffedFromTheHeader(_ text: String, _ row: [String]) throws {
        #expect(try cells(text) == [row])
    }

    @Test func aGivenDelimiterWins() throws {
        #expect(try cells("a;b|c\n1;2|3\n", CSVOptions(delimiter: UInt8(ascii: "|"))) == [["1;2", "3"]])
    }

    @Test func excelsSeparatorLine() throws {
        #expect(try rows("sep=;\r\na;b\r\n1;2\r\n") == [FlatRow(3, ["1", "2"])])
        #expect(try rows("sep=|\na|b\n1|2") == [FlatRow(3, ["1", "2"])])
    }

    @Test(arguments: [
        ("", "the text is empty: it has no header"), ("\n\r\n", "the text is empty: it has no header"),
        ("\u{FEFF}", "the text is empty: it has no header"),
        ("a,b,a\n", "the header of the text cannot be used: columns 1 and 3 are both 'a'; give each column a name of its own"),
        (
            "a,, \n",
            "the header of the text cannot be used: column 2 has no name, column 3 has no name; give each column a name of its own"
        ),
    ])
    func headersThatAreRefused(_ text: String, _ message: String) {
        #expect(throws: CSVError.self) { try CSVReader(bytes: Array(text.utf8)) }
        do throws(CSVError) {
            _ = try CSVReader(bytes: Array(text.utf8))
        } catch {
            #expect(error.description == message)
        }
    }

    @Test func headersDifferInCase() throws {
        #expect(try CSVReader(bytes: Array("Email,email\n".utf8)).header == ["Email", "email"])
    }

    @Test func aMissingFileIsNamed() {
        do throws(CSVError) {
            _ = try CSVReader(path: "/nowhere/users.csv")
            Issue.record("a file that does not exist was opened")
        } catch {
            #expect(error.code == .unreadable)
            #expect(error.description == "'/nowhere/users.csv' cannot be opened: No such file or directory")
        }
    }

    @Test func aRowThatIsTooLargeIsRefused() throws {
        let long = String(repeating: "x", count: 300)
        let text = "a,b\n1,2\n\(long),2\n3,4\n\"\(long)\n\(long)\",2\n5,6\n"
        let found = try rows(text, CSVOptions(blockSize: 32, maxRowBytes: 200))
        let message = "the row is larger than 200 bytes; a quote that was not meant to open a cell does that"
        #expect(
            found == [
                FlatRow(2, ["1", "2"]), FlatRow(3, [], "line 3: \(message)"), FlatRow(4, ["3", "4"]),
                FlatRow(5, [], "line 5: \(message)"), FlatRow(7, ["5", "6"]),
            ])
    }

    @Test func aQuoteThatSwallowsTheRestNamesItsLine() throws {
        let text = "a,b\n1,2\n3,\"\(String(repeating: "line\n", count: 200))"
        let found = try rows(text, CSVOptions(blockSize: 64, maxRowBytes: 100))
        #expect(found.count == 2)
        #expect(found[1].error == "line 3: the quote opened on line 3 is never closed, so the rest of the file is one row")
    }

    @Test func rowsAreNumberedWithoutHeaderAndBlanks() throws {
        let reader = try CSVReader(bytes: Array("a\n\n1\n\n2\n".utf8))
        var numbers: [Int] = []
        while let row = try reader.next() { numbers.append(row.number) }
        #expect(numbers == [1, 2])
    }

    @Test func chunksEndAtTheRowsAskedFor() throws {
        let text = "a\n" + (1...10).map { "\($0)\n" }.joined()
        let reader = try CSVReader(bytes: Array(text.utf8))
        var sizes: [Int] = []
        while let chunk = try reader.nextChunk(maxRows: 4) { sizes.append(chunk.count) }
        #expect(sizes == [4, 4, 2])
        #expect(try reader.nextChunk() == nil)
    }

    @Test func aFileIsRead() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("users.csv", Array("a,b\n1,2\n".utf8))
        #expect(try flatten(CSVReader(path: path)) == [FlatRow(2, ["1", "2"])])
    }

    @Test func aClosedReaderGivesNoMore() throws {
        let folder = try TemporaryFolder()
        let text = "a\n" + String(repeating: "1\n", count: 1000)
        let path = try folder.write("users.csv", Array(text.utf8))
        let reader = try CSVReader(path: path, options: CSVOptions(blockSize: 16))
        _ = try reader.nextChunk(maxRows: 1)
        reader.close()
        #expect(try flatten(reader).count < 20)
    }

    @Test func guardsAreTakenOffAndCounted() throws {
        let reader = try CSVReader(
            bytes: Array("'=h,b\n'=1+1,''@x\n'plain,-5\n\"'+49 \"\"1\"\"\",'\n".utf8), options: CSVOptions(unguard: true))
        #expect(reader.header == ["=h", "b"])
        #expect(try flatten(reader).map(\.cells) == [["=1+1", "'@x"], ["'plain", "-5"], ["+49 \"1\"", "'"]])
        #expect(reader.unguardedCells == 4)
    }

    @Test func guardsStayUnlessAskedFor() throws {
        #expect(try cells("a\n'=1\n") == [["'=1"]])
    }

    @Test func delimitersByName() {
        #expect(CSVOptions.delimiter(named: ";") == UInt8(ascii: ";"))
        #expect(CSVOptions.delimiter(named: "tab") == 0x09)
        #expect(CSVOptions.delimiter(named: "\\t") == 0x09)
        #expect(CSVOptions.delimiter(named: "\"") == nil)
        #expect(CSVOptions.delimiter(named: ";;") == nil)
        #expect(CSVOptions.delimiter(named: "") == nil)
    }
}
