// How the parser finds its place again after a mistake: at the end of a statement, at the next element of a
// bracket. Skipping only goes forward, and over matched brackets at one step, so it is linear.

extension Parser {
    /// Parses statements up to the closing `}` or the end, each with what ends it.
    mutating func appendStatement(to statements: inout [Statement]) {
        if kind == .semicolon {
            advance()
            return
        }
        let start = index
        let statement = self.statement()
        statements.append(statement)
        if isPanicking {
            synchronize(from: start)
        } else if kind == .semicolon {
            advance()
        } else if kind != .rightBrace, kind != .endOfFile, !token.hasNewlineBefore {
            failStatementEnd(statementStart: start)
            if kind.beginsStatementOnly { isPanicking = false } else { synchronize(from: start) }
        }
    }

    private mutating func failStatementEnd(statementStart: Int) {
        let span = token.span
        switch kind {
        case .rightParen, .rightBracket:
            fail(.unbalancedBracket, "this '\(text(token))' closes nothing", at: span)
        case .arrow:
            fail(
                .misplacedArrow, "an arrow cannot stand here", at: span,
                hint: "in the middle of an expression it needs brackets: (x => …)")
        case .else, .catch:
            failStrayClause()
        case .assign:
            fail(.misplacedAssignment, "'=' cannot stand here", at: span, hint: "to compare, write '=='")
        default:
            failExpected(
                "a new line or ';'", code: .expectedStatementEnd,
                hint: foreignHint(tokens[statementStart]) ?? slashHint(statementStart))
        }
    }

    /// `x = 1 // note` reads as a division.
    private func slashHint(_ statementStart: Int) -> String? {
        tokens[statementStart..<index].contains { $0.kind == .floorDivide } ? "comments start with '#'" : nil
    }

    /// Words of other languages, and what they are here.
    func foreignHint(_ token: Token) -> String? {
        guard token.kind == .name else { return nil }
        switch text(token) {
        case "and": return "'and' is written '&&'"
        case "or": return "'or' is written '||'"
        case "not": return "'not' is written '!'"
        case "elif", "elsif", "elseif": return "write 'else if'"
        case "def", "func", "function": return "functions are written 'fn name(…) { … }'"
        case "const", "auto", "val": return "write 'let'"
        case "foreach": return "write 'for x in list { … }'"
        case "switch", "case": return "write 'match x { … }'"
        case "finally": return "there is no 'finally'"
        case "none", "nil", "None", "undefined": return "write 'null'"
        default: return nil
        }
    }

    mutating func failStrayClause() {
        let word = text(token)
        let owner = kind == .else ? "if" : "try"
        fail(
            .strayClause, "'\(word)' without its '\(owner)'", at: token.span,
            hint: isInteractive && token.hasNewlineBefore ? "at the prompt '\(word)' stands beside the '}'" : nil)
    }

    /// To the end of the statement that began at `start`: the next line, `;`, or the `}` of the block.
    mutating func synchronize(from start: Int) {
        while kind != .endOfFile, kind != .rightBrace {
            if kind == .semicolon {
                advance()
                break
            }
            if index > start, token.hasNewlineBefore { break }
            skip()
        }
        isPanicking = false
    }

    /// One token, or a whole pair of brackets.
    mutating func skip() {
        let closing = closings[index]
        if closing > index { index = Int(closing) }
        if index < tokens.count - 1 { index += 1 }
    }

    /// Elements with commas between, to the closing bracket, whose opening one has just been taken. Goes on after a
    /// mistake with the next element, unless the bracket is never closed.
    mutating func elements(to closing: TokenKind, opened opening: Int, _ element: (inout Parser) -> Void) {
        guard !isPanicking else {
            let end = Int(closings[opening])
            if end >= index {
                index = end
                advance()
            }
            return
        }
        let outer = context
        context = .bracket
        defer { context = outer }
        while true {
            if kind == closing {
                advance()
                return
            }
            let start = index
            if kind.beginsStatementOnly, token.hasNewlineBefore, closings[opening] < 0 {
                failUnclosed(opening)
                return
            }
            if !isPanicking { element(&self) }
            if !isPanicking, kind == .comma {
                advance()
                continue
            }
            if !isPanicking, kind == closing { continue }
            if !isPanicking { failElementEnd(closing, opened: opening) }
            guard closings[opening] >= 0, recover(to: closing, from: start) else { return }
        }
    }

    private mutating func failElementEnd(_ closing: TokenKind, opened opening: Int) {
        guard kind != .endOfFile, closings[opening] >= 0 || !token.hasNewlineBefore else {
            failUnclosed(opening)
            return
        }
        switch kind {
        case .assign:
            fail(.misplacedAssignment, "'=' cannot stand here", at: token.span, hint: "to compare, write '=='")
        case .arrow:
            fail(
                .misplacedArrow, "an arrow cannot stand here", at: token.span,
                hint: "in the middle of an expression it needs brackets: (x => …)")
        case .ellipsis: failExpected("','", hint: "a range is written 'a..b'")
        default:
            let mark = closing == .rightParen ? "')'" : closing == .rightBracket ? "']'" : "'}'"
            failExpected("',' or \(mark)")
        }
    }

    /// Skips to the next element or the end of the bracket; false if a mistake must be left to the statement.
    private mutating func recover(to closing: TokenKind, from start: Int) -> Bool {
        while kind != .endOfFile {
            if kind == closing {
                isPanicking = false
                return true
            }
            if kind == .comma {
                isPanicking = false
                advance()
                return true
            }
            if kind.isClosing || (kind.beginsStatementOnly && token.hasNewlineBefore && index > start) { return false }
            skip()
        }
        return false
    }

    /// Reports an opening bracket that is never closed, at the bracket.
    mutating func failUnclosed(_ opening: Int) {
        guard !token.isUnterminated else {
            isPanicking = true
            return
        }
        let open = tokens[opening]
        fail(
            .unbalancedBracket, "'\(text(open))' is never closed", at: open.span,
            moreMayFollow: kind == .endOfFile)
    }
}
