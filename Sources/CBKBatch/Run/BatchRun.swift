// One batch: which items may start, how each ended, and their results in the order of the input. Takes items, rows and
// outcomes from the interpreter's thread; gives the counts and the result files. Memory: a window of items, and a
// digest of 16 bytes per key.

import JSONBytes
import Synchronization

/// How an item ended.
package enum ItemOutcome: Sendable {
    case done
    case failed(BatchError)
    case skipped(String)
    case unknown(BatchError)
    /// It never started, or was stopped.
    case pending
}

package struct BatchConfiguration: Sendable {
    /// From 1, in the order in which a run's batches start.
    package var number: Int
    /// The most items in flight.
    package var parallel: Int
    package var errorCap: ErrorCap?
    /// The errors of the run's earlier batches, and their items that ended: the cap counts them, too.
    package var earlier = (errors: 0, ended: 0)
    /// The union of the fields that the body's emits write out; nil: the first row's.
    package var columns: [String]?
    /// How many items there are, where it is known.
    package var total: Int?
    /// Rows found bad before the run, by line: they fail without starting.
    package var refusals: [Int: RowProblem]
    /// Keeps the rows in a file of the run, for the batch's `rows`.
    package var spoolsRows: Bool

    package init(
        number: Int = 1, parallel: Int = 8, errorCap: ErrorCap? = nil, columns: [String]? = nil, total: Int? = nil,
        refusals: [Int: RowProblem] = [:], spoolsRows: Bool = false
    ) {
        self.number = number
        self.parallel = parallel
        self.errorCap = errorCap
        self.columns = columns
        self.total = total
        self.refusals = refusals
        self.spoolsRows = spoolsRows
    }

    /// How far the youngest item may be ahead of the oldest that has not ended.
    package var window: Int { max(256, 4 * parallel) }
}

