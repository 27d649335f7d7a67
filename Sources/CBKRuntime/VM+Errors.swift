// Errors: raising them, finding their handler, and what is left when there is none.

import CBKCompiler
import CBKSyntax

/// Why a program is ended from outside. The raw value is what the machine looks at; 0 is none.
package enum Ending: Int32, Sendable {
    case interrupted = 1
    /// `--max-time`
    case outOfTime = 2

    var error: ScriptError {
        switch self {
        case .interrupted: ScriptError(.cancelled, "interrupted", code: "E0506", isCatchable: false)
        case .outOfTime: ScriptError(.limit, "the budget of time is used up (--max-time)", code: "E0508", isCatchable: false)
        }
    }
}

extension VM {
    @inline(never)
    func raiseUndefined() {
        raise(.name, "used before its definition has run", code: "E0311")
    }

    @inline(never)
    func raiseForeignWrite() {
        raise(
            .value, "a batch's body cannot assign a variable made outside the item; results leave by 'emit'", code: "E0313")
    }

    @inline(never)
    func raiseNoBool(_ value: Value, _ place: String) {
        raise(.type, "\(place) true or false, not \(value.typeName)", code: "E0303")
    }

    @inline(never)
    func raiseNoMethod(_ name: String, _ receiver: Value) {
        if receiver.isNull {
            raise(.type, "null has no method '\(name)'; '?.\(name)(…)' gives null there", code: "E0309")
            return
        }
        var message = "\(receiver.typeName) has no method '\(name)'"
        if receiver.tag == Tag.secret { message += "; .reveal() gives its text" }
        if let near = nearMethod(name, of: receiver) { message += "; did you mean '\(near)'?" }
        raise(.name, message, code: "E0309")
    }

    func nearMethod(_ name: String, of receiver: Value) -> String? {
        guard let type = receiver.type else { return nil }
        let key = "\(receiver.typeName).\(name)"
        if let known = state.pointee.nearMethods[key] { return known }
        let catalog = state.pointee.catalog
        let near = catalog.ownMethod(of: name, on: type) ?? suggestion(for: name, among: catalog.methodNames(on: type))
        if state.pointee.nearMethods.count >= 100 { state.pointee.nearMethods = [:] }
        state.pointee.nearMethods[key] = .some(near)
        return near
    }

    @inline(never)
    func raiseNotCallable(_ value: Value) {
        raise(.type, "\(value.typeName) is not a function", code: "E0310")
    }

    @inline(never)
    func raiseKey(_ key: Value, of base: Value) -> Bool {
        let message =
            switch base.tag {
            case Tag.record: "a record's keys are strings, not \(key.typeName)"
            case Tag.list, Tag.string: "the places in a \(base.typeName) are ints, not \(key.typeName)"
            case Tag.secret: "a secret has no items; .reveal() gives its text"
            default: "\(base.typeName) has no items"
            }
        return raise(.type, message, code: "E0308")
    }

    @inline(never)
    func raiseNoMatch(_ value: Value) {
        raise(.value, "no arm of this match fits \(literal(value, limit: 80))", code: "E0312")
    }

    /// A statement's value, or the reason of a `skip`.
    @inline(never)
    func meets(_ value: Value, isReason: Bool) -> Bool {
        if isReason {
            return value.isString || raise(.type, "'skip' takes a text, not \(value.typeName)", code: "E0301")
        }
        return value.tag != Tag.stream
            || raise(
                .type, "this stream is not read by anything; loop over it with 'for', or make it a list with .to_list()",
                code: "E0301")
    }

    /// `throw value`
    @inline(never)
    func raiseThrown(_ value: Value) {
        switch value.tag {
        case Tag.error:
            raise(scriptError(of: value))
            state.pointee.pendingValue = value
        case Tag.string:
            raise(.user, value.string.text)
        case Tag.secret:
            raise(.user, secretText(value).masked)
        default:
            raise(.type, "'throw' takes a message or an error, not \(value.typeName)", code: "E0301")
        }
    }

    /// An error value with no origin yet, as `error(…)` makes it.
    package func makeError(_ error: ScriptError) -> Value { makeError(error, origin: nil) }

    /// In the order of `makeError`'s slots.
    static let errorFields = ["kind", "message", "status", "code", "operation", "request"]

