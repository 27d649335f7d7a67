// Arithmetic beyond the machine's fast paths: mixed numbers, strings, durations and datetimes, and the errors.
// Everything that takes `into` writes there and gives true, or raises and gives false.

import CBKSyntax

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension VM {
    /// The largest int up to which every int is exact in a double.
    private static var exactLimit: Int64 { 1 << 53 }

    /// Floored: the sign of the divisor. The divisor is not 0.
    @inline(__always)
    func flooredRemainder(_ left: Int64, _ right: Int64) -> Int64 {
        if right == -1 { return 0 }
        let rest = left % right
        return rest != 0 && (rest ^ right) < 0 ? rest + right : rest
    }

    @inline(never)
    func add(_ left: Value, _ right: Value, into target: UnsafeMutablePointer<Value>) -> Bool {
        switch (left.tag, right.tag) {
        case (Tag.string, Tag.string), (Tag.string, Tag.secret), (Tag.secret, Tag.string), (Tag.secret, Tag.secret):
            let count = left.string.pointee.count + right.string.pointee.count
            guard admit(count) else { return false }
            let joined = makeString(count: count)
            joined.bytes.update(from: left.string.bytes, count: left.string.pointee.count)
            (joined.bytes + left.string.pointee.count).update(from: right.string.bytes, count: right.string.pointee.count)
            let isSecret = left.tag == Tag.secret || right.tag == Tag.secret
            target.pointee = Value(object: joined, tag: isSecret ? Tag.secret : Tag.string)
            return true
        case (Tag.list, Tag.list):
            let count = left.list.pointee.count + right.list.pointee.count
            guard admit(count * MemoryLayout<Value>.stride) else { return false }
            let joined = copy(left.list)
            grow(joined, to: count)
            guard spread(right, into: joined) else { return false }
            target.pointee = Value(joined)
            return true
        case (Tag.duration, Tag.duration), (Tag.datetime, Tag.duration), (Tag.duration, Tag.datetime):
            let (sum, overflow) = left.int.addingReportingOverflow(right.int)
            let tag = left.tag == Tag.duration ? right.tag : left.tag
            if overflow || (tag == Tag.datetime && !CivilTime.range.contains(sum)) { return raiseTime("+", tag) }
            target.pointee = Value(bits: UInt64(bitPattern: sum), tag: tag)
            return true
        default:
            return number(left, right, "+", into: target, { $0.addingReportingOverflow($1) }, { $0 + $1 })
        }
    }

    @inline(never)
    func subtract(_ left: Value, _ right: Value, into target: UnsafeMutablePointer<Value>) -> Bool {
        switch (left.tag, right.tag) {
        case (Tag.duration, Tag.duration), (Tag.datetime, Tag.duration), (Tag.datetime, Tag.datetime):
            let (difference, overflow) = left.int.subtractingReportingOverflow(right.int)
            let isMoment = left.tag == Tag.datetime && right.tag == Tag.duration
            if overflow || (isMoment && !CivilTime.range.contains(difference)) {
                return raiseTime("-", isMoment ? Tag.datetime : Tag.duration)
            }
            target.pointee = Value(bits: UInt64(bitPattern: difference), tag: isMoment ? Tag.datetime : Tag.duration)
            return true
        default:
            return number(left, right, "-", into: target, { $0.subtractingReportingOverflow($1) }, { $0 - $1 })
        }
    }

    @inline(never)
    func multiply(_ left: Value, _ right: Value, into target: UnsafeMutablePointer<Value>) -> Bool {
        switch (left.tag, right.tag) {
        case (Tag.duration, Tag.int), (Tag.int, Tag.duration):
            let (product, overflow) = left.int.multipliedReportingOverflow(by: right.int)
            if overflow { return raiseOverflow("*") }
            target.pointee = Value(duration: product)
            return true
        default:
            return number(left, right, "*", into: target, { $0.multipliedReportingOverflow(by: $1) }, { $0 * $1 })
        }
    }

    @inline(never)
    func divide(_ left: Value, _ right: Value, into target: UnsafeMutablePointer<Value>) -> Bool {
        if left.tag == Tag.duration, right.tag == Tag.duration {
            if right.int == 0 { return raiseDivisionByZero("/") }
            return finish(Double(left.int) / Double(right.int), "/", into: target)
        }
        guard let operands = floats(left, right, "/") else { return false }
        if operands.1 == 0 { return raiseDivisionByZero("/") }
        return finish(operands.0 / operands.1, "/", into: target)
    }

    @inline(never)
    func floorDivide(_ left: Value, _ right: Value, into target: UnsafeMutablePointer<Value>) -> Bool {
        if left.tag == Tag.int, right.tag == Tag.int {
            if right.int == 0 { return raiseDivisionByZero("//") }
            if left.int == .min, right.int == -1 { return raiseOverflow("//") }
            let quotient = left.int / right.int
            let isExact = quotient &* right.int == left.int
            target.pointee = Value(int: !isExact && (left.int < 0) != (right.int < 0) ? quotient - 1 : quotient)
            return true
        }
        guard let operands = floats(left, right, "//") else { return false }
        if operands.1 == 0 { return raiseDivisionByZero("//") }
        return finish((operands.0 / operands.1).rounded(.down), "//", into: target)
    }

    /// 1 where the remainder is 0, 0 where it is not, -1 with an error raised.
    @inline(never)
    func isDivisible(_ value: Value, by divisor: Int) -> Int {
        var rest = Value.null
        return remainder(value, Value(int: divisor), into: &rest) ? areEqual(rest, Value(int: 0)) : -1
    }

    @inline(never)
    func remainder(_ left: Value, _ right: Value, into target: UnsafeMutablePointer<Value>) -> Bool {
        if left.tag == Tag.int, right.tag == Tag.int {
            if right.int == 0 { return raiseDivisionByZero("%") }
            target.pointee = Value(int: flooredRemainder(left.int, right.int))
            return true
        }
        guard let operands = floats(left, right, "%") else { return false }
        if operands.1 == 0 { return raiseDivisionByZero("%") }
        let rest = fmod(operands.0, operands.1)
        return finish(rest != 0 && (rest < 0) != (operands.1 < 0) ? rest + operands.1 : rest, "%", into: target)
    }

    @inline(never)
    func negate(_ value: Value, into target: UnsafeMutablePointer<Value>) -> Bool {
        switch value.tag {
        case Tag.int, Tag.duration:
            let (negated, overflow) = Int64(0).subtractingReportingOverflow(value.int)
            if overflow { return raiseOverflow("-") }
            target.pointee = Value(bits: UInt64(bitPattern: negated), tag: value.tag)
            return true
        case Tag.float:
            target.pointee = Value(float: -value.float)
            return true
        default:
            return raise(.type, "'-' takes a number or a duration, not \(value.typeName)", code: "E0301")
        }
    }

    private func number(
        _ left: Value, _ right: Value, _ name: String, into target: UnsafeMutablePointer<Value>,
        _ ints: (Int64, Int64) -> (partialValue: Int64, overflow: Bool), _ doubles: (Double, Double) -> Double
    ) -> Bool {
        if left.tag == Tag.int, right.tag == Tag.int {
            let (result, overflow) = ints(left.int, right.int)
            if overflow { return raiseOverflow(name) }
            target.pointee = Value(int: result)
            return true
        }
        guard let operands = floats(left, right, name) else { return false }
        return finish(doubles(operands.0, operands.1), name, into: target)
    }

    /// Both as doubles: an int only where it is exact in one.
    private func floats(_ left: Value, _ right: Value, _ name: String) -> (Double, Double)? {
        guard let first = double(left), let second = double(right) else {
            for value in [left, right] where value.tag == Tag.int && double(value) == nil {
                raise(.value, "\(value.int) is not exact as a float: '\(name)' with a float would round it", code: "E0304")
                return nil
            }
            raiseOperator(name, left, right)
            return nil
        }
        return (first, second)
    }

    private func double(_ value: Value) -> Double? {
        if value.tag == Tag.float { return value.float }
        guard value.tag == Tag.int, value.int.magnitude <= UInt64(VM.exactLimit) || Int64(exactly: Double(value.int)) == value.int
        else { return nil }
        return Double(value.int)
    }

    private func finish(_ result: Double, _ name: String, into target: UnsafeMutablePointer<Value>) -> Bool {
        guard result.isFinite else {
            return raise(.overflow, "the result of '\(name)' is not a finite number", code: "E0305")
        }
        target.pointee = Value(float: result)
        return true
    }

    func makeRange(_ lower: Value, _ upper: Value, into target: UnsafeMutablePointer<Value>) -> Bool {
        guard lower.tag == Tag.int, upper.tag == Tag.int else {
            raiseRangeBounds(lower, upper)
            return false
        }
        let stream = makeStream()
        stream.pointee.lower = lower.int
        stream.pointee.upper = upper.int
        target.pointee = Value(object: stream, tag: Tag.stream)
        return true
    }

    package func makeStream() -> UnsafeMutablePointer<StreamObject> {
        let stream = heap.allocate(MemoryLayout<StreamObject>.size, .stream).assumingMemoryBound(to: StreamObject.self)
        stream.pointee.producer = .null
        stream.pointee.lower = 0
        stream.pointee.upper = 0
        stream.pointee.source = nil
        return stream
    }

    /// A stream of the host.
    package func stream(_ source: any StreamSource) -> Value {
        let stream = makeStream()
        stream.pointee.source = .passRetained(source)
        return Value(object: stream, tag: Tag.stream)
    }

    /// A stream of what a closure yields; nil where the value is no closure.
    package func stream(producer: Value) -> Value? {
        guard producer.tag == Tag.closure else { return nil }
        let stream = makeStream()
        stream.pointee.producer = producer
        return Value(object: stream, tag: Tag.stream)
    }

    // MARK: Errors

    @inline(never) @discardableResult
    func raiseOverflow(_ name: String) -> Bool {
        raise(.overflow, "the result of '\(name)' does not fit into 64 bits", code: "E0304")
    }

    private func raiseTime(_ name: String, _ tag: UInt32) -> Bool {
        guard tag == Tag.datetime else { return raiseOverflow(name) }
        return raise(.overflow, "the result of '\(name)' is outside the years 0000 to 9999", code: "E0304")
    }

    @inline(never) @discardableResult
    func raiseDivisionByZero(_ name: String) -> Bool { raise(.value, "'\(name)' by zero", code: "E0306") }

    @inline(never) @discardableResult
    func raiseOperator(_ name: String, _ left: Value, _ right: Value) -> Bool {
        let message =
            left.tag == Tag.secret || right.tag == Tag.secret
            ? "'\(name)' does not know secrets; .reveal() gives the text"
            : "'\(name)' does not go with \(left.typeName) and \(right.typeName)"
        let isText = name == "+" && (left.tag == Tag.string || right.tag == Tag.string)
        return raise(.type, isText ? message + "; \"${…}\" puts any value into a text" : message, code: "E0301")
    }

    @inline(never)
    func raiseRangeBounds(_ lower: Value, _ upper: Value) {
        raise(.type, "'..' takes ints, not \(lower.typeName) and \(upper.typeName)", code: "E0301")
    }
}
