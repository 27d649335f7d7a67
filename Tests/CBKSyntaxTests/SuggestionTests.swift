// Did-you-mean, and the table of codes that documentation is made from.

import Testing

@testable import CBKSyntax

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("emial", ["name", "email", "plan"], "email"),
        ("Email", ["name", "email"], "email"),
        ("ID", ["id", "at"], "id"),
        ("creat", ["update", "create", "delete"], "create"),
        ("cretae", ["update", "create"], "create"),
        ("usres", ["users", "user"], "users"),
        ("print_", ["print"], "print"),
        ("starts_wiht", ["ends_with", "starts_with"], "starts_with"),
        ("plan", ["plans", "plane", "clan"], "plans"),
        ("naem", ["name", "nam"], "name"),
        ("größe", ["größen"], "größen"),
        ("xname", ["name"], "name"),
    ])
    func suggestsWhatWasMeant(name: String, candidates: [String], expected: String) {
        #expect(suggestion(for: name, among: candidates) == expected)
    }

    @Test(
        arguments: [
            ("x", ["y", "id"]), ("id", ["at", "is"]), ("foo", ["bar", "baz"]), ("email", ["phone", "email"]),
            ("name", []),
            ("", ["a"]), ("abc", ["a"]), ("delete", ["create"]), ("ab", ["ba"]),
            (String(repeating: "a", count: 65), [String(repeating: "a", count: 66)]),
        ] as [(String, [String])])
    func keepsQuietRatherThanGuess(name: String, candidates: [String]) {
        #expect(suggestion(for: name, among: candidates) == nil)
    }

    @Test func everyCodeHasAnEntryInOrder() {
        #expect(DiagnosticCode.syntax.map(\.code) == SyntaxCode.allCases.map(\.rawValue))
        for entry in DiagnosticCode.syntax {
            #expect(!entry.title.isEmpty && entry.title.first?.isUppercase == false)
            #expect(entry.explanation.hasSuffix("."))
        }
    }

    @Test func everyExampleGivesItsCodeAndItsMendIsInOrder() {
        // A string cannot hold invalid UTF-8, and nobody wants to read a thousand levels.
        let shown = DiagnosticCode.syntax.filter { $0.example != nil }
        #expect(shown.count == SyntaxCode.allCases.count - 2)
        for entry in shown {
            #expect(parsed(entry.example ?? "").diagnostics.map(\.code) == [entry.code])
            #expect(parsed(entry.mend).diagnostics.map(\.message) == [], "\(entry.mend)")
        }
    }
}
