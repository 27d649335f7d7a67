// The brake of a live account: before a run's 10th delete or 100th update the writes under way end, and a person is asked how
// many there may be. Where nobody can be asked, or nobody says more, the run stops there with what is left pending.

import PartnerAPI
import Synchronization

package struct BrakeLimits: Sendable {
    /// `--max-deletes`.
    package var deletes: Int
    /// `--max-updates`.
    package var updates: Int

    package init(deletes: Int = 9, updates: Int = 99) {
        self.deletes = deletes
        self.updates = updates
    }
}

/// What a person is asked about: the first write beyond the limit.
package struct BrakeQuestion: Sendable, Equatable {
    /// `delete` or `update`.
    package var effect: OperationEffect
    /// Such as `users.delete`.
    package var operation: String
    package var ids: [String]
    /// Writes of that effect so far.
    package var done: Int
}

package protocol BrakeDialog: Sendable {
    /// How many writes of that effect the run may make in all, more than are done; nil stops it.
    func limit(_ question: BrakeQuestion) async -> Int?
}

/// A class, as all writes of a process share its counts. Users, tokens and contexts count alike.
package final class Brake: Sendable {
    /// Waits end when its continuation is finished, or their task is cancelled.
    private typealias Wait = AsyncStream<Never>

    private struct State: Sendable {
        var limits: BrakeLimits
        var counts: [OperationEffect: Int] = [:]
        var refused: Set<OperationEffect> = []
        var underWay = 0
        var isAsking = false
        /// Of the one who asks, until nothing is under way.
        var drain: Wait.Continuation?
        /// Of those who wait for the answer.
        var waiting: [Wait.Continuation] = []

        func limit(_ effect: OperationEffect) -> Int {
            switch effect {
            case .delete: limits.deletes
            case .update: limits.updates
            case .create, .read: .max
            }
        }
    }

    private enum Step {
        case go
        case wait(Wait)
        case ask(done: Int, drained: Wait)
        case refuse(done: Int)
    }

    private let state: Mutex<State>
    private let dialog: (any BrakeDialog)?
    private let refusal: String?

    /// - Parameters:
    ///   - dialog: nil where nobody can be asked.
    ///   - refusal: why there may be no write at all.
    package init(limits: BrakeLimits = BrakeLimits(), dialog: (any BrakeDialog)?, refusal: String? = nil) {
        state = Mutex(State(limits: limits))
        self.dialog = dialog
        self.refusal = refusal
    }

    /// Returns when the write may be sent; `ended` follows. Reads pass.
    package func admit(_ operation: OperationSchema, ids: [String]) async throws(BatchError) {
        guard operation.effect.isWrite else { return }
        if let refusal { throw stop(operation, refusal) }
        while true {
            switch step(operation.effect) {
            case .go: return
            case .refuse(let done): throw stop(operation, exceeded(operation.effect, done))
            case .wait(let answered): for await _ in answered {}
            case .ask(let done, let drained):
                for await _ in drained {}
                let question = BrakeQuestion(effect: operation.effect, operation: operation.name, ids: ids, done: done)
                answer(Task.isCancelled ? nil : await dialog?.limit(question), operation.effect)
            }
            if Task.isCancelled {
                throw BatchError(.cancelled, code: "CANCELLED", "cancelled before it was sent", operation: operation.name)
            }
        }
    }

    /// A write has been answered, or was not sent after all.
    package func ended(_ operation: OperationSchema) {
        guard operation.effect.isWrite else { return }
        let drain = state.withLock { state -> Wait.Continuation? in
            state.underWay -= 1
            return state.underWay == 0 ? state.drain : nil
        }
        drain?.finish()
    }

    /// Asks anew, at the next input of a prompt.
    package func reset() { state.withLock { $0.refused = [] } }

    private func step(_ effect: OperationEffect) -> Step {
        state.withLock { state in
            if state.isAsking {
                let (answered, continuation) = Wait.makeStream()
                state.waiting.append(continuation)
                return .wait(answered)
            }
            let done = state.counts[effect, default: 0]
            if done < state.limit(effect) {
                state.counts[effect] = done + 1
                state.underWay += 1
                return .go
            }
            guard dialog != nil, !state.refused.contains(effect) else { return .refuse(done: done) }
            state.isAsking = true
            let (drained, continuation) = Wait.makeStream()
            if state.underWay == 0 { continuation.finish() } else { state.drain = continuation }
            return .ask(done: done, drained: drained)
        }
    }

    private func answer(_ limit: Int?, _ effect: OperationEffect) {
        let waiting = state.withLock { state in
            switch (limit, effect) {
            case (let limit?, .delete): state.limits.deletes = limit
            case (let limit?, _): state.limits.updates = limit
            case (nil, _): state.refused.insert(effect)
            }
            state.isAsking = false
            state.drain = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    private func exceeded(_ effect: OperationEffect, _ done: Int) -> String {
        "the brake: this would be \(effect.rawValue) \(done + 1) of the run on a live account; --max-\(effect.rawValue)s N sets another "
            + "limit"
    }

    private func stop(_ operation: OperationSchema, _ message: String) -> BatchError {
        BatchError(.api, code: "BRAKE", message, operation: operation.name, consequence: .stop(.brake))
    }
}
