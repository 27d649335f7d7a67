// Expressions: one small function that sends each kind on, so that deep trees need little stack.

import CBKSyntax

extension Checker {
    mutating func check(_ expression: Expression, _ use: Use) -> Inferred {
        switch expression.kind {
        case .null, .bool, .int, .float, .duration, .regex, .omit, .error: return checkLeaf(expression, use)
        case .string: return checkString(expression)
        case .name: return checkName(expression, use)
        case .list: return checkList(expression)
        case .record: return checkRecord(expression)
        case .function: return checkArrow(expression)
        case .unary: return checkUnary(expression)
        case .binary: return checkBinary(expression, use)
        case .call: return checkCall(expression, use)
        case .member: return checkMember(expression, use)
        case .index: return checkIndex(expression)
        case .catching: return checkCatching(expression, use)
        case .conditional: return checkConditional(expression, use)
        case .match: return checkMatch(expression, use)
        case .batch: return checkBatch(expression)
        case .block: return checkBlockExpression(expression, use)
        case .jump: return checkJump(expression)
        case .parenthesized: return checkParenthesized(expression, use)
        }
    }

    private mutating func checkParenthesized(_ expression: Expression, _ use: Use) -> Inferred {
        guard case .parenthesized(let inner) = expression.kind else { return .unknown }
        return check(inner, use)
    }

    // MARK: Literals

    private mutating func checkLeaf(_ expression: Expression, _ use: Use) -> Inferred {
        switch expression.kind {
        case .null: return Inferred(.type(.null))
        case .bool: return Inferred(.type(.bool))
        case .int: return Inferred(.type(.int))
        case .float: return Inferred(.type(.float))
        case .duration: return Inferred(.type(.duration))
        case .regex: return Inferred(.type(.regex))
        case .omit: return checkOmit(expression, use)
        case .error: hasErrorNodes = true
        default: break
        }
        return .unknown
    }

    private mutating func checkString(_ expression: Expression) -> Inferred {
        guard case .string(let parts) = expression.kind else { return .unknown }
        var shape = Shape.type(.string)
        for case .expression(let part) in parts {
            // A secret's text is a secret.
            if check(part, .value).shape.types.contains(TypeSet(.secret)) { shape = .oneOf([.string, .secret]) }
        }
        return Inferred(shape)
    }

    private mutating func checkOmit(_ expression: Expression, _ use: Use) -> Inferred {
        if use != .omittable {
            report(
                .misplacedOmit, "'omit' drops a field or an argument and cannot stand here", at: expression.span,
                hint: "it stands as a field's or argument's value, or as what gives one: '.or(omit)', '?? omit', an arm")
        }
        return .unknown
    }

    private mutating func checkList(_ expression: Expression) -> Inferred {
        guard case .list(let elements) = expression.kind else { return .unknown }
        var common: Inferred?
        for element in elements {
            switch element {
            case .value(let value):
                let known = check(value, .value)
                common = common?.merged(with: known) ?? known
            case .spread(let value):
                let known = check(value, .value)
                let part = known.part(known.shape.element)
                common = common?.merged(with: part) ?? part
            }
        }
        guard let nested = common?.nested else { return Inferred(.list(.any)) }
        return Inferred(.list(nested.shape), depth: nested.depth)
    }

    private mutating func checkRecord(_ expression: Expression) -> Inferred {
        guard case .record(let entries) = expression.kind else { return .unknown }
        var fields: [Shape.Field] = []
        var names: Set<ExactText> = []
        var depth = 1
        var isKnown = entries.count <= Inferred.fieldLimit
        for entry in entries {
            switch entry {
            case .spread(let value):
                _ = check(value, .value)
                isKnown = false
            case .field(let name, let value, let isShorthand):
                if !names.insert(ExactText(name.text)).inserted { reportDuplicateKey(name) }
                let nested = check(value, isShorthand ? .value : .omittable).nested
                guard isKnown else { continue }
                depth = max(depth, nested.depth)
                fields.append(Shape.Field(name.text, nested.shape))
            }
        }
        return isKnown ? Inferred(.record(fields), depth: depth) : Inferred(.type(.record))
    }

