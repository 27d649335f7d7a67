// Regular expressions: what matches and which groups, the two ways to run one against each other and against a slow
// matcher, and that the steps grow with the text and no faster.

import CBKSyntax
import Testing

@testable import CBKRuntime

@Suite struct RegexTests {
    @Test(arguments: [
        // Characters and classes.
        ("abc", "xabcx", "abc"), ("abc", "abd", "none"), ("a.c", "a\nc abc", "abc"), (".", "é", "é"), ("", "abc", ""),
        ("[a-c]+", "xxabcd", "abc"), ("[^a-c]+", "abxyz", "xyz"), ("[]a]", "]", "refused"), ("[-a]+", "b-a", "-a"),
        ("[a-]+", "b-a", "-a"), ("[a\\-z]+", "m-z", "-z"), ("[\\d.]+", "v1.25b", "1.25"), ("[^\\s,]+", " a,b", "a"),
        ("[à-ÿ]+", "xéàz", "éà"), ("[^é]", "éa", "a"), ("\\u{1F600}", "a😀", "😀"), ("[\\u{1F600}-\\u{1F64F}]", "😂", "😂"),
        ("\\d+", "a١12", "12"), ("\\w+", "é_a1-", "_a1"), ("\\D+", "12é3", "é"), ("\\W", "aé", "é"), ("\\S+", "\u{A0}x", "x"),
        ("a\\sb", "a\u{3000}b", "a\u{3000}b"), ("\\n\\t\\r", "\n\t\r", "\n\t\r"), ("\\/\\.\\*\\\\", "/.*\\", "/.*\\"),
        ("a]}", "a]}", "a]}"), ("[[]", "[", "["), ("[/]", "/", "/"),
        // Places.
        ("^a", "ba", "none"), ("^", "abc", ""), ("a$", "ba", "a"), ("a$", "a\n", "none"), ("^$", "", ""), ("^$", "a", "none"),
        ("\\bcat\\b", "concat cat", "cat"), ("\\Bcat", "concat", "cat"), ("\\b", "", "none"), ("\\B", "", ""),
        ("\\bé", "é", "none"), ("$", "abc", ""), ("a|^b", "cb", "none"), ("(^|,)b", "a,b", ",b|,"), ("x*$", "axx", "xx"),
        // Repeats.
        ("a*", "aaa", "aaa"), ("a*?", "aaa", ""), ("a+?", "aaa", "a"), ("a??b", "ab", "ab"), ("a{2}", "aaa", "aa"),
        ("a{2,}", "aaaa", "aaaa"), ("a{2,}?", "aaaa", "aa"), ("a{1,2}", "aaa", "aa"), ("a{1,2}?", "aaa", "a"),
        ("a{0}b", "ab", "b"), ("(ab){2}", "ababab", "abab|ab"), ("(?:ab)+", "abab", "abab"), ("x{0,3}y", "xxxxy", "xxxy"),
        ("(a*)*", "aab", "aa|aa"), ("(a*)+", "b", "|"), ("(|a)*", "aa", "|"), ("(|a)+", "aa", "|"), ("(a|b)*", "abc", "ab|b"),
        ("(a|ab)(c|bcd)(d*)", "abcd", "abcd|a|bcd|"), ("<.*>", "<a><b>", "<a><b>"), ("<.*?>", "<a><b>", "<a>"),
        // Groups and alternatives.
        ("(a)|(b)", "b", "b|-|b"), ("(a)?b", "b", "b|-"), ("(\\w+)@(\\w+)", "to ann@x now", "ann@x|ann|x"),
        ("(?<user>\\w+)@", "ann@x", "ann@|ann"), ("sam|samwise", "samwise", "sam"), ("samwise|sam", "samwise", "samwise"),
        ("(a|)b", "b", "b|"), ("()", "a", "|"), ("((a)(b))", "ab", "ab|ab|a|b"), ("(?:a|b)c", "bc", "bc"),
        ("a||b", "b", ""), ("(a|b|c|d)e", "de", "de|d"), ("((((((((((a))))))))))", "a", "a|a|a|a|a|a|a|a|a|a|a"),
        // Leftmost, not longest; later matches do not win.
        ("b|ab|abc", "zabc", "ab"), ("b.*|a", "xab", "a"),
    ])
    func finds(pattern: String, text: String, expected: String) {
        let found = (try? RegexTrial(pattern))?.shown(text) ?? "refused"
        #expect(found == expected, "/\(pattern)/ in \(text.debugDescription)")
    }

    @Test(arguments: [
        ("ann", "ANN", "ANN"), ("ANN", "ann", "ann"), ("[a-z]+", "ABC", "ABC"), ("[A-Z]+", "abc", "abc"), ("[^a]", "Ab", "b"),
        ("straße", "STRAßE", "STRAßE"), ("É", "é", "é"), ("é", "É", "É"), ("[À-Ý]", "é", "é"), ("ω", "Ω", "Ω"),
        // Only one character for one, and ASCII only with ASCII.
        ("ss", "ß", "none"), ("k", "\u{212A}", "none"), ("i̇", "İ", "none"), ("σ", "ς", "none"),
        ("\\w+", "AZ", "AZ"), ("\\bA\\b", "-a-", "a"), ("[\\W]", "A", "none"), ("\\u{41}", "a", "a"),
    ])
    func ignoresCase(pattern: String, text: String, expected: String) throws {
        #expect(try RegexTrial(pattern, ignoresCase: true).shown(text) == expected)
        if expected != "none" {
            // Without the flag case counts: letters match as they are, or not at all.
            let exact = try RegexTrial(pattern).shown(text)
            #expect(exact == "none" || exact == expected || pattern.contains("["))
        }
    }

