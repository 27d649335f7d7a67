// From a checked tree to bytecode: one `FunctionEmitter` per function. Refuses only what does not fit the
// instructions' operands, as "function too large".

import CBKSyntax

/// Why a function cannot be emitted.
package struct EmitError: Error {
    package var diagnostic: Diagnostic
}

/// Gives the chunk of a program's top level, with its functions as children.
///
/// - Parameter isInteractive: the program's last value is its result, and its variables stay in the globals for the next
///   input. A script's top-level variables that no function uses live in registers.
package func emit(_ program: CheckedProgram, catalog: Catalog, isInteractive: Bool) throws(EmitError) -> Chunk {
    let context = EmitterContext(program: program, catalog: catalog, isInteractive: isInteractive)
    let emitter = FunctionEmitter(context: context, parent: nil, name: "main")
    try walking(program.tree) { () throws(EmitError) in try emitter.emitMain(program.tree.statements) }
    return emitter.chunk
}

/// Gives the chunk of a program that is one arrow function, such as a built-in written in the language.
package func emitFunction(_ program: CheckedProgram, catalog: Catalog) throws(EmitError) -> Chunk {
    let context = EmitterContext(program: program, catalog: catalog, isInteractive: false)
    guard case .expression(let expression)? = program.tree.statements.first?.kind, case .function(let function) = expression.kind
    else { throw EmitError(diagnostic: Diagnostic(code: "E0298", message: "not a function", span: Span(start: 0, end: 0))) }
    let emitter = FunctionEmitter(context: context, parent: nil, name: Chunk.nameless)
    try emitter.emitBody(of: function)
    return emitter.chunk
}

/// A loop's or batch body's places to jump to.
struct LoopContext {
    /// Unconditional jumps to where the next turn starts.
    var continues: [Int] = []
    var breaks: [Int] = []
    var isBatchBody = false
}

/// A constant by the bytes of its text.
private struct ConstantKey: Hashable {
    let constant: Constant
    let text: ExactText?

    init(_ constant: Constant) {
        self.constant = constant
        text =
            switch constant {
            case .string(let text), .regex(let text, _): ExactText(text)
            case .null, .bool, .int, .float, .duration, .builtin, .labels: nil
            }
    }
}

/// Where a variable is, seen from a function.
enum Place {
    case register(Int)
    case boxInRegister(Int)
    case capture(Int)
    case boxInCapture(Int)
    case global(Int)
}

/// Emits one function. A class: it is changed from many places while it walks its tree.
final class FunctionEmitter {
    static let mostRegisters = 250
    static let mostPromoted = 150
    static let literalChunk = 64

    let context: EmitterContext
    let parent: FunctionEmitter?
    var chunk: Chunk
    var nextRegister = 0
    var registers: [VariableID: Int] = [:]
    var captures: [VariableID: Int] = [:]
    private var constants: [ConstantKey: Int] = [:]
    var loops: [LoopContext] = []
    /// The place that the next instruction's errors point to.
    var span = Span(start: 0, end: 0)
    var promotedCount = 0

    init(context: EmitterContext, parent: FunctionEmitter?, name: String) {
        self.context = context
        self.parent = parent
        chunk = Chunk(name: name)
    }

    // MARK: Functions

    func emitMain(_ statements: [Statement]) throws(EmitError) {
        let result = try allocate()
        try emitStatements(statements, into: context.isInteractive ? result : nil, isStatement: true)
        if context.isInteractive {
            add(Instruction(.return, a: result))
        } else {
            add(Instruction(.returnNull))
        }
        try checkJumps()
    }

    private func checkJumps() throws(EmitError) {
        if isTooLarge { throw tooLarge("has a jump over 32,767 instructions") }
    }

    func emitBody(of function: Function) throws(EmitError) {
        span = function.span
        for (index, variable) in (context.resolution.captures[function.id] ?? []).enumerated() { captures[variable] = index }
        for parameter in function.parameters {
            chunk.parameterNames.append(parameter.name.text)
            chunk.hasDefault.append(parameter.defaultValue != nil)
            _ = try declare(parameter.name)
        }
        guard function.parameters.count <= 60 else { throw tooLarge("has over 60 parameters") }
        for (register, parameter) in function.parameters.enumerated() {
            guard let value = parameter.defaultValue else { continue }
            let skip = jump(Instruction(.branchOmit, x: 0, a: register))
            try emitOwned(value, into: register)
            patch(skip)
        }
        for (register, parameter) in function.parameters.enumerated() {
            if let variable = context.resolution.declarations[parameter.name.id], context.isBoxed(variable) {
                add(Instruction(.newBox, a: register))
            }
        }
        let result = try allocate()
        switch function.body {
        case .expression(let expression): try emitReturned(expression, into: result)
        // What a batch's body ends with is a statement.
        case .block(let block) where loops.last?.isBatchBody == true:
            try emitStatements(block.statements, into: nil)
            add(Instruction(.loadNull, a: result))
        case .block(let block): try emitStatements(block.statements, into: result, isReturned: true)
        }
        add(Instruction(.return, a: result))
        try checkJumps()
    }

