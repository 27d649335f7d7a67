// Operators and conditions: which types each takes and what it gives. Only operands that can never go together are
// reported; the machine looks at the others when the program runs.

import CBKSyntax

extension Checker {
    // MARK: Conditions

    mutating func checkCondition(_ expression: Expression) {
        let types = check(expression, .value).shape.types
        guard !types.contains(TypeSet(.bool)) else { return }
        reportCondition(types, expression)
    }

    private mutating func reportCondition(_ types: TypeSet, _ expression: Expression) {
        let hint: String? =
            if types.contains(TypeSet(.string)) {
                "compare it, such as with '!= \"\"'"
            } else if types == TypeSet(.int) || types == TypeSet(.float) {
                "compare it, such as with '!= 0'"
            } else if types.contains(.null) {
                "compare it, such as with '!= null'"
            } else {
                nil
            }
        report(.conditionNotBool, "a condition is a bool, not \(types.text)", at: expression.span, hint: hint)
    }

    // MARK: Operators

    mutating func checkUnary(_ expression: Expression) -> Inferred {
        guard case .unary(let operation, let operand) = expression.kind else { return .unknown }
        switch operation {
        case .not:
            checkCondition(operand)
            return Inferred(.type(.bool))
        case .negate:
            let shape = check(operand, .value).shape
            guard shape.types.isDisjoint(with: [TypeSet(.int), TypeSet(.float), TypeSet(.duration)]) else {
                if case .type = shape { return Inferred(shape) }
                return .unknown
            }
            report(
                .wrongOperands, "'-' takes a number or a duration, not \(shape.types.text)", at: expression.span)
            return .unknown
        }
    }

    mutating func checkBinary(_ expression: Expression, _ use: Use) -> Inferred {
        guard case .binary(let operation, let span, let left, let right) = expression.kind else { return .unknown }
        switch operation {
        case .and, .or:
            checkCondition(left)
            checkCondition(right)
            return Inferred(.type(.bool))
        case .coalesce:
            let first = check(left, .value)
            let second = check(right, use == .omittable ? .omittable : .value)
            return Inferred(first.shape.withoutNull, depth: first.depth).merged(with: second)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .range, .add, .subtract, .multiply,
            .divide, .floorDivide, .remainder:
            let first = check(left, .value).shape
            let second = check(right, .value).shape
            return Inferred(shape(of: operation, first, second, at: span))
        }
    }

    /// What an operator gives; reports operands that it never takes.
    @inline(never) @discardableResult
    mutating func shape(of operation: BinaryOperator, _ left: Shape, _ right: Shape, at span: Span) -> Shape {
        var given = TypeSet()
        let (first, second) = (left.types, right.types)
        if first != .all || second != .all {
            for a in first.types {
                for b in second.types { if let type = operation.gives(a, b) { given.insert(TypeSet(type)) } }
            }
            if given.isEmpty {
                reportOperands(operation, first, second, at: span)
                return .any
            }
        }
        switch operation {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .and, .or: return .type(.bool)
        case .range: return .stream(.type(.int))
        case .coalesce, .add, .subtract, .multiply, .divide, .floorDivide, .remainder:
            // Of unknown operands nothing is said.
            guard first != .all, second != .all, let type = given.types.first, given.types.count == 1 else { return .any }
            return type == .list ? .list(.any) : .type(type)
        }
    }

    private mutating func reportOperands(_ operation: BinaryOperator, _ left: TypeSet, _ right: TypeSet, at span: Span) {
        let sign = operation.rawValue
        if operation == .equal || operation == .notEqual {
            report(
                .wrongOperands, "'\(sign)' does not compare streams", at: span, hint: "'.to_list()' gives their values")
            return
        }
        if left == TypeSet(.secret) || right == TypeSet(.secret) {
            report(.wrongOperands, "'\(sign)' does not know secrets", at: span, hint: "'.reveal()' gives the text")
            return
        }
        let (first, second) = (left.withoutPossibleSecret, right.withoutPossibleSecret)
        let types = left == .all ? second.text : right == .all ? first.text : "\(first.text) and \(second.text)"
        var hint: String?
        if left == .null || right == .null {
            hint = "'??' gives a value in place of null"
        } else if operation == .add, first == TypeSet(.string) || second == TypeSet(.string) {
            hint = "\"${…}\" puts any value into a text"
        }
        report(.wrongOperands, "'\(sign)' does not go with \(types)", at: span, hint: hint)
    }
}

extension BinaryOperator {
    /// The type of the result for two operands' types; nil where it takes no such pair, as the machine does not.
    fileprivate func gives(_ left: ValueType, _ right: ValueType) -> ValueType? {
        let areNumbers = left.isNumber && right.isNumber
        let number: ValueType = left == .int && right == .int ? .int : .float
        switch self {
        case .add:
            switch (left, right) {
            case _ where areNumbers: return number
            case (.string, .string): return .string
            case (.string, .secret), (.secret, .string), (.secret, .secret): return .secret
            case (.list, .list): return .list
            case (.duration, .duration): return .duration
            case (.datetime, .duration), (.duration, .datetime): return .datetime
            default: return nil
            }
        case .subtract:
            switch (left, right) {
            case _ where areNumbers: return number
            case (.duration, .duration), (.datetime, .datetime): return .duration
            case (.datetime, .duration): return .datetime
            default: return nil
            }
        case .multiply:
            switch (left, right) {
            case _ where areNumbers: return number
            case (.duration, .int), (.int, .duration): return .duration
            default: return nil
            }
        case .divide: return areNumbers || (left == .duration && right == .duration) ? .float : nil
        case .floorDivide, .remainder: return areNumbers ? number : nil
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            let isOrdered = left == right && [.string, .duration, .datetime].contains(left)
            return areNumbers || isOrdered ? .bool : nil
        case .equal, .notEqual: return left == .stream && right != .null || right == .stream && left != .null ? nil : .bool
        case .in:
            switch right {
            case .list, .stream: return .bool
            case .record, .string: return left == .string ? .bool : nil
            default: return nil
            }
        case .range: return left == .int && right == .int ? .stream : nil
        case .and, .or: return left == .bool && right == .bool ? .bool : nil
        case .coalesce: return right
        }
    }
}

extension TypeSet {
    /// A text of which nobody knows whether it holds a secret is a string to its reader.
    fileprivate var withoutPossibleSecret: TypeSet { contains(TypeSet(.string)) ? subtracting(TypeSet(.secret)) : self }
}

extension ValueType {
    fileprivate var isNumber: Bool { self == .int || self == .float }
}
