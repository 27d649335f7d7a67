// Assignments and calls that change a variable along a path. Operands are evaluated first; then the walk owns each
// level from the variable down, so that nothing that another place holds is changed, and nothing suspends meanwhile.

import CBKSyntax

extension FunctionEmitter {
    static let changingMethods: Set<String> = ["push", "pop", "insert", "remove", "clear"]

    /// One step of a path: its key's register, or a field's name.
    private enum Step {
        case field(Name)
        case item(register: Int, span: Span)
    }

    private struct Path {
        var variable: VariableID
        var rootSpan: Span
        var steps: [Step]
    }

    func emitAssignment(
        _ target: Expression, _ operation: BinaryOperator?, _ operatorSpan: Span, _ value: Expression
    ) throws(EmitError) {
        if case .name = target.kind, case .variable(let variable)? = context.resolution.references[target.id] {
            if operation == .add, try emitAppend(variable, target, operatorSpan, value) { return }
            try emitNameAssignment(variable, target, operation, operatorSpan, value)
            return
        }
        guard let path = try evaluate(target, keysStay: !mayAssign(target) && !mayAssign(value)) else { return }
        if operation == nil, case .item(let key, let place)? = path.steps.last, let (kind, bits) = immediate(value) {
            let owner = try own(path, steps: path.steps.count - 1, isLast: true)
            span = place
            add(Instruction(.setIndexImmediate, x: kind, a: owner, b: key, c: bits))
            return
        }
        let result = try allocate()
        if let operation {
            let old = try read(path, isShared: runsCode(value))
            let right = try operand(value)
            span = operatorSpan
            add(Instruction(opcode(of: operation), a: result, b: old, c: right))
        } else {
            try emitOwned(value, into: result)
        }
        guard let last = path.steps.last else { return }
        let owner = try own(path, steps: path.steps.count - 1, isLast: true)
        switch last {
        case .field(let name):
            span = name.span
            add(Instruction(.setField, a: owner, b: try shortConstant(name.text), c: result))
            addWord(bc: 0)
        case .item(let register, let place):
            span = place
            add(Instruction(.setIndex, a: owner, b: register, c: result))
        }
    }

    private func emitNameAssignment(
        _ variable: VariableID, _ target: Expression, _ operation: BinaryOperator?, _ operatorSpan: Span, _ value: Expression
    ) throws(EmitError) {
        if case .register(let register) = place(of: variable) {
            if let operation {
                if case .int(let number) = unwrapped(value).kind, let immediate = immediate(operation, number) {
                    span = operatorSpan
                    add(Instruction(immediate.0, x: operation == .subtract ? 1 : 0, a: register, b: register, c: immediate.1))
                    return
                }
                let (old, right) = try operands(target, value)
                span = operatorSpan
                add(Instruction(opcode(of: operation), a: register, b: old, c: right))
            } else if isDirect(value) {
                try emitOwned(value, into: register)
            } else {
                let result = try allocate()
                try emitOwned(value, into: result)
                add(Instruction(.move, a: register, b: result))
            }
            return
        }
        let result = try allocate()
        if let operation {
            try emit(target, into: result, isShared: runsCode(value))
            let right = try operand(value)
            span = operatorSpan
            add(Instruction(opcode(of: operation), a: result, b: result, c: right))
        } else {
            try emitOwned(value, into: result)
        }
        span = target.span
        store(result, in: place(of: variable))
    }

    /// `xs += [x]` adds to the list itself, as `push` does: a loop must not make each a copy. False where the value is anything
    /// else, or could change the variable.
    private func emitAppend(
        _ variable: VariableID, _ target: Expression, _ operatorSpan: Span, _ value: Expression
    ) throws(EmitError) -> Bool {
        guard case .list(let elements) = unwrapped(value).kind, elements.count == 1, case .value(let element)? = elements.first,
            !mayChange(target, during: [value])
        else { return false }
        let item = try allocate()
        try emitOwned(element, into: item)
        let list = try own(Path(variable: variable, rootSpan: target.span, steps: []), steps: 0, isLast: true)
        span = operatorSpan
        let push = jump(Instruction(.push, a: list, b: item))
        // What is no list is added to as usual.
        let right = try allocate()
        add(Instruction(.newList, a: right, b: item, c: 1))
        add(Instruction(opcode(of: .add), a: list, b: list, c: right))
        if case .register = place(of: variable) {} else { store(list, in: place(of: variable)) }
        chunk.code[push].c = UInt16(chunk.code.count - push - 1)
        return true
    }

    /// Whether a value's instructions write their target last, after reading everything.
    private func isDirect(_ value: Expression) -> Bool {
        switch unwrapped(value).kind {
        case .null, .bool, .int, .float, .duration, .name: true
        case .binary(let operation, _, let left, let right):
            ![.and, .or, .coalesce].contains(operation) && isOperandSimple(left) && isOperandSimple(right)
        default: false
        }
    }

    func isOperandSimple(_ value: Expression) -> Bool {
        switch unwrapped(value).kind {
        case .null, .bool, .int, .float, .duration, .name: true
        case .member(let base, _, _): isOperandSimple(base)
        case .index(let base, let key, _): isOperandSimple(base) && isOperandSimple(key)
        case .binary(let operation, _, let left, let right):
            ![.and, .or, .coalesce].contains(operation) && isOperandSimple(left) && isOperandSimple(right)
        default: false
        }
    }

    private func store(_ register: Int, in place: Place) {
        switch place {
        case .register(let target): add(Instruction(.move, a: target, b: register))
        case .boxInRegister(let box): add(Instruction(.setBox, a: box, b: register))
        case .boxInCapture(let index): add(Instruction(.setCaptureBox, a: index, b: register))
        case .global(let slot): add(Instruction(.setGlobal, a: register, bc: slot))
        case .capture: preconditionFailure("a captured variable that is assigned is boxed")
        }
    }

