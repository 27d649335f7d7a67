// The smallest expressions: literals, names, strings with expressions in them, lists, records, brackets.

extension Parser {
    mutating func primary() -> Expression {
        let found = token
        switch found.kind {
        case .int, .float, .duration: return number()
        case .string:
            advance()
            return wrapping(.string(textParts(stringText(found))), found.span)
        case .stringStart: return interpolatedString()
        case .regex: return regex()
        case .true, .false:
            advance()
            return wrapping(.bool(found.kind == .true), found.span)
        case .null:
            advance()
            return wrapping(.null, found.span)
        case .omit:
            advance()
            return wrapping(.omit, found.span)
        case .name:
            advance()
            return wrapping(.name(text(found)), found.span)
        case .leftParen:
            let inner = bracketed(to: .rightParen)
            return wrapping(.parenthesized(inner), span(from: found.span.start))
        case .leftBracket: return list()
        case .leftBrace:
            guard context.isHeader else { return record() }
            return recordInHeader()
        case .if: return conditional()
        case .match: return match()
        case .batch: return batch()
        case .throw, .return, .break, .continue, .skip:
            complain(
                .misplacedJump, "'\(text(found))' cannot stand here", at: found.span,
                hint:
                    "in an expression it stands right of '??' or 'catch'; in an arrow's body, in braces: { \(text(found)) … }"
            )
            return jump(isOperand: true)
        case .emit:
            complain(
                .misplacedJump, "'emit' is a statement and gives no value", at: found.span,
                hint: "put it in braces: { emit … }")
            advance()
            return expression()
        default:
            failExpression()
            return errorExpression()
        }
    }

    private mutating func failExpression() {
        var hint: String?
        switch kind {
        case .floorDivide where token.hasNewlineBefore:
            fail(
                .slashComment, "'//' is floor division, and nothing stands before it", at: token.span,
                hint: "comments start with '#'")
            return
        case _ where kind.beginsStatementOnly && token.hasNewlineBefore && index > 0:
            // The next statement has begun: the mistake is at the end of the line before.
            fail(
                .expectedExpression, "expected an expression, found the end of the line",
                at: Span(start: previousEnd, end: previousEnd))
            return
        case .fn: hint = "a function without a name is written 'x => …'"
        case .try: hint = "as a value, write 'expression catch fallback'"
        case .plus where index > 0 && tokens[index - 1].kind == .plus: hint = "write 'n += 1'"
        case .star where index > 0 && tokens[index - 1].kind == .star && tokens[index - 1].span.end == token.span.start:
            hint = "a power is written 'a.pow(b)'"
        case .dot where kind(ahead: 1) == .int && tokens[index + 1].span.start == token.span.end:
            hint = "a number has a digit before the dot: 0.\(text(tokens[index + 1]))"
        case _ where token.hasNewlineBefore && kind.binaryOperator != nil:
            hint = "a line ends with its operator: move '\(text(token))' up"
        case .colon: hint = "a record stands in braces"
        default: break
        }
        failExpected("an expression", code: .expectedExpression, hint: hint)
    }

    // MARK: Literals

    private mutating func number() -> Expression {
        let found = token
        advance()
        return wrapping(numberValue(found, isNegative: false), found.span)
    }

    /// The value of a number's token, or an error node, reported.
    mutating func numberValue(_ token: Token, isNegative: Bool) -> Expression.Kind {
        guard !token.isMalformed else { return .error }
        let digits = source.bytes[token.span.start..<token.span.end]
        switch token.kind {
        case .float:
            if let value = floatValue(digits) { return .float(isNegative ? -value : value) }
            complain(.numberOutOfRange, "'\(text(token))' is beyond the range of a float", at: token.span)
        case .duration:
            if let value = durationValue(digits) { return .duration(isNegative ? -value : value) }
            complain(.numberOutOfRange, "'\(text(token))' is too long for a duration", at: token.span)
        default:
            if let value = magnitude(digits) {
                if let value = Int64(exactly: value) { return .int(isNegative ? -value : value) }
                if isNegative, value == UInt64(Int64.max) + 1 { return .int(.min) }
            }
            complain(
                .numberOutOfRange, "'\(text(token))' does not fit in 64 bits", at: token.span,
                hint: "the largest int is 9223372036854775807")
        }
        return .error
    }

    private mutating func regex() -> Expression {
        let found = token
        advance()
        guard !found.isMalformed else { return wrapping(.error, found.span) }
        var end = found.span.end
        let ignoresCase = source.bytes[end - 1] == UInt8(ascii: "i")
        if ignoresCase { end -= 1 }
        let start = found.span.start + 1
        let pattern = String(decoding: source.bytes[start..<(end - 1)], as: UTF8.self)
        do throws(RegexError) {
            _ = try RegexProgram(pattern, ignoresCase: ignoresCase)
        } catch {
            complain(
                SyntaxCode(of: error.kind), error.message,
                // Repaired bytes of a broken source, which were reported, move what comes after them.
                at: Span(start: min(start + error.start, found.span.end), end: min(start + error.end, found.span.end)),
                hint: error.hint)
            return wrapping(.error, found.span)
        }
        return wrapping(.regex(pattern: pattern, ignoresCase: ignoresCase), found.span)
    }

    // MARK: Strings

    /// The text of a whole string's token.
    func stringText(_ token: Token) -> String {
        let quote = source.bytes[token.span.start]
        let start = token.span.start + 1
        let end = token.isUnterminated ? token.span.end : token.span.end - 1
        guard quote != UInt8(ascii: "'") else { return source.text(in: Span(start: start, end: max(start, end))) }
        return decodedString(source.bytes, from: start, to: end)
    }

