// Incremental marking. It begins with the roots, goes on a part at a time while the program runs, and ends with the roots
// again, which have changed meanwhile.
//
// Invariants, from its begin to its end: new objects count as unreached; whoever stores a value into an object that is
// not new calls `stored`, so that an object which was looked at holds no unreached one; whoever moves items of a list or
// table to lower places calls `movedDown`. Registers, globals and pins need neither: they are looked at again at the end.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A stack of objects in memory of its own: an array would check for other holders at every step.
struct GrayStack {
    private var objects: UnsafeMutablePointer<UnsafeMutablePointer<ObjectHeader>>
    private(set) var count = 0
    private var capacity = 1024

    init() { objects = .allocate(capacity: capacity) }

    func destroy() { objects.deallocate() }

    @inline(__always)
    mutating func push(_ object: UnsafeMutablePointer<ObjectHeader>) {
        if count == capacity { grow() }
        objects[count] = object
        count += 1
    }

    @inline(__always)
    mutating func pop() -> UnsafeMutablePointer<ObjectHeader>? {
        guard count > 0 else { return nil }
        count -= 1
        return objects[count]
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<UnsafeMutablePointer<ObjectHeader>>.allocate(capacity: capacity * 2)
        larger.update(from: objects, count: count)
        objects.deallocate()
        objects = larger
        capacity *= 2
    }
}

/// A list, or a record with a table, and the first of its items that was not looked at.
struct WideObject {
    var object: UnsafeMutablePointer<ObjectHeader>
    var next: Int
}

extension Heap {
    /// Values that one part of a marking looks at, and blocks that one part of a sweep frees: a few milliseconds each.
    static let partOfMarking = 100_000
    static let partOfSweep = 128
    /// Bytes that may be taken between two parts: a marking is through long before they add up to what is alive.
    static let betweenParts = 256 << 10
    /// Longer lists and tables are looked at so many items at a time.
    static let wideness = 4096

    func stress(_ stress: CollectorStress) {
        state.pointee.stress = stress
        if stress != .none { state.pointee.debt = 0 }
    }

    /// Starts a marking: everything that is not reached before `finishMarking` is garbage.
    func beginMarking() {
        state.pointee.colour ^= 3
        state.pointee.isMarking = true
        state.pointee.marked = 0
        state.pointee.usedBefore = state.pointee.used
    }

    /// A value was stored into an object that may have been looked at.
    @inline(__always)
    func stored(_ value: Value) {
        if state.pointee.isMarking { reach(value) }
    }

    @inline(never)
    private func reach(_ value: Value) { mark(value) }

    /// Items of a list or table moved to lower places, by at most so many.
    func movedDown(_ object: UnsafeMutableRawPointer, by count: Int) {
        guard state.pointee.isMarking else { return }
        let object = object.assumingMemoryBound(to: ObjectHeader.self)
        for index in state.pointee.wide.indices where state.pointee.wide[index].object == object {
            state.pointee.wide[index].next = max(0, state.pointee.wide[index].next - count)
        }
    }

    @inline(__always)
    func mark(_ value: Value) {
        if value.isHeap { mark(value.header) }
    }

    @inline(__always)
    func mark(_ object: UnsafeMutablePointer<ObjectHeader>) {
        let mark = object.pointee.mark
        if mark == state.pointee.colour || mark == Heap.immortal { return }
        assert(object.pointee.kind != .free, "a value holds an object that was freed")
        object.pointee.mark = state.pointee.colour
        let sizeClass = object.pointee.sizeClass
        state.pointee.marked &+=
            sizeClass == Heap.large ? largeSize(UnsafeMutableRawPointer(object)) : Int(sizeClass) * Heap.granule
        if object.pointee.kind != .string { state.pointee.gray.push(object) }
    }

    func mark(_ values: UnsafeMutablePointer<Value>, count: Int) {
        for index in 0..<count { mark(values[index]) }
    }

    /// Looks at reached objects until `budget` values were seen; whether none is left.
    func drain(_ budget: Int, markFiber: (Fiber) -> Void) -> Bool {
        var left = budget
        while left > 0 {
            if let object = state.pointee.gray.pop() {
                left -= scan(object, markFiber)
            } else if let part = state.pointee.wide.popLast() {
                left -= scan(part)
            } else {
                return true
            }
        }
        return state.pointee.gray.count == 0 && state.pointee.wide.isEmpty
    }

