// Calls beyond the machine's fast path: labels, defaults, spreads, natives of every kind.
//
// The callee's slot is followed by its arguments; natives give their result there. Frames have `Fiber.slack` registers
// beyond their own, so arranging arguments never moves the stack.

import CBKCompiler
import CBKSyntax

/// What calling a built-in led to.
enum NativeOutcome {
    case done, failed
    case suspended(AsynchronousRequest)
    /// It is written in the language: call this closure.
    case script(Value)
}

extension VM {
    /// Tags below this number may have methods.
    @inline(__always) static var tagCount: Int { 32 }
    static var mostParameters: Int { 60 }

    // MARK: Closures

    /// Pads a call's arguments to the callee's parameters; false with an error raised.
    @inline(never)
    func arrange(_ prototype: UnsafeMutablePointer<Prototype>, _ arguments: UnsafeMutablePointer<Value>, _ count: Int) -> Bool {
        let wanted = prototype.pointee.parameterCount
        guard count <= wanted, count >= prototype.pointee.requiredCount else {
            let chunk = prototype.pointee.info.takeUnretainedValue().chunk
            return raise(.type, countMessage(chunk.title, prototype.pointee.requiredCount, wanted, count), code: "E0314")
        }
        for index in count..<wanted { arguments[index] = .omit }
        return true
    }

    private func countMessage(_ name: String, _ required: Int, _ most: Int, _ count: Int) -> String {
        let takes = required == most ? "\(most)" : "\(required) to \(most)"
        return "\(name) takes \(takes) argument\(most == 1 ? "" : "s"), not \(count)"
    }

    /// False, with an error raised, when the depth of a fiber's calls is over its budget.
    @inline(never)
    func admitDepth(_ fiber: Fiber) -> Bool {
        guard fiber.depthBelow + fiber.state.pointee.frameCount >= state.pointee.budget.depth else { return true }
        return raise(
            ScriptError(
                .limit, "calls are nested deeper than \(state.pointee.budget.depth) (--max-depth)", code: "E0502",
                isCatchable: false))
    }

    /// Makes room for a frame; false with an error raised when the depth is over its budget.
    @inline(never)
    func deepen(_ fiber: Fiber) -> Bool {
        guard admitDepth(fiber) else { return false }
        fiber.growFrames(most: state.pointee.budget.depth)
        return true
    }

    /// Pushes a frame for the closure in the stack's slot `slot`, with arguments behind it.
    func enter(_ fiber: Fiber, at slot: Int, count: Int) -> Bool {
        let callee = fiber.state.pointee.stack[slot]
        guard callee.tag == Tag.closure else {
            raiseNotCallable(callee)
            return false
        }
        let prototype = callee.closure.pointee.prototype
        if prototype.pointee.parameterCount != count, !arrange(prototype, fiber.state.pointee.stack + slot + 1, count) {
            return false
        }
        if fiber.state.pointee.frameCount == fiber.state.pointee.frameCapacity, !deepen(fiber) { return false }
        fiber.growStack(to: slot + 1 + prototype.pointee.registerCount + Fiber.slack)
        fiber.state.pointee.frames[fiber.state.pointee.frameCount] = Frame(
            closure: callee.closure, pc: prototype.pointee.code, base: slot + 1)
        fiber.state.pointee.frameCount += 1
        return true
    }

    // MARK: Natives

    @inline(never)
    func callNative(
        _ bound: Int, _ arguments: UnsafeMutablePointer<Value>, _ given: Int, _ fiber: Fiber, destination: Int
    ) -> NativeOutcome {
        let number = Value(native: bound).native
        state.pointee.binding = bound >> 32
        defer { state.pointee.binding = 0 }
        if state.pointee.isPure, state.pointee.builtins[number].signature.effect != .pure { return refuseOperation(number) }
        let entry = state.pointee.natives[number]
        var count = given
        if !entry.isVariadic || count < entry.parameterCount {
            guard count <= entry.parameterCount else { return refuseCount(number, count) }
            while count < entry.parameterCount {
                arguments[count] = .omit
                count += 1
            }
        }
        for index in 0..<entry.requiredCount where arguments[index].isOmit { return refuseCount(number, given) }
        switch state.pointee.builtins[number].body {
        case .native(let function):
            let count = entry.isVariadic ? max(given, count) : count
            if function(UnsafeMutableRawPointer(state), arguments, count) { return .done }
            // Arguments of a spread may lie above the frame, where a collection sees nothing.
            let frame = fiber.state.pointee.frames[fiber.state.pointee.frameCount - 1]
            let top = frame.base + frame.closure.pointee.prototype.pointee.registerCount
            guard arguments + count <= fiber.state.pointee.stack + top, makesRoom() else { return .failed }
            return function(UnsafeMutableRawPointer(state), arguments, count) ? .done : .failed
        case .asynchronous(let function):
            do throws(ScriptError) {
                let request = try function(NativeCall(vm: self, arguments: arguments, count: count))
                fiber.waiting = .register(destination)
                return .suspended(request)
            } catch {
                raise(error)
                return .failed
            }
        case .script(let text):
            guard let closure = compiled(number, text) else { return .failed }
            return .script(closure)
        }
    }

