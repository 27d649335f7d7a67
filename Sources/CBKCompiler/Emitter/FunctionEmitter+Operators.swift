// Operators: arithmetic with its immediate forms, comparisons as values and as branches, `&&`, `||` and `??`.

import CBKSyntax

extension FunctionEmitter {
    func opcode(of operation: BinaryOperator) -> Opcode {
        switch operation {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .floorDivide: .floorDivide
        case .remainder: .remainder
        case .range: .range
        case .equal: .equal
        case .notEqual: .notEqual
        case .less, .greater: .less
        case .lessOrEqual, .greaterOrEqual: .lessOrEqual
        case .in: .contains
        case .or, .and, .coalesce: preconditionFailure("these operators are branches")
        }
    }

    /// The immediate form for an int on the right, where there is one.
    func immediate(_ operation: BinaryOperator, _ number: Int64) -> (Opcode, Int)? {
        guard let small = Int16(exactly: number), small != .min else { return nil }
        switch operation {
        case .add: return (.addImmediate, Int(small))
        case .subtract: return (.addImmediate, -Int(small))
        case .multiply: return (.multiplyImmediate, Int(small))
        case .remainder: return small > 0 ? (.remainderImmediate, Int(small)) : nil
        default: return nil
        }
    }

    /// The immediate form of an item that is set to a literal: its kind and its bits, where it has few enough.
    func immediate(_ value: Expression) -> (UInt8, Int)? {
        switch unwrapped(value).kind {
        case .int(let number): Int16(exactly: number).map { (LiteralKind.int, Int($0)) }
        case .bool(let bool): (LiteralKind.bool, bool ? 1 : 0)
        case .null: (LiteralKind.null, 0)
        default: nil
        }
    }

    func emitBinary(
        _ expression: Expression, _ operation: BinaryOperator, _ place: Span, _ left: Expression, _ right: Expression,
        into target: Int, isShared: Bool
    ) throws(EmitError) {
        switch operation {
        case .and, .or:
            let fails = try emitBranches(expression, jumpIf: false)
            add(Instruction(.loadBool, a: target, b: 1))
            let end = jump(Instruction(.jump))
            for fail in fails { patch(fail) }
            add(Instruction(.loadBool, a: target, b: 0))
            patch(end)
        case .coalesce:
            try scoped { () throws(EmitError) in
                let result = try allocate()
                try emit(left, into: result, isShared: isShared)
                let end = jump(Instruction(.branchNull, x: 0, a: result))
                try emit(right, into: result, isShared: isShared)
                patch(end)
                add(Instruction(.move, a: target, b: result))
            }
        default:
            try scoped { () throws(EmitError) in
                if case .int(let number) = unwrapped(right).kind, let (opcode, value) = immediate(operation, number) {
                    let register = try operand(left)
                    span = place
                    add(Instruction(opcode, x: operation == .subtract ? 1 : 0, a: target, b: register, c: value))
                    return
                }
                let (first, second) = try operands(left, right)
                span = place
                let isSwapped = operation == .greater || operation == .greaterOrEqual
                add(Instruction(opcode(of: operation), a: target, b: isSwapped ? second : first, c: isSwapped ? first : second))
            }
        }
    }

    /// Branches on a condition; the jumps to patch, taken when the condition is `jumpIf`. Falls through otherwise.
    func emitBranches(_ condition: Expression, jumpIf: Bool) throws(EmitError) -> [Int] {
        let condition = unwrapped(condition)
        switch condition.kind {
        case .unary(.not, let inner): return try emitBranches(inner, jumpIf: !jumpIf)
        case .binary(.and, _, let left, let right):
            if !jumpIf {
                let first = try emitBranches(left, jumpIf: false)
                return first + (try emitBranches(right, jumpIf: false))
            }
            let skips = try emitBranches(left, jumpIf: false)
            let jumps = try emitBranches(right, jumpIf: true)
            for skip in skips { patch(skip) }
            return jumps
        case .binary(.or, _, let left, let right):
            if jumpIf {
                let first = try emitBranches(left, jumpIf: true)
                return first + (try emitBranches(right, jumpIf: true))
            }
            let skips = try emitBranches(left, jumpIf: true)
            let jumps = try emitBranches(right, jumpIf: false)
            for skip in skips { patch(skip) }
            return jumps
        case .binary(let operation, let place, let left, let right):
            if let branch = try emitComparison(operation, place, left, right, jumpIf: jumpIf) { return [branch] }
        default: break
        }
        return try scoped { () throws(EmitError) in
            let register = try operand(condition)
            span = condition.span
            return [jump(Instruction(.branchTrue, x: jumpIf ? 1 : 0, a: register))]
        }
    }

    /// A compare-and-branch; nil for operators without one.
    private func emitComparison(
        _ operation: BinaryOperator, _ place: Span, _ left: Expression, _ right: Expression, jumpIf: Bool
    ) throws(EmitError) -> Int? {
        let isNegated = operation == .notEqual
        let x: UInt8 = jumpIf != isNegated ? 1 : 0
        if case .int(0) = unwrapped(right).kind, operation == .equal || operation == .notEqual,
            case .binary(.remainder, let place, let dividend, let divisor) = unwrapped(left).kind,
            case .int(let number) = unwrapped(divisor).kind, let small = Int16(exactly: number), small > 0
        {
            return try scoped { () throws(EmitError) in
                let register = try operand(dividend)
                span = place
                return jump(Instruction(.branchDivisible, x: x, a: register, b: Int(small)))
            }
        }
        if case .int(let number) = unwrapped(right).kind, let small = Int16(exactly: number) {
            let opcode: Opcode? =
                switch operation {
                case .equal, .notEqual: .branchEqualImmediate
                case .less: .branchLessImmediate
                case .lessOrEqual: .branchLessOrEqualImmediate
                case .greater: .branchGreaterImmediate
                case .greaterOrEqual: .branchGreaterOrEqualImmediate
                default: nil
                }
            guard let opcode else { return nil }
            return try scoped { () throws(EmitError) in
                let register = try operand(left)
                span = place
                return jump(Instruction(opcode, x: x, a: register, b: Int(small)))
            }
        }
        let opcode: Opcode? =
            switch operation {
            case .equal, .notEqual: .branchEqual
            case .less, .greater: .branchLess
            case .lessOrEqual, .greaterOrEqual: .branchLessOrEqual
            default: nil
            }
        guard let opcode else { return nil }
        return try scoped { () throws(EmitError) in
            let (first, second) = try operands(left, right)
            span = place
            let isSwapped = operation == .greater || operation == .greaterOrEqual
            return jump(Instruction(opcode, x: x, a: isSwapped ? second : first, b: isSwapped ? first : second))
        }
    }
}
