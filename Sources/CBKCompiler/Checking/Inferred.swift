// What the checker knows of an expression's value. Only what is certain is kept: of a `var`, a parameter or an
// unknown call nothing is known.

import CBKSyntax

struct Inferred {
    enum Origin {
        /// A module of built-ins, by its full name.
        case module(String)
        /// An imported file, by the variable of its import.
        case imported(VariableID)
        /// A built-in as such, by its number.
        case builtin(Int)
        /// A variable's value.
        case variable(VariableID)
        /// No value: control goes elsewhere.
        case never
    }

    var shape: Shape
    /// How many literals are nested in the shape; a chain of variables must not make it deep, as walking and
    /// freeing a shape recurse.
    var depth: Int
    var origin: Origin?

    static let depthLimit = 8
    static let fieldLimit = 256

    init(_ shape: Shape, depth: Int = 0, origin: Origin? = nil) {
        self.shape = shape
        self.depth = depth
        self.origin = origin
    }

    static var unknown: Inferred { Inferred(.any) }
    static var never: Inferred { Inferred(.any, origin: .never) }

    var isNever: Bool {
        if case .never = origin { true } else { false }
    }

    /// As the element or field of a literal: its shape, or none where that would nest too deep.
    var nested: (shape: Shape, depth: Int) {
        depth < Inferred.depthLimit ? (shape, depth + 1) : (.any, 1)
    }

    /// What is known where the value is one of two.
    func merged(with other: Inferred) -> Inferred {
        if isNever { return other }
        if other.isNever { return self }
        return Inferred(Shape.merged(shape, other.shape), depth: max(depth, other.depth))
    }

    /// A part of it, such as a field.
    func part(_ shape: Shape) -> Inferred { Inferred(shape, depth: max(0, depth - 1)) }
}

extension Shape {
    static func merged(_ first: Shape, _ second: Shape) -> Shape {
        switch (first, second) {
        case (.type(let a), .type(let b)): a == b ? first : .oneOf([a, b])
        case (.type(.null), let other), (let other, .type(.null)): other.isAny ? .any : .optional(other.withoutNull)
        case (.record(let a), .record(let b)) where a.count <= 64 && b.count <= 64: .record(merged(a, b))
        default: .any
        }
    }

    /// All fields that either has, as reading one of them may be right; their shapes only where they surely agree.
    private static func merged(_ first: [Field], _ second: [Field]) -> [Field] {
        var result = first
        var places: [String: Int] = [:]
        for (index, field) in first.enumerated() { places[field.name] = index }
        for field in second {
            guard let place = places[field.name] else {
                result.append(field)
                continue
            }
            if case .type(let a) = result[place].shape, case .type(let b) = field.shape, a == b { continue }
            result[place].shape = .any
        }
        return result
    }

    /// What a loop with one name gives it in turn.
    var element: Shape {
        switch self {
        case .list(let shape), .stream(let shape): shape
        case .any, .type, .oneOf, .record, .optional: .any
        }
    }
}

/// Fields of values that are no records. ORDER: CoreMember (those whose list is closed and short)
enum TypeFields {
    static func names(of type: ValueType) -> [String]? {
        switch type {
        case .null, .bool, .int, .float, .regex, .list, .function, .stream, .secret: []
        case .string: ["bytes"]
        case .error: ["kind", "message", "status", "code", "operation", "request"]
        case .duration, .datetime, .record, .module: nil
        }
    }
}
