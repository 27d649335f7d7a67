// Values as text: for interpolation and print (`text`), and as the language writes them (`literal`). Secrets are
// masked in both; an interpolation that holds one is a secret itself.

import CBKSyntax

extension VM {
    /// A value as `print` and `"${…}"` show it: a string as it is, anything else as the language writes it.
    /// - Returns: nil, with the error raised, where the text is over the budget of one value.
    package func text(of value: Value) -> String? {
        if value.tag == Tag.string { return value.string.text }
        var writer = TextWriter(vm: self)
        writer.limit = state.pointee.budget.value
        writer.write(value, depth: 0)
        guard admit(writer.bytes.count) else { return nil }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// A value as the language writes it, strings in quotes; cut after about `limit` bytes.
    package func literal(_ value: Value, limit: Int = .max) -> String {
        var writer = TextWriter(vm: self)
        writer.limit = limit
        writer.writeQuoted(value, depth: 0)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        return text.utf8.count > limit ? String(text.prefix(limit)) + "…" : text
    }

    /// `"${a}${b}"`
    @inline(never)
    func concatenate(_ parts: UnsafeMutablePointer<Value>, count: Int, into target: UnsafeMutablePointer<Value>) -> Bool {
        var length = 0
        for index in 0..<count {
            switch parts[index].tag {
            case Tag.string: length += parts[index].string.pointee.count
            case Tag.int: length += decimalLength(parts[index].int)
            default: return concatenateAny(parts, count: count, into: target)
            }
        }
        guard admit(length) else { return false }
        let made = makeString(count: length)
        var end = made.bytes
        for index in 0..<count {
            if parts[index].tag == Tag.string {
                let part = parts[index].string
                end.update(from: part.bytes, count: part.pointee.count)
                end += part.pointee.count
            } else {
                end += decimalLength(parts[index].int)
                writeDecimal(parts[index].int, before: end)
            }
        }
        target.pointee = Value(made)
        return true
    }

    private func concatenateAny(
        _ parts: UnsafeMutablePointer<Value>, count: Int, into target: UnsafeMutablePointer<Value>
    ) -> Bool {
        var writer = TextWriter(vm: self)
        swap(&writer.bytes, &state.pointee.scratch)
        writer.bytes.removeAll(keepingCapacity: true)
        writer.limit = state.pointee.budget.value
        var isSecret = false
        for index in 0..<count {
            let value = parts[index]
            switch value.tag {
            case Tag.string: writer.bytes.append(contentsOf: value.string.buffer)
            case Tag.secret:
                isSecret = true
                writer.bytes.append(contentsOf: value.string.buffer)
            case Tag.int: writer.write(value.int)
            default: writer.write(value, depth: 0)
            }
            if writer.bytes.count > writer.limit { break }
        }
        let isAdmitted = admit(writer.bytes.count)
        if isAdmitted {
            let made = writer.bytes.withUnsafeBufferPointer { makeString($0) }
            target.pointee = Value(object: made, tag: isSecret ? Tag.secret : Tag.string)
        }
        swap(&writer.bytes, &state.pointee.scratch)
        if state.pointee.scratch.capacity > 1 << 20 { state.pointee.scratch = [] }
        return isAdmitted
    }
}

/// How many bytes an int takes as text.
@inline(__always)
private func decimalLength(_ number: Int64) -> Int {
    var length = number < 0 ? 2 : 1
    var rest = number.magnitude
    while rest >= 10_000 {
        rest /= 10_000
        length += 4
    }
    return length + (rest >= 1000 ? 3 : rest >= 100 ? 2 : rest >= 10 ? 1 : 0)
}

/// Writes an int's text so that it ends before `end`.
@inline(__always)
private func writeDecimal(_ number: Int64, before end: UnsafeMutablePointer<UInt8>) {
    var rest = number.magnitude
    var place = end
    repeat {
        place -= 1
        place.pointee = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
    } while rest != 0
    if number < 0 { (place - 1).pointee = 0x2D }
}

/// Milliseconds as the language writes a duration: `1h30m`, `250ms`, `0s`.
package func durationText(_ milliseconds: Int64) -> String {
    if milliseconds == 0 { return "0s" }
    var rest = milliseconds.magnitude
    var text = milliseconds < 0 ? "-" : ""
    for (size, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")] as [(UInt64, String)] {
        if rest >= size {
            text += "\(rest / size)\(unit)"
            rest %= size
        }
    }
    return text
}

/// Milliseconds since the epoch as RFC 3339 in UTC.
package func datetimeText(_ milliseconds: Int64) -> String { CivilTime(milliseconds: milliseconds).rfc3339 }

private struct TextWriter {
    let vm: VM
    var bytes: [UInt8] = []
    var limit = Int.max

