// `for` over every kind of source. Two registers hold the loop's state: for a list the list and a position, for a
// record the record and a cursor, for a stream an iterator object and a count.

import CBKCompiler

enum IterationStep {
    case value, end, failed
    /// The iterator's buffer is empty: ask its cursor.
    case request(AsynchronousRequest)
    /// Run this fiber until it yields.
    case fiber(Fiber)
}

extension VM {
    func prepareIteration(_ slot: UnsafeMutablePointer<Value>, bindings: Int) -> Bool {
        let source = slot[0]
        slot[1] = Value(int: 0)
        switch source.tag {
        case Tag.list: return true
        case Tag.record:
            guard bindings == 2 else {
                return raise(.type, "a loop over a record takes two names: 'for key, value in …'", code: "E0301")
            }
            return true
        case Tag.stream:
            if heap.state.pointee.cursors >= heap.state.pointee.mostCursors { closeAbandoned() }
            let iterator = heap.allocate(MemoryLayout<IteratorObject>.size, .iterator).assumingMemoryBound(
                to: IteratorObject.self)
            iterator.pointee.buffer = .null
            iterator.pointee.index = 0
            iterator.pointee.fiber = nil
            iterator.pointee.cursor = nil
            let stream = source.stream
            if let recipe = stream.pointee.source?.takeUnretainedValue() {
                guard let source = recipe as? any StreamSource else {
                    return raise(.value, "this stream has no source", code: "E0301")
                }
                do throws(ScriptError) {
                    iterator.pointee.cursor = .passRetained(try source.open())
                    heap.state.pointee.cursors += 1
                } catch {
                    return raise(error)
                }
            } else if stream.pointee.producer.tag == Tag.closure {
                let parent = state.pointee.current
                let fiber = makeFiber(item: parent?.state.pointee.item ?? 0, context: parent?.context)
                fiber.enter(stream.pointee.producer.closure, arguments: [])
                iterator.pointee.fiber = .passRetained(fiber)
                heap.account(fiber.byteCount)
            } else {
                // A range: the bounds go into the buffer's place, the count is the position.
                iterator.pointee.buffer = source
            }
            slot[0] = Value(object: iterator, tag: Tag.iterator)
            return true
        default:
            let hint = source.tag == Tag.string ? "; .chars() gives its characters" : ""
            return raise(.type, "a loop runs over a list, record or stream, not \(source.typeName)\(hint)", code: "E0301")
        }
    }

    /// Closes the files of loops that were left by `break`, `return` or an error.
    private func closeAbandoned() {
        state.pointee.spent &+= collectNow()
        heap.state.pointee.mostCursors = max(64, heap.state.pointee.cursors * 2)
    }

    /// The next value (values) into the registers after the state.
    @inline(never)
    func nextItem(_ slot: UnsafeMutablePointer<Value>, bindings: Int) -> IterationStep {
        let source = slot[0]
        let position = Int(slot[1].bits)
        switch source.tag {
        case Tag.list:
            guard position < source.list.pointee.count else { return .end }
            let value = source.list.pointee.items[position]
            value.share()
            deliver(value, slot, bindings)
            return .value
        case Tag.record:
            var cursor = position
            guard let (key, value) = next(of: source.record, &cursor) else { return .end }
            value.share()
            slot[1] = Value(int: cursor)
            slot[2] = Value(key)
            slot[3] = value
            return .value
        default:
            return nextOfStream(source.iterator, slot, bindings)
        }
    }

    private func deliver(_ value: Value, _ slot: UnsafeMutablePointer<Value>, _ bindings: Int) {
        if bindings == 2 {
            slot[2] = slot[1]
            slot[3] = value
        } else {
            slot[2] = value
        }
        slot[1] = Value(int: slot[1].int &+ 1)
    }

    private func nextOfStream(
        _ iterator: UnsafeMutablePointer<IteratorObject>, _ slot: UnsafeMutablePointer<Value>, _ bindings: Int
    ) -> IterationStep {
        if let fiber = iterator.pointee.fiber?.takeUnretainedValue() {
            guard fiber.state.pointee.frameCount > 0 else { return .end }
            if bindings == 2 { slot[2] = slot[1] }
            slot[1] = Value(int: slot[1].int &+ 1)
            return .fiber(fiber)
        }
        if let cursor = iterator.pointee.cursor?.takeUnretainedValue() {
            if iterator.pointee.buffer.tag == Tag.list {
                let list = iterator.pointee.buffer.list
                if iterator.pointee.index < list.pointee.count {
                    let value = list.pointee.items[iterator.pointee.index]
                    iterator.pointee.index += 1
                    value.share()
                    deliver(value, slot, bindings)
                    return .value
                }
                if list.pointee.count == 0 {
                    (cursor as? any StreamCursor)?.close()
                    iterator.pointee.buffer = .null
                    heap.endCursor(iterator)
                    return .end
                }
            }
            guard let cursor = cursor as? any StreamCursor else { return .end }
            return .request(AsynchronousRequest { try await cursor.next() })
        }
        guard iterator.pointee.buffer.tag == Tag.stream else { return .end }
        let range = iterator.pointee.buffer.stream
        let (value, overflow) = range.pointee.lower.addingReportingOverflow(slot[1].int)
        guard !overflow, value < range.pointee.upper else { return .end }
        deliver(Value(int: value), slot, bindings)
        return .value
    }

    func makeFiber(item: UInt32, context: AnyObject?) -> Fiber {
        state.pointee.nextFiber += 1
        return Fiber(id: FiberID(number: state.pointee.nextFiber), item: item, context: context)
    }

    /// Starts a fiber that runs a closure with one argument, as a batch's item. `item` is not 0.
    package func spawn(
        _ closure: Value, argument: Value, item: UInt32, context: AnyObject?, onEnd: @escaping (FiberEnd) -> Void
    ) {
        guard closure.tag == Tag.closure else {
            onEnd(.failed(ScriptError(.type, "a batch's body is a function"), trace: []))
            return
        }
        argument.share()
        let fiber = makeFiber(item: item, context: context)
        fiber.onEnd = onEnd
        fiber.enter(closure.closure, arguments: [argument])
        state.pointee.ready.append(fiber)
    }
}
