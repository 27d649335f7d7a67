// What happens when the world around a run fails: nothing is done that cannot be kept, nothing is lost in silence.

import Foundation
import TestSupport
import Testing

struct FaultTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    /// A file stands where the folder of runs should be.
    private func blockRunFolders() throws { try runner.write("in the way\n", to: "cbk-runs") }

    @Test func noTokenIsMintedWhereItCannotBeKept() throws {
        try blockRunFolders()
        #expect(try runner.run("-e", "users.create(name: \"A\")", "--runs-dir", "elsewhere").status == 0)
        let result = try runner.run("-e", "users.token.create(users.list().first().id, name: \"t\")\n")
        #expect(result.status == 5 && result.stderr.contains("error[IO]"))
        #expect(try runner.value(of: "users.token.list(users.list().first().id).count()") == "0")
    }

    @Test func anImportWithoutARunFolderSendsNothing() throws {
        try blockRunFolders()
        let result = try runner.run("import", Project.example("users.csv"))
        #expect(result.status == 5 && result.stderr.contains("error[E0609]"))
        #expect(try runner.value(of: "users.list().count()") == "0")
    }

    @Test func aWriteWithoutARunFolderIsNotSent() throws {
        try blockRunFolders()
        let result = try runner.run("-e", "users.create(name: \"A\")")
        #expect(result.status == 5, "\(result)")
        #expect(result.stderr.contains("' cannot be made: "))
        #expect(result.stderr.contains("; --runs-dir names another folder for runs"))
        #expect(try runner.value(of: "users.list().count()") == "0")
    }

    @Test func foldersAboveTheRunsAreMade() throws {
        try runner.write("name,email\nA,a@example.com\n", to: "users.csv")
        let result = try runner.run("import", "users.csv", "--runs-dir", "deep/er")
        #expect(result.status == 0, "\(result)")
        #expect(runner.names(in: "deep/er").count == 1)
    }

    @Test func aBrokenStoreEndsAnImportAtOnce() throws {
        try runner.write("name,email\nA,a@example.com\nB,b@example.com\n", to: "users.csv")
        try runner.write(String(repeating: "no database ", count: 500), to: "home/sandbox.db")
        let result = try runner.run("import", "users.csv")
        #expect(result.status == 5, "\(result)")
        #expect(result.stderr.contains("0 done, 2 pending") && result.stderr.contains("cannot open the sandbox"))
    }

    @Test func outputThatIsLostIsTold() throws {
        let shell = try Shell.run("'\(BinaryRunner.binary)' --sandbox -e '[1]' > /dev/full", in: runner)
        #expect(shell.status == 5)
        #expect(shell.stderr.contains("standard output was not written"))
    }

    @Test func aReaderThatGoesAwayEndsAnEndlessPrint() throws {
        let command = "'\(BinaryRunner.binary)' --sandbox -e 'while true { print(\"y\") }' | head -1"
        let shell = try Shell.run(command, in: runner)
        #expect(shell.stdout == "y\n" && shell.stderr == "")
    }

    @Test func aWrongEncodingSendsNothing() throws {
        let path = runner.folder.appendingPathComponent("latin1.csv")
        try Data("name,email\nA,a@example.com\nJ".utf8 + [0xFC] + "rgen,j@example.com\n".utf8).write(to: path)
        let refused = try runner.run("import", "latin1.csv")
        #expect(refused.status == 2 && refused.stderr.contains("give its encoding as latin1"))
        #expect(try runner.value(of: "users.list().count()") == "0")
        #expect(try runner.run("import", "latin1.csv", "--encoding", "latin1").status == 0)
        #expect(try runner.value(of: "users.find(email: \"j@example.com\").name") == "J\u{FC}rgen")
    }

    @Test func theStoreIsWholeInItsFile() throws {
        #expect(try runner.run("-e", "users.create(name: \"A\")").status == 0)
        #expect(runner.names(in: "home") == ["sandbox.db"])
    }

    @Test func aValueIsNoFlag() throws {
        let result = try runner.run("import", Project.example("users.csv"), "--runs-dir", "--max-rows")
        #expect(result.status == 2 && result.stderr.contains("'--runs-dir' needs a value"))
        #expect(try runner.value(of: "users.list().count()") == "0")
    }

    @Test func aFileThatFailedHalfWayLeavesNoPart() throws {
        let result = try runner.run("-e", "[{ a: 1 }, 5].save(\"out.csv\")")
        #expect(result.status == 1 && result.stderr.contains("error[E0302]"))
        #expect(runner.names(in: ".").filter { $0.hasPrefix("out.csv") } == [])
    }

    @Test func checkShowsEveryMistakeAndARunTheFirst() throws {
        try runner.write((1...30).map { "print(missing\($0))\n" }.joined(), to: "many.cbk")
        let checked = try runner.run("check", "many.cbk")
        #expect(checked.status == 2 && checked.stderr.matches(of: /error\[E0201\]/).count == 30)
        let run = try runner.run("many.cbk")
        #expect(run.status == 2 && run.stderr.matches(of: /error\[E0201\]/).count == 20)
        #expect(run.stderr.contains("… and 10 more\n30 errors: nothing was run\n"))
    }

    @Test func aTableIsNoScript() throws {
        let result = try runner.run("users.csv")
        #expect(result.status == 2 && result.stderr == "cbk: 'users.csv' is no script; did you mean 'cbk import users.csv'?\n")
    }

    @Test func standardInputMayDeclareParameters() throws {
        let script = "param plan: string = \"free\"\nprint(plan)\n"
        #expect(try runner.run(["-"], stdin: script).stdout == "free\n")
        #expect(try runner.run(["-", "--plan", "pro"], stdin: script).stdout == "pro\n")
    }

    @Test func tokensAreMaskedInMessages() throws {
        let result = try runner.run("-e", "int(\"sk-\" + \"a1\".repeat(32))")
        #expect(result.status == 1 && result.stderr.contains("not 'sk-…a1a1'"))
    }
}

/// A command line of the shell, for redirections and pipes.
private enum Shell {
    static func run(_ command: String, in runner: BinaryRunner) throws -> (status: Int32, stdout: String, stderr: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = runner.folder
        process.environment = ["CBK_HOME": runner.home.path, "PATH": "/usr/bin:/bin"]
        let out = Pipe()
        let err = Pipe()
        process.standardOutput = out
        process.standardError = err
        try process.run()
        let stdout = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let stderr = String(decoding: err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, stdout, stderr)
    }
}
