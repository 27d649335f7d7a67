// The machine's instructions: 8 bytes each, with their operands and effect beside them. The emitter
// writes them, the machine in CBKRuntime executes them, the disassembler prints them.
//
// R[n] is a register of the running frame, K[n] a constant of the chunk, G[n] a global, C[n] a capture.
// `bc` is b and c taken as one 32-bit number; jumps are relative to the instruction after the jump.
// "word" is a further 8 bytes after the instruction that it owns and skips.

/// ORDER: Opcode
package enum Opcode: UInt8, Sendable, CaseIterable {
    // Loads and stores
    case move  // R[a] = R[b]
    case moveShared  // R[a] = R[b], and a list or record there counts as shared from now on
    case loadConstant  // R[a] = K[bc]
    case loadInt  // R[a] = int bc (signed)
    case loadNull  // R[a] = null
    case loadBool  // R[a] = bool (b != 0)
    case loadOmit  // R[a] = omit
    case loadUndefined  // R[a] = the mark of a variable before its definition
    case getGlobal  // R[a] = G[bc]; raises before its definition; x = 1: shared
    case setGlobal  // G[bc] = R[a]; raises inside a batch's item
    case defineGlobal  // G[bc] = R[a], its definition
    case getCapture  // R[a] = C[b]; x = 1: shared
    case newBox  // R[a] = a box that holds R[a]
    case getBox  // R[a] = what the box R[b] holds; raises if undefined; x = 1: shared
    case setBox  // the box R[a] holds R[b]; raises in an item that did not make the box
    case defineBox  // the box R[a] holds R[b], its definition
    case getCaptureBox  // R[a] = what the box C[b] holds; x = 1: shared
    case setCaptureBox  // the box C[a] holds R[b]
    case closure  // R[a] = a closure of child bc, capturing as the child says

    // Arithmetic: numbers, strings with +, durations and datetimes
    case add, subtract, multiply, divide, floorDivide, remainder  // R[a] = R[b] op R[c]
    case addImmediate, multiplyImmediate, remainderImmediate  // R[a] = R[b] op int c (signed); x = 1: written as a - int
    case negate, not  // R[a] = op R[b]
    case concatenate  // R[a] = the texts of R[b] … R[b+c-1] joined: an interpolation
    case range  // R[a] = the stream R[b]..R[c]

    // Comparison
    case equal, notEqual, less, lessOrEqual  // R[a] = bool (R[b] op R[c])
    case contains  // R[a] = bool (R[b] in R[c])

    // Branches: x = 1 jumps when the condition holds, x = 0 when it does not. A conditional one that jumps backwards ends a
    // loop's turn: it spends fuel
    case jump  // by bc, forwards
    case branchTrue  // on R[a], by bc; raises if it is not a bool
    case branchNull  // on R[a] being null, by bc
    case branchOmit  // on R[a] being omit (an argument left out), by bc
    case branchEqual, branchLess, branchLessOrEqual  // on R[a] op R[b], by c
    case branchEqualImmediate, branchLessImmediate, branchLessOrEqualImmediate  // on R[a] op int b, by c
    case branchGreaterImmediate, branchGreaterOrEqualImmediate  // on R[a] op int b, by c
    case branchDivisible  // on R[a] % int b being 0, by c

    // Loops
    case rangePrepare  // R[a]..R[a+1] are the bounds: checks them; jumps by bc if empty
    case rangeNext  // R[a] += 1; jumps back by bc while R[a] < R[a+1]; spends fuel
    case iteratePrepare  // R[a] is a source: becomes an iterator over (R[a], R[a+1]); x = number of bindings
    case iterateNext  // R[a+2] (and R[a+3] with x = 2) = the next; jumps back by bc unless it was the last; spends fuel

    // Lists and records
    case newList  // R[a] = [R[b] … R[b+c-1]]
    case listExtend  // appends R[b] … R[b+c-1] to the fresh list R[a]
    case listSpread  // appends all of R[b] to the fresh list R[a]
    case newRecord  // R[a] = a record of layout c with the values R[b] …; omit drops a field
    case recordPut  // the fresh record R[a] gets field K[c] = R[b]; omit drops it
    case recordSpread  // the fresh record R[a] gets all fields of R[b]; x = 1: as named arguments
    case getField  // R[a] = R[b].K[c]; x = 1: shared; word: cache
    case getFieldOptional  // R[a] = R[b]?.K[c]; x = 1: shared
    case getIndex  // R[a] = R[b][R[c]]; x = 1: shared
    case getIndexOptional  // R[a] = R[b]?[R[c]]; x = 1: shared
    case slice  // R[a] = R[b][R[c]..R[c+1]]; x = 1: ?[ ]

    // Writing along a path: nothing suspends between the first own and the write
    case own  // R[a] holds a list or record that nothing else holds: copies a shared one
    case ownField  // R[a] = field K[c] of R[b], copied in place if shared; word: cache
    case ownIndex  // R[a] = item R[c] of R[b], copied in place if shared
    case setField  // owns R[a]; R[a].K[b] = R[c]; word: cache
    case setIndex  // owns R[a]; R[a][R[b]] = R[c]
    case setIndexImmediate  // owns R[a]; R[a][R[b]] = c as x says: a LiteralKind
    case push  // owns R[a], appends R[b] to it and jumps by c; goes on if R[a] is no list

    // Calls: arguments from R[a+1], the result in R[a]. x & 1: the word's bc is a list of labels (K): the last labels of
    // the arguments are named
    case call  // R[c](b arguments); x & 2: G[c](b arguments)
    case callNative  // built-in c (b arguments, padded with omit)
    case callMethod  // R[a+1].method c (b arguments from R[a+2]); word: x = 1 receiver null gives null; bc labels, or -1
    case spreadMethod  // R[a] = R[a+1].method c, with R[a+1] before the items of the fresh list R[b]; or its field
    case callSpread  // R[a](items of the list R[b], named by the record R[c])
    case callNativeSpread  // x = 1: built-in c with the items of the list R[a+1], named by the record R[a+2]
    case `return`  // R[a] to the caller
    case returnNull  // null to the caller; a is 0

    // Errors
    case `throw`  // R[a]: an error value or a message
    case noMatch  // raises: no arm of a match fits R[a]

    // Tests of match
    case testType  // R[a] = bool (R[b] is of the type numbered c)
    case testList  // R[a] = bool (R[b] is a list of c items; x = 1: of at least c)
    case testField  // R[a] = bool (R[b] is a record with field K[c])

    // Fibers
    case yield  // hands R[a] to whoever iterates this fiber
    case expect  // raises: x = 0, R[a] is a stream, the value of a statement; x = 1, the reason R[a] of a skip is no string
    case endItem  // ends a batch's item: x = 0 done, 1 skipped with the reason R[a], 2 done and the batch stops
}

