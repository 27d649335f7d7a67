// Diagnostics as text: exactly the format of language.md, with odd characters in the line.

import Testing

@testable import CBKSyntax

@Suite struct RenderingTests {
    /// Renders one diagnostic over the part in « ».
    private func rendered(_ example: String, hint: String? = nil, severity: Diagnostic.Severity = .error) -> String {
        let (text, span) = marked(example)
        let diagnostic = Diagnostic(severity, code: "E0207", message: "no field 'x'", span: span, hint: hint)
        return diagnostic.rendered(in: SourceFile(name: "a.cbk", text: text), color: false)
    }

    @Test func rendersAsTheLanguagePageShows() {
        let text = String(repeating: "\n", count: 13) + "  let user = users.create(name: row.name, email: row.emial)\n"
        let diagnostic = Diagnostic(
            code: "E0207", message: "no field 'emial' in record { name, email, plan }", span: Span(start: 66, end: 71),
            hint: "did you mean 'email'?")
        #expect(
            diagnostic.rendered(in: SourceFile(name: "onboard.cbk", text: text), color: false) == """
                error[E0207]: no field 'emial' in record { name, email, plan }
                  --> onboard.cbk:14:54
                   |
                14 |   let user = users.create(name: row.name, email: row.emial)
                   |                                                      ^^^^^ did you mean 'email'?
                """)
    }

    @Test func rendersAWarningWithoutAHint() {
        #expect(
            rendered("let «x» = 1", severity: .warning) == """
                warning[E0207]: no field 'x'
                 --> a.cbk:1:5
                  |
                1 | let x = 1
                  |     ^
                """)
    }

    @Test(arguments: [
        // Tabs stop at each fourth column.
        ("\tx\t«y»", "    x   y", "        ^"),
        ("a«\t»b", "a   b", " ^^^"),
        // Wide characters take two columns, marks none; the column in the place counts scalars all the same.
        ("\"漢字\" + «x»", "\"漢字\" + x", "         ^"),
        ("«漢字»", "漢字", "^^^^"),
        ("\"e\u{301}\" + «x»", "\"e\u{301}\" + x", "      ^"),
        ("\"👩‍👩‍👧\" «x»", "\"👩‍👩‍👧\" x", "     ^"),
        ("\"❤\u{FE0F}\" «x»", "\"❤\u{FE0F}\" x", "     ^"),
        // Control characters and what hides or turns text is shown.
        ("\"\u{1B}[31m\" «x»", "\"␛[31m\" x", "        ^"),
        ("\"\u{7F}\u{0}\" «x»", "\"␡␀\" x", "     ^"),
        ("\"\u{202E}\" «x»", "\"\\u{202E}\" x", "           ^"),
        // An empty span is one mark; one over several lines goes to the end of the first.
        ("abc«»", "abc", "   ^"),
        ("a«»b", "ab", " ^"),
        ("f«(a,\nb)»", "f(a,", " ^^^"),
        ("f(«a\r\n»b", "f(a", "  ^"),
        ("a«\n»b", "a", " ^"),
    ])
    func marksByDisplayColumn(example: String, line: String, marks: String) {
        let lines = rendered(example).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 5)
        #expect(lines[3] == "1 | \(line)")
        #expect(lines[4] == "  | \(marks)")
    }

    @Test func placeCountsScalars() {
        #expect(rendered("\"漢字\" + «x»").contains("--> a.cbk:1:8\n"))
    }

    @Test func anEmptyLineHasNoTrailingSpace() {
        #expect(rendered("a\n\n«»").hasSuffix("  |\n3 |\n  | ^"))
    }

    @Test func aVeryLongLineIsShownAroundItsMark() {
        let long = String(repeating: "a", count: 1_000)
        let lines = rendered("\(long)«bcd»\(long)").split(separator: "\n")
        #expect(lines[3].count == "1 | ".count + 202)
        #expect(lines[3].hasPrefix("1 | …a") && lines[3].hasSuffix("a…"))
        let column = lines[4].count - 3
        #expect(lines[4].hasSuffix(" ^^^"))
        #expect(String(lines[3].dropFirst(column).prefix(3)) == "bcd")
        let whole = rendered("«\(long)»").split(separator: "\n")
        #expect(whole[3].hasPrefix("1 | aaa") && whole[3].hasSuffix("a…"))
        #expect(whole[4].count == "  | ".count + 200)
    }

    @Test func controlCharactersInMessageAndNameAreShown() {
        let diagnostic = Diagnostic(
            code: "E1", message: "bad '\u{1B}[2J'\n", span: Span(start: 0, end: 1), hint: "\u{7}")
        let text = diagnostic.rendered(in: SourceFile(name: "a\u{1B}b", text: "x"), color: false)
        #expect(text == "error[E1]: bad '␛[2J'␊\n --> a␛b:1:1\n  |\n1 | x\n  | ^ ␇")
    }

    @Test func invalidBytesDoNotShiftTheMark() {
        let source = SourceFile(name: "t", bytes: Array("a ".utf8) + [0xFF, 0xFE] + Array(" b".utf8))
        let lines = Diagnostic(code: "E1", message: "m", span: Span(start: 5, end: 6)).rendered(
            in: source, color: false
        )
        .split(separator: "\n")
        #expect(lines[3] == "1 | a \u{FFFD}\u{FFFD} b")
        #expect(lines[4] == "  |      ^")
    }

    @Test func coloursWrapTheSameText() {
        let (text, span) = marked("let «x» = 1")
        let source = SourceFile(name: "a.cbk", text: text)
        let diagnostic = Diagnostic(code: "E0207", message: "no field", span: span, hint: "a hint")
        let coloured = diagnostic.rendered(in: source, color: true)
        #expect(coloured.hasPrefix("\u{1B}[1;31merror[E0207]\u{1B}[0m"))
        var plain = ""
        var isEscape = false
        for character in coloured {
            if character == "\u{1B}" { isEscape = true }
            if !isEscape { plain.append(character) }
            if character == "m", isEscape { isEscape = false }
        }
        #expect(plain == diagnostic.rendered(in: source, color: false))
    }

    @Test func severalAreSortedByPlace() {
        let source = SourceFile(name: "a.cbk", text: "a\nb\nc")
        let all = [(4, "third"), (0, "first"), (2, "second"), (2, "second too")].map { offset, message in
            Diagnostic(code: "E1", message: message, span: Span(start: offset, end: offset + 1))
        }
        let text = CBKSyntax.rendered(all, in: source, color: false)
        let messages = text.split(separator: "\n").filter { $0.hasPrefix("error") }.map {
            $0.dropFirst("error[E1]: ".count)
        }
        #expect(messages == ["first", "second", "second too", "third"])
        #expect(text.contains("  | ^\n\nerror[E1]: second\n"))
        #expect(CBKSyntax.rendered([], in: source, color: false) == "")
    }
}
