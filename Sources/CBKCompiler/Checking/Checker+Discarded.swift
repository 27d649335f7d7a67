// Values that go nowhere: a stream as a statement is a mistake, any other value that only a slip leaves behind a
// warning. Calls that may act are left alone, and so are conversions, which raise on bad text.

import CBKSyntax

extension Checker {
    mutating func checkDiscarded(_ expression: Expression, _ known: Inferred) {
        if known.shape.types == TypeSet(.stream) {
            checkDiscardedStream(expression)
            return
        }
        guard !isInteractive, !allowInternal else { return }
        switch expression.bare.kind {
        case .bool, .int, .float, .duration, .string, .regex, .list, .record:
            warnOfUnused("nothing uses this value", expression, hint: "'print(…)' shows it")
        case .function: warnOfUnused("nothing uses this function", expression)
        case .name(let name):
            if known.shape.types == TypeSet(.function) {
                warnOfUnused("'\(name)' is not called here", expression, hint: "write '\(name)()'")
            } else if resolution.references[expression.bare.id] != nil {
                warnOfUnused("nothing uses this value", expression, hint: "'print(…)' shows it")
            }
        case .member(_, let name, _):
            guard case .builtin? = known.origin else { return }
            warnOfUnused("'\(name.text)' is not called here", expression, hint: "write '\(name.text)()'")
        case .unary(let operation, _):
            let hint = operation == .negate ? "to go on with the line above, end it with '-'" : nil
            warnOfUnused("nothing uses this value", expression, hint: hint)
        case .binary(let operation, _, _, _): checkDiscardedOperator(operation, expression)
        case .call(let callee, _): checkDiscardedCall(callee, expression)
        case .null, .omit, .index, .catching, .conditional, .match, .batch, .block, .jump, .parenthesized, .error: break
        }
    }

    private mutating func warnOfUnused(_ message: String, _ expression: Expression, hint: String? = nil) {
        warn(.unusedValue, message, at: expression.span, hint: hint)
    }

    /// A stream that nothing reads would do nothing, silently.
    private mutating func checkDiscardedStream(_ expression: Expression) {
        switch expression.kind {
        case .call, .name, .binary, .member, .catching, .parenthesized: break
        default: return
        }
        report(
            .streamStatement, "this stream is not read by anything", at: expression.span,
            hint: "loop over it with 'for', '.save(…)' it, or make it a list with '.to_list()'")
    }

    private mutating func checkDiscardedOperator(_ operation: BinaryOperator, _ expression: Expression) {
        let hint: String?
        switch operation {
        // Their right side may act.
        case .and, .or, .coalesce: return
        case .equal: hint = "to assign, write '='; to check, 'assert(…)'"
        case .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: hint = "to check it, write 'assert(…)'"
        case .range, .add, .subtract, .multiply, .divide, .floorDivide, .remainder: hint = "'print(…)' shows it"
        }
        warnOfUnused("nothing uses the result of '\(operation.rawValue)'", expression, hint: hint)
    }

    private mutating func checkDiscardedCall(_ callee: Expression, _ expression: Expression) {
        switch callee.kind {
        case .name("error"):
            guard case .builtin? = resolution.references[callee.id] else { return }
            warnOfUnused("nothing throws this error", expression, hint: "write 'throw error(…)'")
        case .member(let base, let name, _):
            guard isPureChain(expression) else { return }
            var hint: String?
            if case .name(let variable) = base.kind { hint = "it changes nothing: '\(variable) = \(variable).\(name.text)(…)'" }
            warnOfUnused("nothing uses what '\(name.text)' gives", expression, hint: hint)
        default: break
        }
    }

    /// Whether all calls are of methods that only compute something: without a function, which may act, among the
    /// arguments, and without a source that is read.
    private func isPureChain(_ expression: Expression) -> Bool {
        var current = expression
        while case .call(let callee, let arguments) = current.kind {
            guard case .member(let base, let name, _) = callee.kind, !Checker.changingMethods.contains(name.text),
                resolution.references[callee.id] == nil,
                arguments.allSatisfy({ isPlain($0.value.bare) && !mayBeFunction($0.value.bare) })
            else { return false }
            let methods = catalog.methods(named: name.text).values
            guard !methods.isEmpty, methods.allSatisfy({ catalog.signatures[$0].effect == .pure }), mayHave(name.text, base)
            else { return false }
            current = base
        }
        return isPlain(current.bare)
    }

    /// Whether a variable's value has a method of that name, as far as is known; else it is a field that is called.
    private func mayHave(_ method: String, _ base: Expression) -> Bool {
        guard case .variable(let id)? = resolution.references[base.id] else { return true }
        let types = entries[id].known.shape.types
        return types == .all || types.types.contains { methodNumber(method, on: $0) != nil }
    }

    private func mayBeFunction(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .name, .member, .index: true
        default: false
        }
    }

    /// Whether a value is made without calling anything.
    private func isPlain(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .null, .bool, .int, .float, .duration, .string, .regex, .name, .list, .record, .member, .index, .unary, .binary,
            .omit:
            true
        case .function, .call, .catching, .conditional, .match, .batch, .block, .jump, .parenthesized, .error: false
        }
    }
}
