// A live account in a pseudo-terminal: prompt and banner, the brake's question and its answers, an import's count, ^C.

import Foundation
import TestSupport
import Testing

struct LiveTerminalTests {
    typealias Key = PseudoTerminal.Key
    private let runner: BinaryRunner
    private let server: RunningServer

    init() throws {
        let runner = try BinaryRunner()
        server = try runner.serve()
        self.runner = runner.reaching(server)
        try runner.writeProfile("lab", server)
    }

    private func users(_ count: Int) throws {
        let made = try runner.run("--profile", "lab", "-e", "for n in 0..\(count) { users.create(name: \"u${n}\") }")
        #expect(made.status == 0, "\(made)")
    }

    private var left: String { (try? runner.run("--profile", "lab", "-e", "users.list().count()").stdout) ?? "" }

    private static let deleting = "batch u in users.list() by u.id { users.delete(u.id) }"

    @Test func thePromptNamesTheAccount() throws {
        defer { _ = try? server.stop() }
        let terminal = try PseudoTerminal(runner, ["--profile", "lab"])
        let prompt = "cbk live:lab>"
        try terminal.waitForPrompt(prompt)
        #expect(terminal.screen.text.contains("live:lab · \(server.address)/api/v1, secret "))
        #expect(try terminal.enter("users.list().count()", prompt: prompt) == "0")
        #expect(try terminal.enter(":target", prompt: prompt).contains("0 of 8 requests at once, 0 waiting, throttled 0×"))
        #expect(!terminal.screen.text.contains(server.secret.suffix(8)))
        try terminal.send(Key.endOfInput)
        #expect(terminal.end() == 0)
        #expect(try runner.read("home/history.lab").contains("users.list().count()") && runner.mode("home/history") == nil)
    }

    @Test func aScriptAsksBeforeItsTenthDelete() throws {
        defer { _ = try? server.stop() }
        try users(14)
        let terminal = try PseudoTerminal(runner, ["--profile", "lab", "-e", Self.deleting, "--yes"], columns: 160)
        try terminal.wait(for: "live:lab: 9 deletes so far, next is 'users.delete c")
        #expect(left == "5\n")
        try terminal.send("9" + Key.enter)
        try terminal.wait(for: "a number above 9, or Return to stop:")
        try terminal.send("12" + Key.enter)
        try terminal.wait(for: "live:lab: 12 deletes so far")
        #expect(left == "2\n")
        try terminal.send(Key.enter)
        #expect(terminal.end() == 3)
        #expect(terminal.screen.text.contains("14 items: 12 done, 2 pending"))
        #expect(terminal.screen.text.contains("--max-deletes N sets another limit"))
        #expect(left == "2\n")
    }

    @Test func updatesAreBrakedAndAFlagLiftsIt() throws {
        defer { _ = try? server.stop() }
        try users(1)
        let code = "let id = users.list().first().id; for n in 0..105 { users.update(id, name: \"n${n}\") }"
        let stopped = try runner.run("--profile", "lab", "-e", code)
        #expect(stopped.stderr.contains("this would be update 100 of the run") && stopped.status == 3, "\(stopped)")
        #expect(try runner.run("--profile", "lab", "-e", "users.list().first().name").stdout == "n98\n")
        #expect(try runner.run("--profile", "lab", "-e", code, "--yes", "--new-run").status == 3)
        #expect(try runner.run("--profile", "lab", "-e", code, "--max-updates", "104", "--new-run").status == 3)
        #expect(try runner.run("--profile", "lab", "-e", code, "--max-updates", "105", "--new-run").status == 0)
    }

    @Test func interruptIsNoAnswer() throws {
        defer { _ = try? server.stop() }
        try users(12)
        let terminal = try PseudoTerminal(runner, ["--profile", "lab", "-e", Self.deleting], columns: 160)
        try terminal.wait(for: "9 deletes so far")
        try terminal.send(Key.interrupt)
        #expect(terminal.end() == 130)
        #expect(left == "3\n")
    }

