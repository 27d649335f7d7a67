// Imports from real files: what cannot be read, links, the check of all files, the command line and the prompt.

import Foundation
import TestSupport
import Testing

struct ModuleTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: runner.folder.appendingPathComponent(name).path, withDestinationPath: target)
    }

    @Test func aFileThatIsNoText() throws {
        let bytes = Data([0x70, 0x75, 0x62, 0x20, 0xFF, 0xFE])
        try bytes.write(to: runner.folder.appendingPathComponent("lib.cbk"))
        try runner.write("import \"lib.cbk\" as lib\nprint(lib.x)\n", to: "main.cbk")
        let result = try runner.run("main.cbk")
        #expect(
            result.stderr == """
                error[E0240]: cannot import 'lib.cbk': it is not UTF-8 text
                 --> main.cbk:1:8
                  |
                1 | import "lib.cbk" as lib
                  |        ^^^^^^^^^ save it as UTF-8
                1 error: nothing was run

                """)
        #expect(result.status == 2)
    }

    @Test func aFileThatIsTooLarge() throws {
        try runner.write(String(repeating: "#", count: 16 << 20) + "\n", to: "lib.cbk")
        let result = try runner.run("-e", "import \"lib.cbk\" as lib; lib.x")
        #expect(
            result.stderr.hasPrefix(
                "error[E0240]: cannot import 'lib.cbk': it has 16777217 bytes, and a module has 16777216 at most\n"))
        #expect(result.status == 2)
    }

    @Test func aPipeIsNoFile() throws {
        #expect(mkfifo(runner.folder.appendingPathComponent("lib.cbk").path, 0o600) == 0)
        let result = try runner.run("-e", "import \"lib.cbk\" as lib; lib.x")
        #expect(result.stderr.hasPrefix("error[E0240]: cannot import 'lib.cbk': it is no file\n") && result.status == 2)
    }

    @Test func linksAreFollowedAndDoNotLeadOutside() throws {
        try runner.write("pub let x = 1\n", to: "outside.cbk")
        try runner.write("pub let x = 2\n", to: "project/lib/real.cbk")
        try runner.write("import \"out.cbk\" as out\nprint(out.x)\n", to: "project/bad.cbk")
        try runner.write("import \"in.cbk\" as a\nimport \"lib/real.cbk\" as b\nprint(a.x + b.x)\n", to: "project/good.cbk")
        try link("project/out.cbk", to: "../outside.cbk")
        try link("project/in.cbk", to: "lib/real.cbk")
        try link("started.cbk", to: "project/good.cbk")
        let bad = try runner.run("project/bad.cbk")
        #expect(bad.stderr.hasPrefix("error[E0241]: cannot import 'out.cbk': it is outside the folder of the script\n"))
        #expect(bad.stderr.contains(" --> project/bad.cbk:1:8\n") && bad.status == 2)
        #expect(try runner.run("project/good.cbk").stdout == "4\n")
        // The folder of a script is the one that it lies in, not that of the link.
        #expect(try runner.run("started.cbk").stdout == "4\n")
    }

    @Test func namesOfFilesAreShownAsTheScriptsIs() throws {
        try runner.write("pub fn f() { throw \"no\" }\n", to: "project/lib/a.cbk")
        try runner.write("import \"lib/a.cbk\" as a\na.f()\n", to: "project/main.cbk")
        let result = try runner.run("project/main.cbk")
        #expect(
            result.stderr == """
                error[USER]: no
                 --> project/lib/a.cbk:1:14
                  |
                1 | pub fn f() { throw "no" }
                  |              ^^^^^^^^^^
                  in f, called at project/main.cbk:2:1

                """)
        #expect(result.status == 1)
    }

    @Test func checkShowsTheMistakesOfAllFiles() throws {
        try runner.write("pub let x = y\n", to: "lib/a.cbk")
        try runner.write("import \"lib/a.cbk\" as a\nprint(a.x, z)\n", to: "main.cbk")
        let result = try runner.run("check", "main.cbk")
        #expect(result.stderr.contains("error[E0201]: undeclared name 'y'\n --> lib/a.cbk:1:13\n"))
        #expect(result.stderr.contains("error[E0201]: undeclared name 'z'\n --> main.cbk:2:12\n"))
        #expect(result.status == 2)
        try runner.write("pub let x = 1\n", to: "lib/a.cbk")
        #expect(try runner.run("check", "lib/a.cbk").stderr == "no mistakes\n")
    }

    @Test func checkShowsEachFileOnce() throws {
        try runner.write("import \"../base.cbk\" as base\npub let x = base.y + q\n", to: "lib/a.cbk")
        try runner.write("pub let y = r\n", to: "base.cbk")
        for name in ["one", "two"] {
            try runner.write("import \"lib/a.cbk\" as a\nprint(a.x)\n", to: "\(name).cbk")
        }
        let result = try runner.run("check", ".")
        let found = result.stderr.split(separator: "\n").filter { $0.hasPrefix("error[") }
        #expect(found == ["error[E0201]: undeclared name 'r'", "error[E0201]: undeclared name 'q'"])
        let json = try runner.run("check", "--format", "json", ".")
        #expect(json.lines.count == 2 && json.lines[1].hasPrefix(#"{"file":"lib/a.cbk","code":"E0201","#))
        // A module by itself may belong to a script of a folder above it.
        #expect(try runner.run("check", "lib/a.cbk").stderr.components(separatedBy: "error[").count == 3)
    }

    @Test func codeImportsFromTheCurrentFolder() throws {
        try runner.write("pub fn twice(n) { n * 2 }\n", to: "lib/a.cbk")
        #expect(try runner.run("-e", "import \"lib/a.cbk\" as a\na.twice(21)").stdout == "42\n")
        let outside = try runner.run("-e", "import \"../a.cbk\" as a\na.twice(21)")
        #expect(outside.stderr.hasPrefix("error[E02") && outside.status == 2)
    }

    @Test func aProgramOfStandardInputWithParametersImports() throws {
        try runner.write("pub let x = 40\n", to: "a.cbk")
        let text = "param n: int = 2\nimport \"a.cbk\" as a\nprint(a.x + n)\n"
        #expect(try runner.run(["-"], stdin: text).stdout == "42\n")
    }

    @Test func thePromptImportsAndLoadsAnew() throws {
        try runner.write("pub let limit = 1\npub fn twice(number) { number * 2 }\n", to: "lib/a.cbk")
        let terminal = try PseudoTerminal(runner)
        try terminal.waitForPrompt()
        #expect(try terminal.enter("import \"lib/a.cbk\" as a") == "")
        #expect(try terminal.enter("a.limit") == "1")
        #expect(try terminal.enter("a.limt").hasPrefix("error[E0206]: no 'limt' in module a"))
        try runner.write("pub let limit = 2\npub fn twice(number) { number * 2 }\n", to: "lib/a.cbk")
        #expect(try terminal.enter("a.limit") == "1")
        #expect(try terminal.enter("import \"lib/a.cbk\" as a; a.limit") == "2")
        let start = terminal.screen.cursorLine
        try terminal.send("a.li" + PseudoTerminal.Key.tab)
        try terminal.wait("the name") { $0.line(start).hasPrefix("cbk sandbox> a.limit") }
        try terminal.send(" + a.twice(num" + PseudoTerminal.Key.tab)
        try terminal.wait("the parameter") { $0.line(start).contains("a.twice(number:") }
        try terminal.send(PseudoTerminal.Key.interrupt)
        try terminal.waitForPrompt(below: start)
        try terminal.send(PseudoTerminal.Key.endOfInput)
        #expect(terminal.end() == 0)
    }

    @Test func aLoadedFileImportsFromItsOwnFolder() throws {
        try runner.write("pub let limit = 7\n", to: "project/a.cbk")
        try runner.write("import \"a.cbk\" as a\nprint(a.limit)\n", to: "project/load.cbk")
        let terminal = try PseudoTerminal(runner)
        try terminal.waitForPrompt()
        #expect(try terminal.enter(":load project/load.cbk").hasPrefix("7"))
        try terminal.send(PseudoTerminal.Key.endOfInput)
        #expect(terminal.end() == 0)
    }
}
