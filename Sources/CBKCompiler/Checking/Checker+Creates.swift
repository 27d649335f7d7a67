// Creating one by one: a create in a loop, or in a batch without a key, is a warning, through functions, too, as far as
// they are called by name.

import CBKSyntax

/// A call, in a loop or in a batch without a key, of a function that may create something.
struct CreatingCall {
    let function: VariableID
    /// nil in a loop.
    let batch: NodeID?
    let span: Span
}

extension Checker {
    mutating func checkCreate(_ name: String, at span: Span) {
        for function in functions {
            if let node = function.node { functionCalls[node, default: FunctionCalls()].create = name }
        }
        if let batch = batches.last {
            if !batch.hasKey { warnOfKey(batch.bodyID, name, at: span) }
        } else if functions[functions.count - 1].loopDepth > 0 {
            warnOfLoop("\(name) in a loop", at: span)
        }
    }

    mutating func noteCreatingCall(_ id: VariableID, at span: Span) {
        for function in functions {
            if let node = function.node { functionCalls[node, default: FunctionCalls()].mayCall.append(id) }
        }
        if let batch = batches.last {
            if !batch.hasKey { creatingCalls.append(CreatingCall(function: id, batch: batch.bodyID, span: span)) }
        } else if functions[functions.count - 1].loopDepth > 0 {
            creatingCalls.append(CreatingCall(function: id, batch: nil, span: span))
        }
    }

    /// Warns of the noted calls whose function creates something, now that all functions have been checked.
    ///
    /// - Parameter creates: what `reached` gives of creates.
    mutating func checkCreatingCalls(_ creates: [VariableID: String]) {
        for call in creatingCalls {
            guard let name = creates[call.function] else { continue }
            if let batch = call.batch {
                warnOfKey(batch, name, at: call.span)
            } else {
                warnOfLoop("\(name), which '\(resolution.variables[call.function].name)' calls, in a loop", at: call.span)
            }
        }
    }

    /// Once for each batch.
    private mutating func warnOfKey(_ batch: NodeID, _ name: String, at span: Span) {
        guard warnedBatches.insert(batch).inserted else { return }
        warn(
            .batchWithoutKey, "this batch has no key, and its body calls \(name)", at: span,
            hint: "add 'by' and what identifies an item, so that one that comes twice is not created twice")
    }

    private mutating func warnOfLoop(_ what: String, at span: Span) {
        warn(
            .createInLoop, "\(what) runs one by one, and stops at the first error", at: span,
            hint: "'batch … in … by …' runs items side by side, and an error ends its item alone")
    }
}
