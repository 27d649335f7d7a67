// A script's `param`s as flags, and their values: from the command line, else the constant default.

import CBKCompiler
import CBKRuntime
import CBKSyntax

extension ParameterDeclaration {
    /// The flag that sets it: `dry_run` is `--dry-run`.
    package var flag: Flag {
        let name = String(self.name.text.map { $0 == "_" ? "-" : $0 })
        let kind: Flag.Kind
        let valueName: String
        switch type {
        case .string: (kind, valueName) = (.text, "TEXT")
        case .int: (kind, valueName) = (.int, "N")
        case .float: (kind, valueName) = (.float, "NUMBER")
        case .bool: (kind, valueName) = (.toggle, "")
        case .path: (kind, valueName) = (.path, "FILE")
        case .duration: (kind, valueName) = (.duration, "TIME")
        case .datetime: (kind, valueName) = (.datetime, "DATE")
        case .list: (kind, valueName) = (.list, "ITEM")
        }
        return Flag(
            name, kind, valueName, help.split(separator: "\n").joined(separator: " "),
            defaultText: defaultValue.flatMap { constantSnapshot($0) }.map { Self.shown($0) },
            isRequired: defaultValue == nil)
    }

    private static func shown(_ value: Snapshot) -> String {
        switch value {
        case .string(let text): text.isEmpty ? "\"\"" : text
        case .int(let value): "\(value)"
        case .float(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .duration(let value): durationText(value)
        case .datetime(let value): datetimeText(value)
        case .list(let items): items.isEmpty ? "none" : items.map { shown($0) }.joined(separator: ", ")
        default: "null"
        }
    }

    /// The value that the flags or the default give.
    package func value(from parsed: ParsedFlags) throws(UsageError) -> Snapshot {
        let flag = self.flag
        if let given = parsed.values[flag.name] {
            if type == .list { return .list(given) }
            return given.last ?? .null
        }
        guard let defaultValue else {
            let why = flag.help.isEmpty ? "" : ": \(flag.help)"
            let form = flag.valueName.isEmpty ? flag.name : "\(flag.name) \(flag.valueName)"
            throw UsageError("--\(form) is required\(why)")
        }
        switch (constantSnapshot(defaultValue) ?? .null, type) {
        // A datetime's default is written as a string.
        case (.string(let text), .datetime): return try FlagParser([flag]).value(text, flag)
        case (.int(let value), .float):
            guard let exact = Double(exactly: value) else {
                throw UsageError("the default \(value) of --\(flag.name) is not exact as a float")
            }
            return .float(exact)
        case (let value, _): return value
        }
    }
}

/// What a constant expression stands for; nil where it is none.
package func constantSnapshot(_ expression: Expression) -> Snapshot? {
    switch expression.kind {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .float(let value): return .float(value)
    case .duration(let value): return .duration(value)
    case .parenthesized(let inner): return constantSnapshot(inner)
    case .unary(.negate, let inner):
        switch constantSnapshot(inner) {
        case .int(let value)?: return value == .min ? nil : .int(-value)
        case .float(let value)?: return .float(-value)
        case .duration(let value)?: return value == .min ? nil : .duration(-value)
        default: return nil
        }
    case .string(let parts):
        var text = ""
        for part in parts {
            guard case .text(let piece) = part else { return nil }
            text += piece
        }
        return .string(text)
    case .list(let elements):
        var items: [Snapshot] = []
        for element in elements {
            guard case .value(let value) = element, let item = constantSnapshot(value) else { return nil }
            items.append(item)
        }
        return .list(items)
    default: return nil
    }
}
