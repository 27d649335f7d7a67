// Methods of strings that look at or change a whole text: case, blanks, search, replacement, padding. ASCII takes a
// fast path; case beyond it is Unicode's.

import CBKCompiler

extension CoreBuiltins {
    static let strings: [Builtin] = [
        Builtin(
            Signature("lower", on: [.string], gives: text, "The text in lower case.", example: "\"Ann@Example.COM\".lower()"),
            StringNative.lower),
        Builtin(
            Signature("upper", on: [.string], gives: text, "The text in upper case.", example: "\"straße\".upper()"),
            StringNative.upper),
        Builtin(
            Signature(
                "trim", on: [.string], gives: text, "The text without blanks (spaces, tabs, line ends) at either end.",
                example: "\"  ann \".trim()"),
            StringNative.trim),
        Builtin(
            Signature(
                "or", on: [.string], [.init("other", .any, default: "omit", "what to use instead; omit drops the field")],
                "The text, or another value where it is blank.", example: "\" \".or(\"unknown\")"),
            StringNative.or),
        Builtin(
            Signature(
                "starts_with", on: [.string], [.init("text", text)], gives: truth, "Whether it begins with a text.",
                example: "\"sk-123\".starts_with(\"sk-\")"),
            StringNative.startsWith),
        Builtin(
            Signature(
                "ends_with", on: [.string], [.init("text", text)], gives: truth, "Whether it ends with a text.",
                example: "\"users.csv\".ends_with(\".csv\")"),
            StringNative.endsWith),
        Builtin(
            Signature(
                "contains", on: [.string], [.init("text", text)], gives: truth, "Whether a text is in it.",
                example: "\"ann@example.com\".contains(\"@\")"),
            StringNative.contains),
        Builtin(
            Signature(
                "index_of", on: [.string], [.init("text", text)], gives: .optional(whole),
                "The place of a text's first character, or null where it is not in it.", example: "\"a@b\".index_of(\"@\")"),
            StringNative.indexOf),
        Builtin(
            Signature(
                "replace", on: [.string], [.init("text", textOrRegex), .init("with", text)], gives: text,
                "Every occurrence of a text, or match of a regular expression, replaced by a text.",
                example: "\"a-b-c\".replace(\"-\", \"\")"),
            StringNative.replace),
        Builtin(
            Signature(
                "pad", on: [.string],
                [
                    .init("width", whole, "in characters"), .init("fill", text, default: "\" \"", "one character"),
                    .init("side", text, default: "\"right\"", "where the fill goes: left, right or both"),
                ], gives: text, "The text filled up to a width; a longer one stays as it is.",
                example: "\"7\".pad(3, \"0\", side: \"left\")"),
            StringNative.pad),
        Builtin(
            Signature(
                "repeat", on: [.string], [.init("times", whole)], gives: text, "The text that many times in a row.",
                example: "\"-\".repeat(20)"),
            StringNative.repeated),
        Builtin(
            Signature(
                "reveal", on: [.secret], gives: text, "The credential itself, as a string that anything may print.",
                example: "users.token.create(users.create(name: \"Ann\").id, name: \"first\").token.reveal().starts_with(\"sk-\")"
            ),
            StringNative.reveal),
    ]
}

private enum StringNative {
    static let lower: NativeFunction = { machine, arguments, count in
        StringNative.changeCase(NativeCall(machine, arguments, count), first: 0x41) { $0.lowercased() }
    }

    static let upper: NativeFunction = { machine, arguments, count in
        StringNative.changeCase(NativeCall(machine, arguments, count), first: 0x61) { $0.uppercased() }
    }

    /// Flips the case bit of the 26 letters from `first` on, or leaves it to Unicode where the text is not ASCII.
    @inline(__always)
    static func changeCase(_ call: NativeCall, first: UInt8, _ unicode: (String) -> String) -> Bool {
        let source = call[0].string
        let count = source.pointee.count
        guard call.vm.admit(count) else { return false }
        let result = call.vm.makeString(count: count)
        let (from, to) = (source.bytes, result.bytes)
        var seen: UInt8 = 0
        for index in 0..<count {
            let byte = from[index]
            seen |= byte
            to[index] = byte &- first < 26 ? byte ^ 0x20 : byte
        }
        if seen < 0x80 { return call.give(Value(result)) }
        guard call.vm.admit(count * 3) else { return false }
        return call.give(call.vm.string(unicode(source.text)))
    }

