// match: each arm tests its pattern, binds, looks at its guard, and gives its body's value.

import CBKSyntax

extension FunctionEmitter {
    func emitMatch(_ subject: Expression, _ arms: [MatchArm], into target: Int, isStatement: Bool) throws(EmitError) {
        let whole = span
        try scoped { () throws(EmitError) in
            let value = try allocate()
            try emitOwned(subject, into: value)
            let result = try allocate()
            var ends: [Int] = []
            for arm in arms {
                try scoped { () throws(EmitError) in
                    var fails: [Int] = []
                    try emitPattern(arm.pattern, value, &fails)
                    if let condition = arm.guardCondition { fails += try emitBranches(condition, jumpIf: false) }
                    try emitOwned(arm.body, into: result, isStatement: isStatement)
                    ends.append(jump(Instruction(.jump)))
                    for fail in fails { patch(fail) }
                }
            }
            span = whole
            add(Instruction(.noMatch, a: value))
            for end in ends { patch(end) }
            add(Instruction(.move, a: target, b: result))
        }
    }

    /// Tests a register against a pattern and binds; adds the jumps taken when it does not fit.
    private func emitPattern(_ pattern: Pattern, _ value: Int, _ fails: inout [Int]) throws(EmitError) {
        span = pattern.span
        switch pattern.kind {
        case .wildcard, .error: break
        case .literal(let literal):
            try scoped { () throws(EmitError) in
                let register = try allocate()
                try emit(literal, into: register)
                fails.append(jump(Instruction(.branchEqual, x: 0, a: value, b: register)))
            }
        case .range(let lower, let upper):
            try scoped { () throws(EmitError) in
                let test = try allocate()
                if case .duration = lower.kind {
                    add(Instruction(.testType, a: test, b: value, c: typeNumber(.duration)))
                    fails.append(jump(Instruction(.branchTrue, x: 0, a: test)))
                } else {
                    add(Instruction(.testType, a: test, b: value, c: typeNumber(.int)))
                    let isNumber = jump(Instruction(.branchTrue, x: 1, a: test))
                    add(Instruction(.testType, a: test, b: value, c: typeNumber(.float)))
                    fails.append(jump(Instruction(.branchTrue, x: 0, a: test)))
                    patch(isNumber)
                }
                let bound = try allocate()
                try emit(lower, into: bound)
                fails.append(jump(Instruction(.branchLessOrEqual, x: 0, a: bound, b: value)))
                try emit(upper, into: bound)
                fails.append(jump(Instruction(.branchLessOrEqual, x: 0, a: value, b: bound)))
            }
        case .alternatives(let patterns):
            var matches: [Int] = []
            for (index, alternative) in patterns.enumerated() {
                var misses: [Int] = []
                try emitPattern(alternative, value, &misses)
                if index == patterns.count - 1 {
                    fails += misses
                } else {
                    matches.append(jump(Instruction(.jump)))
                    for miss in misses { patch(miss) }
                }
            }
            for match in matches { patch(match) }
        case .binding(let name): try bindCopy(name, of: value)
        case .type(let type, let binding):
            try scoped { () throws(EmitError) in
                let test = try allocate()
                add(Instruction(.testType, a: test, b: value, c: typeNumber(ValueType(rawValue: type.text) ?? .null)))
                fails.append(jump(Instruction(.branchTrue, x: 0, a: test)))
            }
            if let binding { try bindCopy(binding, of: value) }
        case .list(let items, let rest): try emitListPattern(items, rest, value, &fails)
        case .record(let fields):
            for (key, inner) in fields {
                span = key.span
                let test = try allocate()
                let name = try shortConstant(key.text)
                add(Instruction(.testField, a: test, b: value, c: name))
                fails.append(jump(Instruction(.branchTrue, x: 0, a: test)))
                let field = try allocate()
                add(Instruction(.getField, x: 1, a: field, b: value, c: name))
                addWord(bc: 0)
                try emitPattern(inner, field, &fails)
            }
            if fields.isEmpty {
                let test = try allocate()
                add(Instruction(.testType, a: test, b: value, c: typeNumber(.record)))
                fails.append(jump(Instruction(.branchTrue, x: 0, a: test)))
            }
        }
    }

    private func emitListPattern(
        _ items: [Pattern], _ rest: Pattern.Rest?, _ value: Int, _ fails: inout [Int]
    ) throws(EmitError) {
        let test = try allocate()
        add(Instruction(.testList, x: rest == nil ? 0 : 1, a: test, b: value, c: items.count))
        fails.append(jump(Instruction(.branchTrue, x: 0, a: test)))
        for (index, item) in items.enumerated() {
            let element = try allocate(2)
            span = item.span
            add(Instruction(.loadInt, a: element + 1, bc: index))
            add(Instruction(.getIndex, x: 1, a: element, b: value, c: element + 1))
            try emitPattern(item, element, &fails)
        }
        guard let rest, let binding = rest.binding else { return }
        span = rest.span
        let part = try allocate(3)
        add(Instruction(.loadInt, a: part + 1, bc: items.count))
        add(Instruction(.loadInt, a: part + 2, bc: Int(Int32.max)))
        add(Instruction(.slice, a: part, b: value, c: part + 1))
        try bind(binding, to: part)
    }

    private func bindCopy(_ name: Name, of value: Int) throws(EmitError) {
        let register = try allocate()
        add(Instruction(.moveShared, a: register, b: value))
        try bind(name, to: register)
    }

    /// ORDER: ValueType
    private func typeNumber(_ type: ValueType) -> Int { ValueType.allCases.firstIndex(of: type) ?? 0 }
}
