// What a built-in takes and gives, as data. One entry feeds the checker, completion, help and the
// reference; CBKRuntime and CBKLibrary put a body beside it.

/// The types of the language, as `type(x)` names them.
package enum ValueType: String, Sendable, CaseIterable {
    case null, bool, int, float, string, duration, datetime, regex, list, record, function, stream, module, error, secret
}

/// What is known of a value before the run.
package indirect enum Shape: Sendable {
    case any
    case type(ValueType)
    /// One of several types, such as int or float.
    case oneOf([ValueType])
    /// A record with just these fields: reading another is an error before the run.
    case record([Field])
    case list(Shape)
    case stream(Shape)
    /// That, or null.
    case optional(Shape)

    package struct Field: Sendable {
        package var name: String
        package var shape: Shape
        package var summary: String

        package init(_ name: String, _ shape: Shape, _ summary: String = "") {
            self.name = name
            self.shape = shape
            self.summary = summary
        }
    }
}

/// What calling a built-in may change, or depends on beside its arguments.
package enum Effect: String, Sendable {
    case pure, read, create, update, delete
    /// It asks the person at the terminal.
    case ask
    /// It prints, waits, or writes a file: nothing at the target.
    case local

    package var isWrite: Bool { self == .create || self == .update || self == .delete }
}

package struct Signature: Sendable {
    package struct Parameter: Sendable {
        package var name: String
        package var shape: Shape
        /// The default as help shows it; nil means required.
        package var defaultText: String?
        package var summary: String
        /// Takes all positional arguments that are left, as separate arguments.
        package var isVariadic: Bool
        /// May only be given by its name.
        package var isNamedOnly: Bool

        package init(
            _ name: String, _ shape: Shape = .any, default defaultText: String? = nil, _ summary: String = "",
            isVariadic: Bool = false, isNamedOnly: Bool = false
        ) {
            self.name = name
            self.shape = shape
            self.defaultText = defaultText
            self.summary = summary
            self.isVariadic = isVariadic
            self.isNamedOnly = isNamedOnly
        }

        package var isRequired: Bool { defaultText == nil && !isVariadic }
    }

    /// `print`, `users.token.create`, or for a method its bare name.
    package var name: String
    /// The types a method is called on; empty for a function.
    package var receivers: [ValueType]
    /// Without the receiver and without the request's fields.
    package var parameters: [Parameter]
    /// The fields of the request object: given as named arguments or as one record after the
    /// parameters; the body gets one record as its last argument (null when none was given). nil: no request.
    package var request: [Shape.Field]?
    package var answer: Shape
    package var effect: Effect
    /// One line.
    package var summary: String
    /// A line of code that works in the sandbox.
    package var example: String
    /// Hidden from completion and help; the language's own machinery.
    package var isInternal: Bool

    package init(
        _ name: String, on receivers: [ValueType] = [], _ parameters: [Parameter] = [], request: [Shape.Field]? = nil,
        gives answer: Shape = .any, effect: Effect = .pure, _ summary: String, example: String = "",
        isInternal: Bool = false
    ) {
        self.name = name
        self.receivers = receivers
        self.parameters = parameters
        self.request = request
        self.answer = answer
        self.effect = effect
        self.summary = summary
        self.example = example
        self.isInternal = isInternal
    }
}

/// All built-ins that a program may name. An index in it is the built-in's number in bytecode.
package struct Catalog: Sendable {
    package let signatures: [Signature]
    private let functions: [String: Int]
    private let methods: [String: [ValueType: Int]]
    private let modules: Set<String>
    private let methodNumbers: [String: Int]

    package init(_ signatures: [Signature]) {
        self.signatures = signatures
        var functions: [String: Int] = [:]
        var methods: [String: [ValueType: Int]] = [:]
        var modules: Set<String> = []
        for (index, signature) in signatures.enumerated() {
            guard signature.receivers.isEmpty else {
                for receiver in signature.receivers {
                    methods[signature.name, default: [:]][receiver] = index
                }
                continue
            }
            functions[signature.name] = index
            var prefix = ""
            for part in signature.name.split(separator: ".").dropLast() {
                prefix += prefix.isEmpty ? String(part) : "." + part
                modules.insert(prefix)
            }
        }
        self.functions = functions
        self.methods = methods
        self.modules = modules
        methodNames = methods.keys.sorted()
        methodNumbers = Dictionary(uniqueKeysWithValues: methodNames.enumerated().map { ($1, $0) })
    }

    /// The number of a function by its full name, such as `users.create`.
    package func function(_ name: String) -> Int? { functions[name] }

    /// Whether a name is a module of built-ins, such as `users` or `users.token`.
    package func isModule(_ name: String) -> Bool { modules.contains(name) }

    /// The methods of that name, by the type they are called on.
    package func methods(named name: String) -> [ValueType: Int] { methods[name] ?? [:] }

    /// The names of all methods, sorted: a name's place is the method's number in bytecode.
    package let methodNames: [String]

    package func methodNumber(_ name: String) -> Int? { methodNumbers[name] }

    /// The names of a type's methods that programs may use, sorted.
    package func methodNames(on type: ValueType) -> [String] {
        methodNames.filter { name in methods[name]?[type].map { !signatures[$0].isInternal } ?? false }
    }

    /// The last parts of the names directly inside a module: `create`, `token`; of all top-level names for "".
    package func members(ofModule module: String) -> [String] {
        let prefix = module.isEmpty ? "" : module + "."
        var names: Set<String> = []
        for name in functions.keys where name.hasPrefix(prefix) {
            if let first = name.dropFirst(prefix.count).split(separator: ".").first { names.insert(String(first)) }
        }
        return names.sorted()
    }
}