/// What the c of `setIndexImmediate` is: its x. Numbers, as the machine would call a function for an enumeration's.
package enum LiteralKind {
    /// int c (signed)
    @inlinable package static var int: UInt8 { 0 }
    /// bool (c != 0)
    @inlinable package static var bool: UInt8 { 1 }
    @inlinable package static var null: UInt8 { 2 }
}

/// One instruction; `bc` reads b and c as one signed number.
package struct Instruction: Sendable {
    package var op: Opcode
    package var x: UInt8
    package var a: UInt16
    package var b: UInt16
    package var c: UInt16

    @inlinable @inline(__always)
    package init(_ op: Opcode, x: UInt8 = 0, a: Int = 0, b: Int = 0, c: Int = 0) {
        self.op = op
        self.x = x
        self.a = UInt16(truncatingIfNeeded: a)
        self.b = UInt16(truncatingIfNeeded: b)
        self.c = UInt16(truncatingIfNeeded: c)
    }

    @inlinable @inline(__always)
    package init(_ op: Opcode, x: UInt8 = 0, a: Int = 0, bc: Int) {
        self.init(op, x: x, a: a, b: bc & 0xFFFF, c: (bc >> 16) & 0xFFFF)
    }

    @inlinable @inline(__always)
    package var bc: Int { Int(Int32(truncatingIfNeeded: UInt32(b) | UInt32(c) << 16)) }
    /// c as a signed number: a short jump or an immediate operand.
    @inlinable @inline(__always)
    package var signedC: Int { Int(Int16(bitPattern: c)) }
    /// b as a signed number: an immediate operand.
    @inlinable @inline(__always)
    package var signedB: Int { Int(Int16(bitPattern: b)) }
}
