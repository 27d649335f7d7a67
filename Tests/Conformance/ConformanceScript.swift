// A conformance script and what its comments expect of it: takes the text of a `.cbk` file, gives the differences between that and
// what a run did. CONTRIBUTING.md lists the comments. Refuses a script that expects nothing.

import Foundation
import TestSupport
import Testing

struct ConformanceScript: Sendable, CustomTestStringConvertible {
    /// `language/int_literals`
    var name: String
    var path: String
    var text: String
    /// Standard output, line by line.
    var stdout: [String] = []
    /// Diagnostics in order: `error[E0207]`, and the message where the script gives it.
    var diagnostics: [(head: String, message: String?)] = []
    /// Texts that stand somewhere in standard error.
    var stderr: [String] = []
    var status: Int32 = 0
    var arguments: [String] = []
    var stdin = ""
    /// Whether the program is given through standard input.
    var isPiped = false
    /// Files that are there before the run, and those that must be there after it.
    var files: [String: String] = [:]
    var written: [String: String] = [:]

    var testDescription: String { name }

    init(name: String, path: String, text: String) {
        self.name = name
        self.path = path
        self.text = text
        for line in text.split(separator: "\n") {
            let trimmed = line.drop { $0 == " " }
            guard trimmed.hasPrefix("# ") else { continue }
            read(trimmed.dropFirst(2))
        }
    }

    private mutating func read(_ comment: Substring) {
        let head = comment.prefix { $0 != ":" }
        var rest = comment.dropFirst(head.count)
        if rest.first == ":" { rest = rest.dropFirst() }
        if rest.first == " " { rest = rest.dropFirst() }
        let words = head.split(separator: " ")
        switch words.first {
        case "expect" where words.count == 1: stdout.append(String(rest))
        case "stderr" where words.count == 1: stderr.append(String(rest))
        case "exit" where words.count == 1: status = Int32(rest) ?? -1
        case "args" where words.count == 1: arguments = rest.split(separator: " ").map(String.init)
        case "stdin" where words.count == 1: stdin += rest + "\n"
        case "run" where words.count == 1: isPiped = rest == "-"
        case "file" where words.count == 2: files[String(words[1]), default: ""] += rest + "\n"
        case "written" where words.count == 2: written[String(words[1]), default: ""] += rest + "\n"
        case .some(let word) where words.count == 1 && (word.hasPrefix("error[") || word.hasPrefix("warning[")):
            diagnostics.append((String(word), rest.isEmpty ? nil : String(rest)))
        default: break
        }
    }

    /// Runs the script in a folder of its own, against a fresh sandbox, and says what is not as expected.
    func differences() throws -> [String] {
        let runner = try BinaryRunner()
        for (file, content) in files { try runner.write(content, to: file) }
        // Beside its files, which it may import.
        let script = (path as NSString).lastPathComponent
        try runner.write(text, to: script)
        let result =
            isPiped
            ? try runner.run(["--sandbox", "-"] + arguments, stdin: text)
            : try runner.run(["--sandbox", script] + arguments, stdin: stdin)
        var found = differences(from: result)
        for (file, content) in written.sorted(by: { $0.key < $1.key }) {
            let there = try? runner.read(file).replacingOccurrences(of: "\r\n", with: "\n")
            if there != content { found.append("\(file) holds \(there ?? "nothing: it is not there"), not \(content)") }
        }
        return found
    }

    func differences(from result: RunResult) -> [String] {
        var found: [String] = []
        if stdout.isEmpty && diagnostics.isEmpty && stderr.isEmpty && written.isEmpty {
            found.append("the script expects nothing")
        }
        if result.lines != stdout { found.append("standard output is \(result.lines), not \(stdout)") }
        if result.status != status { found.append("it ended with \(result.status), not \(status)") }
        let given = ConformanceScript.diagnostics(in: result.stderr)
        let isSame =
            given.count == diagnostics.count
            && zip(given, diagnostics).allSatisfy { there, wanted in
                there.head == wanted.head && (wanted.message == nil || wanted.message == there.message)
            }
        if !isSame { found.append("diagnostics are \(given), not \(diagnostics)") }
        for text in stderr where !result.stderr.contains(text) { found.append("standard error lacks '\(text)'") }
        if !found.isEmpty { found.append("standard error: \(result.stderr)") }
        return found
    }

    /// The first lines of rendered diagnostics: `error[E0207]: message`.
    static func diagnostics(in text: String) -> [(head: String, message: String)] {
        text.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("error[") || line.hasPrefix("warning["), let end = line.firstRange(of: "]: ") else { return nil }
            return (line[..<end.lowerBound] + "]", String(line[end.upperBound...]))
        }
    }

    /// All scripts below `Scripts`, in the order of their names.
    static let all: [ConformanceScript] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scripts")
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".cbk") }.sorted().compactMap { name in
            let url = root.appendingPathComponent(name)
            guard let data = try? Data(contentsOf: url) else { return nil }
            return ConformanceScript(name: String(name.dropLast(4)), path: url.path, text: String(decoding: data, as: UTF8.self))
        }
    }()
}
