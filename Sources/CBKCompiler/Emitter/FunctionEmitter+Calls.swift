// Calls: of built-ins with their arguments in place, of functions, of methods, with labels and spreads.

import CBKSyntax

extension FunctionEmitter {
    func emitCall(
        _ expression: Expression, _ callee: Expression, _ arguments: [Argument], into target: Int
    ) throws(EmitError) {
        if case .builtin(let number)? = context.resolution.references[callee.id] {
            try emitBuiltinCall(number, expression.span, arguments, into: target)
            return
        }
        if case .member(let receiver, let name, let isOptional) = callee.kind, context.resolution.references[callee.id] == nil {
            if try emitChange(receiver, name, arguments, into: target) { return }
            try emitMethodCall(receiver, name, isOptional: isOptional, arguments, expression.span, into: target)
            return
        }
        try scoped { () throws(EmitError) in
            let base = try allocate(1 + arguments.count, for: target)
            if arguments.contains(where: \.isSpread) {
                try emit(callee, into: base)
                try emitSpreadCall(base, arguments, expression.span)
            } else if case .variable(let variable)? = context.resolution.references[unwrapped(callee).id],
                case .global(let slot) = place(of: variable), slot <= 0xFFFF,
                context.resolution.variables[variable].kind == .function
            {
                try emitArguments(arguments, from: base + 1)
                span = expression.span
                addCall(base, arguments, callee: slot, isGlobal: true)
            } else {
                var register = base
                if case .variable(let variable)? = context.resolution.references[unwrapped(callee).id],
                    case .register(let known) = place(of: variable), !arguments.contains(where: { mayAssign($0.value) })
                {
                    register = known
                } else {
                    try emit(callee, into: base)
                }
                try emitArguments(arguments, from: base + 1)
                span = expression.span
                addCall(base, arguments, callee: register)
            }
            deliver(base, into: target)
        }
    }

    private func addCall(_ base: Int, _ arguments: [Argument], callee: Int, isGlobal: Bool = false) {
        let labels = labels(arguments)
        add(Instruction(.call, x: (labels >= 0 ? 1 : 0) | (isGlobal ? 2 : 0), a: base, b: arguments.count, c: callee))
        if labels >= 0 { addWord(bc: labels) }
    }

    /// The labels of a call's last arguments as a constant, or -1 without any. No labels as a constant where an argument
    /// may be left out: matching them finds a required parameter without one.
    func labels(_ arguments: [Argument]) -> Int {
        let names = arguments.compactMap { $0.label?.text }
        return names.isEmpty && !arguments.contains { mayBeOmit($0.value) } ? -1 : constant(.labels(names))
    }

    private func emitArguments(_ arguments: [Argument], from first: Int) throws(EmitError) {
        for (index, argument) in arguments.enumerated() {
            let later = arguments.dropFirst(index + 1).map(\.value)
            try emit(
                argument.value, into: first + index, isShared: mayChange(argument.value, during: later, orInCall: true))
        }
    }

    // MARK: Built-ins

    private func emitBuiltinCall(_ number: Int, _ place: Span, _ arguments: [Argument], into target: Int) throws(EmitError) {
        let signature = context.catalog.signatures[number]
        if signature.name == "__yield", let value = arguments.first?.value {
            try scoped { () throws(EmitError) in
                let register = try allocate()
                try emitOwned(value, into: register)
                add(Instruction(.yield, a: register))
            }
            add(Instruction(.loadNull, a: target))
            return
        }
        if signature.name == "assert", try emitAssertion(place, arguments, into: target) { return }
        try scoped { () throws(EmitError) in
            guard case .matched(let matched)? = match(arguments, to: signature) else {
                let base = try allocate(3)
                let (list, record) = try emitSpreadOperands(arguments)
                add(Instruction(.move, a: base + 1, b: list))
                add(Instruction(.move, a: base + 2, b: record))
                span = place
                add(Instruction(.callNativeSpread, x: 1, a: base, c: number))
                deliver(base, into: target)
                return
            }
            try emitMatched(number, signature, matched, place, arguments, into: target)
        }
    }

    /// `assert(a == b, …)` or `assert(a in b, …)`, whose failure shows both sides; false for any other condition.
    private func emitAssertion(_ place: Span, _ arguments: [Argument], into target: Int) throws(EmitError) -> Bool {
        guard let first = arguments.first, first.label == nil, !arguments.contains(where: \.isSpread),
            case .binary(let operation, let operatorSpan, let left, let right) = unwrapped(first.value).kind,
            [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in].contains(operation)
        else { return false }
        try scoped { () throws(EmitError) in
            let base = try allocate(5)
            let test = try allocate()
            try emitOwned(left, into: base + 1)
            try emitOwned(right, into: base + 2)
            let isSwapped = operation == .greater || operation == .greaterOrEqual
            span = operatorSpan
            add(Instruction(opcode(of: operation), a: test, b: base + (isSwapped ? 2 : 1), c: base + (isSwapped ? 1 : 2)))
            let holds = jump(Instruction(.branchTrue, x: 1, a: test))
            add(Instruction(.loadConstant, a: base + 3, bc: constant(.string(operation.rawValue))))
            if arguments.count > 1 {
                try emit(arguments[1].value, into: base + 4)
            } else {
                add(Instruction(.loadNull, a: base + 4))
            }
            span = place
            add(Instruction(.callNative, a: base, b: 4, c: try builtin("__assert_failed")))
            patch(holds)
            add(Instruction(.loadNull, a: target))
        }
        return true
    }

