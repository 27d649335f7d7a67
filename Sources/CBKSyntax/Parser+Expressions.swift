// Expressions by precedence: arrows and `catch` loosest, then the binary operators in one loop, prefixes, and what
// follows a value: calls, members, indexes. Left-nested chains are loops here; only brackets and bodies recurse.

extension Parser {
    /// An expression with all that may stand loosest in it: an arrow, `catch`.
    mutating func expression() -> Expression {
        deeper({ $0.looseExpression() }, orElse: { $0.errorExpression() })
    }

    private mutating func looseExpression() -> Expression {
        let siblings = beginNode()
        defer { endNode(siblings) }
        return arrowStarts() ? arrow() : catching()
    }

    // MARK: catch

    private mutating func catching() -> Expression {
        var left = binary(.loosest)
        while kind == .catch, clauseMayFollow {
            advance()
            if handlerStarts() {
                guard let handler = handler() else { return left }
                return wrapping(.catching(left, handler), span(from: left.span.start))
            }
            let fallback: Expression
            if !context.isHeader, kind == .leftParen, arrowStarts() {
                complain(.misplacedArrow, "a handler takes one name", at: token.span, hint: "write 'catch e => …'")
                fallback = arrow()
            } else {
                fallback = operand()
            }
            left = wrapping(.catching(left, .value(fallback)), span(from: left.span.start))
        }
        return left
    }

    /// `e =>` or `(e) =>`
    private func handlerStarts() -> Bool {
        guard !context.isHeader else { return false }
        if kind.isWord { return kind(ahead: 1) == .arrow }
        return kind == .leftParen && kind(ahead: 1).isWord && kind(ahead: 2) == .rightParen && kind(ahead: 3) == .arrow
    }

    private mutating func handler() -> CatchHandler? {
        let hasBrackets = kind == .leftParen
        if hasBrackets { advance() }
        guard let binding = declaredName("a name after 'catch'") else { return nil }
        if hasBrackets { advance() }
        advance()
        return .handler(binding: binding, body: armBody())
    }

    /// The right side of `??` or `catch`, or a jump that stands there.
    private mutating func operand() -> Expression {
        if kind.isJump { return jump(isOperand: true) }
        return binary(.loosest)
    }

    // MARK: Binary operators

    /// Operators of at least this precedence, left to right.
    mutating func binary(_ minimum: Precedence) -> Expression {
        let siblings = beginNode()
        defer { endNode(siblings) }
        var left = prefixed()
        var last: Precedence?
        var isChainReported = false
        while let (binaryOperator, precedence) = kind.binaryOperator, precedence >= minimum {
            if isAtLineStart, kind != .coalesce, kind != .and, kind != .or { break }
            let operatorSpan = token.span
            if precedence == last, precedence == .comparison || precedence == .range, !isChainReported {
                failChained()
                isChainReported = true
            }
            last = precedence
            advance()
            let right: Expression
            if binaryOperator == .coalesce, kind.isJump {
                right = jump(isOperand: true)
            } else {
                right = binary(precedence.next)
            }
            left = wrapping(
                .binary(binaryOperator, operatorSpan: operatorSpan, left, right), span(from: left.span.start))
        }
        return left
    }

    private mutating func failChained() {
        let word = text(token)
        if kind == .range {
            complain(.chainedComparison, "ranges cannot be chained", at: token.span, hint: "a range is 'a..b'")
        } else {
            complain(
                .chainedComparison, "comparisons cannot be chained", at: token.span,
                hint: "write 'a \(word) b && b \(word) c'")
        }
    }

    private mutating func prefixed() -> Expression {
        var prefixes: [Token] = []
        while kind == .minus || kind == .not {
            prefixes.append(token)
            advance()
        }
        var value = leastInteger(after: prefixes.last)
        if value != nil { prefixes.removeLast() }
        var expression = value.take() ?? postfixed()
        while let prefix = prefixes.popLast() {
            expression = wrapping(
                .unary(prefix.kind == .minus ? .negate : .not, expression),
                Span(start: prefix.span.start, end: max(prefix.span.end, expression.span.end)))
        }
        return expression
    }

    /// -9223372036854775808, whose digits alone are out of range.
    private mutating func leastInteger(after prefix: Token?) -> Expression? {
        guard let prefix, prefix.kind == .minus, kind == .int, !token.isMalformed,
            magnitude(source.bytes[token.span.start..<token.span.end]) == UInt64(Int64.max) + 1
        else { return nil }
        switch kind(ahead: 1) {
        case .dot, .questionDot, .leftParen, .leftBracket, .questionBracket: return nil
        default: break
        }
        advance()
        return wrapping(.int(.min), span(from: prefix.span.start))
    }

    // MARK: What follows a value

