// The machine's state and what natives do with it: make strings, lists, records and errors. `VM` is a handle to
// memory that lives from `init` to `destroy`; only the interpreter's thread uses it.

import CBKCompiler
import CBKSyntax

struct VMState {
    var heap: Heap
    var shapes: ShapeTable
    var interned: [ExactText: UnsafeMutablePointer<StringObject>]
    /// One for each literal; they live as long as the machine.
    var regexes: [RegexMachine]
    /// By literal.
    var regexNumbers: [ExactText: Int]
    var globals: UnsafeMutablePointer<Value>
    var globalCapacity: Int
    var prototypes: [UnsafeMutablePointer<Prototype>]
    /// By built-in number.
    var natives: [NativeEntry]
    /// By method number and the receiver's tag: built-in number, or -1.
    var methods: UnsafeMutablePointer<Int32>
    var catalog: Catalog
    /// The shape of an error's fields.
    var errorShape = ShapeTable.empty
    /// What a name was meant to be, by the name and the type that lacks it: a loop raises the same error often.
    var nearMethods: [String: String?] = [:]
    var builtins: [Builtin]
    /// What an instruction or native raised.
    var pending: ScriptError?
    /// The thrown value, where a script's own `throw` raised.
    var pendingValue: Value
    /// How the last fiber failed, between unwinding and its end.
    var failure: FiberEnd?
    var current: Fiber?
    var budget: Budget
    var steps: Int64
    /// The fuel of the running slice at its start.
    var granted: Int
    /// Steps' worth of work that built-ins have done since the loop took it off its fuel.
    var spent: Int
    var isInterrupted: UnsafeMutablePointer<Int32>
    /// A module's values are being made: only pure built-ins may be called.
    var isPure: Bool
    var scratch: [UInt8]
    /// The host's context of the program: natives of other modules find their services here.
    var services: AnyObject?
    /// What the called built-in is bound to.
    var binding: Int
    /// Fibers that may run or wait, by number.
    var fibers: [UInt64: Fiber]
    var ready: [Fiber]
    var nextFiber: UInt64
    /// Credentials that are no tokens, such as those of the environment: hidden inside longer texts, too.
    var secrets: [String]
    /// Values that host code holds.
    var pinned: [Int: Value]
    var nextPin: Int
}

struct NativeEntry {
    var function: NativeFunction?
    var parameterCount: Int
    var requiredCount: Int
    var isVariadic: Bool
    /// A `.script` body's closure once it has been compiled.
    var closure: Value
}

/// Limits of a run; each exhausted one ends it with an uncatchable error.
package struct Budget: Sendable {
    package var steps: Int64 = 1_000_000_000_000
    package var depth = 10_000
    /// Bytes.
    package var memory = 2 << 30
    /// Bytes of one string, or 16 times the items of one list.
    package var value = 256 << 20

    package init() {}
}