    private func emitMatched(
        _ number: Int, _ signature: Signature, _ matched: ArgumentMatch, _ place: Span, _ arguments: [Argument],
        into target: Int
    ) throws(EmitError) {
        var places: [Int?] = Array(repeating: nil, count: arguments.count)
        var count = 0
        var omitted: [Int] = []
        for slot in matched.parameters {
            switch slot {
            case .leftOut:
                omitted.append(count)
                count += 1
            case .argument(let index):
                places[index] = count
                count += 1
            case .rest(let indices):
                for index in indices {
                    places[index] = count
                    count += 1
                }
            }
        }
        let requestSlot = count
        if signature.request != nil { count += 1 }
        let base = try allocate(1 + count, for: target)
        if let record = matched.requestRecord { places[record] = requestSlot }
        // What is done with its arguments at its end leaves a list that it is given to its one holder: `len(xs)` in a
        // loop must not make each `xs.push(…)` a copy.
        let isKept = signature.effect != .pure || !signature.answer.types.isSubset(of: .plain)
        for (index, argument) in arguments.enumerated() {
            guard let slot = places[index] else { continue }
            let later = arguments.dropFirst(index + 1).map(\.value)
            let isShared = isKept || mayChange(argument.value, during: later)
            try emit(argument.value, into: base + 1 + slot, isShared: isShared)
        }
        for slot in omitted { add(Instruction(.loadOmit, a: base + 1 + slot)) }
        if signature.request != nil, matched.requestRecord == nil {
            let entries = matched.requestFields.compactMap { index -> RecordEntry? in
                arguments[index].label.map { .field($0, arguments[index].value, isShorthand: false) }
            }
            span = place
            if entries.isEmpty {
                add(Instruction(.loadNull, a: base + 1 + requestSlot))
            } else {
                try emitRecord(entries, into: base + 1 + requestSlot)
            }
        }
        span = place
        let hasOmit = arguments.contains { mayBeOmit($0.value) }
        add(Instruction(.callNative, x: hasOmit ? 1 : 0, a: base, b: count, c: number))
        if hasOmit { addWord(bc: constant(.labels([]))) }
        deliver(base, into: target)
    }

    // MARK: Methods

    private func emitMethodCall(
        _ receiver: Expression, _ name: Name, isOptional: Bool, _ arguments: [Argument], _ place: Span, into target: Int
    ) throws(EmitError) {
        try scoped { () throws(EmitError) in
            let base = try allocate(2 + arguments.count, for: target)
            try emit(receiver, into: base + 1, isShared: mayChange(receiver, during: arguments.map(\.value)))
            var skip: Int?
            if isOptional {
                add(Instruction(.loadNull, a: base))
                skip = jump(Instruction(.branchNull, x: 1, a: base + 1))
            }
            let hasSpread = arguments.contains(where: \.isSpread)
            let method = context.catalog.methodNumber(name.text)
            if let method, !hasSpread {
                for (index, argument) in arguments.enumerated() { try emitOwned(argument.value, into: base + 2 + index) }
                span = name.span
                add(Instruction(.callMethod, a: base, b: arguments.count, c: method))
                addWord(bc: labels(arguments))
            } else if let method {
                try emitSpreadCall(base, arguments, place, method: (method, name.span))
            } else {
                span = name.span
                add(Instruction(.getField, a: base, b: base + 1, c: try shortConstant(name.text)))
                addWord(bc: 0)
                if hasSpread {
                    try emitSpreadCall(base, arguments, place)
                } else {
                    try emitArguments(arguments, from: base + 1)
                    span = place
                    addCall(base, arguments, callee: base)
                }
            }
            if let skip { patch(skip) }
            deliver(base, into: target)
        }
    }

    // MARK: Spreads

    /// - Parameter method: what is called lies behind the callee's register, and is looked up by this method's name.
    private func emitSpreadCall(
        _ callee: Int, _ arguments: [Argument], _ place: Span, method: (number: Int, place: Span)? = nil
    ) throws(EmitError) {
        let (list, record) = try emitSpreadOperands(arguments)
        if let method {
            span = method.place
            add(Instruction(.spreadMethod, a: callee, b: list, c: method.number))
        }
        span = place
        // Nothing but the callee may lie where the arguments are laid out.
        let base = try allocate()
        add(Instruction(.move, a: base, b: callee))
        add(Instruction(.callSpread, a: base, b: list, c: record))
        add(Instruction(.move, a: callee, b: base))
    }

    /// The positional arguments as a list and the named ones, with all spread records, as a record.
    private func emitSpreadOperands(_ arguments: [Argument]) throws(EmitError) -> (Int, Int) {
        let list = try allocate()
        let record = try allocate()
        var elements: [ListElement] = []
        var entries: [RecordEntry] = []
        for argument in arguments {
            if argument.isSpread {
                entries.append(.spread(argument.value))
            } else if let label = argument.label {
                entries.append(.field(label, argument.value, isShorthand: false))
            } else {
                elements.append(.value(argument.value))
            }
        }
        try emit(Expression(id: 0, span: span, kind: .list(elements)), into: list)
        try emitRecord(entries, into: record, isCall: true)
        return (list, record)
    }
}
