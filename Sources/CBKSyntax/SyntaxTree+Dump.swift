// A tree as compact S-expressions, one line a statement: what snapshots compare and people read. Spans and node
// numbers are left out; every other choice the parser made shows.

extension SyntaxTree {
    /// One line for each top-level statement.
    package func dump() -> String {
        statements.map { $0.dump() }.joined(separator: "\n")
    }
}

extension Statement {
    package func dump() -> String {
        switch kind {
        case .expression(let expression):
            return expression.dump()
        case .variable(let variable):
            let word = (variable.isPublic ? "pub-" : "") + (variable.isMutable ? "var" : "let")
            return "(\(word) \(variable.name.text) \(variable.value.dump()))"
        case .function(let function, let isPublic):
            return "(\(isPublic ? "pub-fn" : "fn") \(function.name?.text ?? "?") \(function.dumpParametersAndBody()))"
        case .assignment(let target, let binaryOperator, _, let value):
            return "(\(binaryOperator?.rawValue ?? "")= \(target.dump()) \(value.dump()))"
        case .whileLoop(let condition, let body):
            return "(while \(condition.dump()) \(body.dump()))"
        case .forLoop(let bindings, let source, let body):
            return "(for (\(bindings.map(\.text).joined(separator: " "))) \(source.dump()) \(body.dump()))"
        case .tryCatch(let body, let binding, let handler):
            return "(try \(body.dump()) \(binding?.text ?? "-") \(handler.dump()))"
        case .import(let path, _, let alias):
            return "(import \(quoted(path)) \(alias.text))"
        case .parameter(let parameter):
            let defaultValue = parameter.defaultValue.map { " " + $0.dump() } ?? ""
            return "(param \(parameter.name.text) \(parameter.type.rawValue)\(defaultValue) \(quoted(parameter.help)))"
        case .emit(let value):
            return "(emit \(value.dump()))"
        case .error:
            return "(error)"
        }
    }
}

extension Block {
    package func dump() -> String {
        "{" + statements.map { $0.dump() }.joined(separator: " ") + "}"
    }
}

extension Function {
    fileprivate func dumpParametersAndBody() -> String {
        let names = parameters.map { parameter in
            parameter.defaultValue.map { "(\(parameter.name.text) \($0.dump()))" } ?? parameter.name.text
        }
        let list = "(\(names.joined(separator: " ")))"
        switch body {
        case .block(let block): return "\(list) \(block.dump())"
        case .expression(let expression): return "\(list) \(expression.dump())"
        }
    }
}

extension Expression {
    package func dump() -> String {
        switch kind {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return "\(value)"
        case .float(let value): return "\(value)f"
        case .duration(let milliseconds): return "\(milliseconds)ms"
        case .string(let parts): return dump(parts)
        case .regex(let pattern, let ignoresCase): return "/\(pattern)/\(ignoresCase ? "i" : "")"
        case .name(let name): return name
        case .omit: return "omit"
        case .list(let elements): return list("list", elements.map(dump))
        case .record(let entries): return list("record", entries.map(dump))
        case .function(let function): return "(=> \(function.dumpParametersAndBody()))"
        case .unary(let unaryOperator, let operand): return "(\(unaryOperator.rawValue) \(operand.dump()))"
        case .binary(let binaryOperator, _, let left, let right):
            return "(\(binaryOperator.rawValue) \(left.dump()) \(right.dump()))"
        case .call(let callee, let arguments): return list("call", [callee.dump()] + arguments.map(dump))
        case .member(let base, let name, let isOptional):
            return "(\(isOptional ? "?." : ".") \(base.dump()) \(name.text))"
        case .index(let base, let key, let isOptional):
            return "(\(isOptional ? "?[]" : "[]") \(base.dump()) \(key.dump()))"
        case .catching(let value, .value(let fallback)): return "(catch \(value.dump()) \(fallback.dump()))"
        case .catching(let value, .handler(let binding, let body)):
            return "(catch \(value.dump()) \(binding.text) => \(body.dump()))"
        case .conditional(let branches, let otherwise):
            let parts = branches.map { "(\($0.condition.dump()) \($0.body.dump()))" }
            return list("if", parts + (otherwise.map { [$0.dump()] } ?? []))
        case .match(let subject, let arms): return list("match", [subject.dump()] + arms.map { $0.dump() })
        case .batch(let batch): return batch.dump()
        case .block(let block): return block.dump()
        case .jump(let jump): return jump.dump()
        case .parenthesized(let inner): return "(paren \(inner.dump()))"
        case .error: return "(error)"
        }
    }

