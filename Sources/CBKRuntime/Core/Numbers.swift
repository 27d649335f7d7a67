// Methods of ints and floats. What does not fit or is not finite is an error, as in arithmetic.

import CBKCompiler

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension CoreBuiltins {
    static let numbers: [Builtin] = [
        Builtin(
            Signature("abs", on: [.int, .float, .duration], [], "The value without its sign.", example: "(-3).abs()"),
            NumberNative.abs),
        Builtin(
            Signature(
                "round", on: [.int, .float], [.init("digits", whole, default: "whole", "after the point, 0 to 15")],
                gives: numeric, "The nearest int, or float with that many digits; halves go away from zero.",
                example: "2.345.round(2)"),
            NumberNative.round),
        Builtin(
            Signature("floor", on: [.int, .float], gives: whole, "The greatest int not above it.", example: "2.7.floor()"),
            NumberNative.floor),
        Builtin(
            Signature("ceil", on: [.int, .float], gives: whole, "The least int not below it.", example: "2.1.ceil()"),
            NumberNative.ceil),
        Builtin(
            Signature(
                "min", on: [.int, .float, .duration, .datetime], [.init("other")], "The lesser of two values.",
                example: "5.min(3)"),
            NumberNative.min),
        Builtin(
            Signature(
                "max", on: [.int, .float, .duration, .datetime], [.init("other")], "The greater of two values.",
                example: "5.max(3)"),
            NumberNative.max),
        Builtin(
            Signature(
                "pow", on: [.int, .float], [.init("exponent", numeric)], gives: numeric,
                "The number to a power; an int to an int that is not negative stays an int.", example: "2.pow(10)"),
            NumberNative.pow),
        Builtin(
            Signature("sqrt", on: [.int, .float], gives: .type(.float), "The square root.", example: "2.sqrt()"),
            NumberNative.sqrt),
        Builtin(
            Signature(
                "fixed", on: [.int, .float], [.init("digits", whole, "after the point, 0 to 15")], gives: text,
                "The number as text with exactly that many digits after the point.", example: "2.5.fixed(2)"),
            NumberNative.fixed),
    ]
}

private enum NumberNative {
    static let abs: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        if call[0].tag == Tag.float { return call.give(Value(float: call[0].float.magnitude)) }
        guard call[0].int < 0 else { return call.give(call[0]) }
        guard call[0].int != .min else { return call.vm.raiseOverflow("abs") }
        return call.vm.negate(call[0], into: call.arguments - 1)
    }

    static let round: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard call.isGiven(1) else { return whole(call, "round") { $0.rounded() } }
        guard let digits = digits(call, "round") else { return false }
        guard call[0].tag == Tag.float else { return call.give(call[0]) }
        let value = call[0].float
        let scale = powers[digits]
        // Beyond 2^52 a float has no digits after the point.
        guard (value * scale).magnitude < 4_503_599_627_370_496 else { return call.give(call[0]) }
        return call.give(Value(float: (value * scale).rounded() / scale))
    }

    static let floor: NativeFunction = { machine, arguments, count in
        whole(NativeCall(machine, arguments, count), "floor") { $0.rounded(.down) }
    }

    static let ceil: NativeFunction = { machine, arguments, count in
        whole(NativeCall(machine, arguments, count), "ceil") { $0.rounded(.up) }
    }

    static func whole(_ call: NativeCall, _ function: String, _ rounding: (Double) -> Double) -> Bool {
        guard call[0].tag == Tag.float else { return call.give(call[0]) }
        guard let whole = Int64(exactly: rounding(call[0].float)) else {
            return call.fail(.overflow, "\(function)() of \(call[0].float) does not fit into 64 bits", code: "E0304")
        }
        return call.give(Value(int: whole))
    }

    static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]

    static func digits(_ call: NativeCall, _ function: String) -> Int? {
        guard let digits = call.int(1, of: function, "digits") else { return nil }
        if digits >= 0, digits <= 15 { return Int(digits) }
        _ = call.fail(.value, "\(function)() takes 0 to 15 as 'digits', not \(digits)", code: "E0327")
        return nil
    }

    static let min: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let order = call.vm.isLess(call[1], call[0], orEqual: false)
        return order >= 0 && call.give(order == 1 ? call[1] : call[0])
    }

    static let max: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let order = call.vm.isLess(call[0], call[1], orEqual: false)
        return order >= 0 && call.give(order == 1 ? call[1] : call[0])
    }

    static let pow: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard call[1].tag == Tag.int || call[1].tag == Tag.float else {
            return call.failType(1, expected: "a number", function: "pow", parameter: "exponent")
        }
        if call[0].tag == Tag.int, call[1].tag == Tag.int, call[1].int >= 0 {
            guard let power = power(call[0].int, call[1].int) else { return call.vm.raiseOverflow("pow") }
            return call.give(Value(int: power))
        }
        guard let base = float(call, 0, "pow"), let exponent = float(call, 1, "pow") else { return false }
        #if canImport(Glibc)
            let result = Glibc.pow(base, exponent)
        #else
            let result = Darwin.pow(base, exponent)
        #endif
        guard result.isFinite else {
            return call.fail(.overflow, "\(base) to the power of \(exponent) is not a finite number", code: "E0305")
        }
        return call.give(Value(float: result))
    }

    /// By squaring; nil where it does not fit.
    static func power(_ base: Int64, _ exponent: Int64) -> Int64? {
        // These never grow, however large the exponent is.
        if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
        if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
        guard exponent < 64 else { return nil }
        var result: Int64 = 1
        for _ in 0..<exponent {
            let (next, overflow) = result.multipliedReportingOverflow(by: base)
            if overflow { return nil }
            result = next
        }
        return result
    }

    static let sqrt: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let value = float(call, 0, "sqrt") else { return false }
        guard value >= 0 else { return call.fail(.value, "sqrt() of \(value) is not a real number", code: "E0327") }
        return call.give(Value(float: value.squareRoot()))
    }

    /// An argument as a double: an int only where it is exact in one.
    static func float(_ call: NativeCall, _ index: Int, _ function: String) -> Double? {
        let value = call[index]
        if value.tag == Tag.float { return value.float }
        if value.tag == Tag.int, Int64(exactly: Double(value.int)) == value.int { return Double(value.int) }
        _ = call.fail(.value, "\(function)() of \(value.int): it is not exact as a float", code: "E0304")
        return nil
    }

    static let fixed: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let digits = digits(call, "fixed") else { return false }
        if call[0].tag == Tag.int {
            let zeros = digits == 0 ? "" : "." + String(repeating: "0", count: digits)
            return call.give(call.vm.string("\(call[0].int)\(zeros)"))
        }
        // Not printf: its decimal mark is the locale's, which a line editor may have set.
        let value = call[0].float
        guard var whole = Int64(exactly: value.magnitude.rounded(.down)) else {
            return call.fail(.value, "fixed() of \(value): it is too large for digits after the point", code: "E0327")
        }
        var fraction = Int64(((value.magnitude - Double(whole)) * powers[digits]).rounded())
        if fraction >= Int64(powers[digits]) {
            whole += 1
            fraction = 0
        }
        let isNegative = value < 0 && (whole != 0 || fraction != 0)
        let shown = String(fraction)
        let tail = digits == 0 ? "" : "." + String(repeating: "0", count: digits - shown.utf8.count) + shown
        return call.give(call.vm.string("\(isNegative ? "-" : "")\(whole)\(tail)"))
    }
}
