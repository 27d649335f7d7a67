// Equality, order and membership. Outcomes are 1, 0, or -1 with an error raised.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension VM {
    static var deepest: Int { 500 }

    @inline(never)
    package func areEqual(_ left: Value, _ right: Value) -> Int { areEqual(left, right, depth: 0) }

    private func areEqual(_ left: Value, _ right: Value, depth: Int) -> Int {
        if left.tag != right.tag {
            if left.tag == Tag.int, right.tag == Tag.float { return Int64(exactly: right.float) == left.int ? 1 : 0 }
            if left.tag == Tag.float, right.tag == Tag.int { return Int64(exactly: left.float) == right.int ? 1 : 0 }
            if (left.tag == Tag.secret && right.tag == Tag.string) || (left.tag == Tag.string && right.tag == Tag.secret) {
                return left.string.equals(right.string) ? 1 : 0
            }
            // A list is what a stream is taken for; anything else it surely is not.
            if (left.tag == Tag.stream && right.tag == Tag.list) || (left.tag == Tag.list && right.tag == Tag.stream) {
                return raiseStreams()
            }
            return 0
        }
        switch left.tag {
        case Tag.float: return left.float == right.float ? 1 : 0
        case Tag.string, Tag.secret:
            charge(left.string.pointee.count >> 6)
            return left.string.equals(right.string) ? 1 : 0
        case Tag.list:
            if left.bits == right.bits { return 1 }
            guard checkDepth(depth) else { return -1 }
            let (first, second) = (left.list, right.list)
            guard first.pointee.count == second.pointee.count else { return 0 }
            guard work(1 + first.pointee.count >> 2) else { return -1 }
            for index in 0..<first.pointee.count {
                let outcome = areEqual(first.pointee.items[index], second.pointee.items[index], depth: depth + 1)
                if outcome != 1 { return outcome }
            }
            return 1
        case Tag.record:
            if left.bits == right.bits { return 1 }
            guard checkDepth(depth) else { return -1 }
            guard count(of: left.record) == count(of: right.record) else { return 0 }
            guard work(1 + count(of: left.record) >> 2) else { return -1 }
            var cursor = 0
            while let (key, value) = next(of: left.record, &cursor) {
                guard let other = get(key, of: right.record) else { return 0 }
                let outcome = areEqual(value, other, depth: depth + 1)
                if outcome != 1 { return outcome }
            }
            return 1
        case Tag.stream: return raiseStreams()
        case Tag.error:
            return areEqual(left.error.pointee.fields, right.error.pointee.fields, depth: depth + 1)
        default: return left.bits == right.bits ? 1 : 0
        }
    }

    private func raiseStreams() -> Int {
        raise(.type, "'==' does not compare streams; .to_list() gives their values", code: "E0301")
        return -1
    }

    private func checkDepth(_ depth: Int) -> Bool {
        depth < VM.deepest || raise(.limit, "a value nested deeper than \(VM.deepest) levels", code: "E0505")
    }

    @inline(never)
    package func isLess(_ left: Value, _ right: Value, orEqual: Bool) -> Int {
        switch (left.tag, right.tag) {
        case (Tag.int, Tag.int), (Tag.duration, Tag.duration), (Tag.datetime, Tag.datetime):
            return (orEqual ? left.int <= right.int : left.int < right.int) ? 1 : 0
        case (Tag.float, Tag.float):
            return (orEqual ? left.float <= right.float : left.float < right.float) ? 1 : 0
        case (Tag.int, Tag.float):
            let order = compare(left.int, right.float)
            return (orEqual ? order <= 0 : order < 0) ? 1 : 0
        case (Tag.float, Tag.int):
            let order = -compare(right.int, left.float)
            return (orEqual ? order <= 0 : order < 0) ? 1 : 0
        case (Tag.string, Tag.string):
            let order = compare(left.string, right.string)
            return (orEqual ? order <= 0 : order < 0) ? 1 : 0
        default:
            raiseOperator(orEqual ? "<=" : "<", left, right)
            return -1
        }
    }

    /// Exact: -1, 0 or 1.
    private func compare(_ int: Int64, _ float: Double) -> Int {
        if float >= 9_223_372_036_854_775_808 { return -1 }
        if float < -9_223_372_036_854_775_808 { return 1 }
        let whole = Int64(float.rounded(.down))
        if int != whole { return int < whole ? -1 : 1 }
        return float > Double(whole) ? -1 : 0
    }

    /// By bytes, which for UTF-8 is by scalar: -1, 0 or 1.
    package func compare(_ left: UnsafeMutablePointer<StringObject>, _ right: UnsafeMutablePointer<StringObject>) -> Int {
        let count = min(left.pointee.count, right.pointee.count)
        if count >= 64 { charge(count >> 6) }
        for index in 0..<count where left.bytes[index] != right.bytes[index] {
            return left.bytes[index] < right.bytes[index] ? -1 : 1
        }
        return left.pointee.count == right.pointee.count ? 0 : left.pointee.count < right.pointee.count ? -1 : 1
    }

    /// `value in container`
    func contains(_ value: Value, in container: Value) -> Int {
        switch container.tag {
        case Tag.list:
            charge(container.list.pointee.count >> 2)
            for index in 0..<container.list.pointee.count {
                let outcome = areEqual(value, container.list.pointee.items[index])
                if outcome != 0 { return outcome }
            }
            return 0
        case Tag.record:
            guard value.tag == Tag.string else {
                raise(.type, "'in' looks for a string among a record's fields, not for \(value.typeName)", code: "E0301")
                return -1
            }
            return get(value.string, of: container.record) == nil ? 0 : 1
        case Tag.string:
            guard value.tag == Tag.string else {
                raise(.type, "'in' looks for a string in a string, not for \(value.typeName)", code: "E0301")
                return -1
            }
            return find(value.string.buffer, in: container.string.buffer, from: 0) >= 0 ? 1 : 0
        case Tag.stream where container.stream.pointee.source == nil && container.stream.pointee.producer.isNull:
            guard value.tag == Tag.int else { return 0 }
            return value.int >= container.stream.pointee.lower && value.int < container.stream.pointee.upper ? 1 : 0
        default:
            raise(.type, "'in' looks into a list, record, string or range, not \(container.typeName)", code: "E0301")
            return -1
        }
    }

    /// The first place of `needle` at or after an offset, or -1. Time grows with the two lengths' sum, whatever they hold.
    package func find(_ needle: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let textBase = text.baseAddress, let needleBase = needle.baseAddress, needle.count > 0 else {
            return needle.count == 0 && start <= text.count ? start : -1
        }
        let (first, end) = (needleBase[0], needleBase[needle.count - 1])
        let last = text.count - needle.count
        var offset = start
        // Places that look right cost a comparison each: when they have cost too much, the needle is of the kind that
        // nearly fits everywhere.
        var allowance = 4096 + needle.count
        while offset <= last {
            let candidate = memchr(textBase + offset, Int32(first), last - offset + 1)
            guard let candidate else { break }
            let place = UnsafeRawPointer(candidate) - UnsafeRawPointer(textBase)
            allowance += (place - offset) * 8
            offset = place
            if textBase[offset + needle.count - 1] == end {
                if equalBytes(textBase + offset, needleBase, needle.count) {
                    charge((offset - start) >> 6)
                    return offset
                }
                allowance -= needle.count
                if allowance < 0 {
                    charge((text.count - start) >> 4)
                    return findSteadily(needle, in: text, from: offset + 1)
                }
            }
            offset += 1
        }
        charge(max(0, text.count - start) >> 6)
        return -1
    }

    /// After Knuth, Morris and Pratt: no byte of the text is looked at twice.
    private func findSteadily(
        _ needle: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int {
        // For each part of the needle from its start: how long its own longest start is that also ends it.
        var borders = [Int](repeating: 0, count: needle.count)
        var length = 0
        for index in 1..<max(1, needle.count) {
            while length > 0, needle[index] != needle[length] { length = borders[length - 1] }
            if needle[index] == needle[length] { length += 1 }
            borders[index] = length
        }
        length = 0
        for index in start..<max(start, text.count) {
            while length > 0, text[index] != needle[length] { length = borders[length - 1] }
            if text[index] == needle[length] { length += 1 }
            if length == needle.count { return index + 1 - length }
        }
        return -1
    }
}
