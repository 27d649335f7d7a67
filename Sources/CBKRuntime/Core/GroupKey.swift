// A canonical text for any value that can be compared: two values have the same one just if `==` holds between them.
// Grouping and de-duplication look values up by it. Refuses functions, streams, secrets and what is nested too deep.

/// A string object, or nil with an error raised; `function` is named in it.
func groupKey(_ value: Value, vm: VM, function: String) -> UnsafeMutablePointer<StringObject>? {
    var key = GroupKey()
    if value.tag == Tag.string {
        // Most keys are strings: one byte, then the text.
        let text = value.string
        guard vm.admit(text.pointee.count + 1) else { return nil }
        let made = vm.makeString(count: text.pointee.count + 1)
        made.bytes[0] = GroupKey.mark("s")
        (made.bytes + 1).update(from: text.bytes, count: text.pointee.count)
        return made
    }
    guard key.add(value, vm: vm, function: function, depth: 0), vm.admit(key.bytes.count) else { return nil }
    return key.bytes.withUnsafeBufferPointer { vm.makeString($0) }
}

private struct GroupKey {
    var bytes: [UInt8] = []

    static func mark(_ letter: Unicode.Scalar) -> UInt8 { UInt8(truncatingIfNeeded: letter.value) }

    private mutating func add(_ letter: Unicode.Scalar) { bytes.append(GroupKey.mark(letter)) }

    private mutating func add(_ number: Int64) {
        bytes.append(contentsOf: String(number).utf8)
        add(";")
    }

    /// With its length, so that what follows cannot be taken for a part of it.
    private mutating func add(_ text: UnsafeMutablePointer<StringObject>) {
        add(Int64(text.pointee.count))
        bytes.append(contentsOf: text.buffer)
    }

    mutating func add(_ value: Value, vm: VM, function: String, depth: Int) -> Bool {
        guard depth < VM.deepest else {
            return vm.raise(.limit, "a value nested deeper than \(VM.deepest) levels", code: "E0505")
        }
        switch value.tag {
        case Tag.null: add("n")
        case Tag.bool: add(value.bool ? "t" : "f")
        case Tag.int:
            add("i")
            add(value.int)
        case Tag.float:
            if let whole = Int64(exactly: value.float) {
                add("i")
                add(whole)
            } else {
                add("d")
                add(Int64(bitPattern: value.float.bitPattern))
            }
        case Tag.duration:
            add("u")
            add(value.int)
        case Tag.datetime:
            add("m")
            add(value.int)
        case Tag.regex:
            add("r")
            add(Int64(value.bits))
        case Tag.string:
            add("s")
            add(value.string)
        case Tag.list:
            add("[")
            let list = value.list
            for place in 0..<list.pointee.count {
                guard add(list.pointee.items[place], vm: vm, function: function, depth: depth + 1), admit(vm) else {
                    return false
                }
            }
            add("]")
        case Tag.record: return add(value.record, vm: vm, function: function, depth: depth)
        case Tag.error:
            add("e")
            return add(value.error.pointee.fields, vm: vm, function: function, depth: depth + 1)
        default:
            let hint = value.tag == Tag.secret ? "; .reveal() gives its text" : ""
            return vm.raise(.type, "\(function)() cannot tell values of type \(value.typeName) apart\(hint)", code: "E0330")
        }
        return true
    }

    /// Fields in the order of their names, as equality does not look at their order.
    private mutating func add(_ record: UnsafeMutablePointer<RecordObject>, vm: VM, function: String, depth: Int) -> Bool {
        var fields: [(key: UnsafeMutablePointer<StringObject>, value: Value)] = []
        var cursor = 0
        while let field = vm.next(of: record, &cursor) { fields.append(field) }
        fields.sort { vm.compare($0.key, $1.key) < 0 }
        add("{")
        for field in fields {
            add(field.key)
            guard add(field.value, vm: vm, function: function, depth: depth + 1), admit(vm) else { return false }
        }
        add("}")
        return true
    }

    private func admit(_ vm: VM) -> Bool { vm.admit(bytes.count) }
}
