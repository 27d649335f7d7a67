// The words of the command line: version, help, mistakes in them, code by -e and by standard input.

import Foundation
import TestSupport
import Testing

struct InvocationTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    @Test func versionNamesProgramAndSystem() throws {
        let result = try runner.run("--version")
        #expect(result.stdout.wholeMatch(of: /cbk \d+\.\d+\.\d+ \((Linux|macOS)\)\n/) != nil)
        #expect(result.stderr == "" && result.status == 0)
    }

    @Test(arguments: [["--help"], ["-h"], ["help"]])
    func helpListsCommandsFlagsAndExitCodes(_ words: [String]) throws {
        let result = try runner.run(words)
        for part in [
            "usage:", "cbk import FILE.csv", "cbk check FILE", "cbk fmt FILE", "cbk explain CODE", "--sandbox", "--max-errors",
            "exit codes:",
        ] {
            #expect(result.stdout.contains(part), "\(part)")
        }
        #expect(result.stderr == "" && result.status == 0)
    }

    @Test func helpOfACommand() throws {
        let result = try runner.run("help", "import")
        #expect(result.stdout.hasPrefix("cbk import FILE.csv creates a user for each row of a CSV file.\n"))
        #expect(result.stdout.contains("--with-token NAME"))
        #expect(try runner.run("import", "--help").stdout == result.stdout)
        #expect(try runner.run("help", "check").stdout == runner.run("check", "--help").stdout)
        #expect(result.status == 0)
    }

    @Test(arguments: [
        (["imprt", "x.csv"], "'imprt' is no command; did you mean 'import'?"),
        (["frobnicate"], "'frobnicate' is no command; 'cbk --help' lists them"),
        (["--sandbx", "-e", "1"], "there is no flag '--sandbx'; did you mean '--sandbox'?"),
        (["-e"], "'-e' needs the code: cbk -e 'CODE'"),
        (["-e", "1", "more"], "'-e' takes flags only, not 'more'; --help lists them"),
        (["-e", "1", "--output", "yml"], "--output takes one of csv, jsonl, json, yaml, table, not 'yml'"),
        (["-e", "1", "-j", "0"], "-j takes a number from 1 to 256, not 0"),
        (["-e", "1", "--max-errors", "some"], "--max-errors takes a whole number or a percentage such as 5%, not 'some'"),
        (["import"], "'import' needs a file: cbk import FILE.csv"),
        (["import", "a.csv", "b.csv"], "'import' takes one file, not also 'b.csv'"),
        (["import", "a.csv", "--strct"], "there is no flag '--strct'; did you mean '--strict'?"),
        (["check"], "'check' needs a file: cbk check FILE.cbk"),
        (["help", "chek"], "there is no help on 'chek'; did you mean 'check'?"),
        (["none.cbk"], "cannot read 'none.cbk': no such file or directory"),
        (["export"], "'export' is not in this version; 'cbk --help' lists what is"),
    ])
    func mistakesInTheWordsAreUsage(_ words: [String], _ message: String) throws {
        let result = try runner.run(words)
        #expect(result.stderr == "cbk: \(message)\n")
        #expect(result.stdout == "" && result.status == 2)
    }

    @Test func aFileWithoutTheEndingIsNoCommand() throws {
        try runner.write("1", to: "onboard")
        let result = try runner.run("onboard")
        #expect(result.stderr == "cbk: 'onboard' is no command; a script's name ends in .cbk or holds a '/': ./onboard\n")
        #expect(result.status == 2)
        #expect(try runner.run("./onboard").status == 0)
    }

    @Test(arguments: [
        ("1 + 1", "2\n"), ("null", ""), ("let _ = 1", ""), ("\"a b\"", "a b\n"), ("[1, \"a\", { b: 2 }]", "1\na\n{ b: 2 }\n"),
        ("[]", ""),
        ("{ a: null }", "{ a: null }\n"), ("1..4", "1\n2\n3\n"), ("let x = 1; x + 1", "2\n"), ("print(\"x\"); 3", "x\n3\n"),
        ("7d", "7d\n"), ("users.list()", ""),
    ])
    func codePrintsItsLastValue(_ code: String, _ printed: String) throws {
        let result = try runner.run("-e", code)
        #expect(result.stdout == printed)
        #expect(result.stderr == "" && result.status == 0)
    }

    @Test(arguments: [
        ("json", "[\n  {\n    \"a\": 1,\n    \"b\": \"x,y\"\n  },\n  {\n    \"a\": 2,\n    \"b\": null\n  }\n]\n"),
        ("jsonl", "{\"a\":1,\"b\":\"x,y\"}\n{\"a\":2,\"b\":null}\n"),
        ("csv", "a,b\n1,\"x,y\"\n2,\n"),
        ("table", "a  b\n─  ────\n1  x,y\n2  null\n"),
    ])
    func valuesInEachFormat(_ format: String, _ printed: String) throws {
        let code = "[{ a: 1, b: \"x,y\" }, { a: 2, b: null }]"
        let after = try runner.run("-e", code, "--output", format)
        #expect(after.stdout == printed && after.status == 0)
        #expect(try runner.run("--output", format, "-e", code).stdout == printed)
    }

    @Test(arguments: [["-"], []])
    func standardInputIsAProgram(_ words: [String]) throws {
        let result = try runner.run(words, stdin: "fn twice(n) { n * 2 }\nprint(\"printed\")\ntwice(21)\n")
        #expect(result.stdout == "printed\n42\n")
        #expect(result.stderr == "" && result.status == 0)
    }

    @Test func standardInputIsNamedInErrors() throws {
        let result = try runner.run(["-"], stdin: "let x = [\n1\n")
        #expect(
            result.stderr == """
                error[E0113]: '[' is never closed
                 --> -:1:9
                  |
                1 | let x = [
                  |         ^
                1 error: nothing was run

                """)
        #expect(result.stdout == "" && result.status == 2)
    }

    @Test func aReaderThatLeavesEndsTheProgramQuietly() throws {
        let script = try runner.write("for i in 0..100000 { print(i) }", to: "many.cbk")
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "'\(BinaryRunner.binary)' '\(script)' 2>'\(script).err' | head -n 1"]
        shell.environment = runner.environment
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        #expect(String(decoding: printed, as: UTF8.self) == "0\n")
        #expect(try String(contentsOfFile: script + ".err", encoding: .utf8) == "")
    }
}
