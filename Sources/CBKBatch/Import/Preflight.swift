// Looks at every row of a file before the first request: what the server would refuse, and what stands twice. Takes
// the reader and the mapping; gives the bad rows with their lines. Memory: 16 bytes and a line per key.

import Crypto
import JSONBytes

/// Why a row will not be sent.
package struct RowProblem: Sendable, Equatable, CustomStringConvertible {
    package var line: Int
    package var code: String
    package var message: String

    package init(line: Int, code: String, message: String) {
        self.line = line
        self.code = code
        self.message = message
    }

    package var description: String { "line \(line): \(message)" }
}

package struct PreflightReport: Sendable {
    /// Rows that were looked at, bad ones included.
    package var rows = 0
    /// In the order of the file; a row may have several.
    package var problems: [RowProblem] = []
    /// How many cells lost a formula guard.
    package var unguardedCells = 0
    /// How many rows of nothing but delimiters were skipped.
    package var blankRows = 0

    package var badRows: Int { Set(problems.map(\.line)).count }

    /// The first problem of each bad row, by its line: what the row fails with.
    package var refusals: [Int: RowProblem] {
        Dictionary(problems.map { ($0.line, $0) }) { first, _ in first }
    }
}

package struct Preflight: Sendable {
    private let mapping: ColumnMapping
    private let checks: [Check]
    private let nameParts: [Int]
    private var emails: [KeyDigest: Int] = [:]
    private var aliases: [KeyDigest: Int] = [:]

    private struct Check: Sendable {
        var column: Int
        var title: String
        var field: ImportField
    }

    package init(mapping: ColumnMapping) {
        self.mapping = mapping
        checks = mapping.columns.compactMap { column in
            guard case .field(let field) = column.use else { return nil }
            switch field {
            case .name, .email, .alias, .meta, .limit: return Check(column: column.index, title: column.title, field: field)
            case .firstName, .lastName, .about, .image, .metaKey, .limits: return nil
            }
        }
        nameParts = [ImportField.firstName, .lastName].compactMap { mapping.column(for: $0)?.index }
    }

    /// Reads a whole file.
    /// - Parameters:
    ///   - skipRows: rows at the start that are not looked at.
    ///   - maxRows: the most rows that are.
    package static func run(
        _ reader: CSVReader, mapping: ColumnMapping, skipRows: Int = 0, maxRows: Int? = nil
    ) throws(CSVError) -> PreflightReport {
        var preflight = Preflight(mapping: mapping)
        var report = PreflightReport()
        var skipped = 0
        reading: while let chunk = try reader.nextChunk() {
            for row in chunk {
                if skipped < skipRows {
                    skipped += 1
                    continue
                }
                if let maxRows, report.rows >= maxRows { break reading }
                report.rows += 1
                report.problems += preflight.problems(of: row)
            }
        }
        report.unguardedCells = reader.unguardedCells
        report.blankRows = reader.blankRows
        return report
    }

    /// What is wrong with one row; rows come in the order of the file.
    package mutating func problems(of row: CSVRow) -> [RowProblem] {
        if let error = row.error {
            let failure = BatchError(error, rowLine: row.line)
            return [RowProblem(line: row.line, code: failure.code, message: failure.message)]
        }
        var found: [RowProblem] = []
        func refuse(_ code: String, _ message: String) {
            found.append(RowProblem(line: row.line, code: code, message: message))
        }
        var email: String?
        var alias: String?
        for check in checks {
            let text = cell(row, check.column)
            if text.isEmpty { continue }
            switch check.field {
            case .name: checkName(text, refuse)
            case .email:
                email = text
                if let fault = emailFault(text) { refuse("INVALID_EMAIL", "'\(text)' is no e-mail address: \(fault)") }
            case .alias:
                alias = text
                if let fault = aliasFault(text) { refuse("INVALID_ALIAS", "'\(text)' is no alias: \(fault)") }
            case .limit:
                if !isWholeNumber(text) {
                    refuse("INVALID_LIMIT", "\(check.field) takes a whole number from 0, not '\(text)'")
                }
            case .meta:
                if let fault = metaFault(text) { refuse("INVALID_META", "the cell '\(check.title)' \(fault)") }
            case .firstName, .lastName, .about, .image, .metaKey, .limits: break
            }
        }
        if !nameParts.isEmpty {
            checkName(trimmed(nameParts.map { cell(row, $0) }.joined(separator: " ")), refuse)
        }
        if found.isEmpty { checkDuplicates(email: email, alias: alias, line: row.line, refuse) }
        return found
    }

    /// A cell without the white space around it; blank if it holds the clear token.
    private func cell(_ row: CSVRow, _ column: Int) -> String {
        let text = trimmed(row.string(at: column))
        return text == mapping.clearToken ? "" : text
    }

    /// A row that is refused holds no key: the next with it goes ahead.
    private mutating func checkDuplicates(
        email: String?, alias: String?, line: Int, _ refuse: (String, String) -> Void
    ) {
        let emailDigest = email.map { KeyDigest(normalizedKey($0)) }
        let aliasDigest = alias.map { KeyDigest($0) }
        if let email, let emailDigest, let first = emails[emailDigest] {
            refuse("DUPLICATE_KEY", "line \(first) has the e-mail address '\(email)', too")
        } else if let alias, let aliasDigest, let first = aliases[aliasDigest] {
            refuse("DUPLICATE_ALIAS", "line \(first) has the alias '\(alias)', too")
        } else {
            if let emailDigest { emails[emailDigest] = line }
            if let aliasDigest { aliases[aliasDigest] = line }
        }
    }
}

private func checkName(_ name: String, _ refuse: (String, String) -> Void) {
    if name.utf8.count > 191 {
        refuse("NAME_TOO_LONG", "the name '\(name.prefix(40))…' has \(name.utf8.count) bytes of UTF-8; 191 is the most")
    }
}

/// Plausibility only: whether mail arrives is not ours to find out.
private func emailFault(_ text: String) -> String? {
    let signs = text.utf8.count { $0 == UInt8(ascii: "@") }
    if signs != 1 { return signs == 0 ? "it has no @" : "it has \(signs) @" }
    if text.hasPrefix("@") || text.hasSuffix("@") { return "a side of the @ is empty" }
    if text.unicodeScalars.contains(where: { isBlank($0) || $0.value < 0x20 || $0.value == 0x7F }) {
        return "it has a blank inside"
    }
    return nil
}

private func aliasFault(_ text: String) -> String? {
    if text.unicodeScalars.count > 128 { return "it has \(text.unicodeScalars.count) characters, 128 is the most" }
    for scalar in text.unicodeScalars {
        switch scalar {
        case "a"..."z", "0"..."9", "-", "_": continue
        default: return "it may hold only a-z, 0-9, - and _; --set alias=EXPR can make one"
        }
    }
    return nil
}

private func isWholeNumber(_ text: String) -> Bool {
    !text.utf8.contains(UInt8(ascii: "-")) && Int64(text) != nil
}

private func metaFault(_ text: String) -> String? {
    let json: JSONValue
    do throws(JSONError) {
        json = try JSONValue(parsing: text)
    } catch {
        return "is no JSON: \(error)"
    }
    guard let object = json.objectValue else { return "holds \(json.kindDescription), not an object" }
    for key in object.keys where key.hasPrefix("_") { return "has the key '\(key)', which must not start with _" }
    return nil
}
