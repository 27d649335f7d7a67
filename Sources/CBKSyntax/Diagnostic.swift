// What is wrong in a script and where, as a value. The renderer is in Diagnostic+Rendering.swift.

/// One mistake or warning, with its place.
package struct Diagnostic: Sendable {
    package enum Severity: String, Sendable {
        case error, warning
    }

    package var severity: Severity
    /// `E0207`, `W0101`: stable, listed in docs/errors.md.
    package var code: String
    /// Lower case, concrete, quoting what was written.
    package var message: String
    package var span: Span
    /// What to do, shown beside the caret, such as `did you mean 'email'?`.
    package var hint: String?

    /// What the span's text is to be replaced by, where that is sure: what a hint `did you mean 'email'?` names, in the
    /// quotes that stood there.
    package func fix(in source: SourceFile) -> String? {
        let (opening, closing) = ("did you mean '", "'?")
        guard let hint, hint.hasPrefix(opening), hint.hasSuffix(closing) else { return nil }
        let name = String(hint.dropFirst(opening.count).dropLast(closing.count))
        let quote = source.text(in: span).prefix { $0 == "\"" || $0 == "'" }.prefix(1)
        return "\(quote)\(name)\(quote)"
    }

    package init(_ severity: Severity = .error, code: String, message: String, span: Span, hint: String? = nil) {
        self.severity = severity
        self.code = code
        self.message = message
        self.span = span
        self.hint = hint
    }
}

/// What the parser gives: always a tree, with error nodes where the text made no sense.
package struct ParseResult: Sendable {
    package var tree: SyntaxTree
    package var diagnostics: [Diagnostic]
    /// True when the text ends inside a construct, so that a REPL should ask for another line.
    package var isIncomplete: Bool

    package init(tree: SyntaxTree, diagnostics: [Diagnostic], isIncomplete: Bool) {
        self.tree = tree
        self.diagnostics = diagnostics
        self.isIncomplete = isIncomplete
    }
}
