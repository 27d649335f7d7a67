// What holds for any text: spans tile the source, node numbers are dense, places lie in the text, and nothing hangs.

import SyntaxWalk
import Testing

@testable import CBKSyntax

@Suite struct PropertyTests {
    private static let fragments = [
        "let ", "var ", "fn f", "return ", "if ", "else ", "while ", "for ", " in ", "break", "continue", "batch ",
        "try ", "catch ",
        "throw ", "match ", "import ", "pub ", "param ", "true", "null", " by ", " parallel ", "emit ", "skip ", " as ",
        "omit",
        "x", "row", "_", "1", "2.5", "1h30m", "9999999999999999999", "\"a\"", "\"a${", "}\"", "}b${", "'raw'", "\"",
        "'", "/a/i", "/",
        "//", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "?.", "?[", "...", "=>", "|", "=", "+=", "+", "-", "*",
        "%", "..", "??",
        "!", "&&", "||", "==", "<", " ", "\n", "\n", "\t", "# c\n", "\\", "@", "é", "\u{A0}", "\u{201C}", "&", "?",
    ]

    private func check(_ bytes: [UInt8], _ label: String) {
        let source = SourceFile(name: "t", bytes: bytes)
        let tokens = Lexer.tokens(of: source).0
        var end = 0
        for token in tokens {
            #expect(token.leadingStart == end, "\(label): trivia begins where the last token ends")
            #expect(token.span.start >= token.leadingStart && token.span.end >= token.span.start, "\(label)")
            end = token.span.end
        }
        #expect(end == bytes.count, "\(label): tokens reach the end")
        #expect(tokens.filter { $0.kind == .endOfFile }.count == 1 && tokens.last?.kind == .endOfFile, "\(label)")

        let result = parse(source)
        let walk = TreeWalk(result.tree)
        #expect(Set(walk.numbers).count == walk.numbers.count, "\(label): node numbers are unique")
        #expect(walk.numbers.allSatisfy { $0 >= 0 && $0 < result.tree.nodeCount }, "\(label): node numbers in range")
        #expect(walk.spans.allSatisfy { $0.start >= 0 && $0.start <= $0.end && $0.end <= bytes.count }, "\(label)")
        for diagnostic in result.diagnostics {
            let span = diagnostic.span
            #expect(
                span.start >= 0 && span.start <= span.end && span.end <= bytes.count, "\(label): \(diagnostic.message)")
        }
        let hasErrorNode = result.tree.dump().contains("(error)")
        #expect(!hasErrorNode || !result.diagnostics.isEmpty, "\(label): an error node without a diagnostic")
        #expect(parse(source, interactive: true).tree.nodeCount >= 0)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func anyMixOfTokensIsRead(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<40 {
            let count = Int.random(in: 1...60, using: &generator)
            let text = (0..<count).map { _ in Self.fragments.randomElement(using: &generator) ?? "" }.joined()
            check(Array(text.utf8), "seed \(seed) round \(round): \(text)")
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func anyBytesAreRead(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<40 {
            let count = Int.random(in: 0...80, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            check(bytes, "seed \(seed) round \(round): \(bytes)")
        }
    }

    /// A script in order with one token taken out, doubled or exchanged.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func nearlyRightScriptsAreRead(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for script in [tasteScript, wholeGrammar] {
            let source = SourceFile(name: "t", text: script)
            let tokens = Lexer.tokens(of: source).0
            for round in 0..<10 {
                guard let token = tokens.randomElement(using: &generator),
                    let fragment = Self.fragments.randomElement(using: &generator)
                else { continue }
                let written = source.bytes[token.span.start..<token.span.end]
                let choices: [[UInt8]] = [[], Array(written + written), Array(fragment.utf8)]
                let new = choices[Int.random(in: 0..<choices.count, using: &generator)]
                let bytes = source.bytes[..<token.span.start] + new + source.bytes[token.span.end...]
                check(Array(bytes), "seed \(seed) round \(round) at \(token.span)")
            }
        }
    }

    @Test func everyPrefixOfAScriptIsRead() {
        let bytes = Array(tasteScript.utf8)
        for end in 0...bytes.count { check(Array(bytes[..<end]), "prefix of \(end) bytes") }
    }

    @Test(arguments: [tasteScript, wholeGrammar])
    func nodeNumbersAreDense(script: String) {
        let result = parsed(script)
        let walk = TreeWalk(result.tree)
        #expect(walk.numbers.sorted() == Array(0..<result.tree.nodeCount))
    }

    @Test(arguments: [tasteScript, wholeGrammar])
    func textOfTokensAndTriviaIsTheSource(script: String) {
        let source = SourceFile(name: "t", text: script)
        let pieces = Lexer.tokens(of: source).0.map { source.text(in: $0.leading) + source.text(in: $0.span) }
        #expect(pieces.joined() == script)
    }
}
