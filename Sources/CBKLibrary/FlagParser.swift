// Command-line flags: the shared ones, a command's own, and those that a script's `param`s make. Takes words; gives
// values by flag and the words that are none; refuses unknown flags with the nearest known one.

import CBKRuntime
import CBKSyntax

package struct Flag: Sendable {
    package enum Kind: Sendable {
        /// Given or not; `--name=false` undoes it.
        case toggle
        case text, int, count, percentOrCount, float, duration, datetime, path
        case choice([String])
        /// May be repeated.
        case list
    }

    package var name: String
    package var short: Character?
    package var kind: Kind
    /// What help calls the value: `N`, `FILE`.
    package var valueName: String
    package var help: String
    package var defaultText: String?
    package var isRequired: Bool

    package init(
        _ name: String, short: Character? = nil, _ kind: Kind, _ valueName: String = "", _ help: String,
        defaultText: String? = nil, isRequired: Bool = false
    ) {
        self.name = name
        self.short = short
        self.kind = kind
        self.valueName = valueName
        self.help = help
        self.defaultText = defaultText
        self.isRequired = isRequired
    }
}

/// What is wrong with a command line; exit 2.
package struct UsageError: Error, Sendable {
    package var message: String
    /// What the program ends with.
    package var exitCode: Int32

    package init(_ message: String, exitCode: Int32 = 2) {
        self.message = message
        self.exitCode = exitCode
    }
}

package struct ParsedFlags: Sendable {
    package var values: [String: [Snapshot]] = [:]
    package var words: [String] = []

    package func has(_ name: String) -> Bool {
        guard let value = values[name]?.last else { return false }
        return value != .bool(false)
    }
    package func text(_ name: String) -> String? {
        if case .string(let text)? = values[name]?.last { text } else { nil }
    }
    package func int(_ name: String) -> Int? {
        if case .int(let value)? = values[name]?.last { Int(value) } else { nil }
    }
    package func milliseconds(_ name: String) -> Int64? {
        if case .duration(let value)? = values[name]?.last { value } else { nil }
    }
    package func list(_ name: String) -> [String] {
        (values[name] ?? []).compactMap { if case .string(let text) = $0 { text } else { nil } }
    }
}

