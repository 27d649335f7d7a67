// A loaded chunk: code and constants in memory that does not move, as the machine wants them. Prototypes live as
// long as their machine.

import CBKCompiler
import CBKSyntax

struct Prototype {
    var code: UnsafeMutablePointer<Instruction>
    var constants: UnsafeMutablePointer<Value>
    /// The shapes of record literals; 0 where the literal is too wide for one.
    var layouts: UnsafeMutablePointer<UInt32>
    var children: UnsafeMutablePointer<UnsafeMutablePointer<Prototype>>
    var parameterCount: Int
    /// How many of the parameters must be given.
    var requiredCount: Int
    var registerCount: Int
    /// Owned.
    var info: Unmanaged<PrototypeInfo>
}

final class PrototypeInfo {
    let chunk: Chunk
    let source: SourceFile
    /// The language's own functions: left out of traces.
    let isInternal: Bool

    init(chunk: Chunk, source: SourceFile, isInternal: Bool) {
        self.chunk = chunk
        self.source = source
        self.isInternal = isInternal
    }
}

extension VM {
    /// Loads a chunk and its children.
    func load(_ chunk: Chunk, source: SourceFile, isInternal: Bool = false) -> UnsafeMutablePointer<Prototype> {
        let code = UnsafeMutablePointer<Instruction>.allocate(capacity: max(1, chunk.code.count))
        code.initialize(from: chunk.code, count: chunk.code.count)
        let constants = UnsafeMutablePointer<Value>.allocate(capacity: max(1, chunk.constants.count))
        for (index, constant) in chunk.constants.enumerated() {
            (constants + index).initialize(to: value(of: constant))
        }
        let layouts = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, chunk.layouts.count))
        for (index, names) in chunk.layouts.enumerated() {
            (layouts + index).initialize(to: shape(of: names.map { intern($0) }))
        }
        let children = UnsafeMutablePointer<UnsafeMutablePointer<Prototype>>.allocate(capacity: max(1, chunk.children.count))
        for (index, child) in chunk.children.enumerated() {
            (children + index).initialize(to: load(child, source: source, isInternal: isInternal))
        }
        let prototype = UnsafeMutablePointer<Prototype>.allocate(capacity: 1)
        prototype.initialize(
            to: Prototype(
                code: code, constants: constants, layouts: layouts, children: children,
                parameterCount: chunk.parameterNames.count, requiredCount: (chunk.hasDefault.lastIndex(of: false) ?? -1) + 1,
                registerCount: chunk.registerCount,
                info: .passRetained(PrototypeInfo(chunk: chunk, source: source, isInternal: isInternal))))
        state.pointee.prototypes.append(prototype)
        return prototype
    }

    private func value(of constant: Constant) -> Value {
        switch constant {
        case .null: .null
        case .bool(let value): Value(bool: value)
        case .int(let value): Value(int: value)
        case .float(let value): Value(float: value)
        case .string(let value): Value(intern(value))
        case .duration(let value): Value(duration: value)
        case .regex(let pattern, let ignoresCase): regex(pattern, ignoresCase: ignoresCase)
        case .builtin(let number): Value(native: number)
        case .labels: .null
        }
    }

    /// The one value of a literal: so equal ones have equal bits.
    private func regex(_ pattern: String, ignoresCase: Bool) -> Value {
        let literal = "/\(pattern)/\(ignoresCase ? "i" : "")"
        if let number = state.pointee.regexNumbers[ExactText(literal)] { return Value(bits: UInt64(number), tag: Tag.regex) }
        // The parser lets no other pattern through.
        guard let program = try? RegexProgram(pattern, ignoresCase: ignoresCase) else { return .null }
        let number = state.pointee.regexes.count
        state.pointee.regexes.append(RegexMachine(program, literal: literal))
        state.pointee.regexNumbers[ExactText(literal)] = number
        return Value(bits: UInt64(number), tag: Tag.regex)
    }
}

extension UnsafeMutablePointer where Pointee == Prototype {
    /// Frees a prototype; its children are freed on their own.
    func destroy() {
        pointee.info.release()
        pointee.code.deallocate()
        pointee.constants.deallocate()
        pointee.layouts.deallocate()
        pointee.children.deallocate()
        deallocate()
    }
}
