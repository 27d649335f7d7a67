// Runs a script, `-e` code or standard input: checks it, sets its parameters, runs it, prints what it gives, and
// reports its batches.

import CBKBatch
import CBKCompiler
import CBKLibrary
import CBKRuntime
import CBKSyntax
import CBKTerminal
import Foundation
import JSONBytes

/// A script that cbk wrote, such as an import's.
struct GeneratedScript {
    var name: String
    /// The file that it reads.
    var input: String
    /// Flags that a run of it goes on with.
    var choices: JSONObject
    var text: String
    var settings: BatchHost.Settings
    /// How many users it will create; nil where that is not known.
    var count: Int?
    /// What that is, in words: `4812 users`.
    var title: String
}

struct ScriptCommand {
    enum Origin {
        case file(String)
        case code(String)
        case standardInput
        case generated(GeneratedScript)
    }

    let source: Origin
    let flags: [String]
    let arguments: [String]
    let console: Console

    @MainActor func run() async throws(UsageError) -> Int32 {
        let file = try read()
        let loader = loader
        let compilation = Compilation(
            file, catalog: Library.catalog, kind: printsLastValue ? .answering : TestFiles.kind(of: file.name), loader: loader)
        let parameters = compilation.program.parameters
        let parser = FlagParser(
            SharedFlags.all + parameters.map(\.flag) + [Flag("help", short: "h", .toggle, "", "list the parameters")])
        let report = compilation.rendered(color: console.errPalette.isOn)
        let errors = compilation.errorCount
        guard errors == 0 else {
            console.note(report)
            console.note("\(errors) error\(errors == 1 ? "" : "s"): nothing was run\n")
            return ExitCode.usage.rawValue
        }
        let parsed = try parser.parse(flags + arguments)
        if parsed.has("help") {
            console.print(help(file.name, parameters))
            return 0
        }
        if let word = parsed.words.first {
            let isTruth = parameters.contains { $0.type == .bool } && ["true", "false"].contains(word)
            let remedy = isTruth ? "a flag is set to it with '=\(word)'" : "--help lists them"
            throw UsageError("'\(file.name)' takes flags only, not '\(word)'; \(remedy)")
        }
        if !parsed.has("quiet") { console.note(report) }
        return try await execute(compilation, parameters, parsed, printsValue: printsLastValue)
    }

    private var printsLastValue: Bool {
        switch source {
        case .code, .standardInput: true
        case .file, .generated: false
        }
    }

    /// Where imports come from.
    private var loader: any SourceLoader {
        switch source {
        case .file(let path): TestFiles.kind(of: path) == .test ? SourceFolder.around(path) : SourceFolder(script: path)
        case .code, .standardInput: SourceFolder(folder: ".")
        case .generated: NoSources()
        }
    }

    private func read() throws(UsageError) -> SourceFile {
        switch source {
        case .file(let path): return try ScriptFiles.read(path)
        case .code(let text): return SourceFile(name: "-e", text: text)
        case .standardInput: return SourceFile(name: "-", bytes: Array(FileHandle.standardInput.readDataToEndOfFile()))
        case .generated(let script): return SourceFile(name: script.name, text: script.text)
        }
    }

    private func help(_ name: String, _ parameters: [ParameterDeclaration]) -> String {
        var text = "usage: cbk \(name)\(parameters.isEmpty ? "" : " [PARAMETERS]") [FLAGS]\n"
        if !parameters.isEmpty { text += "\nparameters:\n" + FlagParser(parameters.map(\.flag)).helpText() }
        return text + "\nflags of whatever runs:\n" + FlagParser(SharedFlags.all).helpText()
    }

    // MARK: Running

