// Values that wait in a register while other code runs: which of them that code could change in place, so that they
// have to be shared; and which arguments may turn out to be left out.

import CBKSyntax

extension FunctionEmitter {
    /// A register that holds the value: a local's own where that is safe, else a new one.
    func operand(_ expression: Expression, isShared: Bool = false) throws(EmitError) -> Int {
        let expression = unwrapped(expression)
        if !isShared, case .name = expression.kind, case .variable(let variable)? = context.resolution.references[expression.id],
            case .register(let register) = place(of: variable)
        {
            return register
        }
        let register = try allocate()
        try emit(expression, into: register, isShared: isShared)
        return register
    }

    /// Two operands: the first one's local is used in place only if the second cannot assign it.
    func operands(_ left: Expression, _ right: Expression) throws(EmitError) -> (Int, Int) {
        let isShared = mayChange(left, during: [right])
        if mayAssign(right) {
            let first = try allocate()
            try emit(left, into: first, isShared: isShared)
            return (first, try operand(right))
        }
        return (try operand(left, isShared: isShared), try operand(right))
    }

    /// Consecutive registers of a call whose result, left in the first one, goes into `target`: that itself where it is the
    /// last register taken, since what is taken last holds nothing yet.
    func allocate(_ count: Int, for target: Int) throws(EmitError) -> Int {
        guard target == nextRegister - 1 else { return try allocate(count) }
        _ = try allocate(count - 1)
        return target
    }

    func deliver(_ register: Int, into target: Int) {
        if register != target { add(Instruction(.move, a: target, b: register)) }
    }

    /// Whether what an expression gives is held by a variable that may change before it is used: while `later` is
    /// evaluated or, for an argument, while a function runs.
    func mayChange(_ expression: Expression, during later: [Expression], orInCall isCall: Bool = false) -> Bool {
        guard isCall || later.contains(where: runsCode) else { return false }
        return holders(of: expression).contains { id in
            let variable = context.resolution.variables[id]
            guard variable.kind == .mutable else { return false }
            if later.contains(where: mayAssign) { return true }
            if case .register = place(of: id) { return false }
            return variable.isChangedByFunctions || (context.isInteractive && variable.isGlobal)
        }
    }

    /// The variables that hold, in themselves or in a part, the very list or record that an expression gives.
    private func holders(of expression: Expression) -> [VariableID] {
        switch expression.kind {
        case .name:
            if case .variable(let variable)? = context.resolution.references[expression.id] { [variable] } else { [] }
        case .parenthesized(let inner), .member(let inner, _, _), .index(let inner, _, _): holders(of: inner)
        case .binary(.coalesce, _, let left, let right): holders(of: left) + holders(of: right)
        case .catching(let value, .value(let fallback)): holders(of: value) + holders(of: fallback)
        case .catching(let value, .handler(_, let body)): holders(of: value) + holders(of: body)
        default: []
        }
    }

    /// Whether evaluating an expression could run a statement of this function, or change a variable by a method.
    func mayAssign(_ expression: Expression) -> Bool {
        contains(expression) { callee in
            if case .member(_, let name, _) = callee.kind { FunctionEmitter.changingMethods.contains(name.text) } else { false }
        }
    }

    /// Whether evaluating an expression could run anything but the machine's own operations.
    func runsCode(_ expression: Expression) -> Bool { contains(expression) { _ in true } }

    /// Whether an expression has a statement inside, or a call of such a callee.
    private func contains(_ expression: Expression, _ test: (Expression) -> Bool) -> Bool {
        switch expression.kind {
        case .null, .bool, .int, .float, .duration, .name, .omit, .regex, .function, .error: false
        case .unary(_, let inner), .parenthesized(let inner), .member(let inner, _, _): contains(inner, test)
        case .binary(_, _, let left, let right), .index(let left, let right, _): contains(left, test) || contains(right, test)
        case .call(let callee, let arguments):
            test(callee) || contains(callee, test) || arguments.contains { contains($0.value, test) }
        case .string(let parts):
            parts.contains { if case .expression(let inner) = $0 { contains(inner, test) } else { false } }
        case .list(let elements):
            elements.contains { element in
                switch element {
                case .value(let value), .spread(let value): contains(value, test)
                }
            }
        case .record(let entries):
            entries.contains { entry in
                switch entry {
                case .field(_, let value, _), .spread(let value): contains(value, test)
                }
            }
        case .catching, .conditional, .match, .batch, .block, .jump: true
        }
    }

    /// Whether an argument may give `omit`, which a required parameter refuses.
    func mayBeOmit(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .omit: true
        case .parenthesized(let inner): mayBeOmit(inner)
        case .binary(.coalesce, _, let left, let right): mayBeOmit(left) || mayBeOmit(right)
        case .call(let callee, let arguments):
            if case .member(_, let name, _) = callee.kind {
                name.text == "or" && arguments.contains { mayBeOmit($0.value) }
            } else {
                false
            }
        case .catching(let value, .value(let fallback)): mayBeOmit(value) || mayBeOmit(fallback)
        case .catching(let value, .handler(_, let body)): mayBeOmit(value) || mayBeOmit(body)
        case .match(_, let arms): arms.contains { mayBeOmit($0.body) }
        case .conditional(let branches, let otherwise):
            branches.contains { mayBeOmit($0.body) } || (otherwise.map { mayBeOmit($0) } ?? false)
        case .block(let block): mayBeOmit(block)
        default: false
        }
    }

    private func mayBeOmit(_ block: Block) -> Bool {
        if case .expression(let last)? = block.statements.last?.kind { mayBeOmit(last) } else { false }
    }
}
