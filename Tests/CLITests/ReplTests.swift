// The prompt in a pseudo-terminal, with the keys that a person presses and the screen that they see.

import Foundation
import TestSupport
import Testing

struct ReplTests {
    typealias Key = PseudoTerminal.Key
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    /// A terminal with its first prompt.
    private func opened(_ words: [String] = [], columns: Int = 100) throws -> PseudoTerminal {
        let terminal = try PseudoTerminal(runner, words, columns: columns)
        try terminal.waitForPrompt()
        return terminal
    }

    /// Presses ^D and gives the exit code.
    private func left(_ terminal: PseudoTerminal) throws -> Int32 {
        try terminal.send(Key.endOfInput)
        return terminal.end()
    }

    @Test func bannerValuesAndLeaving() throws {
        let terminal = try opened()
        #expect(terminal.screen.line(0) == "cbk 0.1.0 · sandbox · \(runner.home.path)/sandbox.db".prefixed(100))
        #expect(terminal.screen.text.contains(":help tells more, Tab completes, ^D leaves\n"))
        #expect(try terminal.enter("1+1") == "2")
        #expect(try terminal.enter("\"a\\tb\"") == "\"a\\tb\"")
        #expect(try terminal.enter("null") == "")
        #expect(try terminal.enter("6 * 7;") == "")
        #expect(try terminal.enter("_ + 1") == "43")
        #expect(try terminal.enter("_") == "43")
        #expect(try terminal.enter("print(\"x\", 1)") == "x 1")
        #expect(try left(terminal) == 0)
    }

    @Test func tables() throws {
        let terminal = try opened()
        #expect(try terminal.enter("let x = [{a: 1}]") == "")
        #expect(try terminal.enter("x") == "a\n─\n1")
        #expect(try terminal.enter("_.count()") == "1")
        let wide = try terminal.enter("[{ name: \"佐藤\", n: null }, { name: \"Zoë\", n: 12 }]")
        #expect(wide == "name     n\n────  ────\n佐藤  null\nZoë     12")
        #expect(try terminal.enter("users.list()") == "no items")
        #expect(try left(terminal) == 0)
    }

    @Test func theLanguageAtThePrompt() throws {
        let terminal = try opened()
        #expect(try terminal.enter("let n = 1; n") == "1")
        #expect(try terminal.enter("let n = n + 1; n") == "2")
        #expect(try terminal.enter("if n == 5 { \"five\" } else { \"other\" }") == "\"other\"")
        // The line was whole, so it has run: nothing can follow it.
        #expect(try terminal.enter("if n == 5 { 1 }") == "")
        #expect(try terminal.enter("else { 2 }").hasPrefix("error[E0124]: 'else' without its 'if'"))
        #expect(try terminal.enter("(0..1_000).map(n => { n })").contains("of a stream: .to_list() gives all"))
        #expect(try left(terminal) == 0)
    }

    @Test func tabCompletes() throws {
        let terminal = try opened()
        try terminal.send("users.cre" + Key.tab)
        try terminal.wait("the name") { $0.line($0.cursorLine) == "cbk sandbox> users.create(" }
        try terminal.send("ema" + Key.tab)
        try terminal.wait("the field") { $0.line($0.cursorLine).hasPrefix("cbk sandbox> users.create(email:") }
        let line = terminal.screen.cursorLine
        try terminal.send(Key.interrupt)
        try terminal.waitForPrompt(below: line)
        try terminal.send("users." + Key.tab + Key.tab)
        try terminal.wait(for: "Creates a user.")
        try terminal.wait("the line again") { $0.line($0.cursorLine) == "cbk sandbox> users." }
        #expect(try runner.value(of: "users.list().count()") == "0")
    }

    @Test func anOpenBraceGoesOn() throws {
        let terminal = try opened()
        let start = terminal.screen.cursorLine
        try terminal.send("fn twice(n) {" + Key.enter)
        try terminal.wait("the next line") { $0.cursorLine == start + 1 }
        try terminal.send("n * 2" + Key.enter)
        try terminal.wait("the line after that") { $0.cursorLine == start + 2 }
        try terminal.send("}" + Key.enter)
        try terminal.waitForPrompt(below: start + 2)
        #expect(try terminal.enter("twice(21)") == "42")
        #expect(try left(terminal) == 0)
    }

    @Test func interruptAtThePromptClearsTheLine() throws {
        let terminal = try opened()
        let start = terminal.screen.cursorLine
        try terminal.send("users.create(name: \"never\")")
        try terminal.wait(for: "\"never\")")
        try terminal.send(Key.interrupt)
        try terminal.waitForPrompt(below: start)
        #expect(terminal.screen.line(start) == "cbk sandbox> users.create(name: \"never\")^C")
        #expect(try terminal.enter("users.list().count()") == "0")
        let list = terminal.screen.cursorLine
        try terminal.send("[1," + Key.enter + "2")
        try terminal.wait("both lines") { $0.line(list + 1).hasSuffix("2") }
        try terminal.send(Key.interrupt)
        try terminal.waitForPrompt(below: list + 1)
        #expect(try terminal.enter("1+1") == "2")
        #expect(try left(terminal) == 0)
    }

