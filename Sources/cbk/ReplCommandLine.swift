// `cbk` alone: the REPL on a terminal, else standard input as one program.

import CBKBatch
import CBKLibrary
import CBKRuntime
import CBKTerminal
import CSignals
import Foundation

#if Readline
    import CBKReadline
#endif

enum ReplCommandLine {
    static func run(_ words: [String], _ console: Console) async throws(UsageError) -> Int32 {
        let environment = Main.environment
        let isTerminal = isatty(0) == 1 && isatty(1) == 1
        guard isTerminal else {
            return try await ScriptCommand(source: .standardInput, flags: words, arguments: [], console: console).run()
        }
        let flags = try FlagParser(SharedFlags.all).parse(words)
        let home = Home(environment: environment)
        try home.prepare()
        var settings = try flags.applied(to: BatchHost.Settings())
        settings.rows = { RowFormat.table.sink(to: ConsoleByteSink(console: console)) }
        let target = try Target(flags, environment: environment, home: home)
        let engine = try Engine(
            name: "repl", flags: flags, console: console, scriptFolder: nil, settings: settings, progress: "batch",
            printsToError: false, target: target, record: try RunChoice.prompt("repl", flags, target, home),
            inputOwner: "the prompt")
        let session = Session(engine: engine, home: home)
        if !flags.has("no-rc"), FileManager.default.fileExists(atPath: home.startFile) {
            let source = try ScriptFiles.read(home.startFile)
            let result = await session.evaluate(String(decoding: source.bytes, as: UTF8.self), name: home.startFile)
            console.note(result.diagnostics)
        }
        let signals = SignalPipe(descriptor: cbk_signals_install())
        let ending = await ReplThread.run { () -> Repl.Ending? in
            let editor = makeEditor(environment, signals, console)
            let repl = Repl(
                title: Version.text, session: session, editor: editor, console: console,
                history: History(path: home.history(of: engine.target)),
                signals: signals)
            return repl?.run()
        }
        console.note(engine.summary.batches.isEmpty && engine.summary.tokens == 0 ? "" : engine.summary.text)
        var code = ExitCode.success
        // Nothing goes on with it, whatever it has left.
        if let error = await engine.endRecord(isFinished: true) {
            console.note(Engine.rendered(ScriptError(error), [], color: console.errPalette.isOn))
            code = .fatal
        }
        engine.close()
        switch ending ?? nil {
        case .left?: return code.rawValue
        case .terminated?: return code.combined(with: .terminated).rawValue
        case nil: throw UsageError("the system has no thread or descriptor left for the prompt")
        }
    }

    private static func makeEditor(_ environment: [String: String], _ signals: SignalPipe, _ console: Console) -> any LineEditor {
        #if Readline
            if environment["TERM"] != "dumb" { return ReadlineEditor(signals: signals, palette: console.errPalette) }
        #endif
        return PlainEditor(prompts: DescriptorOutput(2), signals: signals)
    }
}
