// Where a script may read and write: below its own folder and the current one, through links, what a `path` parameter names,
// and what `--allow-path` opens; never what holds secrets.

import Foundation
import TestSupport
import Testing

struct FileBoundsTests {
    /// A folder `in`, the current one of the shell's commands, beside a folder `out`.
    private let runner: BinaryRunner

    init() throws {
        runner = try BinaryRunner()
        for (name, text) in [
            ("in/data.txt", "inside"), ("in/.env", "secret"), ("in/cbk-runs/r/secrets.csv", "secret"),
            ("out/data.txt", "outside"), ("scripts/own.txt", "own"),
            ("scripts/read.cbk", "param names: list\nfor n in names { print(file.read(n) catch e => e.code) }\n"),
            ("scripts/write.cbk", "param names: list\nfor n in names { print(file.write(n, \"x\") catch e => e.code) }\n"),
        ] {
            try runner.write(text, to: name)
        }
        for (link, target) in [
            ("leads_out", "../out/data.txt"), ("leads_in", "data.txt"), ("leads_to_env", ".env"), ("folder_out", "../out"),
            ("leads_to_runs", "cbk-runs/r/secrets.csv"), ("folder_back", "../in"),
        ] {
            try FileManager.default.createSymbolicLink(
                atPath: runner.folder.appendingPathComponent("in/" + link).path, withDestinationPath: target)
        }
    }

    /// What a script prints for each name.
    private func lines(_ script: String, _ names: [String], _ flags: String...) throws -> [String] {
        let words = [BinaryRunner.binary, "../scripts/\(script).cbk", "--sandbox"] + names.flatMap { ["--names", $0] } + flags
        let command = "cd in && " + words.map { "'\($0)'" }.joined(separator: " ")
        return try runner.start(["-c", command], program: "/bin/sh").end().lines
    }

    @Test func linksAreFollowedFirst() throws {
        #expect(try lines("read", ["leads_in", "folder_back/data.txt"]) == ["inside", "inside"])
        let outside = ["leads_out", "folder_out/data.txt", "leads_to_env", "leads_to_runs"]
        #expect(try lines("read", outside) == ["E0602", "E0602", "E0602", "E0602"])
        #expect(try lines("write", outside + ["leads_in"]) == ["E0602", "E0602", "E0602", "E0602", "1"])
        #expect(try runner.read("out/data.txt") == "outside" && runner.read("in/.env") == "secret")
        #expect(runner.names(in: "out") == ["data.txt"])
    }

    @Test func aRelativePathStartsAtTheCurrentFolder() throws {
        let names = ["data.txt", "own.txt", "../scripts/own.txt", "../out/data.txt"]
        #expect(try lines("read", names) == ["inside", "E0603", "own", "E0602"])
    }

    @Test func aFlagAllowsMore() throws {
        #expect(try lines("read", ["../out/data.txt", "leads_out"], "--allow-path", "../out") == ["outside", "outside"])
        #expect(try lines("write", ["folder_out/new.txt"], "--allow-path", "../out") == ["1"])
        #expect(try runner.read("out/new.txt") == "x")
    }

    @Test func nothingAllowsWhatHoldsSecrets() throws {
        let names = [".env", "leads_to_env", "cbk-runs/r/secrets.csv", "../home/history"]
        let read = try lines("read", names, "--allow-path", ".", "--allow-path", "../home", "--allow-path", ".env")
        #expect(read == ["E0602", "E0602", "E0602", "E0602"])
    }

    @Test func aPathParameterAllowsItsFileAlone() throws {
        let script = "param from: path\nprint(file.read(from), file.read(\"../out/more.txt\") catch e => e.code)\n"
        try runner.write(script, to: "scripts/one.cbk")
        try runner.write("more", to: "out/more.txt")
        #expect(try lines("one", [], "--from", "../out/data.txt") == ["outside E0602"])
    }
}
