// When the collector works, and what its roots are: globals, pins, the closures of built-ins, and the stacks of fibers
// that run, wait or are read.

extension VM {
    /// Does the next part of a collection, or a whole one where memory is short. Gives what the allocating since the last
    /// part is worth in steps: making and copying values is work, too.
    @inline(never)
    func collect(_ running: Fiber?) -> Int {
        let work = max(0, heap.state.pointee.used - heap.state.pointee.charged) >> 9
        defer { heap.state.pointee.charged = heap.state.pointee.used }
        let start = ContinuousClock.now
        if heap.state.pointee.stress == .whole || heap.isNearLimit {
            collectAll(running)
        } else {
            collectPart(running)
        }
        let pause = start.duration(to: .now).components
        heap.state.pointee.pauses.append(UInt64(pause.seconds) * 1_000_000_000 + UInt64(pause.attoseconds) / 1_000_000_000)
        return work
    }

    /// Collects all garbage there is now, and lets go of what it holds. Gives steps as above.
    func collectNow() -> Int {
        // A marking under way may have reached what has died since.
        if heap.state.pointee.isMarking { collectAll(state.pointee.current) }
        collectAll(state.pointee.current)
        _ = heap.sweep(atMost: .max)
        let work = max(0, heap.state.pointee.used - heap.state.pointee.charged) >> 9
        heap.state.pointee.charged = heap.state.pointee.used
        return work
    }

    private func collectAll(_ running: Fiber?) {
        if !heap.state.pointee.isMarking {
            _ = heap.sweep(atMost: .max)
            heap.beginMarking()
        }
        markRoots(running)
        _ = heap.drain(.max) { markFiber($0) }
        heap.finishMarking()
    }

    private func collectPart(_ running: Fiber?) {
        let isStressed = heap.state.pointee.stress == .parts
        let budget = isStressed ? 1 : Heap.partOfMarking
        heap.state.pointee.debt = isStressed ? 0 : -Heap.betweenParts
        if !heap.state.pointee.isMarking {
            guard heap.sweep(atMost: Heap.partOfSweep) else { return }
            heap.beginMarking()
            markRoots(running)
        }
        guard heap.drain(budget, markFiber: { markFiber($0) }) else { return }
        // Nothing is left: what the roots have got since is little, or the rest of another part.
        markRoots(running)
        guard heap.drain(budget, markFiber: { markFiber($0) }) else { return }
        heap.finishMarking()
    }

    private func markRoots(_ running: Fiber?) {
        heap.state.pointee.rounds += 1
        heap.mark(state.pointee.globals, count: state.pointee.globalCapacity)
        heap.mark(state.pointee.pendingValue)
        for (_, value) in state.pointee.pinned { heap.mark(value) }
        for entry in state.pointee.natives { heap.mark(entry.closure) }
        if let running { markChain(running) }
        for fiber in state.pointee.ready { markChain(fiber) }
        for (_, fiber) in state.pointee.fibers { markChain(fiber) }
        for fiber in heap.state.pointee.fibers { markFiber(fiber) }
    }

    private func markChain(_ start: Fiber) {
        var next: Fiber? = start
        while let fiber = next {
            markFiber(fiber)
            next = fiber.parent
        }
    }

    private func markFiber(_ fiber: Fiber) {
        let state = fiber.state
        let round = heap.state.pointee.rounds
        guard fiber.lastMarked != round else { return }
        fiber.lastMarked = round
        var top = 1
        for level in 0..<state.pointee.frameCount {
            let frame = state.pointee.frames[level]
            heap.mark(UnsafeMutableRawPointer(frame.closure).assumingMemoryBound(to: ObjectHeader.self))
            top = max(top, frame.base + frame.closure.pointee.prototype.pointee.registerCount)
        }
        top = min(top, state.pointee.capacity)
        heap.mark(state.pointee.stack, count: top)
        for index in top..<state.pointee.capacity { state.pointee.stack[index] = .null }
    }
}
