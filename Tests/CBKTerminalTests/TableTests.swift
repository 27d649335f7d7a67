// Tables and values as text, compared whole.

import CBKRuntime
import CBKTerminal
import Testing

@Suite struct TableTests {
    private func table(_ rows: [Snapshot], width: Int = 80) -> String {
        TableRenderer(width: width, palette: .plain).render(rows)
    }

    private func row(_ fields: (String, Snapshot)...) -> Snapshot {
        .record(fields.map { Snapshot.Field($0.0, $0.1) })
    }

    @Test func columnsAreTheUnionInOrderOfAppearance() {
        let text = table([
            row(("name", .string("Ann")), ("n", .int(7))),
            row(("name", .null), ("n", .int(1_200)), ("plan", .string("pro"))),
        ])
        #expect(
            text == """
                name     n  plan
                ────  ────  ────
                Ann      7
                null  1200  pro

                """)
    }

    @Test func wideCharactersTakeTwoColumns() {
        let text = table([
            row(("name", .string("山田太郎")), ("id", .string("a"))),
            row(("name", .string("👨‍👩‍👧 é")), ("id", .string("b"))),
            row(("name", .string("Zoë")), ("id", .string("c"))),
        ])
        #expect(
            text == """
                name      id
                ────────  ──
                山田太郎  a
                👨‍👩‍👧 é      b
                Zoë       c

                """)
    }

    @Test func cellsAreCutWhereTheTerminalEnds() {
        let long = String(repeating: "word ", count: 20)
        let text = table([row(("id", .string("user_0123456789")), ("description", .string(long)))], width: 40)
        #expect(
            text == """
                id               description
                ───────────────  ───────────────────────
                user_0123456789  word word word word wo…

                """)
        #expect(text.split(separator: "\n").allSatisfy { DisplayWidth.of(String($0)) <= 40 })
    }

    @Test func columnsWithoutValuesGoWhenRoomIsShort() {
        let rows = [
            row(("name", .string("Ann")), ("description", .null), ("image", .null), ("email", .string("ann@example.com")))
        ]
        #expect(table(rows, width: 60).hasPrefix("name  description  image  email\n"))
        #expect(
            table(rows, width: 30) == """
                name  email
                ────  ───────────────
                Ann   ann@example.com
                all null: description, image

                """)
    }

    @Test func tooManyColumnsAreShownRecordByRecord() {
        let fields = (0..<9).map { Snapshot.Field("column_\($0)", .string("value \($0) of some length")) }
        let text = table([.record(fields)], width: 60)
        #expect(text.hasPrefix("── 1 ─"))
        #expect(text.contains("\ncolumn_8  value 8 of some length\n"))
    }

    @Test func rowsBeyondTheCapAreCounted() {
        let rows = (0..<45).map { row(("n", .int($0))) }
        let text = table(rows)
        #expect(text.hasSuffix("39\n… 5 more\n"))
        #expect(text.split(separator: "\n").count == 43)
    }

    @Test func controlAndBidirectionalCharactersAreVisible() {
        let text = table([row(("name", .string("a\u{1B}[31mb\nc\u{202E}d")))])
        #expect(text.contains("a\\u{1b}[31mb\\nc\\u{202e}d\n"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test func textOfSeveralLinesKeepsItsLayout() {
        #expect(VisibleText.lines("a\tb\nc\r\u{7F}") == "a\tb\nc\\r\\u{7f}")
        #expect(VisibleText.line("a\tb\n") == "a\\tb\\n")
        let england = "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"
        #expect(VisibleText.line(england) == england)
        #expect(VisibleText.line("a\u{E0062}") == "a\\u{e0062}")
    }

    @Test func nestedValuesAreCompact() {
        let meta: Snapshot = .record([.init("plan", .string("pro")), .init("odd key", .list([.int(1), .bool(true)]))])
        #expect(table([row(("meta", meta))]).contains("{ plan: \"pro\", \"odd key\": [1, true] }\n"))
    }

    @Test func secretsAreMasked() {
        let secret = "sk-" + String(repeating: "0123456789abcdef", count: 4)
        let value = row(("token", .secret(SecretText(secret))), ("name", .string("first")))
        let text = table([value]) + ValueText(width: 80, palette: .plain).block(value)
        #expect(!text.contains("0123456789"))
        #expect(text.contains("sk-…cdef"))
    }

    @Test func onlyListsOfRecordsAreTables() {
        #expect(TableRenderer.suits([row(("a", .int(1)))]))
        #expect(!TableRenderer.suits([]))
        #expect(!TableRenderer.suits([row()]))
        #expect(!TableRenderer.suits([row(("a", .int(1))), .int(2)]))
    }

    @Test func colourDoesNotChangeTheLayout() {
        let rows = [row(("name", .null), ("n", .int(1)))]
        let painted = TableRenderer(width: 80, palette: Palette(isOn: true)).render(rows)
        #expect(painted.contains("\u{1B}[2mnull\u{1B}[0m  1\n"))
    }

    @Test(arguments: [
        (Snapshot.string("say \"${x}\" $5\n"), #""say \"\${x}\" $5\n""#), (.float(1), "1.0"), (.duration(5_400_000), "1h30m"),
        (.duration(-250), "-250ms"), (.datetime(0), "1970-01-01T00:00:00Z"), (.record([]), "{}"), (.list([]), "[]"),
        (.opaque(type: "stream", description: "stream"), "stream"), (.null, "null"),
    ])
    func valuesAreWrittenAsTheLanguageWritesThem(value: Snapshot, text: String) {
        #expect(ValueText(width: 80, palette: .plain).block(value) == text + "\n")
    }

    @Test func longValuesBreakIntoLines() {
        let value: Snapshot = .record([
            .init("name", .string("Ann")),
            .init("tags", .list((0..<3).map { .string("a longer tag \($0)") })),
        ])
        #expect(
            ValueText(width: 40, palette: .plain).block(value) == """
                {
                  name: "Ann",
                  tags: [
                    "a longer tag 0",
                    "a longer tag 1",
                    "a longer tag 2",
                  ],
                }

                """)
    }

    @Test func deepAndLongValuesAreCut() {
        var deep: Snapshot = .int(1)
        for _ in 0..<300 { deep = .list([deep]) }
        #expect(ValueText(width: 80, palette: .plain).block(deep).contains("…"))
        let long = ValueText(width: 80, palette: .plain).block(.list((0..<5_000).map { .int($0) }))
        #expect(long.contains("… 4800 more"))
    }

    @Test(arguments: [("abc", 3), ("日本", 4), ("🇩🇪", 2), ("👩🏽‍🚀", 2), ("e\u{301}", 1), ("❤️", 2), ("한글", 4), ("ｱ", 1), ("", 0)])
    func widthsByGraphemeCluster(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test(arguments: [("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("abc", 0, "")])
    func cutTextEndsInAnEllipsis(text: String, columns: Int, cut: String) {
        #expect(DisplayWidth.fitted(text, to: columns) == cut)
    }
}
