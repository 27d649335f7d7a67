// Takes a source file; gives its tokens, the last of them `endOfFile`, and what is wrong with its characters.
// Works on bytes, forward only, and never stops: what it cannot read becomes an `invalid` token.
// `/` is division or a regular expression by the token before it; strings nest through a stack of open brackets.

package struct Lexer {
    enum Opening {
        case paren, bracket, brace
        /// `${` of the string that starts at this offset.
        case interpolation(stringStart: Int)

        var isInterpolation: Bool {
            if case .interpolation = self { true } else { false }
        }
    }

    let source: SourceFile
    let bytes: [UInt8]
    var position = 0
    var tokens: [Token] = []
    var diagnostics: [Diagnostic] = []
    private(set) var openings: [Opening] = []
    /// How many of them are `${`, and how many `{` or `${`: long runs of other brackets are not searched in vain.
    private(set) var interpolationCount = 0
    private var braceCount = 0
    /// Where the trivia before the next token begins, and whether a line ended in it.
    var leadingStart = 0
    var sawNewline = false
    /// The text ends inside a string, so a prompt may ask for more.
    var endsInsideString = false
    var isInvalidUTF8 = false

    /// The tokens of a file and the mistakes in its characters; the spans and leading trivia tile the file.
    package static func tokens(of source: SourceFile) -> ([Token], [Diagnostic]) {
        let lexer = scan(source)
        return (lexer.tokens, lexer.diagnostics)
    }

    static func scan(_ source: SourceFile) -> Lexer {
        var lexer = Lexer(source: source, bytes: source.bytes)
        lexer.tokens.reserveCapacity(source.bytes.count / 4 + 1)
        lexer.run()
        return lexer
    }

    private init(source: SourceFile, bytes: [UInt8]) {
        self.source = source
        self.bytes = bytes
    }

    func byte(at offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    private mutating func run() {
        if let offset = firstInvalidUTF8(in: bytes) {
            isInvalidUTF8 = true
            report(
                .invalidUTF8, "invalid UTF-8 at byte \(offset)", from: offset, to: offset + 1,
                hint: "save the file as UTF-8")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        if byte(at: position) == UInt8(ascii: "#"), byte(at: position + 1) == UInt8(ascii: "!") { skipLine() }
        while true {
            skipTrivia()
            guard position < bytes.count else { break }
            scanToken()
        }
        if interpolationCount > 0 {
            endsInsideString = true
            abandonStrings(innerStart: nil)
        }
        add(.endOfFile, from: position)
    }

    mutating func add(_ kind: TokenKind, from start: Int, isMalformed: Bool = false, isUnterminated: Bool = false) {
        tokens.append(
            Token(
                kind: kind, span: Span(start: start, end: position), leadingStart: leadingStart,
                hasNewlineBefore: sawNewline, isMalformed: isMalformed, isUnterminated: isUnterminated))
        leadingStart = position
        sawNewline = false
    }

    mutating func report(_ code: SyntaxCode, _ message: String, from start: Int, to end: Int, hint: String? = nil) {
        diagnostics.append(
            Diagnostic(code: code.rawValue, message: message, span: Span(start: start, end: end), hint: hint))
    }

    func text(from start: Int, to end: Int) -> String {
        String(decoding: bytes[start..<min(end, bytes.count)], as: UTF8.self)
    }

    // MARK: Space and comments

    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    }

    private mutating func skipTrivia() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                position += 1
            case UInt8(ascii: "\n"):
                // A string's line has ended with its `${` open: give up the string, keep the file.
                if let last = openings.last, last.isInterpolation { abandonStrings(innerStart: nil) }
                position += 1
                sawNewline = true
            case UInt8(ascii: "#"):
                skipLine()
            case UInt8(ascii: "/") where byte(at: position + 1) == UInt8(ascii: "/") && looksLikeComment:
                let start = position
                skipLine()
                report(
                    .slashComment, "'//' is floor division, and nothing stands before it", from: start, to: start + 2,
                    hint: "comments start with '#'")
            default:
                return
            }
        }
    }

    /// `//` where no operand stands before it, or at the start of a line that a bracket does not hold open.
    private var looksLikeComment: Bool {
        guard endsValue else { return true }
        guard sawNewline else { return false }
        switch openings.last {
        case .paren, .bracket: return false
        case .brace, .interpolation, nil: return true
        }
    }

    /// Whether the last token ends a value: then `/` divides.
    private var endsValue: Bool {
        guard let last = tokens.last else { return false }
        switch last.kind {
        case .name, .true, .false, .null, .omit, .int, .float, .duration, .string, .stringEnd, .regex, .rightParen,
            .rightBracket, .rightBrace:
            return true
        default:
            guard last.kind.isWord, tokens.count > 1 else { return false }
            let before = tokens[tokens.count - 2].kind
            return before == .dot || before == .questionDot
        }
    }

    // MARK: Tokens

    private mutating func scanToken() {
        let start = position
        let first = bytes[position]
        switch first {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            scanWord()
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            scanNumber()
        case UInt8(ascii: "\""):
            position += 1
            scanString(from: start, stringStart: start, isContinuation: false)
        case UInt8(ascii: "'"):
            scanRawString()
        case UInt8(ascii: "/") where !endsValue:
            scanRegex()
        case UInt8(ascii: "}"):
            scanRightBrace()
        default:
            scanPunctuation(first)
        }
    }

    mutating func scanWord() {
        let start = position
        var isPlain = true
        while position < bytes.count {
            let byte = bytes[position]
            if isWordByte(byte) {
                position += 1
            } else if byte >= 0x80, let letter = scalar(at: position), letter.properties.isAlphabetic {
                if isPlain { reportCharacter(letter) }
                isPlain = false
                position += letter.utf8.count
            } else {
                break
            }
        }
        let kind = isPlain ? Words.kind(of: bytes[start..<position]) : .name
        if sawNewline, interpolationCount > 0, kind.beginsStatementOnly { leaveStrings(before: start) }
        add(kind, from: start, isMalformed: !isPlain)
    }

    /// A bracket in a string's `${` is open, and a line begins like a statement: it is the string that was not closed.
    private mutating func leaveStrings(before start: Int) {
        if case .brace = openings.last { return }
        let end = position
        position = start
        abandonStrings(innerStart: nil)
        position = end
        sawNewline = true
    }

    private mutating func scanPunctuation(_ first: UInt8) {
        let start = position
        let second = byte(at: position + 1)
        let third = byte(at: position + 2)
        guard let (kind, length) = punctuation(first, second, third) else {
            scanUnexpected()
            return
        }
        position += length
        switch kind {
        case .leftParen: open(.paren)
        case .leftBracket, .questionBracket: open(.bracket)
        case .leftBrace: open(.brace)
        case .rightParen:
            if case .paren = openings.last { openings.removeLast() }
        case .rightBracket:
            if case .bracket = openings.last { openings.removeLast() }
        case .equal, .notEqual:
            if length == 3 {
                report(
                    .unexpectedCharacter, "unknown operator '\(text(from: start, to: position))'", from: start,
                    to: position, hint: "write '\(text(from: start, to: position - 1))'")
            }
        default: break
        }
        add(kind, from: start)
    }

    /// `}` closes a block, or goes on with the string whose `${` it closes.
    private mutating func scanRightBrace() {
        let start = position
        position += 1
        guard braceCount > 0 else {
            add(.rightBrace, from: start)
            return
        }
        if case .interpolation(let stringStart) = close(to: \.isBraceOrInterpolation) {
            scanString(from: start, stringStart: stringStart, isContinuation: true)
        } else {
            add(.rightBrace, from: start)
        }
    }

    mutating func open(_ opening: Opening) {
        openings.append(opening)
        if opening.isInterpolation { interpolationCount += 1 }
        if opening.isBraceOrInterpolation { braceCount += 1 }
    }

    /// Closes all brackets down to the innermost of a kind, which it gives.
    mutating func close(to isWanted: (Opening) -> Bool) -> Opening? {
        while let last = openings.popLast() {
            if last.isInterpolation { interpolationCount -= 1 }
            if last.isBraceOrInterpolation { braceCount -= 1 }
            if isWanted(last) { return last }
        }
        return nil
    }
}

extension Lexer.Opening {
    var isBraceOrInterpolation: Bool {
        switch self {
        case .brace, .interpolation: true
        case .paren, .bracket: false
        }
    }
}

func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}