    /// A function's result: a local that dies with the call is handed over and not shared.
    func emitReturned(_ expression: Expression, into target: Int) throws(EmitError) {
        if case .name = expression.kind, case .variable(let variable)? = context.resolution.references[expression.id],
            case .register(let register) = place(of: variable),
            [.mutable, .constant].contains(context.resolution.variables[variable].kind)
        {
            add(Instruction(.move, a: target, b: register))
        } else {
            try emitOwned(expression, into: target)
        }
    }

    /// A child chunk for a function, and the closure of it in a register.
    func emitClosure(_ function: Function, name: String, into target: Int) throws(EmitError) {
        let emitter = FunctionEmitter(context: context, parent: self, name: name)
        try emitter.emitBody(of: function)
        addClosure(emitter, function.id, into: target)
    }

    func addClosure(_ emitter: FunctionEmitter, _ id: NodeID, into target: Int) {
        emitter.chunk.captures = (context.resolution.captures[id] ?? []).map { variable in
            switch place(of: variable) {
            case .register(let register), .boxInRegister(let register): .register(register)
            case .capture(let index), .boxInCapture(let index): .capture(index)
            case .global: preconditionFailure("the checker never lists a global as captured")
            }
        }
        chunk.children.append(emitter.chunk)
        if emitter.chunk.hasBatchStatement { chunk.hasBatchStatement = true }
        add(Instruction(.closure, a: target, bc: chunk.children.count - 1))
    }

    // MARK: Registers and variables

    func allocate() throws(EmitError) -> Int {
        let register = nextRegister
        nextRegister += 1
        guard nextRegister <= FunctionEmitter.mostRegisters else { throw tooLarge("needs over 250 registers") }
        chunk.registerCount = max(chunk.registerCount, nextRegister)
        return register
    }

    /// Consecutive registers; the first.
    func allocate(_ count: Int) throws(EmitError) -> Int {
        let first = nextRegister
        for _ in 0..<count { _ = try allocate() }
        return first
    }

    /// Runs `body` and frees the registers it took.
    func scoped<T>(_ body: () throws(EmitError) -> T) throws(EmitError) -> T {
        let mark = nextRegister
        let result = try body()
        nextRegister = mark
        return result
    }

    /// A register for a local variable.
    func declare(_ name: Name) throws(EmitError) -> Int {
        let register = try allocate()
        if let variable = context.resolution.declarations[name.id] { registers[variable] = register }
        return register
    }

    func place(of variable: VariableID) -> Place {
        let isBoxed = context.isBoxed(variable)
        if let register = registers[variable] { return isBoxed ? .boxInRegister(register) : .register(register) }
        if let index = captures[variable] { return isBoxed ? .boxInCapture(index) : .capture(index) }
        guard let slot = context.globalSlots[variable] else {
            preconditionFailure("variable '\(context.resolution.variables[variable].name)' has no place")
        }
        return .global(slot)
    }

    // MARK: Instructions

    func add(_ instruction: Instruction) {
        chunk.code.append(instruction)
        chunk.spans.append(span)
    }

    /// A word after an instruction.
    func addWord(bc: Int) {
        // Cache words start as the shape that no record has.
        add(Instruction(.move, bc: bc))
    }

    func jump(_ instruction: Instruction) -> Int {
        add(instruction)
        return chunk.code.count - 1
    }

    /// Makes a jump lead to the next instruction.
    func patch(_ index: Int) { patch(index, to: chunk.code.count) }

    func patch(_ index: Int, to target: Int) {
        let distance = target - index - 1
        let old = chunk.code[index]
        switch old.op {
        case .branchEqual, .branchLess, .branchLessOrEqual, .branchEqualImmediate, .branchLessImmediate,
            .branchLessOrEqualImmediate, .branchGreaterImmediate, .branchGreaterOrEqualImmediate, .branchDivisible:
            if Int16(exactly: distance) == nil { isTooLarge = true }
            chunk.code[index].c = UInt16(truncatingIfNeeded: distance)
        default:
            chunk.code[index] = Instruction(old.op, x: old.x, a: Int(old.a), bc: distance)
        }
    }

    /// A short branch did not fit; reported when the function ends.
    var isTooLarge = false

    func constant(_ constant: Constant) -> Int {
        let key = ConstantKey(constant)
        if let known = constants[key] { return known }
        chunk.constants.append(constant)
        constants[key] = chunk.constants.count - 1
        return chunk.constants.count - 1
    }

    /// The constant of a name where the instruction has 16 bits for it.
    func shortConstant(_ text: String) throws(EmitError) -> Int {
        let index = constant(.string(text))
        guard index <= 0xFFFF else { throw tooLarge("uses over 65,536 constants") }
        return index
    }

    func builtin(_ name: String) throws(EmitError) -> Int {
        guard let index = context.catalog.function(name) else {
            throw EmitError(
                diagnostic: Diagnostic(code: "E0299", message: "this program has no '\(name)' here", span: span))
        }
        return index
    }

    func tooLarge(_ why: String) -> EmitError {
        EmitError(
            diagnostic: Diagnostic(
                code: "E0298", message: "function too large: '\(chunk.name)' \(why)", span: span,
                hint: "split it into smaller functions"))
    }
}
