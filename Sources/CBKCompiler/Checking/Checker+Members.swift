// `.name`: members of modules of built-ins, fields of records of known shape, and what other values have. The
// fields of a batch's row that are read by name are noted for the comparison with the header.

import CBKSyntax

extension Checker {
    mutating func checkMember(_ expression: Expression, _ use: Use) -> Inferred {
        guard case .member(let base, let name, let isOptional) = expression.kind else { return .unknown }
        let known = check(base, .base)
        if case .module(let path)? = known.origin { return checkModuleMember(expression.id, path, name, use) }
        if case .imported(let module)? = known.origin { return checkImported(expression.id, module, name) }
        if !isOptional { noteRowField(known, name) }
        return field(name.text, of: known, at: name.span, isOptional: isOptional)
    }

    /// A member of a module of built-ins: a built-in, or a module inside, which only a further member may follow.
    mutating func checkModuleMember(_ node: NodeID, _ path: String, _ name: Name, _ use: Use) -> Inferred {
        let full = path + "." + name.text
        if let number = catalog.function(full), isVisible(number) {
            if use == .base, catalog.isModule(full) { return module(full, node) }
            resolution.references[node] = .builtin(number)
            return Inferred(.type(.function), origin: .builtin(number))
        }
        if catalog.isModule(full) {
            if use == .base { return module(full, node) }
            reportModule(full, at: name.span)
            return .unknown
        }
        reportUnknownMember(path, name)
        return .unknown
    }

    private mutating func reportUnknownMember(_ path: String, _ name: Name) {
        let members = membersOfModule(path)
        var hint = didYouMean(name.text, among: members)
        if hint == nil, members.count <= 12 { hint = "it has \(members.joined(separator: ", "))" }
        report(.unknownMember, "no '\(name.text)' in module \(path)", at: name.span, hint: hint)
    }

    mutating func reportModule(_ path: String, at span: Span) {
        let members = membersOfModule(path)
        let example = members.first.map { "name what you want of it, such as '\(path).\($0)'" }
        report(.moduleAsValue, "'\(path)' is a module, not a value", at: span, hint: example)
    }

    private func membersOfModule(_ path: String) -> [String] {
        catalog.members(ofModule: path).filter { allowInternal || !$0.hasPrefix("__") }
    }

    /// The row of a batch, read in its body: once by each name.
    private mutating func noteRowField(_ known: Inferred, _ name: Name) {
        guard case .variable(let id)? = known.origin, let owner = rowOwners[id] else { return }
        guard rowNames[owner, default: []].insert(name.text).inserted else { return }
        resolution.rowFields[owner, default: []].append((name: name.text, span: name.span))
    }

    // MARK: Fields

    /// What reading a field gives; reports one that cannot be there.
    mutating func field(
        _ name: String, of known: Inferred, at span: Span, isOptional: Bool, isCalled: Bool = false
    ) -> Inferred {
        switch known.shape.withoutNull {
        case .record(let fields):
            if let field = fields.first(where: { $0.name == name }) {
                return known.part(isOptional ? Shape.merged(field.shape, .type(.null)) : field.shape)
            }
            if !isOptional { reportUnknownField(name, fields, isCalled, at: span) }
        case .type(let type):
            guard let names = TypeFields.names(of: type) else { return .unknown }
            if names.contains(name) { return type == .string ? Inferred(.type(.int)) : .unknown }
            if !(isOptional && type == .null) { reportNoField(name, type, names, at: span) }
        case .list: reportNoField(name, .list, [], at: span)
        case .stream: reportNoField(name, .stream, [], at: span)
        case .any, .oneOf, .optional: break
        }
        return .unknown
    }

    private mutating func reportUnknownField(_ name: String, _ fields: [Shape.Field], _ isCalled: Bool, at span: Span) {
        let names = fields.map(\.name)
        let shown = names.count > 12 ? names.prefix(12).joined(separator: ", ") + ", …" : names.joined(separator: ", ")
        let message =
            names.isEmpty ? "no field '\(name)' in an empty record" : "no field '\(name)' in record { \(shown) }"
        let hint = didYouMean(name, among: names) ?? (isCalled ? hintFor(method: name, on: [.record]) : nil)
        report(.unknownField, message, at: span, hint: hint)
    }

    private mutating func reportNoField(_ name: String, _ type: ValueType, _ names: [String], at span: Span) {
        var hint: String?
        if methodNumber(name, on: type) != nil {
            hint = "it is a method: write '.\(name)()'"
        } else if type == .null {
            hint = "'?.\(name)' gives null there"
        } else if type == .secret {
            hint = "'.reveal()' gives its text"
        } else {
            hint = didYouMean(name, among: names) ?? hintFor(method: name, on: [type], suffix: "()")
        }
        report(.unknownField, "\(type.rawValue) has no field '\(name)'", at: span, hint: hint)
    }

    // MARK: Methods

    /// What was meant by a method that the types do not have.
    mutating func hintFor(method name: String, on types: [ValueType], suffix: String = "") -> String? {
        if let own = types.lazy.compactMap({ [catalog] in catalog.ownMethod(of: name, on: $0) }).first {
            return "did you mean '\(own)\(suffix)'?"
        }
        return didYouMean(name, among: types.flatMap { catalog.methodNames(on: $0) }, suffix: suffix)
            ?? catalog.ownFunction(of: name).map { "a function gives it: \($0)(…)" }
    }

    func methodNumber(_ name: String, on type: ValueType) -> Int? {
        catalog.methods(named: name)[type].flatMap { isVisible($0) ? $0 : nil }
    }
}