    /// Ends the marking, once the roots were looked at again and nothing is left.
    func finishMarking() {
        for index in 0..<Heap.classCount { state.pointee.sweepIndex[index] = 0 }
        for index in 0..<Heap.classCount { state.pointee.freeLists[index] = nil }
        var kept: [UnsafeMutableRawPointer] = []
        for cell in state.pointee.large {
            let header = cell.assumingMemoryBound(to: ObjectHeader.self)
            if header.pointee.mark == state.pointee.colour || header.pointee.mark == Heap.immortal {
                kept.append(cell)
            } else {
                release(cell)
                free(cell)
            }
        }
        state.pointee.large = kept
        state.pointee.isMarking = false
        state.pointee.newColour = state.pointee.colour
        state.pointee.fibers = []
        // What grew after it was reached was taken since.
        let taken = max(0, state.pointee.used - state.pointee.usedBefore)
        state.pointee.used = min(state.pointee.used, state.pointee.marked + taken)
        // Twice what is alive, but soon again where the budget is near.
        let room = min(max(state.pointee.used, Heap.firstThreshold), max(1 << 20, (state.pointee.limit - state.pointee.used) / 2))
        state.pointee.debt = state.pointee.stress == .none ? -room : 0
    }

    /// Whether so much is in use that only a whole collection tells what is left of the budget.
    var isNearLimit: Bool { state.pointee.used > state.pointee.limit - state.pointee.limit / 8 }

    /// Looks at what an object holds; how many values that were.
    private func scan(_ object: UnsafeMutablePointer<ObjectHeader>, _ markFiber: (Fiber) -> Void) -> Int {
        let cell = UnsafeMutableRawPointer(object)
        switch object.pointee.kind {
        case .free, .string: return 1
        case .list:
            let list = cell.assumingMemoryBound(to: ListObject.self)
            state.pointee.marked &+= list.pointee.capacity * MemoryLayout<Value>.stride
            if list.pointee.count > Heap.wideness { return scan(WideObject(object: object, next: 0)) }
            mark(list.pointee.items, count: list.pointee.count)
            return list.pointee.count + 1
        case .record:
            let record = cell.assumingMemoryBound(to: RecordObject.self)
            if let table = record.pointee.table {
                state.pointee.marked &+= table.pointee.byteCount
                return scan(WideObject(object: object, next: 0))
            }
            let count = Int(record.pointee.capacity)
            if let slots = record.pointee.slots {
                if record.pointee.isInline == 0 { state.pointee.marked &+= count * MemoryLayout<Value>.stride }
                mark(slots, count: count)
            }
            return count + 1
        case .closure:
            mark(cell.assumingMemoryBound(to: ClosureObject.self).captures, count: Int(object.pointee.aux))
            return Int(object.pointee.aux) + 1
        case .stream: mark(cell.assumingMemoryBound(to: StreamObject.self).pointee.producer)
        case .error: mark(cell.assumingMemoryBound(to: ErrorObject.self).pointee.fields)
        case .box: mark(cell.assumingMemoryBound(to: BoxObject.self).pointee.value)
        case .iterator:
            let iterator = cell.assumingMemoryBound(to: IteratorObject.self)
            mark(iterator.pointee.buffer)
            if let fiber = iterator.pointee.fiber?.takeUnretainedValue() {
                state.pointee.marked &+= fiber.byteCount
                state.pointee.fibers.append(fiber)
                markFiber(fiber)
            }
        }
        return 1
    }

    /// Looks at the next items of a list or table, and keeps the rest for later.
    private func scan(_ part: WideObject) -> Int {
        let cell = UnsafeMutableRawPointer(part.object)
        let end: Int
        let total: Int
        if part.object.pointee.kind == .list {
            let list = cell.assumingMemoryBound(to: ListObject.self)
            total = list.pointee.count
            end = min(total, part.next + Heap.wideness)
            if part.next < end { mark(list.pointee.items + part.next, count: end - part.next) }
        } else {
            guard let table = cell.assumingMemoryBound(to: RecordObject.self).pointee.table else { return 1 }
            total = table.pointee.used
            end = min(total, part.next + Heap.wideness)
            for index in min(part.next, end)..<end {
                guard let key = table.pointee.entries[index].key else { continue }
                mark(Value(key))
                mark(table.pointee.entries[index].value)
            }
        }
        if end < total { state.pointee.wide.append(WideObject(object: part.object, next: end)) }
        return max(0, end - part.next) + 1
    }
}
