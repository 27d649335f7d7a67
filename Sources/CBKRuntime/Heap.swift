// The heap: size classes in blocks, incremental mark and lazy sweep. `allocate` never collects: the machine looks at
// `debt` between instructions, so natives need no rooting. Heap+Marking.swift has the marking.
//
// Invariants: a cell of kind `.free` is on its class's free list or in a block not yet swept; an object of an old
// colour in a block not yet swept is garbage; all blocks are swept before a marking begins. Buffers that an object owns are counted in `used` when taken and when
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
    /// Of what the last marking, or the one under way, has reached.
    var colour: UInt8
    /// Of new objects: while a marking is under way they are as yet unreached.
    var newColour: UInt8
    var isMarking: Bool
    /// Bytes in objects and their buffers: what the last marking reached, and what was taken since.
    var used: Int
    /// Bytes that the marking under way has reached, and `used` when it began.
    var marked: Int
    var usedBefore: Int
    /// `used` as it was when the steps for it were last taken.
    var charged: Int
    /// Positive when a collection is due.
    var debt: Int
    var limit: Int
    /// Reached objects whose values are still to be looked at.
    var gray: GrayStack
    /// Reached lists and tables that are looked at a part at a time.
    var wide: [WideObject]
    /// Fibers of streams that the marking has met: their stacks go on changing.
    var fibers: [Fiber]
    /// Counts how often the roots were looked at, so that each time a fiber is looked at once.
    var rounds: Int
    /// Uses of host streams that have not ended, and how many of them are worth a collection: a loop that is left early
    /// leaves its file open until then.
    var cursors: Int
    var mostCursors: Int
    /// How long each stop for a part of a collection took, in nanoseconds.
    var pauses: [UInt64]
    var stress: CollectorStress
}

/// What the collector does where it need not: test modes.
package enum CollectorStress: String, Sendable, CaseIterable {
    case none
    /// A whole collection at every opportunity.
    case whole
    /// The smallest part of one at every opportunity.
    case parts
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
                sweepIndex: Array(repeating: 0, count: Heap.classCount), large: [], colour: 1, newColour: 1, isMarking: false,
                used: 0, marked: 0, usedBefore: 0, charged: 0,
                debt: -Heap.firstThreshold, limit: limit, gray: GrayStack(), wide: [], fibers: [], rounds: 0,
                cursors: 0, mostCursors: 64, pauses: [], stress: .none))
    }

    /// Frees everything. No value of this heap may be used afterwards.
    func destroy() {
        state.pointee.colour = 0
        for index in 0..<Heap.classCount { state.pointee.sweepIndex[index] = 0 }
        _ = sweep(atMost: .max)
        state.pointee.gray.destroy()
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
                    kind: kind, mark: state.pointee.newColour, shared: 0, sizeClass: UInt8(truncatingIfNeeded: sizeClass),
                    aux: aux),
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
                of: ObjectHeader(kind: kind, mark: state.pointee.newColour, shared: 0, sizeClass: Heap.large, aux: aux),
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

    // MARK: Sweeping

    /// Sweeps up to so many blocks; whether all are swept.
    func sweep(atMost most: Int) -> Bool {
        var left = most
        for sizeClass in 1..<Heap.classCount {
            while state.pointee.sweepIndex[sizeClass] < state.pointee.blocks[sizeClass].count {
                guard left > 0 else { return false }
                sweepBlock(sizeClass)
                left -= 1
            }
        }
        return true
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

    /// Lets go of a host stream: its file is closed.
    func endCursor(_ iterator: UnsafeMutablePointer<IteratorObject>) {
        guard let cursor = iterator.pointee.cursor else { return }
        iterator.pointee.cursor = nil
        state.pointee.cursors -= 1
        cursor.release()
    }

    /// Gives back what a dead object owns.
    func release(_ cell: UnsafeMutableRawPointer) {
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
            endCursor(iterator)
        }
    }

    /// What `allocate` counted for a large object.
    func largeSize(_ cell: UnsafeMutableRawPointer) -> Int {
        switch cell.assumingMemoryBound(to: ObjectHeader.self).pointee.kind {
        case .string: StringObject.bytesOffset + cell.assumingMemoryBound(to: StringObject.self).pointee.count
        case .closure:
            ClosureObject.capturesOffset
                + Int(cell.assumingMemoryBound(to: ObjectHeader.self).pointee.aux) * MemoryLayout<Value>.stride
        case .free, .list, .record, .stream, .error, .box, .iterator: 0
        }
    }
}