    private mutating func postfixed() -> Expression {
        var value = primary()
        // After the `}` of an if, match or batch, brackets begin something new.
        let endsInBlock = value.kind.endsInBlock
        while true {
            switch kind {
            case .dot, .questionDot:
                guard !isAtLineStart || kind(ahead: 1).isWord else { return value }
                let isOptional = kind == .questionDot
                let mark = text(token)
                advance()
                guard kind.isWord, !isAtLineStart else {
                    var hint: String?
                    if case .int(let number) = value.kind, mark == "." {
                        hint = "a fraction has a digit after the dot: \(number).0"
                    }
                    failExpected("a name after '\(mark)'", hint: hint, moreMayFollow: false, lineEnds: true)
                    return value
                }
                let name = takeName()
                value = wrapping(.member(value, name, isOptional: isOptional), span(from: value.span.start))
            case .leftParen where !isAtLineStart && !endsInBlock:
                let arguments = arguments()
                value = wrapping(.call(value, arguments), span(from: value.span.start))
            case .leftBracket where !isAtLineStart && !endsInBlock, .questionBracket where !isAtLineStart:
                let isOptional = kind == .questionBracket
                let key = bracketed(to: .rightBracket)
                value = wrapping(.index(value, key, isOptional: isOptional), span(from: value.span.start))
            default:
                return value
            }
        }
    }

    private mutating func arguments() -> [Argument] {
        let opening = index
        advance()
        var arguments: [Argument] = []
        var isPositionalOver = false
        elements(to: .rightParen, opened: opening) { parser in
            if parser.kind == .ellipsis {
                parser.advance()
                isPositionalOver = true
                arguments.append(Argument(label: nil, value: parser.expression(), isSpread: true))
                return
            }
            let next = parser.kind(ahead: 1)
            if parser.kind.isWord, next == .colon || next == .assign {
                let label = parser.takeName()
                if next == .assign {
                    parser.complain(
                        .misplacedAssignment, "'=' cannot stand here", at: parser.token.span,
                        hint: "a named argument is written '\(label.text): …'")
                }
                parser.advance()
                isPositionalOver = true
                arguments.append(Argument(label: label, value: parser.expression(), isSpread: false))
                return
            }
            let value = parser.expression()
            if isPositionalOver {
                parser.complain(
                    .argumentOrder, "an argument without a name after one with a name", at: value.span,
                    hint: "move it to the front, or name it")
            }
            arguments.append(Argument(label: nil, value: value, isSpread: false))
        }
        return arguments
    }

    /// `[key]`, `(value)`: one expression in the brackets at the current token.
    mutating func bracketed(to closing: TokenKind) -> Expression {
        let opening = index
        let wasPanicking = isPanicking
        advance()
        let outer = context
        context = .bracket
        defer { context = outer }
        let inner = expression()
        if kind == closing, !isPanicking {
            advance()
            return inner
        }
        if !isPanicking { failClosing(closing, opened: opening) }
        let end = Int(closings[opening])
        if end >= index {
            index = end
            advance()
            isPanicking = wasPanicking
        }
        return inner
    }

    private mutating func failClosing(_ closing: TokenKind, opened opening: Int) {
        guard kind != .endOfFile, closings[opening] >= 0 || !token.hasNewlineBefore else {
            failUnclosed(opening)
            return
        }
        if kind == .assign {
            fail(.misplacedAssignment, "'=' cannot stand here", at: token.span, hint: "to compare, write '=='")
        } else {
            failExpected(
                closing == .rightParen ? "')'" : "']'",
                hint: kind == .comma && closing == .rightParen ? "a list is written [a, b]" : nil)
        }
    }
}

/// How tightly operators bind.
enum Precedence: Int, Comparable {
    case loosest = 1
    case and, comparison, coalesce, range, sum, product, prefix

    static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }

    /// The next tighter: the right side of a left-associative operator.
    var next: Precedence { Precedence(rawValue: rawValue + 1) ?? .prefix }
}

extension TokenKind {
    var binaryOperator: (BinaryOperator, Precedence)? {
        switch self {
        case .or: (.or, .loosest)
        case .and: (.and, .and)
        case .equal: (.equal, .comparison)
        case .notEqual: (.notEqual, .comparison)
        case .less: (.less, .comparison)
        case .lessOrEqual: (.lessOrEqual, .comparison)
        case .greater: (.greater, .comparison)
        case .greaterOrEqual: (.greaterOrEqual, .comparison)
        case .in: (.in, .comparison)
        case .coalesce: (.coalesce, .coalesce)
        case .range: (.range, .range)
        case .plus: (.add, .sum)
        case .minus: (.subtract, .sum)
        case .star: (.multiply, .product)
        case .slash: (.divide, .product)
        case .floorDivide: (.floorDivide, .product)
        case .percent: (.remainder, .product)
        default: nil
        }
    }

    /// throw, return, break, continue, skip
    var isJump: Bool {
        switch self {
        case .throw, .return, .break, .continue, .skip: true
        default: false
        }
    }
}

extension Expression.Kind {
    fileprivate var endsInBlock: Bool {
        switch self {
        case .conditional, .match, .batch: true
        default: false
        }
    }
}
