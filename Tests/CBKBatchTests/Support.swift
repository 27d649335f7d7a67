// What several suites of this target share: rows as text, a folder that goes away, seeded randomness.
import CBKBatch
import Foundation

/// A row in a form that compares: its line, its cells or its error.
struct FlatRow: Equatable, CustomStringConvertible {
    var line: Int
    var cells: [String]
    var error: String?

    init(_ line: Int, _ cells: [String], _ error: String? = nil) {
        self.line = line
        self.cells = cells
        self.error = error
    }

    var description: String { "\(line): \(cells)" + (error.map { " [\($0)]" } ?? "") }
}

func flatten(_ reader: CSVReader, maxRows: Int = 1024) throws -> [FlatRow] {
    var rows: [FlatRow] = []
    while let chunk = try reader.nextChunk(maxRows: maxRows) {
        for row in chunk { rows.append(FlatRow(row.line, row.error == nil ? row.strings : [], row.error?.description)) }
    }
    return rows
}

/// The rows of a text behind its header.
func rows(_ text: String, _ options: CSVOptions = CSVOptions()) throws -> [FlatRow] {
    try flatten(CSVReader(bytes: Array(text.utf8), options: options))
}

func cells(_ text: String, _ options: CSVOptions = CSVOptions()) throws -> [[String]] {
    try rows(text, options).map(\.cells)
}

/// A folder for one test, removed with it.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("cbk-batch-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

func contents(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
}

/// A token-like text, made here so that none stands in a file.
func fakeToken(_ digit: Character = "a") -> String { "sk-" + String(repeating: digit, count: 64) }
