// Writes the script of an import in create mode: ordinary language that a person can read, keep and change. Takes the
// mapping and the flags; gives its text. What a blank cell would fill is left out, nested records included.

package struct ImportScript: Sendable {
    package struct Options: Sendable {
        package var file: String
        package var parallel: Int
        /// Mints a token of this name for every user.
        package var tokenName: String?
        package var skipRows: Int
        package var maxRows: Int?
        /// Keeps formula guards.
        package var keepsQuotes: Bool
        /// As `csv.read` takes it; nil: sniffed.
        package var delimiter: String?
        /// As `csv.read` takes it; nil: found out.
        package var encoding: CSVEncoding?

        package init(
            file: String, parallel: Int = 64, tokenName: String? = nil, skipRows: Int = 0, maxRows: Int? = nil,
            keepsQuotes: Bool = false, delimiter: String? = nil, encoding: CSVEncoding? = nil
        ) {
            self.file = file
            self.parallel = parallel
            self.tokenName = tokenName
            self.skipRows = skipRows
            self.maxRows = maxRows
            self.keepsQuotes = keepsQuotes
            self.delimiter = delimiter
            self.encoding = encoding
        }
    }

    private let mapping: ColumnMapping
    private let options: Options
    private var lets: [String] = []
    private var letNames: Set<String> = ["row", "user", "token", "file", "cell", "users", "csv", "json"]

    /// The script's text, ending in a newline.
    package static func text(mapping: ColumnMapping, options: Options) -> String {
        var script = ImportScript(mapping: mapping, options: options)
        return script.write()
    }

    private init(mapping: ColumnMapping, options: Options) {
        self.mapping = mapping
        self.options = options
    }

    private mutating func write() -> String {
        var text =
            "# Creates a user for each row of a CSV file.\n\n# The file to read.\nparam file: path = \(quoted(options.file))\n\n"
        if let token = mapping.clearToken {
            text += "# A cell that says so clears its field; a new user has nothing to clear, so the field is left out.\n"
            text += "fn cell(text) { if text.trim() == \(quoted(token)) { \"\" } else { text } }\n\n"
        }
        let arguments = requestArguments()
        text += "batch row in \(source)\(key) parallel \(options.parallel) {\n"
        for line in lets { text += "  \(line)\n" }
        text += "  let user = users.create(\(wrapped(arguments)))\n"
        if let name = options.tokenName {
            text += "  let token = users.token.create(user.id, name: \(quoted(name)))\n"
        }
        text += "  emit { \(emitted.joined(separator: ", ")) }\n}\n"
        return text
    }

    // MARK: - The header

    private var source: String {
        var arguments = ["file"]
        if !options.keepsQuotes { arguments.append("unguard: true") }
        if let delimiter = options.delimiter { arguments.append("delimiter: \(quoted(delimiter))") }
        if let encoding = options.encoding { arguments.append("encoding: \(quoted(encoding.rawValue))") }
        if options.skipRows > 0 { arguments.append("skip: \(options.skipRows)") }
        if let most = options.maxRows { arguments.append("take: \(most)") }
        return "csv.read(\(arguments.joined(separator: ", ")))"
    }

    private var key: String {
        guard let column = mapping.column(for: .email) ?? mapping.column(for: .alias) else { return "" }
        return " by \(access(column))"
    }

    private var emitted: [String] {
        var fields = ["id: user.id"]
        for field in [ImportField.email, .alias, .name] {
            guard let column = mapping.column(for: field) else { continue }
            fields.append("\(field): \(access(column))")
        }
        if options.tokenName != nil { fields.append("token_id: token.id") }
        return fields
    }

    // MARK: - The request

    private mutating func requestArguments() -> [String] {
        var arguments: [String] = []
        func add(_ name: String, _ value: String?) {
            if let value { arguments.append("\(name): \(value)") }
        }
        add("name", expression(.name) ?? nameFromColumns)
        add("email", expression(.email) ?? mapping.column(for: .email).map { "\(access($0)).trim().lower().or(omit)" })
        add("alias", expression(.alias) ?? mapping.column(for: .alias).map { "\(access($0)).trim().or(omit)" })
        add("description", expression(.about) ?? mapping.column(for: .about).map { "\(access($0)).or(omit)" })
        add("image", expression(.image) ?? mapping.column(for: .image).map { "\(access($0)).trim().or(omit)" })
        add("meta", metaArgument())
        add("limits", limitsArgument())
        return arguments
    }

    private func expression(_ field: ImportField) -> String? { mapping.expression(for: field)?.code }

    private var nameFromColumns: String? {
        if let column = mapping.column(for: .name) { return "\(access(column)).trim().or(omit)" }
        let parts = [ImportField.firstName, .lastName].compactMap { mapping.column(for: $0) }
        guard parts.count == 2 else { return parts.first.map { "\(access($0)).trim().or(omit)" } }
        return "(\(access(parts[0])).trim() + \" \" + \(access(parts[1])).trim()).trim().or(omit)"
    }

    private mutating func metaArgument() -> String? {
        var tree = RecordTree()
        for column in mapping.columns {
            switch column.use {
            case .field(.metaKey(let path)): tree.set(path[...], "\(access(column)).or(omit)")
            case .rest(let key): tree.set([key], "\(access(column)).or(omit)")
            case .field, .ignored: continue
            }
        }
        for expression in mapping.expressions {
            if case .metaKey(let path) = expression.field { tree.set(path[...], expression.code) }
        }
        let cell = mapping.column(for: .meta).map { "\(access($0)).trim()" }
        if tree.isEmpty {
            return expression(.meta) ?? cell.map { "match \($0) { \"\" => omit, text => json.parse(text) }" }
        }
        let whole = expression(.meta) ?? cell.map { "match \($0) { \"\" => {}, text => json.parse(text) }" }
        return argument(tree, name: "meta", spreading: whole)
    }

    private mutating func limitsArgument() -> String? {
        var tree = RecordTree()
        for column in mapping.columns {
            guard case .field(.limit(let path)) = column.use else { continue }
            tree.set(path[...], "match \(access(column)).trim() { \"\" => omit, text => int(text) }")
        }
        for expression in mapping.expressions {
            if case .limit(let path) = expression.field { tree.set(path[...], expression.code) }
        }
        if tree.isEmpty { return expression(.limits) }
        return argument(tree, name: "limits", spreading: expression(.limits))
    }

    /// Declares the record and what is nested in it, innermost first, and gives an argument that leaves an empty one out.
    private mutating func argument(_ tree: RecordTree, name: String, spreading whole: String?) -> String {
        var fields: [String] = []
        if let whole {
            let variable = freshName("whole_\(name)")
            lets.append("let \(variable) = \(whole)")
            fields.append("...\(variable)")
        }
        for (key, node) in tree.children {
            switch node {
            case .leaf(let code): fields.append("\(recordKey(key)): \(code)")
            case .record(let inner):
                fields.append("\(recordKey(key)): \(argument(inner, name: "\(name)_\(key)", spreading: nil))")
            }
        }
        let variable = freshName(name)
        lets.append("let \(variable) = { \(fields.joined(separator: ", ")) }")
        return "match len(\(variable)) { 0 => omit, _ => \(variable) }"
    }

    private mutating func freshName(_ wish: String) -> String {
        let base = String(String.UnicodeScalarView(wish.unicodeScalars.map { isWordScalar($0) ? $0 : "_" }))
        var name = base
        var number = 2
        while !letNames.insert(name).inserted {
            name = "\(base)_\(number)"
            number += 1
        }
        return name
    }

    // MARK: - Text

    private func access(_ column: ColumnMapping.Column) -> String {
        let cell = isWord(column.title) ? "row.\(column.title)" : "row[\(quoted(column.title))]"
        return mapping.clearToken == nil ? cell : "cell(\(cell))"
    }

    private func recordKey(_ key: String) -> String { isWord(key) ? key : quoted(key) }

    private func wrapped(_ arguments: [String]) -> String {
        let line = arguments.joined(separator: ", ")
        guard line.count > 80 else { return line }
        return "\n" + arguments.map { "    \($0),\n" }.joined() + "  "
    }
}