package struct FlagParser: Sendable {
    package let flags: [Flag]

    package init(_ flags: [Flag]) { self.flags = flags }

    /// - Parameter stopsAtWord: the first word that is no flag ends the flags: the rest are words.
    package func parse(_ arguments: [String], stopsAtWord: Bool = false) throws(UsageError) -> ParsedFlags {
        var parsed = ParsedFlags()
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" {
                parsed.words += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                parsed.words.append(word)
                if stopsAtWord {
                    parsed.words += rest
                    break
                }
                continue
            }
            let (flag, attached) = try find(word)
            if case .toggle = flag.kind {
                var isSet = true
                if let attached { isSet = try truth(attached, word) }
                parsed.values[flag.name, default: []].append(.bool(isSet))
                continue
            }
            if attached == nil, rest.first?.hasPrefix("--") == true, let next = rest.first {
                throw UsageError("'\(word)' needs a value before '\(next)'; a value that begins so is given as \(word)=\(next)")
            }
            guard let text = attached ?? rest.popFirst() else {
                throw UsageError("'\(word)' needs a value: \(usage(flag))")
            }
            parsed.values[flag.name, default: []].append(try value(text, flag))
        }
        return parsed
    }

    /// Whether a word is a flag that takes the next word as its value.
    package func takesNextWord(_ word: String) -> Bool {
        guard let (flag, attached) = try? find(word), attached == nil else { return false }
        if case .toggle = flag.kind { return false }
        return true
    }

    private func find(_ word: String) throws(UsageError) -> (Flag, String?) {
        if !word.hasPrefix("--") {
            let letter = word.dropFirst().first ?? "-"
            guard let flag = flags.first(where: { $0.short == letter }) else { throw unknown(word) }
            let rest = word.dropFirst(2)
            return (flag, rest.isEmpty ? nil : String(rest.hasPrefix("=") ? rest.dropFirst() : rest))
        }
        let body = word.dropFirst(2)
        let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let flag = flags.first(where: { $0.name == name }) else { throw unknown(word) }
        return (flag, parts.count > 1 ? String(parts[1]) : nil)
    }

    private func unknown(_ word: String) -> UsageError {
        let name = word.split(separator: "=").first.map(String.init) ?? word
        let near = suggestion(for: name, among: flags.map { "--" + $0.name })
        return UsageError("there is no flag '\(name)'\(near.map { "; did you mean '\($0)'?" } ?? "; --help lists the flags")")
    }

    private func usage(_ flag: Flag) -> String { "--\(flag.name) \(flag.valueName.isEmpty ? "VALUE" : flag.valueName)" }

    private func truth(_ text: String, _ word: String) throws(UsageError) -> Bool {
        switch text.lowercased() {
        case "true", "yes", "1": return true
        case "false", "no", "0": return false
        default: throw UsageError("'\(word)' takes true or false, not '\(text)'")
        }
    }

    /// A flag's text as a value of its kind.
    package func value(_ text: String, _ flag: Flag) throws(UsageError) -> Snapshot {
        func refuse(_ expected: String) -> UsageError { UsageError("--\(flag.name) takes \(expected), not '\(text)'") }
        switch flag.kind {
        case .toggle: return .bool(try truth(text, "--" + flag.name))
        case .text, .path, .list: return .string(text)
        case .int:
            guard case .number(let number) = bytes(text, NumberText.int) else { throw refuse("a whole number") }
            return .int(number)
        case .count:
            guard case .number(let number) = bytes(text, NumberText.int), number >= 0 else {
                throw refuse("a whole number from 0")
            }
            return .int(number)
        case .percentOrCount:
            let number = text.hasSuffix("%") ? String(text.dropLast()) : text
            guard case .number(let value) = bytes(number, NumberText.int), value >= 0, !text.hasSuffix("%") || value <= 100 else {
                throw refuse("a whole number or a percentage such as 5%")
            }
            return .string(text)
        case .float:
            guard case .number(let number) = bytes(text, NumberText.float) else { throw refuse("a number") }
            return .float(number)
        case .duration:
            guard case .number(let time) = bytes(text, NumberText.duration) else {
                throw refuse("a duration such as 30s or 1h30m")
            }
            return .duration(time)
        case .datetime:
            var copy = text
            guard let moment = copy.withUTF8({ CivilTime.parse($0) }) else {
                throw refuse("a date such as 2026-03-01 or an RFC 3339 time")
            }
            return .datetime(moment)
        case .choice(let words):
            guard words.contains(text) else { throw refuse("one of \(words.joined(separator: ", "))") }
            return .string(text)
        }
    }

    private func bytes<T>(_ text: String, _ read: (UnsafeBufferPointer<UInt8>) -> T) -> T {
        var text = text
        return text.withUTF8 { read($0) }
    }

    /// Two columns of help, without a heading.
    package func helpText() -> String {
        var lines: [(String, String)] = []
        for flag in flags {
            var left = flag.short.map { "-\($0), " } ?? ""
            left += "--\(flag.name)"
            if case .toggle = flag.kind {} else { left += " \(flag.valueName.isEmpty ? "VALUE" : flag.valueName)" }
            var right = flag.help
            if flag.isRequired { right += right.isEmpty ? "required" : " (required)" }
            if let text = flag.defaultText { right += (right.isEmpty ? "" : " ") + "(default: \(text))" }
            lines.append((left, right))
        }
        let width = min(lines.map { $0.0.count }.max() ?? 0, 28)
        return lines.map { left, right in
            left.count > width
                ? "  \(left)\n  \(String(repeating: " ", count: width))  \(right)\n"
                : "  \(left)\(String(repeating: " ", count: width - left.count))  \(right)\n"
        }.joined()
    }
}
