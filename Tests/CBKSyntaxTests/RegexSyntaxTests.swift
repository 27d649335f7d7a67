// Patterns that are refused: each with its code, its message and the marked place in the literal.

import Testing

@testable import CBKSyntax

@Suite struct RegexSyntaxTests {
    @Test(arguments: [
        ("(a", "E0107", "'(' is not closed", "("), ("a)", "E0107", "')' closes no group", ")"),
        ("*a", "E0107", "nothing stands before '*' to repeat", "*"), ("a|+", "E0107", "nothing stands before '+' to repeat", "+"),
        ("(?)", "E0107", "unknown group '(?)'", "(?)"),
        ("(?x", "E0129", "inline flag '(?x' is not supported in regular expressions", "(?x"),
        ("^*", "E0107", "'*' repeats a place, which takes no characters", "*"), ("a**", "E0107", "'*' repeats a repeat", "*"),
        ("a{2}{3}", "E0107", "'{3}' repeats a repeat", "{3}"),
        ("{id}", "E0107", "'{' begins a repeat such as {3}, {2,} or {2,5}", "{"),
        ("a{,3}", "E0107", "'{' begins a repeat such as {3}, {2,} or {2,5}", "{"),
        ("a{3,2}", "E0107", "the repeat '{3,2}' ends before it begins", "{3,2}"),
        ("[b-a]", "E0107", "the range 'b-a' ends before it begins", "b-a"),
        ("[a-\\d]", "E0107", "'a-\\d' is no range of characters", "a-\\d"), ("[^]", "E0107", "the class '[^]' is empty", "[^]"),
        ("[\\b]", "E0107", "'\\b' is a place, and no character of a class", "\\b"),
        ("\\q", "E0107", "unknown escape '\\q' in a regular expression", "\\q"),
        ("é\\z", "E0107", "unknown escape '\\z' in a regular expression", "\\z"),
        ("\\u{110000}", "E0107", "unknown escape '\\u{110000' in a regular expression", "\\u{110000"),
        ("\\u0041", "E0107", "unknown escape '\\u' in a regular expression", "\\u"),
        ("\\é", "E0107", "unknown escape '\\é' in a regular expression", "\\é"),
        ("(?<1a>b)", "E0107", "a group's name has letters A to Z, digits and '_', and ends with '>'", "(?<1a>"),
        ("(?<a>b)(?<a>c)", "E0107", "two groups are called 'a'", "a"), ("(?P<a>b)", "E0107", "unknown group '(?P<'", "(?P<"),
        ("(a)\\1", "E0129", "backreference '\\1' is not supported in regular expressions", "\\1"),
        ("\\k<a>", "E0129", "backreference '\\k' is not supported in regular expressions", "\\k"),
        ("(?=a)", "E0129", "lookahead '(?=' is not supported in regular expressions", "(?="),
        ("a(?!b)", "E0129", "lookahead '(?!' is not supported in regular expressions", "(?!"),
        ("(?<=a)b", "E0129", "lookbehind '(?<=' is not supported in regular expressions", "(?<="),
        ("(?<!a)b", "E0129", "lookbehind '(?<!' is not supported in regular expressions", "(?<!"),
        ("(?>a)", "E0129", "atomic group '(?>' is not supported in regular expressions", "(?>"),
        ("(?i)a", "E0129", "inline flag '(?i' is not supported in regular expressions", "(?i"),
        ("a*+", "E0129", "possessive repeat '*+' is not supported in regular expressions", "*+"),
        ("a{2}+", "E0129", "possessive repeat '{2}+' is not supported in regular expressions", "{2}+"),
        ("\\p{L}", "E0129", "Unicode property '\\p' is not supported in regular expressions", "\\p"),
        ("[[:alpha:]]", "E0129", "named class '[:' is not supported in regular expressions", "[:"),
        ("a{1001}", "E0130", "a repeat counts up to 1000", "{1001}"),
        ("a{9999999999999999999}", "E0130", "a repeat counts up to 1000", "{9999999999999999999}"),
        ("((a{100}){100}){100}", "E0130", "this repeat makes the regular expression too large", "{100}"),
        (String(repeating: "(a)", count: 101), "E0130", "a regular expression has at most 100 groups", "("),
    ])
    func isRefused(pattern: String, code: String, message: String, place: String) throws {
        let source = SourceFile(name: "test.cbk", text: "x.matches(/\(pattern)/i)")
        let found = parse(source).diagnostics
        try #require(found.count == 1, "\(pattern): \(found)")
        #expect(found[0].code == code)
        #expect(found[0].message == message)
        #expect(source.text(in: found[0].span) == place)
        #expect(found[0].hint != nil)
    }

