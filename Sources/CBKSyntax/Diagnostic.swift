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
