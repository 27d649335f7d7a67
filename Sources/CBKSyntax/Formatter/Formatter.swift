// The formatter: takes a script without mistakes of syntax; gives it in the one style there is. The tree says where
// lines may break, the tokens say what stands there: each is put down once, in order, so nothing is lost or changed.
// Commas at the end of a bracket and `;` are the only tokens that come and go. Refuses nothing; see `formatted`.

/// A script in the one style.
///
/// - Two spaces a level, lines of up to 100 characters, at most one empty line in a row.
/// - What does not fit is broken whole: an item a line in brackets, a call a line in chains. A newline that the author put
///   behind an opening bracket, before a `.`, or at an operator stays, and a block stays on its line only if it was on one.
/// - Parameter tree: of the same source, which the parser had nothing to say about.
/// - Parameter width: of a line; tests narrow it.
package func formatted(_ source: SourceFile, _ tree: SyntaxTree, width: Int = Layout.width) -> [UInt8] {
    var formatter = Formatter(source: source, width: width)
    walking(tree) { formatter.program(tree) }
    return formatter.layout.rendered(source)
}

struct Formatter {
    struct Comment {
        var span: Span
        /// It stands behind a token on its line.
        var isTrailing: Bool
        var isBlankBefore: Bool
    }

    /// What stands between two tokens.
    struct Gap {
        var comments: [Comment] = []
        /// An empty line stands before the token.
        var isBlank = false
        /// A line ends in it, or it is the file's beginning.
        var hasNewline = false
    }

    let source: SourceFile
    let tokens: [Token]
    var layout: Layout
    /// The next token to be put down.
    var index = 0
    /// The gap before it has been put down.
    private var isGapDone = false
    /// What stood before tokens that were left out, or that moved before it.
    private var held = Gap()
    /// In the header of a block: what goes on in a further line is indented twice, so that it differs from the body.
    var isHeader = false

    var continuation: Int { isHeader ? 2 : 1 }

    init(source: SourceFile, width: Int) {
        self.source = source
        layout = Layout(width: width)
        tokens = Lexer.tokens(of: source).0
    }

    mutating func program(_ tree: SyntaxTree) {
        statements(tree.statements) { formatter, isFirst in
            formatter.line(nil, keepsFirst: !isFirst)
        }
        comments(takeGap(), keepsFirst: true)
    }

    var kind: TokenKind { tokens[index].kind }

    // MARK: Tokens

    /// The next token, right behind what stands there or after a space.
    mutating func word(spaced: Bool = false) {
        gap(spaced: spaced)
        put()
    }

    private mutating func put() {
        layout.add(.source(tokens[index].span))
        index += 1
        isGapDone = false
    }

    /// All tokens of a name or number.
    mutating func words(to end: Int) {
        while tokens[index].span.end <= end, kind != .endOfFile { word() }
    }

    /// A string with all that is in it, as it stands.
    mutating func verbatim(to end: Int) {
        gap()
        layout.add(.source(Span(start: tokens[index].span.start, end: end)))
        while tokens[index].span.end <= end, kind != .endOfFile { index += 1 }
        isGapDone = false
    }

    /// Leaves the next token out.
    mutating func drop() {
        held = takeGap()
        index += 1
        isGapDone = false
    }

    /// The comma behind an element; comments before it go behind it.
    mutating func comma() {
        held = takeGap()
        held.hasNewline = false
        put()
    }

    // MARK: Gaps

    /// The gap before the next token where no line breaks, but for comments.
    mutating func gap(spaced: Bool = false, isIndented: Bool = true) {
        guard !isGapDone else { return }
        let gap = takeGap()
        guard !gap.comments.isEmpty else {
            if spaced { layout.add(.mark(" ")) }
            return
        }
        if isIndented { layout.add(.indent(1)) }
        comments(gap)
        layout.add(.newline(isBlank: false))
        if isIndented { layout.add(.indent(-1)) }
    }

    /// The gap before the next token where a line may break; where it does not, `flat` stands there. nil: it does.
    /// `keepsFirst`: the first empty line stays. `dedents`: the token closes what was indented.
    mutating func line(_ flat: String?, keepsFirst: Bool = false, keepsLast: Bool = true, dedents: Bool = false) {
        let gap = takeGap()
        comments(gap, keepsFirst: keepsFirst)
        if dedents { layout.add(.indent(-1)) }
        let isBlank = gap.isBlank && keepsLast && (keepsFirst || gap.comments.contains { !$0.isTrailing })
        if let flat, gap.comments.isEmpty {
            layout.add(.line(flat: flat, isBlank: isBlank))
        } else {
            layout.add(.newline(isBlank: isBlank))
        }
    }

    /// Comments, each that stood on a line of its own on one.
    mutating func comments(_ gap: Gap, keepsFirst: Bool = false) {
        var keepsBlank = keepsFirst
        for comment in gap.comments {
            if !comment.isTrailing {
                layout.add(.newline(isBlank: comment.isBlankBefore && keepsBlank))
                keepsBlank = true
            }
            layout.add(.comment(comment.span, isTrailing: comment.isTrailing))
        }
    }

    /// The gap before the next token, with what was held, as done.
    mutating func takeGap() -> Gap {
        var gap = held
        if index == 0 { gap.hasNewline = true }
        held = Gap()
        isGapDone = true
        let token = tokens[index]
        let bytes = source.bytes
        var newlines = 0
        var position = token.leadingStart
        while position < token.span.start {
            if bytes[position] == UInt8(ascii: "\n") {
                newlines += 1
                gap.hasNewline = true
            }
            guard bytes[position] == UInt8(ascii: "#") else {
                position += 1
                continue
            }
            let start = position
            while position < token.span.start, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            var end = position
            while [0x20, 0x09, 0x0D].contains(bytes[end - 1]) { end -= 1 }
            gap.comments.append(
                Comment(
                    span: Span(start: start, end: end), isTrailing: !gap.hasNewline && gap.comments.isEmpty,
                    isBlankBefore: gap.isBlank || newlines > 1))
            gap.isBlank = false
            newlines = 0
        }
        if newlines > 1 { gap.isBlank = true }
        return gap
    }
}
