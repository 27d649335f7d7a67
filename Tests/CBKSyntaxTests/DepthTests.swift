// No text overflows the stack: trees end at 1,000 levels, and deeper text is one mistake.

import Testing

@testable import CBKSyntax

@Suite struct DepthTests {
    private static let levels = 10_000

    private static func nested(_ open: String, _ inner: String, _ close: String, _ count: Int = levels) -> String {
        String(repeating: open, count: count) + inner + String(repeating: close, count: count)
    }

    static let tooDeep: [String] = [
        nested("(", "1", ")"), nested("(", "", ""), nested("[", "", "]"), nested("[", "", ""),
        nested("{ a: ", "1", "}"),
        nested("{ a: ", "", ""), nested("-", "1", ""), nested("!", "a", ""), nested("- !", "a", ""),
        nested("", "a", ".b"),
        nested("", "a", "[0]"), nested("", "f", "()"), nested("", "1", " + 1"), nested("", "a", " ?? a"),
        nested("", "a", " catch a"),
        nested("f(", "1", ")"), nested("a[", "1", "]"), nested("x => ", "1", ""), nested("(a) => ", "1", ""),
        nested("x => { ", "1", " }"), nested("a ?? throw ", "1", ""), nested("a catch e => ", "1", ""),
        nested("if ", "a", " {}"),
        nested("if a {\n", "", "}\n"), nested("if a {} else {", "", "}"), nested("while a {", "", "}"),
        nested("for a in b {", "", "}"),
        nested("fn f() {\n", "", "}"), nested("try {", "", "} catch e {}"), nested("match ", "x", " {}"),
        nested("match x { a => ", "1", " }"), nested("batch a in ", "b", " {}"), nested("\"${", "1", "}\""),
        "match x { " + nested("[", "", "]") + " => 1 }", "match x { " + nested("{ a: ", "b", " }") + " => 1 }",
        nested("-(a.b + [", "1", "])"), nested("while a {", nested("", "1", " + 1", 900), "}", 500),
    ]

    @Test(arguments: tooDeep.indices)
    func refusesDeepText(index: Int) {
        let diagnostics = parsed(Self.tooDeep[index]).diagnostics
        #expect(diagnostics.filter { $0.code == "E0120" }.count == 1)
        #expect(diagnostics.count <= 2)
    }

    @Test(arguments: [
        nested("(", "1", ")", 900), nested("[", "", "]", 900), nested("{ a: ", "1", " }", 900),
        nested("!", "a", "", 900),
        nested("", "a", ".b", 900), nested("", "1", " + 1", 900), nested("x => ", "1", "", 900),
        nested("if a {\n", "", "}\n", 450),
        nested("\"${", "1", "}\"", 900), nested("f(", "1", ")", 900), nested("while a {", "", "}", 900),
        "match x { " + nested("[", "", "]", 900) + " => 1 }",
    ])
    func acceptsWhatIsNotTooDeep(text: String) {
        #expect(parsed(text).diagnostics.map(\.message) == [])
        // What secondary threads have on macOS.
        #expect(runOnThread(stackSize: 512 << 10) { _ = parsed(text) })
    }

    @Test func longIsNotDeep() {
        #expect(parsed("if a {}" + Self.nested("", "", " else if a {}")).diagnostics.isEmpty)
        #expect(parsed("[" + Self.nested("", "", "a, ") + "]").diagnostics.isEmpty)
        #expect(parsed("match x { " + Self.nested("", "1", " | 1") + " => 1 }").diagnostics.isEmpty)
        #expect(parsed(Self.nested("let a = 1\n", "", "")).tree.statements.count == Self.levels)
    }

    @Test(arguments: [
        "(", ")", "([{", ")]}", "}", "(}", "{)", "\"", "\"${", "'", "/", "//", "=>", ".", "?", ",", "return ", "emit ",
        "throw ", "\"${\"", "(\"\n", "let ", "if ", "else ", "|", "...", "\\",
    ])
    func survivesRepetition(fragment: String) {
        let text = String(repeating: fragment, count: Self.levels)
        let result = parsed(text)
        #expect(!result.diagnostics.isEmpty)
        #expect(result.diagnostics.allSatisfy { $0.span.end <= text.utf8.count })
    }
}
