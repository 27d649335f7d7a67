// The layouts of heap objects. Each begins with a header; `Heap` allocates, marks and frees them.

/// ORDER: ObjectKind
package enum ObjectKind: UInt8 {
    case free, string, list, record, closure, stream, error, box, iterator
}

package struct ObjectHeader {
    package var kind: ObjectKind
    /// The colour of the last marking that reached the object; `Heap.immortal` is never freed.
    package var mark: UInt8
    /// 1: more than one place may hold this list or record; writing copies it first.
    package var shared: UInt8
    /// The heap's size class, or `Heap.large`.
    package var sizeClass: UInt8
    /// A string's hash (0: not computed); a record's shape number; a box's item number; a closure's capture count.
    package var aux: UInt32
}

/// UTF-8 bytes follow. Secrets have the same layout.
package struct StringObject {
    package var header: ObjectHeader
    package var count: Int

    package static var bytesOffset: Int { 16 }
}

extension UnsafeMutablePointer where Pointee == StringObject {
    @inline(__always) package var bytes: UnsafeMutablePointer<UInt8> {
        (UnsafeMutableRawPointer(self) + StringObject.bytesOffset).assumingMemoryBound(to: UInt8.self)
    }
    @inline(__always) package var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: bytes, count: pointee.count) }
    /// A Swift copy.
    package var text: String { String(decoding: buffer, as: UTF8.self) }

    /// The hash of the bytes, never 0; computed once.
    @inline(__always) package var hash: UInt32 {
        let known = pointee.header.aux
        if known != 0 { return known }
        let computed = hashBytes(buffer)
        pointee.header.aux = computed
        return computed
    }

    @inline(__always) package func equals(_ other: UnsafeMutablePointer<StringObject>) -> Bool {
        if self == other { return true }
        return pointee.count == other.pointee.count && equalBytes(bytes, other.bytes, pointee.count)
    }
}

/// `items` is owned: freed with the object.
package struct ListObject {
    package var header: ObjectHeader
    package var count: Int
    package var capacity: Int
    package var items: UnsafeMutablePointer<Value>
}

/// With a shape (header.aux ≠ 0): `slots` are the values, inline behind the object or owned. Without: `slots` is nil and
/// `table` is owned.
package struct RecordObject {
    package var header: ObjectHeader
    package var slots: UnsafeMutablePointer<Value>?
    var table: UnsafeMutablePointer<RecordTable>?
    var capacity: Int32
    var isInline: Int32

    static var inlineOffset: Int { 32 }
}

/// Captured values follow.
struct ClosureObject {
    var header: ObjectHeader
    var prototype: UnsafeMutablePointer<Prototype>

    static var capturesOffset: Int { 16 }
}

extension UnsafeMutablePointer where Pointee == ClosureObject {
    @inline(__always) var captures: UnsafeMutablePointer<Value> {
        (UnsafeMutableRawPointer(self) + ClosureObject.capturesOffset).assumingMemoryBound(to: Value.self)
    }
}

/// A recipe: a closure that yields, a range, or a source of the host.
package struct StreamObject {
    package var header: ObjectHeader
    /// A closure, or null.
    package var producer: Value
    package var lower: Int64
    package var upper: Int64
    /// Owned: a `StreamSource`.
    package var source: Unmanaged<AnyObject>?
}

package struct ErrorObject {
    package var header: ObjectHeader
    /// `kind message status code operation request`
    package var fields: Value
    /// Owned: an `ErrorOrigin`.
    package var origin: Unmanaged<AnyObject>?
}

struct BoxObject {
    var header: ObjectHeader
    var value: Value
}

/// A stream in use. `fiber` is owned, `cursor` too.
struct IteratorObject {
    var header: ObjectHeader
    /// A list of values that have arrived, and how many of them are used up.
    var buffer: Value
    var index: Int
    var fiber: Unmanaged<Fiber>?
    var cursor: Unmanaged<AnyObject>?
}

@inline(__always)
func equalBytes(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var offset = 0
    let left = UnsafeRawPointer(left)
    let right = UnsafeRawPointer(right)
    while offset + 8 <= count {
        if left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        {
            return false
        }
        offset += 8
    }
    while offset < count {
        if left.load(fromByteOffset: offset, as: UInt8.self) != right.load(fromByteOffset: offset, as: UInt8.self) {
            return false
        }
        offset += 1
    }
    return true
}

/// A multiply-and-fold hash over eight bytes at a time; never 0.
package func hashBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
    guard let base = bytes.baseAddress else { return 1 }
    let raw = UnsafeRawPointer(base)
    var offset = 0
    while offset + 8 <= bytes.count {
        state = fold(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        offset += 8
    }
    if offset < bytes.count {
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(raw.load(fromByteOffset: offset, as: UInt8.self))
            offset += 1
        }
        state = fold(state ^ rest)
    }
    return max(1, UInt32(truncatingIfNeeded: state ^ state >> 32))
}

@inline(__always)
private func fold(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
}
