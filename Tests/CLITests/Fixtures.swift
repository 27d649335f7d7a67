// What the tests of the binary share: the project's own files, CSV as rows, tokens in texts, and where a run's files are.

import Foundation
import TestSupport

enum Project {
    /// The folder of the package.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func path(_ name: String) -> String { root.appendingPathComponent(name).path }

    /// A file of examples/.
    static func example(_ name: String) -> String { path("examples/" + name) }
}

extension BinaryRunner {
    /// The last value of a program against the sandbox, as `-e` prints it.
    func value(of code: String) throws -> String {
        try run(["--sandbox", "-e", code]).stdout.trimmingCharacters(in: .newlines)
    }

    /// The newest run folder, below the runner's own; a name that is not there if there is none.
    var runFolder: String { "cbk-runs/" + (names(in: "cbk-runs").last ?? "none") }

    /// The files of a run's folder that are for people.
    func results(in folder: String) -> [String] { names(in: folder).filter { $0.hasSuffix(".csv") } }

    /// The bytes of the sandbox's store with what is not checkpointed yet.
    var storeSize: Int {
        names(in: "home").filter { $0.hasPrefix("sandbox.db") }.reduce(0) { sum, name in
            let path = home.appendingPathComponent(name).path
            return sum + (((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0)
        }
    }
}

/// The rows of a CSV text with commas, each by its header's names.
func csvRows(_ text: String) -> [[String: String]] {
    let records = csvRecords(text)
    guard let header = records.first else { return [] }
    return records.dropFirst().map { Dictionary(zip(header, $0)) { first, _ in first } }
}

/// The names of a CSV text's columns.
func csvHeader(_ text: String) -> [String] { csvRecords(text).first ?? [] }

private func csvRecords(_ text: String) -> [[String]] {
    var records: [[String]] = [[]]
    var cell = ""
    var isQuoted = false
    var rest = text.unicodeScalars[...]
    func endCell() {
        records[records.count - 1].append(cell)
        cell = ""
    }
    while let scalar = rest.popFirst() {
        switch scalar {
        case "\"" where isQuoted && rest.first == "\"":
            rest.removeFirst()
            cell.unicodeScalars.append(scalar)
        case "\"": isQuoted.toggle()
        case "," where !isQuoted: endCell()
        case "\r" where !isQuoted: break
        case "\n" where !isQuoted:
            endCell()
            records.append([])
        default: cell.unicodeScalars.append(scalar)
        }
    }
    if cell.isEmpty, records.last == [] { records.removeLast() } else { endCell() }
    return records
}

/// A token that no server gave, made here so that no file holds one.
func madeUpToken() -> String {
    "sk-" + (0..<64).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
}

/// The whole tokens in a text.
func tokens(in text: String) -> [String] { text.matches(of: /sk-[0-9a-f]{64}/).map { String($0.0) } }
