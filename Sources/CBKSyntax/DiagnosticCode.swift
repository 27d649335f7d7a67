// What a diagnostic's code stands for, as data: `cbk explain` and docs/errors.md are made from it. Each phase has its own
// table; the one of the lexer and parser is DiagnosticCodes+Syntax.swift.

package struct DiagnosticCode: Sendable {
    /// `E0110`
    package var code: String
    /// A few words, lower case.
    package var title: String
    /// Why it is refused.
    package var explanation: String
    /// Flags that the example needs.
    package var arguments: [String]
    /// A script that gives the code; nil where no script can.
    package var example: String?
    /// The example mended, which runs without error or warning; where there is none, what to do, in words.
    package var mend: String
    /// What the file `modulePath` holds that the example imports; nil where it imports none.
    package var module: String?
    /// What it holds for the mended example; nil where that is the same.
    package var mendedModule: String?

    package static let modulePath = "lib/plans.cbk"

    package init(
        _ code: String, _ title: String, _ explanation: String, arguments: [String] = [], module: String? = nil,
        example: String? = nil, mendedModule: String? = nil, mend: String
    ) {
        self.code = code
        self.title = title
        self.explanation = explanation
        self.arguments = arguments
        self.example = example
        self.mend = mend
        self.module = module
        self.mendedModule = mendedModule
    }
}
