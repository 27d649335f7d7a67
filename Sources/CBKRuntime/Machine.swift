// The loop that executes bytecode. One function, one switch: the hot state is in locals, an instruction that fails
// or calls the collector stores `pc` first. Slow cases are calls to functions that are never inlined here.
// One piece: a switch over all opcodes with its state in locals is what makes it fast.
//
// ORDER: Opcode (CBKCompiler/Opcode.swift says what each does)

import CBKCompiler

/// Why the machine stopped running a fiber.
enum MachineExit {
    case finished(Fiber, FiberEnd)
    /// The fiber waits for the reply to this request.
    case suspended(Fiber, AsynchronousRequest)
    /// Its slice is used up: it goes on later.
    case preempted(Fiber)
}

/// The instruction under execution. Its fields are read where they are used: a copy of the whole loads all of them
/// every time.
private struct Fetched {
    let at: UnsafeMutablePointer<Instruction>

    @inline(__always) var op: Opcode { at.pointee.op }
    @inline(__always) var x: UInt8 { at.pointee.x }
    @inline(__always) var a: Int { Int(at.pointee.a) }
    @inline(__always) var b: Int { Int(at.pointee.b) }
    @inline(__always) var c: Int { Int(at.pointee.c) }
    @inline(__always) var signedB: Int { Int(Int16(bitPattern: at.pointee.b)) }
    @inline(__always) var signedC: Int { Int(Int16(bitPattern: at.pointee.c)) }
    /// Every platform of the machine has the low half first, as `Instruction.bc` does.
    @inline(__always) var bc: Int { Int(UnsafeRawPointer(at).load(fromByteOffset: 4, as: Int32.self)) }
}

