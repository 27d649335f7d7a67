// The words and the bar of a run's progress, as functions of its counts.

import CBKBatch

package enum ProgressText {
    /// One line of at most `width` columns; what does not fit is left out, the bar first.
    package static func bar(_ counts: RunProgress, label: String, width: Int, palette: Palette) -> String {
        var parts: [(text: String, ink: Palette.Ink?)] = []
        parts.append((amount(counts), nil))
        if counts.failed > 0 { parts.append(("\(grouped(counts.failed)) failed", .red)) }
        if counts.unknown > 0 { parts.append(("\(grouped(counts.unknown)) in doubt", .yellow)) }
        if counts.skipped > 0 { parts.append(("\(grouped(counts.skipped)) skipped", .dim)) }
        if counts.rate > 0 { parts.append((speed(counts.rate), nil)) }
        if counts.isStopping {
            parts.append(("stopping", .yellow))
        } else if let left = timeLeft(counts) {
            parts.append(("ETA \(left)", nil))
        }
        let inFlight = counts.requests?.inFlight ?? counts.inFlight
        if inFlight > 0 { parts.append(("\(inFlight) in flight", .dim)) }
        if let text = throttled(counts) { parts.append((text, .yellow)) }

        let label = VisibleText.line(label)
        var used = DisplayWidth.of(label)
        var shown = label
        var isFirst = true
        for part in parts where used + part.text.count + 2 <= width || isFirst {
            used += part.text.count + 2
            isFirst = false
            shown += "  " + (part.ink.map { palette.paint(part.text, $0) } ?? part.text)
        }
        let room = min(30, width - used - 2)
        guard let total = counts.total, total > 0, room >= 10 else {
            return used <= width ? shown : DisplayWidth.fitted(label + "  " + amount(counts), to: width)
        }
        return "\(label)  \(gauge(counts.ended, of: total, width: room, palette))\(shown.dropFirst(label.count))"
    }

    /// `import: 4,512 of 10,000 done, 12 failed, 5,100/s, 1s left`.
    package static func line(_ counts: RunProgress, label: String) -> String {
        var parts = [counts.total.map { "\(grouped(counts.ended)) of \(grouped($0))" } ?? grouped(counts.ended)]
        if counts.failed > 0 { parts.append("\(grouped(counts.failed)) failed") }
        if counts.unknown > 0 { parts.append("\(grouped(counts.unknown)) in doubt") }
        if counts.skipped > 0 { parts.append("\(grouped(counts.skipped)) skipped") }
        if counts.rate > 0 { parts.append(speed(counts.rate)) }
        if let text = throttled(counts) { parts.append(text) }
        if let left = timeLeft(counts) { parts.append("\(left) left") }
        return "\(VisibleText.line(label)): \(parts.joined(separator: ", "))"
    }

    private static func throttled(_ counts: RunProgress) -> String? {
        guard let times = counts.requests?.throttled, times > 0 else { return nil }
        return "throttled \(grouped(times))×"
    }

    private static func amount(_ counts: RunProgress) -> String {
        guard let total = counts.total else { return grouped(counts.ended) }
        let share = total > 0 ? min(100, counts.ended * 100 / total) : 100
        return "\(share)%  \(grouped(counts.ended))/\(grouped(total))"
    }

    private static func gauge(_ count: Int, of total: Int, width: Int, _ palette: Palette) -> String {
        let filled = min(width, Int(Double(width) * Double(count) / Double(total)))
        let rest = String(repeating: "─", count: width - filled)
        return palette.paint(String(repeating: "━", count: filled), .green) + palette.paint(rest, .dim)
    }

    /// `4.2/s`, `850/s`, `12,300/s`.
    package static func speed(_ rate: Double) -> String {
        guard rate.isFinite, rate < 1e15 else { return "?/s" }
        let rate = max(0, rate)
        if rate < 10 { return "\(Double(Int(rate * 10)) / 10)/s" }
        return "\(grouped(Int(rate)))/s"
    }

    private static func timeLeft(_ counts: RunProgress) -> String? {
        guard let seconds = counts.secondsLeft, seconds < 100 * 86_400 else { return nil }
        return span(Int(seconds.rounded(.up)))
    }

    /// `45s`, `3m20s`, `2h05m`, `3d4h`.
    package static func span(_ seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(max(0, seconds))s"
        case ..<3_600: "\(seconds / 60)m\(padded(seconds % 60))s"
        case ..<86_400: "\(seconds / 3_600)h\(padded(seconds / 60 % 60))m"
        default: "\(seconds / 86_400)d\(seconds / 3_600 % 24)h"
        }
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    /// `12,345`.
    package static func grouped(_ number: Int) -> String {
        var digits = Array(String(number.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }
}
