// How fast: a limit of attempts at once and a rate of attempts a second, both learned from how attempts end. It takes times
// and outcomes and holds no clock, so it can be run through any history.

struct Pace: Sendable {
    /// What the caller allows at most.
    private let givenRate: Double?
    private let cap: Int
    /// Attempts at once; fractions add up.
    private var level: Double
    /// Doubles each round trip until the server throttles or slows down; then one more each round trip.
    private var isStarting = true
    /// How often the limit was cut.
    private(set) var cuts = 0

    /// Attempts a second that the server bore when it throttled, and what has been added since; nil: none is known.
    private var learnedRate: Double?
    private var learnedAt: Duration
    /// The time from which the next attempt may begin.
    private var nextBegin: Duration

    /// Answers in the current second, and in the one before.
    private var second: Int64 = 0
    private var answers = 0.0
    private var answersBefore = 0.0
    /// The first answer after a pause, and how many came from then on: a second that has only begun says little.
    private var start = Duration.zero
    private var answersSinceStart = 0.0

    /// Seconds that answers take: lately, and at best in the last two spans of samples.
    private var recent = 0.0
    private var best = Double.infinity
    private var bestBefore = Double.infinity
    private var samples = 0

    private static let spanOfSamples = 500
    private static let startLevel = 8.0
    /// A latency that grows by less than this is no sign: local servers answer in microseconds and queue for milliseconds.
    private static let toleratedGrowth = 0.1
    /// Of what the server bore, this much is asked for after it throttled; each second without throttling adds a twentieth.
    private static let shareAfterThrottling = 0.8
    private static let growthEachSecond = 0.05

    init(rate: Double?, concurrency: Int, now: Duration) {
        givenRate = rate.map { max($0, 0.001) }
        cap = max(1, concurrency)
        level = min(Self.startLevel, Double(max(1, concurrency)))
        learnedAt = now
        nextBegin = now
    }

    var limit: Int { min(cap, max(1, Int(level))) }

    var rate: Double? {
        switch (givenRate, learnedRate) {
        case (let given?, let learned?): min(given, learned)
        case (let given, let learned): given ?? learned
        }
    }

    /// How long until an attempt may begin, as far as the rate goes.
    func wait(at now: Duration) -> Duration {
        guard let rate else { return .zero }
        // A tenth of a second's attempts may begin together: sleeps are not exact.
        let early = Duration.seconds(max(0.1 - 1 / rate, 0))
        return max(.zero, nextBegin - early - now)
    }

    mutating func begin(at now: Duration) {
        guard let rate else { return }
        nextBegin = max(nextBegin, now) + .seconds(1 / rate)
    }

    /// - Parameter wasFull: the limit held others back.
    mutating func note(
        _ outcome: RequestLimiter.Outcome, _ permit: RequestLimiter.Permit, wasFull: Bool, now: Duration
    ) {
        switch outcome {
        case .failed: return
        case .throttled:
            if permit.cuts == cuts { cut(now) }
        case .answered:
            count(now)
            noteLatency((now - permit.start).inSeconds)
            guard permit.cuts == cuts else { return }
            climb(wasFull: wasFull, now)
        }
    }

    private mutating func cut(_ now: Duration) {
        cuts += 1
        isStarting = false
        level = max(1, (min(level, Double(cap)) / 2).rounded(.down))
        // Where nothing was answered yet, nothing is known: the limit alone holds back.
        let bore = measuredRate(now)
        if bore > 0 { learnedRate = max(1, bore * Self.shareAfterThrottling) }
        learnedAt = now
        nextBegin = now
    }

    private mutating func climb(wasFull: Bool, _ now: Duration) {
        if let learned = learnedRate, now - learnedAt >= .seconds(1) {
            let grown = learned * (1 + Self.growthEachSecond)
            // Twice what is used at all holds nobody back.
            learnedRate = grown > 2 * max(measuredRate(now), 1) ? nil : grown
            learnedAt = now
        }
        guard wasFull, level < Double(cap) else { return }
        guard isLatencyHolding else {
            isStarting = false
            return
        }
        level = min(Double(cap), level + (isStarting ? 1 : 1 / level))
    }

    // MARK: - Measures

    private var isLatencyHolding: Bool {
        let least = min(best, bestBefore)
        return recent <= max(2 * least, least + Self.toleratedGrowth)
    }

    private mutating func noteLatency(_ seconds: Double) {
        recent = recent == 0 ? seconds : recent + (seconds - recent) / 8
        best = min(best, seconds)
        samples += 1
        guard samples == Self.spanOfSamples else { return }
        samples = 0
        bestBefore = best
        best = .infinity
    }

    private mutating func count(_ now: Duration) {
        let current = now.components.seconds
        if current > second + 1 || answersSinceStart == 0 { (start, answersSinceStart) = (now, 0) }
        answersSinceStart += 1
        if current != second {
            answersBefore = current == second + 1 ? answers : 0
            answers = 0
            second = current
        }
        answers += 1
    }

    /// Answers a second, lately.
    private func measuredRate(_ now: Duration) -> Double {
        let current = now.components.seconds
        guard current <= second + 1 else { return 0 }
        let span = now - start
        if span < .seconds(2) { return answersSinceStart / max(span.inSeconds, 0.05) }
        return current == second ? max(answersBefore, answers) : answers
    }
}
