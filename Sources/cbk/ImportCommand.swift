// `cbk import FILE.csv`: maps the columns, looks at every row, writes the script that creates the users, and runs it.

import CBKBatch
import CBKLibrary
import CBKRuntime
import CBKTerminal
import Foundation
import JSONBytes

struct ImportCommand {
    static let flags: [Flag] = [
        Flag("map", .list, "FIELD=COLUMN", "take a field from that column; may be repeated"),
        Flag("set", .list, "FIELD=EXPR", "compute a field from 'row'; may be repeated"),
        Flag("meta-rest", .toggle, "", "put columns that map nowhere into meta"),
        Flag("ignore", .list, "COLUMN", "leave a column out; may be repeated"),
        Flag("clear-token", .text, "TEXT", "a cell with this text clears its field"),
        Flag("with-token", .text, "NAME", "mint a token of that name for each user"),
        Flag("column-delimiter", .text, "CHAR", "what separates the columns; sniffed otherwise"),
        Flag("encoding", .text, "NAME", "utf-8, utf-16 or latin-1"),
        Flag("keep-quotes", .toggle, "", "keep the quotes that guard formulas in spreadsheets"),
        Flag("skip-rows", .count, "N", "rows to leave out at the start"),
        Flag("max-rows", .count, "N", "the most rows to import"),
        Flag("strict", .toggle, "", "refuse a file with bad rows"),
        Flag("no-preflight", .toggle, "", "do not look at every row first"),
        Flag("mode", .text, "MODE", "create: one new user for each row", defaultText: "create"),
        Flag("print-script", .toggle, "", "print the script and stop"),
        Flag("help", short: "h", .toggle, "", "this text"),
    ]

    static let help = """
        cbk import FILE.csv creates a user for each row of a CSV file.

        Columns find their fields by name: "E-mail", "Full name", "meta.plan", "limits.database.records" and the usual
        variants. Bad rows are listed first and end as failed without a request; the rest go on. Results are in the
        run's folder: success.csv, failed.csv, and secrets.csv with --with-token. On a live account the number of users is
        asked for on the terminal before the first one is created.

        usage: cbk import FILE.csv [FLAGS]

        \(FlagParser(flags).helpText())
        flags of whatever runs: see cbk --help

        """

    let words: [String]
    let flags: [String]
    let console: Console

    func run() async throws(UsageError) -> Int32 {
        let own = ImportCommand.flags
        let shared = SharedFlags.all.filter { flag in !own.contains { $0.name == flag.name } }
        let parsed = try FlagParser(own + shared).parse(flags + words)
        if parsed.has("help") {
            console.print(ImportCommand.help)
            return 0
        }
        if let mode = parsed.text("mode"), mode != "create" {
            let isLater = ["upsert", "update", "delete", "sync"].contains(mode)
            throw UsageError(isLater ? "--mode \(mode) is not in this version" : "--mode takes 'create', not '\(mode)'")
        }
        guard let path = parsed.words.first else { throw UsageError("'import' needs a file: cbk import FILE.csv") }
        guard parsed.words.count == 1 else { throw UsageError("'import' takes one file, not also '\(parsed.words[1])'") }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue, !Self.isRegular(path) {
            throw UsageError("'\(path)' is read more than once, so it must be a file: save the rows to one first")
        }
        let options = try csvOptions(parsed)
        let mapping = try mapping(path, options, parsed)
        let text = ImportScript.text(mapping: mapping, options: try scriptOptions(path, options, parsed))
        if parsed.has("print-script") {
            console.print(text)
            return 0
        }
        var settings = BatchHost.Settings()
        var count: Int?
        if !parsed.has("no-preflight") {
            let report = try preflight(path, options, mapping, parsed)
            if !parsed.has("quiet") { console.note(mapping.table) }
            if !parsed.has("quiet") || report.badRows > 0 { show(report) }
            if let wrong = report.problems.first(where: { $0.code == CSVRowError.Code.encoding.rawValue }) {
                throw UsageError(
                    "'\(path)' has another encoding than it was read with: nothing was sent; \(wrong)")
            }
            if parsed.has("strict"), report.badRows > 0 {
                console.note("--strict: nothing was sent\n")
                return ExitCode.usage.rawValue
            }
            settings.refusals = report.refusals
            settings.total = report.rows
            count = report.rows - report.badRows
        } else if !parsed.has("quiet") {
            console.note(mapping.table)
        }
        let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
        return try await ScriptCommand(
            source: .generated(
                GeneratedScript(
                    name: "import-\(name)", input: path, choices: choices(parsed), text: text, settings: settings, count: count,
                    title: title(count, parsed)
                )),
            flags: sharedWords(parsed, shared),
            arguments: [], console: console
        ).run()
    }