/// A record to be written: keys in order, each with code or another record.
private struct RecordTree {
    enum Node {
        case leaf(String)
        indirect case record(RecordTree)
    }

    private(set) var children: [(key: String, node: Node)] = []

    var isEmpty: Bool { children.isEmpty }

    mutating func set(_ path: ArraySlice<String>, _ code: String) {
        guard let key = path.first else { return }
        let rest = path.dropFirst()
        let place = children.firstIndex { $0.key == key }
        guard !rest.isEmpty else {
            children.append((key, .leaf(code)))
            return
        }
        var inner = RecordTree()
        if let place, case .record(let tree) = children[place].node { inner = tree }
        inner.set(rest, code)
        if let place { children[place].node = .record(inner) } else { children.append((key, .record(inner))) }
    }
}

private func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
}

private func isWord(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
    return text.unicodeScalars.allSatisfy(isWordScalar)
}

/// A string literal of the language.
private func quoted(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": literal += "\\\""
        case "\\": literal += "\\\\"
        case "$": literal += "\\$"
        case "\n": literal += "\\n"
        case "\r": literal += "\\r"
        case "\t": literal += "\\t"
        default:
            let isOdd = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || visible(String(scalar)) != String(scalar)
            if isOdd {
                literal += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                literal.unicodeScalars.append(scalar)
            }
        }
    }
    return literal + "\""
}
