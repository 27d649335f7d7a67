// The batches of a program: what the command line says of them, the ones under way, and what each came to. The engine
// is CBKBatch's; here its items meet the interpreter's fibers.

import CBKBatch
import CBKCompiler
import CBKRuntime
import JSONBytes
import Synchronization

/// A class: the program, its batches and its signal handler share it.
package final class BatchHost: Sendable {
    package struct Settings: Sendable {
        /// `-j`: overrides every `parallel`.
        package var jobs: Int?
        package var errorCap: ErrorCap?
        /// Rows found bad before the run, by line.
        package var refusals: [Int: RowProblem] = [:]
        /// How many rows the first batch will have, where that is known.
        package var total: Int?
        /// Where a batch statement's rows go; nil: to the run's files alone.
        package var rows: (@Sendable () -> any RowSink)?
        package var progress: (@Sendable () -> any ProgressSink)?
        package var mostRows = 50_000_000

        package init() {}
    }

    private struct State {
        var sessions: [Int64: BatchSession] = [:]
        var count = 0
        var results: [BatchResult] = []
        var isInterrupted: StopReason.Kind?
        /// Why an earlier batch was stopped, and with it the run.
        var stop: StopReason?
        /// Of the batches that have ended: `--max-errors` counts the whole run.
        var errors = 0
        var ended = 0
        var emitted = 0
        var items = 0
    }

    package let folder: RunFolder
    private let run: RunRecord?
    let settings: Settings
    let warn: @Sendable (String) -> Void
    private let state = Mutex(State())
    /// Held while the files of a batch are completed.
    private let closing = Mutex(())

    /// - Parameter run: keeps the journal; nil where nothing is written down.
    package init(
        folder: RunFolder, run: RunRecord? = nil, settings: Settings, warn: @escaping @Sendable (String) -> Void
    ) {
        self.folder = folder
        self.run = run
        self.settings = settings
        self.warn = warn
    }

    /// Those that have ended, in order.
    package var results: [BatchResult] { state.withLock { $0.results } }

    /// Whether a batch is under way.
    package var isRunning: Bool { state.withLock { !$0.sessions.isEmpty } }

    /// Asks the batches under way to start nothing more.
    ///
    /// - Returns: false where there is none, or they were asked already.
    package func interrupt(_ kind: StopReason.Kind) -> Bool {
        let sessions = state.withLock { state -> [BatchSession] in
            guard state.isInterrupted == nil, !state.sessions.isEmpty else { return [] }
            state.isInterrupted = kind
            return Array(state.sessions.values)
        }
        for session in sessions { session.stop(StopReason(kind, "interrupted")) }
        return !sessions.isEmpty
    }

    /// Why the run was stopped: then later batches start nothing, and nothing more is written.
    var stopReason: StopReason? { state.withLock { $0.stop } }

    /// Forgets what stopped the input before, at the start of the next one of a REPL.
    package func reset() {
        state.withLock { ($0.isInterrupted, $0.stop, $0.errors, $0.ended) = (nil, nil, 0, 0) }
    }

    /// - Throws: where the run's folder cannot be made: results that cannot be kept are not worked for.
    func open(parallel: Int, columns: [String]?, isStatement: Bool) throws(ScriptError) -> Int64 {
        do throws(BatchError) {
            _ = try folder.path()
            return try begin(parallel: parallel, columns: columns, isStatement: isStatement)
        } catch {
            throw ScriptError(.io, error.message, code: "E0609", isCatchable: false)
        }
    }

    private func begin(parallel: Int, columns: [String]?, isStatement: Bool) throws(BatchError) -> Int64 {
        try state.withLock { state throws(BatchError) in
            state.count += 1
            var configuration = BatchConfiguration(
                number: state.count, parallel: settings.jobs ?? parallel, errorCap: settings.errorCap, columns: columns,
                spoolsRows: !isStatement)
            configuration.earlier = (state.errors, state.ended)
            if state.count == 1 {
                configuration.refusals = settings.refusals
                configuration.total = settings.total
            }
            let run = try BatchRun(
                configuration, folder: folder, run: run, output: isStatement ? settings.rows?() : nil,
                progress: settings.progress?(),
                warn: warn)
            if let stop = state.stop { run.stop(stop) }
            let number = Int64(state.count)
            state.sessions[number] = BatchSession(run: run, isStatement: isStatement)
            return number
        }
    }

    func session(_ number: Int64) -> BatchSession? { state.withLock { $0.sessions[number] } }

    func close(_ number: Int64) -> BatchResult? {
        closing.withLock { _ in
            guard let session = state.withLock({ $0.sessions.removeValue(forKey: number) }) else { return nil }
            let result = session.run.complete()
            state.withLock { state in
                state.results.append(result)
                state.errors += result.failed + result.unknown - result.pastErrors
                state.ended += result.total - result.pending - result.past
                if let stop = result.stop, ![.ended, .source].contains(stop.kind), state.stop == nil { state.stop = stop }
            }
            return result
        }
    }

    /// Ends the batches that an abandoned program left. Rows that were not read yet are in none of their files.
    package func closeAll(_ kind: StopReason.Kind) {
        // One that is being closed by its script has its result afterwards.
        closing.withLock { _ in }
        for number in state.withLock({ $0.sessions.keys.sorted() }) {
            session(number)?.run.stop(StopReason(kind, "abandoned"))
            warn("the batch was abandoned: what it had not read yet is in no result file")
            _ = close(number)
        }
    }

    /// A number that no other item of the program has.
    func nextItem() -> Int {
        state.withLock { state in
            state.items += 1
            return state.items
        }
    }

    /// Counts an emitted row; false when the budget is used up.
    func countRow() -> Bool {
        state.withLock { state in
            state.emitted += 1
            return state.emitted <= settings.mostRows
        }
    }
}

