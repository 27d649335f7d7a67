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
    private(set) var stop: StopReason?
    var inFlight = 0
    /// When progress was last shown, in seconds since the start.
    var lastShown = -1.0

    init(_ configuration: BatchConfiguration, folder: RunFolder, output: (any RowSink)?) {
        self.configuration = configuration
        results = OrderedResults(configuration, folder: folder, output: output)
    }

    mutating func finish(_ number: Int, _ outcome: ItemOutcome) {
        guard let item = results[number], item.outcome == nil else { return }
        switch outcome {
        case .done: counts.done += 1
        case .failed(let error):
            counts.failed += 1
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
        if cap.isExceeded(errors: earlier.errors + counts.failed + counts.unknown, ended: earlier.ended + counts.ended) {
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
            skipped: counts.skipped, unknown: counts.unknown, pending: pending, seconds: seconds, stop: stop,
            causes: causes.causes, skips: skips.causes, files: results.paths, rowsPath: results.rowsPath)
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
    package var seconds: Double
    package var stop: StopReason?
    package var causes: [Cause]
    package var skips: [Cause]
    /// The result files that were written.
    package var files: [String]
    /// The rows as JSON Lines, if they were kept.
    package var rowsPath: String?

    package init(
        number: Int, total: Int, done: Int, failed: Int, skipped: Int, unknown: Int, pending: Int, seconds: Double,
        stop: StopReason?, causes: [Cause], skips: [Cause], files: [String], rowsPath: String?
    ) {
        self.number = number
        self.total = total
        self.done = done
        self.failed = failed
        self.skipped = skipped
        self.unknown = unknown
        self.pending = pending
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
    mutating func admit(_ key: BatchKey, number: Int, line: Int?, row: OriginalRow) -> (text: String, error: BatchError?) {
        let digest: KeyDigest
        let text = displayed(key)
        switch key {
        case .none: return (ofContent(row), nil)
        case .text where text.isEmpty: return (ofContent(row), nil)
        case .text: digest = KeyDigest("s" + text)
        case .int: digest = KeyDigest("i" + text)
        case .null:
            return ("", BatchError(.data, code: "NULL_KEY", "the key is null; 'by' takes a string or an int"))
        }
        guard let holder = first.updateValue(line ?? -number, forKey: digest) else { return (text, nil) }
        first[digest] = holder
        let place = holder >= 0 ? "line \(holder)" : "item \(-holder)"
        return (text, BatchError(.data, code: "DUPLICATE_KEY", "the key '\(text)' is that of \(place), too"))
    }

    /// The key as result files show it; blank where there is none.
    func displayed(_ key: BatchKey) -> String {
        switch key {
        case .none, .null: ""
        case .int(let number): String(number)
        case .text(let text): trimmed(text).isEmpty ? "" : normalizedKey(text)
        }
    }

    private mutating func ofContent(_ row: OriginalRow) -> String {
        let digest = row.json.withUnsafeBytes { KeyDigest(bytes: $0) }
        let count = occurrences[digest, default: 0] + 1
        occurrences[digest] = count
        return count == 1 ? digest.description : "\(digest)#\(count)"
    }
}
