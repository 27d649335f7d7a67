// Rows of records turned into columns of cells, as the table needs them: names in order of appearance, each cell its
// text on one line, each column what it knows about its width.

import CBKRuntime

struct Grid {
    struct Cell {
        var text: String
        var ink: Palette.Ink?
        /// The record has no such field, which is not null.
        var isMissing = false
        var isNull = false
        var isNumber = false
    }

    struct Column {
        var name: String
        var cells: [Cell]
        /// Of the widest cell or the name.
        var width = 0
        /// Every value is a number; there is at least one.
        var isNumeric = false
        /// No cell has a value.
        var isEmpty = true

        /// An id cut short is worth nothing: it is narrowed last.
        var isIdentifier: Bool { name == "id" || name.hasSuffix("Id") || name.hasSuffix("_id") }

        /// How far it may be narrowed.
        var least: Int { min(width, max(TableRenderer.narrowest, min(DisplayWidth.of(name), 12))) }
    }

    private(set) var columns: [Column] = []

    init(_ rows: some Collection<Snapshot>) {
        var places: [String: Int] = [:]
        for (row, value) in rows.enumerated() {
            for field in Grid.fields(of: value) {
                let place = places[field.name] ?? columns.count
                if place == columns.count {
                    places[field.name] = place
                    columns.append(Column(name: field.name, cells: Array(repeating: Grid.missing, count: row)))
                }
                // A repeated field cannot be, but must not shift the column.
                if columns[place].cells.count == row { columns[place].cells.append(Grid.cell(field.value)) }
            }
            for place in columns.indices where columns[place].cells.count == row {
                columns[place].cells.append(Grid.missing)
            }
        }
        for place in columns.indices { measure(&columns[place]) }
    }

    private func measure(_ column: inout Column) {
        column.width = DisplayWidth.of(VisibleText.line(column.name))
        var hasOther = false
        for cell in column.cells where !cell.isMissing {
            column.width = min(TableRenderer.widest, max(column.width, DisplayWidth.of(cell.text)))
            if cell.isNull { continue }
            column.isEmpty = false
            hasOther = hasOther || !cell.isNumber
        }
        column.isNumeric = !column.isEmpty && !hasOther
    }

    private static let missing = Cell(text: "", ink: nil, isMissing: true)

    private static func fields(of value: Snapshot) -> [Snapshot.Field] {
        guard case .record(let fields) = value else { return [Snapshot.Field("value", value)] }
        return fields
    }

    private static func cell(_ value: Snapshot) -> Cell {
        switch value {
        case .null: return Cell(text: "null", ink: .dim, isNull: true)
        case .int, .float, .duration: return Cell(text: ValueText.compact(value), ink: nil, isNumber: true)
        case .string(let string):
            // A cell shows text, not a literal: quotes would only cost columns.
            return Cell(text: VisibleText.line(String(string.prefix(TableRenderer.widest + 1))), ink: nil)
        case .secret: return Cell(text: ValueText.compact(value), ink: .magenta)
        case .bool, .datetime: return Cell(text: ValueText.compact(value), ink: nil)
        case .list, .record, .opaque:
            return Cell(text: ValueText.compact(value, columns: TableRenderer.widest), ink: nil)
        }
    }
}
