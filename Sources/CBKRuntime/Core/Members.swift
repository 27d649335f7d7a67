// What `.name` gives on values that are no records: a string's length in bytes, an error's fields, the parts of
// datetimes and durations. The list serves completion and help.

import CBKCompiler
import CBKSyntax

package struct CoreMember: Sendable {
    package var name: String
    package var type: ValueType
    package var answer: Shape
    package var summary: String

    init(_ name: String, of type: ValueType, _ answer: Shape, _ summary: String) {
        self.name = name
        self.type = type
        self.answer = answer
        self.summary = summary
    }
}

extension CoreBuiltins {
    package static let members: [CoreMember] = [
        CoreMember("bytes", of: .string, whole, "Its length in bytes of UTF-8."),
        CoreMember("kind", of: .error, text, "api network timeout type value name index overflow limit cancelled io or user."),
        CoreMember("message", of: .error, text, "What went wrong."),
        CoreMember("status", of: .error, .optional(whole), "The HTTP status, or null."),
        CoreMember("code", of: .error, .optional(text), "The API's, the script's or the language's code, or null."),
        CoreMember("operation", of: .error, .optional(text), "The operation that failed, or null."),
        CoreMember("request", of: .error, .optional(text), "The request's id, or null."),
        CoreMember("year", of: .datetime, whole, "The year, in UTC."),
        CoreMember("month", of: .datetime, whole, "The month, 1 to 12."),
        CoreMember("day", of: .datetime, whole, "The day of the month, 1 to 31."),
        CoreMember("hour", of: .datetime, whole, "The hour, 0 to 23."),
        CoreMember("minute", of: .datetime, whole, "The minute, 0 to 59."),
        CoreMember("second", of: .datetime, whole, "The second, 0 to 59."),
        CoreMember("millisecond", of: .datetime, whole, "The millisecond, 0 to 999."),
        CoreMember("weekday", of: .datetime, whole, "The day of the week: 1 is Monday, 7 is Sunday."),
        CoreMember("timestamp", of: .datetime, whole, "Milliseconds since 1970."),
        CoreMember("milliseconds", of: .duration, whole, "Its length in milliseconds."),
        CoreMember("seconds", of: .duration, .type(.float), "Its length in seconds, with a fraction."),
        CoreMember("minutes", of: .duration, .type(.float), "Its length in minutes, with a fraction."),
        CoreMember("hours", of: .duration, .type(.float), "Its length in hours, with a fraction."),
        CoreMember("days", of: .duration, .type(.float), "Its length in days, with a fraction."),
    ]
}

/// The member of a value that is no record; nil where it has none of that name.
package func coreMember(_ name: String, of value: Value, vm: VM) -> Value? {
    switch value.tag {
    case Tag.string: return name == "bytes" ? Value(int: value.string.pointee.count) : nil
    case Tag.error:
        let fields = value.error.pointee.fields
        return fields.tag == Tag.record ? vm.get(name, of: fields.record) : nil
    case Tag.datetime: return part(name, ofMoment: value.int)
    case Tag.duration: return part(name, ofDuration: value.int)
    default: return nil
    }
}

private func part(_ name: String, ofMoment moment: Int64) -> Value? {
    if name == "timestamp" { return Value(int: moment) }
    let time = CivilTime(milliseconds: moment)
    switch name {
    case "year": return Value(int: time.year)
    case "month": return Value(int: time.month)
    case "day": return Value(int: time.day)
    case "hour": return Value(int: time.hour)
    case "minute": return Value(int: time.minute)
    case "second": return Value(int: time.second)
    case "millisecond": return Value(int: time.millisecond)
    case "weekday": return Value(int: time.weekday)
    default: return nil
    }
}

private func part(_ name: String, ofDuration duration: Int64) -> Value? {
    switch name {
    case "milliseconds": Value(int: duration)
    case "seconds": Value(float: Double(duration) / 1000)
    case "minutes": Value(float: Double(duration) / 60_000)
    case "hours": Value(float: Double(duration) / 3_600_000)
    case "days": Value(float: Double(duration) / 86_400_000)
    default: nil
    }
}
