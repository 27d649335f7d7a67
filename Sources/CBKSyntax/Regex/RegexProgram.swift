// A regular expression as a program: what the parser makes of a pattern and the machine in CBKRuntime runs. Its size
// is bounded, so that one step over a text costs a bounded amount.

package struct RegexProgram: Sendable {
    /// Where a pattern fits without taking a character. The raw values are bits.
    package enum Place: UInt8, Sendable {
        case start = 1
        case end = 2
        case boundary = 4
        case inside = 8
    }

    /// Jumps are relative, so that a piece may be copied as it is.
    package enum Instruction: Sendable, Equatable {
        /// Takes one character of the set.
        case set(Int)
        /// Goes on at both, and prefers what the first one leads to.
        case split(Int, Int)
        case jump(Int)
        /// Notes the place in the text: group n begins in slot 2n and ends in the next one.
        case save(Int)
        case place(Place)
        case match
    }

    package internal(set) var code: [Instruction] = []
    package internal(set) var sets: [ScalarSet] = []
    /// Without the whole match.
    package internal(set) var groupCount = 0
    /// In the order of the pattern.
    package internal(set) var names: [(name: String, group: Int)] = []
    /// Characters and sets are small letters: so must be the text.
    package let ignoresCase: Bool

    package static let mostInstructions = 10_000
    package static let mostGroups = 100
    package static let mostBytes = 4096
    package static let mostRepeats = 1000

    /// - Parameter pattern: what stands between the slashes.
    package init(_ pattern: String, ignoresCase: Bool) throws(RegexError) {
        self.ignoresCase = ignoresCase
        var parser = RegexParser(pattern, ignoresCase: ignoresCase)
        try parser.run()
        code = parser.code
        sets = parser.sets
        groupCount = parser.groupCount
        names = parser.names
    }
}

/// What is wrong with a pattern.
package struct RegexError: Error, Sendable {
    package enum Kind: Sendable {
        case malformed, unsupported, tooLarge
    }

    package var kind: Kind
    package var message: String
    /// Bytes of the pattern.
    package var start: Int
    package var end: Int
    package var hint: String?
}
