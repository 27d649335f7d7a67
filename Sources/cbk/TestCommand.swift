// `cbk test`: finds the files with tests, checks them all, runs each test on an empty sandbox, and reports. Takes the
// command's words; gives the exit code: 0 if all passed, 1 if one failed, 2 if nothing was run.

import CBKBatch
import CBKCompiler
import CBKLibrary
import CBKRuntime
import CBKTerminal
import CBKTooling
import Foundation
import JSONBytes

struct TestCommand {
    private static let sharedFlags = [
        "allow-path", "sandbox", "quiet", "yes", "max-steps", "max-depth", "max-memory", "max-value", "max-time", "max-requests",
        "max-writes", "max-rows",
    ]
    static let flags: [Flag] =
        [
            Flag("filter", .text, "TEXT", "run only tests with this in their file's path or their name"),
            Flag(
                "output", .choice(["text", "json", "jsonl"]), "FORMAT", "how the results are printed: text, json or jsonl",
                defaultText: "text"),
        ] + SharedFlags.all.filter { sharedFlags.contains($0.name) }
        + [Flag("help", short: "h", .toggle, "", "this text")]

    static let help = """
        cbk test runs the tests of scripts: each 'fn test_…()' of each file '…_test.cbk'.

        PATH is such a file, or a folder that is searched with those in it, except hidden ones and cbk-runs; without one
        it is the current folder. All files are checked first. Each test runs by itself, after its file's own top level,
        on an empty sandbox in memory: no account and no store is touched. The clock stands at 2026-01-01T00:00:00Z, and
        'sleep' puts it on without waiting. A test fails if an error leaves it, such as that of an 'assert'; what it
        printed is shown only then. Budgets hold for each test.

        usage: cbk test [PATH …] [FLAGS]

        \(FlagParser(flags).helpText())
        exit codes: 0 all passed, 1 some failed, 2 nothing was run: mistakes in a file, or no test

        """

    let words: [String]
    let flags: [String]
    let console: Console

    func run() async throws(UsageError) -> Int32 {
        let parsed = try FlagParser(TestCommand.flags).parse(flags + words)
        if parsed.has("help") {
            console.print(TestCommand.help)
            return ExitCode.success.rawValue
        }
        let paths = try TestFiles.find(parsed.words)
        var files: [(path: String, compilation: Compilation)] = []
        for path in paths {
            let source = try ScriptFiles.read(path)
            files.append(
                (path, Compilation(source, catalog: Library.catalog, kind: .test, loader: SourceFolder.around(path))))
        }
        let errors = files.reduce(0) { $0 + $1.compilation.errorCount }
        if errors > 0 || !parsed.has("quiet") {
            for file in files { console.note(file.compilation.rendered(color: console.errPalette.isOn)) }
        }
        guard errors == 0 else {
            console.note("\(errors) error\(errors == 1 ? "" : "s"): nothing was run\n")
            return ExitCode.usage.rawValue
        }
        return try await run(files, parsed)
    }

    private func run(
        _ files: [(path: String, compilation: Compilation)], _ parsed: ParsedFlags
    ) async throws(UsageError) -> Int32 {
        let filter = parsed.text("filter") ?? ""
        let format = parsed.text("output") ?? "text"
        let environment = Main.environment
        var outcomes: [TestOutcome] = []
        for (path, compilation) in files {
            let runner = TestRunner(catalog: Library.catalog, limit: parsed.milliseconds("max-time")) { file in
                try SandboxWorld(file: file, path: path, flags: parsed, environment: environment)
            }
            for name in TestRunner.tests(of: compilation)
            where filter.isEmpty || path.contains(filter) || name.contains(filter) {
                let outcome: TestOutcome
                do {
                    outcome = try await runner.run(name, of: compilation)
                } catch {
                    throw UsageError("cannot make a sandbox in memory: \(error)")
                }
                outcomes.append(outcome)
                report(outcome, format)
            }
        }
        guard !outcomes.isEmpty else {
            let which = filter.isEmpty ? "" : " with '\(filter)' in its path or name"
            throw UsageError(
                "there is no test\(which): a test is a 'fn test_…()' in a file '…\(TestFiles.suffix)'; cbk test --help tells more"
            )
        }
        let failed = outcomes.count { $0.error != nil }
        switch format {
        case "json": console.print(line(JSONValue.array(outcomes.map { .object(json($0)) }).serialized()))
        case "jsonl": break
        default: console.print("\(outcomes.count - failed) passed, \(failed) failed\n")
        }
        return (failed == 0 ? ExitCode.success : .failed).rawValue
    }

    private func report(_ outcome: TestOutcome, _ format: String) {
        switch format {
        case "json": break
        case "jsonl": console.print(line(json(outcome).serialized()))
        default:
            let palette = console.outPalette
            let place = VisibleText.line("\(outcome.file): \(outcome.name)")
            guard let error = outcome.error else {
                console.print("ok      \(place)\n")
                return
            }
            var text = "\(palette.paint("FAILED", .red))  \(place)\n"
            text += Engine.rendered(error, outcome.trace, color: palette.isOn)
            if !outcome.printed.isEmpty {
                let printed = VisibleText.lines(outcome.printed)
                text += "it printed:\n" + printed + (printed.hasSuffix("\n") ? "" : "\n")
            }
            console.print(text)
        }
    }

    private func line(_ json: [UInt8]) -> String { String(decoding: json, as: UTF8.self) + "\n" }

    private func json(_ outcome: TestOutcome) -> JSONObject {
        var object = JSONObject()
        object["file"] = .string(outcome.file)
        object["name"] = .string(outcome.name)
        object["passed"] = .bool(outcome.error == nil)
        guard let error = outcome.error else { return object }
        object["code"] = .string(error.code ?? error.kind.rawValue.uppercased())
        object["message"] = .string(maskingTokens(in: error.message))
        if let place = outcome.trace.first {
            let position = place.source.position(of: place.span.start)
            object["at"] = .string("\(place.source.name):\(position.line):\(position.column)")
        }
        if !outcome.printed.isEmpty { object["printed"] = .string(outcome.printed) }
        return object
    }
}
