// The interpreter: an actor on a thread of its own that runs fibers, hands their requests to other threads, and
// resumes them with the replies. Its machine is single-threaded, its I/O concurrent.

import CBKCompiler
import CBKSyntax

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How a program ended.
package struct RunResult: Sendable {
    /// The last value of an interactive program.
    package var value: Snapshot = .null
    /// The last value is a stream: `Interpreter.run` gives its first items as a list in `value`.
    package var isStream = false
    package var error: ScriptError?
    /// Innermost first.
    package var trace: [TraceEntry] = []
}

package actor Interpreter {
    private let executor: ThreadExecutor
    private let machine: VMBox
    private let interruption: Interruption
    package nonisolated let catalog: Catalog
    private var isPumping = false
    private var waiters: [UInt64: CheckedContinuation<RunResult, Never>] = [:]

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - catalog: of `builtins`, in their order.
    ///   - services: what natives of other modules find as `NativeCall.vm.services`.
    package init(
        builtins: [Builtin], catalog: Catalog, services: AnyObject & Sendable, budget: Budget = Budget(),
        stress: CollectorStress = .none
    ) {
        self.catalog = catalog
        executor = ThreadExecutor(name: "interpreter")
        interruption = Interruption()
        machine = VMBox(
            VM(builtins: builtins, catalog: catalog, services: services, budget: budget, isInterrupted: interruption.flag))
        machine.vm.heap.stress(stress)
    }

    /// How long the program stood still for each collection so far.
    package func collectorPauses() -> [Duration] {
        machine.vm.heap.state.pointee.pauses.map { .nanoseconds(Int64(clamping: $0)) }
    }

    /// Ends what runs with an error that no script can catch. Safe from any thread.
    package nonisolated func interrupt(_ ending: Ending = .interrupted) {
        interruption.flag.pointee = ending.rawValue
        Task { await self.endWaiting(ending) }
    }

    /// Values for the globals before a program runs, such as its parameters.
    package func setGlobal(_ slot: Int, to value: Snapshot) {
        machine.vm.growGlobals(to: slot + 1)
        machine.vm.state.pointee.globals[slot] = machine.vm.value(of: value)
    }

    /// A global's value; nil before its definition, and where it is too large to be copied.
    package func global(_ slot: Int) -> Snapshot? {
        let state = machine.vm.state
        guard slot < state.pointee.globalCapacity, state.pointee.globals[slot].tag != Tag.undefined else { return nil }
        return try? machine.vm.snapshot(state.pointee.globals[slot])
    }

    /// Runs a program to its end: the values of its modules, in the order of their imports, then its own text.
    ///
    /// - Parameter lastValueSlot: where the last value goes too, such as the global `_` of a REPL.
    package func run(_ compilation: Compilation, lastValueSlot: Int? = nil) async -> RunResult {
        var result = RunResult()
        for (index, file) in compilation.files.enumerated() where result.error == nil {
            let isOwn = index == compilation.files.count - 1
            guard let chunk = file.chunk else { preconditionFailure("only a program without errors is run") }
            result = await run(
                chunk, source: file.source, globalCount: compilation.program.scope.slotCount,
                lastValueSlot: isOwn ? lastValueSlot : nil, isPure: !isOwn)
        }
        return result
    }

    /// Runs one file's code to its end.
    ///
    /// - Parameter isInternal: not the user's own text: left out of traces.
    /// - Parameter isPure: a module, whose values are made without operations.
    package func run(
        _ chunk: Chunk, source: SourceFile, globalCount: Int, lastValueSlot: Int? = nil, isInternal: Bool = false,
        isPure: Bool = false
    ) async -> RunResult {
        let vm = machine.vm
        vm.setPure(isPure)
        vm.growGlobals(to: max(globalCount, (lastValueSlot ?? -1) + 1))
        let prototype = vm.load(chunk, source: source, isInternal: isInternal)
        let fiber = vm.makeFiber(item: 0, context: nil)
        let closure = vm.makeClosure(prototype, registers: vm.state.pointee.globals, captures: vm.state.pointee.globals)
        fiber.enter(closure.closure, arguments: [])
        let id = fiber.id.number
        fiber.onEnd = { [weak self] end in
            self?.assumeIsolated { $0.finish(id, end, lastValueSlot) }
        }
        vm.state.pointee.ready.append(fiber)
        return await withCheckedContinuation { continuation in
            waiters[id] = continuation
            pump()
        }
    }

    private func finish(_ id: UInt64, _ end: FiberEnd, _ lastValueSlot: Int?) {
        var result = RunResult()
        switch end {
        case .done(let value):
            if let lastValueSlot, !value.isNull {
                value.share()
                machine.vm.state.pointee.globals[lastValueSlot] = value
            }
            result.isStream = value.tag == Tag.stream
            do { result.value = try machine.vm.snapshot(value) } catch { result.error = error }
        case .skipped, .stopped: break
        case .failed(let error, let trace):
            result.error = error
            result.trace = trace
        }
        // Not at the start: an interrupt that comes between a program's hand-over and its start is for it.
        interruption.flag.pointee = 0
        waiters.removeValue(forKey: id)?.resume(returning: result)
    }

    // MARK: Scheduling

    private func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        let vm = machine.vm
        var turns = 0
        while let fiber = nextReady() {
            switch vm.run(fiber) {
            case .finished(let ended, let end):
                vm.state.pointee.current = nil
                ended.onEnd?(end)
            case .suspended(let waiting, let request):
                vm.state.pointee.current = nil
                if let ending = Ending(rawValue: interruption.flag.pointee) {
                    // Those that wait were ended already: this one would wait in vain.
                    waiting.waiting = nil
                    fail(waiting, ending.error)
                } else {
                    waiting.abandon = request.abandon
                    vm.state.pointee.fibers[waiting.id.number] = waiting
                    perform(request, for: waiting.id)
                }
            case .preempted(let fiber):
                vm.state.pointee.current = nil
                vm.state.pointee.ready.append(fiber)
                turns += 1
            }
            // Let replies in: the rest goes on as a job of its own.
            turns += 1
            if turns >= 64, !vm.state.pointee.ready.isEmpty {
                Task { self.pump() }
                return
            }
        }
    }

    private func nextReady() -> Fiber? {
        let state = machine.vm.state
        guard !state.pointee.ready.isEmpty else { return nil }
        return state.pointee.ready.removeFirst()
    }

    private func perform(_ request: AsynchronousRequest, for id: FiberID) {
        Task.detached { [weak self] in
            let outcome: Result<Reply, any Error>
            do {
                outcome = .success(try await request.perform())
            } catch {
                outcome = .failure(error)
            }
            await self?.resume(id, outcome, operation: request.operation)
        }
    }

    private func resume(_ id: FiberID, _ outcome: Result<Reply, any Error>, operation: String?) {
        let vm = machine.vm
        guard let fiber = vm.state.pointee.fibers.removeValue(forKey: id.number), let waiting = fiber.waiting else { return }
        fiber.waiting = nil
        fiber.abandon = nil
        do {
            let value = try outcome.get().materialize(vm)
            switch waiting {
            case .register(let register): fiber.state.pointee.stack[register] = value
            case .iterator(let register):
                let iterator = fiber.state.pointee.stack[register].iterator
                iterator.pointee.buffer = value
                vm.heap.stored(value)
                iterator.pointee.index = 0
            }
            vm.state.pointee.ready.append(fiber)
        } catch {
            fail(fiber, error as? ScriptError ?? ScriptError(.io, "\(error)", operation: operation))
        }
        pump()
    }

    /// Raises an error in a fiber at the call it waits for.
    private func fail(_ fiber: Fiber, _ error: ScriptError) {
        let vm = machine.vm
        vm.raise(error)
        if let handled = vm.unwind(fiber) {
            vm.state.pointee.ready.append(handled)
        } else {
            let ended = vm.state.pointee.current ?? fiber
            vm.state.pointee.current = nil
            ended.onEnd?(vm.takeFailure())
        }
    }

    private func endWaiting(_ ending: Ending) {
        let waiting = machine.vm.state.pointee.fibers.values
        machine.vm.state.pointee.fibers = [:]
        for fiber in waiting {
            fiber.waiting = nil
            fiber.abandon?()
            fiber.abandon = nil
            fail(fiber, ending.error)
        }
        pump()
    }
}

/// Owns the machine: its end is the interpreter's. Only the interpreter's thread touches what is inside.
private final class VMBox: @unchecked Sendable {
    let vm: VM
    init(_ vm: VM) { self.vm = vm }
    deinit { vm.destroy() }
}

/// A flag that other threads raise and the machine reads at every slice: a torn read is impossible for 32 bits, a
/// late one harmless.
private final class Interruption: @unchecked Sendable {
    let flag: UnsafeMutablePointer<Int32>
    init() {
        flag = .allocate(capacity: 1)
        flag.initialize(to: 0)
    }
    deinit { flag.deallocate() }
}
