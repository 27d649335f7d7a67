// The lexer alone: kinds, regular expressions against division, strings that nest, what lies before a token.

import Testing

@testable import CBKSyntax

@Suite struct LexerTests {
    private func kinds(_ text: String) -> [TokenKind] {
        Lexer.tokens(of: SourceFile(name: "t", text: text)).0.map(\.kind).dropLast()
    }

    private func texts(_ text: String) -> [String] {
        let source = SourceFile(name: "t", text: text)
        return Lexer.tokens(of: source).0.dropLast().map { source.text(in: $0.span) }
    }

    @Test func takesTheLongestOperator() {
        #expect(
            texts("a??=b??c?.d?[e]...f..g//=h//i=>j==k!=l<=m>=n") == [
                "a", "??=", "b", "??", "c", "?.", "d", "?[", "e", "]", "...", "f", "..", "g", "//=", "h", "//", "i",
                "=>", "j", "==", "k", "!=", "l", "<=", "m", ">=", "n",
            ])
    }

    @Test func knowsEveryKeywordAndReservedWord() {
        let words =
            "let var fn return if else while for in break continue batch try catch throw match import pub "
            + "param true false null by parallel emit skip as omit"
        let found = kinds(words)
        #expect(found.count == 28)
        #expect(found.allSatisfy { $0.isKeyword != $0.isReservedWord })
        #expect(kinds("lets vars parallels continued _if If") == Array(repeating: .name, count: 6))
    }

    @Test(arguments: [
        ("a / b / c", [TokenKind.name, .slash, .name, .slash, .name]),
        ("f(/b/)", [.name, .leftParen, .regex, .rightParen]),
        ("1 / 2", [.int, .slash, .int]),
        ("(a) / 2", [.leftParen, .name, .rightParen, .slash, .int]),
        ("a[0] / 2", [.name, .leftBracket, .int, .rightBracket, .slash, .int]),
        ("{} / 2", [.leftBrace, .rightBrace, .slash, .int]),
        ("true / 2", [.true, .slash, .int]),
        ("return /a/i", [.return, .regex]),
        ("x.return / 2", [.name, .dot, .return, .slash, .int]),
        ("x = /=/", [.name, .assign, .regex]),
        ("x /= 2", [.name, .divideAssign, .int]),
        ("!/[/]\\//", [.not, .regex]),
        ("emit /a/", [.emit, .regex]),
        ("\"a\" / 2", [.string, .slash, .int]),
        ("\"${a}\" / 2", [.stringStart, .name, .stringEnd, .slash, .int]),
    ])
    func tellsRegexFromDivision(text: String, expected: [TokenKind]) {
        #expect(kinds(text) == expected)
    }

    @Test(arguments: [
        ("1..2", [TokenKind.int, .range, .int]),
        ("1.5", [.float]),
        ("1.x", [.int, .dot, .name]),
        ("1_000.5e-3", [.float]),
        ("1e5", [.float]),
        ("1h30m 250ms 5s", [.duration, .duration, .duration]),
        ("-5", [.minus, .int]),
        ("0 0.5 0s", [.int, .float, .duration]),
    ])
    func readsNumbers(text: String, expected: [TokenKind]) {
        #expect(kinds(text) == expected)
        #expect(Lexer.tokens(of: SourceFile(name: "t", text: text)).1.isEmpty)
    }

    @Test func stringsNestThroughBraces() {
        #expect(
            texts("\"a${ {b: \"c${d}\"} }e${f}g\"") == [
                "\"a${", "{", "b", ":", "\"c${", "d", "}\"", "}", "}e${", "f", "}g\"",
            ])
        #expect(kinds("\"$a \\${b} $\"") == [.string])
    }

    @Test func skipsByteOrderMarkAndInterpreterLine() {
        #expect(texts("\u{FEFF}#!/usr/bin/env cbk\nprint(1)") == ["print", "(", "1", ")"])
        #expect(texts("#!/usr/bin/env cbk") == [])
        #expect(Lexer.tokens(of: SourceFile(name: "t", text: "\u{FEFF}x")).1.isEmpty)
    }

    @Test func commentsStandBeforeTheNextToken() {
        let source = SourceFile(name: "t", text: "a # one\n  # two\nb # three")
        let tokens = Lexer.tokens(of: source).0
        let comments = tokens.map { $0.comments(in: source).map { source.text(in: $0) } }
        #expect(comments == [[], ["# one", "# two"], ["# three"]])
        #expect(tokens.map(\.hasNewlineBefore) == [false, true, false])
    }

    @Test func aLineOfSlashesIsACommentButDivisionInBracketsIsNot() {
        #expect(kinds("a\n// b\nc") == [.name, .name])
        #expect(kinds("(a\n// b\n)") == [.leftParen, .name, .floorDivide, .name, .rightParen])
        #expect(kinds("[1,\n// one\n2]") == [.leftBracket, .int, .comma, .int, .rightBracket])
    }

    @Test(
        arguments: [
            ([0x61, 0x80], 1), ([0xC0, 0xAF], 0), ([0xE0, 0x80, 0x80], 0), ([0xED, 0xA0, 0x80], 0),
            ([0xF4, 0x90, 0x80, 0x80], 0), ([0x22, 0xE9, 0x22], 1), ([0x61, 0xF0, 0x9F, 0x98], 1), ([0xFF], 0),
            ([0xE2, 0x82], 0),
        ] as [([UInt8], Int)])
    func reportsInvalidUTF8WithItsOffset(bytes: [UInt8], offset: Int) {
        let diagnostics = Lexer.tokens(of: SourceFile(name: "t", bytes: bytes)).1
        #expect(diagnostics.first?.code == "E0101")
        #expect(diagnostics.first?.message == "invalid UTF-8 at byte \(offset)")
        #expect(diagnostics.first?.span.start == offset)
    }

    @Test func acceptsAllWellFormedUTF8() {
        let text = "# \u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\u{D7FF}\u{E000}é漢😀"
        #expect(Lexer.tokens(of: SourceFile(name: "t", text: text)).1.isEmpty)
    }
}
