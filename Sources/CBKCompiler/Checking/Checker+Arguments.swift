// Whether a call's arguments fit what the callee declares: names, number, types of literals, and the fields of
// requests down into nested record literals.

import CBKSyntax

extension Checker {
    /// Checks a built-in's arguments; with a spread only those that are written out.
    mutating func checkFit(_ arguments: [Argument], _ known: [Inferred], _ signature: Signature, at span: Span) {
        guard let matching = match(arguments, to: signature) else {
            checkNamed(arguments, known, signature)
            return
        }
        switch matching {
        case .mismatched(let problems):
            report(problems, arguments, callee: signature.name, at: span)
            checkNamed(arguments, known, signature)
        case .matched(let matched):
            for (parameter, slot) in zip(signature.parameters, matched.parameters) {
                switch slot {
                case .leftOut: continue
                case .argument(let index):
                    checkType(
                        arguments[index].value, known[index].shape, parameter.shape, parameter.name, of: signature.name,
                        mayBeLeftOut: !parameter.isRequired)
                case .rest(let indices):
                    for index in indices {
                        checkType(arguments[index].value, known[index].shape, parameter.shape, parameter.name, of: signature.name)
                    }
                }
            }
            checkRequest(arguments, known, matched, signature)
        }
    }

    /// What is written out by name is checked whatever the other arguments are.
    private mutating func checkNamed(_ arguments: [Argument], _ known: [Inferred], _ signature: Signature) {
        for (argument, known) in zip(arguments, known) {
            guard let label = argument.label else { continue }
            if let parameter = signature.parameters.first(where: { $0.name == label.text }) {
                checkType(argument.value, known.shape, parameter.shape, parameter.name, of: signature.name)
            } else if let field = signature.request?.first(where: { $0.name == label.text }) {
                checkRequestField(argument.value, known.shape, field, field.name, of: signature.name)
            }
        }
    }

    private mutating func checkRequest(
        _ arguments: [Argument], _ known: [Inferred], _ matched: ArgumentMatch, _ signature: Signature
    ) {
        guard let fields = signature.request else { return }
        for index in matched.requestFields {
            guard let label = arguments[index].label, let field = fields.first(where: { $0.name == label.text }) else { continue }
            checkRequestField(arguments[index].value, known[index].shape, field, field.name, of: signature.name)
        }
        guard let index = matched.requestRecord else { return }
        if known[index].shape.types.isDisjoint(with: [TypeSet(.record), .null]) {
            report(
                .wrongType, "\(signature.name) takes its fields by name or as one record, not \(known[index].shape.types.text)",
                at: arguments[index].value.span, hint: fields.first.map { "such as '\($0.name): …'" })
        } else {
            checkLiteral(arguments[index].value, fields, "", of: signature.name)
        }
    }

    /// A null clears a field or leaves it out, so it always fits.
    private mutating func checkRequestField(
        _ value: Expression, _ shape: Shape, _ field: Shape.Field, _ path: String, of callee: String
    ) {
        if !shape.types.contains(.null) { checkType(value, shape, field.shape, path, of: callee) }
        if case .record(let inner) = field.shape.withoutNull { checkLiteral(value, inner, path, of: callee) }
    }

    /// Checks the fields of a record that is written out where a request or a part of it stands.
    private mutating func checkLiteral(_ value: Expression, _ fields: [Shape.Field], _ path: String, of callee: String) {
        guard case .record(let entries) = value.bare.kind else { return }
        for case .field(let name, let value, _) in entries {
            let inner = path.isEmpty ? name.text : path + "." + name.text
            guard let field = fields.first(where: { $0.name == name.text }) else {
                report(
                    .unknownArgument, "\(callee) has no field '\(inner)'", at: name.span,
                    hint: didYouMean(name.text, among: fields.map(\.name)))
                continue
            }
            checkRequestField(value, Checker.literalShape(value.bare), field, inner, of: callee)
        }
    }

