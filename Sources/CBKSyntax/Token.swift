// What the lexer gives: a token's kind, its place, and what stands before it. The spans of all tokens together
// with the trivia before each tile the source, so highlighting and formatting need nothing else.

/// What a token is. Strings with `${…}` come as start, middle… and end, with the tokens of each expression between.
package enum TokenKind: UInt8, Sendable, CaseIterable {
    case endOfFile
    /// What could not be read; a diagnostic has been given.
    case invalid
    case name
    // Keywords.
    case `let`, `var`, fn, `return`, `if`, `else`, `while`, `for`, `in`, `break`, `continue`, batch, `try`, `catch`
    case `throw`, match, `import`, pub, param, `true`, `false`, null
    // Words that name no variables and mean something in their places only.
    case by, parallel, emit, skip, `as`, omit
    // Literals.
    case int, float, duration, regex
    /// `'…'`, or `"…"` without an expression in it.
    case string
    /// `"…${`
    case stringStart
    /// `}…${`
    case stringMiddle
    /// `}…"`
    case stringEnd
    // Brackets.
    case leftParen, rightParen, leftBracket, rightBracket, leftBrace, rightBrace
    // Punctuation.
    case comma, colon, semicolon, dot, questionDot, questionBracket, ellipsis, arrow, pipe
    // Assignment.
    case assign, addAssign, subtractAssign, multiplyAssign, divideAssign, floorDivideAssign, remainderAssign
    case coalesceAssign
    // Operators.
    case plus, minus, star, slash, floorDivide, percent, range, coalesce, not, and, or
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

    package var isKeyword: Bool { rawValue >= TokenKind.let.rawValue && rawValue <= TokenKind.null.rawValue }

    /// `by parallel emit skip as omit`: not keywords, but no variable may have such a name.
    package var isReservedWord: Bool { rawValue >= TokenKind.by.rawValue && rawValue <= TokenKind.omit.rawValue }

    /// A name, a keyword or a reserved word: what may follow `.` or be a key or an argument's name.
    package var isWord: Bool { self == .name || isKeyword || isReservedWord }

    var isClosing: Bool {
        switch self {
        case .rightParen, .rightBracket, .rightBrace, .stringMiddle, .stringEnd: true
        default: false
        }
    }

    /// Begins a statement and nothing else, so that after a mistake it is safe to go on from there.
    var beginsStatementOnly: Bool {
        switch self {
        case .let, .var, .fn, .while, .for, .try, .import, .pub, .param, .emit: true
        default: false
        }
    }

    /// What the token assigns with: `+` of `+=`, nil twice over for other tokens.
    var assignment: BinaryOperator?? {
        switch self {
        case .assign: .some(nil)
        case .addAssign: .add
        case .subtractAssign: .subtract
        case .multiplyAssign: .multiply
        case .divideAssign: .divide
        case .floorDivideAssign: .floorDivide
        case .remainderAssign: .remainder
        case .coalesceAssign: .coalesce
        default: nil
        }
    }
}

/// One token. Its text is `source.text(in: token.span)`.
package struct Token: Sendable, Hashable {
    package var kind: TokenKind
    package var span: Span
    /// Where the space and comments before the token begin: at the end of the token before it.
    package var leadingStart: Int
    /// A line ends between the token before and this one.
    package var hasNewlineBefore: Bool
    /// A diagnostic has been given for what is in the token: an unknown escape, a number out of shape.
    package var isMalformed: Bool
    /// A string or regular expression whose line ended first: what followed on that line is lost.
    package var isUnterminated: Bool

    /// The space and comments before the token.
    package var leading: Span { Span(start: leadingStart, end: span.start) }

    /// The comments before the token, each from its `#` to the end of its line.
    package func comments(in source: SourceFile) -> [Span] {
        var comments: [Span] = []
        var position = leadingStart
        while position < span.start {
            let byte = source.bytes[position]
            guard byte == UInt8(ascii: "#") || byte == UInt8(ascii: "/") else {
                position += 1
                continue
            }
            let start = position
            while position < span.start, source.bytes[position] != UInt8(ascii: "\n") { position += 1 }
            comments.append(Span(start: start, end: position))
        }
        return comments
    }
}

/// Keywords and reserved words by their bytes, packed into one integer: none is longer than eight.
package enum Words {
    static func kind(of bytes: ArraySlice<UInt8>) -> TokenKind {
        guard bytes.count <= 8 else { return .name }
        return table[pack(bytes)] ?? .name
    }

    /// All keywords and reserved words.
    package static let all: [(text: String, kind: TokenKind)] = [
        ("let", .let), ("var", .var), ("fn", .fn), ("return", .return), ("if", .if), ("else", .else),
        ("while", .while), ("for", .for), ("in", .in), ("break", .break), ("continue", .continue), ("batch", .batch),
        ("try", .try), ("catch", .catch), ("throw", .throw), ("match", .match), ("import", .import), ("pub", .pub),
        ("param", .param), ("true", .true), ("false", .false), ("null", .null),
        ("by", .by), ("parallel", .parallel), ("emit", .emit), ("skip", .skip), ("as", .as), ("omit", .omit),
    ]

    private static let table: [UInt64: TokenKind] = {
        var table: [UInt64: TokenKind] = [:]
        for (text, kind) in all { table[pack(Array(text.utf8)[...])] = kind }
        return table
    }()

    private static func pack(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
