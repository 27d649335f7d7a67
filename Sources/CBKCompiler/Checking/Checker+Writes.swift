// Assignments and methods that change their receiver: their target is a `var`, followed by fields and indexes.

import CBKSyntax

extension Checker {
    static let changingMethods: Set<String> = ["push", "pop", "insert", "remove", "clear"]

    mutating func checkAssignment(_ target: Expression, _ operation: (BinaryOperator, Span)?, _ value: Expression) {
        let root = checkPath(target)
        if case .name(let name) = root.kind {
            writeRoot(root, name)
        } else {
            _ = check(root, .value)
            report(
                .notAssignable, "this cannot be assigned to", at: target.span,
                hint: "a target is a 'var', followed by fields and indexes")
        }
        let known = check(value, .value)
        if let (operation, span) = operation { shape(of: operation, .any, known.shape, at: span) }
    }

    /// Checks the indexes along a path, from the outermost in; its root.
    private mutating func checkPath(_ target: Expression) -> Expression {
        var current = target
        while true {
            switch current.kind {
            case .member(let base, _, _): current = base
            case .parenthesized(let inner): current = inner
            case .index(let base, let key, _):
                _ = check(key, .value)
                current = base
            default: return current
            }
        }
    }

    /// Resolves a path's root for writing.
    private mutating func writeRoot(_ root: Expression, _ name: String) {
        switch find(name) {
        case .variable(let id):
            refer(root.id, to: id, isRead: false)
            write(id, at: root.span)
        case .builtin(let number):
            resolution.references[root.id] = .builtin(number)
            reportBuiltinWrite(name, at: root.span)
        case .module: reportBuiltinWrite(name, at: root.span)
        case .early(let id): reportEarly(id, at: root.span)
        case .silenced: break
        case .nothing: reportUndeclaredTarget(name, at: root.span)
        }
    }

    private mutating func reportUndeclaredTarget(_ name: String, at span: Span) {
        report(.undeclared, "undeclared name '\(name)'", at: span, hint: "declare it with 'var \(name) = …'")
        bind(name, to: Checker.silenced)
    }

    private mutating func reportBuiltinWrite(_ name: String, at span: Span) {
        report(
            .notAssignable, "'\(name)' is built in and cannot be assigned", at: span, hint: "'var \(name) = …' declares your own")
    }

    /// Notes a write to a variable, or reports why there can be none.
    private mutating func write(_ id: VariableID, at span: Span) {
        let variable = resolution.variables[id]
        guard variable.kind == .mutable else {
            resolution.variables[id].isUsed = true
            reportReadOnly(variable, at: span)
            return
        }
        resolution.variables[id].isReassigned = true
        if variable.owner != functions[functions.count - 1].node { resolution.variables[id].isChangedByFunctions = true }
        guard let item = functions[functions.count - 1].batchDepth, entries[id].depth < item else { return }
        resolution.variables[id].isUsed = true
        report(
            .outerAssignment, "'\(variable.name)' is made outside this batch: its items cannot change it", at: span,
            hint: "'emit' what an item finds, and use the batch's 'rows' afterwards")
    }

    private mutating func reportReadOnly(_ variable: Variable, at span: Span) {
        let name = variable.name
        let what: String
        var hint: String? = "copy it first: 'var copy = \(name)'"
        switch variable.kind {
        case .constant:
            what = "a 'let'"
            hint = "declare it with 'var \(name) = …'"
        case .parameter: what = "a parameter"
        case .binding: what = "bound here"
        case .function:
            what = "a function"
            hint = nil
        case .scriptParameter: what = "a 'param'"
        case .module, .mutable:
            what = "a module"
            hint = nil
        }
        report(.notAssignable, "'\(name)' is \(what) and cannot be changed", at: span, hint: hint)
    }

    // MARK: Changing methods

    /// A call such as `names.push(x)`; the receiver has been checked as a value already.
    mutating func checkChange(_ call: MethodCall, _ arguments: [Argument], _ use: Use) {
        let name = call.name.text
        guard catalog.methods(named: name).values.contains(where: { isVisible($0) }) else { return }
        // A record's own function of that name.
        if case .record(let fields) = call.known.shape.withoutNull, methodNumber(name, on: .record) == nil,
            fields.contains(where: { $0.name == name })
        {
            return
        }
        guard let root = pathRoot(call.base), case .name = root.kind else {
            if call.known.shape.types.contains(TypeSet(.list)) || call.known.shape.types.contains(TypeSet(.record)) {
                reportNotAPath(call.name)
            }
            return
        }
        guard case .variable(let id)? = resolution.references[root.id] else { return }
        if call.isOptional || arguments.contains(where: \.isSpread) {
            report(
                .notChangeable, "'\(name)' changes its target and takes neither '?.' nor a spread", at: call.name.span,
                hint: call.isOptional ? "ask for null with 'if' first" : "name the arguments")
        }
        write(id, at: root.span)
    }

    private mutating func reportNotAPath(_ name: Name) {
        report(
            .notChangeable, "'\(name.text)' changes a 'var', and this is a value that is lost at once", at: name.span,
            hint: "put it into a 'var' first")
    }

    /// The root of a path without `?.`; nil where it is none.
    private func pathRoot(_ receiver: Expression) -> Expression? {
        var current = receiver
        while true {
            switch current.kind {
            case .parenthesized(let inner): current = inner
            case .member(let base, _, isOptional: false), .index(let base, _, isOptional: false): current = base
            case .member, .index: return nil
            default: return current
            }
        }
    }
}