    /// The shape of a literal alone.
    private static func literalShape(_ value: Expression) -> Shape {
        switch value.kind {
        case .null: .type(.null)
        case .bool: .type(.bool)
        case .int: .type(.int)
        case .float: .type(.float)
        case .duration: .type(.duration)
        case .list: .list(.any)
        case .record: .type(.record)
        case .string(let parts):
            parts.allSatisfy { if case .text = $0 { true } else { false } } ? .type(.string) : .oneOf([.string, .secret])
        default: .any
        }
    }

    private mutating func checkType(
        _ value: Expression, _ shape: Shape, _ wanted: Shape, _ name: String, of callee: String, mayBeLeftOut: Bool = false
    ) {
        guard shape.conflicts(with: wanted) else { return }
        let hint: String? =
            if shape.types == .null, mayBeLeftOut {
                "'omit' leaves it out"
            } else if shape.types == TypeSet(.secret) {
                "'.reveal()' gives its text"
            } else if wanted.types == TypeSet(.regex), shape.types == TypeSet(.string) {
                "a regular expression stands between slashes: /…/"
            } else {
                nil
            }
        report(
            .wrongType, "'\(name)' of \(callee) takes \(wanted.types.text), not \(shape.types.text)", at: value.span,
            hint: hint)
    }

    // MARK: Declared functions

    mutating func checkDeclaredCall(
        _ name: String, _ parameters: (names: [String], hasDefault: [Bool]), _ arguments: [Argument], at span: Span
    ) {
        guard
            case .mismatched(let problems)? = match(
                arguments, parameterNames: parameters.names, hasDefault: parameters.hasDefault)
        else { return }
        report(problems, arguments, callee: "'\(name)'", at: span)
    }

    private mutating func reportUnknownLabel(_ label: Name, _ names: [String], of callee: String) {
        var hint = didYouMean(label.text, among: names)
        if hint == nil, names.isEmpty { hint = "it takes none by name" }
        if hint == nil, names.count <= 12 { hint = "it takes \(names.joined(separator: ", "))" }
        report(.unknownArgument, "\(callee) takes no '\(label.text)'", at: label.span, hint: hint)
    }

    private mutating func report(_ problems: [ArgumentProblem], _ arguments: [Argument], callee: String, at span: Span) {
        // A misspelled name leaves its parameter open: one mistake.
        let isMisspelled = problems.contains { if case .unknownLabel = $0 { true } else { false } }
        for problem in problems {
            if isMisspelled, case .missing = problem { continue }
            report(problem, arguments, callee: callee, at: span)
        }
    }

    private mutating func report(_ problem: ArgumentProblem, _ arguments: [Argument], callee: String, at span: Span) {
        switch problem {
        case .unknownLabel(let argument, let known):
            guard let label = arguments[argument].label else { return }
            reportUnknownLabel(label, known, of: callee)
        case .duplicate(let argument, let name):
            let place = arguments[argument].label?.span ?? arguments[argument].value.span
            report(.duplicateArgument, "'\(name)' of \(callee) is given twice", at: place, hint: "keep one of them")
        case .missing(let name): report(.missingArgument, "\(callee) needs '\(name)'", at: span)
        case .tooMany(let argument, let limit):
            let count = limit == 0 ? "no arguments" : limit == 1 ? "one argument" : "\(limit) arguments"
            report(.tooManyArguments, "\(callee) takes \(count)", at: arguments[argument].value.span)
        case .namedOnly(let argument, let name):
            report(
                .tooManyArguments, "\(callee) takes '\(name)' by its name only", at: arguments[argument].value.span,
                hint: "write '\(name): …'")
        case .recordAndFields(let argument, let field):
            let place = arguments[argument].label?.span ?? arguments[argument].value.span
            report(
                .duplicateArgument, "the request of \(callee) is given as a record and by the field '\(field)'", at: place,
                hint: "put all fields into the record, or spread it: '...record'")
        }
    }
}