    func makeError(_ error: ScriptError, origin: ErrorOrigin?) -> Value {
        let fields = makeRecord(shape: state.pointee.errorShape, count: VM.errorFields.count)
        let slots = fields.pointee.slots.unsafelyUnwrapped
        slots[0] = string(error.kind.rawValue)
        slots[1] = string(error.message)
        slots[2] = error.status.map { Value(int: $0) } ?? .null
        slots[3] = error.code.map { string($0) } ?? .null
        slots[4] = error.operation.map { string($0) } ?? .null
        slots[5] = error.request.map { string($0) } ?? .null
        let object = heap.allocate(MemoryLayout<ErrorObject>.size, .error).assumingMemoryBound(to: ErrorObject.self)
        object.pointee.fields = Value(fields)
        object.pointee.origin = origin.map { .passRetained($0) }
        return Value(object: object, tag: Tag.error)
    }

    /// The other way round.
    func scriptError(of value: Value) -> ScriptError {
        let record = value.error.pointee.fields.record
        func text(_ name: String) -> String? {
            get(name, of: record).flatMap { $0.tag == Tag.string ? $0.string.text : nil }
        }
        let origin = value.error.pointee.origin?.takeUnretainedValue() as? ErrorOrigin
        return ScriptError(
            text("kind").flatMap { ScriptError.Kind(rawValue: $0) } ?? .user, text("message") ?? "", code: text("code"),
            status: get("status", of: record).flatMap { $0.isInt ? Int($0.int) : nil }, operation: text("operation"),
            request: text("request"), isCatchable: origin?.isCatchable ?? true)
    }

    // MARK: Unwinding

    /// Finds the handler of the raised error in the fiber or, for a stream's fiber, in those that read it. The fiber that
    /// goes on, or nil when there is none; then `current` is the fiber that failed and `takeFailure` has the rest.
    func unwind(_ start: Fiber) -> Fiber? {
        var error = state.pointee.pending ?? ScriptError(.value, "an error without a cause")
        let thrown = state.pointee.pendingValue
        let known = thrown.tag == Tag.error ? thrown.error.pointee.origin?.takeUnretainedValue() as? ErrorOrigin : nil
        let origin = known ?? ErrorOrigin(trace: trace(of: start), isCatchable: error.isCatchable)
        if thrown.tag == Tag.error, known == nil { thrown.error.pointee.origin = .passRetained(origin) }
        if error.code == "E0311", let place = origin.trace.first {
            error.message = "'\(place.source.text(in: place.span))' is used before its definition has run"
        }
        var fiber = start
        while true {
            if error.isCatchable, let target = findHandler(fiber) {
                let frame = fiber.state.pointee.frames + (fiber.state.pointee.frameCount - 1)
                frame.pointee.pc = frame.pointee.closure.pointee.prototype.pointee.code + target.target
                let value = thrown.tag == Tag.error ? thrown : makeError(error, origin: origin)
                fiber.state.pointee.stack[frame.pointee.base + target.register] = value
                state.pointee.pending = nil
                state.pointee.pendingValue = .null
                return fiber
            }
            fiber.state.pointee.frameCount = 0
            guard let parent = fiber.parent else { break }
            fiber.parent = nil
            fiber = parent
        }
        state.pointee.current = fiber
        state.pointee.failure = .failed(error, trace: origin.trace)
        state.pointee.pending = nil
        state.pointee.pendingValue = .null
        return nil
    }

    /// Pops frames down to the one with a handler around its instruction.
    private func findHandler(_ fiber: Fiber) -> Handler? {
        while fiber.state.pointee.frameCount > 0 {
            let frame = fiber.state.pointee.frames[fiber.state.pointee.frameCount - 1]
            let prototype = frame.closure.pointee.prototype
            let place = frame.pc - prototype.pointee.code - 1
            let handlers = prototype.pointee.info.takeUnretainedValue().chunk.handlers
            if let handler = handlers.first(where: { $0.start <= place && place < $0.end }) { return handler }
            fiber.state.pointee.frameCount -= 1
        }
        return nil
    }

    func takeFailure() -> FiberEnd {
        let failure = state.pointee.failure
        state.pointee.failure = nil
        return failure ?? .failed(ScriptError(.value, "an error without a cause"), trace: [])
    }

    /// The calls on the way to the running instruction, innermost first, without the language's own.
    private func trace(of start: Fiber) -> [TraceEntry] {
        var entries: [TraceEntry] = []
        var next: Fiber? = start
        while let fiber = next {
            for level in stride(from: fiber.state.pointee.frameCount - 1, through: 0, by: -1) where entries.count < 64 {
                let frame = fiber.state.pointee.frames[level]
                let info = frame.closure.pointee.prototype.pointee.info.takeUnretainedValue()
                guard !info.isInternal else { continue }
                let place = frame.pc - frame.closure.pointee.prototype.pointee.code - 1
                let span = info.chunk.spans.indices.contains(place) ? info.chunk.spans[place] : Span(start: 0, end: 0)
                entries.append(TraceEntry(function: info.chunk.name, source: info.source, span: span))
            }
            next = fiber.parent
        }
        return entries
    }
}
