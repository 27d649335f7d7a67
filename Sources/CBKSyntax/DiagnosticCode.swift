// What a diagnostic's code stands for, as data: docs/errors.md and `cbk explain` are made from it. Each phase has its
// own table; the one of the lexer and parser is DiagnosticCodes+Syntax.swift.

package struct DiagnosticCode: Sendable {
    /// `E0110`
    package var code: String
    /// A few words, lower case.
    package var title: String
    /// Why it is refused.
    package var explanation: String
    /// A script that gives the code.
    package var example: String
    /// How to mend the example.
    package var mend: String

    package init(code: String, title: String, explanation: String, example: String, mend: String) {
        self.code = code
        self.title = title
        self.explanation = explanation
        self.example = example
        self.mend = mend
    }
}
