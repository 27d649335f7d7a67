// What holds for any script that the formatter gets: the tree stays, the comments stay in their order, and a second time
// changes nothing. Scripts: all of the conformance suite, the examples, the documentation, and each with its breaks moved.

import Foundation
import Testing

@testable import CBKSyntax

/// A script without mistakes of syntax, from a file of the project.
struct CorpusScript: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String

    var testDescription: String { name }

    static let all: [CorpusScript] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var scripts: [CorpusScript] = [
            CorpusScript(name: "taste", text: tasteScript), CorpusScript(name: "grammar", text: wholeGrammar),
        ]
        for folder in ["Tests/Conformance/Scripts", "examples", "docs", "README.md"] {
            let start = root.appendingPathComponent(folder)
            let below = FileManager.default.enumerator(atPath: start.path)?.compactMap { $0 as? String } ?? []
            for name in below.sorted() + (below.isEmpty ? [""] : []) {
                let file = name.isEmpty ? start : start.appendingPathComponent(name)
                guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
                switch file.pathExtension {
                case "cbk": scripts.append(CorpusScript(name: "\(folder)/\(name)", text: text))
                case "md":
                    let blocks = text.matches(of: /(?ms)^```cbk[^\n]*\n(.*?)^```$/)
                    for (number, block) in blocks.enumerated() {
                        scripts.append(CorpusScript(name: "\(file.lastPathComponent) \(number + 1)", text: String(block.1)))
                    }
                default: break
                }
            }
        }
        return scripts.filter { parsed($0.text).diagnostics.isEmpty }
    }()
}

@Suite struct FormatterPropertyTests {
    private func comments(_ text: String) -> [String] {
        let source = SourceFile(name: "t", text: text)
        return Lexer.tokens(of: source).0.flatMap { $0.comments(in: source) }
            .map { source.text(in: $0).trimmingCharacters(in: .whitespaces) }
    }

    /// - Parameter dump: the text's tree, where it is known.
    private func check(_ text: String, _ label: String, width: Int = Layout.width, dump: String? = nil) {
        let style = formatted(text, width: width)
        let again = parsed(style)
        #expect(again.diagnostics.map(\.message) == [], "\(label):\n\(text)\nbecomes\n\(style)")
        #expect(again.tree.dump() == (dump ?? parsed(text).tree.dump()), "\(label):\n\(text)\nbecomes\n\(style)")
        #expect(comments(style) == comments(text), "\(label):\n\(text)\nbecomes\n\(style)")
        #expect(formatted(style, width: width) == style, "\(label) a second time:\n\(text)\nbecomes\n\(style)")
        let lines = style.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(!lines.contains { $0.hasSuffix(" ") }, "\(label): a line ends with a space\n\(style)")
    }

    @Test func theCorpusIsThere() {
        #expect(CorpusScript.all.count > 400)
        #expect(CorpusScript.all.contains { $0.name.hasPrefix("language.md") })
        #expect(CorpusScript.all.contains { $0.name == "examples/onboard.cbk" })
    }

    @Test(arguments: CorpusScript.all)
    func scriptKeepsItsMeaningAndItsComments(_ script: CorpusScript) {
        check(script.text, script.name)
        let style = formatted(script.text)
        #expect(!style.contains("\n\n\n") && !style.hasPrefix("\n"), "two empty lines:\n\(style)")
    }

    /// With newlines, comments and spaces between tokens, wherever the tree stays the same.
    /// A few rounds only: the fuzz target of the formatter has more.
    @Test(arguments: CorpusScript.all)
    func anyLayoutOfAScriptIsTaken(_ script: CorpusScript) {
        var generator = SeededGenerator(seed: UInt64(script.text.utf8.count))
        let dump = parsed(script.text).tree.dump()
        for round in 0..<8 {
            let text = mutated(script.text, like: dump, using: &generator)
            check(text, "\(script.name) round \(round)", width: [30, 100].randomElement(using: &generator) ?? 60, dump: dump)
        }
    }

    /// Puts something else into many gaps, each kept only if the script still says the same.
    private func mutated(_ text: String, like dump: String, using generator: inout SeededGenerator) -> String {
        let fills = ["\n", "\n\n\n", " # c\n", "\n# c\n", "\n\n# c\n\n# d\n", "  ", " ", ""]
        var result = text
        for _ in 0..<12 {
            let source = SourceFile(name: "t", text: result)
            guard let token = Lexer.tokens(of: source).0.dropFirst().randomElement(using: &generator),
                let fill = fills.randomElement(using: &generator), token.comments(in: source).isEmpty
            else { continue }
            let bytes = source.bytes[..<token.leadingStart] + Array(fill.utf8) + source.bytes[token.span.start...]
            let changed = String(decoding: bytes, as: UTF8.self)
            let result2 = parsed(changed)
            if result2.diagnostics.isEmpty, result2.tree.dump() == dump { result = changed }
        }
        return result
    }

    /// Where nearly everything is broken, and where some is.
    @Test(arguments: [1, 12, 24, 40, 70])
    func anyWidthIsTaken(width: Int) {
        for script in CorpusScript.all { check(script.text, "\(script.name) \(width) wide", width: width) }
    }

    @Test(arguments: [
        ("(", "1", ")"), ("[", "1", "]"), ("{ a: ", "1", " }"), ("f(", "1", ")"), ("x => ", "1", ""), ("x => { ", "1", " }"),
        ("", "a", ".b()"), ("", "1", " + 1"), ("", "a", " catch a"), ("- ", "1", ""), ("if a {\n", "1", "}\n"),
    ])
    func deepNestingOverflowsNothing(_ open: String, _ inner: String, _ close: String) {
        let count = open.contains("{\n") || open == "x => { " || close == ".b()" ? 450 : 900
        let text =
            "let z = 0\n" + (open == "{ a: " ? "z\n" : "") + String(repeating: open, count: count) + inner
            + String(repeating: close, count: count)
        #expect(parsed(text).diagnostics.map(\.message) == [])
        let style = formatted(text)
        #expect(formatted(style) == style)
        #expect(parsed(style).diagnostics.map(\.message) == [])
    }
}
