// Literals with parts: interpolated strings, lists and records. Many parts are built in chunks, so that they need few
// registers.

import CBKSyntax

extension FunctionEmitter {
    func emitString(_ parts: [StringPart], into target: Int) throws(EmitError) {
        if parts.allSatisfy({ if case .text = $0 { true } else { false } }) {
            let text = parts.map { if case .text(let text) = $0 { text } else { "" } }.joined()
            add(Instruction(.loadConstant, a: target, bc: constant(.string(text))))
            return
        }
        let whole = span
        try scoped { () throws(EmitError) in
            let first = try allocate(min(parts.count, FunctionEmitter.literalChunk))
            var filled = 0
            for (index, part) in parts.enumerated() {
                if filled == FunctionEmitter.literalChunk {
                    add(Instruction(.concatenate, a: first, b: first, c: filled))
                    filled = 1
                }
                switch part {
                case .text(let text): add(Instruction(.loadConstant, a: first + filled, bc: constant(.string(text))))
                case .expression(let inner):
                    // The text of the chunk is made before the next one is evaluated.
                    let rest = parts[(index + 1)...].prefix(FunctionEmitter.literalChunk - filled - 1)
                    let later = rest.compactMap { if case .expression(let next) = $0 { next } else { nil } }
                    try emit(inner, into: first + filled, isShared: mayChange(inner, during: later))
                }
                filled += 1
            }
            span = whole
            add(Instruction(.concatenate, a: target, b: first, c: filled))
        }
    }

    func emitList(_ elements: [ListElement], into target: Int) throws(EmitError) {
        let whole = span
        try scoped { () throws(EmitError) in
            let list = try allocate()
            let first = try allocate(min(max(elements.count, 1), FunctionEmitter.literalChunk))
            var filled = 0
            var isMade = false
            func flush() {
                if !isMade {
                    add(Instruction(.newList, a: list, b: first, c: filled))
                } else if filled > 0 {
                    add(Instruction(.listExtend, a: list, b: first, c: filled))
                }
                isMade = true
                filled = 0
            }
            for element in elements {
                if filled == FunctionEmitter.literalChunk { flush() }
                switch element {
                case .value(let value):
                    try emitOwned(value, into: first + filled)
                    filled += 1
                case .spread(let value):
                    flush()
                    try emit(value, into: first)
                    span = value.span
                    add(Instruction(.listSpread, a: list, b: first))
                }
            }
            span = whole
            if !isMade || filled > 0 { flush() }
            add(Instruction(.move, a: target, b: list))
        }
    }

    func emitRecord(_ entries: [RecordEntry], into target: Int, isCall: Bool = false) throws(EmitError) {
        let whole = span
        var names: [String] = []
        var values: [Expression] = []
        for entry in entries {
            guard case .field(let name, let value, _) = entry else { break }
            if case .omit = value.kind { continue }
            names.append(name.text)
            values.append(value)
        }
        let isPlain = entries.allSatisfy { if case .field = $0 { true } else { false } }
        if isPlain, values.count <= FunctionEmitter.literalChunk, chunk.layouts.count < 0xFFFF {
            try scoped { () throws(EmitError) in
                let first = try allocate(values.count)
                for (index, value) in values.enumerated() { try emitOwned(value, into: first + index) }
                span = whole
                chunk.layouts.append(names)
                add(Instruction(.newRecord, a: target, b: first, c: chunk.layouts.count - 1))
            }
            return
        }
        try scoped { () throws(EmitError) in
            let record = try allocate()
            let register = try allocate()
            chunk.layouts.append([])
            add(Instruction(.newRecord, a: record, b: record, c: chunk.layouts.count - 1))
            for entry in entries {
                switch entry {
                case .field(let name, let value, _):
                    try emitOwned(value, into: register)
                    span = name.span
                    add(Instruction(.recordPut, a: record, b: register, c: try shortConstant(name.text)))
                case .spread(let value):
                    try emit(value, into: register)
                    span = value.span
                    add(Instruction(.recordSpread, x: isCall ? 1 : 0, a: record, b: register))
                }
            }
            add(Instruction(.move, a: target, b: record))
        }
    }
}
