// Groups why items failed, so that a summary shows three causes and not nine thousand lines. Messages that differ only
// in quoted text and numbers are one cause.

/// A cause and how often it occurred.
package struct Cause: Sendable, Equatable {
    package var code: String
    /// The message of the group's items; what differs among them is left out.
    package var message: String
    package var count: Int
    /// The line of the first such item, where it has one.
    package var firstLine: Int?

    package init(code: String, message: String, count: Int, firstLine: Int?) {
        self.code = code
        self.message = message
        self.count = count
        self.firstLine = firstLine
    }
}

struct CauseTally: Sendable {
    private var places: [String: Int] = [:]
    /// The pattern stands in the cause once a second message has come.
    private var groups: [Cause] = []
    private static let limit = 200

    mutating func count(code: String, message: String, line: Int?) {
        let pattern = Self.pattern(message)
        let key = groups.count < Self.limit ? "\(code)\u{0}\(pattern)" : "\(code)\u{0}"
        if let place = places[key] {
            groups[place].count += 1
            if groups[place].message != message { groups[place].message = pattern }
            return
        }
        places[key] = groups.count
        groups.append(Cause(code: code, message: message, count: 1, firstLine: line))
    }

    /// The causes, the most frequent first.
    var causes: [Cause] { groups.sorted { $0.count > $1.count } }

    /// The message with quoted text as '…' and numbers as N.
    static func pattern(_ message: String) -> String {
        var pattern = ""
        var isQuoted = false
        var isNumber = false
        for character in message {
            if character == "'" {
                pattern += isQuoted ? "…'" : "'"
                isQuoted.toggle()
                isNumber = false
            } else if isQuoted {
                continue
            } else if character.isASCII, character.isNumber {
                if !isNumber { pattern += "N" }
                isNumber = true
            } else {
                isNumber = false
                pattern.append(character)
            }
        }
        // An apostrophe that opened nothing: the message stays as it is.
        return isQuoted ? message : pattern
    }
}