/// One batch under way. Its state changes on the interpreter's thread; waiting tasks come from others.
final class BatchSession: Sendable {
    private struct State {
        /// Continuations of fibers that wait for room, or for the end.
        var waiters: [(forEnd: Bool, continuation: CheckedContinuation<Void, Never>)] = []
        /// Of the row that is about to start.
        var line: Int?
        var rowError: BatchError?
        var cells: JSONObject?
        var isNumbered = false
        /// The budget that an item exhausted: it is the script's, too.
        var exhausted: ScriptError?
    }

    let run: BatchRun
    let isStatement: Bool
    private let state = Mutex(State())

    init(run: BatchRun, isStatement: Bool) {
        self.run = run
        self.isStatement = isStatement
    }

    var hasRoom: Bool { run.canStart || run.stopReason != nil }

    var isNumbered: Bool {
        get { state.withLock { $0.isNumbered } }
        set { state.withLock { $0.isNumbered = newValue } }
    }

    func note(line: Int?, error: BatchError?, cells: JSONObject?) {
        state.withLock { ($0.line, $0.rowError, $0.cells) = (line, error, cells) }
    }

    var noted: (line: Int?, error: BatchError?, cells: JSONObject?) {
        state.withLock { ($0.line, $0.rowError, $0.cells) }
    }

    var exhausted: ScriptError? { state.withLock { $0.exhausted } }

    func noteExhausted(_ error: ScriptError) { state.withLock { $0.exhausted = $0.exhausted ?? error } }

    /// Returns when an item may start, or, with `forEnd`, when none is in flight.
    func wait(forEnd: Bool) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if forEnd ? run.inFlight == 0 : hasRoom { return true }
                state.waiters.append((forEnd, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// Lets those go on for whom the wait is over.
    func wake() {
        let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard !state.waiters.isEmpty else { return [] }
            let isEmpty = run.inFlight == 0
            let isFree = hasRoom
            var ready: [CheckedContinuation<Void, Never>] = []
            state.waiters.removeAll { waiter in
                guard waiter.forEnd ? isEmpty : isFree else { return false }
                ready.append(waiter.continuation)
                return true
            }
            return ready
        }
        for continuation in ready { continuation.resume() }
    }

    func stop(_ reason: StopReason) {
        run.stop(reason)
        wake()
    }

    func finish(_ number: Int, _ outcome: ItemOutcome) {
        run.finish(number, outcome)
        wake()
    }

    func finish(_ number: Int, error: BatchError) {
        run.finish(number, error: error)
        wake()
    }
}

/// What a fiber carries that runs an item: natives of the API and `emit` find it.
final class ItemHandle: Sendable {
    let session: BatchSession
    let number: Int
    let context: ItemContext
    /// Where the run writes down what it does.
    let log: ItemLog?
    /// What the gate said when it ended the item for good.
    let verdict = Mutex<BatchError?>(nil)
    /// The write that is under way: an item abandoned meanwhile is in doubt.
    let write = Mutex<String?>(nil)

    init(session: BatchSession, number: Int) {
        self.session = session
        self.number = number
        context = session.run.context(ofItem: number)
        log = session.run.log(ofItem: number)
    }
}
