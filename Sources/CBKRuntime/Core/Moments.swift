// Methods of datetimes. Their parts (d.year, d.weekday) are members.

import CBKCompiler
import CBKSyntax

extension CoreBuiltins {
    static let moments: [Builtin] = [
        Builtin(
            Signature(
                "format", on: [.datetime],
                [.init("pattern", text, "%Y %m %d %H %M %S %L (ms) %F %T %j %u %a %A %b %B %I %p %y %s %z %%")], gives: text,
                "The datetime in UTC by a pattern.", example: "datetime(\"2026-03-01\").format(\"%d %b %Y\")"),
            MomentNative.format),
        Builtin(
            Signature(
                "start_of", on: [.datetime], [.init("unit", text, "minute, hour, day, month or year")], gives: .type(.datetime),
                "The beginning of its minute, hour, day, month or year, in UTC.",
                example: "datetime(\"2026-03-17\").start_of(\"month\")"),
            MomentNative.startOf),
    ]
}

private enum MomentNative {
    static let format: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let pattern = call.string(1, of: "format", "pattern") else { return false }
        // The longest directive gives 9 characters for its 2.
        guard call.vm.admit(pattern.pointee.count * 16) else { return false }
        do throws(CivilTime.FormatFailure) {
            return call.give(call.vm.string(try CivilTime.format(call[0].int, pattern: pattern.text)))
        } catch {
            switch error {
            case .unknownDirective(let directive):
                return call.fail(
                    .value, "format() knows no '\(directive)'; %Y-%m-%d %H:%M:%S are the usual ones, and %% is a %",
                    code: "E0328")
            }
        }
    }

    static let startOf: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let unit = call.string(1, of: "start_of", "unit") else { return false }
        let moment = call[0].int
        let time = CivilTime(milliseconds: moment)
        let back: Int64
        switch unit.text {
        case "minute": back = floored(moment, 60_000)
        case "hour": back = floored(moment, 3_600_000)
        case "day": back = floored(moment, 86_400_000)
        case "month": back = floored(moment, 86_400_000) + Int64(time.day - 1) * 86_400_000
        case "year": back = floored(moment, 86_400_000) + Int64(time.dayOfYear - 1) * 86_400_000
        default:
            return call.fail(
                .value, "start_of() takes minute, hour, day, month or year, not \(unit.quoted)", code: "E0327")
        }
        let (start, overflow) = moment.subtractingReportingOverflow(back)
        return overflow ? call.vm.raiseOverflow("start_of") : call.give(Value(datetime: start))
    }

    /// How far a moment is after the last multiple of a unit.
    static func floored(_ moment: Int64, _ unit: Int64) -> Int64 {
        let rest = moment % unit
        return rest < 0 ? rest + unit : rest
    }
}
