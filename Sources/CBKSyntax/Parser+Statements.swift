// Statements: declarations, loops, try, import, emit, assignments, and expressions that stand alone.

extension Parser {
    mutating func statement() -> Statement {
        let siblings = beginNode()
        defer { endNode(siblings) }
        let start = token.span.start
        var kind = statementKind()
        height += 1
        if height > Self.depthLimit {
            failTooDeep(span(from: start))
            kind = .error
            height = 1
        }
        return Statement(id: newID(), span: span(from: start), kind: kind)
    }

    private mutating func statementKind() -> Statement.Kind {
        switch kind {
        case .let, .var: return variable(isPublic: false)
        case .fn: return function(isPublic: false)
        case .pub: return publicDeclaration()
        case .while: return whileLoop()
        case .for: return forLoop()
        case .try: return tryCatch()
        case .import: return importStatement()
        case .param: return parameter()
        case .emit: return emit()
        case .throw, .return, .break, .continue, .skip: return .expression(jump(isOperand: false))
        case .else, .catch:
            failStrayClause()
            return .error
        default: return expressionOrAssignment()
        }
    }

    // MARK: Declarations

    private mutating func publicDeclaration() -> Statement.Kind {
        let span = token.span
        advance()
        if blockDepth > 0, kind == .fn || kind == .let {
            complain(.misplacedPub, "'pub' stands at the top level only", at: span, hint: "what is in a block stays there")
        }
        switch kind {
        case .fn: return function(isPublic: true)
        case .let: return variable(isPublic: true)
        case .var:
            complain(.misplacedPub, "a 'var' cannot be 'pub'", at: span, hint: "modules share 'let' and 'fn'")
            return variable(isPublic: true)
        default:
            failExpected("'let' or 'fn' after 'pub'", code: .misplacedPub, moreMayFollow: false, lineEnds: true)
            return .error
        }
    }

    private mutating func variable(isPublic: Bool) -> Statement.Kind {
        let isMutable = kind == .var
        advance()
        guard let name = declaredName("a name after '\(isMutable ? "var" : "let")'") else { return .error }
        guard expect(.assign, "'=' and a value after '\(name.text)'") else {
            return .variable(
                VariableDeclaration(name: name, isMutable: isMutable, isPublic: isPublic, value: errorExpression()))
        }
        let value = expression()
        return .variable(VariableDeclaration(name: name, isMutable: isMutable, isPublic: isPublic, value: value))
    }

    private mutating func function(isPublic: Bool) -> Statement.Kind {
        let start = token.span.start
        advance()
        if kind == .leftParen, !isAtLineStart {
            failExpected("a name after 'fn'", hint: "a function without a name is written '(x) => …'")
            return .error
        }
        guard let name = declaredName("a name after 'fn'") else { return .error }
        var parameters: [Function.Parameter] = []
        if kind == .leftParen, !isAtLineStart {
            parameters = parameterList()
        } else {
            failExpected("'(' after '\(name.text)'", moreMayFollow: false, lineEnds: true)
        }
        if kind == .arrow, !isAtLineStart {
            failExpected("'{'", hint: "the body of a 'fn' stands in braces")
        }
        // Even without a body the function is declared, so that its uses are no further mistakes.
        let body = block("the body of '\(name.text)'")
        let function = Function(
            id: newID(), name: name, parameters: parameters, body: .block(body), span: span(from: start))
        return .function(function, isPublic: isPublic)
    }

    /// `(a, b = 1)`
    mutating func parameterList() -> [Function.Parameter] {
        let opening = index
        advance()
        var parameters: [Function.Parameter] = []
        elements(to: .rightParen, opened: opening) { parser in
            guard let name = parser.declaredName("a parameter's name") else { return }
            var defaultValue: Expression?
            if parser.kind == .assign {
                parser.advance()
                defaultValue = parser.expression()
            }
            parameters.append(Function.Parameter(name: name, defaultValue: defaultValue))
        }
        return parameters
    }

    private mutating func importStatement() -> Statement.Kind {
        advance()
        let path = token
        guard path.kind == .string, !isAtLineStart else {
            failExpected("a path in quotes after 'import'", moreMayFollow: false, lineEnds: true)
            return .error
        }
        let text = stringText(path)
        advance()
        guard expect(.as, "'as' and a name after the path", hint: "such as: import \"lib/plans.cbk\" as plans"),
            let alias = declaredName("a name after 'as'")
        else { return .error }
        return .import(path: text, pathSpan: path.span, alias: alias)
    }