    static let trim: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let source = call[0].string
        let range = trimmedRange(source.buffer)
        if range.count == source.pointee.count { return call.give(call[0]) }
        return call.give(Value(call.vm.makeString(UnsafeBufferPointer(rebasing: source.buffer[range]))))
    }

    static let or: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        return trimmedRange(call[0].string.buffer).isEmpty ? call.giveShared(call[1]) : call.give(call[0])
    }

    static let startsWith: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let text = call.string(1, of: "starts_with", "text") else { return false }
        let source = call[0].string
        let fits = text.pointee.count <= source.pointee.count
        return call.give(Value(bool: fits && equalBytes(source.bytes, text.bytes, text.pointee.count)))
    }

    static let endsWith: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let text = call.string(1, of: "ends_with", "text") else { return false }
        let source = call[0].string
        let rest = source.pointee.count - text.pointee.count
        return call.give(Value(bool: rest >= 0 && equalBytes(source.bytes + rest, text.bytes, text.pointee.count)))
    }

    static let contains: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let text = call.string(1, of: "contains", "text") else { return false }
        return call.give(Value(bool: call.vm.find(text.buffer, in: call[0].string.buffer, from: 0) >= 0))
    }

    static let indexOf: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let text = call.string(1, of: "index_of", "text") else { return false }
        let source = call[0].string
        let place = call.vm.find(text.buffer, in: source.buffer, from: 0)
        guard place >= 0 else { return call.give(.null) }
        var scalars = 0
        for index in 0..<place where source.bytes[index] & 0xC0 != 0x80 { scalars += 1 }
        return call.give(Value(int: scalars))
    }

    static let replace: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let new = call.string(2, of: "replace", "with"),
            let places = call.occurrences(of: "replace", "text", emptyMessage: "replace() has no text to look for")
        else { return false }
        guard !places.isEmpty else { return call.give(call[0]) }
        let source = call[0].string
        // Both factors are below 2^40, so this cannot overflow.
        var size = source.pointee.count + places.count * new.pointee.count
        for place in places { size -= place.count }
        guard call.vm.admit(size) else { return false }
        let result = call.vm.makeString(count: size)
        var target = result.bytes
        var from = 0
        for place in places {
            target.update(from: source.bytes + from, count: place.lowerBound - from)
            target += place.lowerBound - from
            target.update(from: new.bytes, count: new.pointee.count)
            target += new.pointee.count
            from = place.upperBound
        }
        target.update(from: source.bytes + from, count: source.pointee.count - from)
        return call.give(Value(result))
    }

    static let pad: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let width = call.int(1, of: "pad", "width") else { return false }
        let source = call[0].string
        var fill: [UInt8] = [0x20]
        if call.isGiven(2) {
            guard let given = call.string(2, of: "pad", "fill") else { return false }
            guard call.vm.scalarCount(given) == 1 else {
                return call.fail(.value, "pad() takes one character as 'fill', not \(given.quoted)", code: "E0327")
            }
            fill = Array(given.buffer)
        }
        var side = "right"
        if call.isGiven(3) {
            guard let given = call.string(3, of: "pad", "side") else { return false }
            side = given.text
        }
        guard side == "right" || side == "left" || side == "both" else {
            return call.fail(.value, "pad() takes left, right or both as 'side', not \(call[3].string.quoted)", code: "E0327")
        }
        let length = Int64(call.vm.scalarCount(source))
        guard width > length else { return call.give(call[0]) }
        let missing = Int(clamping: width - length)
        let (added, overflow) = missing.multipliedReportingOverflow(by: fill.count)
        let (size, overflowed) = added.addingReportingOverflow(source.pointee.count)
        guard call.vm.admit(overflow || overflowed ? .max : size) else { return false }
        let before = side == "left" ? missing : side == "both" ? missing / 2 : 0
        let result = call.vm.makeString(count: size)
        let start = before * fill.count
        let end = start + source.pointee.count
        for index in 0..<start { result.bytes[index] = fill[index % fill.count] }
        (result.bytes + start).update(from: source.bytes, count: source.pointee.count)
        for index in end..<size { result.bytes[index] = fill[(index - end) % fill.count] }
        return call.give(Value(result))
    }

    static let repeated: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let times = call.amount(1, of: "repeat", "times") else { return false }
        let source = call[0].string
        let (size, overflow) = Int(clamping: times).multipliedReportingOverflow(by: source.pointee.count)
        guard call.vm.admit(overflow ? .max : size) else { return false }
        let result = call.vm.makeString(count: size)
        // What is there already doubles until it is long enough.
        var filled = min(size, source.pointee.count)
        result.bytes.update(from: source.bytes, count: filled)
        while filled < size {
            let next = min(filled, size - filled)
            (result.bytes + filled).update(from: result.bytes, count: next)
            filled += next
        }
        return call.give(Value(result))
    }

    static let reveal: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        return call.give(Value(call[0].string))
    }
}

/// The bytes between the blanks at both ends; empty for a blank text.
func trimmedRange(_ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
    var start = 0
    var end = bytes.count
    while start < end, let width = blankWidth(bytes, at: start) { start += width }
    while end > start {
        var last = end - 1
        while last > start, bytes[last] & 0xC0 == 0x80 { last -= 1 }
        guard blankWidth(bytes, at: last) == end - last else { break }
        end = last
    }
    return start..<end
}

/// How many bytes the blank character at a place takes; nil where there is none.
func blankWidth(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
    let byte = bytes[place]
    if byte < 0x80 { return byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) ? 1 : nil }
    // Not in the middle of a character.
    guard byte >= 0xC0 else { return nil }
    let width = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
    guard place + width <= bytes.count else { return nil }
    var scalar = UInt32(byte) & (0x7F >> UInt32(width))
    for offset in 1..<width { scalar = scalar << 6 | UInt32(bytes[place + offset] & 0x3F) }
    // A byte order mark inside a text is as invisible as a blank.
    guard let known = Unicode.Scalar(scalar), known.properties.isWhitespace || scalar == 0xFEFF else { return nil }
    return width
}