    @Test func interruptStopsALoopAndKeepsTheSession() throws {
        let terminal = try opened()
        #expect(try terminal.enter("let kept = 7") == "")
        let start = terminal.screen.cursorLine
        try terminal.send("print(\"begun\"); while true {}" + Key.enter)
        try terminal.wait("the loop") { $0.line(start + 1) == "begun" }
        try terminal.send(Key.interrupt)
        try terminal.waitForPrompt(below: start + 1)
        #expect(terminal.screen.text.contains("cancelled"))
        #expect(try terminal.enter("kept") == "7")
        #expect(try left(terminal) == 0)
    }

    @Test func interruptDrainsABatch() throws {
        let terminal = try opened(["--no-progress"])
        let start = terminal.screen.cursorLine
        try terminal.send(
            "batch n in 1..10000 by n parallel 2 { sleep(20ms); users.create(name: \"N\", alias: \"n${n}\"); emit { n } }"
                + Key.enter)
        _ = try #require(eventually { runner.storeSize > 200_000 ? true : nil } as Bool?)
        try terminal.send(Key.interrupt)
        try terminal.waitForPrompt(below: start + 1)
        #expect(terminal.screen.text.contains("pending"))
        let count = try #require(Int(try terminal.enter("users.list().count()")))
        #expect(count > 0 && count < 10_000)
        #expect(try left(terminal) == 0)
    }

    @Test func helpOfAFunction() throws {
        let terminal = try opened()
        let help = try terminal.enter(":help users.create")
        for part in ["users.create(field: …) → { id }", "Creates a user.", "email", "limits.messages", "Example"] {
            #expect(help.contains(part), "\(part)")
        }
        #expect(try terminal.enter(":help").contains(":quit"))
        #expect(try terminal.enter(":hepl").contains(":help"))
        #expect(try terminal.enter(":type [1]") == "list")
        #expect(try terminal.enter("let seen = 1") == "")
        #expect(try terminal.enter(":vars").contains("seen"))
        try terminal.send(":quit" + Key.enter)
        #expect(terminal.end() == 0)
    }

    @Test func mistakesShowCaretAndSuggestion() throws {
        let terminal = try opened()
        #expect(
            try terminal.enter("users.create(nmae: \"a\")") == """
                error[E0210]: users.create takes no 'nmae'
                 --> cbk:1:14
                  |
                1 | users.create(nmae: \"a\")
                  |              ^^^^ did you mean 'name'?
                """)
        #expect(try terminal.enter("1 / 0").hasPrefix("error[E0306]: '/' by zero\n --> cbk:1:3\n"))
        #expect(
            try terminal.enter("users.fetch(\"x\")").hasPrefix(
                "error[NOT_FOUND]: users.fetch: there is no user 'x' (status 404)\n"))
        #expect(try terminal.enter("let x = 1") == "")
        #expect(try terminal.enter("let x = 2") == "")
        #expect(try terminal.enter("x") == "2")
        #expect(try left(terminal) == 0)
    }

    @Test func aPastedBlockRunsOnce() throws {
        let terminal = try opened()
        let start = terminal.screen.cursorLine
        try terminal.send("\u{1B}[200~var n = 0\nfor i in 0..3 {\n  n += i\n}\nprint(\"sum ${n}\")\u{1B}[201~")
        try terminal.wait(for: "print(\"sum ${n}\")")
        #expect(!terminal.screen.text.contains("sum 3"))
        try terminal.send(Key.enter)
        try terminal.wait(for: "sum 3")
        try terminal.waitForPrompt(below: start + 5)
        #expect(terminal.screen.text.components(separatedBy: "sum 3").count == 2)
        #expect(try left(terminal) == 0)
    }

    @Test func aMintedTokenIsMaskedAndItsFileNamed() throws {
        let terminal = try opened()
        let shown = try terminal.enter("users.token.create(users.create(name: \"T\").id, name: \"t\")")
        #expect(shown.contains("sk-…") && shown.contains("the new token is in cbk-runs/"))
        #expect(try terminal.enter("\"${_.token}\"").hasPrefix("sk-…"))
        #expect(try left(terminal) == 0)
        #expect(tokens(in: String(decoding: terminal.screen.bytes, as: UTF8.self)).isEmpty)
        #expect(runner.mode(runner.runFolder + "/secrets.csv") == 0o600)
        #expect(tokens(in: try runner.read(runner.runFolder + "/secrets.csv")).count == 1)
    }

    @Test func aSecretThatIsSetMakesTheAccountTheTarget() throws {
        var runner = runner
        runner.variables = ["CHATBOTKIT_API_SECRET": madeUpToken()]
        let terminal = try PseudoTerminal(runner)
        try terminal.waitForPrompt("cbk live>")
        #expect(terminal.screen.text.contains("live · https://api.chatbotkit.com/v1, secret "))
        try terminal.send(Key.endOfInput)
        #expect(terminal.end() == 0)
    }

    @Test func importShowsABar() throws {
        let terminal = try PseudoTerminal(runner, ["import", Project.example("users.csv")])
        #expect(terminal.end() == 0)
        let text = terminal.screen.text
        #expect(text.contains("240 items: 240 done"))
        #expect(text.contains("sandbox: nothing reached a real account"))
        // The bar is gone when the summary stands.
        #expect(!text.contains("ETA") && !text.contains("█"))
    }
}

extension String {
    fileprivate func prefixed(_ count: Int) -> String { String(prefix(count)) }
}
