// Calls: which of built-in, declared function, method or value is called, and what the answer is known to be.

import CBKSyntax

extension Checker {
    mutating func checkCall(_ expression: Expression, _ use: Use) -> Inferred {
        guard case .call(let callee, let arguments) = expression.kind else { return .unknown }
        if case .member(let base, let name, let isOptional) = callee.kind {
            let known = check(base, .base)
            switch known.origin {
            case .module(let path)?:
                return checkFunctionCall(checkModuleMember(callee.id, path, name, .callee), callee, arguments)
            case .imported(let module)?:
                return checkFunctionCall(checkImported(callee.id, module, name), callee, arguments)
            case .builtin?, .variable?, .never?, nil:
                return checkMethodCall(
                    MethodCall(base: base, known: known, name: name, isOptional: isOptional), arguments, use)
            }
        }
        return checkFunctionCall(check(callee, .callee), callee, arguments)
    }

    private mutating func checkFunctionCall(
        _ function: Inferred, _ callee: Expression, _ arguments: [Argument]
    ) -> Inferred {
        let known = checkArguments(arguments, .omittable)
        switch function.origin {
        case .builtin(let number)?: return checkBuiltinCall(number, arguments, known, at: callee.span)
        case .variable(let id)?:
            noteCall(id, at: callee.span)
            noteCreatingCall(id, at: callee.span)
            if let parameters = entries[id].parameters {
                checkDeclaredCall(resolution.variables[id].name, parameters, arguments, at: callee.span)
                return answer(of: id)
            }
        case .module?, .imported?, .never?, nil: break
        }
        if !function.shape.types.contains(TypeSet(.function)) { reportNotCallable(function, callee) }
        return .unknown
    }

    /// What a declared function gives, once it has been checked.
    private func answer(of id: VariableID) -> Inferred {
        functionNode(of: id).flatMap { answers[$0] } ?? entries[id].answer ?? .unknown
    }

    private mutating func reportNotCallable(_ function: Inferred, _ callee: Expression) {
        let types = function.shape.types.text
        if case .variable(let id)? = function.origin {
            report(.notCallable, "'\(resolution.variables[id].name)' is \(types) and cannot be called", at: callee.span)
        } else {
            report(.notCallable, "\(types) cannot be called", at: callee.span, hint: "only a function can")
        }
    }

    mutating func checkArguments(_ arguments: [Argument], _ use: Use) -> [Inferred] {
        var known: [Inferred] = []
        known.reserveCapacity(arguments.count)
        for argument in arguments {
            let value = check(argument.value, argument.isSpread ? .value : use)
            if argument.isSpread, value.shape.conflicts(with: .type(.record)) {
                report(
                    .wrongType, "'...' in a call takes a record of named arguments, not \(value.shape.types.text)",
                    at: argument.value.span)
            }
            known.append(value)
        }
        return known
    }

    private mutating func checkBuiltinCall(
        _ number: Int, _ arguments: [Argument], _ known: [Inferred], at span: Span
    ) -> Inferred {
        let signature = catalog.signatures[number]
        checkFit(arguments, known, signature, at: span)
        if signature.effect == .create { checkCreate(signature.name, at: span) }
        if signature.effect == .ask, !batches.isEmpty {
            report(
                .askingInBatch, "'\(signature.name)' cannot ask in a batch's body", at: span,
                hint: "items run side by side: ask before the batch")
        }
        if signature.effect != .pure { noteOperation(signature.name, at: span) }
        return Inferred(signature.answer)
    }

    // MARK: Methods

    struct MethodCall {
        let base: Expression
        let known: Inferred
        let name: Name
        let isOptional: Bool
    }

