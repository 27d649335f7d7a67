// What the REPL needs of the program behind it. The composition implements it over parser, checker and interpreter;
// tests implement it with canned answers.

import CBKCompiler
import CBKRuntime
import CBKTooling

/// One interpreter with its globals, for as long as the REPL runs. Called from the reader's thread.
package protocol ReplSession: AnyObject, Sendable {
    /// Whom the operations reach.
    var target: ReplTarget { get }
    /// All built-ins.
    var catalog: Catalog { get }

    /// Parses, checks and runs one input, with the globals of those before it. Its value becomes `_`, unless it is
    /// null or the input failed. Never throws: what went wrong is in the result.
    /// - Parameters:
    ///   - text: one or more statements.
    ///   - name: what diagnostics call the input, such as `cbk` or a loaded file's path.
    func evaluate(_ text: String, name: String) async -> ReplResult

    /// The type of an expression's value, without changing `_`.
    func typeName(of expression: String) async -> ReplResult

    /// Asks what runs to drain and stop; the second time, to abandon what is in flight. Returns at once.
    func interrupt()

    /// Whether the text ends inside a construct, so that Return should insert a line.
    func isIncomplete(_ text: String) -> Bool

    /// Globals, fields of their values, recent ids and emails. Returns at once, from a copy made after the last input.
    func liveNames() -> LiveNames
}

extension ReplSession {
    package func typeName(of expression: String) async -> ReplResult {
        await evaluate("type(\(expression)\n)", name: "cbk")
    }
}

/// Where operations go, as prompt and banner show it.
package struct ReplTarget: Sendable {
    /// `sandbox`, `live`, `live:NAME`.
    package var name: String
    package var isLive: Bool
    /// One line for the banner and `:target`: the store's path, or the URL and the secret's mask.
    package var details: String

    package init(name: String, isLive: Bool, details: String) {
        self.name = name
        self.isLive = isLive
        self.details = details
    }
}

/// What became of one input.
package struct ReplResult: Sendable {
    package enum Outcome: Sendable {
        /// Nothing to show: a declaration, or a call such as `print` that gives no value.
        case nothing
        case value(Snapshot)
        /// The first page of a stream, and whether there is more.
        case page([Snapshot], hasMore: Bool)
        /// The diagnostics say why.
        case failed
        /// Stopped by ^C.
        case cancelled
    }

    package var outcome: Outcome
    /// Rendered errors and warnings, without colour, each line ended; empty when there are none.
    package var diagnostics: String
    /// One line each, such as where a minted token was kept.
    package var notes: [String]
    package var elapsed: Duration
    /// Requests sent to the target.
    package var requests: Int

    package init(
        _ outcome: Outcome, diagnostics: String = "", notes: [String] = [], elapsed: Duration = .zero, requests: Int = 0
    ) {
        self.outcome = outcome
        self.diagnostics = diagnostics
        self.notes = notes
        self.elapsed = elapsed
        self.requests = requests
    }
}
