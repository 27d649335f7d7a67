// A value of the language in 16 bytes: what it is, and its bits or the address of its heap object.
//
// Invariant: a value whose tag is a heap tag holds the address of a live object of that kind. Values own nothing:
// the heap's collector finds them in registers, frames, globals and objects.

import CBKCompiler

/// What a value is. Tags from `string` on are heap objects; the tag of int is 0, so that one `or` tests two.
package enum Tag {
    @inline(__always) package static var int: UInt32 { 0 }
    @inline(__always) package static var float: UInt32 { 1 }
    @inline(__always) package static var bool: UInt32 { 2 }
    @inline(__always) package static var null: UInt32 { 3 }
    @inline(__always) package static var duration: UInt32 { 4 }
    @inline(__always) package static var datetime: UInt32 { 5 }
    /// An argument left out, or a field to drop.
    @inline(__always) package static var omit: UInt32 { 6 }
    /// A variable before its definition.
    @inline(__always) package static var undefined: UInt32 { 7 }
    /// A built-in function: its number.
    @inline(__always) package static var native: UInt32 { 8 }
    /// A regular expression: its number in the machine, which has each literal once.
    @inline(__always) package static var regex: UInt32 { 9 }
    @inline(__always) package static var string: UInt32 { 16 }
    @inline(__always) package static var secret: UInt32 { 17 }
    @inline(__always) package static var list: UInt32 { 18 }
    @inline(__always) package static var record: UInt32 { 19 }
    @inline(__always) package static var closure: UInt32 { 20 }
    @inline(__always) package static var stream: UInt32 { 21 }
    @inline(__always) package static var error: UInt32 { 22 }
    @inline(__always) package static var box: UInt32 { 23 }
    @inline(__always) package static var iterator: UInt32 { 24 }
    @inline(__always) package static var end: UInt32 { 25 }
}

package struct Value {
    package var bits: UInt64
    /// Half as wide as its place, so that a copy is two moves of different widths: the compiler joins equal ones into one of 16
    /// bytes, and reading a value that was just written in halves then waits for the store.
    package var tag: UInt32

    @inline(__always) package init(bits: UInt64, tag: UInt32) {
        self.bits = bits
        self.tag = tag
    }
    @inline(__always) package init(int: Int64) { self.init(bits: UInt64(bitPattern: int), tag: Tag.int) }
    @inline(__always) package init(int: Int) { self.init(int: Int64(int)) }
    @inline(__always) package init(float: Double) { self.init(bits: float.bitPattern, tag: Tag.float) }
    @inline(__always) package init(bool: Bool) { self.init(bits: bool ? 1 : 0, tag: Tag.bool) }
    @inline(__always) package init(duration: Int64) { self.init(bits: UInt64(bitPattern: duration), tag: Tag.duration) }
    @inline(__always) package init(datetime: Int64) { self.init(bits: UInt64(bitPattern: datetime), tag: Tag.datetime) }
    @inline(__always) package init(native index: Int) { self.init(bits: UInt64(index), tag: Tag.native) }
    /// A built-in that its calls find bound to a number of the host's, as `VM.binding`.
    package init(native index: Int, binding: Int) {
        self.init(bits: UInt64(index) | UInt64(binding) << 32, tag: Tag.native)
    }
    /// The number of a built-in.
    @inline(__always) var native: Int { Int(bits & 0xFFFF_FFFF) }
    @inline(__always) init(object: UnsafeMutableRawPointer, tag: UInt32) {
        self.init(bits: UInt64(UInt(bitPattern: object)), tag: tag)
    }
    @inline(__always) package init(_ string: UnsafeMutablePointer<StringObject>) { self.init(object: string, tag: Tag.string) }
    @inline(__always) package init(_ list: UnsafeMutablePointer<ListObject>) { self.init(object: list, tag: Tag.list) }
    @inline(__always) package init(_ record: UnsafeMutablePointer<RecordObject>) { self.init(object: record, tag: Tag.record) }

    @inline(__always) package static var null: Value { Value(bits: 0, tag: Tag.null) }
    @inline(__always) package static var omit: Value { Value(bits: 0, tag: Tag.omit) }
    @inline(__always) static var undefined: Value { Value(bits: 0, tag: Tag.undefined) }

    @inline(__always) package var isNull: Bool { tag == Tag.null }
    @inline(__always) package var isOmit: Bool { tag == Tag.omit }
    @inline(__always) var isHeap: Bool { tag >= Tag.string }
    @inline(__always) package var isInt: Bool { tag == Tag.int }
    @inline(__always) package var isString: Bool { tag == Tag.string }
    @inline(__always) package var int: Int64 { Int64(bitPattern: bits) }
    @inline(__always) package var float: Double { Double(bitPattern: bits) }
    @inline(__always) package var bool: Bool { bits != 0 }

    /// The address of the object. Only for heap tags: an object's address is never zero.
    @inline(__always) var address: UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(bitPattern: UInt(bits)).unsafelyUnwrapped
    }
    @inline(__always) var header: UnsafeMutablePointer<ObjectHeader> { address.assumingMemoryBound(to: ObjectHeader.self) }
    /// Of a string or secret.
    @inline(__always) package var string: UnsafeMutablePointer<StringObject> {
        address.assumingMemoryBound(to: StringObject.self)
    }
    @inline(__always) package var list: UnsafeMutablePointer<ListObject> { address.assumingMemoryBound(to: ListObject.self) }
    @inline(__always) package var record: UnsafeMutablePointer<RecordObject> {
        address.assumingMemoryBound(to: RecordObject.self)
    }
    @inline(__always) var closure: UnsafeMutablePointer<ClosureObject> { address.assumingMemoryBound(to: ClosureObject.self) }
    @inline(__always) package var stream: UnsafeMutablePointer<StreamObject> {
        address.assumingMemoryBound(to: StreamObject.self)
    }
    @inline(__always) package var error: UnsafeMutablePointer<ErrorObject> { address.assumingMemoryBound(to: ErrorObject.self) }
    @inline(__always) var box: UnsafeMutablePointer<BoxObject> { address.assumingMemoryBound(to: BoxObject.self) }
    @inline(__always) var iterator: UnsafeMutablePointer<IteratorObject> { address.assumingMemoryBound(to: IteratorObject.self) }

    /// From now on more than one place may hold the list or record.
    @inline(__always) package func share() {
        if tag == Tag.list || tag == Tag.record { header.pointee.shared = 1 }
    }

    /// The type's name in the language; nil for what no script sees.
    package var type: ValueType? {
        switch tag {
        case Tag.int: .int
        case Tag.float: .float
        case Tag.bool: .bool
        case Tag.null: .null
        case Tag.duration: .duration
        case Tag.datetime: .datetime
        case Tag.regex: .regex
        case Tag.native, Tag.closure: .function
        case Tag.string: .string
        case Tag.secret: .secret
        case Tag.list: .list
        case Tag.record: .record
        case Tag.stream: .stream
        case Tag.error: .error
        default: nil
        }
    }

    /// For messages: `int`, `string`, `nothing (omit)`.
    package var typeName: String { type?.rawValue ?? "nothing (an omitted value)" }
}