    /// A built-in method wins, then a field that holds a function.
    private mutating func checkMethodCall(_ call: MethodCall, _ arguments: [Argument], _ use: Use) -> Inferred {
        let name = call.name.text
        // `.or(omit)` gives a field or argument that may be left out, so it stands where `omit` may.
        let isOr = name == "or"
        let known = checkArguments(arguments, isOr && use != .omittable ? .value : .omittable)
        if Checker.changingMethods.contains(name) { checkChange(call, arguments, use) }

        let receiver = call.known.shape.withoutNull
        // `omit` is a value to it, so nothing would tell one that was forgotten.
        if isOr, arguments.isEmpty, receiver.types != TypeSet(.record) {
            report(.missingArgument, "or needs 'other'", at: call.name.span, hint: "'.or(omit)' leaves a field out")
        }
        var number: Int?
        for type in receiver.types.subtracting(receiver.types == .null ? [] : .null).types {
            guard let found = methodNumber(name, on: type) else {
                return checkFieldCall(call, receiver)
            }
            if let number, number != found { return .unknown }
            number = found
        }
        guard let number else { return .unknown }
        let signature = catalog.signatures[number]
        checkFit(arguments, known, signature, at: call.name.span)
        if signature.effect != .pure { noteOperation(signature.name, at: call.name.span) }
        let answer = Checker.captures(signature, arguments) ?? Checker.answer(of: signature, on: receiver)
        return Inferred(call.isOptional ? Shape.merged(answer, .type(.null)) : answer, depth: call.known.depth)
    }

    /// A call of what is no method of every type that the receiver may have.
    private mutating func checkFieldCall(_ call: MethodCall, _ receiver: Shape) -> Inferred {
        if case .record(let fields) = receiver {
            guard let field = fields.first(where: { $0.name == call.name.text }) else {
                return self.field(
                    call.name.text, of: call.known, at: call.name.span, isOptional: call.isOptional, isCalled: true)
            }
            if !field.shape.types.contains(TypeSet(.function)) {
                report(
                    .notCallable, "the field '\(call.name.text)' is \(field.shape.types.text) and cannot be called",
                    at: call.name.span)
            }
            return .unknown
        }
        let types = receiver.types
        guard types.isDisjoint(with: [TypeSet(.record), TypeSet(.module)]) else { return .unknown }
        guard types.types.allSatisfy({ methodNumber(call.name.text, on: $0) == nil }) else { return .unknown }
        if types == .null, call.isOptional { return .unknown }
        reportNoMethod(call.name, types)
        return .unknown
    }

    private mutating func reportNoMethod(_ name: Name, _ types: TypeSet) {
        var hint: String?
        if types == TypeSet(.secret) {
            hint = "'.reveal()' gives its text"
        } else if types == .null {
            hint = "'?.' gives null there"
        } else if types == TypeSet(.regex) {
            hint = "strings have the methods: text.matches(/…/)"
        } else {
            hint = hintFor(method: name.text, on: Array(types.types))
        }
        report(.unknownMethod, "\(types.text) has no method '\(name.text)'", at: name.span, hint: hint)
    }

    /// The answer's shape, with that of the receiver's items where the method keeps them.
    private static func answer(of signature: Signature, on receiver: Shape) -> Shape {
        let element = receiver.element
        guard !element.isAny else { return signature.answer }
        switch (signature.name, signature.answer) {
        case ("first", _), ("last", _): return .optional(element)
        case (_, .list(.any)) where itemKeeping.contains(signature.name): return .list(element)
        case (_, .stream(.any)) where itemKeeping.contains(signature.name): return .stream(element)
        default: return signature.answer
        }
    }

    /// What `captures` gives for a literal: null, or the groups that its pattern has.
    private static func captures(_ signature: Signature, _ arguments: [Argument]) -> Shape? {
        guard signature.name == "captures", let argument = arguments.first, !argument.isSpread,
            case .regex(let pattern, let ignoresCase) = argument.value.bare.kind,
            let program = try? RegexProgram(pattern, ignoresCase: ignoresCase)
        else { return nil }
        let group = Shape.optional(.type(.string))
        return .optional(program.names.isEmpty ? .list(group) : .record(program.names.map { Shape.Field($0.name, group) }))
    }

    private static let itemKeeping: Set<String> = [
        "where", "take", "take_while", "skip", "sort", "sort_by", "distinct_by", "to_list", "reverse",
    ]
}