    private mutating func reportDuplicateKey(_ name: Name) {
        report(.duplicateKey, "the key '\(name.text)' stands in this record twice", at: name.span, hint: "keep one of them")
    }

    private mutating func checkArrow(_ expression: Expression) -> Inferred {
        guard case .function(let function) = expression.kind else { return .unknown }
        checkFunction(function, .arrow)
        return Inferred(.type(.function))
    }

    // MARK: Names and parts

    private mutating func checkName(_ expression: Expression, _ use: Use) -> Inferred {
        guard case .name(let name) = expression.kind else { return .unknown }
        switch find(name) {
        case .variable(let id):
            refer(expression.id, to: id)
            if resolution.variables[id].kind == .module {
                if use == .base { return Inferred(.any, origin: .imported(id)) }
                reportImportAsValue(id, at: expression.span)
                return .unknown
            }
            var known = entries[id].known
            known.origin = .variable(id)
            return known
        case .builtin(let number):
            if use == .base, catalog.isModule(name) { return module(name, expression.id) }
            resolution.references[expression.id] = .builtin(number)
            return Inferred(.type(.function), origin: .builtin(number))
        case .module:
            if use == .base { return module(name, expression.id) }
            reportModule(name, at: expression.span)
        case .early(let id): reportEarly(id, at: expression.span)
        case .nothing: reportUndeclared(name, at: expression.span)
        case .silenced: break
        }
        return .unknown
    }

    mutating func module(_ name: String, _ node: NodeID) -> Inferred {
        resolution.references[node] = .module(name)
        return Inferred(.any, origin: .module(name))
    }

    private mutating func checkIndex(_ expression: Expression) -> Inferred {
        guard case .index(let base, let key, let isOptional) = expression.kind else { return .unknown }
        let known = check(base, .value)
        _ = check(key, .value)
        if case .binary(.range, _, _, _) = key.kind {
            return known.shape.types == TypeSet(.list) ? known.part(known.shape) : .unknown
        }
        if case .list(let element) = known.shape {
            return isOptional ? known.part(Shape.merged(element, .type(.null))) : known.part(element)
        }
        if !isOptional, case .string(let parts) = key.kind, parts.count == 1, case .text(let text) = parts[0] {
            return field(text, of: known, at: key.span, isOptional: false)
        }
        return .unknown
    }

    // MARK: Control

    private mutating func checkCatching(_ expression: Expression, _ use: Use) -> Inferred {
        guard case .catching(let value, let handler) = expression.kind else { return .unknown }
        let known = check(value, .value)
        switch handler {
        case .value(let fallback): return known.merged(with: check(fallback, .value))
        case .handler(let binding, let body):
            pushScope()
            defer { popScope() }
            declareError(binding)
            return known.merged(with: check(body, use == .omittable || use == .base || use == .callee ? .value : use))
        }
    }

    private mutating func checkConditional(_ expression: Expression, _ use: Use) -> Inferred {
        guard case .conditional(let branches, let otherwise) = expression.kind else { return .unknown }
        let inner: Use = use == .base || use == .callee ? .value : use
        var known = Inferred.never
        for branch in branches {
            checkCondition(branch.condition)
            known = known.merged(with: checkBlock(branch.body, inner))
        }
        if let otherwise { return known.merged(with: checkBlock(otherwise, inner)) }
        if inner == .value || inner == .omittable { reportMissingElse(expression, branches) }
        return .unknown
    }

    private mutating func reportMissingElse(_ expression: Expression, _ branches: [ConditionalBranch]) {
        let end = branches.first?.condition.span.end ?? expression.span.end
        report(
            .missingElse, "an 'if' whose value is used needs 'else'", at: Span(start: expression.span.start, end: end),
            hint: "add 'else { … }' with the value for the other case")
    }

    private mutating func checkBlockExpression(_ expression: Expression, _ use: Use) -> Inferred {
        guard case .block(let block) = expression.kind else { return .unknown }
        return checkBlock(block, use == .base || use == .callee ? .value : use)
    }
}

extension Expression {
    /// Without the parentheses around it.
    var bare: Expression {
        var current = self
        while case .parenthesized(let inner) = current.kind { current = inner }
        return current
    }
}