    private func textParts(_ text: String) -> [StringPart] { text.isEmpty ? [] : [.text(text)] }

    private mutating func interpolatedString() -> Expression {
        let first = token
        let wasPanicking = isPanicking
        var parts = textParts(decodedString(source.bytes, from: first.span.start + 1, to: first.span.end - 2))
        advance()
        let outer = context
        context = .bracket
        defer { context = outer }
        while true {
            if kind == .stringMiddle || kind == .stringEnd {
                if !token.isUnterminated {
                    fail(
                        .expectedExpression, "expected an expression in '${}'",
                        at: Span(start: previousEnd - 2, end: token.span.start + 1),
                        hint: "for the characters themselves write '\\${'")
                }
            } else {
                parts.append(.expression(expression()))
            }
            leaveInterpolation()
            if !wasPanicking { isPanicking = false }
            let piece = token
            guard piece.kind == .stringMiddle || piece.kind == .stringEnd else { break }
            let closing = piece.isUnterminated ? 0 : piece.kind == .stringEnd ? 1 : 2
            parts += textParts(decodedString(source.bytes, from: piece.span.start + 1, to: piece.span.end - closing))
            advance()
            if piece.kind == .stringEnd { break }
        }
        return wrapping(.string(parts), span(from: first.span.start))
    }

    /// To the `}` that closes the expression; reports what stands before it.
    private mutating func leaveInterpolation() {
        while kind != .stringMiddle, kind != .stringEnd, kind != .endOfFile {
            failExpected("'}' after the expression in '${'")
            skip()
        }
    }

    // MARK: Lists and records

    private mutating func list() -> Expression {
        let start = token.span.start
        let opening = index
        advance()
        var list: [ListElement] = []
        elements(to: .rightBracket, opened: opening) { parser in
            guard parser.kind == .ellipsis else {
                list.append(.value(parser.expression()))
                return
            }
            parser.advance()
            list.append(.spread(parser.expression()))
        }
        return wrapping(.list(list), span(from: start))
    }

    /// Whether the `{` at an index opens a record where a block could stand as well.
    func recordFollows(at index: Int) -> Bool {
        let first = tokens[min(index + 1, tokens.count - 1)].kind
        let second = tokens[min(index + 2, tokens.count - 1)].kind
        if first == .rightBrace || first == .ellipsis { return true }
        if first.isWord || first == .string, second == .colon { return true }
        return first == .name && (second == .comma || second == .rightBrace)
    }

    /// In a header `{` opens the body, unless it surely is a record, and then it is reported and read as one.
    private mutating func recordInHeader() -> Expression {
        guard isBareRecord else {
            failExpected("an expression", code: .expectedExpression)
            return errorExpression()
        }
        complain(
            .bareInHeader, "a record in a header stands in brackets", at: token.span, hint: "write ({ … })")
        return record()
    }

    /// A record by its first tokens, with something after it on its line.
    var isBareRecord: Bool {
        let end = Int(closings[index])
        guard recordFollows(at: index), end >= 0 else { return false }
        let next = tokens[min(end + 1, tokens.count - 1)]
        guard !next.hasNewlineBefore else { return false }
        switch next.kind {
        case .leftBrace, .by, .parallel, .dot, .questionDot: return true
        default: return next.kind.binaryOperator != nil
        }
    }

    private mutating func record() -> Expression {
        let start = token.span.start
        let opening = index
        advance()
        var entries: [RecordEntry] = []
        elements(to: .rightBrace, opened: opening) { parser in
            if let entry = parser.recordEntry() { entries.append(entry) }
        }
        return wrapping(.record(entries), span(from: start))
    }

    private mutating func recordEntry() -> RecordEntry? {
        if kind == .ellipsis {
            advance()
            return .spread(expression())
        }
        let next = kind(ahead: 1)
        if kind.isWord || kind == .string, next == .colon || next == .assign {
            let key = takeKey()
            if next == .assign {
                complain(
                    .misplacedAssignment, "'=' cannot stand here", at: token.span,
                    hint: "a field is written '\(key.text): …'")
            }
            advance()
            return .field(key, expression(), isShorthand: false)
        }
        if kind == .name, next == .comma || next == .rightBrace || next == .endOfFile {
            let name = takeName()
            let siblings = beginNode()
            defer { endNode(siblings) }
            return .field(name, wrapping(.name(name.text), name.span), isShorthand: true)
        }
        if kind.isWord, next == .comma || next == .rightBrace {
            complain(
                .reservedWord, "'\(text(token))' is a \(kind.isKeyword ? "keyword" : "reserved word") and no variable",
                at: token.span, hint: "give the field a value: '\(text(token)): …'")
            advance()
            return nil
        }
        failExpected("a field's name", hint: recordHint(next))
        return nil
    }

    private func recordHint(_ next: TokenKind) -> String? {
        if kind == .stringStart { return "a key is plain text, without '${'" }
        let looksLikeBlock = kind.isKeyword || kind == .emit || kind == .skip || next == .leftParen || next == .dot
        return looksLikeBlock ? "'{' opens a record here; a handler is written 'catch e => { … }'" : nil
    }

    /// A key as a word or a string.
    mutating func takeKey() -> Name {
        guard kind == .string else { return takeName() }
        let name = Name(id: newID(), text: stringText(token), span: token.span)
        advance()
        return name
    }
}