extension VM {
    /// Runs a fiber until it ends, suspends, or has used up its slice.
    func run(_ start: Fiber) -> MachineExit {
        var fiber = start
        var fuel = grantSlice()
        defer { endSlice(fuel) }
        state.pointee.current = fiber
        let natives = state.pointee.natives.withUnsafeBufferPointer { $0.baseAddress.unsafelyUnwrapped }
        let machine = UnsafeMutableRawPointer(state)
        let heap = self.heap
        let heapState = heap.state

        // Ends by returning; each turn (re)loads the running frame.
        reload: while true {
            let fiberState = fiber.state
            var frame = fiberState.pointee.frames + (fiberState.pointee.frameCount - 1)
            var closure = frame.pointee.closure
            var constants = closure.pointee.prototype.pointee.constants
            var registers = fiberState.pointee.stack + frame.pointee.base
            var pc = frame.pointee.pc

            // Leaves by `break execute` with an error raised and `pc` after the failing instruction, and by `break step` after a
            // jump backwards.
            execute: while true {
                step: do {
                    let i = Fetched(at: pc)
                    pc += 1
                    switch i.op {
                    // MARK: Loads and stores
                    case .move:
                        registers[i.a] = registers[i.b]
                    case .moveShared:
                        let value = registers[i.b]
                        value.share()
                        registers[i.a] = value
                    case .loadConstant:
                        registers[i.a] = constants[i.bc]
                    case .loadInt:
                        registers[i.a] = Value(int: i.bc)
                    case .loadNull:
                        registers[i.a] = .null
                    case .loadBool:
                        registers[i.a] = Value(bool: i.b != 0)
                    case .loadOmit:
                        registers[i.a] = .omit
                    case .loadUndefined:
                        registers[i.a] = .undefined
                    case .getGlobal:
                        let value = state.pointee.globals[i.bc]
                        if value.tag == Tag.undefined {
                            raiseUndefined()
                            break execute
                        }
                        if i.x != 0 { value.share() }
                        registers[i.a] = value
                    case .setGlobal:
                        if fiberState.pointee.item != 0 {
                            raiseForeignWrite()
                            break execute
                        }
                        state.pointee.globals[i.bc] = registers[i.a]
                    case .defineGlobal:
                        state.pointee.globals[i.bc] = registers[i.a]
                    case .getCapture:
                        let value = closure.captures[i.b]
                        if i.x != 0 { value.share() }
                        registers[i.a] = value
                    case .newBox:
                        let box = heap.allocate(MemoryLayout<BoxObject>.size, .box, aux: fiberState.pointee.item)
                            .assumingMemoryBound(to: BoxObject.self)
                        box.pointee.value = registers[i.a]
                        registers[i.a] = Value(object: box, tag: Tag.box)
                        if heapState.pointee.debt > 0 {
                            frame.pointee.pc = pc
                            fuel &-= collect(fiber)
                        }
                    case .getBox:
                        let value = registers[i.b].box.pointee.value
                        if value.tag == Tag.undefined {
                            raiseUndefined()
                            break execute
                        }
                        if i.x != 0 { value.share() }
                        registers[i.a] = value
                    case .setBox:
                        let box = registers[i.a].box
                        if box.pointee.header.aux != fiberState.pointee.item {
                            raiseForeignWrite()
                            break execute
                        }
                        box.pointee.value = registers[i.b]
                        heap.stored(box.pointee.value)
                    case .defineBox:
                        registers[i.a].box.pointee.value = registers[i.b]
                        heap.stored(registers[i.b])
                    case .getCaptureBox:
                        let value = closure.captures[i.b].box.pointee.value
                        if value.tag == Tag.undefined {
                            raiseUndefined()
                            break execute
                        }
                        if i.x != 0 { value.share() }
                        registers[i.a] = value
                    case .setCaptureBox:
                        let box = closure.captures[i.a].box
                        if box.pointee.header.aux != fiberState.pointee.item {
                            raiseForeignWrite()
                            break execute
                        }
                        box.pointee.value = registers[i.b]
                        heap.stored(box.pointee.value)
                    case .closure:
                        registers[i.a] = makeClosure(
                            closure.pointee.prototype.pointee.children[i.bc], registers: registers, captures: closure.captures)
                        if heapState.pointee.debt > 0 {
                            frame.pointee.pc = pc
                            fuel &-= collect(fiber)
                        }

                    // MARK: Arithmetic
                    case .add:
                        let left = registers[i.b]
                        let right = registers[i.c]
                        if left.tag | right.tag == 0 {
                            let (sum, overflow) = left.int.addingReportingOverflow(right.int)
                            if !overflow {
                                registers[i.a] = Value(int: sum)
                                continue execute
                            }
                        } else if left.tag == Tag.float, right.tag == Tag.float {
                            let sum = left.float + right.float
                            if sum.isFinite {
                                registers[i.a] = Value(float: sum)
                                continue execute
                            }
                        }
                        if !add(left, right, into: registers + i.a),
                            !makesRoom() || !add(left, right, into: registers + i.a)
                        {
                            break execute
                        }
                        if heapState.pointee.debt > 0 {
                            frame.pointee.pc = pc
                            fuel &-= collect(fiber)
                        }
                    case .subtract:
                        let left = registers[i.b]
                        let right = registers[i.c]
                        if left.tag | right.tag == 0 {
                            let (difference, overflow) = left.int.subtractingReportingOverflow(right.int)
                            if !overflow {
                                registers[i.a] = Value(int: difference)
                                continue execute
                            }
                        }
                        if !subtract(left, right, into: registers + i.a) { break execute }
                    case .multiply:
                        let left = registers[i.b]
                        let right = registers[i.c]
                        if left.tag | right.tag == 0 {
                            let (product, overflow) = left.int.multipliedReportingOverflow(by: right.int)
                            if !overflow {
                                registers[i.a] = Value(int: product)
                                continue execute
                            }
                        }
                        if !multiply(left, right, into: registers + i.a) { break execute }
                    case .divide:
                        if !divide(registers[i.b], registers[i.c], into: registers + i.a) { break execute }
                    case .floorDivide:
                        if !floorDivide(registers[i.b], registers[i.c], into: registers + i.a) { break execute }
                    case .remainder:
                        let left = registers[i.b]
                        let right = registers[i.c]
                        if left.tag | right.tag == 0, right.int > 0 {
                            registers[i.a] = Value(int: flooredRemainder(left.int, right.int))
                            continue execute
                        }
                        if !remainder(left, right, into: registers + i.a) { break execute }
                    case .addImmediate:
                        let left = registers[i.b]
                        if left.tag == Tag.int {
                            let (sum, overflow) = left.int.addingReportingOverflow(Int64(i.signedC))
                            if !overflow {
                                registers[i.a] = Value(int: sum)
                                continue execute
                            }
                        }
                        let isDone =
                            i.x != 0
                            ? subtract(left, Value(int: -i.signedC), into: registers + i.a)
                            : add(left, Value(int: i.signedC), into: registers + i.a)
                        if !isDone { break execute }
                    case .multiplyImmediate:
                        let left = registers[i.b]
                        if left.tag == Tag.int {
                            let (product, overflow) = left.int.multipliedReportingOverflow(by: Int64(i.signedC))
                            if !overflow {
                                registers[i.a] = Value(int: product)
                                continue execute
                            }
                        }
                        if !multiply(left, Value(int: i.signedC), into: registers + i.a) { break execute }
                    case .remainderImmediate:
                        let left = registers[i.b]
                        if left.tag == Tag.int {
                            registers[i.a] = Value(int: flooredRemainder(left.int, Int64(i.signedC)))
                            continue execute
                        }
                        if !remainder(left, Value(int: i.signedC), into: registers + i.a) { break execute }
                    case .negate:
                        if !negate(registers[i.b], into: registers + i.a) { break execute }
                    case .not:
                        let value = registers[i.b]
                        if value.tag != Tag.bool {
                            raiseNoBool(value, "'!' takes")
                            break execute
                        }
                        registers[i.a] = Value(bool: !value.bool)
                    case .concatenate:
                        if !concatenate(registers + i.b, count: i.c, into: registers + i.a),
                            !makesRoom() || !concatenate(registers + i.b, count: i.c, into: registers + i.a)
                        {
                            break execute
                        }
                        if heapState.pointee.debt > 0 {
                            frame.pointee.pc = pc
                            fuel &-= collect(fiber)
                        }
                    case .range:
                        if !makeRange(registers[i.b], registers[i.c], into: registers + i.a) { break execute }

                    // MARK: Comparison
                    case .equal:
                        let outcome = areEqual(registers[i.b], registers[i.c])
                        pay(&fuel)
                        if outcome < 0 { break execute }
                        registers[i.a] = Value(bool: outcome != 0)
                    case .notEqual:
                        let outcome = areEqual(registers[i.b], registers[i.c])
                        pay(&fuel)
                        if outcome < 0 { break execute }
                        registers[i.a] = Value(bool: outcome == 0)
                    case .less:
                        let outcome = isLess(registers[i.b], registers[i.c], orEqual: false)
                        pay(&fuel)
                        if outcome < 0 { break execute }
                        registers[i.a] = Value(bool: outcome != 0)
                    case .lessOrEqual:
                        let outcome = isLess(registers[i.b], registers[i.c], orEqual: true)
                        pay(&fuel)
                        if outcome < 0 { break execute }
                        registers[i.a] = Value(bool: outcome != 0)
                    case .contains:
                        let outcome = contains(registers[i.b], in: registers[i.c])
                        pay(&fuel)
                        if outcome < 0 { break execute }
                        registers[i.a] = Value(bool: outcome != 0)

                    // MARK: Branches
                    case .jump:
                        pc += i.bc
                    case .branchTrue:
                        let value = registers[i.a]
                        if value.tag != Tag.bool {
                            raiseNoBool(value, "a condition must be")
                            break execute
                        }
                        if value.bool == (i.x != 0) {
                            pc += i.bc
                            if i.bc < 0 { break step }
                        }
                    case .branchNull:
                        if registers[i.a].isNull == (i.x != 0) { pc += i.bc }
                    case .branchOmit:
                        if registers[i.a].isOmit == (i.x != 0) { pc += i.bc }
                    case .branchEqual:
                        let left = registers[i.a]
                        let right = registers[i.b]
                        if left.tag | right.tag == 0 {
                            if (left.bits == right.bits) == (i.x != 0) {
                                pc += i.signedC
                                if i.signedC < 0 { break step }
                            }
                            continue execute
                        }
                        let outcome = areEqual(left, right)
                        pay(&fuel)
                        if outcome < 0 { break execute }
                        if (outcome != 0) == (i.x != 0) {
                            pc += i.signedC
                            if i.signedC < 0 { break step }
                        }
                    case .branchDivisible:
                        let left = registers[i.a]
                        if left.tag == Tag.int {
                            if (left.int % Int64(i.signedB) == 0) == (i.x != 0) {
                                pc += i.signedC
                                if i.signedC < 0 { break step }
                            }
                            continue execute
                        }
                        let outcome = isDivisible(left, by: i.signedB)
                        if outcome < 0 { break execute }
                        if (outcome != 0) == (i.x != 0) {
                            pc += i.signedC
                            if i.signedC < 0 { break step }
                        }
                    case .branchLess:
                        let left = registers[i.a]
                        let right = registers[i.b]
                        if left.tag | right.tag == 0 {
                            if (left.int < right.int) == (i.x != 0) {
                                pc += i.signedC
                                if i.signedC < 0 { break step }
                            }
                            continue execute
                        }
                        let outcome = isLess(left, right, orEqual: false)
                        pay(&fuel)
                        if outcome < 0 { break execute }
                        if (outcome != 0) == (i.x != 0) {
                            pc += i.signedC
                            if i.signedC < 0 { break step }
                        }
                    case .branchLessOrEqual:
                        let left = registers[i.a]
                        let right = registers[i.b]
                        if left.tag | right.tag == 0 {
                            if (left.int <= right.int) == (i.x != 0) {
                                pc += i.signedC
                                if i.signedC < 0 { break step }
                            }
                            continue execute
                        }
                        let outcome = isLess(left, right, orEqual: true)
                        pay(&fuel)
                        if outcome < 0 { break execute }
                        if (outcome != 0) == (i.x != 0) {
                            pc += i.signedC
                            if i.signedC < 0 { break step }
                        }
                    case .branchEqualImmediate:
                        let left = registers[i.a]
                        if left.tag == Tag.int {
                            if (left.int == Int64(i.signedB)) == (i.x != 0) {
                                pc += i.signedC
                                if i.signedC < 0 { break step }
                            }
                            continue execute
                        }
                        let outcome = areEqual(left, Value(int: i.signedB))
                        pay(&fuel)
                        if outcome < 0 { break execute }
                        if (outcome != 0) == (i.x != 0) {
                            pc += i.signedC
                            if i.signedC < 0 { break step }
                        }
                    case .branchLessImmediate:
                        let left = registers[i.a]
                        if left.tag == Tag.int {
                            if (left.int < Int64(i.signedB)) == (i.x != 0) {
                                pc += i.signedC
                                if i.signedC < 0 { break step }
                            }
                            continue execute
                        }
                        let outcome = isLess(left, Value(int: i.signedB), orEqual: false)
                        if outcome < 0 { break execute }
                        if (outcome != 0) == (i.x != 0) {
                            pc += i.signedC
                            if i.signedC < 0 { break step }
                        }
                    case .branchLessOrEqualImmediate:
                        let left = registers[i.a]
                        if left.tag == Tag.int {
                            if (left.int <= Int64(i.signedB)) == (i.x != 0) {
                                pc += i.signedC
                                if i.signedC < 0 { break step }
                            }
                            continue execute
                        }
                        let outcome = isLess(left, Value(int: i.signedB), orEqual: true)
                        if outcome < 0 { break execute }
                        if (outcome != 0) == (i.x != 0) {
                            pc += i.signedC
                            if i.signedC < 0 { break step }
                        }
                    case .branchGreaterImmediate:
                        let left = registers[i.a]
                        if left.tag == Tag.int {
                            if (left.int > Int64(i.signedB)) == (i.x != 0) {
                                pc += i.signedC
                                if i.signedC < 0 { break step }
                            }
                            continue execute
                        }
                        let outcome = isLess(Value(int: i.signedB), left, orEqual: false)
                        if outcome < 0 { break execute }
                        if (outcome != 0) == (i.x != 0) {
                            pc += i.signedC
                            if i.signedC < 0 { break step }
                        }
                    case .branchGreaterOrEqualImmediate:
                        let left = registers[i.a]
                        if left.tag == Tag.int {
                            if (left.int >= Int64(i.signedB)) == (i.x != 0) {
                                pc += i.signedC
                                if i.signedC < 0 { break step }
                            }
                            continue execute
                        }
                        let outcome = isLess(Value(int: i.signedB), left, orEqual: true)
                        if outcome < 0 { break execute }
                        if (outcome != 0) == (i.x != 0) {
                            pc += i.signedC
                            if i.signedC < 0 { break step }
                        }

                    // MARK: Loops
                    case .rangePrepare:
                        let lower = registers[i.a]
                        let upper = registers[i.a + 1]
                        if lower.tag | upper.tag != 0 {
                            raiseRangeBounds(lower, upper)
                            break execute
                        }
                        if lower.int >= upper.int { pc += i.bc }
                    case .rangeNext:
                        let next = registers[i.a].int &+ 1
                        if next < registers[i.a + 1].int {
                            registers[i.a].bits = UInt64(bitPattern: next)
                            pc += i.bc
                            break step
                        }
                    case .iteratePrepare:
                        if !prepareIteration(registers + i.a, bindings: Int(i.x)) { break execute }
                    case .iterateNext:
                        let source = registers[i.a]
                        if source.tag == Tag.list, i.x == 1 {
                            let position = Int(registers[i.a + 1].bits)
                            if position < source.list.pointee.count {
                                let value = source.list.pointee.items[position]
                                value.share()
                                registers[i.a + 2] = value
                                registers[i.a + 1] = Value(int: position + 1)
                                pc += i.bc
                                break step
                            }
                            continue execute
                        }
                        switch nextItem(registers + i.a, bindings: Int(i.x)) {
                        case .value:
                            pc += i.bc
                            break step
                        case .end: break
                        case .failed:
                            break execute
                        case .request(let request):
                            // The reply refills the iterator's buffer, then this instruction runs again.
                            frame.pointee.pc = pc - 1
                            fiber.waiting = .iterator(frame.pointee.base + i.a)
                            return .suspended(fiber, request)
                        case .fiber(let inner):
                            fuel &-= 1
                            if fuel <= 0 {
                                if !refuel(&fuel) { break execute }
                                // Nothing was taken from the stream: this instruction runs again.
                                registers[i.a + 1].bits &-= 1
                                frame.pointee.pc = pc - 1
                                return .preempted(fiber)
                            }
                            frame.pointee.pc = pc + i.bc
                            inner.depthBelow = fiber.depthBelow + fiberState.pointee.frameCount
                            if !admitDepth(inner) { break execute }
                            inner.parent = fiber
                            inner.parentRegister = frame.pointee.base + i.a + 1 + Int(i.x)
                            inner.parentEnd = pc
                            fiber = inner
                            state.pointee.current = fiber
                            continue reload
                        }

                    // MARK: Lists and records
                    case .newList:
                        let count = i.c
                        let list = makeList(capacity: count)
                        for index in 0..<count { list.pointee.items[index] = registers[i.b + index] }
                        list.pointee.count = count
                        registers[i.a] = Value(list)
                        if heapState.pointee.debt > 0 {
                            frame.pointee.pc = pc
                            fuel &-= collect(fiber)
                        }
                    case .listExtend:
                        let list = registers[i.a].list
                        for index in 0..<i.c { append(registers[i.b + index], to: list) }
                    case .listSpread:
                        if !spread(registers[i.b], into: registers[i.a].list) { break execute }
                    case .newRecord:
                        let prototype = closure.pointee.prototype
                        let shape = prototype.pointee.layouts[i.c]
                        if shape != 0 {
                            let count = state.pointee.shapes.shapes[Int(shape)].count
                            let record = makeRecord(shape: shape, count: count)
                            let slots = record.pointee.slots.unsafelyUnwrapped
                            var hasOmit = false
                            for slot in 0..<count {
                                let value = registers[i.b + slot]
                                slots[slot] = value
                                if value.tag == Tag.omit { hasOmit = true }
                            }
                            registers[i.a] =
                                hasOmit ? makeLiteral(prototype, layout: i.c, registers + i.b) : Value(record)
                        } else {
                            registers[i.a] = makeLiteral(prototype, layout: i.c, registers + i.b)
                        }
                        if heapState.pointee.debt > 0 {
                            frame.pointee.pc = pc
                            fuel &-= collect(fiber)
                        }
                    case .recordPut:
                        let value = registers[i.b]
                        if !value.isOmit { set(constants[i.c].string, in: registers[i.a].record, to: value) }
                    case .recordSpread:
                        if !spread(registers[i.b], into: registers[i.a].record, isCall: i.x != 0) { break execute }
                    case .getField:
                        let base = registers[i.b]
                        if base.tag == Tag.record {
                            // The word's b and c are the shape, its a the slot.
                            let word = pc.pointee
                            let record = base.record
                            if record.pointee.header.aux == UInt32(word.b) | UInt32(word.c) << 16, record.pointee.header.aux != 0
                            {
                                let value = record.pointee.slots.unsafelyUnwrapped[Int(word.a)]
                                if i.x != 0 { value.share() }
                                registers[i.a] = value
                                pc += 1
                                continue execute
                            }
                        }
                        guard let value = field(constants[i.c].string, of: base, cache: pc) else {
                            pc += 1
                            break execute
                        }
                        if i.x != 0 { value.share() }
                        registers[i.a] = value
                        pc += 1
                    case .getFieldOptional:
                        guard let value = optionalField(constants[i.c].string, of: registers[i.b]) else { break execute }
                        if i.x != 0 { value.share() }
                        registers[i.a] = value
                    case .getIndex:
                        let base = registers[i.b]
                        let key = registers[i.c]
                        if base.tag == Tag.list, key.tag == Tag.int {
                            let list = base.list
                            if UInt64(list.pointee.count) > key.bits {
                                let value = list.pointee.items[Int(key.bits)]
                                if i.x != 0 { value.share() }
                                registers[i.a] = value
                                continue execute
                            }
                        }
                        if !index(base, key, isOptional: false, into: registers + i.a) { break execute }
                        pay(&fuel)
                        if i.x != 0 { registers[i.a].share() }
                    case .getIndexOptional:
                        if !index(registers[i.b], registers[i.c], isOptional: true, into: registers + i.a) {
                            break execute
                        }
                        if i.x != 0 { registers[i.a].share() }
                    case .slice:
                        if !slice(
                            registers[i.b], registers[i.c], registers[i.c + 1], isOptional: i.x != 0,
                            into: registers + i.a)
                        {
                            break execute
                        }
                        pay(&fuel)
                        if heapState.pointee.debt > 0 {
                            frame.pointee.pc = pc
                            fuel &-= collect(fiber)
                        }

                    // MARK: Writing along a path
                    case .own:
                        own(registers + i.a)
                    case .ownField:
                        let word = pc
                        pc += 1
                        if !ownField(constants[i.c].string, of: registers[i.b], cache: word, into: registers + i.a) {
                            break execute
                        }
                    case .ownIndex:
                        if !ownIndex(registers[i.c], of: registers[i.b], into: registers + i.a) { break execute }
                    case .setField:
                        var base = registers[i.a]
                        let word = pc
                        pc += 1
                        if base.tag == Tag.record {
                            if base.header.pointee.shared != 0 {
                                own(registers + i.a)
                                base = registers[i.a]
                            }
                            let record = base.record
                            if record.pointee.header.aux == UInt32(word.pointee.b) | UInt32(word.pointee.c) << 16,
                                record.pointee.header.aux != 0
                            {
                                record.pointee.slots.unsafelyUnwrapped[Int(word.pointee.a)] = registers[i.c]
                                heap.stored(registers[i.c])
                                continue execute
                            }
                        }
                        if !setField(constants[i.b].string, of: base, to: registers[i.c], cache: word) { break execute }
                        if heapState.pointee.debt > 0 {
                            frame.pointee.pc = pc
                            fuel &-= collect(fiber)
                        }
                    case .setIndex:
                        var base = registers[i.a]
                        let key = registers[i.b]
                        if base.isHeap, base.header.pointee.shared != 0 {
                            own(registers + i.a)
                            base = registers[i.a]
                        }
                        if base.tag == Tag.list, key.tag == Tag.int, UInt64(base.list.pointee.count) > key.bits {
                            base.list.pointee.items[Int(key.bits)] = registers[i.c]
                            heap.stored(registers[i.c])
                            continue execute
                        }
                        if !setIndex(key, of: base, to: registers[i.c]) { break execute }
                        if heapState.pointee.debt > 0 {
                            frame.pointee.pc = pc
                            fuel &-= collect(fiber)
                        }
                    case .setIndexImmediate:
                        // Apart from setIndex: one case for both takes the sieve an eighth more time.
                        var base = registers[i.a]
                        let key = registers[i.b]
                        if base.isHeap, base.header.pointee.shared != 0 {
                            own(registers + i.a)
                            base = registers[i.a]
                        }
                        let value =
                            switch i.x {
                            case LiteralKind.int: Value(int: i.signedC)
                            case LiteralKind.bool: Value(bool: i.c != 0)
                            default: Value.null
                            }
                        if base.tag == Tag.list, key.tag == Tag.int, UInt64(base.list.pointee.count) > key.bits {
                            base.list.pointee.items[Int(key.bits)] = value
                            continue execute
                        }
                        if !setIndex(key, of: base, to: value) { break execute }
                        if heapState.pointee.debt > 0 {
                            frame.pointee.pc = pc
                            fuel &-= collect(fiber)
                        }
                    case .push:
                        // What is no list may have a field of that name: a method call follows.
                        if registers[i.a].tag != Tag.list { continue execute }
                        if registers[i.a].header.pointee.shared != 0 { own(registers + i.a) }
                        let list = registers[i.a].list
                        if list.pointee.count == list.pointee.capacity {
                            let more = list.pointee.capacity * MemoryLayout<Value>.stride
                            if !admit(more), !makesRoom() || !admit(more) { break execute }
                            grow(list, to: list.pointee.count + 1)
                            if heapState.pointee.debt > 0 {
                                frame.pointee.pc = pc
                                fuel &-= collect(fiber)
                            }
                        }
                        list.pointee.items[list.pointee.count] = registers[i.b]
                        heap.stored(registers[i.b])
                        list.pointee.count += 1
                        pc += i.c

                    // MARK: Calls
                    case .call:
                        fuel &-= 1
                        if fuel <= 0 {
                            // Nothing of the call has happened yet: it runs again in the next slice.
                            frame.pointee.pc = pc - 1
                            if !refuel(&fuel) { break execute }
                            return .preempted(fiber)
                        }
                        let callee = i.x & 2 == 0 ? registers[i.c] : state.pointee.globals[i.c]
                        var count = i.b
                        frame.pointee.pc = pc
                        if i.x & 1 != 0 {
                            let labels = pc.pointee.bc
                            pc += 1
                            frame.pointee.pc = pc
                            guard let matched = matchLabels(callee, registers + i.a + 1, count, labels, closure) else {
                                break execute
                            }
                            count = matched
                        }
                        guard callee.tag == Tag.closure else {
                            if callee.tag == Tag.native {
                                switch callNative(
                                    Int(callee.bits), registers + i.a + 1, count, fiber,
                                    destination: frame.pointee.base + i.a)
                                {
                                case .done:
                                    settle(fiber, &fuel, heapState)
                                    continue execute
                                case .failed: break execute
                                case .suspended(let request): return .suspended(fiber, request)
                                case .script(let script):
                                    registers[i.a] = script
                                }
                            } else {
                                raiseNotCallable(callee)
                                break execute
                            }
                            guard enter(fiber, at: frame.pointee.base + i.a, count: count) else { break execute }
                            continue reload
                        }
                        let target = callee.closure
                        let prototype = target.pointee.prototype
                        if prototype.pointee.parameterCount != count {
                            if !arrange(prototype, registers + i.a + 1, count) { break execute }
                        }
                        if fiberState.pointee.frameCount == fiberState.pointee.frameCapacity {
                            guard deepen(fiber) else { break execute }
                            frame = fiberState.pointee.frames + (fiberState.pointee.frameCount - 1)
                        }
                        let base = frame.pointee.base &+ i.a &+ 1
                        if base &+ prototype.pointee.registerCount &+ Fiber.slack > fiberState.pointee.capacity {
                            fiber.growStack(to: base + prototype.pointee.registerCount + Fiber.slack)
                        }
                        frame += 1
                        fiberState.pointee.frameCount &+= 1
                        frame.pointee.closure = target
                        frame.pointee.base = base
                        closure = target
                        constants = prototype.pointee.constants
                        registers = fiberState.pointee.stack + base
                        pc = prototype.pointee.code
                    case .callNative:
                        let number = i.c
                        var count = i.b
                        let arguments = registers + i.a + 1
                        if i.x != 0 {
                            let labels = pc.pointee.bc
                            pc += 1
                            guard let matched = matchLabels(Value(native: number), arguments, count, labels, closure) else {
                                break execute
                            }
                            count = matched
                        }
                        frame.pointee.pc = pc
                        let entry = natives + number
                        if let function = entry.pointee.function, count == entry.pointee.parameterCount {
                            if !function(machine, arguments, count), !makesRoom() || !function(machine, arguments, count) {
                                break execute
                            }
                            settle(fiber, &fuel, heapState)
                            continue execute
                        }
                        switch callNative(number, arguments, count, fiber, destination: frame.pointee.base + i.a) {
                        case .done:
                            settle(fiber, &fuel, heapState)
                        case .failed: break execute
                        case .suspended(let request): return .suspended(fiber, request)
                        case .script(let script):
                            registers[i.a] = script
                            guard enter(fiber, at: frame.pointee.base + i.a, count: count) else { break execute }
                            continue reload
                        }
                    case .callMethod:
                        let word = pc.pointee
                        pc += 1
                        frame.pointee.pc = pc
                        let receiver = registers[i.a + 1]
                        if receiver.isNull, word.x != 0 {
                            registers[i.a] = .null
                            continue execute
                        }
                        var count = i.b
                        let method = Int(state.pointee.methods[i.c * VM.tagCount + Int(receiver.tag)])
                        if method >= 0 {
                            count += 1
                            if word.bc >= 0 {
                                guard
                                    let matched = matchLabels(
                                        Value(native: method), registers + i.a + 1, count, word.bc, closure)
                                else { break execute }
                                count = matched
                            }
                            let entry = natives + method
                            if let function = entry.pointee.function, count == entry.pointee.parameterCount {
                                if !function(machine, registers + i.a + 1, count),
                                    !makesRoom() || !function(machine, registers + i.a + 1, count)
                                {
                                    break execute
                                }
                                settle(fiber, &fuel, heapState)
                                continue execute
                            }
                            switch callNative(
                                method, registers + i.a + 1, count, fiber, destination: frame.pointee.base + i.a)
                            {
                            case .done:
                                settle(fiber, &fuel, heapState)
                                continue execute
                            case .failed: break execute
                            case .suspended(let request): return .suspended(fiber, request)
                            case .script(let script): registers[i.a] = script
                            }
                        } else {
                            fuel &-= 1
                            if fuel <= 0 {
                                frame.pointee.pc = pc - 2
                                if !refuel(&fuel) { break execute }
                                return .preempted(fiber)
                            }
                            guard let callee = fieldFunction(i.c, of: receiver) else { break execute }
                            registers[i.a] = callee
                            for index in 0..<count { registers[i.a + 1 + index] = registers[i.a + 2 + index] }
                            if word.bc >= 0 {
                                guard let matched = matchLabels(callee, registers + i.a + 1, count, word.bc, closure) else {
                                    break execute
                                }
                                count = matched
                            }
                            if callee.tag == Tag.native {
                                switch callNative(
                                    Int(callee.bits), registers + i.a + 1, count, fiber,
                                    destination: frame.pointee.base + i.a)
                                {
                                case .done:
                                    settle(fiber, &fuel, heapState)
                                    continue execute
                                case .failed: break execute
                                case .suspended(let request): return .suspended(fiber, request)
                                case .script(let script): registers[i.a] = script
                                }
                            }
                        }
                        guard enter(fiber, at: frame.pointee.base + i.a, count: count) else { break execute }
                        continue reload
                    case .spreadMethod:
                        frame.pointee.pc = pc
                        guard let callee = spreadMethod(i.c, of: registers[i.a + 1], registers[i.b].list) else { break execute }
                        registers[i.a] = callee
                    case .callSpread, .callNativeSpread:
                        fuel &-= 1
                        if fuel <= 0 {
                            frame.pointee.pc = pc - 1
                            if !refuel(&fuel) { break execute }
                            return .preempted(fiber)
                        }
                        frame.pointee.pc = pc
                        let isNative = i.x != 0
                        let callee = isNative ? Value(native: i.c) : registers[i.a]
                        let list = registers[isNative ? i.a + 1 : i.b]
                        let record = registers[isNative ? i.a + 2 : i.c]
                        guard let count = spreadArguments(callee, list, record, fiber, at: frame.pointee.base + i.a) else {
                            break execute
                        }
                        registers = fiberState.pointee.stack + frame.pointee.base
                        if callee.tag == Tag.native {
                            switch callNative(
                                Int(callee.bits), registers + i.a + 1, count, fiber, destination: frame.pointee.base + i.a)
                            {
                            case .done:
                                settle(fiber, &fuel, heapState)
                                continue execute
                            case .failed: break execute
                            case .suspended(let request): return .suspended(fiber, request)
                            case .script(let script): registers[i.a] = script
                            }
                        } else {
                            registers[i.a] = callee
                        }
                        guard enter(fiber, at: frame.pointee.base + i.a, count: count) else { break execute }
                        continue reload
                    case .returnNull:
                        // a is 0, and no register of a dying frame is read again.
                        registers[0] = .null
                        fallthrough
                    case .return:
                        let value = registers[i.a]
                        let depth = fiberState.pointee.frameCount &- 1
                        fiberState.pointee.frameCount = depth
                        if depth > 0 {
                            registers[-1] = value
                            frame -= 1
                            closure = frame.pointee.closure
                            constants = closure.pointee.prototype.pointee.constants
                            registers = fiberState.pointee.stack + frame.pointee.base
                            pc = frame.pointee.pc
                            continue execute
                        }
                        guard let parent = fiber.parent else { return .finished(fiber, .done(value)) }
                        // A stream's fiber is through: its reader goes on after its loop.
                        fiber.parent = nil
                        let after = fiber.parentEnd.unsafelyUnwrapped
                        fiber = parent
                        state.pointee.current = fiber
                        fiber.state.pointee.frames[fiber.state.pointee.frameCount - 1].pc = after
                        continue reload

                    // MARK: Errors
                    case .throw:
                        raiseThrown(registers[i.a])
                        break execute
                    case .noMatch:
                        raiseNoMatch(registers[i.a])
                        break execute

                    // MARK: Tests of match
                    case .testType:
                        registers[i.a] = Value(bool: registers[i.b].type == ValueType.allCases[i.c])
                    case .testList:
                        let value = registers[i.b]
                        let matches =
                            value.tag == Tag.list
                            && (i.x != 0 ? value.list.pointee.count >= i.c : value.list.pointee.count == i.c)
                        registers[i.a] = Value(bool: matches)
                    case .testField:
                        let value = registers[i.b]
                        registers[i.a] = Value(
                            bool: value.tag == Tag.record && get(constants[i.c].string, of: value.record) != nil)

                    // MARK: Fibers
                    case .yield:
                        let value = registers[i.a]
                        frame.pointee.pc = pc
                        guard let parent = fiber.parent else {
                            raise(.value, "a stream's producer ran outside of a loop")
                            break execute
                        }
                        fiber.parent = nil
                        parent.state.pointee.stack[fiber.parentRegister] = value
                        fiber = parent
                        state.pointee.current = fiber
                        continue reload
                    case .expect:
                        if !meets(registers[i.a], isReason: i.x == 1) { break execute }
                    case .endItem:
                        let reason = registers[i.a]
                        fiberState.pointee.frameCount = 0
                        switch i.x {
                        case 1: return .finished(fiber, .skipped(reason))
                        case 2: return .finished(fiber, .stopped)
                        default: return .finished(fiber, .done(.null))
                        }
                    }
                    continue execute
                }

                // A turn of a loop is over.
                fuel &-= 1
                if fuel <= 0 {
                    if !refuel(&fuel) {
                        // The place is the first instruction of the next turn.
                        pc += 1
                        break execute
                    }
                    frame.pointee.pc = pc
                    return .preempted(fiber)
                }
            }

            // An error was raised at the instruction before `pc`.
            frame.pointee.pc = pc
            guard let handled = unwind(fiber) else {
                return .finished(state.pointee.current ?? fiber, takeFailure())
            }
            fiber = handled
            state.pointee.current = fiber
        }
    }
}
