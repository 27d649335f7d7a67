// A list of records as a table that fits the terminal: the union of the columns, numbers to the right, `…` where a cell
// is cut, null visible. What does not fit at all is shown record by record.

import CBKRuntime

package struct TableRenderer: Sendable {
    /// Columns of the terminal.
    package var width: Int
    package var palette: Palette
    /// Rows shown in a table.
    package var rowLimit = 40
    /// Records shown one by one.
    package var recordLimit = 10
    /// Set to show records one by one in any case.
    package var isVertical = false

    static let gap = 2
    /// No column is cut below this, or below its own width.
    static let narrowest = 8
    /// Nobody reads further in a cell.
    static let widest = 200

    package init(width: Int, palette: Palette) {
        self.width = width
        self.palette = palette
    }

    /// Whether the values are what a table can show: records, at least one, at least one field.
    package static func suits(_ values: [Snapshot]) -> Bool {
        var hasField = false
        for value in values {
            guard case .record(let fields) = value else { return false }
            hasField = hasField || !fields.isEmpty
        }
        return hasField
    }

    /// All rows, for output that is kept. A file has no width: there only a very long cell is cut.
    ///
    /// - Parameter width: the terminal's; nil for a file.
    package static func whole(_ rows: [Snapshot], width: Int?, palette: Palette) -> String {
        guard !rows.isEmpty else { return "no rows\n" }
        var table = TableRenderer(width: width ?? 10_000, palette: palette)
        table.rowLimit = rows.count
        table.recordLimit = rows.count
        return table.render(rows)
    }

    /// - Parameters:
    ///   - rows: records; other values make a column named `value`.
    ///   - total: how many there are, when `rows` are but the first of them.
    package func render(_ rows: [Snapshot], total: Int? = nil) -> String {
        let total = max(total ?? rows.count, rows.count)
        let table = Grid(rows.prefix(isVertical ? recordLimit : rowLimit))
        guard !table.columns.isEmpty else { return "" }
        let whole = isVertical ? nil : fitted(table)
        guard let layout = whole else {
            return vertical(Grid(rows.prefix(recordLimit))) + rest(total - min(rows.count, recordLimit))
        }
        return draw(layout) + rest(total - min(rows.count, rowLimit))
    }

    private func rest(_ count: Int) -> String {
        count > 0 ? palette.paint("… \(count) more", .dim) + "\n" : ""
    }

    // MARK: Fitting

    struct Layout {
        var columns: [Grid.Column]
        var widths: [Int]
        /// Columns left out since no row shown has a value in them.
        var empty: [String]
    }

    /// Leaves out columns without any value if that helps, then narrows the widest, ids last; nil if nothing helps.
    private func fitted(_ grid: Grid) -> Layout? {
        if let widths = narrowed(grid.columns, keepingIDs: true, onlyIfWhole: true) {
            return Layout(columns: grid.columns, widths: widths, empty: [])
        }
        let columns = grid.columns.filter { !$0.isEmpty }
        let empty = grid.columns.filter(\.isEmpty).map(\.name)
        guard !columns.isEmpty else { return nil }
        for keepingIDs in [true, false] {
            guard let widths = narrowed(columns, keepingIDs: keepingIDs, onlyIfWhole: false) else { continue }
            return Layout(columns: columns, widths: widths, empty: empty)
        }
        return nil
    }

    private func narrowed(_ columns: [Grid.Column], keepingIDs: Bool, onlyIfWhole: Bool) -> [Int]? {
        let room = width - TableRenderer.gap * (columns.count - 1)
        let natural = columns.map(\.width)
        if natural.reduce(0, +) <= room { return natural }
        if onlyIfWhole { return nil }
        func widths(cap: Int) -> [Int] {
            zip(columns, natural).map { column, width in
                column.isNumeric || (keepingIDs && column.isIdentifier) ? width : min(width, max(cap, column.least))
            }
        }
        guard widths(cap: TableRenderer.narrowest).reduce(0, +) <= room else { return nil }
        var cap = TableRenderer.narrowest
        while widths(cap: cap + 1).reduce(0, +) <= room { cap += 1 }
        var result = widths(cap: cap)
        // What the common cap leaves over goes to the cut columns, from the left.
        var left = room - result.reduce(0, +)
        for place in result.indices where left > 0 && result[place] < natural[place] {
            result[place] += 1
            left -= 1
        }
        return result
    }

    // MARK: Drawing

    private func draw(_ layout: Layout) -> String {
        let gap = String(repeating: " ", count: TableRenderer.gap)
        func line(_ cells: [String]) -> String {
            var text = cells.joined(separator: gap)
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }
        let numbered = Array(zip(layout.columns, layout.widths))
        var result = line(
            numbered.enumerated().map { place, pair in
                let isLast = place == numbered.count - 1
                return cell(VisibleText.line(pair.0.name), .bold, pair.1, right: pair.0.isNumeric, isLast: isLast)
            })
        result += line(numbered.map { palette.paint(String(repeating: "─", count: $0.1), .dim) })
        for row in 0..<(layout.columns.first?.cells.count ?? 0) {
            result += line(
                numbered.enumerated().map { place, pair in
                    let (column, width) = pair
                    let content = column.cells[row]
                    return cell(
                        content.text, content.ink, width, right: column.isNumeric, isLast: place == numbered.count - 1)
                })
        }
        if !layout.empty.isEmpty {
            result += palette.paint("all null: \(layout.empty.map(VisibleText.line).joined(separator: ", "))", .dim) + "\n"
        }
        return result
    }

    private func cell(_ text: String, _ ink: Palette.Ink?, _ width: Int, right: Bool, isLast: Bool) -> String {
        let fitted = DisplayWidth.fitted(text, to: width)
        let padding = String(repeating: " ", count: max(0, width - DisplayWidth.of(fitted)))
        let painted = ink.map { palette.paint(fitted, $0) } ?? fitted
        return right ? padding + painted : isLast ? painted : painted + padding
    }

    private func vertical(_ grid: Grid) -> String {
        let names = grid.columns.map { VisibleText.line($0.name) }
        let nameWidth = min(names.map(DisplayWidth.of).max() ?? 0, max(8, width / 3))
        var result = ""
        for row in 0..<(grid.columns.first?.cells.count ?? 0) {
            let title = "── \(row + 1) "
            let line = title + String(repeating: "─", count: max(2, min(width, 60) - title.count))
            result += palette.paint(line, .dim) + "\n"
            for (name, column) in zip(names, grid.columns) where !column.cells[row].isMissing {
                let content = column.cells[row]
                let text = DisplayWidth.fitted(content.text, to: max(10, width - nameWidth - TableRenderer.gap))
                result += cell(name, .bold, nameWidth, right: false, isLast: false)
                result += "  " + (content.ink.map { palette.paint(text, $0) } ?? text) + "\n"
            }
        }
        return result
    }
}

extension TableRenderer {
    /// One record, a field a line.
    package static func record(_ value: Snapshot, width: Int, palette: Palette) -> String {
        var table = TableRenderer(width: width, palette: palette)
        table.isVertical = true
        let text = table.render([value])
        // The line that numbers the record says nothing of a single one.
        return text.firstIndex(of: "\n").map { String(text[text.index(after: $0)...]) } ?? text
    }
}
