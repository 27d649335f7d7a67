// A moment's calendar fields in UTC (proleptic Gregorian), its text (RFC 3339), and patterns with `%` directives.
// Takes any 64-bit count of milliseconds; text outside RFC 3339 is refused.

package struct CivilTime: Sendable, Equatable {
    package var year: Int64
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int
    package var millisecond: Int
    /// 1 is Monday, 7 is Sunday (ISO 8601).
    package var weekday: Int
    /// From 1.
    package var dayOfYear: Int

    private static let dayLength: Int64 = 86_400_000
    /// What RFC 3339 can write: the years 0000 to 9999.
    package static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999
    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
    package init(milliseconds: Int64) {
        var days = milliseconds / CivilTime.dayLength
        var rest = Int(milliseconds % CivilTime.dayLength)
        if rest < 0 {
            rest += Int(CivilTime.dayLength)
            days -= 1
        }
        hour = rest / 3_600_000
        minute = rest / 60_000 % 60
        second = rest / 1000 % 60
        millisecond = rest % 1000
        let fromMonday = (days + 3) % 7
        weekday = Int(fromMonday < 0 ? fromMonday + 7 : fromMonday) + 1
        // Counted from 0000-03-01, so that the leap day ends a year; 146,097 days are 400 years.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let inEra = shifted - era * 146_097
        let yearOfEra = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * inYear + 2) / 153
        day = Int(inYear - (153 * march + 2) / 5 + 1)
        month = Int(march < 10 ? march + 3 : march - 9)
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        dayOfYear = Int(days - CivilTime.days(year: year, month: 1, day: 1)) + 1
    }

    /// Days since 1970-01-01 of a date that exists.
    private static func days(year: Int64, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let march = Int64(month > 2 ? month - 3 : month + 9)
        let inYear = (153 * march + 2) / 5 + Int64(day) - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + inYear - 719_468
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // MARK: Text

    /// As RFC 3339 in UTC, with milliseconds only where there are any: `2026-03-01T09:30:00Z`.
    package var rfc3339: String {
        let fraction = millisecond == 0 ? "" : "." + CivilTime.padded(millisecond, 3)
        return "\(date)T\(time)\(fraction)Z"
    }

    private var date: String { "\(yearText)-\(CivilTime.padded(month, 2))-\(CivilTime.padded(day, 2))" }
    private var time: String {
        "\(CivilTime.padded(hour, 2)):\(CivilTime.padded(minute, 2)):\(CivilTime.padded(second, 2))"
    }
    private var yearText: String {
        year < 0 ? "-" + CivilTime.padded(-Int(year), 4) : CivilTime.padded(Int(year), 4)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// One `%` directive's text; nil where there is no such directive.
    private func directive(_ letter: Character, milliseconds: Int64) -> String? {
        switch letter {
        case "Y": yearText
        case "y": CivilTime.padded(Int((year % 100 + 100) % 100), 2)
        case "m": CivilTime.padded(month, 2)
        case "d": CivilTime.padded(day, 2)
        case "H": CivilTime.padded(hour, 2)
        case "I": CivilTime.padded((hour + 11) % 12 + 1, 2)
        case "p": hour < 12 ? "AM" : "PM"
        case "M": CivilTime.padded(minute, 2)
        case "S": CivilTime.padded(second, 2)
        case "L": CivilTime.padded(millisecond, 3)
        case "j": CivilTime.padded(dayOfYear, 3)
        case "u": String(weekday)
        case "A": CivilTime.dayNames[weekday - 1]
        case "a": String(CivilTime.dayNames[weekday - 1].prefix(3))
        case "B": CivilTime.monthNames[month - 1]
        case "b": String(CivilTime.monthNames[month - 1].prefix(3))
        case "F": date
        case "T": time
        case "z": "+0000"
        case "Z": "UTC"
        case "s": String(milliseconds >= 0 ? milliseconds / 1000 : -((999 - milliseconds) / 1000))
        case "%": "%"
        default: nil
        }
    }

    package enum FormatFailure: Error, Equatable {
        /// The directive as written, such as `%Q`, or a lone `%`.
        case unknownDirective(String)
    }

    /// The moment by a pattern such as `%Y-%m-%d`.
    package static func format(_ milliseconds: Int64, pattern: String) throws(FormatFailure) -> String {
        // -((999 - m) / 1000) above must not overflow at the far end of time.
        let time = CivilTime(milliseconds: max(milliseconds, Int64.min + 1000))
        var result = ""
        var isDirective = false
        for letter in pattern {
            if !isDirective {
                if letter == "%" { isDirective = true } else { result.append(letter) }
                continue
            }
            isDirective = false
            guard let text = time.directive(letter, milliseconds: max(milliseconds, Int64.min + 1000)) else {
                throw .unknownDirective("%\(letter)")
            }
            result += text
        }
        if isDirective { throw .unknownDirective("%") }
        return result
    }

    // MARK: Parsing

    /// Milliseconds since 1970 of an RFC 3339 timestamp, or of a date alone (its midnight, UTC); nil for other text.
    /// Digits of a second beyond the third are dropped.
    package static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var reader = DigitReader(text: text)
        guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2), reader.take("-"),
            let day = reader.number(digits: 2), (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year: year)
        else { return nil }
        let midnight = days(year: Int64(year), month: month, day: day) * dayLength
        if reader.isAtEnd { return midnight }
        guard reader.take("T") || reader.take("t") || reader.take(" "), let hour = reader.number(digits: 2), reader.take(":"),
            let minute = reader.number(digits: 2), reader.take(":"), let second = reader.number(digits: 2), hour < 24,
            minute < 60, second <= 60
        else { return nil }
        var fraction = 0
        if reader.take(".") {
            guard let digits = reader.fraction() else { return nil }
            fraction = digits
        }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        let seconds = hour * 3600 + minute * 60 + second - offset * 60
        let moment = midnight + Int64(seconds) * 1000 + Int64(fraction)
        return range.contains(moment) ? moment : nil
    }
}

/// Reads digits and marks from the front of a text.
private struct DigitReader {
    let text: UnsafeBufferPointer<UInt8>
    var place = 0

    init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

    var isAtEnd: Bool { place == text.count }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard place < text.count, text[place] == UInt8(truncatingIfNeeded: mark.value) else { return false }
        place += 1
        return true
    }

    mutating func digit() -> Int? {
        guard place < text.count, (0x30...0x39).contains(text[place]) else { return nil }
        place += 1
        return Int(text[place - 1] - 0x30)
    }

    mutating func number(digits: Int) -> Int? {
        var number = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// One digit or more, as milliseconds.
    mutating func fraction() -> Int? {
        guard var value = digit() else { return nil }
        var digits = 1
        while let next = digit() {
            if digits < 3 {
                value = value * 10 + next
                digits += 1
            }
        }
        while digits < 3 {
            value *= 10
            digits += 1
        }
        return value
    }

    /// `Z` or `+hh:mm`, in minutes.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isNegative = take("-")
        guard isNegative || take("+"), let hours = number(digits: 2), take(":"), let minutes = number(digits: 2), hours < 24,
            minutes < 60
        else { return nil }
        return isNegative ? -(hours * 60 + minutes) : hours * 60 + minutes
    }
}
