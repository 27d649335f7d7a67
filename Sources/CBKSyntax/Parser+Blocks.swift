// Blocks: finds the `{` of a body, on its line, and parses the statements in it, where newlines count again.

extension Parser {
    /// `{ … }` with statements. `what` says whose it is, for the message if there is none; after a header more lines
    /// may follow before it.
    mutating func block(_ what: String, afterHeader: Bool = false) -> Block {
        guard findBrace(what, afterHeader: afterHeader) else {
            let end = previousEnd
            return Block(statements: [], span: Span(start: end, end: end))
        }
        return openBlock()
    }

    /// Whether a body's `{` is at hand, or, after a mistake that is reported, further on in this line.
    mutating func findBrace(_ what: String, afterHeader: Bool) -> Bool {
        if kind == .leftBrace, !isAtLineStart { return true }
        failBlock(what, moreMayFollow: afterHeader)
        if kind == .leftBrace { return true }
        while !token.hasNewlineBefore, kind != .endOfFile, kind != .semicolon, !kind.isClosing {
            if kind == .leftBrace { return true }
            skip()
        }
        return false
    }

    /// The block whose `{` is at hand.
    mutating func openBlock() -> Block {
        deeper({ $0.blockBody() }, orElse: { Block(statements: [], span: $0.span(from: $0.previousEnd)) })
    }

    private mutating func failBlock(_ what: String, moreMayFollow: Bool) {
        switch kind {
        case .leftBrace:
            // On the next line: said so, and read all the same.
            fail(
                .expected, "expected '{' on this line, for \(what)", at: Span(start: previousEnd, end: previousEnd),
                hint: "move the '{' up")
        case .assign where !isAtLineStart:
            fail(
                .misplacedAssignment, "'=' assigns, and cannot stand in a condition", at: token.span,
                hint: "to compare, write '=='")
        case .arrow where !isAtLineStart:
            fail(
                .bareInHeader, "an arrow in a header stands in brackets", at: token.span, hint: "write (x => …)")
        default:
            failExpected("'{' and \(what)", moreMayFollow: moreMayFollow, lineEnds: true)
        }
    }

    private mutating func blockBody() -> Block {
        let opening = index
        let start = token.span.start
        advance()
        let outer = context
        context = .block
        blockDepth += 1
        // A `{` in its place: whatever was wrong in the header, the statements inside are on their own.
        isPanicking = false
        defer {
            context = outer
            blockDepth -= 1
        }
        var statements: [Statement] = []
        while kind != .rightBrace {
            // The last two are the `}` of an expression in a string: this block was left open inside it.
            guard kind != .endOfFile, kind != .stringEnd, kind != .stringMiddle else {
                failUnclosed(opening)
                return Block(statements: statements, span: span(from: start))
            }
            appendStatement(to: &statements)
        }
        advance()
        return Block(statements: statements, span: span(from: start))
    }
}
