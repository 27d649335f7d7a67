// The history's file: what it keeps, what it never keeps, and how.

import CBKTerminal
import Foundation
import Testing

@Suite struct HistoryTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cbk-history-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appendingPathComponent("history").path)
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }

    @Test(arguments: ["one", "two\nlines", "back\\slash", "ends in \\", "\\n is not a newline\n", "tab\tand \r"])
    func entriesComeBackAsTheyWere(entry: String) throws {
        #expect(!History.encoded(entry).contains("\n"))
        #expect(History.decoded(History.encoded(entry)) == entry)
        try withFolder { path in
            History(path: path).add(entry)
            #expect(History(path: path).entries == [entry])
        }
    }

    @Test func theFileIsPrivateAndAWiderOneIsTightened() throws {
        try withFolder { path in
            History(path: path).add("1 + 1")
            #expect(try mode(path) == 0o600)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(History(path: path).entries == ["1 + 1"])
            #expect(try mode(path) == 0o600)
        }
    }

    @Test func aLinkIsNotFollowed() throws {
        try withFolder { path in
            let other = path + "-other"
            try "kept\n".write(toFile: other, atomically: true, encoding: .utf8)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: other)
            let history = History(path: path)
            history.add("1")
            #expect(history.entries == ["1"])
            #expect(try String(contentsOfFile: other, encoding: .utf8) == "kept\n")
        }
    }

    @Test func aLeadingSpaceAndARepetitionStayOut() throws {
        try withFolder { path in
            let history = History(path: path)
            #expect(history.add("a"))
            #expect(!history.add("a"))
            #expect(!history.add(" b"))
            #expect(!history.add("   "))
            #expect(history.add("c"))
            #expect(history.add("a"))
            #expect(History(path: path).entries == ["a", "c", "a"])
        }
    }

    @Test func secretsStayInMemory() throws {
        try withFolder { path in
            let secret = "sk-" + String(repeating: "ab12", count: 16)
            let history = History(path: path)
            history.add("let key = \"\(secret)\"")
            history.add("users.list()")
            #expect(history.entries.count == 2)
            #expect(History(path: path).entries == ["users.list()"])
            let kept = try String(contentsOfFile: path, encoding: .utf8)
            #expect(!kept.contains(secret))
        }
    }

    @Test(arguments: [
        "f(token: \"abc\")", "let password = 'hunter2'", "{ \"api_key\": \"x\" }", "r.secret == \"abc\"", "secret(\"abc\")",
        "f(token: \"a${b}\"", "# sk-" + "0123456789abcdef",
    ])
    func linesThatHoldSecrets(text: String) {
        #expect(SecretLines.holdsSecret(text))
    }

    @Test(arguments: [
        "users.token.create(user.id, name: \"first token\")", "t.token.reveal()", "f(token: row.token)", "\"task-12345678\"",
        "token == \"\"", "env(\"X\")",
    ])
    func linesThatDoNot(text: String) {
        #expect(!SecretLines.holdsSecret(text))
    }

    @Test func twoSessionsAppendToOneFile() throws {
        try withFolder { path in
            let first = History(path: path)
            let second = History(path: path)
            first.add("one")
            second.add("two")
            first.add("three")
            #expect(History(path: path).entries == ["one", "two", "three"])
        }
    }

    @Test func theFileIsCutToTheNewest() throws {
        try withFolder { path in
            let history = History(path: path, limit: 10)
            for number in 0..<40 { history.add("line \(number)") }
            let second = History(path: path, limit: 10)
            #expect(second.entries == (30..<40).map { "line \($0)" })
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 10)
            #expect(try mode(path) == 0o600)
        }
    }

    @Test func aTornLineDoesNotSpoilTheNext() throws {
        try withFolder { path in
            try "whole\ntor".write(toFile: path, atomically: true, encoding: .utf8)
            History(path: path).add("next")
            #expect(History(path: path).entries == ["whole", "tor", "next"])
        }
    }

    @Test func withoutAFileItIsKeptInMemory() {
        let history = History(path: nil)
        history.add("a")
        #expect(history.entries == ["a"])
    }
}
