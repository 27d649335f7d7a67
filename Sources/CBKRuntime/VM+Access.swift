// Fields, items and slices: reading them beyond the machine's caches, and writing along a path. Path writes own
// each level first, so that a list or record held elsewhere never changes.

import CBKCompiler
import CBKSyntax

extension VM {
    // MARK: Reading

    /// `base.key`, noting shape and slot in the instruction's word; nil with an error raised.
    @inline(never)
    func field(_ key: UnsafeMutablePointer<StringObject>, of base: Value, cache: UnsafeMutablePointer<Instruction>) -> Value? {
        if base.tag == Tag.record {
            if let value = get(key, of: base.record) {
                note(key, base.record, cache)
                return value
            }
            raiseNoField(key, base.record)
            return nil
        }
        if let value = coreMember(key.text, of: base, vm: self) { return value }
        switch base.tag {
        case Tag.null:
            raise(.type, "null has no field '\(key.text)'; '?.\(key.text)' gives null there", code: "E0307")
        case Tag.secret:
            raise(.type, "a secret has no field '\(key.text)'; .reveal() gives its text", code: "E0307")
        default:
            var message = "\(base.typeName) has no field '\(key.text)'"
            if let near = nearMethod(key.text, of: base) { message += "; did you mean '.\(near)()'?" }
            raise(.type, message, code: "E0307")
        }
        return nil
    }

    private func note(
        _ key: UnsafeMutablePointer<StringObject>, _ record: UnsafeMutablePointer<RecordObject>,
        _ cache: UnsafeMutablePointer<Instruction>
    ) {
        let shape = record.pointee.header.aux
        guard shape != 0 else { return }
        cache.pointee.a = UInt16(truncatingIfNeeded: state.pointee.shapes.shapes[Int(shape)].slot(of: key))
        cache.pointee.b = UInt16(truncatingIfNeeded: shape)
        cache.pointee.c = UInt16(truncatingIfNeeded: shape >> 16)
    }

    @inline(never)
    func optionalField(_ key: UnsafeMutablePointer<StringObject>, of base: Value) -> Value? {
        if base.isNull { return .null }
        if base.tag == Tag.record { return get(key, of: base.record) ?? .null }
        if let value = coreMember(key.text, of: base, vm: self) { return value }
        raise(.type, "\(base.typeName) has no field '\(key.text)'", code: "E0307")
        return nil
    }

    func raiseNoField(_ key: UnsafeMutablePointer<StringObject>, _ record: UnsafeMutablePointer<RecordObject>) {
        let names = fieldNames(record)
        let shown = names.count > 12 ? names.prefix(12).joined(separator: ", ") + ", …" : names.joined(separator: ", ")
        var message =
            names.isEmpty ? "no field '\(key.text)' in an empty record" : "no field '\(key.text)' in record { \(shown) }"
        if let near = suggestion(for: key.text, among: names) { message += "; did you mean '\(near)'?" }
        raise(.name, message, code: "E0307")
    }

    @inline(never)
    func index(_ base: Value, _ key: Value, isOptional: Bool, into target: UnsafeMutablePointer<Value>) -> Bool {
        switch (base.tag, key.tag) {
        case (Tag.record, Tag.string):
            if let value = get(key.string, of: base.record) {
                target.pointee = value
            } else if isOptional {
                target.pointee = .null
            } else {
                raiseNoField(key.string, base.record)
                return false
            }
            return true
        case (Tag.list, Tag.int):
            let count = base.list.pointee.count
            let position = key.int < 0 ? key.int + Int64(count) : key.int
            if position >= 0, position < Int64(count) {
                target.pointee = base.list.pointee.items[Int(position)]
            } else if isOptional {
                target.pointee = .null
            } else {
                return raise(.index, "no item \(key.int) in a list of \(count)", code: "E0308")
            }
            return true
        case (Tag.string, Tag.int):
            guard let range = scalarRange(base.string, key.int, key.int == -1 ? nil : key.int &+ 1) else {
                if isOptional {
                    target.pointee = .null
                    return true
                }
                return raise(.index, "no character \(key.int) in a string of \(scalarCount(base.string))", code: "E0308")
            }
            target.pointee = Value(makeString(UnsafeBufferPointer(rebasing: base.string.buffer[range])))
            return true
        case (Tag.null, _) where isOptional:
            target.pointee = .null
            return true
        case (Tag.null, _):
            return raise(.type, "null has no items; '?[…]' gives null there", code: "E0308")
        case (Tag.stream, _):
            return raise(.type, "a stream has no items by number; .to_list() reads it into a list", code: "E0308")
        default:
            return raiseKey(key, of: base)
        }
    }

