// A built-in's signature as people read it: one line for lists and hovers, a page for `:help`. Takes what the catalog
// has; invents nothing.

import CBKCompiler

package enum SignatureText {
    /// `users.create(alias:, name:, …) → { id }`, `list.where(f) → list`.
    package static func line(_ signature: Signature) -> String {
        let receiver = receiverText(signature)
        var parts = signature.parameters.map(parameterText)
        if signature.request != nil { parts.append("field: …") }
        let answer = text(of: signature.answer)
        let arrow = answer == "any" || answer == "null" ? "" : " → \(answer)"
        return "\(receiver)\(signature.name)(\(parts.joined(separator: ", ")))\(arrow)"
    }

    /// Signature, summary, parameters, fields and example, without colour.
    package static func page(_ signature: Signature) -> String {
        var lines = [line(signature), "  \(signature.summary)"]
        if signature.effect.isWrite {
            lines.append("  This is a write (\(signature.effect.rawValue)) on the target.")
        }
        let parameters = signature.parameters.map { parameter in
            (parameterName(parameter), detail(parameter.shape, parameter.defaultText, parameter.summary))
        }
        append("Parameters", parameters, to: &lines)
        append("Fields, as named arguments or one record", rows(of: signature.request ?? []), to: &lines)
        if case .record(let fields) = signature.answer { append("Answer", rows(of: fields), to: &lines) }
        if case .stream(.record(let fields)) = signature.answer { append("Each item", rows(of: fields), to: &lines) }
        if !signature.example.isEmpty { lines += ["", "Example", "  \(signature.example)"] }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The name of a shape: `string`, `{ id, name }`, `stream of record`.
    package static func text(of shape: Shape) -> String {
        switch shape {
        case .any: "any"
        case .type(let type): type.rawValue
        case .oneOf(let types): types.map(\.rawValue).joined(separator: " or ")
        case .record(let fields):
            fields.isEmpty
                ? "record" : fields.count > 4 ? "record" : "{ \(fields.map(\.name).joined(separator: ", ")) }"
        case .list(.any): "list"
        case .list(let item): "list of \(text(of: item))"
        case .stream(.any): "stream"
        case .stream(let item): "stream of \(text(of: item))"
        case .optional(let shape): "\(text(of: shape)) or null"
        }
    }

    private static func receiverText(_ signature: Signature) -> String {
        guard !signature.receivers.isEmpty else { return "" }
        return signature.receivers.map(\.rawValue).joined(separator: "|") + "."
    }

    private static func parameterText(_ parameter: Signature.Parameter) -> String {
        if parameter.isVariadic { return "\(parameter.name)…" }
        let name = parameter.isNamedOnly ? "\(parameter.name):" : parameter.name
        guard let value = parameter.defaultText else { return name }
        return parameter.isNamedOnly ? "\(name) \(value)" : "\(name) = \(value)"
    }

    private static func parameterName(_ parameter: Signature.Parameter) -> String {
        parameter.isVariadic ? "\(parameter.name)…" : parameter.isNamedOnly ? "\(parameter.name):" : parameter.name
    }

    private static func detail(_ shape: Shape, _ defaultText: String?, _ summary: String) -> String {
        var text = text(of: shape)
        if let defaultText { text += ", \(defaultText) by default" }
        return summary.isEmpty ? text : "\(text) — \(summary)"
    }

    /// The fields with those of nested records, as `limits.messages`.
    private static func rows(of fields: [Shape.Field], prefix: String = "") -> [(String, String)] {
        fields.flatMap { field -> [(String, String)] in
            let name = prefix + field.name
            let row = (name, detail(field.shape, nil, field.summary))
            return [row] + rows(of: recordFields(field.shape) ?? [], prefix: name + ".")
        }
    }

    /// The fields of a record's shape, through `optional`.
    package static func recordFields(_ shape: Shape) -> [Shape.Field]? {
        switch shape {
        case .record(let fields): fields
        case .optional(let inner): recordFields(inner)
        case .any, .type, .oneOf, .list, .stream: nil
        }
    }

    private static func append(_ title: String, _ rows: [(String, String)], to lines: inout [String]) {
        guard !rows.isEmpty else { return }
        let width = min(28, rows.map(\.0.count).max() ?? 0)
        lines += ["", title]
        for (name, text) in rows {
            let gap = String(repeating: " ", count: max(0, width - name.count) + 2)
            lines.append("  \(name)\(gap)\(text)")
        }
    }
}
