// The flags of `cbk serve` that make things go wrong: takes what was parsed, gives the faults.

import CBKLibrary
import PartnerAPI
import PartnerSandbox

enum FaultFlags {
    static let all = [
        Flag("seed", .int, "N", "which requests are hit", defaultText: "chosen, and shown"),
        Flag("latency", .duration, "TIME", "how long each request waits"),
        Flag("jitter", .duration, "TIME", "the latency varies by so much"),
        Flag("error-rate", .float, "RATE", "answered with 500, 502, 503 or 504; every other such write is done"),
        Flag("drop-requests", .float, "RATE", "the connection closes, and nothing is done"),
        Flag("drop-answers", .float, "RATE", "the request is done, and the connection closes without an answer"),
        Flag("error-200", .float, "RATE", "a write is done, and answered with status 200 and an error"),
        Flag("throttle", .text, "N/s", "refuse more with 429 TOO_MANY_REQUESTS and Retry-After; also N/m, N/h"),
        Flag("limits-after", .count, "N", "refuse creates after so many with 429 LIMITS_REACHED"),
        Flag("slow-index", .duration, "TIME", "lists show what is created so much later"),
        Flag("always", .choice(PartnerErrorCode.allCases.map(\.rawValue)), "CODE", "refuse every request with this code"),
        Flag("ignore-email-filter", .toggle, "", "lists of users ignore 'email'"),
        Flag(
            "nested", .choice(NestedUpdate.allCases.map(\.rawValue)), "HOW",
            "whether an update merges or replaces meta and limits",
            defaultText: "replace"),
    ]

    static func faults(_ parsed: ParsedFlags) throws(UsageError) -> Faults {
        var faults = Faults()
        faults.latency = try time(parsed, "latency")
        faults.jitter = try time(parsed, "jitter")
        faults.slowIndex = try time(parsed, "slow-index")
        faults.errorRate = try rate(parsed, "error-rate")
        faults.dropRequests = try rate(parsed, "drop-requests")
        faults.dropAnswers = try rate(parsed, "drop-answers")
        faults.errorBodies = try rate(parsed, "error-200")
        faults.limitsAfter = parsed.int("limits-after")
        faults.ignoresEmailFilter = parsed.has("ignore-email-filter")
        faults.always = parsed.text("always").flatMap { PartnerErrorCode(rawValue: $0) }
        if let text = parsed.text("throttle") {
            guard let throttle = Faults.Throttle(text) else {
                throw UsageError("--throttle takes requests in a time, such as 200/s, 100/m or 5000/h, not '\(text)'")
            }
            faults.throttle = throttle
        }
        faults.seed = parsed.int("seed").map { UInt64(bitPattern: Int64($0)) } ?? UInt64.random(in: 0...9999)
        return faults
    }

    private static func rate(_ parsed: ParsedFlags, _ name: String) throws(UsageError) -> Double {
        guard case .float(let rate)? = parsed.values[name]?.last else { return 0 }
        guard (0...1).contains(rate) else { throw UsageError("--\(name) takes a rate from 0 to 1, not \(rate)") }
        return rate
    }

    private static func time(_ parsed: ParsedFlags, _ name: String) throws(UsageError) -> Duration {
        let milliseconds = parsed.milliseconds(name) ?? 0
        guard milliseconds >= 0 else { throw UsageError("--\(name) takes a time from 0 on") }
        return .milliseconds(milliseconds)
    }
}
