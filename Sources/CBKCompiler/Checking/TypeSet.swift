// Sets of types, and what a shape allows: two sets without a common type are a mistake for certain.

/// A set of the language's types.
struct TypeSet: OptionSet {
    let rawValue: UInt16

    init(rawValue: UInt16) { self.rawValue = rawValue }

    init(_ type: ValueType) {
        let bit: UInt16 =
            switch type {
            case .null: 0
            case .bool: 1
            case .int: 2
            case .float: 3
            case .string: 4
            case .duration: 5
            case .datetime: 6
            case .regex: 7
            case .list: 8
            case .record: 9
            case .function: 10
            case .stream: 11
            case .module: 12
            case .error: 13
            case .secret: 14
            }
        rawValue = 1 << bit
    }

    static let all = TypeSet(rawValue: (1 << 15) - 1)
    static let null = TypeSet(.null)
    /// What `for` and `batch` run over.
    static let iterable = TypeSet([TypeSet(.list), TypeSet(.record), TypeSet(.stream)])
    static let sequences = TypeSet([TypeSet(.list), TypeSet(.stream)])
    /// What holds no other value, and cannot be changed in place.
    static let plain = TypeSet([.null, .bool, .int, .float, .string, .duration, .datetime].map { TypeSet($0) })

    var types: [ValueType] { ValueType.allCases.filter { contains(TypeSet($0)) } }

    /// `int`, `int or null`.
    var text: String { types.map(\.rawValue).joined(separator: " or ") }
}

extension Shape {
    var types: TypeSet {
        switch self {
        case .any: .all
        case .type(let type): TypeSet(type)
        case .oneOf(let types): types.reduce(into: TypeSet()) { $0.insert(TypeSet($1)) }
        case .record: TypeSet(.record)
        case .list: TypeSet(.list)
        case .stream: TypeSet(.stream)
        case .optional(let shape): shape.types.union(.null)
        }
    }

    var isAny: Bool {
        if case .any = self { true } else { false }
    }

    /// That of the value where it is not null.
    var withoutNull: Shape {
        if case .optional(let shape) = self { shape.withoutNull } else { self }
    }

    /// Whether a value of this shape can never be what a parameter of that shape takes. An int serves as a float,
    /// and what reads a list reads a stream.
    func conflicts(with parameter: Shape) -> Bool {
        var accepted = parameter.types
        if accepted.contains(TypeSet(.float)) { accepted.insert(TypeSet(.int)) }
        if !accepted.isDisjoint(with: .sequences) { accepted.formUnion(.sequences) }
        return types.isDisjoint(with: accepted)
    }
}
