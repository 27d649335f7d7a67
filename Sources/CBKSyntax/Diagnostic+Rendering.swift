// A diagnostic as people read it: the message, the place, the source line with the offending span marked, the hint.
// Columns on screen are display columns; the column in the place counts scalars, as `SourceFile.position` gives it.

extension Diagnostic {
    /// The diagnostic as text, without a newline at its end. A span over several lines marks the first to its end.
    ///
    ///     error[E0207]: no field 'emial' in record { name, email, plan }
    ///       --> onboard.cbk:14:54
    ///        |
    ///     14 |   let user = users.create(name: row.name, email: row.emial)
    ///        |                                                      ^^^^^ did you mean 'email'?
    package func rendered(in source: SourceFile, color: Bool) -> String {
        let paint = Paint(isOn: color)
        let severityColor = severity == .error ? "1;31" : "1;33"
        let position = source.position(of: span.start)
        let number = String(position.line)
        let margin = String(repeating: " ", count: number.count)
        let excerpt = Excerpt(of: self, in: source, line: position.line)

        var lines = [
            paint(severityColor, "\(severity.rawValue)[\(code)]") + paint("1", ": \(clipped(visibleText(message)))"),
            paint("1;34", "\(margin)-->") + " \(visibleText(source.name)):\(position.line):\(position.column)",
            paint("1;34", "\(margin) |"),
        ]
        let bar = paint("1;34", "\(number) |")
        lines.append(excerpt.text.isEmpty ? bar : "\(bar) \(excerpt.text)")
        let carets = String(repeating: "^", count: excerpt.width) + (hint.map { " " + clipped(visibleText($0)) } ?? "")
        let indent = String(repeating: " ", count: excerpt.column)
        lines.append(paint("1;34", "\(margin) |") + " \(indent)" + paint(severityColor, carets))
        return lines.joined(separator: "\n")
    }
}

/// A message quotes what was written, which may be a word of a megabyte.
private func clipped(_ text: String) -> String {
    let most = 10_000
    return text.utf8.count > most && text.unicodeScalars.count > most
        ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(most))) + "…" : text
}

/// Several diagnostics, in the order of their places, with an empty line between.
package func rendered(_ diagnostics: [Diagnostic], in source: SourceFile, color: Bool) -> String {
    let ordered = diagnostics.enumerated().sorted {
        ($0.element.span.start, $0.offset) < ($1.element.span.start, $1.offset)
    }
    return ordered.map { $0.element.rendered(in: source, color: color) }.joined(separator: "\n\n")
}

/// The marked line: as shown, and where the marks stand, in columns from 0.
private struct Excerpt {
    /// A longer line is shown around its mark only.
    static let widest = 200
    private static let before = 60

    var text: String
    var column: Int
    var width: Int

    init(of diagnostic: Diagnostic, in source: SourceFile, line number: Int) {
        let whole = source.lineSpan(number)
        let line = Excerpt.window(of: whole, around: diagnostic.span.start, in: source)
        let start = max(line.start, min(diagnostic.span.start, source.bytes.count))
        let end = max(start, min(diagnostic.span.end, line.end))
        let cells = visibleCells(source.text(in: line), column: 0, tabWidth: 4)
        column = displayWidth(source.text(in: Span(start: line.start, end: start)))
        width = max(1, displayWidth(source.text(in: Span(start: line.start, end: end))) - column)

        let total = cells.reduce(0) { $0 + $1.width }
        let isCutBefore = line.start > whole.start
        guard total > Self.widest || isCutBefore else {
            text = cells.reduce(into: "") { $0 += $1.text }
            while text.last == " " { text.removeLast() }
            return
        }
        let first = max(0, column - Self.before)
        var shown = ""
        var at = 0
        var shownFrom: Int?
        var shownTo = 0
        for cell in cells {
            if at >= first, at + cell.width <= first + Self.widest {
                if shownFrom == nil { shownFrom = at }
                shown += cell.text
                shownTo = at + cell.width
            }
            at += cell.width
        }
        let from = shownFrom ?? 0
        let isCut = from > 0 || isCutBefore
        text = (isCut ? "…" : "") + shown + (shownTo < total || line.end < whole.end ? "…" : "")
        width = max(1, min(width, shownTo - column))
        column = column - from + (isCut ? 1 : 0)
    }

    /// The part of a line that may be shown: many mistakes in a line of megabytes are not to cost its length each.
    private static func window(of line: Span, around mark: Int, in source: SourceFile) -> Span {
        func isInside(_ offset: Int) -> Bool { offset > line.start && offset < line.end && source.bytes[offset] & 0xC0 == 0x80 }
        var start = max(line.start, mark - 10 * before)
        while isInside(start) { start += 1 }
        var end = min(line.end, mark + 10 * widest)
        while isInside(end) { end -= 1 }
        return Span(start: min(start, end), end: end)
    }
}

/// Colours, or none.
private struct Paint {
    var isOn: Bool

    func callAsFunction(_ style: String, _ text: String) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
    }
}
