// Whether a failed attempt is made again, and when. A write is only where it certainly did not happen: it was never sent, or
// refused by throttling. What may have happened is the caller's to settle; it is never sent again here.
import Foundation
import PartnerAPI

struct RetryPolicy: Sendable {
    var retries = 5
    /// The longest wait before the first retry.
    var delay = Duration.milliseconds(250)
    var retriesOnTimeout = true

    /// No wait that we choose is longer.
    static let longestDelay = Duration.seconds(30)
    /// Where the server asks for more than this, the call fails instead: its caller knows better what to do meanwhile.
    static let longestRetryAfter = Duration.seconds(300)

    init(_ options: PartnerClientOptions = PartnerClientOptions()) {
        if let retries = options.retries { self.retries = retries }
        if let delay = options.retryDelay { self.delay = delay }
        if let retriesOnTimeout = options.retriesOnTimeout { self.retriesOnTimeout = retriesOnTimeout }
    }

    /// How long to wait before the next attempt; nil where there is none.
    /// - Parameter attempts: made so far, from 1.
    func wait(after error: PartnerError, of schema: OperationSchema, attempts: Int, _ timing: RequestTiming) -> Duration? {
        guard attempts <= retries, isRetried(error, schema) else { return nil }
        // Full jitter: many that failed together do not come back together.
        let backoff = min(delay * (1 << min(attempts - 1, 20)), Self.longestDelay) * timing.chance()
        guard let text = error.retryAfter, let asked = RetryAfter.duration(text, now: timing.date()) else { return backoff }
        return asked <= Self.longestRetryAfter ? asked + backoff : nil
    }

    private func isRetried(_ error: PartnerError, _ schema: OperationSchema) -> Bool {
        switch error.kind {
        case .invalidRequest, .cancelled, .answer, .outcomeUnknown: return false
        // Of a write, this says that nothing was sent.
        case .network: return true
        case .timeout: return retriesOnTimeout
        case .api: break
        }
        if schema.effect.isWrite { return error.isThrottling(schema) }
        switch error.effectiveStatus ?? 0 {
        case 408: return retriesOnTimeout
        case 429, 500, 502...599: return true
        default: return false
        }
    }
}

extension PartnerError {
    /// The status, or what an error object after status 200 stands for.
    package var effectiveStatus: Int? {
        guard let status, (200..<300).contains(status) else { return status }
        return code.flatMap(PartnerErrorCode.init(rawValue:))?.status ?? status
    }

    /// Whether it says to slow down. On a write, LIMITS_REACHED says that the plan is full, which waiting does not change.
    func isThrottling(_ schema: OperationSchema) -> Bool {
        guard effectiveStatus == 429 else { return false }
        return !schema.effect.isWrite || code != PartnerErrorCode.limitsReached.rawValue
    }
}

/// The header of that name: seconds, or a date (RFC 9110, 10.2.3) in any of its three forms (5.6.7).
enum RetryAfter {
    /// Nil for what is neither; zero for a date that has passed.
    /// - Parameter now: milliseconds since the epoch.
    static func duration(_ text: String, now: Int64) -> Duration? {
        let text = text.trimmingPrefix { $0 == " " }
        if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 1 << 40)) }
        guard let date = milliseconds(text) else { return nil }
        return .milliseconds(max(0, date - now))
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`
    private static func milliseconds(_ text: Substring) -> Int64? {
        var words = text.split { " ,-:".contains($0) }
        guard words.count >= 7 else { return nil }
        // The third form: day and month change places, and the year moves forward.
        if Int(words[1]) == nil { words = [words[0], words[2], words[1], words[6], words[3], words[4], words[5]] }
        guard let month = months.firstIndex(where: { $0 == words[2] }), let day = Int32(words[1]), var year = Int32(words[3]),
            let hour = Int32(words[4]), let minute = Int32(words[5]), let second = Int32(words[6]), (1...31).contains(day),
            (0...9999).contains(year), (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        if year < 100 { year += year < 70 ? 2000 : 1900 }
        var date = tm()
        (date.tm_year, date.tm_mon, date.tm_mday) = (year - 1900, Int32(month), day)
        (date.tm_hour, date.tm_min, date.tm_sec) = (hour, minute, second)
        return Int64(timegm(&date)) * 1000
    }
}
