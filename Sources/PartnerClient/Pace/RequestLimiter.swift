// When the next attempt may leave: at most so many at once, at most so many a second. Both find their own level: they
// climb while answers come as fast as before, and fall when the server throttles. First come, first served; a wait ends when its
// task is cancelled, and then takes nothing.
import Synchronization

/// A class: everything in the process that sends shares it.
public final class RequestLimiter: Sendable {
    /// What it allows, and what is going on.
    public struct State: Sendable, Equatable {
        /// Attempts that may be under way at once now.
        public var limit: Int
        /// Attempts under way.
        public var inFlight: Int
        /// Attempts that wait for their turn.
        public var waiting: Int
        /// Attempts that may begin in a second now; nil: as many as there are.
        public var rate: Double?
        /// Answers so far that said to slow down.
        public var throttled: Int
        /// Attempts so far.
        public var attempts: Int
    }

    /// The one of clients that are given none.
    public static let shared = RequestLimiter()

    /// What an attempt holds while it is under way.
    struct Permit: Sendable {
        let start: Duration
        /// How often the limit had been cut when it began: what left before a cut does not cut again.
        let cuts: Int
    }

    enum Outcome: Sendable {
        case answered, throttled, failed
    }

    private struct Waiter {
        let number: Int
        let turn: CheckedContinuation<Turn, any Error>
    }

    private enum Turn: Sendable {
        case go(Permit)
        /// A slot is free, and after so long a place in the second is.
        case pace(Duration)
    }

    private struct Queue {
        var pace: Pace
        var inFlight = 0
        var attempts = 0
        var throttled = 0
        /// In the order of arrival; those before `first` are gone.
        var waiters: [Waiter?] = []
        var first = 0
        var waiting = 0
        var lastNumber = 0
        /// The first of the waiting sleeps until its second comes; nobody passes it.
        var isPacing = false
    }

    private let timing: RequestTiming
    private let queue: Mutex<Queue>

    /// - Parameters:
    ///   - rate: attempts a second, at most; nil: as many as the server bears.
    ///   - concurrency: attempts at once, at most.
    public convenience init(rate: Double? = nil, concurrency: Int = 64) {
        self.init(rate: rate, concurrency: concurrency, timing: .system)
    }

    package init(rate: Double? = nil, concurrency: Int = 64, timing: RequestTiming) {
        self.timing = timing
        queue = Mutex(Queue(pace: Pace(rate: rate, concurrency: concurrency, now: timing.now())))
    }

    public var state: State {
        queue.withLock { queue in
            State(
                limit: queue.pace.limit, inFlight: queue.inFlight, waiting: queue.waiting + (queue.isPacing ? 1 : 0),
                rate: queue.pace.rate, throttled: queue.throttled, attempts: queue.attempts)
        }
    }

    /// Returns when an attempt may leave.
    func acquire() async throws(CancellationError) -> Permit {
        if let permit = queue.withLock({ $0.waiting == 0 && !$0.isPacing ? take(&$0) : nil }) { return permit }
        do {
            var turn = try await wait()
            while true {
                switch turn {
                case .go(let permit): return permit
                case .pace(let time): turn = try await pace(time)
                }
            }
        } catch {
            throw CancellationError()
        }
    }

    /// Follows each `acquire`.
    func release(_ permit: Permit, _ outcome: Outcome) {
        let turns = queue.withLock { queue in
            let wasFull = queue.inFlight >= queue.pace.limit
            queue.inFlight -= 1
            if outcome == .throttled { queue.throttled += 1 }
            queue.pace.note(outcome, permit, wasFull: wasFull, now: timing.now())
            return nextTurns(&queue)
        }
        give(turns)
    }

    // MARK: - Turns

    /// A slot and a place in the second, if both are free.
    private func take(_ queue: inout Queue) -> Permit? {
        let now = timing.now()
        guard queue.inFlight < queue.pace.limit, queue.pace.wait(at: now) == .zero else { return nil }
        queue.pace.begin(at: now)
        queue.inFlight += 1
        queue.attempts += 1
        return Permit(start: now, cuts: queue.pace.cuts)
    }

    /// - Parameter isFirst: it had its turn already.
    private func wait(isFirst: Bool = false) async throws -> Turn {
        let number = queue.withLock { queue in
            queue.lastNumber += 1
            return queue.lastNumber
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { turn in
                // Under the lock: who cancels afterwards finds the waiter.
                let turns = queue.withLock { queue -> [(Waiter, Turn)]? in
                    if Task.isCancelled { return nil }
                    queue.waiters.insert(
                        Waiter(number: number, turn: turn), at: isFirst ? queue.first : queue.waiters.endIndex)
                    queue.waiting += 1
                    return nextTurns(&queue)
                }
                if let turns { give(turns) } else { turn.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let waiter = queue.withLock { queue -> Waiter? in
                let place = queue.waiters[queue.first...].firstIndex { $0?.number == number }
                guard let place, let waiter = queue.waiters[place] else { return nil }
                queue.waiters[place] = nil
                queue.waiting -= 1
                return waiter
            }
            waiter?.turn.resume(throwing: CancellationError())
        }
    }

    /// Sleeps for the one that is first, and tries again.
    private func pace(_ time: Duration) async throws -> Turn {
        do {
            try await timing.sleep(time)
        } catch {
            give(
                queue.withLock { queue in
                    queue.isPacing = false
                    return nextTurns(&queue)
                })
            throw error
        }
        let (turn, turns) = queue.withLock { queue -> (Turn?, [(Waiter, Turn)]) in
            queue.isPacing = false
            if let permit = take(&queue) { return (.go(permit), nextTurns(&queue)) }
            // The second is not there yet, or the limit has fallen meanwhile.
            guard queue.inFlight < queue.pace.limit else { return (nil, []) }
            queue.isPacing = true
            return (.pace(queue.pace.wait(at: timing.now())), [])
        }
        give(turns)
        if let turn { return turn }
        return try await wait(isFirst: true)
    }

    /// Who may go now, first come first.
    private func nextTurns(_ queue: inout Queue) -> [(Waiter, Turn)] {
        var turns: [(Waiter, Turn)] = []
        while !queue.isPacing, queue.waiting > 0, queue.inFlight < queue.pace.limit {
            guard let waiter = queue.waiters[queue.first] else {
                queue.first += 1
                continue
            }
            let turn: Turn
            if let permit = take(&queue) {
                turn = .go(permit)
            } else {
                queue.isPacing = true
                turn = .pace(queue.pace.wait(at: timing.now()))
            }
            queue.waiters[queue.first] = nil
            queue.first += 1
            queue.waiting -= 1
            turns.append((waiter, turn))
        }
        if queue.waiting == 0 {
            queue.waiters.removeAll(keepingCapacity: true)
            queue.first = 0
        } else if queue.first > 1024 {
            queue.waiters.removeFirst(queue.first)
            queue.first = 0
        }
        return turns
    }

    /// Outside of the lock, as a continuation may run at once.
    private func give(_ turns: [(Waiter, Turn)]) {
        for (waiter, turn) in turns { waiter.turn.resume(returning: turn) }
    }
}
