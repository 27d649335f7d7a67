// Expressions into registers. `emit` gives a value for use at once; `emitOwned` one that is stored under a second
// name, so a list or record that another place holds is marked as shared.

import CBKSyntax

extension FunctionEmitter {
    func emitOwned(_ expression: Expression, into target: Int, isStatement: Bool = false) throws(EmitError) {
        try emit(expression, into: target, isShared: true, isStatement: isStatement)
    }

    func emit(
        _ expression: Expression, into target: Int, isShared: Bool = false, isStatement: Bool = false
    ) throws(EmitError) {
        span = expression.span
        let shared: UInt8 = isShared ? 1 : 0
        switch expression.kind {
        case .null: add(Instruction(.loadNull, a: target))
        case .bool(let value): add(Instruction(.loadBool, a: target, b: value ? 1 : 0))
        case .int(let value):
            if let small = Int32(exactly: value) {
                add(Instruction(.loadInt, a: target, bc: Int(small)))
            } else {
                add(Instruction(.loadConstant, a: target, bc: constant(.int(value))))
            }
        case .float(let value): add(Instruction(.loadConstant, a: target, bc: constant(.float(value))))
        case .duration(let value): add(Instruction(.loadConstant, a: target, bc: constant(.duration(value))))
        case .omit: add(Instruction(.loadOmit, a: target))
        case .regex(let pattern, let ignoresCase):
            add(
                Instruction(
                    .loadConstant, a: target, bc: constant(.regex(pattern: pattern, ignoresCase: ignoresCase))))
        case .error: add(Instruction(.loadNull, a: target))
        case .parenthesized(let inner): try emit(inner, into: target, isShared: isShared, isStatement: isStatement)
        case .string(let parts): try emitString(parts, into: target)
        case .name: emitName(expression, into: target, isShared: isShared)
        case .list(let elements): try emitList(elements, into: target)
        case .record(let entries): try emitRecord(entries, into: target)
        case .function(let function): try emitClosure(function, name: Chunk.nameless, into: target)
        case .unary(let operation, let inner):
            try scoped { () throws(EmitError) in
                let register = try operand(inner)
                span = expression.span
                add(Instruction(operation == .not ? .not : .negate, a: target, b: register))
            }
        case .binary(let operation, let place, let left, let right):
            try emitBinary(expression, operation, place, left, right, into: target, isShared: isShared)
        case .call(let callee, let arguments):
            try emitCall(expression, callee, arguments, into: target)
        case .member(let base, let name, let isOptional):
            // A member of a module: a built-in, or a variable of an imported file.
            if context.resolution.references[expression.id] != nil {
                emitName(expression, into: target, isShared: isShared)
                return
            }
            try scoped { () throws(EmitError) in
                let register = try operand(base)
                span = name.span
                let field = try shortConstant(name.text)
                if isOptional {
                    add(Instruction(.getFieldOptional, x: shared, a: target, b: register, c: field))
                } else {
                    add(Instruction(.getField, x: shared, a: target, b: register, c: field))
                    addWord(bc: 0)
                }
            }
        case .index(let base, let key, let isOptional):
            try emitIndex(base, key, isOptional: isOptional, into: target, isShared: isShared)
        case .catching(let value, let handler): try emitCatch(value, handler, into: target, isShared, isStatement)
        case .conditional(let branches, let otherwise):
            try emitConditional(branches, otherwise, into: target, isStatement: isStatement)
        case .match(let subject, let arms): try emitMatch(subject, arms, into: target, isStatement: isStatement)
        case .batch(let batch): try emitBatch(batch, expression.span, into: target, isStatement: isStatement)
        case .block(let block): try emitBlock(block, into: target, isStatement: isStatement)
        case .jump(let kind): try emitJump(kind, expression.span)
        }
    }

    /// - Parameter target: where the value goes; nil for a statement.
    func emitConditional(
        _ branches: [ConditionalBranch], _ otherwise: Block?, into target: Int?, isStatement: Bool = false
    ) throws(EmitError) {
        var ends: [Int] = []
        for (index, branch) in branches.enumerated() {
            let fails = try emitBranches(branch.condition, jumpIf: false)
            try emitBlock(branch.body, into: target, isStatement: isStatement)
            let isLast = index == branches.count - 1 && otherwise == nil && target == nil
            if !isLast { ends.append(jump(Instruction(.jump))) }
            for fail in fails { patch(fail) }
        }
        if let otherwise {
            try emitBlock(otherwise, into: target, isStatement: isStatement)
        } else if let target {
            add(Instruction(.loadNull, a: target))
        }
        for end in ends { patch(end) }
    }

