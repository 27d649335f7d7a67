// batch, and what leaves a block early: break, continue, return, skip, emit, throw, each where it may stand.

import CBKSyntax

extension Checker {
    mutating func checkBatch(_ expression: Expression) -> Inferred {
        guard case .batch(let batch) = expression.kind else { return .unknown }
        if functions[functions.count - 1].batchDepth != nil {
            report(
                .nestedBatch, "a batch inside a batch is not possible",
                at: Span(start: expression.span.start, end: batch.binding.span.end),
                hint: "use 'for' for the inner one")
        }
        noteOperation("batch", at: Span(start: expression.span.start, end: batch.binding.span.end))
        let source = check(batch.source, .value)
        checkIterable(source, batch.source, bindings: 2)
        if let parallel = batch.parallel { checkParallel(parallel) }
        let row = source.part(source.shape.element)
        if let key = batch.key {
            pushFunction(.batchKey, batch.keyID)
            declareRow(batch.keyBinding, row, batch.keyID)
            _ = check(key, .value)
            popFunction()
        }
        checkBody(batch, row)
        return Inferred(Checker.batchAnswer)
    }

    private mutating func checkBody(_ batch: Batch, _ row: Inferred) {
        batches.append(BatchContext(bodyID: batch.bodyID, hasKey: batch.key != nil))
        pushFunction(.batchBody, batch.bodyID)
        declareRow(batch.binding, row, batch.bodyID)
        _ = checkBlock(batch.body, .statement)
        popFunction()
        if let fields = batches.removeLast().emitted { resolution.emittedFields[batch.bodyID] = fields }
    }

    private mutating func declareRow(_ binding: Name, _ row: Inferred, _ owner: NodeID) {
        let id = declare(binding, .parameter)
        entries[id].known = row
        rowOwners[id] = owner
    }

    private mutating func checkParallel(_ expression: Expression) {
        let known = check(expression, .value)
        var value: Int64?
        switch expression.bare.kind {
        case .int(let number): value = number
        case .unary(.negate, let operand): if case .int = operand.bare.kind { value = -1 }
        default: break
        }
        if let value, !(1...256).contains(value) {
            report(.parallelRange, "'parallel' is 1 to 256", at: expression.span, hint: "how many items are in flight at once")
        } else if !known.shape.types.contains(TypeSet(.int)) {
            report(.parallelRange, "'parallel' takes int, not \(known.shape.types.text)", at: expression.span)
        }
    }

    private static let batchAnswer = Shape.record(
        ["total", "done", "failed", "skipped", "unknown", "pending"].map { Shape.Field($0, .type(.int)) }
            + [Shape.Field("seconds", .any), Shape.Field("run", .any), Shape.Field("rows", .any)])

    // MARK: Leaving early

    mutating func checkJump(_ expression: Expression) -> Inferred {
        guard case .jump(let jump) = expression.kind else { return .unknown }
        switch jump {
        case .throw(let value): _ = check(value, .value)
        case .return(let value):
            checkReturn(at: expression.span)
            if let value { _ = check(value, .tail) }
        case .break: checkLoopJump("break", at: expression.span)
        case .continue: checkLoopJump("continue", at: expression.span)
        case .skip(let reason):
            checkItemPlace("skip", at: Span(start: expression.span.start, end: expression.span.start + 4))
            if let reason { _ = check(reason, .value) }
        }
        return .never
    }

    private mutating func checkReturn(at span: Span) {
        functions[functions.count - 1].hasReturn = true
        let kind = functions[functions.count - 1].kind
        guard kind == .batchBody || kind == .batchKey else { return }
        report(
            .misplacedReturn, "'return' cannot leave a batch", at: Span(start: span.start, end: span.start + 6),
            hint: "'continue' ends the item as done, 'skip' as skipped, 'break' the batch")
    }

    private mutating func checkLoopJump(_ word: String, at span: Span) {
        let function = functions[functions.count - 1]
        if function.loopDepth > 0 || function.kind == .batchBody { return }
        let isInLoop = functions.contains { $0.loopDepth > 0 || $0.kind == .batchBody }
        report(
            .misplacedBreak, isInLoop ? "'\(word)' cannot leave the function around it" : "'\(word)' outside a loop", at: span,
            hint: isInLoop ? "'return' ends the function" : nil)
    }

    private mutating func checkItemPlace(_ word: String, at span: Span) {
        let function = functions[functions.count - 1]
        if function.kind == .batchBody { return }
        let isInFunction = function.kind != .script && function.kind != .batchKey
        report(
            .misplacedEmit, isInFunction ? "'\(word)' cannot stand in a function" : "'\(word)' outside a batch's body", at: span,
            hint: isInFunction ? "return a value, and '\(word)' in the batch's body" : nil)
    }

    mutating func checkEmit(_ value: Expression, at span: Span) {
        checkItemPlace("emit", at: Span(start: span.start, end: span.start + 4))
        _ = check(value, .value)
        guard functions[functions.count - 1].kind == .batchBody, !batches.isEmpty else { return }
        noteEmitted(value)
    }

    private mutating func noteEmitted(_ value: Expression) {
        let last = batches.count - 1
        guard batches[last].emitted != nil else { return }
        guard case .record(let entries) = value.bare.kind else {
            batches[last].emitted = nil
            return
        }
        for entry in entries {
            // Columns go to the machine as one text with a line for each.
            guard case .field(let name, _, _) = entry, !name.text.isEmpty, !name.text.utf8.contains(0x0A) else {
                batches[last].emitted = nil
                return
            }
            if batches[last].emittedNames.insert(name.text).inserted { batches[last].emitted?.append(name.text) }
        }
    }
}
