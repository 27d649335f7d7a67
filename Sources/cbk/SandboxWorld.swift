// What one test runs in: an empty sandbox in memory, a clock that only `sleep` moves, output that is kept, and a folder
// for a batch's results that goes with it.

import CBKBatch
import CBKCompiler
import CBKLibrary
import CBKRuntime
import CBKTerminal
import CBKTooling
import Foundation
import PartnerClient
import PartnerSandbox
import Synchronization

final class SandboxWorld: TestWorld {
    let interpreter: Interpreter
    private let store: SandboxStore
    private let output = KeptOutput()
    private let services: Services
    private let folder: String

    /// - Parameter path: the file with the test: what lies in its folder is the test's to read.
    init(file: Compilation, path: String, flags: ParsedFlags, environment: [String: String]) throws {
        let clock = StandingClock()
        let store = try SandboxStore.open(path: ":memory:", clock: clock)
        self.store = store
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("cbk-sandbox-\(UUID().uuidString)").path
        let runs = RunFolder(parent: folder, name: "test")
        let gate = Gate(
            connection: PartnerConnection(transport: SandboxTransport(store: store)), secrets: SecretsFile(folder: runs),
            budgets: flags.gateBudgets)
        let output = output
        var settings = BatchHost.Settings()
        settings.rows = { RowFormat.csv.sink(to: KeptRows(output: output)) }
        if let rows = flags.int("max-rows") { settings.mostRows = rows }
        let current = FileManager.default.currentDirectoryPath
        let own = (path as NSString).deletingLastPathComponent
        services = Services(
            output: output, dialog: NoDialog(), input: StandardInput(takenBy: "'cbk test'"), assumesYes: flags.has("yes"),
            gate: { gate }, environment: environment, now: { clock.now() }, sleep: { clock.advance(by: $0) },
            files: FileAccess(
                allowed: [current, own.isEmpty ? "." : own] + flags.list("allow-path"),
                refused: [Home(environment: environment).path], currentFolder: current),
            batches: BatchHost(folder: runs, settings: settings) { output.note("warning: \($0)\n") },
            printsToError: file.hasBatchStatement)
        interpreter = Interpreter(
            builtins: Library.builtins, catalog: Library.catalog, services: services, budget: flags.budget)
    }

    var printed: String { output.text }

    func close() {
        services.batches.closeAll(.interrupted)
        SaveTable.abandon()
        store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// A clock that stands until somebody waits. A class: store and script share it.
final class StandingClock: MillisecondClock {
    /// 2026-01-01T00:00:00Z
    static let start: Int64 = 1_767_225_600_000
    private let time = Mutex(StandingClock.start)

    func now() -> Int64 { time.withLock { $0 } }

    /// Further than a datetime reaches it does not go.
    func advance(by milliseconds: Int64) {
        time.withLock { time in
            let (sum, isTooFar) = time.addingReportingOverflow(milliseconds)
            if !isTooFar { time = sum }
        }
    }
}

/// What a test prints, up to a limit: a test in an endless loop fills no memory.
final class KeptOutput: ScriptOutput {
    private static let mostBytes = 1 << 20
    private let kept = Mutex((text: "", isCut: false))

    var text: String { kept.withLock { $0.isCut ? $0.text + "… and more\n" : $0.text } }

    func print(_ text: String) {
        kept.withLock { kept in
            if kept.text.utf8.count < KeptOutput.mostBytes { kept.text += text } else { kept.isCut = true }
        }
    }

    func note(_ text: String) { print(text) }

    func table(_ rows: [Snapshot], isNote: Bool) { print(TableRenderer.whole(rows, width: nil, palette: .plain)) }
}

/// Nobody is asked while tests run.
final class NoDialog: ScriptDialog {
    func question() -> (any ScriptQuestion)? { nil }
}

/// The rows of a test's batch, in order with everything else that it prints.
struct KeptRows: ByteSink {
    let output: KeptOutput
    mutating func write(_ bytes: [UInt8]) throws(BatchError) { output.print(String(decoding: bytes, as: UTF8.self)) }
    mutating func close() throws(BatchError) {}
}
