// Several mistakes in one text: each is reported, and nothing that only follows from another. And where a prompt asks
// for more lines instead.

import Testing

@testable import CBKSyntax

@Suite struct RecoveryTests {
    /// Each diagnostic as `line:column code`.
    private func places(_ text: String) -> [String] {
        let source = SourceFile(name: "t", text: text)
        return parse(source).diagnostics.map { diagnostic in
            let position = source.position(of: diagnostic.span.start)
            return "\(position.line):\(position.column) \(diagnostic.code)"
        }
    }

    @Test func fiveMistakesAreFiveDiagnostics() {
        let text = """
            let total 5
            let name = "unclosed
            if total = 5 { print(total) }
            users.create(name: "x", "y")
            let ok = 1 < total < 10
            print("fine")
            """
        #expect(places(text) == ["1:11 E0110", "2:12 E0103", "3:10 E0117", "4:25 E0118", "5:20 E0115"])
    }

    @Test(arguments: [
        // A body is read even if its header makes no sense.
        ("if a ~ b {\n  let x\n}\nlet y", ["1:6 E0102", "2:8 E0110", "4:6 E0110"]),
        ("while {\n  let x\n}", ["1:7 E0111", "2:8 E0110"]),
        ("fn f {\n  let x\n}", ["1:6 E0110", "2:8 E0110"]),
        // A closed bracket is left at its end, an unclosed one at the next statement.
        ("f(1 2, 3 4)\nlet y", ["1:5 E0110", "1:10 E0110", "2:6 E0110"]),
        ("let r = { a 1, b: 2, 3: 4 }", ["1:11 E0110", "1:22 E0110"]),
        ("f(1,\nlet y = 2\nlet z", ["1:2 E0113", "3:6 E0110"]),
        ("print(\"abc\nlet y", ["1:7 E0103", "2:6 E0110"]),
        ("f(g(h(1 2)\nlet y", ["1:4 E0113", "1:9 E0110", "2:6 E0110"]),
        ("let a = [1, 2\nlet b = (3\nlet c = {d: 4\nlet e = 5", ["1:9 E0113", "2:9 E0113", "3:9 E0113"]),
        // Strings.
        ("let a = \"${b c}\" + \"${d e}\"", ["1:14 E0110", "1:25 E0110"]),
        ("let a = \"${}${b}${}\"", ["1:10 E0111", "1:17 E0111"]),
        ("f(\"${g(\"a)}\"\nlet y", ["1:3 E0103", "2:6 E0110"]),
        // Arms.
        (
            "match x {\n  1 -> 2\n  /a/ => 3\n  4 => 5 6\n}\nlet y",
            ["2:5 E0110", "3:3 E0123", "4:10 E0112", "6:6 E0110"]
        ),
        // One unknown word spoils its statement only.
        ("wihle a { let b }\nlet y", ["1:7 E0112", "2:6 E0110"]),
        ("let a = 1 let b = 2 let", ["1:11 E0112", "1:21 E0112", "1:24 E0110"]),
        // What is open at the end is said once, at the innermost.
        ("fn f() {\n  if a {\n    g(1", ["3:6 E0113"]),
        ("@@@", ["1:1 E0102", "1:2 E0102", "1:3 E0102"]),
        ("}\n}\nlet y", ["1:1 E0113", "2:1 E0113", "3:6 E0110"]),
    ])
    func reportsEachMistakeOnce(text: String, expected: [String]) {
        #expect(places(text) == expected)
    }

    @Test func whatIsDeclaredStaysDeclaredAfterAMistake() {
        #expect(
            parsed("let a\nfn f {}\nparam p: strng").tree.dump()
                == "(let a (error))\n(fn f () {})\n(param p string \"\")")
    }

    @Test func aFileThatIsNoScriptGivesNotMoreThanAHundred() {
        #expect(parsed(String(repeating: "@\n", count: 1_000)).diagnostics.count == 100)
    }

    // MARK: At the prompt

    @Test(arguments: [
        "let x =", "f(1,", "f(", "1 +", "a ??", "a &&", "!", "[1, 2", "{ a: 1,", "fn f() {", "fn f(a", "if a {", "if a",
        "if a { b } else {", "x =>", "x => {", "f(x => {\n  g(x)", "match x {", "match x {\n  1 => 2", "batch r in l",
        "for x in",
        "f() catch", "f() catch e =>", "\"abc", "\"a ${b", "\"${f(", "'abc", "a[", "a?[", "let x = f(1)\nif x {\n",
        "while a { # comment", "for k,", "let x = # later", "match x", "try {",
    ])
    func asksForMore(text: String) {
        let result = parsed(text, interactive: true)
        #expect(result.isIncomplete)
        #expect(result.diagnostics.count == 1)
    }

    @Test(arguments: [
        "", "# comment", "1", "let x = 1", "if a { }", "f(1 2", "let x", "users.", "fn f", "throw", ")", "}",
        "f(\"a\nb", "let = [",
        "import \"x\"", "a ~ {", "\"\\q", "/abc", "try { }", "x = 1;",
    ])
    func doesNotAskForMore(text: String) {
        #expect(!parsed(text, interactive: true).isIncomplete)
    }

    @Test func atThePromptElseAndCatchStandBesideTheBrace() {
        #expect(parsed("if a { } else { }", interactive: true).diagnostics.isEmpty)
        #expect(parsed("try { } catch { }", interactive: true).diagnostics.isEmpty)
        let stray = parsed("if a { }\nelse { }", interactive: true)
        #expect(stray.diagnostics.map(\.code) == ["E0124"])
        #expect(stray.diagnostics.map(\.hint) == ["at the prompt 'else' stands beside the '}'"])
        #expect(parsed("f()\ncatch 1", interactive: true).diagnostics.map(\.code) == ["E0124"])
        // Inside a block the statement has not ended, so there is nothing to decide.
        #expect(parsed("fn f() {\n  if a { }\n  else { }\n}", interactive: true).diagnostics.isEmpty)
        #expect(parsed("f()\n  .g()", interactive: true).tree.dump() == "(call (. (call f) g))")
    }
}
