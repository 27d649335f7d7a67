// Composition: where interpreter, library, gate, store and terminal are wired into one program that can run sources.

import CBKBatch
import CBKCompiler
import CBKLibrary
import CBKRuntime
import CBKSyntax
import CBKTerminal
import CSignals
import Foundation
import PartnerClient
import PartnerSandbox
import Synchronization

/// One program: its interpreter, its way to the API, its run folder. A class: commands and signal handlers share it.
final class Engine: Sendable {
    let console: Console
    let interpreter: Interpreter
    let services: Services
    let target: Target
    private let opening: GateOpening
    private let lastSignal = Mutex<StopReason.Kind?>(nil)

    /// - Parameters:
    ///   - name: what the run folder is called after.
    ///   - scriptFolder: files in it are the script's.
    ///   - pathParameters: files that `path` parameters name.
    ///   - inputOwner: what has read standard input already, or is reading it; nil: it is the script's.
    init(
        name: String, flags: ParsedFlags, console: Console, scriptFolder: String?, pathParameters: [String] = [],
        settings: BatchHost.Settings, printsToError: Bool, inputOwner: String? = nil
    ) throws(UsageError) {
        let environment = Main.environment
        let home = Home(environment: environment)
        let target = try Target(flags, environment: environment, home: home)
        if let account = target.account {
            throw UsageError(
                "\(account.title) is the target, but this version reaches only the embedded sandbox; --sandbox says that you mean it"
            )
        }
        if !flags.has("quiet") { for warning in target.warnings { console.note("warning: \(warning)\n") } }
        self.target = target
        self.console = console
        let current = FileManager.default.currentDirectoryPath
        let folder = RunFolder(parent: flags.text("runs-dir") ?? "cbk-runs", name: name)
        let opening = GateOpening(home: home, folder: folder, budgets: flags.gateBudgets)
        self.opening = opening
        let output = ConsoleOutput(console: console)
        let host = BatchHost(folder: folder, settings: settings) { line in console.note("warning: \(line)\n") }
        services = Services(
            output: output, dialog: ConsoleDialog(console: console), input: StandardInput(takenBy: inputOwner),
            assumesYes: flags.has("yes"), gate: { () throws(ScriptError) in try opening.gate() },
            environment: environment,
            now: { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) },
            sleep: { try await Task.sleep(for: .milliseconds($0)) },
            files: FileAccess(
                allowed: [current] + [scriptFolder].compactMap { $0 } + pathParameters + flags.list("allow-path"),
                named: pathParameters,
                refused: [home.path], currentFolder: current),
            batches: host, printsToError: printsToError)
        interpreter = Interpreter(
            builtins: Library.builtins, catalog: Library.catalog, services: services, budget: flags.budget,
            stress: environment["CBK_COLLECTOR"].flatMap { CollectorStress(rawValue: $0) } ?? .none)
        // A batch goes on, since its results are in files; what only prints has nobody to print for.
        output.whenClosed { [interpreter, host] in if !host.isRunning { interpreter.interrupt() } }
    }

    /// Requests sent so far.
    var counts: GateCounts { opening.existing?.counts ?? GateCounts() }

    /// The summary of the run: batches, files, tokens.
    var summary: RunSummary {
        let secrets = opening.existing.flatMap { $0.secrets.count > 0 ? $0.secrets : nil }
        return RunSummary(
            batches: services.batches.results, secretsPath: secrets?.path, tokens: secrets?.count ?? 0,
            target: target.note, counts: counts)
    }

    /// Closes the store, so that all of it is in its file, and removes files that were left half-written. Nothing runs
    /// afterwards.
    func close() {
        SaveTable.abandon()
        opening.close()
    }

    /// ^C or SIGTERM: batches drain; a second one, or anything else that runs, is ended.
    func interrupt(_ kind: StopReason.Kind) {
        lastSignal.withLock { $0 = kind }
        if services.batches.interrupt(kind) {
            console.note("\nstopping: waiting for what is in flight; again to abandon it\n")
        } else {
            interpreter.interrupt()
        }
    }

    /// The code that an uncaught error ends the process with.
    func exitCode(_ error: ScriptError) -> ExitCode {
        if error.kind == .cancelled { return lastSignal.withLock { $0 } == .terminated ? .terminated : .interrupted }
        // A missing column was found before anything was sent.
        if error.code == "E0703" { return .usage }
        if error.status == 401 || error.status == 402 || (error.kind == .io && !error.isCatchable) { return .fatal }
        return .failed
    }

    /// An uncaught error, as it is printed.
    static func rendered(_ error: ScriptError, _ trace: [TraceEntry], color: Bool) -> String {
        var message = maskingTokens(in: error.message)
        if let operation = error.operation, error.kind == .api || error.kind == .network { message = "\(operation): \(message)" }
        if let status = error.status { message += " (status \(status))" }
        let code = error.code ?? error.kind.rawValue.uppercased()
        guard let place = trace.first else { return "error[\(code)]: \(VisibleText.line(message))\n" }
        var text = Diagnostic(code: code, message: message, span: place.span).rendered(in: place.source, color: color)
        if !text.hasSuffix("\n") { text += "\n" }
        return text + callStack(trace)
    }

    /// The calls on the way to an error, innermost first; a call that repeats, as in a recursion, stands once.
    private static func callStack(_ trace: [TraceEntry]) -> String {
        var lines: [(text: String, count: Int)] = []
        for (index, entry) in trace.dropFirst().enumerated() {
            let position = entry.source.position(of: entry.span.start)
            let line = "  in \(trace[index].function), called at \(entry.source.name):\(position.line):\(position.column)"
            if lines.last?.text == line {
                lines[lines.count - 1].count += 1
            } else {
                lines.append((line, 1))
            }
        }
        var text = lines.prefix(12).map { $0.text + ($0.count > 1 ? ", again and again\n" : "\n") }.joined()
        if lines.count > 12 { text += "  … \(lines.count - 12) more calls\n" }
        return text
    }
}

