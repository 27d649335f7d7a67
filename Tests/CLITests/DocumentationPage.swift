// Reads a Markdown page's examples: takes its text, gives the scripts with what must be there before them and what they
// print. CONTRIBUTING.md says how the blocks are written.

import Foundation
import TestSupport
import Testing

/// A script of a page, and the output that the page shows for it.
struct DocumentationExample: Sendable, CustomTestStringConvertible {
    enum Stream: Sendable { case output, errors }

    var page: String
    /// Where the script's block begins.
    var line: Int
    var code: String
    var arguments: [String]
    /// A script that runs first, in the same sandbox.
    var given: String?
    var files: [(name: String, text: String)]
    var expected: String
    var stream: Stream
    /// The lines of the expected block, its fences left out.
    var expectedLines: Range<Int>

    var testDescription: String { "\(page):\(line)" }

    /// Runs it in an empty folder against an empty sandbox.
    func run() throws -> RunResult {
        let runner = try BinaryRunner()
        for file in files { try runner.write(file.text, to: file.name) }
        if let given {
            try runner.write(given, to: "given.cbk")
            let result = try runner.run("given.cbk", "--sandbox", "--quiet", "--runs-dir", "home/given-runs")
            try #require(result.status == 0, "what is given before \(testDescription) fails: \(result)")
        }
        try runner.write(code, to: "example.cbk")
        return try runner.run(["example.cbk", "--sandbox", "--no-progress"] + arguments)
    }

    func shown(_ result: RunResult) -> String {
        switch stream {
        case .output: result.stdout
        case .errors: result.stderr
        }
    }
}

struct DocumentationPage: Sendable {
    /// A fenced block.
    struct Block: Sendable {
        var info: [String]
        /// Its lines, the fences left out.
        var lines: Range<Int>
        var text: String

        /// A module for the next script: `cbk file NAME`.
        var isFile: Bool { info.first == "cbk" && info.count == 3 && info[1] == "file" }
    }

    /// Below the project's folder.
    var name: String
    var lines: [String]
    private(set) var blocks: [Block] = []
    private(set) var examples: [DocumentationExample] = []

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// README.md and the pages of docs/.
    static let all: [DocumentationPage] = {
        let docs = (try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("docs").path)) ?? []
        let names = ["README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
        return names.compactMap { name in
            let data = try? Data(contentsOf: folder.appendingPathComponent(name))
            return data.map { DocumentationPage(name: name, text: String(decoding: $0, as: UTF8.self)) }
        }
    }()

    init(name: String, text: String) {
        self.name = name
        lines = text.components(separatedBy: "\n")
        read()
    }

    private mutating func read() {
        var given: String?
        var files: [(name: String, text: String)] = []
        var script: Block?
        var index = 0
        while index < lines.count {
            if lines[index] == "<!-- given" {
                let end = end(from: index + 1, at: "-->")
                given = text(index + 1..<end)
                index = end + 1
                continue
            }
            guard lines[index].hasPrefix("```") else {
                index += 1
                continue
            }
            let end = end(from: index + 1, at: "```")
            let block = Block(
                info: lines[index].dropFirst(3).split(separator: " ").map(String.init), lines: index + 1..<end,
                text: text(index + 1..<end))
            blocks.append(block)
            index = end + 1
            switch block.info.first {
            case "csv" where block.info.count > 1: files.append((block.info[1], block.text))
            case "cbk" where block.isFile: files.append((block.info[2], block.text))
            case "cbk": script = block
            case "text":
                guard let code = script, isNext(block, after: code) else { break }
                examples.append(
                    DocumentationExample(
                        page: name, line: code.lines.lowerBound, code: code.text, arguments: Array(code.info.dropFirst()),
                        given: given, files: files, expected: block.text,
                        stream: block.info.contains("stderr") ? .errors : .output, expectedLines: block.lines))
                (script, given, files) = (nil, nil, [])
            default: break
            }
        }
    }

    /// Whether nothing but blank lines is between two blocks.
    private func isNext(_ block: Block, after other: Block) -> Bool {
        lines[other.lines.upperBound + 1..<block.lines.lowerBound - 1].allSatisfy { $0.isEmpty }
    }

    private func end(from start: Int, at mark: String) -> Int {
        lines[start...].firstIndex(of: mark) ?? lines.count
    }

    private func text(_ range: Range<Int>) -> String { lines[range].map { $0 + "\n" }.joined() }

    /// The page with what the examples print now.
    func recorded() throws -> String {
        var lines = lines
        for example in examples.reversed() {
            var shown = example.shown(try example.run()).components(separatedBy: "\n")
            if shown.last == "" { shown.removeLast() }
            lines.replaceSubrange(example.expectedLines, with: shown)
        }
        return lines.joined(separator: "\n")
    }

    /// The blocks of scripts below each heading of the third level.
    func scripts(byHeading level: String = "### ") -> [(heading: String, scripts: [Block])] {
        let headings = lines.indices.filter { lines[$0].hasPrefix(level) }
        return headings.enumerated().map { number, start in
            let end = number + 1 < headings.count ? headings[number + 1] : lines.count
            let scripts = blocks.filter { $0.info.first == "cbk" && (start..<end).contains($0.lines.lowerBound) }
            return (String(lines[start].dropFirst(level.count)), scripts)
        }
    }
}
