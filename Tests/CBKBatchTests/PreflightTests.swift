import CBKBatch
import Testing

@Suite struct PreflightTests {
    private func report(
        _ text: String, _ options: MappingOptions = MappingOptions(), skipRows: Int = 0, maxRows: Int? = nil
    ) throws -> PreflightReport {
        let reader = try CSVReader(bytes: Array(text.utf8), options: CSVOptions(unguard: true))
        let mapping = try ColumnMapping(header: reader.header, options: options)
        return try Preflight.run(reader, mapping: mapping, skipRows: skipRows, maxRows: maxRows)
    }

    private func problems(_ text: String, _ options: MappingOptions = MappingOptions()) throws -> [String] {
        try report(text, options).problems.map { "\($0.line) \($0.code) \($0.message)" }
    }

    @Test func aGoodFile() throws {
        let found = try report(
            "name,email,alias,limits.messages,meta\nAda,ada@x.org,ada-1,100,\"{\"\"a\"\":1}\"\n,,,,\nBo,,,,\n'=x,,,0,\n")
        #expect(found.problems.isEmpty)
        #expect(found.rows == 3)
        #expect(found.blankRows == 1)
        #expect(found.unguardedCells == 1)
    }

    @Test func emails() throws {
        #expect(
            try problems("email\nada\na@b@c\n@x\nx@\na b@c\n ok@x \n") == [
                "2 INVALID_EMAIL 'ada' is no e-mail address: it has no @",
                "3 INVALID_EMAIL 'a@b@c' is no e-mail address: it has 2 @",
                "4 INVALID_EMAIL '@x' is no e-mail address: a side of the @ is empty",
                "5 INVALID_EMAIL 'x@' is no e-mail address: a side of the @ is empty",
                "6 INVALID_EMAIL 'a b@c' is no e-mail address: it has a blank inside",
            ])
    }

    @Test func namesCountBytes() throws {
        let fits = String(repeating: "é", count: 95) + "x"
        #expect(try problems("name\n\(fits)\n").isEmpty)
        let found = try problems("name\n\(fits)é\n")
        #expect(found.count == 1)
        #expect(found[0].hasSuffix("has 193 bytes of UTF-8; 191 is the most"))
        let parts = try problems(
            "first name,last name\n\(String(repeating: "a", count: 100)),\(String(repeating: "b", count: 91))\n")
        #expect(parts.count == 1)
        #expect(parts[0].contains("192 bytes"))
    }

    @Test func aliases() throws {
        #expect(try problems("alias\nok-1_x\n").isEmpty)
        #expect(
            try problems("alias\nAda\n") == [
                "2 INVALID_ALIAS 'Ada' is no alias: it may hold only a-z, 0-9, - and _; --set alias=EXPR can make one"
            ])
        #expect(try problems("alias\n\(String(repeating: "a", count: 129))\n").count == 1)
    }

    @Test func limits() throws {
        let found = try problems(
            "email,limits.messages\na@x,10\nb@x,-1\nc@x,1.5\nd@x,\"1,000\"\ne@x,ten\nf@x,9223372036854775808\n")
        #expect(found.map { $0.prefix(1) } == ["3", "4", "5", "6", "7"])
        #expect(found[1] == "4 INVALID_LIMIT limits.messages takes a whole number from 0, not '1.5'")
    }

    @Test func meta() throws {
        let found = try problems("email,meta\na@x,{}\nb@x,[1]\nc@x,{\nd@x,\"{\"\"_x\"\":1}\"\n")
        #expect(found.count == 3)
        #expect(found[0] == "3 INVALID_META the cell 'meta' holds an array, not an object")
        #expect(found[1].hasPrefix("4 INVALID_META the cell 'meta' is no JSON: "))
        #expect(found[2] == "5 INVALID_META the cell 'meta' has the key '_x', which must not start with _")
    }

    @Test func duplicatesNameBothLines() throws {
        #expect(
            try problems("email,alias\nA@x.org,a\n a@X.org,b\nb@x.org,a\nb@x.org,c\n") == [
                "3 DUPLICATE_KEY line 2 has the e-mail address 'a@X.org', too", "4 DUPLICATE_ALIAS line 2 has the alias 'a', too",
            ])
    }

    @Test func aRefusedRowHoldsNoKey() throws {
        #expect(try problems("email,limits.tokens\na@x.org,bad\na@x.org,1\n").count == 1)
    }

    @Test func rowsThatCannotBeRead() throws {
        let found = try report("name,email\nAda\n\"x\"y,b@x\nBo,bo@x\n")
        #expect(found.rows == 3)
        #expect(found.badRows == 2)
        #expect(found.problems.map(\.code) == ["CSV_RAGGED", "CSV_QUOTE"])
        #expect(found.refusals[2]?.message == "the row has 1 cell, the header has 2")
    }

    @Test func theClearTokenIsNoValue() throws {
        #expect(try problems("email,limits.messages\n#N/A,#N/A\n", MappingOptions(clearToken: "#N/A")).isEmpty)
    }

    @Test func aSetFieldIsNotChecked() throws {
        #expect(try problems("email,name\nnone,x\n", MappingOptions(set: ["email='a@x'"])).isEmpty)
    }

    @Test func onlyTheRowsAskedFor() throws {
        let text = "email\nbad1\nbad2\nbad3\nbad4\n"
        let found = try report(text, skipRows: 1, maxRows: 2)
        #expect(found.rows == 2)
        #expect(found.problems.map(\.line) == [3, 4])
    }

    @Test func severalProblemsOfOneRow() throws {
        let found = try report("email,alias\nbad,BAD\n")
        #expect(found.problems.count == 2)
        #expect(found.badRows == 1)
        #expect(found.refusals[2]?.code == "INVALID_EMAIL")
    }
}