    private func refuseOperation(_ number: Int) -> NativeOutcome {
        let name = state.pointee.builtins[number].signature.name
        raise(.value, "a module's 'let' is made without operations, and this calls \(name)", code: "E0316")
        return .failed
    }

    private func refuseCount(_ number: Int, _ given: Int) -> NativeOutcome {
        let signature = state.pointee.builtins[number].signature
        let receiver = signature.receivers.isEmpty ? 0 : 1
        let required = signature.parameters.filter(\.isRequired).count
        let most = signature.parameters.count + (signature.request == nil ? 0 : 1)
        raise(.type, countMessage("\(signature.name)()", required, most, given - receiver), code: "E0314")
        return .failed
    }

    /// The closure of a built-in that is written in the language, compiled on its first use.
    private func compiled(_ number: Int, _ text: String) -> Value? {
        let known = state.pointee.natives[number].closure
        if !known.isNull { return known }
        let source = SourceFile(name: state.pointee.builtins[number].signature.name, text: text)
        let parsed = parse(source)
        let (program, problems) = check(parsed.tree, catalog: state.pointee.catalog, allowInternal: true)
        let errors = (parsed.diagnostics + problems).filter { $0.severity == .error }
        guard errors.isEmpty, let chunk = try? emitFunction(program, catalog: state.pointee.catalog) else {
            raise(.value, "built-in '\(source.name)' does not compile: \(errors.first?.message ?? "too large")", code: "E0399")
            return nil
        }
        let prototype = load(chunk, source: source, isInternal: true)
        let closure = makeClosure(prototype, registers: state.pointee.globals, captures: state.pointee.globals)
        state.pointee.natives[number].closure = closure
        return closure
    }

    /// The function in a record's field, for `r.name(…)` where no type has such a method.
    func fieldFunction(_ method: Int, of receiver: Value) -> Value? {
        let name = state.pointee.catalog.methodNames[method]
        if receiver.tag == Tag.record, let value = get(intern(name), of: receiver.record) { return value }
        raiseNoMethod(name, receiver)
        return nil
    }

    // MARK: Labels and spreads

    /// Puts labelled arguments into their parameters' places; the new count, or nil with an error raised.
    @inline(never)
    func matchLabels(
        _ callee: Value, _ arguments: UnsafeMutablePointer<Value>, _ count: Int, _ labels: Int,
        _ caller: UnsafeMutablePointer<ClosureObject>
    ) -> Int? {
        let chunk = caller.pointee.prototype.pointee.info.takeUnretainedValue().chunk
        guard case .labels(let names) = chunk.constants[labels] else { return count }
        guard !names.isEmpty else { return requireGiven(callee, arguments, count) ? count : nil }
        return place(names, callee, arguments, positional: count - names.count)
    }

    /// Whether no required parameter is given `omit`; false with an error raised.
    func requireGiven(_ callee: Value, _ arguments: UnsafeMutablePointer<Value>, _ count: Int) -> Bool {
        switch callee.tag {
        case Tag.closure:
            let chunk = callee.closure.pointee.prototype.pointee.info.takeUnretainedValue().chunk
            for index in 0..<min(count, chunk.hasDefault.count) where arguments[index].isOmit && !chunk.hasDefault[index] {
                return raise(.type, "\(chunk.title) needs its argument '\(chunk.parameterNames[index])'", code: "E0314")
            }
        case Tag.native:
            let number = callee.native
            for index in 0..<min(count, state.pointee.natives[number].requiredCount) where arguments[index].isOmit {
                _ = refuseCount(number, index)
                return false
            }
        default: break
        }
        return true
    }

