// Data on a terminal: whatever the format, nothing in it moves the cursor, changes colors or turns a line around. Into a pipe it
// goes as it is.

import TestSupport
import Testing

struct VisibleOutputTests {
    private let runner: BinaryRunner
    private static let data = "a\u{202E}b\u{1B}[31mc\u{7}"

    init() throws { runner = try BinaryRunner() }

    private func screen(_ words: [String]) throws -> String {
        let terminal = try PseudoTerminal(runner, ["--sandbox"] + words, columns: 200)
        #expect(terminal.end() == 0)
        return terminal.screen.text
    }

    @Test(arguments: ["json", "jsonl", "yaml", "csv", "table"]) func ofAnAnswer(_ format: String) throws {
        let create = ["--sandbox", "api", "partner", "user", "create", "--alias", "odd", "--name", Self.data]
        #expect(try runner.run(create).status == 0)
        let fetch = ["api", "partner", "user", "fetch", "@odd", "--output", format]
        let shown = try screen(fetch)
        #expect(shown.contains("a\\u{202e}b"), "\(shown)")
        #expect(!shown.unicodeScalars.contains { $0 == "\u{202E}" }, "\(shown)")
        // Outside of JSON and YAML, which escape it themselves.
        if ["csv", "table"].contains(format) { #expect(shown.contains("b\\u{1b}[31mc\\u{7}"), "\(shown)") }
        if format == "csv" { #expect(try runner.run(["--sandbox"] + fetch).stdout.contains(Self.data)) }
    }

    @Test(arguments: ["json", "jsonl", "yaml", "csv", "table"]) func ofRows(_ format: String) throws {
        let code = "batch n in [\"a\\u{202E}b\\u{1B}[31mc\"] by n { emit { n } }"
        let shown = try screen(["-e", code, "--output", format, "--no-progress"])
        #expect(shown.lowercased().contains("a\\u{202e}b"), "\(shown)")
        #expect(!shown.unicodeScalars.contains { $0 == "\u{202E}" }, "\(shown)")
    }

    @Test func ofAStream() throws {
        #expect(try runner.run("--sandbox", "api", "partner", "user", "create", "--name", Self.data).status == 0)
        #expect(try screen(["api", "partner", "user", "list", "--stream"]).contains("\"a\\u{202e}b\\u001b[31mc\\u0007\""))
    }

    @Test func ofAWarning() throws {
        let code = "batch n in [1, 2] by n parallel 1 { let r = if n == 1 { { a: 1 } } else { { \"b\\u{1B}[31m\": 2 } }; emit r }"
        let shown = try screen(["-e", code])
        #expect(shown.contains("warning: the field 'b\\u{1b}[31m' is left out"), "\(shown)")
    }
}