    private func list(_ head: String, _ parts: [String]) -> String {
        "(" + ([head] + parts).joined(separator: " ") + ")"
    }

    private func dump(_ parts: [StringPart]) -> String {
        switch parts.first {
        case nil: return quoted("")
        case .text(let text) where parts.count == 1: return quoted(text)
        default: break
        }
        return list(
            "string",
            parts.map { part in
                switch part {
                case .text(let text): quoted(text)
                case .expression(let expression): expression.dump()
                }
            })
    }

    private func dump(_ element: ListElement) -> String {
        switch element {
        case .value(let value): value.dump()
        case .spread(let value): "..." + value.dump()
        }
    }

    private func dump(_ entry: RecordEntry) -> String {
        switch entry {
        case .field(let name, _, isShorthand: true): name.text
        case .field(let name, let value, isShorthand: false): "\(keyText(name.text)):\(value.dump())"
        case .spread(let value): "..." + value.dump()
        }
    }

    private func dump(_ argument: Argument) -> String {
        if argument.isSpread { return "..." + argument.value.dump() }
        return (argument.label.map { $0.text + ":" } ?? "") + argument.value.dump()
    }
}

extension Jump {
    fileprivate func dump() -> String {
        switch self {
        case .throw(let value): "(throw \(value.dump()))"
        case .return(let value): value.map { "(return \($0.dump()))" } ?? "(return)"
        case .break: "(break)"
        case .continue: "(continue)"
        case .skip(let reason): reason.map { "(skip \($0.dump()))" } ?? "(skip)"
        }
    }
}

extension Batch {
    fileprivate func dump() -> String {
        var text = "(batch \(binding.text) \(source.dump())"
        if let key { text += " by \(key.dump())" }
        if let parallel { text += " parallel \(parallel.dump())" }
        return text + " \(body.dump()))"
    }
}

extension MatchArm {
    fileprivate func dump() -> String {
        "(\(pattern.dump())\(guardCondition.map { " if \($0.dump())" } ?? "") => \(body.dump()))"
    }
}

extension Pattern {
    package func dump() -> String {
        switch kind {
        case .wildcard: return "_"
        case .literal(let value): return value.dump()
        case .range(let low, let high): return "(.. \(low.dump()) \(high.dump()))"
        case .alternatives(let patterns): return "(| \(patterns.map { $0.dump() }.joined(separator: " ")))"
        case .binding(let name): return "(bind \(name.text))"
        case .type(let type, let binding): return "(type \(type.text) \(binding?.text ?? "_"))"
        case .list(let items, let rest):
            let tail = rest.map { ["..." + ($0.binding?.text ?? "")] } ?? []
            return "[" + (items.map { $0.dump() } + tail).joined(separator: " ") + "]"
        case .record(let fields):
            return "{" + fields.map { "\(keyText($0.key.text)):\($0.pattern.dump())" }.joined(separator: " ") + "}"
        case .error: return "(error)"
        }
    }
}

private func keyText(_ text: String) -> String {
    text.utf8.allSatisfy(isWordByte) && !text.isEmpty ? text : quoted(text)
}

private func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\\\""
        case "\\": quoted += "\\\\"
        case "\n": quoted += "\\n"
        case "\t": quoted += "\\t"
        case "\r": quoted += "\\r"
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}
