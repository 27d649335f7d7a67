// A built-in function: its signature and its body. CBKRuntime lists the core ones, CBKLibrary the rest; the
// program's composition joins them into one catalog, whose order is the bytecode's.

import CBKCompiler

/// A native's C entry: the machine, the arguments, their count. Gives true, or false with an error raised. A stored
/// Swift closure would cost several times as much per call.
package typealias NativeFunction = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int) -> Bool

/// An asynchronous native: takes its arguments on the interpreter's thread, and gives what to do elsewhere.
package typealias AsynchronousFunction = @Sendable (NativeCall) throws(ScriptError) -> AsynchronousRequest

/// Work for another thread, and how its answer becomes a value back on the interpreter's.
package struct AsynchronousRequest: Sendable {
    package var operation: String?
    package var perform: @Sendable () async throws -> Reply
    /// Called where nobody waits for the answer any more.
    package var abandon: (@Sendable () -> Void)?

    package init(operation: String? = nil, perform: @escaping @Sendable () async throws -> Reply) {
        self.operation = operation
        self.perform = perform
    }
}

/// An answer on its way to the interpreter's thread, where `materialize` makes the value.
package struct Reply: Sendable {
    package var materialize: @Sendable (VM) throws(ScriptError) -> Value

    package init(_ materialize: @escaping @Sendable (VM) throws(ScriptError) -> Value) {
        self.materialize = materialize
    }

    package init(_ snapshot: Snapshot) {
        materialize = { vm in vm.value(of: snapshot) }
    }
}

package struct Builtin: Sendable {
    package enum Body: Sendable {
        case native(NativeFunction)
        case asynchronous(AsynchronousFunction)
        /// A function in the language, `(xs, f) => …`: it may call the catalog's internal built-ins.
        case script(String)
    }

    package var signature: Signature
    package var body: Body

    package init(_ signature: Signature, _ body: Body) {
        self.signature = signature
        self.body = body
    }
}

/// A native's view of its call. A method's receiver is argument 0. Arguments left out are `omit`.
package struct NativeCall {
    package let vm: VM
    package let arguments: UnsafeMutablePointer<Value>
    package let count: Int

    @inline(__always)
    package init(_ machine: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer, _ count: Int) {
        vm = VM(state: machine.assumingMemoryBound(to: VMState.self))
        self.arguments = arguments.assumingMemoryBound(to: Value.self)
        self.count = count
    }

    @inline(__always)
    init(vm: VM, arguments: UnsafeMutablePointer<Value>, count: Int) {
        self.vm = vm
        self.arguments = arguments
        self.count = count
    }

    @inline(__always)
    package subscript(_ index: Int) -> Value { arguments[index] }

    /// Gives the call's result. A list or record that an argument holds must be shared first.
    @inline(__always)
    package func give(_ value: Value) -> Bool {
        arguments[-1] = value
        return true
    }

    /// Gives a value that another place holds, too.
    @inline(__always)
    package func giveShared(_ value: Value) -> Bool {
        value.share()
        return give(value)
    }

    /// Says what the call's work is worth in steps, where it grows with its arguments; see `VM.charge`.
    @inline(__always)
    package func charge(_ steps: Int) { vm.charge(steps) }

    /// Raises the error that ends the call.
    package func fail(_ kind: ScriptError.Kind, _ message: String, code: String? = nil) -> Bool {
        vm.raise(kind, message, code: code)
    }

    package func fail(_ error: ScriptError) -> Bool { vm.raise(error) }

    /// Raises that an argument has the wrong type: `pad() takes an int as 'width', not a string`.
    package func failType(_ index: Int, expected: String, function: String, parameter: String) -> Bool {
        vm.raise(.type, "\(function)() takes \(expected) as '\(parameter)', not \(described(self[index]))", code: "E0302")
    }

    private func described(_ value: Value) -> String {
        let name = value.typeName
        return name.first.map { "aeiou".contains($0) } == true ? "an \(name)" : value.isNull ? "null" : "a \(name)"
    }
}

/// What a stream of the host makes for each use. Made by natives, owned by stream objects.
package protocol StreamSource: AnyObject, Sendable {
    /// Starts at the beginning.
    func open() throws(ScriptError) -> any StreamCursor
}

/// One use of a host's stream.
package protocol StreamCursor: AnyObject, Sendable {
    /// The next values as a reply that makes a list; an empty list is the end.
    func next() async throws -> Reply
    /// Called when the use ends early or late; more than once is possible.
    func close()
}
