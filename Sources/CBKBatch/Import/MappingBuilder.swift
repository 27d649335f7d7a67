// Finds the use of every column: flags first, then headers by name and synonym, then what is left. Takes the header and
// the flags; gives the uses and all that is wrong with them.

/// Finds the uses and collects what is wrong.
struct MappingBuilder {
    let header: [String]
    let options: MappingOptions
    private(set) var problems: [String] = []
    private(set) var expressions: [ColumnMapping.Expression] = []
    private var uses: [Int: ColumnMapping.Use] = [:]
    private var owners: [ImportField: Int] = [:]
    /// The columns that `--map` names.
    private var explicit: Set<Int> = []

    /// What cbk writes into failed.csv; it never becomes a user's data.
    private static let ownColumns: Set = ["error_code", "error", "line", "cbk_run", "cbk_key"]

    init(header: [String], options: MappingOptions) {
        self.header = header
        self.options = options
    }

    mutating func columns() -> [ColumnMapping.Column] {
        readIgnored()
        readSets()
        readMaps()
        mapTheRest()
        checkFields()
        return header.enumerated().map { index, title in
            ColumnMapping.Column(index: index, title: title, use: uses[index] ?? .ignored("maps nowhere"))
        }
    }

    // MARK: - Flags

    private mutating func readIgnored() {
        for name in options.ignore {
            if let index = column(named: name, flag: "--ignore") { uses[index] = .ignored("--ignore") }
        }
    }

    private mutating func readSets() {
        for text in options.set {
            guard let (field, code) = assignment(text, flag: "--set", right: "EXPR") else { continue }
            if field == .firstName || field == .lastName {
                problems.append("--set \(field): set name instead, which both parts make")
            } else if expressions.contains(where: { $0.field == field }) {
                problems.append("--set \(field) is given twice")
            } else {
                expressions.append(ColumnMapping.Expression(field: field, code: code))
            }
        }
    }

    private mutating func readMaps() {
        for text in options.map {
            guard let (field, name) = assignment(text, flag: "--map", right: "COLUMN") else { continue }
            guard let index = column(named: name, flag: "--map \(field)") else { continue }
            if field == .limits {
                problems.append("--map limits: a column holds one limit, such as limits.messages")
            } else if Self.ownColumns.contains(header[index]) {
                problems.append("--map \(field)='\(header[index])': that column is cbk's own and is never imported")
            } else if let other = owners[field] {
                problems.append("--map \(field) is given twice, for '\(header[other])' and '\(header[index])'")
            } else if expressions.contains(where: { $0.field == field }) {
                problems.append("'\(field)' is both in --map and in --set; one is enough")
            } else if case .field(let other) = uses[index] {
                problems.append(
                    "--map gives column '\(header[index])' to both \(other) and \(field); say --set \(field)=EXPR for one")
            } else {
                owners[field] = index
                explicit.insert(index)
                uses[index] = .field(field)
            }
        }
    }

    private mutating func assignment(_ text: String, flag: String, right: String) -> (ImportField, String)? {
        guard let equals = text.firstIndex(of: "=") else {
            problems.append("\(flag) takes FIELD=\(right), not '\(text)'")
            return nil
        }
        let name = trimmed(text[..<equals])
        let value = String(text[text.index(after: equals)...])
        guard let field = ImportField.named(name) else {
            let hint = nearest(to: name, among: ImportField.names).map { "; did you mean '\($0)'?" }
            problems.append(
                "\(flag): no field '\(name)'\(hint ?? "; the fields are \(ImportField.names.joined(separator: ", ")) and meta.KEY")"
            )
            return nil
        }
        guard !trimmed(value).isEmpty else {
            problems.append("\(flag) \(field)= says nothing behind the equals sign")
            return nil
        }
        return (field, value)
    }

    /// A column by its exact name, else by the only one that differs in case and blanks.
    private mutating func column(named name: String, flag: String) -> Int? {
        if let index = header.firstIndex(of: name) { return index }
        let wanted = trimmed(name).lowercased()
        let found = header.indices.filter { trimmed(header[$0]).lowercased() == wanted }
        if found.count == 1 { return found[0] }
        if found.count > 1 {
            problems.append("\(flag): '\(name)' could be \(found.map { "'\(header[$0])'" }.joined(separator: " or "))")
        } else {
            let hint = nearest(to: name, among: header).map { "; did you mean '\($0)'?" }
            problems.append(
                "\(flag): no column '\(name)'\(hint ?? "; the columns are \(header.map { "'\($0)'" }.joined(separator: ", "))")")
        }
        return nil
    }

