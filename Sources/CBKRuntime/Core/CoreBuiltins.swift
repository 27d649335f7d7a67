// The core built-ins: conversions, and the methods of strings, lists, records, numbers, moments and streams. One
// table each, joined here; clock, randomness, files and the API are CBKLibrary's.

import CBKCompiler

package enum CoreBuiltins {
    /// Every core built-in, those that are internal to the language too. Built once.
    package static let all: [Builtin] =
        conversions + strings + stringParts + regexes + lists + joining + listChanges + aggregates + records + numbers + moments
        + listPipelines + streamPipelines + reducers + primitives
}

extension CoreBuiltins {
    static let numeric: Shape = .oneOf([.int, .float])
    static let text: Shape = .type(.string)
    static let names: Shape = .oneOf([.string, .list])
    static let whole: Shape = .type(.int)
    static let truth: Shape = .type(.bool)
    static let function: Shape = .type(.function)
    static let items: Shape = .list(.any)
    static let flow: Shape = .stream(.any)
    static let fields: Shape = .type(.record)
}

extension Builtin {
    init(_ signature: Signature, _ function: @escaping NativeFunction) { self.init(signature, .native(function)) }

    /// - Parameter script: an arrow in the language; a method's receiver is its first parameter.
    init(_ signature: Signature, script: String) { self.init(signature, .script(script)) }
}