/// Opens store and gate at the first operation, once.
private final class GateOpening: Sendable {
    private let home: Home
    private let folder: RunFolder
    private let budgets: GateBudgets
    private let gateIfOpen = Mutex<Gate?>(nil)
    private let store = Mutex<SandboxStore?>(nil)

    init(home: Home, folder: RunFolder, budgets: GateBudgets) {
        self.home = home
        self.folder = folder
        self.budgets = budgets
    }

    func close() { store.withLock { $0?.close() } }

    var existing: Gate? { gateIfOpen.withLock { $0 } }

    func gate() throws(ScriptError) -> Gate {
        do {
            return try gateIfOpen.withLock { known in
                if let known { return known }
                try home.prepare()
                let store = try SandboxStore.open(path: home.store)
                self.store.withLock { $0 = store }
                let gate = Gate(
                    connection: PartnerConnection(transport: SandboxTransport(store: store)),
                    secrets: SecretsFile(folder: folder),
                    budgets: budgets)
                known = gate
                return gate
            }
        } catch let error as UsageError {
            throw ScriptError(.io, error.message, code: "E0608", isCatchable: false)
        } catch {
            throw ScriptError(.io, "cannot open the sandbox '\(home.store)': \(error)", code: "E0608", isCatchable: false)
        }
    }
}

/// Rows of a batch to standard output, in order with everything else that is printed.
struct ConsoleByteSink: ByteSink {
    let console: Console
    mutating func write(_ bytes: [UInt8]) throws(BatchError) { console.print(String(decoding: bytes, as: UTF8.self)) }
    mutating func close() throws(BatchError) {}
}

/// Watches for ^C and SIGTERM while a command runs.
enum SignalWatch {
    static func start(_ engine: Engine) {
        let pipe = cbk_signals_install()
        guard pipe >= 0 else { return }
        let signals = SignalPipe(descriptor: pipe)
        let thread = Thread {
            while true {
                var watched = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
                guard poll(&watched, 1, -1) > 0 else { continue }
                for signal in signals.take() {
                    switch signal {
                    case .interrupt: engine.interrupt(.interrupted)
                    case .terminate: engine.interrupt(.terminated)
                    case .resize, .resume: break
                    }
                }
            }
        }
        thread.start()
    }
}