    @Test func thePromptSaysWhatItLeavesInDoubt() throws {
        defer { _ = try? server.stop() }
        let silent = try CannedServer(.silence)
        let prompt = "cbk live:\(silent.address.dropFirst(7))>"
        let terminal = try PseudoTerminal(runner, ["--url", silent.address])
        try terminal.waitForPrompt(prompt)
        let line = terminal.screen.cursorLine
        try terminal.send("users.create()" + Key.enter)
        try terminal.wait("the request") { _ in silent.count == 1 }
        try terminal.send(Key.interrupt)
        try terminal.wait(for: "^C again abandons what is in flight")
        try terminal.send(Key.interrupt)
        try terminal.wait(for: "in doubt: users.create had not been answered")
        try terminal.waitForPrompt(prompt, below: line)
        #expect(try terminal.enter("1 + 1", prompt: prompt) == "2")
        try terminal.send(Key.endOfInput)
        #expect(terminal.end() == 0)
    }

    @Test func thePromptSettlesAWriteWhoseAnswerWasLost() throws {
        defer { _ = try? server.stop() }
        let lossy = try CannedServer(
            .none, .json(200, "{\"items\":[{\"id\":\"u1\",\"name\":\"Ada\",\"createdAt\":1}]}"),
            .json(200, "{\"id\":\"u1\",\"name\":\"Ada\"}"), .none, .json(200, "{\"id\":\"u1\",\"name\":\"Eve\"}"),
            .none, CannedServer.refusal(404, "NOT_FOUND"))
        let terminal = try PseudoTerminal(runner, ["--url", lossy.address])
        let prompt = "cbk live:\(lossy.address.dropFirst(7))>"
        try terminal.waitForPrompt(prompt)
        #expect(try terminal.enter("users.create(name: \"Ada\").id", prompt: prompt) == "\"u1\"")
        #expect(try terminal.enter("users.update(\"u1\", name: \"Eve\").id", prompt: prompt) == "\"u1\"")
        #expect(try terminal.enter("users.delete(\"u1\").id", prompt: prompt) == "\"u1\"")
        try terminal.send(Key.endOfInput)
        #expect(terminal.end() == 0 && lossy.count == 7)
        let run = try #require(runner.names(in: "cbk-runs").first)
        #expect(try runner.read("cbk-runs/\(run)/run").hasSuffix(" finished, created\n"))
    }

    @Test func thePromptGoesOnWithNoRun() throws {
        defer { _ = try? server.stop() }
        let terminal = try PseudoTerminal(runner, ["--resume"], columns: 160)
        #expect(terminal.end() == 2)
        #expect(terminal.screen.text.contains("--resume is for the run of a script: name the script, as in 'cbk onboard.cbk"))
    }

    @Test func thePromptAsksAtEachInputAnew() throws {
        defer { _ = try? server.stop() }
        try users(12)
        let terminal = try PseudoTerminal(runner, ["--profile", "lab", "--max-deletes", "1"], columns: 160)
        try terminal.waitForPrompt("cbk live:lab>")
        for _ in 0..<2 {
            try terminal.send(Self.deleting + Key.enter)
            try terminal.wait("the question") { $0.line($0.cursorLine).contains("1 deletes so far, next is 'users.delete c") }
            let line = terminal.screen.cursorLine
            try terminal.send(Key.enter)
            try terminal.waitForPrompt("cbk live:lab>", below: line)
        }
        #expect(left == "11\n")
        try terminal.send(Key.endOfInput)
        #expect(terminal.end() == 0)
    }

    @Test func anImportAsksForItsCount() throws {
        defer { _ = try? server.stop() }
        let words = ["--profile", "lab", "--yes", "--new-run", "import", Project.example("users.csv")]
        let wrong = try PseudoTerminal(runner, words, columns: 160)
        try wrong.wait(for: "live:lab: 240 users will be created. Type 240 to go on:")
        try wrong.send("y" + Key.enter)
        #expect(wrong.end() == 3)
        #expect(wrong.screen.text.contains("nothing was sent") && left == "0\n")
        let interrupted = try PseudoTerminal(runner, words, columns: 160)
        try interrupted.wait(for: "Type 240 to go on:")
        try interrupted.send(Key.interrupt)
        #expect(interrupted.end() == 130 && left == "0\n")
        let right = try PseudoTerminal(runner, words, columns: 160)
        try right.wait(for: "Type 240 to go on:")
        try right.send("240" + Key.enter)
        #expect(right.end() == 0 && left == "240\n")
        // Without a look at the file nobody knows how many there are.
        let blind = try PseudoTerminal(runner, words + ["--no-preflight", "--max-rows", "3"], columns: 160)
        try blind.wait(for: "as many users as the file has rows will be created. Type all to go on:")
        try blind.send("all" + Key.enter)
        #expect(blind.end() == 0 && left == "243\n")
    }
}