package struct VM {
    let state: UnsafeMutablePointer<VMState>

    @inline(__always) package var heap: Heap { state.pointee.heap }
    /// The object that the program's composition gave; natives cast it to what they need.
    package var services: AnyObject? { state.pointee.services }
    /// The number that the called built-in is bound to, see `Value.init(native:binding:)`; 0: none.
    package var binding: Int { state.pointee.binding }
    /// What `spawn` gave the running fiber's item.
    package var itemContext: AnyObject? { state.pointee.current?.context }

    // MARK: Strings

    /// The one immortal string with that text.
    func intern(_ text: String) -> UnsafeMutablePointer<StringObject> {
        if let known = state.pointee.interned[ExactText(text)] { return known }
        var text = text
        let made = text.withUTF8 { bytes in
            let cell = UnsafeMutableRawPointer.allocate(byteCount: StringObject.bytesOffset + max(8, bytes.count), alignment: 16)
            cell.storeBytes(
                of: ObjectHeader(kind: .string, mark: Heap.immortal, shared: 0, sizeClass: Heap.large, aux: 0),
                as: ObjectHeader.self)
            let string = cell.assumingMemoryBound(to: StringObject.self)
            string.pointee.count = bytes.count
            if let base = bytes.baseAddress { string.bytes.update(from: base, count: bytes.count) }
            _ = string.hash
            return string
        }
        state.pointee.interned[ExactText(text)] = made
        return made
    }

    /// A string with room for `count` bytes, which the caller fills at once.
    @inline(__always)
    package func makeString(count: Int) -> UnsafeMutablePointer<StringObject> {
        let string = heap.allocate(StringObject.bytesOffset + count, .string).assumingMemoryBound(to: StringObject.self)
        string.pointee.count = count
        return string
    }

    @inline(__always)
    package func makeString(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeMutablePointer<StringObject> {
        let string = makeString(count: bytes.count)
        if let base = bytes.baseAddress { string.bytes.update(from: base, count: bytes.count) }
        return string
    }

    package func string(_ text: String) -> Value {
        var text = text
        return text.withUTF8 { Value(makeString($0)) }
    }

    package func string(_ bytes: [UInt8]) -> Value {
        bytes.withUnsafeBufferPointer { Value(makeString($0)) }
    }

    package func secret(_ text: SecretText) -> Value {
        let plain = text.reveal()
        if text.masked == "…", !plain.isEmpty, !state.pointee.secrets.contains(plain) { state.pointee.secrets.append(plain) }
        var value = string(text.reveal())
        value.tag = Tag.secret
        return value
    }

    /// A secret value's text, to be taken out of the machine.
    func secretText(_ value: Value) -> SecretText { SecretText(value.string.text, hiding: state.pointee.secrets) }

    // MARK: Lists

    package func makeList(capacity: Int) -> UnsafeMutablePointer<ListObject> {
        let list = heap.allocate(MemoryLayout<ListObject>.size, .list).assumingMemoryBound(to: ListObject.self)
        list.pointee.count = 0
        list.pointee.capacity = capacity
        list.pointee.items = allocateValues(capacity)
        return list
    }

    package func makeList(_ values: [Value]) -> Value {
        let list = makeList(capacity: values.count)
        for (index, value) in values.enumerated() { (list.pointee.items + index).initialize(to: value) }
        list.pointee.count = values.count
        return Value(list)
    }

    @inline(__always)
    package func append(_ value: Value, to list: UnsafeMutablePointer<ListObject>) {
        if list.pointee.count == list.pointee.capacity { grow(list, to: list.pointee.count + 1) }
        list.pointee.items[list.pointee.count] = value
        list.pointee.count += 1
        heap.stored(value)
    }

    package func grow(_ list: UnsafeMutablePointer<ListObject>, to count: Int) {
        guard count > list.pointee.capacity else { return }
        let capacity = max(count, list.pointee.capacity * 2, 4)
        list.pointee.items = reallocateValues(list.pointee.items, from: list.pointee.capacity, to: capacity)
        list.pointee.capacity = capacity
    }

    // MARK: Errors

    /// Notes the error that the running instruction or native raises, and gives false.
    @discardableResult
    package func raise(_ error: ScriptError) -> Bool {
        state.pointee.pending = error
        state.pointee.pendingValue = .null
        return false
    }

    @inline(never) @discardableResult
    package func raise(_ kind: ScriptError.Kind, _ message: String, code: String? = nil) -> Bool {
        raise(ScriptError(kind, message, code: code))
    }

    /// False, with the error raised, when `bytes` more are over the memory budget or the size of one value.
    @inline(__always)
    package func admit(_ bytes: Int) -> Bool {
        bytes <= state.pointee.budget.value && heap.admits(bytes) ? true : refuse(bytes)
    }

    /// The same for code that throws, such as a reply's.
    package func admitted(_ bytes: Int) throws(ScriptError) {
        if !admit(bytes) { try throwPending() }
    }

    /// Throws the error that was raised, and takes it back.
    func throwPending() throws(ScriptError) {
        let error = state.pointee.pending
        state.pointee.pending = nil
        if let error { throw error }
    }

    /// The same for what a built-in holds outside the heap for a while, which is no value.
    package func admitWork(_ bytes: Int) -> Bool { heap.admits(bytes) ? true : refuse(0) }

    /// Takes note of work beyond a few steps, for the loop to take off its fuel: a step is what an iteration of a small
    /// loop costs, so 64 bytes looked at, or 4 items.
    @inline(__always)
    package func charge(_ steps: Int) { state.pointee.spent &+= steps }

    /// The budget of one value, in bytes.
    package var mostBytes: Int { state.pointee.budget.value }

    @inline(never)
    private func refuse(_ bytes: Int) -> Bool {
        let isValue = bytes > state.pointee.budget.value
        return raise(
            ScriptError(
                .limit,
                isValue
                    ? "a value of \(bytes) bytes is over the budget of \(state.pointee.budget.value) bytes (--max-value)"
                    : "the memory budget of \(state.pointee.budget.memory) bytes is used up (--max-memory)",
                code: isValue ? "E0504" : "E0503", isCatchable: false))
    }
}

extension VM {
    /// The one string for a field's name that comes up often: compared by address.
    package func key(_ name: String) -> UnsafeMutablePointer<StringObject> { intern(name) }
}
