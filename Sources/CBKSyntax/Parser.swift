// Takes a source file; gives its tree, always, with error nodes where the text made no sense, and every mistake that
// does not merely follow from another. Recursive descent; levels are counted, so depth is bounded (see Parser+Depth).
// The parser knows the innermost bracket, so it decides where newlines count: tokens only say that one came before.

/// - Parameter interactive: at a prompt `else` and `catch` stand beside the `}`, or the statement has ended.
package func parse(_ source: SourceFile, interactive: Bool = false) -> ParseResult {
    var parser = Parser(source: source, isInteractive: interactive)
    return parser.program()
}

struct Parser {
    /// What the innermost bracket and header say about the text inside.
    struct Context {
        /// In a block: a newline ends the statement. In `(`, `[`, a record: it means nothing.
        var newlinesCount: Bool
        /// In a header: `{` and `=>` end the expression.
        var isHeader: Bool

        static let block = Context(newlinesCount: true, isHeader: false)
        static let bracket = Context(newlinesCount: false, isHeader: false)
    }

    /// Nobody reads more, and a file that is no script at all has one on every line.
    static let diagnosticLimit = 100

    let source: SourceFile
    let isInteractive: Bool
    let tokens: [Token]
    /// By the index of an opening bracket: that of its closing one, -1 if it has none.
    let closings: [Int32]
    var index = 0
    var context = Context.block
    /// How many blocks are open: at a prompt, an outermost statement may end at a newline.
    var blockDepth = 0
    var nodeCount = 0

    var diagnostics: [Diagnostic]
    /// A mistake has been reported and its statement or bracket not been left yet: what follows is not reported.
    var isPanicking = false
    /// The text ended where more was needed, and more lines could give it.
    var endedEarly: Bool
    /// A mistake at the end of the text has been reported: all that is still open there would only repeat it.
    var hasReportedEnd = false
    /// There is a mistake that no further line could mend.
    var hasDefiniteError: Bool

    /// Levels open around the current token, and the height of the tallest node finished since the last `beginNode`.
    var depth = 0
    var height = 0
    var isOnLargeStack = false
    /// Whether a level was reached that asks for a large stack.
    var isDeep = false
    var isDepthReported = false

    init(source: SourceFile, isInteractive: Bool) {
        let lexer = Lexer.scan(source)
        self.source = source
        self.isInteractive = isInteractive
        tokens = lexer.tokens
        closings = matchedBrackets(lexer.tokens)
        diagnostics = lexer.diagnostics
        endedEarly = lexer.endsInsideString
        hasDefiniteError = lexer.diagnostics.count > (lexer.endsInsideString ? 1 : 0)
    }

    mutating func program() -> ParseResult {
        var statements: [Statement] = []
        while kind != .endOfFile {
            guard kind != .rightBrace else {
                fail(.unbalancedBracket, "this '}' closes nothing", at: token.span)
                advance()
                isPanicking = false
                continue
            }
            appendStatement(to: &statements)
        }
        let ordered = diagnostics.enumerated().sorted {
            ($0.element.span.start, $0.offset) < ($1.element.span.start, $1.offset)
        }
        return ParseResult(
            tree: SyntaxTree(statements: statements, nodeCount: nodeCount, isDeep: isDeep),
            diagnostics: ordered.prefix(Self.diagnosticLimit).map(\.element),
            isIncomplete: endedEarly && !hasDefiniteError)
    }

    // MARK: Tokens

    var token: Token { tokens[index] }
    var kind: TokenKind { tokens[index].kind }

    func kind(ahead distance: Int) -> TokenKind {
        tokens[min(index + distance, tokens.count - 1)].kind
    }

    /// Where the last token taken ends.
    var previousEnd: Int { index > 0 ? tokens[index - 1].span.end : 0 }

    func span(from start: Int) -> Span { Span(start: start, end: max(start, previousEnd)) }

    mutating func advance() {
        if tokens[index].isUnterminated { isPanicking = true }
        if index < tokens.count - 1 { index += 1 }
    }

    func text(_ token: Token) -> String { source.text(in: token.span) }

    /// A newline stands before the current token, and newlines count here.
    var isAtLineStart: Bool { context.newlinesCount && tokens[index].hasNewlineBefore }

    /// A statement cannot go on: its line or the text has ended.
    var isAtLineEnd: Bool { isAtLineStart || kind == .endOfFile }

    /// `else` and `catch` on a new line go on with the statement, but for the outermost one at a prompt.
    var clauseMayFollow: Bool { !(isInteractive && blockDepth == 0 && isAtLineStart) }

    mutating func newID() -> NodeID {
        nodeCount += 1
        return nodeCount - 1
    }

    mutating func expression(_ kind: Expression.Kind, _ span: Span) -> Expression {
        Expression(id: newID(), span: span, kind: kind)
    }

    mutating func errorExpression() -> Expression {
        expression(.error, Span(start: token.span.start, end: token.span.start))
    }

    // MARK: Mistakes

    /// Reports a mistake after which the parser has lost its place; until it has found it again nothing is reported.
    mutating func fail(
        _ code: SyntaxCode, _ message: String, at span: Span, hint: String? = nil, moreMayFollow: Bool = false
    ) {
        guard !isPanicking else { return }
        isPanicking = true
        if kind == .endOfFile {
            guard !hasReportedEnd else { return }
            hasReportedEnd = true
        }
        if moreMayFollow { endedEarly = true } else { hasDefiniteError = true }
        diagnostics.append(Diagnostic(code: code.rawValue, message: message, span: span, hint: hint))
    }

