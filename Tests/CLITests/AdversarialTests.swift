// Texts made to break a compiler: nested, chained or repeated without measure. Each is refused with a code or gives its
// answer, through the binary, however it is asked for: run, checked, formatted.

import Foundation
import TestSupport
import Testing

private let many = 20_000

/// What is asked, and how it ends: the code of its error, or what it prints.
struct Adversary: Sendable, CustomTestStringConvertible {
    enum Ending: Sendable {
        case refused(String)
        case printed(String)
        /// Only the run ends with this code.
        case failed(String)
    }

    let name: String
    let source: String
    let ending: Ending

    init(_ name: String, _ source: String, _ ending: Ending) {
        self.name = name
        self.source = source
        self.ending = ending
    }

    var testDescription: String { name }

    private static func chain(_ separator: String, of part: String = "1") -> String {
        Array(repeating: part, count: many).joined(separator: separator)
    }

    private static func times(_ text: String, _ count: Int = many) -> String { String(repeating: text, count: count) }

    private static func counted(_ separator: String, _ count: Int = many, _ make: (Int) -> String) -> String {
        (0..<count).map(make).joined(separator: separator)
    }

    static let chains = ["+", "??", "&&", "||", "==", "-", ".."].map {
        Adversary("chain of \($0)", "print(\(chain(" \($0) ", of: $0 == "&&" || $0 == "||" ? "true" : "1")))", .refused("E0120"))
    }

    static let steps = [".trim()", ".b", "[0]", "()", "?.b"].map {
        Adversary("chain of \($0)", "let a = []\nprint(a\(times($0)))", .refused("E0120"))
    }

    static let openings = [
        "(", "[", "{ a: ", "f(", "\"${", "if true { ", "match 1 { _ => ", "x => ", "- ", "!", "[...", "1 catch ",
    ].map {
        Adversary("openings of \($0)", "let a = " + times($0), .refused("E01"))
    }

    static let pairs = [("(", ")"), ("[", "]"), ("{ a: ", " }"), ("\"${", "}\""), ("if true { ", " }"), ("fn f() { ", " }")].map {
        Adversary(
            "pairs of \($0)", ($0 == "fn f() { " ? "" : "let a = ") + times($0, 10_000) + "1" + times($1, 10_000),
            .refused("E0120"))
    }

    static let wide = [
        Adversary("list of a million", "print(len([\(counted(", ", 1_000_000) { _ in "1" })]))", .printed("1000000\n")),
        Adversary("string of 10 MB", "print(len(\"\(times("0123456789", 1_000_000))\"))", .printed("10000000\n")),
        Adversary("interpolations", "print(len(\"\(times("${1}"))\"))", .printed("\(many)\n")),
        Adversary("else if", "let x = 1\nif x == 2 { 1 }\(times(" else if x == 2 { 2 }")) else { print(3) }", .printed("3\n")),
        Adversary("arms", "print(match 1 {\n\(counted("\n") { "\($0 + 2) => 2" })\n_ => 3\n})", .printed("3\n")),
        Adversary("alternatives", "print(match 1 {\n\(counted(" | ") { "\($0 + 2)" }) => 2\n_ => 3\n})", .printed("3\n")),
        Adversary("nested patterns", "print(match 1 {\n\(times("["))\(times("]")) => 2\n_ => 3\n})", .refused("E0120")),
        Adversary("functions", counted("\n") { "fn f\($0)() { \($0) }" } + "\nprint(f\(many - 1)())", .printed("\(many - 1)\n")),
        Adversary("globals", counted("\n") { "let v\($0) = \($0)" } + "\nprint(v\(many - 1))", .printed("\(many - 1)\n")),
        Adversary("parameters", "fn f(\(counted(", ") { "p\($0)" })) { 1 }", .refused("E0298")),
        Adversary("arguments", "print(\(counted(", ") { "\($0)" }))", .refused("E0298")),
        Adversary("unknown arguments", "users.create(\(counted(", ") { "p\($0): 1" }))", .refused("E0210")),
        Adversary("fields", "print(len({ \(counted(", ") { "p\($0): 1" }) }))", .printed("\(many)\n")),
        Adversary("nested lists", "print(len(\(times("[", 900))\(times("]", 900))))", .refused("E0298")),
        Adversary("undeclared names", counted("\n") { "print(v\($0))" }, .refused("E0201")),
        Adversary("name of a megabyte", "print(\(times("a", 1_000_000)))", .refused("E0201")),
        Adversary("number of a megabyte", "print(\(times("9", 1_000_000)))", .refused("E0106")),
        Adversary("group in a regular expression", "print(/\(times("(", 1000))\(times(")", 1000))/)", .refused("E0130")),
        Adversary("repeats of repeats", "print(/((a{1000}){1000}){1000}/)", .refused("E0130")),
    ]

