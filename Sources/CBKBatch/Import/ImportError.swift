// Why an import cannot start: all that is wrong with the columns or the flags, at once. Nothing was sent.

package struct ImportError: Error, Sendable, Equatable, CustomStringConvertible {
    package var messages: [String]

    package init(_ messages: [String]) { self.messages = messages }
    package init(_ message: String) { messages = [message] }

    package var description: String { messages.joined(separator: "\n") }
}
