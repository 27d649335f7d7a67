// Composition: where interpreter, library, gate, store and terminal are wired into one program that can run sources.

import CBKBatch
import CBKCompiler
import CBKLibrary
import CBKRuntime
import CBKSyntax
import CBKTerminal
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
    private let record: RunRecord?
    private let opening: GateOpening
    private let lastSignal = Mutex<StopReason.Kind?>(nil)
    /// Ends a command's own work, where that is not the interpreter's.
    private let cancelWork = Mutex<(@Sendable () -> Void)?>(nil)

    /// - Parameters:
    ///   - name: what the run folder is called after.
    ///   - scriptFolder: files in it are the script's.
    ///   - pathParameters: files that `path` parameters name.
    ///   - progress: what the progress of batches is called; nil shows none.
    ///   - target: nil: the flags' one.
    ///   - record: of a script's run; nil: nothing is written down.
    ///   - inputOwner: what has read standard input already, or is reading it; nil: it is the script's.
    init(
        name: String, flags: ParsedFlags, console: Console, scriptFolder: String?, pathParameters: [String] = [],
        settings: BatchHost.Settings, progress: String? = nil, printsToError: Bool, target: Target? = nil,
        record: RunRecord? = nil, inputOwner: String? = nil
    ) throws(UsageError) {
        let environment = Main.environment
        let home = Home(environment: environment)
        let target = if let target { target } else { try Target(flags, environment: environment, home: home) }
        if !flags.has("quiet") { for warning in target.warnings { console.note("warning: \(VisibleText.line(warning))\n") } }
        self.target = target
        self.console = console
        let current = FileManager.default.currentDirectoryPath
        let folder = record?.folder ?? RunFolder(parent: flags.runsFolder, name: name)
        self.record = record
        let dialog = ConsoleDialog(console: console)
        let opening = GateOpening(
            target: target, home: home, folder: folder, record: record, settings: try flags.gateSettings(), dialog: dialog)
        self.opening = opening
        let output = ConsoleOutput(console: console)
        var settings = settings
        if let progress, !flags.has("no-progress"), !flags.has("quiet") {
            settings.progress = { ProgressBar(console: console, label: progress) { opening.flow } }
        }
        let host = BatchHost(folder: folder, run: record, settings: settings) { line in
            console.note("warning: \(VisibleText.line(line))\n")
        }
        services = Services(
            output: output, dialog: dialog, input: StandardInput(takenBy: inputOwner),
            assumesYes: flags.has("yes"), gate: { () throws(ScriptError) in try opening.gate() },
            environment: environment,
            now: { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) },
            sleep: { try await Task.sleep(for: .milliseconds($0)) },
            files: FileAccess(
                allowed: [current] + [scriptFolder].compactMap { $0 } + pathParameters + flags.list("allow-path"),
                named: pathParameters,
                refused: [home.path], currentFolder: current),
            batches: host, run: record, printsToError: printsToError)
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

    /// Ends the run's journal.
    /// - Parameter error: what the script ended with.
    /// - Returns: whether something is left to do that a later run can go on with; or what the journal says.
    func conclude(_ error: ScriptError?) async -> Result<Bool, BatchError> {
        guard let record, record.hasJournal else { return .success(false) }
        let hasRest = error != nil || services.batches.results.contains { $0.pending > 0 || $0.unknown > 0 }
        if let error = await endRecord(isFinished: !hasRest) { return .failure(error) }
        return .success(hasRest)
    }

    /// Puts all of the journal on the disk.
    /// - Parameter isFinished: nothing is left to go on with.
    func endRecord(isFinished: Bool) async -> BatchError? {
        do throws(BatchError) {
            try await record?.finish(isFinished: isFinished)
            return nil
        } catch {
            return error
        }
    }

    /// Makes sure that another secret than a run began with is of the same account: it finds a user that the run has made.
    func requireSameAccount(_ run: FoundRun) async throws(UsageError) {
        guard let account = target.account, run.header.fingerprint != account.fingerprint else { return }
        do {
            if let user = try run.journal.anyCreated() {
                _ = try await opening.gate().perform(.userFetch, ids: [user])
                return
            }
        } catch let error as BatchError where error.isNotFound {
            // The run may have deleted it itself.
        } catch {
            throw UsageError(
                "the secret is another one than the run began with, and whether it is of the same account cannot be told: \(error)"
            )
        }
        let question = "The secret is another one than the run began with. Is it of the same account?"
        guard await opening.questions.agrees(question) else {
            throw UsageError("the secret is another one than the run began with; --new-run begins again")
        }
    }

    /// Whether a script that made users before is to make them again, as somebody who is asked says.
    func wantsAgain(_ choice: RunChoice) async throws(UsageError) -> Bool {
        guard target.account != nil, let before = choice.finishedBefore else { return true }
        guard opening.isAttended else {
            throw UsageError("'\(choice.title)' has made users before, in '\(before)'; --new-run lets it do so again")
        }
        return await opening.questions.agrees("'\(choice.title)' has made users before, in '\(before)'. Run it again?")
    }

    /// ^C or SIGTERM: batches and writes drain; a second one, or anything else that runs, is ended.
    func interrupt(_ kind: StopReason.Kind) {
        lastSignal.withLock { $0 = kind }
        if stop(kind) { console.note("\nstopping: waiting for what is in flight; again to abandon it\n") }
    }

    /// Stops what runs, and says which writes that leaves in doubt.
    /// - Returns: whether anything is waited for.
    @discardableResult
    func stop(_ kind: StopReason.Kind) -> Bool {
        // Last, so that the run ends as interrupted and not as refused.
        defer { opening.questions.abandon() }
        if services.batches.interrupt(kind) { return true }
        let cancel = cancelWork.withLock { $0 }
        let (names, isWaiting) = services.writes.stop { [interpreter] in
            if let cancel { cancel() } else { interpreter.interrupt() }
        }
        if !isWaiting, !names.isEmpty {
            console.note("\nin doubt: \(names.joined(separator: ", ")) had not been answered\n")
        }
        return isWaiting
    }

    /// Does a command's own work, which ^C ends.
    func interruptible<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
        let task = Task { await work() }
        cancelWork.withLock { $0 = { task.cancel() } }
        defer { cancelWork.withLock { $0 = nil } }
        return await task.value
    }

    /// What ^C or SIGTERM make of an exit code.
    func exitCode(_ code: ExitCode) -> ExitCode {
        switch lastSignal.withLock({ $0 }) {
        case .terminated?: code.combined(with: .terminated)
        case .some: code.combined(with: .interrupted)
        case nil: code
        }
    }

    /// How fast requests leave, once there were some to a live account.
    var pace: String? {
        guard let pace = opening.existing?.pace else { return nil }
        let rate = pace.rate.map { ", at \(ProgressText.speed($0)) at most" } ?? ""
        return "\(pace.inFlight) of \(pace.limit) requests at once\(rate), \(pace.waiting) waiting, throttled \(pace.throttled)×"
    }

    /// At the next input of a prompt nothing is stopped any more, and the brake asks anew.
    func reset() {
        services.batches.reset()
        services.writes.reset()
        opening.existing?.brake?.reset()
    }

    /// Refuses to write to a live account where nobody watches and no flag names it.
    func requireWritable() throws(UsageError) {
        if let refusal = opening.refusal { throw UsageError(refusal) }
    }

    /// Whether a person, where there is one, wants so much created on a live account.
    /// - Returns: the code to end with, if not.
    func refusal(of script: GeneratedScript) async -> ExitCode? {
        guard target.account != nil, script.count != 0, opening.isAttended else { return nil }
        if await opening.questions.confirms(script.count, script.title) { return nil }
        return exitCode(.stopped)
    }

    /// The code that an uncaught error ends the process with.
    func exitCode(_ error: ScriptError) -> ExitCode {
        if error.kind == .cancelled { return lastSignal.withLock { $0 } == .terminated ? .terminated : .interrupted }
        return exitCode(uninterrupted(error))
    }

    private func uninterrupted(_ error: ScriptError) -> ExitCode {
        // A missing column was found before anything was sent.
        if error.code == "E0703" { return .usage }
        guard !error.isCatchable else { return .failed }
        if let verdict = services.verdict.withLock({ $0 }) { return ExitCode(verdict) }
        if error.kind == .io { return .fatal }
        return .failed
    }

    /// An uncaught error, as it is printed.
    static func rendered(_ error: ScriptError, _ trace: [TraceEntry], color: Bool) -> String {
        var message = maskingTokens(in: error.message)
        if let operation = error.operation, [.api, .network, .timeout].contains(error.kind) {
            message = "\(operation): \(message)"
        }
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

/// Rows of a batch to standard output, in order with everything else that is printed.
struct ConsoleByteSink: ByteSink {
    let console: Console
    mutating func write(_ bytes: [UInt8]) throws(BatchError) {
        let text = String(decoding: bytes, as: UTF8.self)
        // CSV holds data as it is, and JSON what turns a line around.
        console.print(console.outIsTerminal ? VisibleText.lines(text) : text)
    }
    mutating func close() throws(BatchError) {}
}