/// A class, as items in flight and the progress display share it; a lock guards its state.
package final class BatchRun: Sendable {
    package enum Admission: Sendable, Equatable {
        /// The item may start; its number from 1.
        case start(Int)
        /// It has ended already: it failed, or an earlier process has done it.
        case ended
    }

    package let configuration: BatchConfiguration
    let folder: RunFolder
    /// Of items that come from the API.
    package let sourceCopy: SourceCopy
    private let run: RunRecord?
    private let journal: Journal?
    private let clock: any MonotonicClock
    private let startTime: Double
    private let progressSink: (any ProgressSink)?
    private let warn: @Sendable (String) -> Void
    private let state: Mutex<BatchState>

    /// - Parameters:
    ///   - run: keeps the journal; nil: nothing is written down.
    ///   - output: gets the rows, beside success.csv; nil where the rows are a value or nobody asked.
    ///   - warn: gets a line for a person.
    /// - Throws: where there can be no journal.
    package init(
        _ configuration: BatchConfiguration, folder: RunFolder, run: RunRecord? = nil, output: (any RowSink)? = nil,
        progress: (any ProgressSink)? = nil, clock: any MonotonicClock = UptimeClock(),
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(BatchError) {
        self.configuration = configuration
        self.folder = folder
        self.run = run
        journal = try run?.journal()
        sourceCopy = SourceCopy(folder: folder, journal: journal, main: run?.main, batch: configuration.number)
        self.clock = clock
        progressSink = progress
        self.warn = warn
        startTime = clock.seconds()
        state = Mutex(BatchState(configuration, folder: folder, journal: journal, output: output))
        if let run { journal?.save(run.main) }
    }

    // MARK: - Items

    /// Whether the next item may be admitted now. False for good once the run stops.
    package var canStart: Bool {
        state.withLock { state in
            state.stop == nil && state.inFlight < configuration.parallel
                && state.results.nextNumber - state.results.oldestUnfinished < configuration.window
        }
    }

    /// Takes the next item of the source.
    /// - Parameters:
    ///   - line: the line of the file on which it starts.
    ///   - error: what is wrong with the row itself, such as too few cells.
    package func admit(key: BatchKey, line: Int? = nil, row: OriginalRow, error: BatchError? = nil) -> Admission {
        finishing { state in
            let number = state.results.nextNumber
            let refusal = line.flatMap { configuration.refusals[$0] }
            if let error = refusal.map({ BatchError(.data, code: $0.code, $0.message) }) ?? error {
                let text = state.keys.displayed(key)
                state.results.add(BatchItem(number: number, key: text, line: line, row: row))
                state.finish(number, .failed(error))
                return .ended
            }
            var (item, error) = state.enter(key, line: line, row: row)
            do throws(BatchError) {
                if let error { throw error }
                if let past = try past(item) {
                    item.isPast = true
                    item.emits = past.emits
                    state.results.add(item)
                    state.finish(number, past.outcome)
                    return .ended
                }
            } catch {
                state.results.add(item)
                if case .stop(let kind) = error.consequence {
                    state.stop(StopReason(kind, error.message))
                    state.finish(number, .pending)
                } else {
                    state.finish(number, .failed(error))
                }
                return .ended
            }
            state.results.add(item)
            state.inFlight += 1
            return .start(number)
        }
    }

    /// What an earlier process has done of an item; nil where it is to be run.
    private func past(_ item: BatchItem) throws(BatchError) -> JournaledItem? {
        guard let run, let journal, let id = item.id else { return nil }
        if run.settings.redone.contains(item.key) {
            try journal.forget(id)
            return nil
        }
        guard var past = try journal.ended(id, content: item.content) else { return nil }
        switch past.outcome {
        case .unknown, .pending: return nil
        case .failed: return run.settings.retriesFailed ? nil : past
        case .skipped: return past.isSameContent ? past : nil
        case .done:
            if past.isSameContent { return past }
            past.emits = []
            past.outcome = .failed(
                BatchError(
                    .data, code: "CHANGED",
                    "its row is another one than the run has done; --redo '\(item.key)' runs it all the same"))
            return past
        }
    }

    /// An item's key as the result files show it: normalised, or a digest.
    package func key(ofItem number: Int) -> String? {
        state.withLock { $0.results[number]?.key }
    }

    /// What the gate is told of an item.
    package func context(ofItem number: Int) -> ItemContext {
        ItemContext(batch: configuration.number, item: number, key: key(ofItem: number) ?? "")
    }

    /// What an item is given and writes goes there; nil where nothing is written down.
    package func log(ofItem number: Int) -> ItemLog? {
        guard let journal, let id = state.withLock({ $0.results[number]?.id }) else { return nil }
        do throws(BatchError) {
            return try journal.log(id)
        } catch {
            // The item starts all the same, and writes nothing.
            journal.fail(error)
            stop(StopReason(.fatal, error.message))
            return ItemLog(id)
        }
    }

    /// A row of an item in flight. It is written if the item ends as done.
    package func emit(_ row: JSONObject, item number: Int) {
        let masked = maskingTokens(in: row)
        state.withLock { $0.results.emit(masked, item: number) }
    }

    /// Ends an item in flight.
    package func finish(_ number: Int, _ outcome: ItemOutcome) {
        finishing { state in
            state.inFlight -= 1
            state.finish(number, outcome)
        }
    }

    /// Ends an item in flight by an error, as its consequence has it: failed, unknown, or pending in a run that stops.
    package func finish(_ number: Int, error: BatchError) {
        switch error.consequence {
        case .item, .itemForGood: finish(number, .failed(error))
        case .doubt: finish(number, .unknown(error))
        case .stop(let kind):
            stop(StopReason(kind, error.description))
            finish(number, .pending)
        }
    }

    /// Starts nothing more. The first reason stays, except that a fatal one replaces any other.
    package func stop(_ reason: StopReason) {
        state.withLock { $0.stop(reason) }
    }

    package var stopReason: StopReason? { state.withLock { $0.stop } }

    /// Takes an item of a run that has stopped: it is written to unprocessed.csv.
    package func leave(key: BatchKey, line: Int? = nil, row: OriginalRow) {
        finishing { state in
            let number = state.results.nextNumber
            var (item, _) = state.enter(key, line: line, row: row)
            var outcome = ItemOutcome.pending
            // What an earlier process has done is done.
            if run?.settings.redone.contains(item.key) != true, let past = try? past(item) {
                (item.isPast, item.emits, outcome) = (true, past.emits, past.outcome)
            }
            state.results.add(item)
            state.finish(number, outcome)
        }
    }

    package var inFlight: Int { state.withLock { $0.inFlight } }

    // MARK: - The end

    /// Ends the batch: what is still in flight counts as pending. Writes all that is held.
    package func complete() -> BatchResult {
        let seconds = clock.seconds() - startTime
        let result = state.withLock { $0.complete(seconds: seconds) }
        report(warnings: state.withLock { $0.takeWarnings() })
        progressSink?.update(progress)
        progressSink?.finish()
        return result
    }

    /// The present counts.
    package var progress: RunProgress {
        let now = clock.seconds() - startTime
        return state.withLock { $0.progress(at: now) }
    }

    private func finishing<Answer>(_ body: (inout BatchState) -> Answer) -> Answer where Answer: Sendable {
        let now = clock.seconds() - startTime
        let (answer, warnings, shown) = state.withLock { state -> (Answer, [String], RunProgress?) in
            let answer = body(&state)
            guard progressSink != nil, now - state.lastShown >= 0.1 else { return (answer, state.takeWarnings(), nil) }
            state.lastShown = now
            return (answer, state.takeWarnings(), state.progress(at: now))
        }
        report(warnings: warnings)
        if let shown { progressSink?.update(shown) }
        return answer
    }

    private func report(warnings: [String]) {
        for warning in warnings { warn(warning) }
    }
}

/// A row with every whole token in its texts masked, revealed or not.
func maskingTokens(in row: JSONObject) -> JSONObject {
    JSONObject(row.members.map { .init(key: $0.key, value: maskingTokens(in: $0.value)) })
}

package func maskingTokens(in value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(maskingTokens(in: text))
    case .array(let items): .array(items.map(maskingTokens))
    case .object(let object): .object(maskingTokens(in: object))
    case .null, .bool, .int, .float: value
    }
}
