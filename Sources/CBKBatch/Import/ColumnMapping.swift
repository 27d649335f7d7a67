// Which column of a file fills which field of a user. Takes the header and the flags; gives a use for every column;
// refuses columns that map nowhere, two columns for one field, and flags that name what is not there, all at once.

package struct MappingOptions: Sendable {
    /// `--map FIELD=COLUMN`, as given.
    package var map: [String]
    /// `--set FIELD=EXPR`, as given.
    package var set: [String]
    /// Puts columns that map nowhere into meta, under their names.
    package var metaRest: Bool
    /// `--ignore COLUMN`.
    package var ignore: [String]
    /// The text of a cell that clears its field.
    package var clearToken: String?

    package init(
        map: [String] = [], set: [String] = [], metaRest: Bool = false, ignore: [String] = [], clearToken: String? = nil
    ) {
        self.map = map
        self.set = set
        self.metaRest = metaRest
        self.ignore = ignore
        self.clearToken = clearToken
    }
}

package struct ColumnMapping: Sendable {
    package enum Use: Sendable, Equatable {
        case field(ImportField)
        /// By `--meta-rest`, under this key.
        case rest(key: String)
        /// With the reason, for the table.
        case ignored(String)
    }

    package struct Column: Sendable, Equatable {
        package var index: Int
        /// The header as written.
        package var title: String
        package var use: Use
    }

    package struct Expression: Sendable, Equatable {
        package var field: ImportField
        /// Text in the language, over `row`.
        package var code: String
    }

    package internal(set) var columns: [Column]
    package internal(set) var expressions: [Expression]
    package let clearToken: String?

    /// - Throws: `ImportError` with everything that is wrong.
    package init(header: [String], options: MappingOptions = MappingOptions()) throws(ImportError) {
        var builder = MappingBuilder(header: header, options: options)
        columns = builder.columns()
        expressions = builder.expressions
        clearToken = options.clearToken
        guard builder.problems.isEmpty else { throw ImportError(builder.problems) }
    }

    /// The column that fills a field.
    package func column(for field: ImportField) -> Column? {
        columns.first { $0.use == .field(field) }
    }

    package func expression(for field: ImportField) -> Expression? {
        expressions.first { $0.field == field }
    }

    /// The columns and their fields, one a line, for a person to check.
    package var table: String {
        let rows = columns.map { (visible($0.title), description(of: $0.use)) }
        let sets = expressions.map { ("--set", "\($0.field) = \(visible($0.code))") }
        let width = min(40, (rows + sets).map { displayWidth($0.0) }.max() ?? 0)
        return (rows + sets).map { title, use in
            title + String(repeating: " ", count: max(0, width - displayWidth(title))) + "  → " + use + "\n"
        }.joined()
    }

    private func description(of use: Use) -> String {
        switch use {
        case .field(.firstName): "name, first part"
        case .field(.lastName): "name, second part"
        case .field(.meta): "meta, as JSON"
        case .field(let field): visible(field.description)
        case .rest(let key): "meta.\(visible(key))"
        case .ignored(let reason): "not imported: \(reason)"
        }
    }
}

extension ImportField {
    var isPartOfName: Bool { self == .firstName || self == .lastName }
}

extension ColumnMapping.Use {
    var isImported: Bool {
        switch self {
        case .field, .rest: true
        case .ignored: false
        }
    }
}
