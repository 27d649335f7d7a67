// The last value of `-e` and `-` on standard output: a table on a terminal, one item a line for a pipe, or as --output
// says.

import CBKBatch
import CBKLibrary
import CBKRuntime
import CBKTerminal
import JSONBytes

struct ValuePrinter {
    let console: Console
    let format: String

    /// Ends in a newline; blank for null. Nothing in it moves a terminal's cursor or turns a line around.
    func text(_ value: Snapshot) -> String {
        if value == .null { return "" }
        let text = formatted(value)
        // A table is colored, and has seen to it.
        return console.outIsTerminal && format != "table" ? VisibleText.lines(text) : text
    }

    private func formatted(_ value: Snapshot) -> String {
        let rows = if case .list(let items) = value { items } else { [value] }
        switch format {
        case "json": return json(value, pretty: true)
        case "yaml": return YAMLText.text(value.maskedJSON)
        case "jsonl": return rows.map { json($0, pretty: false) }.joined()
        case "csv" where rows.allSatisfy({ if case .record = $0 { true } else { false } }): return csv(rows)
        case "table":
            if case .list(let items) = value, TableRenderer.suits(items) {
                return ended(TableRenderer(width: console.width, palette: console.outPalette).render(items))
            }
            if case .string(let text) = value { return ended(VisibleText.lines(text)) }
            return ended(ValueText(width: console.width, palette: console.outPalette).block(value))
        default: return rows.map { ended(plain($0)) }.joined()
        }
    }

    private func ended(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }

    private func plain(_ value: Snapshot) -> String {
        switch value {
        case .string(let text): text
        default: ValueText.compact(value, columns: .max)
        }
    }

    private func json(_ value: Snapshot, pretty: Bool) -> String {
        var writer = JSONWriter(pretty: pretty)
        writer.value(value.maskedJSON)
        return ended(String(decoding: writer.bytes, as: UTF8.self))
    }

    private func csv(_ rows: [Snapshot]) -> String {
        var columns: [String] = []
        for case .record(let fields) in rows {
            for field in fields where !columns.contains(field.name) { columns.append(field.name) }
        }
        var writer = CSVWriter()
        writer.row(columns)
        for case .record(let fields) in rows {
            writer.row(columns.map { column in fields.first { $0.name == column }.map { cell($0.value) } ?? "" })
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func cell(_ value: Snapshot) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .list, .record: json(value, pretty: false).trimmingSuffix("\n")
        default: ValueText.compact(value, columns: .max)
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}