    init(vm: VM) { self.vm = vm }

    mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func write(_ number: Int64) {
        let length = decimalLength(number)
        bytes.append(contentsOf: repeatElement(0x30, count: length))
        bytes.withUnsafeMutableBufferPointer { buffer in
            if let start = buffer.baseAddress { writeDecimal(number, before: start + buffer.count) }
        }
    }

    mutating func write(_ value: Value, depth: Int) {
        switch value.tag {
        case Tag.int: write(value.int)
        case Tag.float: write("\(value.float)")
        case Tag.bool: write(value.bool ? "true" : "false")
        case Tag.null: write("null")
        case Tag.duration: write(durationText(value.int))
        case Tag.datetime: write(datetimeText(value.int))
        case Tag.omit: write("omit")
        case Tag.regex: write(vm.regex(value).literal)
        case Tag.string: bytes.append(contentsOf: value.string.buffer)
        case Tag.secret: write(vm.secretText(value).masked)
        case Tag.list: writeList(value.list, depth)
        case Tag.record: writeRecord(value.record, depth)
        case Tag.native: write("<function \(vm.state.pointee.builtins[value.native].signature.name)>")
        case Tag.closure:
            let chunk = value.closure.pointee.prototype.pointee.info.takeUnretainedValue().chunk
            write(chunk.isNamed ? "<function \(chunk.name)>" : "<function>")
        case Tag.stream:
            let stream = value.stream
            if stream.pointee.source == nil, stream.pointee.producer.isNull {
                write("\(stream.pointee.lower)..\(stream.pointee.upper)")
            } else {
                write("<stream>")
            }
        case Tag.error: write("error: \(vm.scriptError(of: value).message)")
        default: write("<\(value.typeName)>")
        }
    }

    mutating func writeQuoted(_ value: Value, depth: Int) {
        guard value.tag == Tag.string else { return write(value, depth: depth) }
        bytes.append(0x22)
        for byte in value.string.buffer {
            switch byte {
            case 0x22: write("\\\"")
            case 0x5C: write("\\\\")
            case 0x0A: write("\\n")
            case 0x0D: write("\\r")
            case 0x09: write("\\t")
            case 0x24: write("\\$")
            case 0..<0x20, 0x7F: write("\\u{\(String(byte, radix: 16))}")
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }

    private mutating func writeList(_ list: UnsafeMutablePointer<ListObject>, _ depth: Int) {
        guard depth < VM.deepest else { return write("[…]") }
        bytes.append(0x5B)
        for index in 0..<list.pointee.count where bytes.count <= limit {
            if index > 0 { write(", ") }
            writeQuoted(list.pointee.items[index], depth: depth + 1)
        }
        bytes.append(0x5D)
    }

    private mutating func writeRecord(_ record: UnsafeMutablePointer<RecordObject>, _ depth: Int) {
        guard depth < VM.deepest else { return write("{…}") }
        var cursor = 0
        var isFirst = true
        while bytes.count <= limit, let (key, value) = vm.next(of: record, &cursor) {
            write(isFirst ? "{ " : ", ")
            isFirst = false
            if isWord(key) { bytes.append(contentsOf: key.buffer) } else { writeQuoted(Value(key), depth: depth) }
            write(": ")
            writeQuoted(value, depth: depth + 1)
        }
        write(isFirst ? "{}" : " }")
    }

    private func isWord(_ key: UnsafeMutablePointer<StringObject>) -> Bool {
        guard let first = key.buffer.first, !(0x30...0x39).contains(first) else { return false }
        return key.buffer.allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5F
        }
    }
}
