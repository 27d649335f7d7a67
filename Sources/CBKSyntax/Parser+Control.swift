// Expressions with bodies: if, match, batch, arrows; and the jumps out of them.

extension Parser {
    /// The expression of a header: a bare `{` ends it.
    mutating func header(_ what: String) -> Expression {
        let outer = context
        context.isHeader = true
        defer { context = outer }
        guard kind != .leftBrace || isBareRecord else {
            failExpected(what, code: .expectedExpression)
            return errorExpression()
        }
        return expression()
    }

    mutating func conditional() -> Expression {
        let start = token.span.start
        advance()
        var branches: [ConditionalBranch] = []
        var otherwise: Block?
        while true {
            let condition = header("a condition after 'if'")
            branches.append(ConditionalBranch(condition: condition, body: block("the body of 'if'", afterHeader: true)))
            guard kind == .else, clauseMayFollow else { break }
            advance()
            if kind == .if, !isAtLineStart {
                advance()
                continue
            }
            otherwise = block("the body of 'else'")
            break
        }
        return wrapping(.conditional(branches, otherwise: otherwise), span(from: start))
    }

    // MARK: match

    mutating func match() -> Expression {
        let start = token.span.start
        advance()
        let subject = header("a value after 'match'")
        guard findBrace("the arms of 'match'", afterHeader: true) else {
            return wrapping(.error, span(from: start))
        }
        let arms = deeper({ $0.arms() }, orElse: { _ in [] })
        return wrapping(.match(subject: subject, arms: arms), span(from: start))
    }

    private mutating func arms() -> [MatchArm] {
        let opening = index
        advance()
        let outer = context
        context = .block
        blockDepth += 1
        isPanicking = false
        defer {
            context = outer
            blockDepth -= 1
        }
        var arms: [MatchArm] = []
        while kind != .rightBrace {
            guard kind != .endOfFile, kind != .stringMiddle, kind != .stringEnd else {
                failUnclosed(opening)
                return arms
            }
            let start = index
            if let arm = arm() { arms.append(arm) }
            if !isPanicking, kind == .comma {
                advance()
                continue
            }
            if !isPanicking, kind == .rightBrace || token.hasNewlineBefore { continue }
            if kind != .endOfFile { failExpected("a new line or ',' after the arm", code: .expectedStatementEnd) }
            synchronizeArm(from: start)
        }
        advance()
        return arms
    }

    private mutating func synchronizeArm(from start: Int) {
        while kind != .endOfFile, kind != .rightBrace, kind != .stringEnd, kind != .stringMiddle {
            if kind == .comma {
                advance()
                break
            }
            if index > start, token.hasNewlineBefore { break }
            skip()
        }
        isPanicking = false
    }

    private mutating func arm() -> MatchArm? {
        let start = token.span.start
        let pattern = pattern()
        var condition: Expression?
        if kind == .if, !isAtLineStart, !isPanicking {
            advance()
            condition = header("a condition after 'if'")
        }
        guard !isPanicking else { return nil }
        let isThinArrow = kind == .minus && kind(ahead: 1) == .greater
        guard expect(.arrow, "'=>' after the pattern", hint: isThinArrow ? "write '=>'" : nil) else { return nil }
        let body = armBody()
        return MatchArm(pattern: pattern, guardCondition: condition, body: body, span: span(from: start))
    }

    /// After the `=>` of an arm or a handler: a block, a jump, or an expression.
    mutating func armBody() -> Expression {
        if kind == .leftBrace, !recordFollows(at: index) {
            let siblings = beginNode()
            defer { endNode(siblings) }
            let block = openBlock()
            return wrapping(.block(block), block.span)
        }
        return kind.isJump ? jump(isOperand: false) : expression()
    }

    // MARK: Jumps

    /// `isOperand`: right of `??` or `catch`, where a further `catch` belongs to the whole.
    mutating func jump(isOperand: Bool) -> Expression {
        let siblings = beginNode()
        defer { endNode(siblings) }
        let start = token.span.start
        let word = kind
        advance()
        let jump: Jump
        switch word {
        case .break: jump = .break
        case .continue: jump = .continue
        default:
            var value: Expression?
            if !token.hasNewlineBefore, startsExpression {
                value =
                    isOperand
                    ? deeper({ $0.binary(.loosest) }, orElse: { $0.errorExpression() }) : expression()
            }
            switch word {
            case .return: jump = .return(value)
            case .skip: jump = .skip(value)
            default:
                if value == nil {
                    failExpected(
                        "a value after 'throw'", code: .expectedExpression, moreMayFollow: false, lineEnds: true)
                }
                jump = .throw(value ?? errorExpression())
            }
        }
        return wrapping(.jump(jump), span(from: start))
    }

    private var startsExpression: Bool {
        switch kind {
        case .name, .int, .float, .duration, .string, .stringStart, .regex, .true, .false, .null, .omit, .leftParen,
            .leftBracket, .minus, .not, .if, .match, .batch, .invalid:
            true
        case .leftBrace: !context.isHeader
        default: false
        }
    }

    // MARK: Arrows

    /// `x =>` or `(…) =>` at the current token; never in a header.
    func arrowStarts() -> Bool {
        guard !context.isHeader else { return false }
        let arrow: Int
        if kind.isWord {
            arrow = index + 1
        } else if kind == .leftParen, closings[index] >= 0 {
            arrow = Int(closings[index]) + 1
        } else {
            return false
        }
        guard arrow < tokens.count, tokens[arrow].kind == .arrow else { return false }
        return !(context.newlinesCount && tokens[arrow].hasNewlineBefore)
    }

    mutating func arrow() -> Expression {
        let start = token.span.start
        let parameters: [Function.Parameter]
        if kind == .leftParen {
            parameters = parameterList()
        } else {
            // A statement may start with its arrow: the name at a line's start is no missing one.
            guard let name = kind == .name ? takeName() : declaredName("a parameter's name") else { return errorExpression() }
            parameters = [Function.Parameter(name: name, defaultValue: nil)]
        }
        guard expect(.arrow, "'=>' after the parameters") else { return errorExpression() }
        let body: Function.Body
        if kind == .leftBrace, !recordFollows(at: index) {
            body = .block(openBlock())
        } else {
            body = .expression(expression())
        }
        let span = span(from: start)
        let id = newID()
        return wrapping(.function(Function(id: id, name: nil, parameters: parameters, body: body, span: span)), span)
    }

    // MARK: batch

    mutating func batch() -> Expression {
        let start = token.span.start
        advance()
        guard let binding = declaredName("a name after 'batch'"),
            expect(.in, "'in' and what to run through", moreMayFollow: true)
        else { return wrapping(.error, span(from: start)) }
        let source = header("what to run through")
        var key: Expression?
        var parallel: Expression?
        while kind == .by || kind == .parallel {
            let word = token
            if word.kind == .by ? key != nil : parallel != nil {
                complain(.repeatedClause, "'\(text(word))' is given twice", at: word.span)
            }
            advance()
            if word.kind == .by {
                key = header("a key after 'by'")
            } else {
                parallel = header("a number after 'parallel'")
            }
        }
        let body = block("the batch's body", afterHeader: true)
        let keyBinding = Name(id: newID(), text: binding.text, span: binding.span)
        let bodyID = newID()
        let keyID = newID()
        return wrapping(
            .batch(
                Batch(
                    bodyID: bodyID, keyID: keyID, binding: binding, keyBinding: keyBinding, source: source, key: key,
                    parallel: parallel, body: body)), span(from: start))
    }
}