    @Test func aLongPatternIsRefused() {
        let found = parsed("let a = /\(String(repeating: "é", count: 2049))/").diagnostics
        #expect(found.map(\.message) == ["a regular expression has at most 4096 bytes"])
    }

    /// The dump is the literal again.
    @Test(arguments: ["/a\\/b/i", "/[/]\\\\/", "/(?<n>é{2,3}?)|$/", "/\\u{41}\\./"])
    func literalIsKeptAsWritten(literal: String) { #expect(tree(literal) == literal) }

    /// Broken bytes are shown as longer ones: the places of later mistakes stay inside of the literal.
    @Test func placesStayInsideOfBrokenSources() {
        let bytes = Array("let a = /".utf8) + Array(repeating: 0xFF, count: 40) + Array("(/".utf8)
        let diagnostics = parse(SourceFile(name: "test.cbk", bytes: bytes)).diagnostics
        #expect(diagnostics.contains { $0.code == "E0107" })
        #expect(diagnostics.allSatisfy { $0.span.start <= $0.span.end && $0.span.end <= bytes.count })
    }

    /// Random patterns end in a program or in one error inside of the literal, and never otherwise.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func anyPatternIsReadOrRefused(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "a", "b", "é", "\\", "(", ")", "(?", "(?:", "(?<n>", "[", "]", "^", "-", "$", "|", "*", "+", "?", "{2}", "{1,", "}",
            ",", "\\d",
            "\\b", "\\u{41}", "😀", ".", "{3,5}", "=", "!", "<", ">",
        ]
        var programs = 0
        for _ in 0..<2000 {
            let pattern = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }
            .joined()
            do throws(RegexError) {
                let program = try RegexProgram(pattern, ignoresCase: seed % 2 == 0)
                programs += 1
                #expect(
                    program.code.last == .match && program.code.count <= RegexProgram.mostInstructions, "seed \(seed): \(pattern)"
                )
                for (number, instruction) in program.code.enumerated() {
                    switch instruction {
                    case .set(let set): #expect(program.sets.indices.contains(set), "\(pattern)")
                    case .split(let first, let second):
                        #expect(
                            program.code.indices.contains(number + first) && program.code.indices.contains(number + second),
                            "\(pattern)")
                    case .jump(let distance): #expect(program.code.indices.contains(number + distance), "\(pattern)")
                    case .save(let slot): #expect(slot < 2 * (program.groupCount + 1), "\(pattern)")
                    case .place, .match: break
                    }
                }
            } catch {
                #expect(
                    error.start <= error.end && error.end <= pattern.utf8.count && !error.message.isEmpty,
                    "seed \(seed): \(pattern)")
            }
        }
        #expect(programs > 50)
    }

    /// A byte that is no UTF-8 stands for three in the pattern: places behind it stay within the literal.
    @Test func placesStayInALiteralOfBrokenText() {
        let bytes = Array("x = /".utf8) + [UInt8](repeating: 0xFF, count: 9) + Array("(/".utf8)
        for diagnostic in parse(SourceFile(name: "t", bytes: bytes)).diagnostics {
            #expect(diagnostic.span.end <= bytes.count, "\(diagnostic.message)")
        }
    }
}