    private func place(_ names: [String], _ callee: Value, _ arguments: UnsafeMutablePointer<Value>, positional: Int) -> Int? {
        var parameters: [String]
        /// Positional arguments pass these over.
        var isNamedOnly: [Bool]
        var hasRequest = false
        let function: String
        switch callee.tag {
        case Tag.closure:
            let chunk = callee.closure.pointee.prototype.pointee.info.takeUnretainedValue().chunk
            parameters = chunk.parameterNames
            isNamedOnly = parameters.map { _ in false }
            function = chunk.title
        case Tag.native:
            let signature = state.pointee.builtins[callee.native].signature
            parameters = (signature.receivers.isEmpty ? [] : [""]) + signature.parameters.map(\.name)
            isNamedOnly = (signature.receivers.isEmpty ? [] : [false]) + signature.parameters.map(\.isNamedOnly)
            hasRequest = signature.request != nil
            function = "\(signature.name)()"
        default:
            raiseNotCallable(callee)
            return nil
        }
        guard parameters.count < VM.mostParameters else {
            raise(.type, countMessage(function, 0, parameters.count, positional + names.count), code: "E0314")
            return nil
        }
        var placed = Array(repeating: Value.omit, count: parameters.count)
        var isPlaced = Array(repeating: false, count: parameters.count)
        var request: Value?
        var next = 0
        for index in 0..<positional {
            while next < parameters.count, isNamedOnly[next] { next += 1 }
            if next < parameters.count {
                placed[next] = arguments[index]
                isPlaced[next] = true
                next += 1
            } else if hasRequest, request == nil {
                request = arguments[index]
            } else {
                raise(.type, countMessage(function, 0, parameters.count, positional + names.count), code: "E0314")
                return nil
            }
        }
        let isWhole = request != nil
        for (index, name) in names.enumerated() {
            let value = arguments[positional + index]
            if let place = parameters.firstIndex(of: name) {
                guard !isPlaced[place] else {
                    raise(.type, "'\(name)' of \(function) is given twice", code: "E0314")
                    return nil
                }
                placed[place] = value
            } else if hasRequest {
                guard !isWhole else {
                    raise(.type, "\(function) takes its fields as one record or as named arguments, not both", code: "E0314")
                    return nil
                }
                let fields = request ?? Value(makeRecord())
                request = fields
                if !value.isOmit { set(intern(name), in: fields.record, to: value) }
            } else {
                let near = suggestion(for: name, among: parameters).map { "; did you mean '\($0)'?" } ?? ""
                raise(.type, "\(function) has no parameter '\(name)'\(near)", code: "E0314")
                return nil
            }
        }
        if hasRequest { placed.append(request ?? Value(makeRecord())) }
        for (index, value) in placed.enumerated() { arguments[index] = value }
        return callee.tag == Tag.closure && !requireGiven(callee, arguments, placed.count) ? nil : placed.count
    }

    /// The method, whose receiver becomes the first of the arguments, or the function in the receiver's field.
    func spreadMethod(_ method: Int, of receiver: Value, _ arguments: UnsafeMutablePointer<ListObject>) -> Value? {
        let number = Int(state.pointee.methods[method * VM.tagCount + Int(receiver.tag)])
        guard number >= 0 else { return fieldFunction(method, of: receiver) }
        append(receiver, to: arguments)
        let items = arguments.pointee.items
        for index in stride(from: arguments.pointee.count - 1, to: 0, by: -1) { items[index] = items[index - 1] }
        items[0] = receiver
        return Value(native: number)
    }

    /// Lays out a call's arguments from a list and a record of named ones behind the callee's slot.
    func spreadArguments(_ callee: Value, _ list: Value, _ record: Value, _ fiber: Fiber, at slot: Int) -> Int? {
        let items = list.list
        var names: [String] = []
        var values: [Value] = []
        var cursor = 0
        while let (key, value) = next(of: record.record, &cursor) {
            names.append(key.text)
            values.append(value)
        }
        let count = items.pointee.count
        guard count + names.count <= VM.mostParameters else {
            raise(.type, "a call takes \(VM.mostParameters) arguments at most, not \(count + names.count)", code: "E0314")
            return nil
        }
        fiber.growStack(to: slot + 1 + count + names.count + Fiber.slack)
        let arguments = fiber.state.pointee.stack + slot + 1
        for index in 0..<count { arguments[index] = items.pointee.items[index] }
        for (index, value) in values.enumerated() { arguments[count + index] = value }
        guard names.isEmpty else { return place(names, callee, arguments, positional: count) }
        return requireGiven(callee, arguments, count) ? count : nil
    }
}
