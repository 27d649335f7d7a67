// `cbk fmt`: which files it rewrites and how, what it prints, its exit codes. What the style is: CBKSyntaxTests.

import Foundation
import TestSupport
import Testing

struct FormatTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    @Test func filesAreRewrittenAndNamedIfTheyChange() throws {
        let path = try runner.write("let   x=1\nprint( x )\n", to: "loose.cbk")
        try runner.write("print(1)\n", to: "neat.cbk")
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: path)
        let result = try runner.run("fmt", "loose.cbk", "neat.cbk")
        #expect(result.stdout == "loose.cbk\n" && result.stderr == "" && result.status == 0)
        #expect(try runner.read("loose.cbk") == "let x = 1\nprint(x)\n")
        #expect(runner.mode("loose.cbk") == 0o750)
        let again = try runner.run("fmt", "loose.cbk", "neat.cbk")
        #expect(again.stdout == "" && again.status == 0)
        #expect(!runner.names(in: ".").contains { $0.hasSuffix(".part") })
    }

    @Test func aFolderStandsForItsScripts() throws {
        for name in ["a/x.cbk", "a/b/y.cbk", "a/.hidden/z.cbk", "a/cbk-runs/w.cbk", "a/note.txt", "a/.v.cbk"] {
            try runner.write("print( 1 )\n", to: name)
        }
        let result = try runner.run("fmt", "a")
        #expect(result.stdout == "a/b/y.cbk\na/x.cbk\n" && result.status == 0)
        #expect(try runner.read("a/x.cbk") == "print(1)\n")
        for name in ["a/.hidden/z.cbk", "a/cbk-runs/w.cbk", "a/note.txt", "a/.v.cbk"] {
            #expect(try runner.read(name) == "print( 1 )\n", "\(name)")
        }
        let none = try runner.run("fmt", "a/.hidden/nothing", "a/cbk-runs")
        #expect(none.status == 2)
    }

    @Test func checkOnlyNames() throws {
        try runner.write("print( 1 )\n", to: "loose.cbk")
        try runner.write("print(1)\n", to: "neat.cbk")
        let both = try runner.run("fmt", "--check", ".")
        #expect(both.stdout == "loose.cbk\n" && both.stderr == "" && both.status == 1)
        #expect(try runner.read("loose.cbk") == "print( 1 )\n")
        let neat = try runner.run("fmt", "neat.cbk", "--check")
        #expect(neat.stdout == "" && neat.status == 0)
    }

    @Test(arguments: [["fmt"], ["fmt", "-"]])
    func standardInput(words: [String]) throws {
        let result = try runner.run(words, stdin: "let x =1 # one\r\n")
        #expect(result.stdout == "let x = 1  # one\n" && result.stderr == "" && result.status == 0)
        let checked = try runner.run(words + ["--check"], stdin: "let x =1\n")
        #expect(checked.stdout == "-\n" && checked.status == 1)
    }

    @Test func mistakesOfSyntaxAreShownAndNothingIsWritten() throws {
        try runner.write("let x  =\n", to: "broken.cbk")
        try runner.write("print( undeclared )\n", to: "other.cbk")
        let result = try runner.run("fmt", "broken.cbk", "other.cbk")
        #expect(result.stderr.hasPrefix("error[E0111]") && result.stderr.contains("--> broken.cbk:1:"))
        #expect(result.stdout == "other.cbk\n" && result.status == 2)
        #expect(try runner.read("broken.cbk") == "let x  =\n")
        let input = try runner.run(["fmt", "-"], stdin: "print(1\n")
        #expect(input.stdout == "" && input.stderr.contains("E0113") && input.status == 2)
    }

    @Test func aLinkLeadsToItsFileAfterwards() throws {
        let target = try runner.write("print( 1 )\n", to: "real.cbk")
        let link = runner.folder.appendingPathComponent("link.cbk").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        #expect(try runner.run("fmt", "link.cbk").status == 0)
        #expect(try runner.read("real.cbk") == "print(1)\n")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
    }

    @Test func usage() throws {
        #expect(try runner.run("fmt", "--help").stdout.contains("cbk fmt -"))
        #expect(try runner.run("help", "fmt").stdout == runner.run("fmt", "--help").stdout)
        let flag = try runner.run("fmt", "--chek", ".")
        #expect(flag.stderr.contains("did you mean '--check'?") && flag.status == 2)
        let missing = try runner.run("fmt", "nothing.cbk")
        #expect(missing.stderr.contains("'nothing.cbk'") && missing.status == 2)
    }

    /// docs/errors.md shows mistakes, and its mends are as short as may be.
    @Test func scriptsOfTheDocumentationAreInTheStyle() throws {
        for page in DocumentationPage.all where page.name != "docs/errors.md" {
            for block in page.blocks where block.info.first == "cbk" {
                let result = try runner.run(["fmt", "-"], stdin: block.text)
                let isInStyle = result.stdout == block.text || result.status == 2
                #expect(isInStyle, "\(page.name):\(block.lines.lowerBound) would be\n\(result.stdout)")
            }
        }
        let examples = DocumentationPage.folder.appendingPathComponent("examples").path
        let result = try runner.run("fmt", "--check", examples)
        #expect(result.stdout == "" && result.status == 0)
    }
}
