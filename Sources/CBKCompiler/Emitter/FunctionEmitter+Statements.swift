// Statements: declarations, assignments along paths, loops, try.

import CBKSyntax

extension FunctionEmitter {
    func emitBlock(_ block: Block, into target: Int?, isStatement: Bool = false) throws(EmitError) {
        try scoped { () throws(EmitError) in try emitStatements(block.statements, into: target, isStatement: isStatement) }
    }

    /// Statements of one scope; the value of the last one goes into `target`, null if it has none.
    ///
    /// - Parameter isStatement: of the top level, or of a statement, where a batch is one even as the last value.
    func emitStatements(
        _ statements: [Statement], into target: Int?, isReturned: Bool = false, isStatement: Bool = false
    ) throws(EmitError) {
        try hoist(statements)
        for (index, statement) in statements.enumerated() {
            span = statement.span
            if let target, index == statements.count - 1, case .expression(let expression) = statement.kind {
                if isReturned {
                    try emitReturned(expression, into: target)
                } else {
                    try emitOwned(expression, into: target, isStatement: isStatement)
                }
                return
            }
            try emitStatement(statement)
        }
        if let target { add(Instruction(.loadNull, a: target)) }
    }

    /// Makes the scope's functions, which may be used before their definition, and the boxes that they capture.
    private func hoist(_ statements: [Statement]) throws(EmitError) {
        var functions: [Function] = []
        for statement in statements {
            if case .function(let function, _) = statement.kind { functions.append(function) }
        }
        guard !functions.isEmpty else { return }
        for statement in statements {
            guard case .variable(let declaration) = statement.kind,
                let variable = context.resolution.declarations[declaration.name.id], isLocal(variable),
                context.isBoxed(variable), context.early.contains(variable)
            else { continue }
            let register = try declare(declaration.name)
            add(Instruction(.loadUndefined, a: register))
            add(Instruction(.newBox, a: register))
        }
        for function in functions {
            guard let name = function.name, let variable = context.resolution.declarations[name.id], isLocal(variable) else {
                continue
            }
            let register = try declare(name)
            guard context.isBoxed(variable) else { continue }
            add(Instruction(.loadUndefined, a: register))
            add(Instruction(.newBox, a: register))
        }
        for function in functions {
            guard let name = function.name, let variable = context.resolution.declarations[name.id] else { continue }
            try define(variable) { (register) throws(EmitError) in try emitClosure(function, name: name.text, into: register) }
        }
    }

    private func isLocal(_ variable: VariableID) -> Bool {
        !context.resolution.variables[variable].isGlobal
    }

    /// Emits a value into a variable's place, as its definition.
    private func define(_ variable: VariableID, _ value: (Int) throws(EmitError) -> Void) throws(EmitError) {
        switch place(of: variable) {
        case .register(let register): try value(register)
        case .boxInRegister(let box):
            try scoped { () throws(EmitError) in
                let register = try allocate()
                try value(register)
                add(Instruction(.defineBox, a: box, b: register))
            }
        case .global(let slot):
            try scoped { () throws(EmitError) in
                let register = try allocate()
                try value(register)
                add(Instruction(.defineGlobal, a: register, bc: slot))
            }
        case .capture, .boxInCapture: preconditionFailure("a function declares its own variables only")
        }
    }

    /// Whether a statement's value may be a stream that the checker cannot see: it would do nothing, silently.
    private func mayGiveStream(_ expression: Expression) -> Bool {
        switch unwrapped(expression).kind {
        case .call(let callee, _):
            if case .builtin? = context.resolution.references[callee.id] { return false }
            guard case .member(_, let name, _) = callee.kind else { return true }
            return !["push", "insert", "clear"].contains(name.text)
        case .name, .member, .index, .catching, .conditional, .match, .block, .binary(.coalesce, _, _, _): return true
        case .null, .bool, .int, .float, .duration, .string, .regex, .list, .record, .function, .omit, .unary, .binary,
            .batch, .jump, .parenthesized, .error:
            return false
        }
    }