    /// Reports a mistake that does not keep the parser from reading on.
    mutating func complain(_ code: SyntaxCode, _ message: String, at span: Span, hint: String? = nil) {
        guard !isPanicking else { return }
        hasDefiniteError = true
        diagnostics.append(Diagnostic(code: code.rawValue, message: message, span: span, hint: hint))
    }

    /// Reports that something else was needed here. `moreMayFollow`: if the text has ended, the next line may give it.
    mutating func failExpected(
        _ wanted: String, code: SyntaxCode = .expected, hint: String? = nil, moreMayFollow: Bool = true,
        lineEnds: Bool = false
    ) {
        let found = token
        if found.kind == .invalid || found.isUnterminated {
            isPanicking = true
            return
        }
        let isEnd = found.kind == .endOfFile
        if isEnd || (lineEnds && isAtLineStart) {
            let what = isEnd ? (isInteractive ? "the end of the input" : "the end of the file") : "the end of the line"
            fail(
                code, "expected \(wanted), found \(what)", at: Span(start: previousEnd, end: previousEnd), hint: hint,
                moreMayFollow: isEnd && moreMayFollow)
        } else {
            fail(
                code, "expected \(wanted), found \(described(found))", at: found.span,
                hint: hint ?? foreignHint(found) ?? negationHint)
        }
    }

    /// `not x` reads as two names.
    private var negationHint: String? {
        guard index > 0, tokens[index - 1].kind == .name, text(tokens[index - 1]) == "not" else { return nil }
        return foreignHint(tokens[index - 1])
    }

    /// A token as a message quotes it.
    func described(_ token: Token) -> String {
        switch token.kind {
        case .endOfFile: return isInteractive ? "the end of the input" : "the end of the file"
        case .stringMiddle, .stringEnd: return "the '}' of '${'"
        case .stringStart: return "a string"
        default:
            let text = text(token)
            return text.count <= 40 ? "'\(text)'" : "'\(text.prefix(38))…'"
        }
    }

    /// Takes the token of a kind on the same line, or reports.
    @discardableResult
    mutating func expect(_ wanted: TokenKind, _ description: String, hint: String? = nil, moreMayFollow: Bool = false)
        -> Bool
    {
        if kind == wanted, !isAtLineStart {
            advance()
            return true
        }
        failExpected(description, hint: hint, moreMayFollow: moreMayFollow, lineEnds: true)
        return false
    }

    /// A name that the script declares; nil, reported, if there is none.
    mutating func declaredName(_ role: String, moreMayFollow: Bool = false) -> Name? {
        let found = token
        guard !isAtLineEnd else {
            failExpected(role, moreMayFollow: moreMayFollow, lineEnds: true)
            return nil
        }
        guard found.kind == .name else {
            guard found.kind.isWord, nameMayPrecede(kind(ahead: 1)) else {
                failExpected(role)
                return nil
            }
            complain(
                .reservedWord,
                "'\(text(found))' is a \(found.kind.isKeyword ? "keyword" : "reserved word") and cannot be a name",
                at: found.span)
            return takeName()
        }
        return takeName()
    }

    private func nameMayPrecede(_ kind: TokenKind) -> Bool {
        switch kind {
        case .assign, .colon, .comma, .rightParen, .leftParen, .in, .arrow, .rightBracket, .rightBrace: true
        default: false
        }
    }

    mutating func takeName() -> Name {
        let name = Name(id: newID(), text: text(token), span: token.span)
        advance()
        return name
    }
}

/// For each opening bracket (and string with expressions) the index of what closes it, else -1. An opening one that
/// stands inside a pair without its own partner has none.
private func matchedBrackets(_ tokens: [Token]) -> [Int32] {
    var closings = [Int32](repeating: -1, count: tokens.count)
    var open: [(index: Int, closing: TokenKind)] = []
    // How many open brackets want each closing kind: a closing one that nothing wants is passed over at once.
    var wanted = [Int](repeating: 0, count: TokenKind.allCases.count)
    for (index, token) in tokens.enumerated() {
        let closing: TokenKind
        switch token.kind {
        case .leftParen: closing = .rightParen
        case .leftBracket, .questionBracket: closing = .rightBracket
        case .leftBrace: closing = .rightBrace
        case .stringStart: closing = .stringEnd
        case .rightParen, .rightBracket, .rightBrace, .stringEnd:
            guard wanted[Int(token.kind.rawValue)] > 0 else { continue }
            // `)` and `]` never reach past a `{`: a block's end is the safer guess.
            while let last = open.last, last.closing != token.kind {
                if last.closing == .rightBrace, token.kind != .stringEnd { break }
                open.removeLast()
                wanted[Int(last.closing.rawValue)] -= 1
            }
            guard let last = open.last, last.closing == token.kind else { continue }
            open.removeLast()
            wanted[Int(token.kind.rawValue)] -= 1
            closings[last.index] = Int32(index)
            continue
        default: continue
        }
        open.append((index, closing))
        wanted[Int(closing.rawValue)] += 1
    }
    return closings
}