    /// How many Unicode scalars a string has.
    package func scalarCount(_ string: UnsafeMutablePointer<StringObject>) -> Int {
        var count = 0
        charge(string.pointee.count >> 5)
        for byte in string.buffer where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// The bytes of the scalars [from, to), negative ones counted from the end; nil where the first does not exist.
    private func scalarRange(_ string: UnsafeMutablePointer<StringObject>, _ from: Int64, _ to: Int64?) -> Range<Int>? {
        let total = Int64(scalarCount(string))
        let start = from < 0 ? from + total : from
        guard start >= 0, start < total else { return nil }
        return byteRange(string, start, to.map { $0 < 0 ? $0 + total : $0 } ?? total)
    }

    private func byteRange(_ string: UnsafeMutablePointer<StringObject>, _ start: Int64, _ end: Int64) -> Range<Int> {
        var scalar: Int64 = -1
        var first = string.pointee.count
        var last = string.pointee.count
        for (offset, byte) in string.buffer.enumerated() where byte & 0xC0 != 0x80 {
            scalar += 1
            if scalar == start { first = offset }
            if scalar == end {
                last = offset
                break
            }
        }
        return first..<max(first, last)
    }

    /// `base[lower..upper]`: the part that exists, so a slice is never out of range.
    @inline(never)
    package func slice(
        _ base: Value, _ lower: Value, _ upper: Value, isOptional: Bool, into target: UnsafeMutablePointer<Value>
    ) -> Bool {
        if base.isNull, isOptional {
            target.pointee = .null
            return true
        }
        guard lower.tag == Tag.int, upper.tag == Tag.int else {
            raiseRangeBounds(lower, upper)
            return false
        }
        guard base.tag == Tag.list || base.tag == Tag.string else {
            return raise(.type, "\(base.typeName) has no slices", code: "E0308")
        }
        let count = Int64(base.tag == Tag.list ? base.list.pointee.count : scalarCount(base.string))
        let start = min(max(0, lower.int < 0 ? lower.int &+ count : lower.int), count)
        let end = min(max(start, upper.int < 0 ? upper.int &+ count : upper.int), count)
        if base.tag == Tag.list {
            guard admit(Int(end - start) * MemoryLayout<Value>.stride) else { return false }
            let part = makeList(capacity: Int(end - start))
            for position in Int(start)..<Int(end) {
                let value = base.list.pointee.items[position]
                value.share()
                append(value, to: part)
            }
            target.pointee = Value(part)
        } else {
            let range = byteRange(base.string, start, end)
            guard admit(range.count) else { return false }
            target.pointee = Value(makeString(UnsafeBufferPointer(rebasing: base.string.buffer[range])))
        }
        return true
    }

    // MARK: Writing

    func own(_ target: UnsafeMutablePointer<Value>) {
        let value = target.pointee
        guard value.tag == Tag.list || value.tag == Tag.record, value.header.pointee.shared != 0 else { return }
        target.pointee = value.tag == Tag.list ? Value(copy(value.list)) : Value(copy(value.record))
    }

    func ownField(
        _ key: UnsafeMutablePointer<StringObject>, of base: Value, cache: UnsafeMutablePointer<Instruction>,
        into target: UnsafeMutablePointer<Value>
    ) -> Bool {
        guard var value = field(key, of: base, cache: cache) else { return false }
        own(&value)
        if base.tag == Tag.record { set(key, in: base.record, to: value) }
        target.pointee = value
        return true
    }

    func ownIndex(_ key: Value, of base: Value, into target: UnsafeMutablePointer<Value>) -> Bool {
        var value = Value.null
        guard index(base, key, isOptional: false, into: &value) else { return false }
        own(&value)
        guard setIndex(key, of: base, to: value) else { return false }
        target.pointee = value
        return true
    }

    func setField(
        _ key: UnsafeMutablePointer<StringObject>, of base: Value, to value: Value, cache: UnsafeMutablePointer<Instruction>
    ) -> Bool {
        guard base.tag == Tag.record else {
            return raise(.type, "\(base.typeName) has no field '\(key.text)' to set", code: "E0307")
        }
        set(key, in: base.record, to: value)
        note(key, base.record, cache)
        return true
    }

    @inline(never)
    func setIndex(_ key: Value, of base: Value, to value: Value) -> Bool {
        switch (base.tag, key.tag) {
        case (Tag.record, Tag.string):
            guard admit(64) else { return false }
            set(key.string, in: base.record, to: value)
            return true
        case (Tag.list, Tag.int):
            let count = base.list.pointee.count
            let position = key.int < 0 ? key.int + Int64(count) : key.int
            guard position >= 0, position < Int64(count) else {
                return raise(.index, "no item \(key.int) in a list of \(count); .push(…) adds one", code: "E0308")
            }
            base.list.pointee.items[Int(position)] = value
            heap.stored(value)
            return true
        default:
            return base.tag == Tag.string
                ? raise(.type, "a string cannot be changed in place; .replace(…) and slices make new ones", code: "E0308")
                : raiseKey(key, of: base)
        }
    }

    // MARK: Literals

    /// A record literal that may drop fields, or is too wide for a shape.
    @inline(never)
    func makeLiteral(_ prototype: UnsafeMutablePointer<Prototype>, layout: Int, _ values: UnsafeMutablePointer<Value>) -> Value {
        let record = makeRecord()
        let names = prototype.pointee.info.takeUnretainedValue().chunk.layouts[layout]
        for (index, name) in names.enumerated() where !values[index].isOmit {
            set(intern(name), in: record, to: values[index])
        }
        return Value(record)
    }

    func spread(_ value: Value, into list: UnsafeMutablePointer<ListObject>) -> Bool {
        guard value.tag == Tag.list else {
            return raise(.type, "'...' in a list takes a list, not \(value.typeName)", code: "E0301")
        }
        let source = value.list
        guard admit(source.pointee.count * MemoryLayout<Value>.stride) else { return false }
        for position in 0..<source.pointee.count {
            let item = source.pointee.items[position]
            item.share()
            append(item, to: list)
        }
        return true
    }

    func spread(_ value: Value, into record: UnsafeMutablePointer<RecordObject>, isCall: Bool) -> Bool {
        guard value.tag == Tag.record else {
            let takes = isCall ? "a call takes a record of named arguments" : "a record takes a record"
            return raise(.type, "'...' in \(takes), not \(value.typeName)", code: "E0301")
        }
        var cursor = 0
        while let (key, item) = next(of: value.record, &cursor) {
            item.share()
            set(key, in: record, to: item)
        }
        return true
    }

    func makeClosure(
        _ prototype: UnsafeMutablePointer<Prototype>, registers: UnsafeMutablePointer<Value>,
        captures: UnsafeMutablePointer<Value>
    ) -> Value {
        let sources = prototype.pointee.info.takeUnretainedValue().chunk.captures
        let size = ClosureObject.capturesOffset + sources.count * MemoryLayout<Value>.stride
        let closure = heap.allocate(size, .closure, aux: UInt32(sources.count)).assumingMemoryBound(to: ClosureObject.self)
        closure.pointee.prototype = prototype
        for (index, source) in sources.enumerated() {
            let value =
                switch source {
                case .register(let register): registers[register]
                case .capture(let capture): captures[capture]
                }
            value.share()
            closure.captures[index] = value
        }
        return Value(object: closure, tag: Tag.closure)
    }
}