    func emitStatement(_ statement: Statement) throws(EmitError) {
        span = statement.span
        switch statement.kind {
        case .expression(let expression):
            try scoped { () throws(EmitError) in
                if case .conditional(let branches, let otherwise) = expression.kind {
                    try emitConditional(branches, otherwise, into: nil)
                } else {
                    let value = try allocate()
                    try emit(expression, into: value, isStatement: true)
                    if mayGiveStream(expression) {
                        span = expression.span
                        add(Instruction(.expect, a: value))
                    }
                }
            }
        case .variable(let declaration): try emitDeclaration(declaration)
        // A function is made by `hoist`; a parameter's value is in its global before the program starts.
        case .function, .parameter, .import, .error: break
        case .assignment(let target, let operation, let operatorSpan, let value):
            try scoped { () throws(EmitError) in
                try emitAssignment(target, operation, operatorSpan, value)
            }
        case .whileLoop(let condition, let body): try emitWhile(condition, body)
        case .forLoop(let bindings, let source, let body):
            try scoped { () throws(EmitError) in try emitFor(bindings, source, body) }
        case .tryCatch(let body, let binding, let handler):
            try scoped { () throws(EmitError) in
                let caught = try allocate()
                let start = chunk.code.count
                try emitBlock(body, into: nil)
                let end = chunk.code.count
                let done = jump(Instruction(.jump))
                chunk.handlers.append(Handler(start: start, end: end, target: chunk.code.count, register: caught))
                if let binding { try bind(binding, to: caught) }
                try emitBlock(handler, into: nil)
                patch(done)
            }
        case .emit(let expression):
            try scoped { () throws(EmitError) in
                let base = try allocate(2)
                try emitOwned(expression, into: base + 1)
                span = statement.span
                add(Instruction(.callNative, a: base, b: 1, c: try builtin("__emit")))
            }
        }
    }

    private func emitDeclaration(_ declaration: VariableDeclaration) throws(EmitError) {
        guard let variable = context.resolution.declarations[declaration.name.id] else { return }
        if context.resolution.variables[variable].isGlobal {
            if context.isRegisterGlobal(variable), promotedCount < FunctionEmitter.mostPromoted {
                promotedCount += 1
                let register = try allocate()
                try emitOwned(declaration.value, into: register)
                registers[variable] = register
                return
            }
            try define(variable) { (register) throws(EmitError) in try emitOwned(declaration.value, into: register) }
            return
        }
        if registers[variable] != nil, context.early.contains(variable), context.isBoxed(variable) {
            try define(variable) { (register) throws(EmitError) in try emitOwned(declaration.value, into: register) }
            return
        }
        let register = try allocate()
        try emitOwned(declaration.value, into: register)
        registers[variable] = register
        if context.isBoxed(variable) { add(Instruction(.newBox, a: register)) }
    }

    /// Makes a binding's variable out of a value in a register that nothing else uses.
    func bind(_ name: Name, to register: Int) throws(EmitError) {
        guard let variable = context.resolution.declarations[name.id] else { return }
        guard context.isBoxed(variable) else {
            registers[variable] = register
            return
        }
        let box = try allocate()
        add(Instruction(.move, a: box, b: register))
        add(Instruction(.newBox, a: box))
        registers[variable] = box
    }

    // MARK: Loops

    private func emitWhile(_ condition: Expression, _ body: Block) throws(EmitError) {
        let entry = jump(Instruction(.jump))
        let start = chunk.code.count
        loops.append(LoopContext())
        try emitBlock(body, into: nil)
        let loop = loops.removeLast()
        for index in [entry] + loop.continues { patch(index) }
        for index in try emitBranches(condition, jumpIf: true) { patch(index, to: start) }
        for index in loop.breaks { patch(index) }
    }

    private func emitFor(_ bindings: [Name], _ source: Expression, _ body: Block) throws(EmitError) {
        if bindings.count == 1, case .binary(.range, _, let lower, let upper) = unwrapped(source).kind {
            let counter = try allocate(2)
            try emit(lower, into: counter)
            try emit(upper, into: counter + 1)
            span = source.span
            let empty = jump(Instruction(.rangePrepare, a: counter))
            let start = chunk.code.count
            loops.append(LoopContext())
            try scoped { () throws(EmitError) in
                try bind(bindings[0], to: counter)
                try emitBlock(body, into: nil)
            }
            let loop = loops.removeLast()
            for index in loop.continues { patch(index) }
            let back = jump(Instruction(.rangeNext, a: counter))
            patch(back, to: start)
            for index in [empty] + loop.breaks { patch(index) }
            return
        }
        let iterator = try allocate(2 + bindings.count)
        try emitOwned(source, into: iterator)
        span = source.span
        add(Instruction(.iteratePrepare, x: UInt8(bindings.count), a: iterator))
        let place = span
        let entry = jump(Instruction(.jump))
        let start = chunk.code.count
        loops.append(LoopContext())
        try scoped { () throws(EmitError) in
            for (index, binding) in bindings.enumerated() { try bind(binding, to: iterator + 2 + index) }
            try emitBlock(body, into: nil)
        }
        let loop = loops.removeLast()
        for index in [entry] + loop.continues { patch(index) }
        span = place
        let back = jump(Instruction(.iterateNext, x: UInt8(bindings.count), a: iterator))
        patch(back, to: start)
        for index in loop.breaks { patch(index) }
    }

    /// Without its parentheses.
    func unwrapped(_ expression: Expression) -> Expression {
        var expression = expression
        while case .parenthesized(let inner) = expression.kind { expression = inner }
        return expression
    }
}