    static let running = [
        Adversary("exploding expression", "print(\"a\".repeat(50_000).matches(/(a*)*b/))", .printed("false\n")),
        Adversary("JSON of many levels", "json.parse(\"[\".repeat(10_000) + \"]\".repeat(10_000))", .failed("E0605")),
        Adversary(
            "JSON of a million items", "print(len(json.parse(\"[\" + \"1,\".repeat(999_999) + \"1]\")))", .printed("1000000\n")),
        Adversary(
            "text of 100 MB", "let s = \"0123456789\".repeat(10_000_000)\nprint(len(s), s.index_of(\"a\"))",
            .printed("100000000 null\n")),
        Adversary("recursion", "fn f(n) { f(n + 1) + 1 }\nf(0)", .failed("E0502")),
        Adversary("recursion through a built-in", "fn f(n) { [n].map(x => f(x + 1)) }\nf(0)", .failed("E0502")),
        Adversary(
            "streams of streams", "var s = 0..10\nfor _ in 0..20_000 { s = s.map(x => x) }\nprint(s.count())", .failed("E0502")),
        Adversary(
            "deep value compared", "var a = []\nvar b = []\nfor _ in 0..\(many) { a = [a]; b = [b] }\nprint(a == b)",
            .failed("E0505")),
        Adversary("text that doubles", "var s = \"x\"\nfor _ in 0..100 { s = s + s }", .failed("E0504")),
        Adversary("text beyond reason", "print(\"abc\".repeat(9_000_000_000_000_000_000))", .failed("E0504")),
        Adversary("list beyond reason", "(0..9_000_000_000_000).to_list()", .failed("E0504")),
    ]
}

struct AdversarialTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    @Test(
        arguments: Adversary.chains + Adversary.steps + Adversary.openings + Adversary.pairs + Adversary.wide + Adversary.running)
    func endsWell(adversary: Adversary) throws {
        try runner.write(adversary.source, to: "made.cbk")
        let run = try runner.run("--sandbox", "made.cbk")
        let check = try runner.run("check", "made.cbk")
        let format = try runner.run("fmt", "made.cbk")
        switch adversary.ending {
        case .refused(let code):
            #expect(run.stdout == "" && run.stderr.hasPrefix("error[\(code)") && run.status == 2, "\(start(run))")
            #expect(check.stderr.hasPrefix("error[\(code)") && check.status == 2, "\(start(check))")
        case .failed(let code):
            #expect(run.stdout == "" && run.stderr.contains("error[\(code)]") && run.status == 1, "\(start(run))")
            #expect(check.status == 0, "\(start(check))")
        case .printed(let text):
            #expect(run.stdout == text && run.status == 0, "\(start(run))")
            #expect(check.status == 0, "\(start(check))")
        }
        #expect(format.status == 0 || format.status == 2, "\(start(format))")
        // What is shown of such a text can be read.
        #expect(run.stderr.utf8.count < 100_000 && check.stderr.utf8.count < 2_000_000)
    }

    /// A message names as many mistakes as help, and counts the rest.
    @Test func countsWhatItDoesNotShow() throws {
        try runner.write((0..<1500).map { "print(v\($0))" }.joined(separator: "\n"), to: "made.cbk")
        let text = try runner.run("check", "made.cbk").stderr
        #expect(text.contains("'v999'") && !text.contains("'v1000'") && text.hasSuffix("and 500 more in made.cbk\n"))
        let objects = try runner.run("check", "--format", "json", "made.cbk")
        #expect(objects.stdout.split(separator: "\n").count == 1000 && objects.stderr == "and 500 more in made.cbk\n")
    }

    private func start(_ result: RunResult) -> String {
        "exit \(result.status)\n\(result.stdout.prefix(300))\n\(result.stderr.prefix(600))"
    }
}
