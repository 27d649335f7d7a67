// Text from data, safe on a terminal: control, bidirectional and invisible characters become escapes as a script
// would write them. What joins letters and emoji is left alone.

package enum VisibleText {
    /// The text on one line.
    package static func line(_ text: String) -> String {
        guard text.utf8.contains(where: isSuspect) else { return text }
        return escaped(text, keepingLayout: false)
    }

    /// The text with its line feeds and tabs, for output of several lines.
    package static func lines(_ text: String) -> String {
        guard text.utf8.contains(where: isSuspect) else { return text }
        return escaped(text, keepingLayout: true)
    }

    /// As a string literal of the language.
    package static func quoted(_ text: String) -> String {
        var writer = Writer(keepsLayout: false)
        writer.result = "\""
        var waitsForBrace = false
        for scalar in text.unicodeScalars {
            // `$` opens an interpolation only before a brace.
            if waitsForBrace { writer.result += scalar == "{" ? "\\$" : "$" }
            waitsForBrace = scalar == "$"
            switch scalar {
            case "$": break
            case "\"": writer.result += "\\\""
            case "\\": writer.result += "\\\\"
            default: writer.append(scalar)
            }
        }
        return writer.result + (waitsForBrace ? "$\"" : "\"")
    }

    private static func escaped(_ text: String, keepingLayout: Bool) -> String {
        var writer = Writer(keepsLayout: keepingLayout)
        for scalar in text.unicodeScalars { writer.append(scalar) }
        return writer.result
    }

    /// ASCII controls, and every byte of a longer sequence.
    private static func isSuspect(_ byte: UInt8) -> Bool { byte < 0x20 || byte >= 0x7F }

    private struct Writer {
        var keepsLayout: Bool
        var result = ""
        /// Tag characters spell a flag after a black flag, and hide text anywhere else.
        private var isInFlag = false

        init(keepsLayout: Bool) { self.keepsLayout = keepsLayout }

        mutating func append(_ scalar: Unicode.Scalar) {
            let isTag = (0xE0020...0xE007F).contains(scalar.value)
            isInFlag = scalar.value == 0x1F3F4 || (isInFlag && isTag)
            switch scalar {
            case "\n" where keepsLayout, "\t" where keepsLayout: result.unicodeScalars.append(scalar)
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if isHidden(scalar), !(isTag && isInFlag) {
                    result += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }

        private func isHidden(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            case 0..<0x20: return true
            case 0x20..<0x7F: return false
            // The joiners of scripts and emoji.
            case 0x200C, 0x200D: return false
            // Line and paragraph separators, and the fillers that look like nothing.
            case 0x2028, 0x2029, 0x115F, 0x1160, 0x3164: return true
            default: break
            }
            switch scalar.properties.generalCategory {
            case .control, .format: return true
            default: return false
            }
        }
    }
}
