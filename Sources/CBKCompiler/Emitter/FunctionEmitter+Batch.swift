// batch, which is a call of the built-in `__batch`, with its body and its key as functions.

import CBKSyntax

extension FunctionEmitter {
    /// `__batch(source, body, key, parallel, columns, fields, isStatement)`
    func emitBatch(_ batch: Batch, _ place: Span, into target: Int, isStatement: Bool) throws(EmitError) {
        if isStatement { chunk.hasBatchStatement = true }
        try scoped { () throws(EmitError) in
            let base = try allocate(8)
            try emitOwned(batch.source, into: base + 1)
            let parameter = { (name: Name) in Function.Parameter(name: name, defaultValue: nil) }
            let body = FunctionEmitter(context: context, parent: self, name: "batch")
            body.loops.append(LoopContext(isBatchBody: true))
            let bodyFunction = Function(
                id: batch.bodyID, name: nil, parameters: [parameter(batch.binding)], body: .block(batch.body),
                span: batch.body.span)
            try body.emitBody(of: bodyFunction)
            addClosure(body, batch.bodyID, into: base + 2)
            if let key = batch.key {
                let function = Function(
                    id: batch.keyID, name: nil, parameters: [parameter(batch.keyBinding)], body: .expression(key), span: key.span)
                try emitClosure(function, name: "by", into: base + 3)
            } else {
                add(Instruction(.loadNull, a: base + 3))
            }
            if let parallel = batch.parallel {
                try emit(parallel, into: base + 4)
            } else {
                add(Instruction(.loadNull, a: base + 4))
            }
            if let columns = context.resolution.emittedFields[batch.bodyID] {
                emitNames(columns, into: base + 5)
            } else {
                add(Instruction(.loadNull, a: base + 5))
            }
            var fields: [String] = []
            for id in [batch.keyID, batch.bodyID] {
                for field in context.resolution.rowFields[id] ?? [] where !fields.contains(field.name) {
                    fields.append(field.name)
                }
            }
            emitNames(fields, into: base + 6)
            add(Instruction(.loadBool, a: base + 7, b: isStatement ? 1 : 0))
            // Of the whole batch its header is the place.
            span = Span(start: place.start, end: max(batch.source.span.end, place.start))
            add(Instruction(.callNative, a: base, b: 7, c: try builtin("__batch")))
            deliver(base, into: target)
        }
    }

    /// A constant list of names, one string with a newline between each: the checker lists none that hold one.
    private func emitNames(_ names: [String], into target: Int) {
        add(Instruction(.loadConstant, a: target, bc: constant(.string(names.joined(separator: "\n")))))
    }
}
