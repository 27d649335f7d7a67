// match: patterns with their bindings, guards, and whether every value has its arm.

import CBKSyntax

extension Checker {
    mutating func checkMatch(_ expression: Expression, _ use: Use) -> Inferred {
        guard case .match(let subject, let arms) = expression.kind else { return .unknown }
        let value = check(subject, .value)
        let inner: Use = use == .base || use == .callee ? .value : use
        var known = Inferred.never
        for arm in arms {
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

    private func isExhaustive(_ arms: [MatchArm]) -> Bool {
        var hasTrue = false
        var hasFalse = false
        for arm in arms where arm.guardCondition == nil {
            for pattern in Checker.alternatives(of: arm.pattern) {
                switch pattern.kind {
                case .wildcard, .binding, .error: return true
                case .literal(let literal):
                    if case .bool(let value) = literal.kind {
                        if value { hasTrue = true } else { hasFalse = true }
                    }
                case .range, .alternatives, .type, .list, .record: continue
                }
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
        }
        let id = declareBinding(name, .binding)
        entries[id].known = known
    }
}
