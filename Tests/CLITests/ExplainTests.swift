// `cbk explain`: one code, the list of all, and codes that there are not. That the pages are true: ErrorPageTests.

import TestSupport
import Testing

struct ExplainTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    @Test(arguments: ["E0207", "e0207"])
    func aCode(code: String) throws {
        let result = try runner.run("explain", code)
        #expect(
            result.stdout == """
                E0207: no such field

                The fields of this value are known before the run, and this is none of them. 'r?.name'
                gives null for a missing field.

                For example:

                    let user = { name: "Ann", email: "ann@example.com" }
                    print(user.emial)

                Mended:

                    let user = { name: "Ann", email: "ann@example.com" }
                    print(user.email)

                """)
        #expect(result.stderr == "" && result.status == 0)
    }

    @Test func flagsAndWordsOfACode() throws {
        #expect(try runner.run("explain", "E0501").stdout.contains("For example, with --max-steps 10000:"))
        let words = try runner.run("explain", "E0120").stdout
        #expect(words.contains("Name the parts with 'let'.") && !words.contains("Mended"))
        #expect(try runner.run("explain", "W0101", "E0101").stdout.contains("\n\nE0101: invalid UTF-8\n"))
    }

    @Test func allCodesInOrder() throws {
        let result = try runner.run("explain")
        let codes = result.lines.map { String($0.prefix(5)) }
        #expect(codes == codes.sorted() && Set(codes).count == codes.count)
        #expect(codes == ErrorSection.all.map(\.code).sorted())
        #expect(result.lines.allSatisfy { $0.wholeMatch(of: /[EW][0-9]{4}  [^A-Z\n][^\n]+/) != nil || $0.contains("  '") })
    }

    @Test func unknownCodes() throws {
        let near = try runner.run("explain", "E0217x")
        #expect(near.stderr == "cbk: there is no code 'E0217x'; did you mean 'E0217'?\n" && near.status == 2)
        let far = try runner.run("explain", "2")
        #expect(far.stderr == "cbk: there is no code '2'; 'cbk explain' lists them\n" && far.status == 2)
        let word = try runner.run("explain", "CONFLICT")
        #expect(word.stderr.contains("docs/errors.md") && word.stdout == "" && word.status == 2)
    }
}