    // MARK: - Columns

    private mutating func mapTheRest() {
        var lost: [String] = []
        for (index, title) in header.enumerated() where uses[index] == nil {
            let name = trimmed(title)
            if Self.ownColumns.contains(name.lowercased()) {
                uses[index] = .ignored("written by cbk")
            } else if ["id", "createdat", "updatedat"].contains(ImportField.plain(name)) {
                uses[index] = .ignored("set by the server")
            } else if let field = ImportField.matching(header: title) {
                mapAutomatically(index, to: field, lost: &lost)
            } else if options.metaRest {
                uses[index] = .rest(key: name)
            } else {
                lost.append(describe(lost: title))
            }
        }
        guard !lost.isEmpty else { return }
        problems.append(
            "\(lost.count == 1 ? "a column maps" : "\(lost.count) columns map") nowhere: \(lost.joined(separator: ", ")); say --map FIELD=COLUMN, "
                + "--meta-rest to keep what is left in meta, or --ignore COLUMN")
    }

    private mutating func mapAutomatically(_ index: Int, to field: ImportField, lost: inout [String]) {
        let isSet = expressions.contains { $0.field == field || ($0.field == .name && field.isPartOfName) }
        if isSet {
            uses[index] = .ignored("--set \(field.isPartOfName ? .name : field)")
            return
        }
        let isNamePart = field.isPartOfName
        guard let owner = owners[field] ?? (isNamePart ? explicitName : nil) else {
            owners[field] = index
            uses[index] = .field(field)
            return
        }
        if isExplicit(owner) {
            if options.metaRest {
                uses[index] = .rest(key: trimmed(header[index]))
            } else {
                lost.append("'\(header[index])' (--map gives \(isNamePart ? .name : field) to '\(header[owner])')")
            }
        } else {
            problems.append(
                "columns '\(header[owner])' and '\(header[index])' are both for \(field); choose with --map \(field)=COLUMN and --ignore COLUMN"
            )
        }
    }

    private var explicitName: Int? {
        owners[.name].flatMap { isExplicit($0) ? $0 : nil }
    }

    private func isExplicit(_ index: Int) -> Bool { explicit.contains(index) }

    private func describe(lost title: String) -> String {
        let fields = ImportField.commonHeaders + ImportField.limitPaths.map { ImportField.limit($0).description }
        guard let near = nearest(to: trimmed(title), among: fields), let field = ImportField.matching(header: near) else {
            return "'\(title)'"
        }
        return "'\(title)' (did you mean '\(near)'? --map \(field)='\(title)')"
    }

    // MARK: - Fields together

    private mutating func checkFields() {
        let parts = [ImportField.firstName, .lastName].compactMap { owners[$0] }
        if let name = owners[.name], let part = parts.first {
            problems.append(
                "columns '\(header[name])' and '\(header[part])' are both for name; leave one out with --ignore COLUMN")
        }
        var paths: [[String]] = []
        for column in header.indices {
            switch uses[column] {
            case .field(.metaKey(let path)): paths.append(path)
            case .rest(let key): paths.append([key])
            case .field, .ignored, nil: break
            }
        }
        for expression in expressions {
            if case .metaKey(let path) = expression.field { paths.append(path) }
        }
        checkMeta(paths)
        if !uses.values.contains(where: \.isImported), expressions.isEmpty, problems.isEmpty {
            problems.append(
                "no column maps to a field of a user; say --map FIELD=COLUMN, such as --map email='\(header.first ?? "")'")
        }
    }

    private mutating func checkMeta(_ paths: [[String]]) {
        for path in paths {
            if path[0].hasPrefix("_") {
                problems.append("meta.\(path.joined(separator: ".")): a key of meta must not start with _")
            }
        }
        for (index, path) in paths.enumerated() {
            for other in paths[(index + 1)...] where path.starts(with: other) || other.starts(with: path) {
                let (a, b) = (path.joined(separator: "."), other.joined(separator: "."))
                problems.append(
                    a == b
                        ? "two columns are both for meta.\(a)"
                        : "meta.\(a) and meta.\(b) cannot stand together: one is inside the other")
            }
        }
    }
}
