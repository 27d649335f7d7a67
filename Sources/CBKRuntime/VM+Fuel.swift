// Fuel: what a fiber may do before another one has its turn, counted in steps. The loop spends it at backward jumps and
// calls, built-ins say what their work was worth; at zero the slow path looks at budgets and interruption.

extension VM {
    /// Steps in a slice.
    static let slice = 50_000

    /// The fuel of a new slice: none where the budget of steps is used up, so that the first step raises.
    func grantSlice() -> Int {
        let left = state.pointee.budget.steps &- state.pointee.steps
        state.pointee.granted = Int(max(0, min(Int64(VM.slice), left)))
        return state.pointee.granted
    }

    /// Notes what a slice has spent, however it ended.
    @inline(__always)
    func endSlice(_ fuel: Int) {
        state.pointee.steps &+= Int64(state.pointee.granted &- fuel)
        state.pointee.granted = fuel
    }

    /// Takes the work of built-ins off the fuel.
    @inline(__always)
    func pay(_ fuel: inout Int) {
        guard state.pointee.spent != 0 else { return }
        fuel &-= state.pointee.spent
        state.pointee.spent = 0
    }

    /// After a built-in: pays for its work, and collects where that is due.
    @inline(__always)
    func settle(_ fiber: Fiber, _ fuel: inout Int, _ heapState: UnsafeMutablePointer<HeapState>) {
        pay(&fuel)
        if heapState.pointee.debt > 0 { fuel &-= collect(fiber) }
    }

    /// After an error was raised: whether it was a refusal of memory that a collection has lifted, so that the same may be
    /// tried again. Allocating never collects; where an instruction or built-in has failed, all that lives is in registers.
    @inline(never)
    func makesRoom() -> Bool {
        let refusal = state.pointee.pending
        guard refusal?.code == "E0503", refusal?.isCatchable == false else { return false }
        state.pointee.pending = nil
        state.pointee.spent &+= collectNow()
        // A budget that is full but for crumbs would be collected for again and again.
        let limit = heap.state.pointee.limit
        if limit - heap.state.pointee.used >= limit >> 6 { return true }
        state.pointee.pending = refusal
        return false
    }

    /// Notes spent steps and gives new fuel; false with an error raised when a budget is exhausted or the run was
    /// interrupted.
    @inline(never)
    func refuel(_ fuel: inout Int) -> Bool {
        endSlice(fuel)
        fuel = grantSlice()
        return spend(0) || makesRoom()
    }

    /// The same as `charge` for a native that may go on for long: looks at the budgets after a slice's worth of work.
    @inline(__always)
    func work(_ steps: Int) -> Bool {
        charge(steps)
        return state.pointee.spent < VM.slice || spendWork()
    }

    @inline(never)
    private func spendWork() -> Bool {
        let steps = state.pointee.spent
        state.pointee.spent = 0
        return spend(steps)
    }

    /// Notes steps that were taken, also by a native in its own loop; false as above.
    func spend(_ steps: Int) -> Bool {
        state.pointee.steps += Int64(steps)
        if let ending = Ending(rawValue: state.pointee.isInterrupted.pointee) { return raise(ending.error) }
        if heap.state.pointee.used > state.pointee.budget.memory, !admit(0) { return false }
        guard state.pointee.steps <= state.pointee.budget.steps else {
            return raise(
                ScriptError(
                    .limit, "the budget of \(state.pointee.budget.steps) steps is used up (--max-steps)", code: "E0501",
                    isCatchable: false))
        }
        return true
    }
}
