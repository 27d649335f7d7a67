// What BatchRun's lock guards: counts, keys, the window of items and the files they go to.

import JSONBytes

struct BatchState: Sendable {
    private let configuration: BatchConfiguration
    var keys = KeyRegister()
    var results: OrderedResults
    private var causes = CauseTally()
    private var skips = CauseTally()
    private var rate = RateMeter()
    private var counts = RunProgress()
    private var pending = 0
    /// Of this process alone: what an earlier one did, and what of it failed.
    private var past = (ended: 0, errors: 0)
    private let journal: Journal?
    private(set) var stop: StopReason?
    var inFlight = 0
    /// When progress was last shown, in seconds since the start.
    var lastShown = -1.0

    init(_ configuration: BatchConfiguration, folder: RunFolder, journal: Journal?, output: (any RowSink)?) {
        self.configuration = configuration
        self.journal = journal
        results = OrderedResults(configuration, folder: folder, output: output)
    }

    /// The next item of the source, and what is wrong with its key.
    mutating func enter(_ key: BatchKey, line: Int?, row: OriginalRow) -> (item: BatchItem, error: BatchError?) {
        let number = results.nextNumber
        let content = row.json.withUnsafeBytes { KeyDigest(bytes: $0) }
        let admitted = keys.admit(key, content: content, number: number, line: line)
        var item = BatchItem(number: number, key: admitted.text, line: line, row: row)
        item.content = content
        if admitted.error == nil { item.id = ItemID(batch: configuration.number, digest: admitted.digest) }
        return (item, admitted.error)
    }

    mutating func finish(_ number: Int, _ outcome: ItemOutcome) {
        guard let item = results[number], item.outcome == nil else { return }
        if item.isPast { past.ended += 1 }
        if !item.isPast, let id = item.id {
            journal?.end(id, key: item.key, content: item.content, outcome, emits: item.emits)
        }
        switch outcome {
        case .done: counts.done += 1
        case .failed(let error):
            counts.failed += 1
            if item.isPast { past.errors += 1 }
            causes.count(code: error.code, message: error.description, line: item.line)
        case .skipped(let reason):
            counts.skipped += 1
            skips.count(code: "skipped", message: reason, line: item.line)
        case .unknown(let error):
            counts.unknown += 1
            causes.count(code: error.code, message: error.description, line: item.line)
        case .pending: pending += 1
        }
        results.finish(number, outcome)
        if let failure = results.failure { stop(StopReason(.fatal, failure.description)) }
        guard stop == nil, let cap = configuration.errorCap else { return }
        let earlier = configuration.earlier
        let errors = counts.failed + counts.unknown - past.errors
        if cap.isExceeded(errors: earlier.errors + errors, ended: earlier.ended + counts.ended - past.ended) {
            stop(StopReason(.errorCap, "more errors than --max-errors \(cap.description) allows"))
        }
    }

    mutating func stop(_ reason: StopReason) {
        if stop == nil || (reason.kind == .fatal && stop?.kind != .fatal) { stop = reason }
    }

    mutating func takeWarnings() -> [String] { results.takeWarnings() }

    mutating func progress(at seconds: Double) -> RunProgress {
        var progress = counts
        progress.total = configuration.total
        progress.inFlight = inFlight
        progress.isStopping = stop != nil
        progress.elapsed = seconds
        progress.rate = rate.note(counts.ended, at: seconds)
        return progress
    }

    mutating func complete(seconds: Double) -> BatchResult {
        for number in results.unfinished { finish(number, .pending) }
        inFlight = 0
        results.close()
        if let failure = results.failure { stop(StopReason(.fatal, failure.description)) }
        return BatchResult(
            number: configuration.number, total: counts.ended + pending, done: counts.done, failed: counts.failed,
            skipped: counts.skipped, unknown: counts.unknown, pending: pending, past: past.ended, pastErrors: past.errors,
            seconds: seconds, stop: stop, causes: causes.causes, skips: skips.causes, files: results.paths,
            rowsPath: results.rowsPath)
    }
}

/// What a batch came to.
package struct BatchResult: Sendable, Equatable {
    package var number: Int
    package var total: Int
    package var done: Int
    package var failed: Int
    package var skipped: Int
    package var unknown: Int
    package var pending: Int
    /// Of the ended ones, those that an earlier process has done, and what of them failed.
    package var past: Int
    package var pastErrors: Int
    package var seconds: Double
    package var stop: StopReason?
    package var causes: [Cause]
    package var skips: [Cause]
    /// The result files that were written.
    package var files: [String]
    /// The rows as JSON Lines, if they were kept.
    package var rowsPath: String?

    package init(
        number: Int, total: Int, done: Int, failed: Int, skipped: Int, unknown: Int, pending: Int, past: Int = 0,
        pastErrors: Int = 0, seconds: Double,
        stop: StopReason?, causes: [Cause], skips: [Cause], files: [String], rowsPath: String?
    ) {
        self.number = number
        self.total = total
        self.done = done
        self.failed = failed
        self.skipped = skipped
        self.unknown = unknown
        self.pending = pending
        self.past = past
        self.pastErrors = pastErrors
        self.seconds = seconds
        self.stop = stop
        self.causes = causes
        self.skips = skips
        self.files = files
        self.rowsPath = rowsPath
    }

    /// What the batch alone would end the process with.
    package var exitCode: ExitCode {
        var code = ExitCode.success
        if failed > 0 { code = code.combined(with: .failed) }
        if unknown > 0 { code = code.combined(with: .inDoubt) }
        if let stop { code = code.combined(with: ExitCode(stop.kind)) }
        return code
    }
}

/// The keys of a batch, each known by its digest.
struct KeyRegister: Sendable {
    /// Where a key was first seen: a line, or the negative of an item's number.
    private var first: [KeyDigest: Int] = [:]
    private var occurrences: [KeyDigest: Int] = [:]

    /// Checks and notes a key.
    /// - Returns: the key as it is shown, and what the journal knows it by.
    mutating func admit(
        _ key: BatchKey, content: KeyDigest, number: Int, line: Int?
    ) -> (text: String, digest: KeyDigest, error: BatchError?) {
        let digest: KeyDigest
        let text = displayed(key)
        switch key {
        case .none: return ofContent(content)
        case .text where text.isEmpty: return ofContent(content)
        case .text: digest = KeyDigest("s" + text)
        case .int: digest = KeyDigest("i" + text)
        case .null:
            let error = BatchError(.data, code: "NULL_KEY", "the key is null; 'by' takes a string or an int")
            return ("", KeyDigest(""), error)
        }
        guard let holder = first.updateValue(line ?? -number, forKey: digest) else { return (text, digest, nil) }
        first[digest] = holder
        let place = holder >= 0 ? "line \(holder)" : "item \(-holder)"
        return (text, digest, BatchError(.data, code: "DUPLICATE_KEY", "the key '\(text)' is that of \(place), too"))
    }

    /// The key as result files show it; blank where there is none.
    func displayed(_ key: BatchKey) -> String {
        switch key {
        case .none, .null: ""
        case .int(let number): String(number)
        case .text(let text): trimmed(text).isEmpty ? "" : normalizedKey(text)
        }
    }

    private mutating func ofContent(_ content: KeyDigest) -> (text: String, digest: KeyDigest, error: BatchError?) {
        let count = occurrences[content, default: 0] + 1
        occurrences[content] = count
        let text = count == 1 ? content.description : "\(content)#\(count)"
        let digest = KeyDigest("c\(content.hexadecimal)#\(count)")
        return (text, digest, nil)
    }
}