    /// The flags that decide what becomes of a row: a run goes on with the same ones.
    private func choices(_ parsed: ParsedFlags) -> JSONObject {
        let names = [
            "map", "set", "meta-rest", "ignore", "clear-token", "with-token", "column-delimiter", "encoding", "keep-quotes",
        ]
        return JSONObject(
            names.compactMap { name in
                parsed.values[name].flatMap { Snapshot.list($0).coded }.map { JSONObject.Member(key: name, value: $0) }
            })
    }

    private func title(_ count: Int?, _ parsed: ParsedFlags) -> String {
        let users = count.map { "\($0) user\($0 == 1 ? "" : "s")" } ?? "as many users as the file has rows"
        return users + (parsed.text("with-token") == nil ? "" : count == 1 ? " with a token" : ", each with a token,")
    }

    /// The shared flags again as words, for the script.
    private func sharedWords(_ parsed: ParsedFlags, _ shared: [Flag]) -> [String] {
        var result: [String] = []
        for flag in shared {
            for value in parsed.values[flag.name] ?? [] {
                switch value {
                case .bool(let isSet): result.append("--\(flag.name)=\(isSet)")
                case .int(let number): result.append("--\(flag.name)=\(number)")
                case .duration(let time): result.append("--\(flag.name)=\(durationText(time))")
                case .string(let text): result.append("--\(flag.name)=\(text)")
                default: break
                }
            }
        }
        return result
    }

    private static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private func csvOptions(_ parsed: ParsedFlags) throws(UsageError) -> CSVOptions {
        var options = CSVOptions(unguard: !parsed.has("keep-quotes"))
        if let text = parsed.text("column-delimiter") {
            let text = ["\\t", "tab"].contains(text) ? "\t" : text
            guard let byte = text.utf8.first, text.utf8.count == 1 else {
                throw UsageError("--column-delimiter takes one character, not '\(text)'")
            }
            options.delimiter = byte
        }
        if let name = parsed.text("encoding") {
            guard let encoding = CSVEncoding(name: name) else {
                throw UsageError(
                    "--encoding knows \(CSVEncoding.allCases.map(\.rawValue).joined(separator: ", ")), not '\(name)'")
            }
            options.encoding = encoding
        }
        return options
    }

    private func scriptOptions(_ path: String, _ options: CSVOptions, _ parsed: ParsedFlags) throws(UsageError)
        -> ImportScript.Options
    {
        ImportScript.Options(
            file: path, parallel: try parsed.jobs() ?? 64, tokenName: parsed.text("with-token"),
            skipRows: parsed.int("skip-rows") ?? 0, maxRows: parsed.int("max-rows"), keepsQuotes: parsed.has("keep-quotes"),
            delimiter: options.delimiter.map { String(decoding: [$0], as: UTF8.self) }, encoding: options.encoding)
    }

    private func reader(_ path: String, _ options: CSVOptions) throws(UsageError) -> CSVReader {
        do throws(CSVError) {
            return try CSVReader(path: path, options: options)
        } catch {
            throw UsageError(error.message.contains("'\(path)'") ? error.message : "'\(path)': \(error.message)")
        }
    }

    private func mapping(_ path: String, _ options: CSVOptions, _ parsed: ParsedFlags) throws(UsageError) -> ColumnMapping {
        let header = try reader(path, options).header
        do throws(ImportError) {
            return try ColumnMapping(
                header: header,
                options: MappingOptions(
                    map: parsed.list("map"), set: parsed.list("set"), metaRest: parsed.has("meta-rest"),
                    ignore: parsed.list("ignore"), clearToken: parsed.text("clear-token")))
        } catch {
            throw UsageError(error.messages.joined(separator: "\ncbk: "))
        }
    }

    private func preflight(
        _ path: String, _ options: CSVOptions, _ mapping: ColumnMapping, _ parsed: ParsedFlags
    ) throws(UsageError) -> PreflightReport {
        do throws(CSVError) {
            return try Preflight.run(
                try CSVReader(path: path, options: options), mapping: mapping, skipRows: parsed.int("skip-rows") ?? 0,
                maxRows: parsed.int("max-rows"))
        } catch {
            throw UsageError(error.message.contains("'\(path)'") ? error.message : "'\(path)': \(error.message)")
        }
    }

    private func show(_ report: PreflightReport) {
        if report.unguardedCells > 0 {
            console.note(
                "\(report.unguardedCells) cell\(report.unguardedCells == 1 ? "" : "s") lost the quote that guards a formula; --keep-quotes keeps it\n"
            )
        }
        guard report.badRows > 0 else { return }
        console.note("\(report.badRows) of \(report.rows) rows \(report.badRows == 1 ? "is" : "are") bad and will not be sent:\n")
        for problem in report.problems.prefix(20) {
            console.note("  \(VisibleText.line(maskingTokens(in: problem.description)))\n")
        }
        if report.problems.count > 20 { console.note("  … \(report.problems.count - 20) more, all in failed.csv\n") }
    }
}