    private func emitName(_ expression: Expression, into target: Int, isShared: Bool) {
        let shared: UInt8 = isShared ? 1 : 0
        switch context.resolution.references[expression.id] {
        case .variable(let variable)?:
            switch place(of: variable) {
            case .register(let register):
                if register != target || isShared { add(Instruction(isShared ? .moveShared : .move, a: target, b: register)) }
            case .boxInRegister(let box): add(Instruction(.getBox, x: shared, a: target, b: box))
            case .capture(let index): add(Instruction(.getCapture, x: shared, a: target, b: index))
            case .boxInCapture(let index): add(Instruction(.getCaptureBox, x: shared, a: target, b: index))
            case .global(let slot): add(Instruction(.getGlobal, x: shared, a: target, bc: slot))
            }
        case .builtin(let number)?: add(Instruction(.loadConstant, a: target, bc: constant(.builtin(number))))
        case .module?, nil: add(Instruction(.loadNull, a: target))
        }
    }

    private func emitIndex(
        _ base: Expression, _ key: Expression, isOptional: Bool, into target: Int, isShared: Bool
    ) throws(EmitError) {
        let shared: UInt8 = isShared ? 1 : 0
        try scoped { () throws(EmitError) in
            if case .binary(.range, _, let lower, let upper) = key.kind {
                let first = try allocate(3)
                // A variable is read after the bounds, which may change it.
                let isLate = isOperandSimple(base)
                if !isLate { try emit(base, into: first) }
                try emit(lower, into: first + 1)
                try emit(upper, into: first + 2)
                if isLate { try emit(base, into: first) }
                span = key.span
                add(Instruction(.slice, x: isOptional ? 1 : 0, a: target, b: first, c: first + 1))
                return
            }
            let container: Int
            let index: Int
            if runsCode(key), isOperandSimple(base) {
                // A variable is read after its key, which may change it, as where it is written.
                index = try operand(key)
                container = try operand(base)
            } else {
                (container, index) = try operands(base, key)
            }
            span = key.span
            add(Instruction(isOptional ? .getIndexOptional : .getIndex, x: shared, a: target, b: container, c: index))
        }
    }

    private func emitCatch(
        _ value: Expression, _ handler: CatchHandler, into target: Int, _ isShared: Bool, _ isStatement: Bool
    ) throws(EmitError) {
        try scoped { () throws(EmitError) in
            let result = try allocate()
            let caught = try allocate()
            let start = chunk.code.count
            try emit(value, into: result, isShared: isShared, isStatement: isStatement)
            let end = chunk.code.count
            let done = jump(Instruction(.jump))
            if end > start {
                chunk.handlers.append(Handler(start: start, end: end, target: chunk.code.count, register: caught))
            }
            switch handler {
            case .value(let fallback): try emit(fallback, into: result, isShared: isShared, isStatement: isStatement)
            case .handler(let binding, let body):
                try bind(binding, to: caught)
                try emit(body, into: result, isShared: isShared, isStatement: isStatement)
            }
            patch(done)
            add(Instruction(.move, a: target, b: result))
        }
    }

    private func emitJump(_ kind: Jump, _ place: Span) throws(EmitError) {
        try scoped { () throws(EmitError) in
            switch kind {
            case .throw(let value):
                let register = try operand(value)
                span = place
                add(Instruction(.throw, a: register))
            case .return(let value):
                guard let value else {
                    add(Instruction(.returnNull))
                    return
                }
                let register = try allocate()
                try emitReturned(value, into: register)
                add(Instruction(.return, a: register))
            case .skip(let reason):
                let register = try allocate()
                if let reason {
                    try emit(reason, into: register)
                    span = reason.span
                    add(Instruction(.expect, x: 1, a: register))
                } else {
                    add(Instruction(.loadNull, a: register))
                }
                add(Instruction(.endItem, x: 1, a: register))
            case .break:
                guard let loop = loops.indices.last else { return }
                if loops[loop].isBatchBody {
                    add(Instruction(.endItem, x: 2))
                } else {
                    loops[loop].breaks.append(jump(Instruction(.jump)))
                }
            case .continue:
                guard let loop = loops.indices.last else { return }
                if loops[loop].isBatchBody {
                    add(Instruction(.endItem, x: 0))
                } else {
                    loops[loop].continues.append(jump(Instruction(.jump)))
                }
            }
        }
    }
}
