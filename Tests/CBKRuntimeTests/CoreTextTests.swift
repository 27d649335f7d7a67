// Numbers, durations and moments from text and back, without a machine.

import CBKSyntax
import Testing

@testable import CBKRuntime

private func withBytes<Result>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    Array(text.utf8).withUnsafeBufferPointer(body)
}

private func describe<Number>(_ outcome: NumberText.Outcome<Number>) -> String {
    switch outcome {
    case .number(let number): "\(number)"
    case .tooLarge: "too large"
    case .notANumber: "not a number"
    }
}

@Suite struct CoreTextTests {
    @Test(arguments: [
        ("0", "0"), ("42", "42"), ("+7", "7"), ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775807", "9223372036854775807"), ("9223372036854775808", "too large"),
        ("-9223372036854775809", "too large"), ("99999999999999999999999", "too large"), ("007", "7"), ("", "not a number"),
        ("-", "not a number"), (" 1", "not a number"), ("1 ", "not a number"), ("1_000", "not a number"),
        ("1.0", "not a number"), ("0x10", "not a number"), ("٣", "not a number"),
        // Garbage after too many digits is garbage, not a large number.
        ("99999999999999999999999x", "not a number"),
    ])
    func ints(text: String, expected: String) {
        #expect(withBytes(text) { describe(NumberText.int($0)) } == expected)
    }

    @Test(arguments: [
        ("1", "1.0"), ("-2.5", "-2.5"), ("+1e3", "1000.0"), ("1E-3", "0.001"), ("1.5e+2", "150.0"), ("1e999", "too large"),
        ("1.", "not a number"), (".5", "not a number"), ("1e", "not a number"), ("inf", "not a number"),
        ("nan", "not a number"), ("0x1p3", "not a number"), ("1,5", "not a number"), ("", "not a number"),
        ("1e5 ", "not a number"),
    ])
    func floats(text: String, expected: String) {
        #expect(withBytes(text) { describe(NumberText.float($0)) } == expected)
    }

    @Test(arguments: [
        ("250ms", "250"), ("5s", "5000"), ("2m", "120000"), ("1h30m", "5400000"), ("7d", "604800000"), ("-5s", "-5000"),
        ("1m1ms", "60001"), ("30m1h", "not a number"), ("1h1h", "not a number"), ("5", "not a number"), ("s", "not a number"),
        ("5x", "not a number"), ("", "not a number"),
        ("-", "not a number"), ("1.5s", "not a number"), ("1h 30m", "not a number"), ("99999999999999999999s", "too large"),
        ("9223372036854775807d", "too large"),
    ])
    func durations(text: String, expected: String) {
        #expect(withBytes(text) { describe(NumberText.duration($0)) } == expected)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01", 0), ("2026-03-01T09:30:00Z", 1_772_357_400_000),
            ("2026-03-01T09:30:00+02:00", 1_772_350_200_000), ("2026-03-01t09:30:00.5z", 1_772_357_400_500),
            ("2026-03-01 09:30:00.123999Z", 1_772_357_400_123), ("1969-12-31T23:59:59.999Z", -1),
            ("2024-02-29", 1_709_164_800_000),
            ("0001-01-01", -62_135_596_800_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ] as [(String, Int64)])
    func moments(text: String, expected: Int64) {
        #expect(withBytes(text) { CivilTime.parse($0) } == expected)
    }

    @Test(arguments: [
        "", "2026", "2026-03", "2026-3-1", "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-03-01T",
        "2026-03-01T09:30Z",
        "2026-03-01T24:00:00Z", "2026-03-01T09:60:00Z", "2026-03-01T09:30:61Z", "2026-03-01T09:30:00", "2026-03-01T09:30:00.Z",
        "2026-03-01T09:30:00+0200", "2026-03-01T09:30:00+24:00", "2026-03-01T09:30:00Zx", " 2026-03-01", "1772357400000",
    ])
    func refusedMoments(text: String) {
        #expect(withBytes(text) { CivilTime.parse($0) } == nil)
    }

    /// Every day of 800 years around now: the calendar goes forth and back.
    @Test func calendarRoundTrip() throws {
        var previous = CivilTime(milliseconds: -400 * 365 * 86_400_000 - 86_400_000)
        for day in (-400 * 365)..<(400 * 365) {
            let moment = Int64(day) * 86_400_000 + 43_200_123
            let time = CivilTime(milliseconds: moment)
            try #require(withBytes(time.rfc3339) { CivilTime.parse($0) } == moment, "\(time.rfc3339)")
            try #require(time.weekday == previous.weekday % 7 + 1)
            try #require(time.dayOfYear == (time.year == previous.year ? previous.dayOfYear + 1 : 1))
            previous = time
        }
    }

    @Test(arguments: [
        ("%Y-%m-%d", "2026-03-01"), ("%H:%M:%S.%L", "09:05:07.008"), ("%d %b %Y", "01 Mar 2026"), ("%A, %B", "Sunday, March"),
        ("%a %j %u %y", "Sun 060 7 26"), ("%I %p", "09 AM"), ("%F %T %z %Z", "2026-03-01 09:05:07 +0000 UTC"),
        ("%s", "1772355907"), ("100%%", "100%"), ("", ""), ("añ%Y", "añ2026"),
    ])
    func patterns(pattern: String, expected: String) throws {
        #expect(try CivilTime.format(1_772_355_907_008, pattern: pattern) == expected)
    }

    @Test(arguments: [("%Q", "%Q"), ("%Y%", "%"), ("%é", "%é")])
    func unknownDirectives(pattern: String, directive: String) {
        #expect(throws: CivilTime.FormatFailure.unknownDirective(directive)) {
            try CivilTime.format(0, pattern: pattern)
        }
    }

    @Test(arguments: [Int64.min, Int64.min + 1, -1, 0, Int64.max])
    func farEndsOfTimeDoNotTrap(moment: Int64) throws {
        let time = CivilTime(milliseconds: moment)
        #expect((1...12).contains(time.month) && (1...31).contains(time.day) && (1...366).contains(time.dayOfYear))
        #expect(try !CivilTime.format(moment, pattern: "%F %T %s %y %j").isEmpty)
    }
}
