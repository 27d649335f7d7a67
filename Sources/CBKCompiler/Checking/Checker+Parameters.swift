// `param`: at the top of the script, with a constant default of its type, under a flag that is free.

import CBKSyntax

extension Checker {
    /// The flags of `cbk` that a script's own flags stand beside.
    static let sharedFlags: Set<String> = [
        "dry-run", "j", "jobs", "rate", "retries", "max-errors", "resume", "run", "resume-failed", "new-run", "redo",
        "settle", "mark", "max-deletes", "max-updates", "strict", "allow-path", "runs-dir", "sandbox", "live", "url",
        "profile", "yes", "output", "no-progress", "no-rc", "collector-stats", "no-preflight", "quiet", "timeout", "max-steps",
        "max-depth",
        "max-memory", "max-value", "max-time", "max-requests", "max-writes", "max-rows", "h", "help",
    ]

    /// Reports each `param` and `import` that has another statement before it.
    mutating func checkTop(_ statements: [Statement]) {
        var isTop = true
        for statement in statements {
            switch statement.kind {
            case .parameter(let parameter):
                if isInteractive {
                    report(.misplacedParam, "a 'param' belongs to a script", at: parameter.name.span, hint: "use 'let' here")
                } else if kind == .test {
                    report(
                        .misplacedParam, "tests are run without flags: a file of them has no 'param'", at: parameter.name.span,
                        hint: "use 'let' here")
                } else if !isTop {
                    report(
                        .misplacedParam, "a 'param' stands at the top of the script", at: parameter.name.span,
                        hint: "move it above the first other statement")
                }
            case .import:
                guard !isTop else { continue }
                report(
                    .misplacedImport, "an 'import' stands at the top of the file", at: statement.span,
                    hint: "move it above the first other statement")
            case .error: continue
            case .expression, .variable, .function, .assignment, .whileLoop, .forLoop, .tryCatch, .emit: isTop = false
            }
        }
    }

    mutating func checkParameter(_ parameter: ParameterDeclaration) {
        if scopes.count > 1 {
            report(
                .misplacedParam, "a 'param' stands at the top of the script", at: parameter.name.span,
                hint: "move it out of this block")
        }
        parameters.append(parameter)
        checkFlag(parameter.name)
        if let value = parameter.defaultValue { checkDefault(value, parameter) }
        let id: VariableID
        if let declared = resolution.declarations[parameter.name.id] {
            id = declared
        } else {
            reportRedeclared(parameter.name)
            id = declare(parameter.name, .scriptParameter)
        }
        entries[id].state = .ready
        let shape = Checker.shape(of: parameter.type)
        if let value = parameter.defaultValue, case .null = value.bare.kind {
            entries[id].known = Inferred(.optional(shape))
        } else {
            entries[id].known = Inferred(shape)
        }
    }

    private mutating func checkFlag(_ name: Name) {
        let flag = String(name.text.map { $0 == "_" ? "-" : $0 })
        if Checker.sharedFlags.contains(flag) {
            let dashes = flag.count == 1 ? "-" : "--"
            report(
                .paramName, "a param cannot be named '\(name.text)': '\(dashes)\(flag)' is a flag of cbk", at: name.span,
                hint: "choose another name")
        } else if !flags.insert(flag).inserted, resolution.declarations[name.id] != nil {
            report(.paramName, "another param has the flag '--\(flag)', too", at: name.span, hint: "choose another name")
        }
    }

    private mutating func checkDefault(_ value: Expression, _ parameter: ParameterDeclaration) {
        guard Checker.isConstant(value) else {
            if case .error = value.kind {
                hasErrorNodes = true
                return
            }
            report(
                .paramDefault, "the default of a param is a constant", at: value.span,
                hint: "leave it out and compute the value from the param in a 'let'")
            return
        }
        let shape = check(value, .value).shape
        if parameter.type == .datetime, case .string(let parts) = value.bare.kind {
            checkMoment(parts, value)
            return
        }
        // A datetime has no literal: its default is a string, which is read as the flag's value is.
        let wanted: Shape = parameter.type == .datetime ? .type(.string) : Checker.shape(of: parameter.type)
        guard !shape.types.contains(.null), shape.conflicts(with: wanted) else { return }
        report(
            .paramDefault,
            "the default of \(parameter.type == .int ? "an" : "a") \(parameter.type.rawValue) param is \(wanted.types.text), not \(shape.types.text)",
            at: value.span)
    }

    private mutating func checkMoment(_ parts: [StringPart], _ value: Expression) {
        var text = ""
        for case .text(let part) in parts { text = part }
        guard text.withUTF8({ CivilTime.parse($0) }) == nil else { return }
        report(
            .paramDefault,
            "the default of a datetime param is a date such as 2026-03-01 or an RFC 3339 time, not '\(text)'", at: value.span)
    }

    private static func isConstant(_ value: Expression) -> Bool {
        switch value.kind {
        case .null, .bool, .int, .float, .duration: true
        case .string(let parts): parts.allSatisfy { if case .text = $0 { true } else { false } }
        case .unary(.negate, let operand): isConstant(operand)
        case .parenthesized(let inner): isConstant(inner)
        case .list(let elements):
            elements.allSatisfy { if case .value(let element) = $0 { isConstant(element) } else { false } }
        default: false
        }
    }

    private static func shape(of type: ParameterDeclaration.ParameterType) -> Shape {
        switch type {
        case .string, .path: .type(.string)
        case .int: .type(.int)
        case .float: .type(.float)
        case .bool: .type(.bool)
        case .duration: .type(.duration)
        case .datetime: .type(.datetime)
        case .list: .list(.any)
        }
    }
}
