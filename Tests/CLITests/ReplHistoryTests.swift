// What the prompt remembers: its own file, for its owner alone, without secrets, across sessions.

import Foundation
import TestSupport
import Testing

struct ReplHistoryTests {
    typealias Key = PseudoTerminal.Key
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    /// Opens the prompt, enters lines, and leaves.
    private func session(_ lines: String...) throws {
        let terminal = try PseudoTerminal(runner)
        try terminal.waitForPrompt()
        for line in lines { _ = try terminal.enter(line) }
        try terminal.send(Key.endOfInput)
        #expect(terminal.end() == 0)
    }

    @Test func upRecallsTheLastSession() throws {
        try session("1 + 1", "let answer = 40 + 2")
        #expect(runner.mode("home/history") == 0o600)
        let terminal = try PseudoTerminal(runner)
        try terminal.waitForPrompt()
        try terminal.send(Key.up)
        try terminal.wait("the last line") { $0.line($0.cursorLine) == "cbk sandbox> let answer = 40 + 2" }
        try terminal.send(Key.up)
        try terminal.wait("the line before it") { $0.line($0.cursorLine) == "cbk sandbox> 1 + 1" }
        let start = terminal.screen.cursorLine
        try terminal.send(Key.enter)
        try terminal.waitForPrompt(below: start)
        #expect(terminal.screen.line(start + 1) == "2")
    }

    @Test func severalLinesAreOneEntry() throws {
        let terminal = try PseudoTerminal(runner)
        try terminal.waitForPrompt()
        let start = terminal.screen.cursorLine
        try terminal.send("if true {" + Key.enter)
        try terminal.wait("the next line") { $0.cursorLine == start + 1 }
        try terminal.send("5 }" + Key.enter)
        try terminal.waitForPrompt(below: start + 1)
        try terminal.send(Key.endOfInput)
        #expect(terminal.end() == 0)
        let again = try PseudoTerminal(runner)
        try again.waitForPrompt()
        let top = again.screen.cursorLine
        try again.send(Key.up)
        try again.wait("both lines") { $0.line(top).hasPrefix("cbk sandbox> if true {") && $0.line(top + 1).hasSuffix("5 }") }
        try again.send(Key.enter)
        try again.waitForPrompt(below: top + 1)
        #expect(again.screen.line(again.screen.cursorLine - 1) == "5")
    }

    @Test func linesWithSecretsAreNotKept() throws {
        let token = madeUpToken()
        try session("let before = 1", "let secret = \"\(token)\"", " let spaced = 3", "let after = 2")
        let history = try runner.read("home/history")
        #expect(history.contains("let before = 1") && history.contains("let after = 2"))
        #expect(!history.contains("sk-") && !history.contains("spaced"))
        let files = try FileManager.default.subpathsOfDirectory(atPath: runner.folder.path)
        for file in files where !file.hasPrefix(".io") {
            guard let data = FileManager.default.contents(atPath: runner.folder.appendingPathComponent(file).path) else {
                continue
            }
            #expect(!String(decoding: data, as: UTF8.self).contains(token), "\(file)")
        }
    }

    @Test func aSecretLineIsRecalledInItsOwnSession() throws {
        let terminal = try PseudoTerminal(runner)
        try terminal.waitForPrompt()
        let token = madeUpToken()
        _ = try terminal.enter("let s = \"\(token)\"")
        try terminal.send(Key.up)
        try terminal.wait("the line") { $0.line($0.cursorLine) == "cbk sandbox> let s = \"\(token)\"" }
    }

    @Test func aWiderHistoryIsTightened() throws {
        try session("1 + 1")
        let path = runner.home.appendingPathComponent("history").path
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        try session("2 + 2")
        #expect(runner.mode("home/history") == 0o600)
        #expect(try runner.read("home/history").contains("1 + 1"))
    }
}