    // MARK: Loops and try

    private mutating func whileLoop() -> Statement.Kind {
        advance()
        let condition = header("a condition after 'while'")
        return .whileLoop(condition: condition, body: block("the loop's body", afterHeader: true))
    }

    private mutating func forLoop() -> Statement.Kind {
        advance()
        if kind == .leftParen {
            failExpected("a name after 'for'", hint: "write 'for x in list { … }', without brackets")
            return .error
        }
        guard let first = declaredName("a name after 'for'") else { return .error }
        var bindings = [first]
        if kind == .comma, !isAtLineStart {
            advance()
            guard let second = nextName("a second name after ','") else { return .error }
            bindings.append(second)
        }
        guard expect(.in, "'in' and what to loop over", moreMayFollow: true) else { return .error }
        let source = header("what to loop over")
        return .forLoop(bindings: bindings, source: source, body: block("the loop's body", afterHeader: true))
    }

    /// A declared name after a comma, where a newline means nothing.
    private mutating func nextName(_ role: String) -> Name? {
        let outer = context
        context.newlinesCount = false
        defer { context = outer }
        return declaredName(role, moreMayFollow: true)
    }

    private mutating func tryCatch() -> Statement.Kind {
        advance()
        guard kind == .leftBrace, !isAtLineStart else {
            failExpected(
                "'{' after 'try'", hint: "a value that may fail is written 'expr catch fallback'", moreMayFollow: false,
                lineEnds: true)
            return .error
        }
        let body = block("the body of 'try'")
        guard !isPanicking else { return .error }
        guard kind == .catch, clauseMayFollow else {
            failExpected(
                "'catch' after the body of 'try'", code: .missingCatch,
                moreMayFollow: !(isInteractive && blockDepth == 0), lineEnds: true)
            return .error
        }
        advance()
        var binding: Name?
        if kind == .leftParen, kind(ahead: 1) == .name, kind(ahead: 2) == .rightParen {
            complain(
                .expected, "the name after 'catch' stands without brackets", at: token.span,
                hint: "write 'catch \(text(tokens[index + 1])) { … }'")
            advance()
            binding = takeName()
            advance()
        } else if kind != .leftBrace, !isAtLineEnd {
            guard let name = declaredName("a name or '{' after 'catch'") else { return .error }
            binding = name
        }
        return .tryCatch(body: body, binding: binding, handler: block("the handler's body"))
    }

    // MARK: The rest

    private mutating func emit() -> Statement.Kind {
        advance()
        guard !isAtLineEnd, kind != .rightBrace, kind != .semicolon else {
            failExpected("a value after 'emit'", code: .expectedExpression, moreMayFollow: false, lineEnds: true)
            return .error
        }
        return .emit(expression())
    }

    private mutating func expressionOrAssignment() -> Statement.Kind {
        if kind == .rightParen || kind == .rightBracket {
            fail(.unbalancedBracket, "this '\(text(token))' closes nothing", at: token.span)
            advance()
            return .error
        }
        let target = expression()
        guard !isPanicking, !isAtLineStart, let assigned = kind.assignment else { return .expression(target) }
        let operatorSpan = token.span
        if let problem = problem(ofTarget: target) {
            complain(.invalidTarget, problem, at: target.span, hint: "a target is a variable, its fields and its items")
        }
        advance()
        let value = expression()
        guard problem(ofTarget: target) == nil else { return .error }
        return .assignment(target: target, operator: assigned, operatorSpan: operatorSpan, value: value)
    }

    /// Why an expression cannot be assigned to; nil if it can.
    private func problem(ofTarget target: Expression) -> String? {
        var rest = target
        while true {
            switch rest.kind {
            case .name: return nil
            case .error: return nil
            case .member(let base, _, let isOptional):
                if isOptional { return "'?.' cannot be assigned to" }
                rest = base
            case .index(let base, let key, let isOptional):
                if isOptional { return "'?[…]' cannot be assigned to" }
                if case .binary(.range, _, _, _) = key.kind { return "a slice cannot be assigned to" }
                rest = base
            case .call: return "the result of a call cannot be assigned to"
            default: return "this cannot be assigned to"
            }
        }
    }
}
