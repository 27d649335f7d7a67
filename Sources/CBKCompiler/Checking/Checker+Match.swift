// match: patterns with their bindings, guards, and whether every value has its arm.

import CBKSyntax

extension Checker {
    mutating func checkMatch(_ expression: Expression, _ use: Use) -> Inferred {
        guard case .match(let subject, let arms) = expression.kind else { return .unknown }
        let value = check(subject, .value)
        let inner: Use = use == .base || use == .callee ? .value : use
        var known = Inferred.never
        var last: Pattern?
        var isReported = false
        for arm in arms {
            if let last, !isReported {
                reportUnreachableArm(arm, after: last, of: value.shape.types)
                isReported = true
            }
            if arm.guardCondition == nil { last = last ?? Checker.alternatives(of: arm.pattern).first { $0.takesAll } }
            pushScope()
            checkPattern(arm.pattern, value, isAlternative: false)
            if let condition = arm.guardCondition { checkCondition(condition) }
            known = known.merged(with: check(arm.body, inner))
            popScope()
        }
        if !isExhaustive(arms) { reportNotExhaustive(expression, subject) }
        return known
    }

    private mutating func reportNotExhaustive(_ expression: Expression, _ subject: Expression) {
        report(
            .notExhaustive, "this 'match' has no arm for every other value",
            at: Span(start: expression.span.start, end: subject.span.end), hint: "end it with '_ => …'")
    }

    private mutating func reportUnreachableArm(_ arm: MatchArm, after pattern: Pattern, of subject: TypeSet) {
        if case .error = pattern.kind { return }
        var hint = "move '_' to the end"
        var name = "_"
        if case .binding(let binding) = pattern.kind {
            name = binding.text
            switch find(name) {
            case _ where ValueType(rawValue: name) != nil: hint = "for the type write '\(name) _'"
            case .variable: hint = "a name binds; to compare with the variable write 'x if (x == \(name))'"
            case _ where subject.isDisjoint(with: TypeSet(.string)): hint = "a name takes every value: move '\(name)' to the end"
            case .builtin, .module, .early, .nothing, .silenced: hint = "a name binds; for the text write \"\(name)\""
            }
        }
        report(
            .unreachable, "nothing reaches this arm: '\(name)' above takes every value", at: arm.pattern.span, hint: hint)
    }

    private func isExhaustive(_ arms: [MatchArm]) -> Bool {
        var hasTrue = false
        var hasFalse = false
        for arm in arms where arm.guardCondition == nil {
            for pattern in Checker.alternatives(of: arm.pattern) {
                if pattern.takesAll { return true }
                guard case .literal(let literal) = pattern.kind, case .bool(let value) = literal.kind else { continue }
                if value { hasTrue = true } else { hasFalse = true }
            }
        }
        return hasTrue && hasFalse
    }

    private static func alternatives(of pattern: Pattern) -> [Pattern] {
        if case .alternatives(let patterns) = pattern.kind { patterns } else { [pattern] }
    }

    // MARK: Patterns

    private mutating func checkPattern(_ pattern: Pattern, _ value: Inferred, isAlternative: Bool) {
        switch pattern.kind {
        case .wildcard: break
        case .error: hasErrorNodes = true
        case .literal(let literal): _ = check(literal, .value)
        case .range(let lower, let upper):
            _ = check(lower, .value)
            _ = check(upper, .value)
        case .alternatives(let patterns):
            for inner in patterns { checkPattern(inner, .unknown, isAlternative: true) }
        case .binding(let name): bindPattern(name, Inferred(value.shape, depth: value.depth), isAlternative)
        case .type(let type, let binding): checkTypePattern(type, binding, isAlternative)
        case .list(let items, let rest):
            let element = value.part(value.shape.element)
            for item in items { checkPattern(item, element, isAlternative: isAlternative) }
            if let binding = rest?.binding { bindPattern(binding, Inferred(.list(.any)), isAlternative) }
        case .record(let fields): checkRecordPattern(fields, value, isAlternative)
        }
    }

    private mutating func checkRecordPattern(_ fields: [(key: Name, pattern: Pattern)], _ value: Inferred, _ isAlternative: Bool)
    {
        var known: [Shape.Field] = []
        if case .record(let fields) = value.shape.withoutNull { known = fields }
        for (key, pattern) in fields {
            let shape = known.first { $0.name == key.text }?.shape
            checkPattern(pattern, shape.map { value.part($0) } ?? .unknown, isAlternative: isAlternative)
        }
    }

    private mutating func checkTypePattern(_ type: Name, _ binding: Name?, _ isAlternative: Bool) {
        let found = ValueType(rawValue: type.text)
        if found == nil {
            report(
                .unknownType, "'\(type.text)' is not a type", at: type.span,
                hint: didYouMean(type.text, among: ValueType.allCases.map(\.rawValue)))
        }
        if let binding { bindPattern(binding, found.map { Inferred(.type($0)) } ?? .unknown, isAlternative) }
    }

    private mutating func bindPattern(_ name: Name, _ known: Inferred, _ isAlternative: Bool) {
        if isAlternative {
            report(
                .bindingInAlternative, "'\(name.text)' cannot be bound in one of several alternatives", at: name.span,
                hint: "write an arm for each, or '_'")
            declare(name, .binding)
            return
        }
        let id = declareBinding(name, .binding)
        entries[id].known = known
    }
}

extension Pattern {
    /// Whether it fits every value; one that could not be parsed may.
    fileprivate var takesAll: Bool {
        switch kind {
        case .wildcard, .binding, .error: true
        case .literal, .range, .alternatives, .type, .list, .record: false
        }
    }
}
