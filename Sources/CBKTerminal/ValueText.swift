// A value as the language would write it: in one line for cells, over several lines at the prompt. Takes a snapshot;
// secrets stay masked, data's control characters become escapes, and what is huge is cut with a count.

import CBKRuntime
import CBKSyntax

package struct ValueText: Sendable {
    /// Columns of the terminal.
    package var width: Int
    package var palette: Palette
    /// Items shown of one list, fields of one record.
    package var itemLimit = 200
    /// Lines shown in all.
    package var lineLimit = 1_000
    /// Characters shown of one string.
    package var textLimit = 20_000

    /// Nesting shown; the interpreter's own limit is wider, the reader's stack is not.
    private static let depthLimit = 100

    package init(width: Int, palette: Palette) {
        self.width = width
        self.palette = palette
    }

    /// The value with strings quoted, each line ended.
    package func block(_ value: Snapshot) -> String {
        var lines: [String] = []
        write(value, lead: "", indent: 0, trail: "", depth: 0, to: &lines)
        if lines.count > lineLimit {
            let rest = lines.count - lineLimit
            lines = Array(lines.prefix(lineLimit)) + [palette.paint("… \(rest) more \(rest == 1 ? "line" : "lines")", .dim)]
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func write(
        _ value: Snapshot, lead: String, indent: Int, trail: String, depth: Int, to lines: inout [String]
    ) {
        // What is past the limit is only counted.
        let margin = String(repeating: " ", count: indent)
        let room = width - indent - DisplayWidth.of(lead) - trail.count
        var line = InlineWriter(room: max(room, 20), palette: palette, textLimit: textLimit)
        line.write(value, depth: depth)
        if !line.isFull {
            lines.append(margin + lead + line.text + trail)
            return
        }
        switch value {
        case .list(let items) where depth < ValueText.depthLimit:
            lines.append(margin + lead + "[")
            for item in items.prefix(itemLimit) {
                write(item, lead: "", indent: indent + 2, trail: ",", depth: depth + 1, to: &lines)
            }
            appendRest(items.count, indent, to: &lines)
            lines.append(margin + "]" + trail)
        case .record(let fields) where depth < ValueText.depthLimit:
            lines.append(margin + lead + "{")
            for field in fields.prefix(itemLimit) {
                let key = ValueText.key(field.name) + ": "
                write(field.value, lead: key, indent: indent + 2, trail: ",", depth: depth + 1, to: &lines)
            }
            appendRest(fields.count, indent, to: &lines)
            lines.append(margin + "}" + trail)
        case .list, .record:
            lines.append(margin + lead + "…" + trail)
        case .null, .bool, .int, .float, .string, .duration, .datetime, .secret, .opaque:
            // Longer than a line, and not to be broken: the terminal wraps it.
            var whole = InlineWriter(room: .max, palette: palette, textLimit: textLimit)
            whole.write(value, depth: depth)
            lines.append(margin + lead + whole.text + trail)
        }
    }

    private func appendRest(_ count: Int, _ indent: Int, to lines: inout [String]) {
        guard count > itemLimit else { return }
        lines.append(String(repeating: " ", count: indent + 2) + palette.paint("… \(count - itemLimit) more", .dim))
    }

    /// A field's name, quoted where the language needs it.
    package static func key(_ name: String) -> String {
        let isWord = name.utf8.enumerated().allSatisfy { place, byte in
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x5F: true
            case 0x30...0x39: place > 0
            default: false
            }
        }
        return isWord && !name.isEmpty ? name : VisibleText.quoted(name)
    }

    /// The value in one line of at most that many columns, `…` at its end where it was cut.
    package static func compact(_ value: Snapshot, columns: Int = 200) -> String {
        var line = InlineWriter(room: columns, palette: .plain, textLimit: columns)
        line.write(value, depth: 0)
        return DisplayWidth.fitted(line.text, to: columns)
    }

    /// `1h30m`, `250ms`, `-2d`.
    package static func duration(_ milliseconds: Int64) -> String {
        guard milliseconds != 0 else { return "0ms" }
        var rest = milliseconds.magnitude
        var text = milliseconds < 0 ? "-" : ""
        for (unit, length) in [("d", UInt64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
            if rest >= length { text += "\(rest / length)\(unit)" }
            rest %= length
        }
        return text
    }
}

/// Writes a value on one line and gives up when the room is used: a huge value costs no more than a line.
private struct InlineWriter {
    private(set) var text = ""
    /// True when something did not fit; the text is then cut anywhere.
    private(set) var isFull = false
    private var room: Int
    private let palette: Palette
    private let textLimit: Int

    init(room: Int, palette: Palette, textLimit: Int) {
        self.room = room
        self.palette = palette
        self.textLimit = textLimit
    }

    private mutating func put(_ piece: String, _ ink: Palette.Ink? = nil) {
        guard !isFull else { return }
        text += ink.map { palette.paint(piece, $0) } ?? piece
        room -= DisplayWidth.of(piece)
        isFull = room < 0
    }

    mutating func write(_ value: Snapshot, depth: Int) {
        guard !isFull else { return }
        guard depth < 100 else { return put("…", .dim) }
        switch value {
        case .null: put("null", .dim)
        case .bool(let bool): put(bool ? "true" : "false", .yellow)
        case .int(let int): put(String(int), .cyan)
        case .float(let float): put(String(float), .cyan)
        case .string(let string): write(string)
        case .duration(let milliseconds): put(ValueText.duration(milliseconds), .cyan)
        case .datetime(let milliseconds): put(CivilTime(milliseconds: milliseconds).rfc3339, .cyan)
        case .secret(let secret): put(VisibleText.line(secret.masked), .magenta)
        case .opaque(_, let description): put(VisibleText.line(description), .blue)
        case .list(let items): write(items, depth)
        case .record(let fields): write(fields, depth)
        }
    }

    private mutating func write(_ string: String) {
        // Quoting at most doubles what fits, so no more of a long text is looked at.
        let limit = min(textLimit, room == .max ? textLimit : room + 1)
        let start = string.prefix(limit)
        put(VisibleText.quoted(String(start)), .green)
        guard start.endIndex < string.endIndex else { return }
        if limit < textLimit {
            isFull = true
        } else {
            put("… \(string.count - limit) more characters", .dim)
        }
    }

    private mutating func write(_ items: [Snapshot], _ depth: Int) {
        put("[")
        for (place, item) in items.enumerated() where !isFull {
            if place > 0 { put(", ") }
            write(item, depth: depth + 1)
            if isFull { return }
        }
        put("]")
    }

    private mutating func write(_ fields: [Snapshot.Field], _ depth: Int) {
        guard !fields.isEmpty else { return put("{}") }
        put("{ ")
        for (place, field) in fields.enumerated() {
            if place > 0 { put(", ") }
            put(ValueText.key(field.name) + ": ")
            write(field.value, depth: depth + 1)
            if isFull { return }
        }
        put(" }")
    }
}
