// confirm and ask in a pseudo-terminal: answers, ^D, ^C, what is not shown, data on standard input; and tables as they
// print.

import Foundation
import TestSupport
import Testing

struct AskingTests {
    typealias Key = PseudoTerminal.Key
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    private func started(_ script: String, _ flags: [String] = [], input: String? = nil) throws -> PseudoTerminal {
        try runner.write(script, to: "ask.cbk")
        return try PseudoTerminal(runner, ["ask.cbk", "--sandbox"] + flags, input: input)
    }

    @Test(arguments: [("y", "true"), ("YES", "true"), ("no", "false"), ("", "false"), (Key.endOfInput, "false")])
    func confirmTakesAnAnswer(_ answer: String, _ value: String) throws {
        let terminal = try started("print(\"answer: ${confirm(\"go on?\")}\")")
        try terminal.wait(for: "go on? [y/N]")
        try terminal.send(answer == Key.endOfInput ? answer : answer + Key.enter)
        try terminal.wait(for: "answer: \(value)")
        #expect(terminal.end() == 0)
        #expect(terminal.screen.line(1) == "answer: \(value)")
    }

    @Test func confirmAsksAgainForWhatIsNoAnswer() throws {
        let terminal = try started("print(\"answer: ${confirm(\"go on?\")}\")")
        try terminal.wait(for: "go on? [y/N]")
        try terminal.send("perhaps" + Key.enter)
        try terminal.wait(for: "please answer y or n:")
        try terminal.send("y" + Key.enter)
        #expect(terminal.end() == 0)
        #expect(terminal.screen.text.contains("answer: true"))
    }

    @Test func yesAnswersWithoutWaiting() throws {
        let terminal = try started("print(\"answer: ${confirm(\"go on?\")}\")", ["--yes"])
        #expect(terminal.end() == 0)
        #expect(terminal.screen.lines(0..<2) == "go on? [y/N] yes (--yes)\nanswer: true")
    }

    @Test func askGivesTheLineOrTheDefault() throws {
        let terminal = try started(
            "let plan = ask(\"which plan?\", default: \"free\")\nprint(\"got <${plan}>, <${ask(\"and a name?\")}>\")")
        try terminal.wait(for: "which plan? [free]")
        try terminal.send(Key.enter)
        try terminal.wait(for: "and a name?")
        try terminal.send(Key.enter)
        try terminal.wait("the question again") { $0.text.split(separator: "and a name?").count == 3 || $0.cursorLine == 2 }
        try terminal.send("Zoë Ann" + Key.enter)
        #expect(terminal.end() == 0)
        #expect(terminal.screen.text.contains("got <free>, <Zoë Ann>"))
    }

    @Test func askEndsWithTheInput() throws {
        let terminal = try started("print(ask(\"which plan?\") catch e => [e.kind, e.code])")
        try terminal.wait(for: "which plan?")
        try terminal.send(Key.endOfInput)
        #expect(terminal.end() == 0)
        #expect(terminal.screen.text.contains("[\"io\", \"E0612\"]"))
    }

    @Test func aSecretIsNotShown() throws {
        let terminal = try started("let s = ask(\"password?\", secret: true)\nprint(type(s), s, len(s.reveal()))")
        try terminal.wait(for: "password?")
        try terminal.send("hunter2" + Key.enter)
        #expect(terminal.end() == 0)
        #expect(!terminal.screen.text.contains("hunter2"))
        #expect(terminal.screen.line(1) == "secret … 7")
    }

    @Test func interruptEndsTheScript() throws {
        let terminal = try started("print(ask(\"password?\", secret: true) catch e => \"caught\")")
        try terminal.wait(for: "password?")
        try terminal.send(Key.interrupt)
        #expect(terminal.end() == 130)
        #expect(terminal.screen.text.contains("interrupted") && !terminal.screen.text.contains("caught"))
    }

    @Test func dataOnStandardInputLeavesTheTerminalToAsk() throws {
        let data = try runner.write("name\nAnn\nBob\n", to: "data.csv")
        let terminal = try started(
            "let rows = csv.read(\"-\").to_list()\nif confirm(\"greet ${rows.count()}?\") { print(rows.map(r => r.name)) }",
            input: data)
        try terminal.wait(for: "greet 2? [y/N]")
        try terminal.send("y" + Key.enter)
        #expect(terminal.end() == 0)
        #expect(terminal.screen.line(1) == "[\"Ann\", \"Bob\"]")
    }

    @Test func thePromptAsksToo() throws {
        let terminal = try PseudoTerminal(runner)
        try terminal.waitForPrompt()
        try terminal.send("confirm(\"go on?\")" + Key.enter)
        try terminal.wait(for: "go on? [y/N]")
        let line = terminal.screen.cursorLine
        try terminal.send("y" + Key.enter)
        try terminal.waitForPrompt(below: line)
        #expect(terminal.screen.line(line + 1) == "true")
        #expect(try terminal.enter("1 + 1") == "2")
        // The abandoned question takes nothing of what is typed next.
        try terminal.send("ask(\"name?\")" + Key.enter)
        try terminal.wait("the question") { $0.line($0.cursorLine).hasPrefix("name?") }
        let asked = terminal.screen.cursorLine
        try terminal.send(Key.interrupt)
        try terminal.waitForPrompt(below: asked)
        #expect(try terminal.enter("20 + 3") == "23")
        #expect(try terminal.enter("lines(\"-\").count() catch e => e.code") == "\"E0610\"")
        try terminal.send(Key.endOfInput)
        #expect(terminal.end() == 0)
    }

    @Test func tablesMaskSecretsAndFitTheTerminal() throws {
        try runner.write(
            "let token = users.token.create(users.create(name: \"Ann\").id, name: \"t\").token\n"
                + "table([{ token, note: \"long \".repeat(40) }])", to: "table.cbk")
        let piped = try runner.run(["table.cbk", "--sandbox"])
        #expect(piped.stdout.contains("sk-…") && piped.stdout.contains("long ".repeated(20)))
        #expect(!piped.stdout.contains(/sk-[0-9a-f]{8}/))
        let terminal = try PseudoTerminal(runner, ["table.cbk", "--sandbox"], columns: 60)
        #expect(terminal.end() == 0)
        #expect(terminal.screen.text.contains("sk-…") && terminal.screen.text.contains("…\n"))
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
