// A fiber: a stack of registers and a stack of frames. Its hot state is in unsafe memory, so that the machine
// reaches it without reference counting.
//
// Invariant: registers above the top frame's are null or hold values that were alive at the last collection,
// because every collection nulls them.

import CBKCompiler
import CBKSyntax

struct Frame {
    var closure: UnsafeMutablePointer<ClosureObject>
    /// Where the frame goes on; of the running frame only valid while the machine is outside its loop.
    var pc: UnsafeMutablePointer<Instruction>
    /// The first register, as an index into the stack: a stack may move when it grows.
    var base: Int
}

struct FiberState {
    var stack: UnsafeMutablePointer<Value>
    var capacity: Int
    var frames: UnsafeMutablePointer<Frame>
    var frameCount: Int
    var frameCapacity: Int
    /// The batch item that the fiber works for; 0: none.
    var item: UInt32
}

final class Fiber {
    /// Where a reply goes, as an index into the stack.
    enum Waiting {
        /// The result of a call.
        case register(Int)
        /// The next values of the iterator there.
        case iterator(Int)
    }

    /// Registers beyond a frame's own that natives may use for omitted arguments.
    static let slack = 64

    let state: UnsafeMutablePointer<FiberState>
    let id: FiberID
    /// The fiber that iterates this one, while it runs; the values it yields go there.
    var parent: Fiber?
    /// Calls below it, in the fibers that read it: a stream in a stream counts as a call in a call.
    var depthBelow = 0
    /// Where the parent wants the value.
    var parentRegister = 0
    /// Where the parent goes on when this fiber ends.
    var parentEnd: UnsafeMutablePointer<Instruction>?
    /// What the reply that the fiber waits for is for; nil while it waits for none.
    var waiting: Waiting?
    /// What to call when it does not wait any more, but was ended.
    var abandon: (@Sendable () -> Void)?
    /// The opaque context that `spawn` gave, for natives to read.
    var context: AnyObject?
    /// The round of a marking that looked at it last.
    var lastMarked = 0
    /// Called when a spawned fiber ends.
    var onEnd: ((FiberEnd) -> Void)?

    init(id: FiberID, item: UInt32, context: AnyObject?) {
        self.id = id
        self.context = context
        state = .allocate(capacity: 1)
        let capacity = 256
        let stack = UnsafeMutablePointer<Value>.allocate(capacity: capacity)
        stack.initialize(repeating: .null, count: capacity)
        state.initialize(
            to: FiberState(
                stack: stack, capacity: capacity, frames: .allocate(capacity: 8), frameCount: 0, frameCapacity: 8, item: item))
    }

    deinit {
        state.pointee.stack.deallocate()
        state.pointee.frames.deallocate()
        state.deallocate()
    }

    /// What the fiber holds of memory: a stream's counts in the heap.
    var byteCount: Int {
        state.pointee.capacity * MemoryLayout<Value>.stride + state.pointee.frameCapacity * MemoryLayout<Frame>.stride
    }

    /// Makes room for registers up to `count`.
    func growStack(to count: Int) {
        var capacity = state.pointee.capacity
        guard count > capacity else { return }
        while capacity < count { capacity *= 2 }
        let stack = UnsafeMutablePointer<Value>.allocate(capacity: capacity)
        stack.update(from: state.pointee.stack, count: state.pointee.capacity)
        (stack + state.pointee.capacity).initialize(repeating: .null, count: capacity - state.pointee.capacity)
        state.pointee.stack.deallocate()
        state.pointee.stack = stack
        state.pointee.capacity = capacity
    }

    /// Doubles the room for frames, up to the depth that the budget allows.
    func growFrames(most: Int) {
        let capacity = max(state.pointee.frameCapacity + 1, min(state.pointee.frameCapacity * 2, most))
        let frames = UnsafeMutablePointer<Frame>.allocate(capacity: capacity)
        frames.update(from: state.pointee.frames, count: state.pointee.frameCount)
        state.pointee.frames.deallocate()
        state.pointee.frames = frames
        state.pointee.frameCapacity = capacity
    }

    /// Prepares the fiber to run a closure with its arguments.
    func enter(_ closure: UnsafeMutablePointer<ClosureObject>, arguments: [Value]) {
        let prototype = closure.pointee.prototype
        growStack(to: prototype.pointee.registerCount + Fiber.slack)
        for index in 0..<prototype.pointee.parameterCount {
            state.pointee.stack[1 + index] = index < arguments.count ? arguments[index] : .omit
        }
        state.pointee.frames[0] = Frame(closure: closure, pc: prototype.pointee.code, base: 1)
        state.pointee.frameCount = 1
    }
}

/// A fiber's name outside the interpreter: numbers are never used twice, so a late reply finds nobody.
package struct FiberID: Hashable, Sendable {
    let number: UInt64
}

/// How a spawned fiber ended.
package enum FiberEnd {
    /// With the value of its closure.
    case done(Value)
    /// By `skip`, with the reason.
    case skipped(Value)
    /// By `break` in a batch's body.
    case stopped
    case failed(ScriptError, trace: [TraceEntry])
}

/// One call on the way to an error.
package struct TraceEntry: Sendable {
    package var function: String
    package var source: SourceFile
    package var span: Span
}

/// Where an error value was first thrown.
final class ErrorOrigin {
    let trace: [TraceEntry]
    let isCatchable: Bool

    init(trace: [TraceEntry], isCatchable: Bool) {
        self.trace = trace
        self.isCatchable = isCatchable
    }
}
