// The heap: size classes in blocks, mark and lazy sweep. `allocate` never collects: the machine looks at `debt`
// between instructions, so natives need no rooting.
//
// Invariants: a cell of kind `.free` is on its class's free list or in a block not yet swept; an object of an old
// colour in a block not yet swept is garbage. Buffers that an object owns are counted in `used` when taken and when
// given back. Everything here runs on the interpreter's one thread.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct HeapState {
    var freeLists: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    /// Blocks of each class, and the index of the next one to sweep.
    var blocks: [[UnsafeMutableRawPointer]]
    var sweepIndex: [Int]
    var large: [UnsafeMutableRawPointer]
    var colour: UInt8
    /// Bytes in objects and their buffers: what the last marking reached, and what was taken since.
    var used: Int
    /// Bytes that the marking under way has reached.
    var marked: Int
    /// Positive when a collection is due.
    var debt: Int
    var limit: Int
    var gray: [UnsafeMutablePointer<ObjectHeader>]
    var collections: Int
    /// Collect at every opportunity: a test mode.
    var isStressed: Bool
}

package struct Heap {
    let state: UnsafeMutablePointer<HeapState>

    static let immortal: UInt8 = 255
    static let large: UInt8 = 255
    static let blockSize = 64 * 1024
    static let granule = 16
    /// Classes of 16-byte steps up to 512 bytes.
    static let classCount = 33
    static let firstThreshold = 16 << 20

    init(limit: Int) {
        state = .allocate(capacity: 1)
        let lists = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: Heap.classCount)
        lists.initialize(repeating: nil, count: Heap.classCount)
        state.initialize(
            to: HeapState(
                freeLists: lists, blocks: Array(repeating: [], count: Heap.classCount),
                sweepIndex: Array(repeating: 0, count: Heap.classCount), large: [], colour: 1, used: 0, marked: 0,
                debt: -Heap.firstThreshold, limit: limit, gray: [], collections: 0, isStressed: false))
    }

    /// Frees everything. No value of this heap may be used afterwards.
    func destroy() {
        sweepAll()
        state.pointee.colour ^= 3
        for index in 0..<Heap.classCount { state.pointee.sweepIndex[index] = 0 }
        sweepAll()
        for cell in state.pointee.large {
            release(cell)
            free(cell)
        }
        for blocks in state.pointee.blocks { for block in blocks { free(block) } }
        state.pointee.freeLists.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    // MARK: Allocating

    /// A cell of at least `size` bytes with its header set; the rest is not initialized.
    @inline(__always)
    func allocate(_ size: Int, _ kind: ObjectKind, aux: UInt32 = 0) -> UnsafeMutableRawPointer {
        let sizeClass = (size + Heap.granule - 1) / Heap.granule
        if sizeClass < Heap.classCount, let cell = state.pointee.freeLists[sizeClass] {
            state.pointee.freeLists[sizeClass] = cell.load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self)
            account(sizeClass * Heap.granule)
            cell.storeBytes(
                of: ObjectHeader(
                    kind: kind, mark: state.pointee.colour, shared: 0, sizeClass: UInt8(truncatingIfNeeded: sizeClass), aux: aux),
                as: ObjectHeader.self)
            return cell
        }
        return allocateSlowly(size, kind, aux)
    }

    /// Counts bytes taken (or, negative, given back).
    @inline(__always)
    func account(_ bytes: Int) {
        state.pointee.used &+= bytes
        state.pointee.debt &+= bytes
    }

    /// Whether `bytes` more fit into the memory budget; a caller that gets false raises `memory budget`.
    @inline(__always)
    package func admits(_ bytes: Int) -> Bool {
        state.pointee.used &+ bytes <= state.pointee.limit
    }

    @inline(never)
    private func allocateSlowly(_ size: Int, _ kind: ObjectKind, _ aux: UInt32) -> UnsafeMutableRawPointer {
        let sizeClass = (size + Heap.granule - 1) / Heap.granule
        guard sizeClass < Heap.classCount else {
            guard let cell = malloc(size) else { preconditionFailure("the system has no memory left") }
            state.pointee.large.append(cell)
            account(size)
            cell.storeBytes(
                of: ObjectHeader(kind: kind, mark: state.pointee.colour, shared: 0, sizeClass: Heap.large, aux: aux),
                as: ObjectHeader.self)
            return cell
        }
        while state.pointee.freeLists[sizeClass] == nil {
            if state.pointee.sweepIndex[sizeClass] < state.pointee.blocks[sizeClass].count {
                sweepBlock(sizeClass)
            } else {
                addBlock(sizeClass)
            }
        }
        return allocate(size, kind, aux: aux)
    }

    private func addBlock(_ sizeClass: Int) {
        guard let block = malloc(Heap.blockSize) else { preconditionFailure("the system has no memory left") }
        let cellSize = sizeClass * Heap.granule
        var next: UnsafeMutableRawPointer? = state.pointee.freeLists[sizeClass]
        var offset = (Heap.blockSize / cellSize - 1) * cellSize
        while offset >= 0 {
            let cell = block + offset
            setFree(cell, sizeClass, next)
            next = cell
            offset -= cellSize
        }
        state.pointee.freeLists[sizeClass] = next
        state.pointee.blocks[sizeClass].append(block)
        state.pointee.sweepIndex[sizeClass] = state.pointee.blocks[sizeClass].count
    }

    @inline(__always)
    private func setFree(_ cell: UnsafeMutableRawPointer, _ sizeClass: Int, _ next: UnsafeMutableRawPointer?) {
        cell.storeBytes(
            of: ObjectHeader(kind: .free, mark: 0, shared: 0, sizeClass: UInt8(truncatingIfNeeded: sizeClass), aux: 0),
            as: ObjectHeader.self)
        cell.storeBytes(of: next, toByteOffset: 8, as: UnsafeMutableRawPointer?.self)
    }

    // MARK: Marking

    /// Starts a marking: everything old that is not marked before `finishMarking` is garbage.
    func beginMarking() {
        sweepAll()
        state.pointee.colour ^= 3
        state.pointee.marked = 0
        state.pointee.collections += 1
    }

    @inline(__always)
    func mark(_ value: Value) {
        if value.isHeap { mark(value.header) }
    }

    @inline(__always)
    func mark(_ object: UnsafeMutablePointer<ObjectHeader>) {
        if object.pointee.mark == state.pointee.colour || object.pointee.mark == Heap.immortal { return }
        object.pointee.mark = state.pointee.colour
        let sizeClass = object.pointee.sizeClass
        state.pointee.marked &+=
            sizeClass == Heap.large ? largeSize(UnsafeMutableRawPointer(object)) : Int(sizeClass) * Heap.granule
        if object.pointee.kind != .string { state.pointee.gray.append(object) }
    }

    func mark(_ values: UnsafeMutablePointer<Value>, count: Int) {
        for index in 0..<count { mark(values[index]) }
    }

    func finishMarking(markFiber: (Fiber) -> Void) {
        while let object = state.pointee.gray.popLast() { scan(object, markFiber) }
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
        state.pointee.used = state.pointee.marked
        // Twice what is alive, but soon again where the budget is near.
        let room = min(max(state.pointee.used, Heap.firstThreshold), max(1 << 20, (state.pointee.limit - state.pointee.used) / 2))
        state.pointee.debt = state.pointee.isStressed ? 0 : -room
    }

    private func scan(_ object: UnsafeMutablePointer<ObjectHeader>, _ markFiber: (Fiber) -> Void) {
        let cell = UnsafeMutableRawPointer(object)
        switch object.pointee.kind {
        case .free, .string: break
        case .list:
            let list = cell.assumingMemoryBound(to: ListObject.self)
            state.pointee.marked &+= list.pointee.capacity * MemoryLayout<Value>.stride
            mark(list.pointee.items, count: list.pointee.count)
        case .record:
            let record = cell.assumingMemoryBound(to: RecordObject.self)
            if let slots = record.pointee.slots {
                if record.pointee.isInline == 0 {
                    state.pointee.marked &+= Int(record.pointee.capacity) * MemoryLayout<Value>.stride
                }
                mark(slots, count: Int(record.pointee.capacity))
            }
            if let table = record.pointee.table {
                state.pointee.marked &+= table.pointee.byteCount
                for index in 0..<table.pointee.used {
                    guard let key = table.pointee.entries[index].key else { continue }
                    mark(Value(key))
                    mark(table.pointee.entries[index].value)
                }
            }
        case .closure:
            mark(cell.assumingMemoryBound(to: ClosureObject.self).captures, count: Int(object.pointee.aux))
        case .stream: mark(cell.assumingMemoryBound(to: StreamObject.self).pointee.producer)
        case .error: mark(cell.assumingMemoryBound(to: ErrorObject.self).pointee.fields)
        case .box: mark(cell.assumingMemoryBound(to: BoxObject.self).pointee.value)
        case .iterator:
            let iterator = cell.assumingMemoryBound(to: IteratorObject.self)
            mark(iterator.pointee.buffer)
            if let fiber = iterator.pointee.fiber?.takeUnretainedValue() {
                state.pointee.marked &+= fiber.byteCount
                markFiber(fiber)
            }
        }
    }

    // MARK: Sweeping

    private func sweepAll() {
        for sizeClass in 1..<Heap.classCount {
            while state.pointee.sweepIndex[sizeClass] < state.pointee.blocks[sizeClass].count { sweepBlock(sizeClass) }
        }
    }

    private func sweepBlock(_ sizeClass: Int) {
        let block = state.pointee.blocks[sizeClass][state.pointee.sweepIndex[sizeClass]]
        state.pointee.sweepIndex[sizeClass] += 1
        let cellSize = sizeClass * Heap.granule
        let colour = state.pointee.colour
        var next = state.pointee.freeLists[sizeClass]
        var offset = (Heap.blockSize / cellSize - 1) * cellSize
        while offset >= 0 {
            let cell = block + offset
            let header = cell.assumingMemoryBound(to: ObjectHeader.self)
            if header.pointee.kind == .free {
                setFree(cell, sizeClass, next)
                next = cell
            } else if header.pointee.mark != colour, header.pointee.mark != Heap.immortal {
                release(cell)
                setFree(cell, sizeClass, next)
                next = cell
            }
            offset -= cellSize
        }
        state.pointee.freeLists[sizeClass] = next
    }

    /// Gives back what a dead object owns.
    private func release(_ cell: UnsafeMutableRawPointer) {
        switch cell.assumingMemoryBound(to: ObjectHeader.self).pointee.kind {
        case .free, .string, .closure, .box: break
        case .list:
            let list = cell.assumingMemoryBound(to: ListObject.self)
            free(list.pointee.items)
        case .record:
            let record = cell.assumingMemoryBound(to: RecordObject.self)
            if record.pointee.isInline == 0, let slots = record.pointee.slots { free(slots) }
            if let table = record.pointee.table { RecordTable.destroy(table) }
        case .stream: cell.assumingMemoryBound(to: StreamObject.self).pointee.source?.release()
        case .error: cell.assumingMemoryBound(to: ErrorObject.self).pointee.origin?.release()
        case .iterator:
            let iterator = cell.assumingMemoryBound(to: IteratorObject.self)
            iterator.pointee.fiber?.release()
            iterator.pointee.cursor?.release()
        }
    }

    /// What `allocate` counted for a large object.
    private func largeSize(_ cell: UnsafeMutableRawPointer) -> Int {
        switch cell.assumingMemoryBound(to: ObjectHeader.self).pointee.kind {
        case .string: StringObject.bytesOffset + cell.assumingMemoryBound(to: StringObject.self).pointee.count
        case .closure:
            ClosureObject.capturesOffset
                + Int(cell.assumingMemoryBound(to: ObjectHeader.self).pointee.aux) * MemoryLayout<Value>.stride
        case .free, .list, .record, .stream, .error, .box, .iterator: 0
        }
    }
}