    // MARK: Paths

    /// A path's variable and its keys, evaluated; nil where it does not start at a variable.
    ///
    /// - Parameter keysStay: nothing assigns a local that is a key before the path is walked: it is read in place.
    private func evaluate(_ target: Expression, keysStay: Bool) throws(EmitError) -> Path? {
        switch target.kind {
        case .name:
            guard case .variable(let variable)? = context.resolution.references[target.id] else { return nil }
            return Path(variable: variable, rootSpan: target.span, steps: [])
        case .parenthesized(let inner): return try evaluate(inner, keysStay: keysStay)
        case .member(let base, let name, _):
            guard var path = try evaluate(base, keysStay: keysStay) else { return nil }
            path.steps.append(.field(name))
            return path
        case .index(let base, let key, _):
            guard var path = try evaluate(base, keysStay: keysStay) else { return nil }
            let register: Int
            if keysStay {
                register = try operand(key)
            } else {
                register = try allocate()
                try emit(key, into: register)
            }
            path.steps.append(.item(register: register, span: key.span))
            return path
        default: return nil
        }
    }

    private func load(_ variable: VariableID, into register: Int) {
        switch place(of: variable) {
        case .register(let source): add(Instruction(.move, a: register, b: source))
        case .boxInRegister(let box): add(Instruction(.getBox, a: register, b: box))
        case .boxInCapture(let index): add(Instruction(.getCaptureBox, a: register, b: index))
        case .global(let slot): add(Instruction(.getGlobal, a: register, bc: slot))
        case .capture(let index): add(Instruction(.getCapture, a: register, b: index))
        }
    }

    /// What the path leads to, in a register of its own.
    private func read(_ path: Path, isShared: Bool) throws(EmitError) -> Int {
        span = path.rootSpan
        let register = try allocate()
        var base = register
        if case .register(let variable) = place(of: path.variable) {
            base = variable
        } else {
            load(path.variable, into: register)
        }
        for (index, step) in path.steps.enumerated() {
            let shared: UInt8 = isShared && index == path.steps.count - 1 ? 1 : 0
            switch step {
            case .field(let name):
                span = name.span
                add(Instruction(.getField, x: shared, a: register, b: base, c: try shortConstant(name.text)))
                addWord(bc: 0)
            case .item(let key, let place):
                span = place
                add(Instruction(.getIndex, x: shared, a: register, b: base, c: key))
            }
            base = register
        }
        return register
    }

    /// Walks down the first `count` steps, owning each level; the register that holds the last one.
    ///
    /// - Parameter isLast: an instruction follows that owns what is in its register.
    private func own(_ path: Path, steps count: Int, isLast: Bool = false) throws(EmitError) -> Int {
        span = path.rootSpan
        var current: Int
        if case .register(let register) = place(of: path.variable) {
            current = register
            if count > 0 || !isLast { add(Instruction(.own, a: current)) }
        } else {
            current = try allocate()
            load(path.variable, into: current)
            add(Instruction(.own, a: current))
            store(current, in: place(of: path.variable))
        }
        for step in path.steps.prefix(count) {
            let next = try allocate()
            switch step {
            case .field(let name):
                span = name.span
                add(Instruction(.ownField, a: next, b: current, c: try shortConstant(name.text)))
                addWord(bc: 0)
            case .item(let register, let place):
                span = place
                add(Instruction(.ownIndex, a: next, b: current, c: register))
            }
            current = next
        }
        return current
    }

    // MARK: Changing methods

    /// Emits `path.push(…)` and its like where the path starts at a `var`; false where it does not.
    func emitChange(
        _ receiver: Expression, _ name: Name, _ arguments: [Argument], into target: Int
    ) throws(EmitError) -> Bool {
        guard FunctionEmitter.changingMethods.contains(name.text), let root = rootVariable(receiver),
            context.resolution.variables[root].kind == .mutable, !arguments.contains(where: \.isSpread)
        else { return false }
        guard let method = context.catalog.methodNumber(name.text) else { return false }
        try scoped { () throws(EmitError) in
            let keysStay = !mayAssign(receiver) && !arguments.contains { mayAssign($0.value) }
            guard let path = try evaluate(receiver, keysStay: keysStay) else { return }
            let base = try allocate(2 + arguments.count)
            for (index, argument) in arguments.enumerated() { try emitOwned(argument.value, into: base + 2 + index) }
            let isPush = name.text == "push" && arguments.count == 1 && labels(arguments) < 0
            let owned = try own(path, steps: path.steps.count, isLast: isPush)
            span = name.span
            if isPush {
                let push = jump(Instruction(.push, a: owned, b: base + 2))
                add(Instruction(.own, a: owned))
                emitChangingCall()
                let end = jump(Instruction(.jump))
                chunk.code[push].c = UInt16(chunk.code.count - push - 1)
                add(Instruction(.loadNull, a: target))
                patch(end)
            } else {
                emitChangingCall()
            }
            func emitChangingCall() {
                add(Instruction(.move, a: base + 1, b: owned))
                add(Instruction(.callMethod, a: base, b: arguments.count, c: method))
                addWord(bc: labels(arguments))
                add(Instruction(.move, a: target, b: base))
            }
        }
        return true
    }

    private func rootVariable(_ expression: Expression) -> VariableID? {
        switch expression.kind {
        case .name:
            if case .variable(let variable)? = context.resolution.references[expression.id] { return variable }
            return nil
        case .parenthesized(let inner): return rootVariable(inner)
        case .member(let base, _, isOptional: false), .index(let base, _, isOptional: false): return rootVariable(base)
        default: return nil
        }
    }
}