    @MainActor private func execute(
        _ compilation: Compilation, _ parameters: [ParameterDeclaration], _ parsed: ParsedFlags, printsValue: Bool
    ) async throws(UsageError) -> Int32 {
        let home = Home(environment: Main.environment)
        let target = try Target(parsed, environment: Main.environment, home: home)
        let choice = try RunChoice(
            identity: identity(compilation.source), name: runName, title: title, choices: choices, flags: parsed, target: target,
            home: home)
        var values: [(Int, Snapshot)] = []
        var named: [(String, Snapshot)] = []
        var paths: [String] = []
        for parameter in parameters {
            let value = try choice.value(of: parameter)
            named.append((parameter.flag.name, value))
            if parameter.type == .path, case .string(let path) = value { paths.append(path) }
            if let slot = compilation.program.scope.globals[parameter.name.text]?.slot { values.append((slot, value)) }
        }
        let hasBatch = compilation.hasBatchStatement
        let settings = try settings(parsed)
        var folder: String?
        if case .file(let path) = source { folder = (path as NSString).deletingLastPathComponent }
        let engine = try Engine(
            name: runName, flags: parsed, console: console, scriptFolder: folder.map { $0.isEmpty ? "." : $0 },
            pathParameters: paths, settings: settings, progress: runName, printsToError: hasBatch, target: target,
            record: try choice.record(named), inputOwner: inputOwner)
        SignalWatch.start { kind, _ in engine.interrupt(kind) }
        if let found = choice.found { try await engine.requireSameAccount(found) }
        guard try await engine.wantsAgain(choice) else {
            console.note("nothing was sent\n")
            return ExitCode.stopped.rawValue
        }
        if case .generated(let script) = source {
            try engine.requireWritable()
            if let code = await engine.refusal(of: script) {
                console.note("nothing was sent\n")
                return code.rawValue
            }
        }
        for (slot, value) in values { await engine.interpreter.setGlobal(slot, to: value) }
        let clock = parsed.milliseconds("max-time").map { limit in
            Task { [interpreter = engine.interpreter] in
                try? await Task.sleep(for: .milliseconds(limit))
                if !Task.isCancelled { interpreter.interrupt(.outOfTime) }
            }
        }
        let slot = compilation.program.scope.slotCount
        let result = await engine.interpreter.run(compilation, lastValueSlot: printsValue ? slot : nil)
        clock?.cancel()
        engine.services.batches.closeAll(result.error?.kind == .limit ? .budget : .interrupted)
        var code = ExitCode.success
        if let error = result.error {
            report(error, result.trace)
            code = engine.exitCode(error)
        } else if printsValue {
            code = await printValue(result, engine, slot, parsed)
        }
        if parsed.has("collector-stats") { console.note(CollectorStats(await engine.interpreter.collectorPauses()).text) }
        let conclusion = await engine.conclude(result.error)
        engine.close()
        let summary = engine.summary
        var whole = code.combined(with: summary.exitCode)
        if !parsed.has("quiet") || whole != .success { console.note(summary.text) }
        switch conclusion {
        case .success(true): console.note("to go on: \(choice.resumeCommand)\n")
        case .success(false): break
        case .failure(let error):
            console.note(Engine.rendered(ScriptError(error), [], color: console.errPalette.isOn))
            whole = whole.combined(with: .fatal)
        }
        return whole.rawValue
    }

    /// An interruption needs no place in the code.
    private func report(_ error: ScriptError, _ trace: [TraceEntry]) {
        if error.kind == .cancelled {
            if !console.isOutputClosed { console.note("interrupted\n") }
        } else {
            console.note(Engine.rendered(error, trace, color: console.errPalette.isOn))
        }
    }

    private var inputOwner: String? {
        if case .standardInput = source { "cbk, for the script itself" } else { nil }
    }

    /// What tells this script from others, wherever it is called from.
    private func identity(_ file: SourceFile) -> String {
        switch source {
        case .file(let path): absolute(path)
        case .code, .standardInput: "code \(file.bytes.withUnsafeBytes { KeyDigest(bytes: $0) }.hexadecimal)"
        case .generated(let script): "import \(absolute(script.input))"
        }
    }

    private func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    private var choices: JSONObject {
        if case .generated(let script) = source { script.choices } else { JSONObject() }
    }

    /// As the command line has it.
    private var title: String {
        switch source {
        case .file(let path): RunChoice.shellWord(path)
        case .code(let text): "-e \(RunChoice.shellWord(text))"
        case .standardInput: "-"
        case .generated(let script): "import \(RunChoice.shellWord(script.input))"
        }
    }

    private var runName: String {
        switch source {
        case .file(let path): ((path as NSString).lastPathComponent as NSString).deletingPathExtension
        case .code: "e"
        case .standardInput: "stdin"
        case .generated(let script): script.name
        }
    }

    private func settings(_ parsed: ParsedFlags) throws(UsageError) -> BatchHost.Settings {
        var given = BatchHost.Settings()
        var isGenerated = false
        if case .generated(let script) = source { (given, isGenerated) = (script.settings, true) }
        var settings = try parsed.applied(to: given)
        let console = console
        if !isGenerated || parsed.text("output") != nil {
            let name = parsed.text("output") ?? (console.outIsTerminal ? "table" : "csv")
            settings.rows = {
                let output = ConsoleByteSink(console: console)
                return RowFormat(rawValue: name)?.sink(to: output) ?? YAMLRowSink(output: output)
            }
        }
        return settings
    }

    /// The last value of `-e` or `-`, unless it is null; a stream's items one by one.
    @MainActor private func printValue(_ result: RunResult, _ engine: Engine, _ slot: Int, _ parsed: ParsedFlags) async
        -> ExitCode
    {
        let format = parsed.text("output") ?? (console.outIsTerminal ? "table" : "text")
        guard result.isStream else {
            console.print(ValuePrinter(console: console, format: format).text(result.value))
            return .success
        }
        var scope = SessionScope()
        scope.globals["_"] = SessionScope.Global(name: "_", kind: .constant, slot: slot)
        scope.slotCount = slot + 1
        let loop = Compilation(
            SourceFile(name: "-e", text: format == "text" ? "for item in _ { print(item) }" : "_.to_list()"),
            catalog: Library.catalog, scope: scope, kind: .interactive)
        guard let chunk = loop.chunk else { return .failed }
        let list = await engine.interpreter.run(chunk, source: loop.source, globalCount: slot + 2, isInternal: true)
        if let error = list.error {
            report(error, list.trace)
            return engine.exitCode(error)
        }
        console.print(ValuePrinter(console: console, format: format).text(list.value))
        return .success
    }
}
