// Statements and blocks: declarations, loops, try, and code that nothing reaches.

import CBKSyntax

extension Checker {
    /// Checks a block in a scope of its own; what is known of its value.
    mutating func checkBlock(_ block: Block, _ use: Use) -> Inferred {
        pushScope()
        defer { popScope() }
        return checkStatements(block.statements, use)
    }

    /// Checks statements in the scope that is open; `use` is what happens to the value of the last.
    mutating func checkStatements(_ statements: [Statement], _ use: Use) -> Inferred {
        predeclare(statements)
        var known = Inferred(.type(.null))
        var isReachable = true
        for (index, statement) in statements.enumerated() {
            if !isReachable, mayBeUnreachable(statement) {
                report(
                    .unreachable, "nothing reaches this statement", at: statement.span, hint: "the one before it never goes on")
                isReachable = true
            }
            known = checkStatement(statement, index == statements.count - 1 ? use : .statement)
            if case .expression(let expression) = statement.kind, case .jump = expression.kind { isReachable = false }
        }
        return known
    }

    /// Functions may be used before they stand, so they are reached.
    private func mayBeUnreachable(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .function, .error: false
        case .expression, .variable, .assignment, .whileLoop, .forLoop, .tryCatch, .import, .parameter, .emit: true
        }
    }

    private mutating func checkStatement(_ statement: Statement, _ use: Use) -> Inferred {
        guard mayHold(statement) else { return .unknown }
        switch statement.kind {
        case .expression(let expression):
            let known = check(expression, use)
            if use == .statement { checkDiscarded(expression, known) }
            return known
        case .variable(let declaration):
            checkVariable(declaration)
            if declaration.isPublic, let id = resolution.declarations[declaration.name.id] { publicVariables.insert(id) }
        case .function(let function, let isPublic):
            checkTest(function)
            checkDeclaredFunction(function)
            if isPublic, let id = function.name.flatMap({ resolution.declarations[$0.id] }) { publicVariables.insert(id) }
        case .assignment(let target, let operation, let span, let value):
            checkAssignment(target, operation.map { ($0, span) }, value)
        case .whileLoop(let condition, let body):
            checkCondition(condition)
            checkLoopBody(body)
        case .forLoop(let bindings, let source, let body): checkForLoop(bindings, source, body)
        case .tryCatch(let body, let binding, let handler):
            _ = checkBlock(body, .statement)
            pushScope()
            if let binding { declareError(binding) }
            _ = checkBlock(handler, .statement)
            popScope()
        case .import(let path, _, let alias): checkImport(path, alias, at: statement.span)
        case .parameter(let parameter): checkParameter(parameter)
        case .emit(let value): checkEmit(value, at: statement.span)
        case .error: hasErrorNodes = true
        }
        return Inferred(.type(.null))
    }

    mutating func declareError(_ binding: Name) {
        let id = declare(binding, .binding)
        entries[id].known = Inferred(.type(.error))
    }

    // MARK: Declarations

    private mutating func checkVariable(_ declaration: VariableDeclaration) {
        let name = declaration.name
        var arrow: Function?
        if case .function(let function) = declaration.value.kind { arrow = function }
        guard let id = resolution.declarations[name.id] else {
            // Declared a second time in this scope, as a REPL may; the first stands until here.
            if !(isInteractive && scopes.count == 1 && functions.count == 1) { reportRedeclared(name) }
            let known = check(declaration.value, .value)
            let id = declare(name, declaration.isMutable ? .mutable : .constant)
            learn(id, known, arrow, isMutable: declaration.isMutable)
            return
        }
        if let arrow, !declaration.isMutable {
            entries[id].parameters = parameterList(arrow)
            entries[id].arrow = arrow.id
        }
        entries[id].state = arrow == nil ? .initializing : .recursive
        let known = check(declaration.value, .value)
        entries[id].state = .ready
        learn(id, known, arrow, isMutable: declaration.isMutable)
    }

    private mutating func learn(_ id: VariableID, _ known: Inferred, _ arrow: Function?, isMutable: Bool) {
        guard !isMutable else { return }
        if case .never = known.origin { return }
        entries[id].known = Inferred(known.shape, depth: known.depth)
        if let arrow { entries[id].parameters = parameterList(arrow) }
    }

    private mutating func checkDeclaredFunction(_ function: Function) {
        if let name = function.name, resolution.declarations[name.id] == nil {
            if !(isInteractive && scopes.count == 1 && functions.count == 1) { reportRedeclared(name) }
            declareFunction(function, name)
        }
        checkFunction(function, .function)
    }

    /// Parameters are a scope, the body is one inside: it may shadow them.
    ///
    /// What its calls give is kept, where no `return` gives something else.
    mutating func checkFunction(_ function: Function, _ kind: FunctionContext.Kind) {
        pushFunction(kind, function.id)
        var ids: [VariableID] = []
        for parameter in function.parameters {
            ids.append(declareBinding(parameter.name, .parameter, parameter.defaultValue == nil ? .ready : .pending))
        }
        for (id, parameter) in zip(ids, function.parameters) {
            guard let value = parameter.defaultValue else { continue }
            entries[id].state = .initializing
            _ = check(value, .value)
            entries[id].state = .ready
        }
        let known =
            switch function.body {
            case .expression(let expression): check(expression, .tail)
            case .block(let block): checkBlock(block, .tail)
            }
        if !functions[functions.count - 1].hasReturn { answers[function.id] = Inferred(known.shape, depth: known.depth) }
        popFunction()
    }

    // MARK: Loops

    private mutating func checkLoopBody(_ body: Block) {
        functions[functions.count - 1].loopDepth += 1
        _ = checkBlock(body, .statement)
        functions[functions.count - 1].loopDepth -= 1
    }

    private mutating func checkForLoop(_ bindings: [Name], _ source: Expression, _ body: Block) {
        let known = check(source, .value)
        checkIterable(known, source, bindings: bindings.count)
        pushScope()
        for (index, binding) in bindings.enumerated() {
            let id = declareBinding(binding, .binding)
            entries[id].known = shapeOfBinding(index, of: bindings.count, known)
        }
        checkLoopBody(body)
        popScope()
    }

    private func shapeOfBinding(_ index: Int, of count: Int, _ source: Inferred) -> Inferred {
        if index == count - 1, !source.shape.types.contains(TypeSet(.record)) { return source.part(source.shape.element) }
        guard index == 0, count == 2 else { return .unknown }
        switch source.shape {
        case .list, .stream: return Inferred(.type(.int))
        case .record: return Inferred(.type(.string))
        case .any, .type, .oneOf, .optional: return .unknown
        }
    }

    mutating func checkIterable(_ known: Inferred, _ source: Expression, bindings: Int) {
        let types = known.shape.types
        if types.isDisjoint(with: .iterable) {
            let hint = types == TypeSet(.string) ? "'.chars()' gives its characters" : nil
            report(.notIterable, "a loop runs over a list, record or stream, not \(types.text)", at: source.span, hint: hint)
        } else if types == TypeSet(.record), bindings == 1 {
            report(
                .notIterable, "a loop over a record takes two names", at: source.span, hint: "write 'for key, value in …'")
        }
    }
}
