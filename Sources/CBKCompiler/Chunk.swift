// A function's bytecode as a value: what the emitter gives and the machine loads.

import CBKSyntax

package enum Constant: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case string(String)
    /// Milliseconds.
    case duration(Int64)
    case regex(pattern: String, ignoresCase: Bool)
    /// A built-in function as a value.
    case builtin(Int)
    /// The labels of a call's last arguments.
    case labels([String])
}

/// Where a closure takes a capture from when it is made.
package enum CaptureSource: Sendable, Equatable {
    case register(Int)
    case capture(Int)
}

/// Instructions [start, end) are guarded: an error there goes to `target` with the error in `register`.
/// Inner ranges come before outer ones.
package struct Handler: Sendable {
    package var start: Int
    package var end: Int
    package var target: Int
    package var register: Int
}

/// One function's code. A program is the chunk of its top level, with the others as children.
package struct Chunk: Sendable {
    /// What functions without a name are called in traces.
    package static let nameless = "(function)"

    package var name: String
    package var parameterNames: [String] = []
    /// By parameter: whether it may be left out.
    package var hasDefault: [Bool] = []
    package var registerCount = 0
    package var code: [Instruction] = []
    /// By instruction: the place that an error there points to.
    package var spans: [Span] = []
    package var constants: [Constant] = []
    /// The field names of record literals.
    package var layouts: [[String]] = []
    package var handlers: [Handler] = []
    package var captures: [CaptureSource] = []
    package var children: [Chunk] = []
    /// Whether a batch stands as a statement in it or in a child: its rows are the program's output.
    package var hasBatchStatement = false

    package init(name: String) { self.name = name }
}

extension Chunk {
    package var isNamed: Bool { name != Chunk.nameless }
    /// For messages: `price()`, or `the function`.
    package var title: String { isNamed ? "\(name)()" : "the function" }
}