    /// The two ways agree, and find what trying everything finds.
    @Test(arguments: [1, 20_260_301, 77_000_111] as [UInt64])
    func agreesWithTryingEverything(seed: UInt64) throws {
        var matched = 0
        for turn in 0..<1500 {
            var maker = RegexMaker(seed: seed &+ UInt64(turn))
            let expression = maker.expression(depth: 4)
            let text = maker.text()
            let trial = try RegexTrial(expression.pattern)
            let scalars = Array(text)
            var expected: [Range<Int>?]?
            for place in 0...scalars.count where expected == nil {
                _ = expression.match(scalars, at: place, [:]) { end, groups in
                    expected = [place..<end] + (0..<maker.groups).map { groups[$0 + 1] }
                    return true
                }
            }
            let bytes = expected?.map { range in range.map { offset(scalars, $0.lowerBound)..<offset(scalars, $0.upperBound) } }
            var steps = 0
            let actual = trial.search(text, steps: &steps)
            let place = "seed \(seed), turn \(turn): /\(expression.pattern)/ in \(text.debugDescription)"
            #expect(actual?.first == bytes?.first, "\(place)")
            // A loop's turn that takes nothing may be left out, and with it what its groups would have held.
            if !expression.loopsOverNothing { #expect(actual == bytes, "\(place)") }
            #expect(trial.matches(text, steps: &steps) == (bytes != nil), "\(place)")
            if bytes != nil { matched += 1 }
            // Also from places behind the start.
            for from in 1..<max(1, scalars.count) {
                let start = offset(scalars, from)
                let later = trial.search(text, steps: &steps, from: start)
                #expect(trial.matches(text, steps: &steps, from: start) == (later != nil), "\(place) from \(start)")
                if let first = bytes?[0], first.lowerBound >= start { #expect(later?.first == first, "\(place) from \(start)") }
            }
        }
        #expect((300..<1500).contains(matched), "seed \(seed): \(matched) of 1500 matched")
    }

    private func offset(_ text: [Character], _ place: Int) -> Int { text[..<place].reduce(0) { $0 + $1.utf8.count } }

    @Test(arguments: ["(a*)*b", "(a|aa)+$", "(x+x+)+y", "(a|a)*c", "(.*)(.*)(.*)z", "(?:a?){20}a{20}c", "^(\\w+\\s?)*$"])
    func stepsGrowWithTheText(pattern: String) throws {
        let trial = try RegexTrial(pattern)
        let texts = ["a", "x"].map { String(repeating: $0, count: 100_000) + "!" }
        for text in texts {
            var steps = 0
            _ = trial.search(text, steps: &steps)
            #expect(steps <= (text.utf8.count + 1) * (trial.machine.code.count + 1), "search of /\(pattern)/")
            #expect(!trial.matches(text, steps: &steps), "/\(pattern)/")
            #expect(steps <= 2 * text.utf8.count + 100 * trial.machine.code.count, "matches of /\(pattern)/")
        }
    }

    /// More states than the table has room for: they are forgotten and made again.
    @Test func manyStatesAreForgotten() throws {
        let trial = try RegexTrial("[ab]*a[ab]{14}c")
        var maker = RegexMaker(seed: 5)
        let text = String((0..<60_000).map { _ in maker.number(2) == 0 ? "a" : "b" })
        var steps = 0
        #expect(!trial.matches(text, steps: &steps))
        #expect(trial.matches(text + "a" + String(repeating: "b", count: 14) + "c", steps: &steps))
        #expect(trial.machine.states.keys.count <= trial.machine.states.limit)
        #expect(steps <= (text.utf8.count + 20) * (trial.machine.code.count + 1))
    }

    @Test func aSearchStopsWhenStepsAreRefused() throws {
        let trial = try RegexTrial("(a|b)*c")
        let text = Array(String(repeating: "ab", count: 200_000).utf8)
        var calls = 0
        let outcomes = text.withUnsafeBufferPointer { bytes in
            let refuse = { (_: Int) -> Bool in
                calls += 1
                return calls % 2 == 1
            }
            return (trial.machine.matches(bytes, spend: refuse), trial.machine.search(bytes, from: 0, slots: 2, spend: refuse))
        }
        #expect(outcomes == (.stopped, .stopped))
        #expect(calls == 4)
    }

    @Test func aSkippedTextCostsNoThreads() throws {
        let trial = try RegexTrial("needle")
        var steps = 0
        let text = String(repeating: "hay ", count: 10_000) + "needle"
        #expect(trial.search(text, steps: &steps)?.first == 40_000..<40_006)
        #expect(steps < text.utf8.count + 100)
        #expect(try RegexTrial("^needle").search(text, steps: &steps) == nil)
        #expect(steps <= text.utf8.count + 10)
    }

    /// Brackets nest as deep as the pattern is long.
    @Test func deepGroupsNeedNoStack() throws {
        let pattern = String(repeating: "(?:", count: 800) + "a" + String(repeating: ")*", count: 800)
        #expect(try RegexTrial(pattern).shown("baab") == "")
        let open = String(repeating: "(?:", count: 1300)
        #expect(throws: RegexError.self) { try RegexTrial(open) }
    }
}
