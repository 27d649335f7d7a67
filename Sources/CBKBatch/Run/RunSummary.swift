// What a run says when it ends, on standard error: counts, causes, files, what to do next; and its exit code.

/// Whom a run reached, as its report says it.
package enum TargetNote: Sendable, Equatable {
    /// The sandbox, because nothing else was set.
    case impliedSandbox
    case sandbox
    /// A live account, by its name and URL.
    case live(String)
}

package struct RunSummary: Sendable {
    package var batches: [BatchResult]
    /// secrets.csv, if tokens were minted, and how many.
    package var secretsPath: String?
    package var tokens: Int
    package var target: TargetNote
    /// What the gate counted, for the note of the brake.
    package var counts: GateCounts

    package init(
        batches: [BatchResult], secretsPath: String? = nil, tokens: Int = 0, target: TargetNote = .sandbox,
        counts: GateCounts = GateCounts()
    ) {
        self.batches = batches
        self.secretsPath = secretsPath
        self.tokens = tokens
        self.target = target
        self.counts = counts
    }

    package var exitCode: ExitCode {
        batches.reduce(.success) { $0.combined(with: $1.exitCode) }
    }

    /// Lines ending in newlines; blank if there is nothing to say.
    package var text: String {
        var lines: [String] = []
        for batch in batches { lines += describe(batch) }
        for path in batches.flatMap(\.files) { lines.append("  \(visible(path))") }
        if let secretsPath, tokens > 0 {
            lines.append("  \(visible(secretsPath))  (\(counted(tokens, "token")), whole: keep it safe)")
        }
        switch target {
        case .impliedSandbox, .sandbox:
            if counts.reachesBrake {
                lines.append("on a live account this run would have been asked to confirm: \(changes)")
            }
            if target == .impliedSandbox, counts.writes > 0 {
                lines.append("sandbox: nothing reached a real account")
            } else if !lines.isEmpty {
                lines.append("target: sandbox")
            }
        case .live(let title):
            if !lines.isEmpty || counts.requests > 0 { lines.append("target: \(visible(title))") }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private var changes: String {
        "\(counted(counts.deletes, "delete")), \(counted(counts.updates, "update"))"
    }

    private func describe(_ batch: BatchResult) -> [String] {
        let name = batches.count > 1 ? "batch \(batch.number): " : ""
        var parts = ["\(grouped(batch.done)) done"]
        for (count, word) in [
            (batch.failed, "failed"), (batch.skipped, "skipped"), (batch.unknown, "unknown"), (batch.pending, "pending"),
        ] where count > 0 {
            parts.append("\(grouped(count)) \(word)")
        }
        if batch.past > 0 { parts[0] += " (\(grouped(batch.past)) before)" }
        let ended = batch.total - batch.pending - batch.past
        let rate = batch.seconds > 0.05 ? ", \(grouped(Int((Double(ended) / batch.seconds).rounded()))) a second" : ""
        var lines = [
            "\(name)\(counted(batch.total, "item")): \(parts.joined(separator: ", ")) in \(seconds(batch.seconds))\(rate)"
        ]
        if let stop = batch.stop, stop.kind != .ended { lines.append("stopped: \(visible(maskingTokens(in: stop.message)))") }
        for cause in batch.causes.prefix(Self.causesShown) + batch.skips.prefix(Self.causesShown) {
            lines.append(describe(cause))
        }
        let more = max(0, batch.causes.count - Self.causesShown) + max(0, batch.skips.count - Self.causesShown)
        if more > 0 { lines.append("  and \(counted(more, "other cause"))") }
        return lines
    }

    private static let causesShown = 10

    private func describe(_ cause: Cause) -> String {
        let message = visible(maskingTokens(in: cause.message))
        let place = cause.firstLine.map { cause.count == 1 ? "  (line \($0))" : "  (first: line \($0))" } ?? ""
        return "  \(grouped(cause.count)) × \(visible(cause.code))\(message.isEmpty ? "" : ": ")\(message)\(place)"
    }

    private func seconds(_ seconds: Double) -> String {
        if seconds >= 120 { return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s" }
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }
}

private func counted(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
}

/// `1,234,567`.
private func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
        if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
        text.append(digit)
    }
    return String(text.reversed())
}
