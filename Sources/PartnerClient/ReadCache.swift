// Answers to reads, kept for who asked for a cached client. Equal reads at the same time are one request; a failure is not
// kept; any write by the same client forgets everything, before it is sent and after it is answered.
import JSONBytes
import PartnerAPI
import Synchronization

/// A class: a client and its parts share what it keeps.
final class ReadCache: Sendable {
    /// A read under way. A class: who leads it recognises it.
    private final class Pending: Sendable {
        let waiters = Mutex<[Int: CheckedContinuation<Turn, any Error>]>([:])
    }

    private enum Entry {
        case answer(JSONValue)
        case pending(Pending)
    }

    /// What comes of waiting for another's read.
    private enum Turn: Sendable {
        case answer(JSONValue)
        case failure(PartnerError)
        /// It was cancelled, so the next one sends it.
        case again
    }

    private enum Role {
        case done(JSONValue)
        case lead(Pending)
        case follow(Pending)
    }

    private struct Entries {
        var byRequest: [String: Entry] = [:]
        /// The requests in `byRequest`, oldest first.
        var order: [String] = []
        var lastWaiter = 0
    }

    private let entries = Mutex(Entries())
    let limit: Int

    /// - Parameter limit: answers at most; the oldest goes first.
    init(limit: Int) { self.limit = max(1, limit) }

    func forget() { entries.withLock { $0 = Entries(lastWaiter: $0.lastWaiter) } }

    /// The answer that is kept, or the one that the read gives.
    func answer(
        to request: WireRequest, of operation: String, _ read: () async throws(PartnerError) -> JSONValue
    ) async throws(PartnerError) -> JSONValue {
        let key = "\(request.base?.text ?? "")\(request.path)?\(PercentEncoding.encodeQuery(request.query))"
        while true {
            switch role(key) {
            case .done(let answer): return answer
            case .lead(let pending): return try await lead(pending, key, read)
            case .follow(let pending):
                switch try await follow(pending, key, operation) {
                case .answer(let answer): return answer
                case .failure(let error): throw error
                case .again: continue
                }
            }
        }
    }

    private func role(_ key: String) -> Role {
        entries.withLock { entries in
            switch entries.byRequest[key] {
            case .answer(let answer)?: return .done(answer)
            case .pending(let pending)?: return .follow(pending)
            case nil:
                let pending = Pending()
                entries.byRequest[key] = .pending(pending)
                entries.order.append(key)
                return .lead(pending)
            }
        }
    }

    private func lead(
        _ pending: Pending, _ key: String, _ read: () async throws(PartnerError) -> JSONValue
    ) async throws(PartnerError) -> JSONValue {
        do throws(PartnerError) {
            let answer = try await read()
            finish(pending, key, keeping: answer, .answer(answer))
            return answer
        } catch {
            finish(pending, key, keeping: nil, error.kind == .cancelled ? .again : .failure(error))
            throw error
        }
    }

    /// Keeps the answer unless a write has come between, and gives it to all who wait.
    private func finish(_ pending: Pending, _ key: String, keeping answer: JSONValue?, _ turn: Turn) {
        let waiters = entries.withLock { entries -> [CheckedContinuation<Turn, any Error>] in
            if case .pending(let current)? = entries.byRequest[key], current === pending {
                if let answer {
                    entries.byRequest[key] = .answer(answer)
                } else {
                    entries.byRequest[key] = nil
                    entries.order.removeAll { $0 == key }
                }
                while entries.order.count > limit, let oldest = entries.order.first {
                    // One that is under way finds itself gone, and is not kept.
                    entries.order.removeFirst()
                    entries.byRequest[oldest] = nil
                }
            }
            return pending.waiters.withLock { waiters in
                defer { waiters = [:] }
                return Array(waiters.values)
            }
        }
        for waiter in waiters { waiter.resume(returning: turn) }
    }

    private func follow(_ pending: Pending, _ key: String, _ operation: String) async throws(PartnerError) -> Turn {
        let number = entries.withLock { entries in
            entries.lastWaiter += 1
            return entries.lastWaiter
        }
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { waiter in
                    // Under the lock that `finish` takes: who is in the entries still will be woken.
                    let refusal = entries.withLock { entries -> Result<Turn, any Error>? in
                        guard case .pending(let current)? = entries.byRequest[key], current === pending else {
                            return .success(.again)
                        }
                        return pending.waiters.withLock { waiters in
                            if Task.isCancelled { return .failure(CancellationError()) }
                            waiters[number] = waiter
                            return nil
                        }
                    }
                    if let refusal { waiter.resume(with: refusal) }
                }
            } onCancel: {
                let waiter = pending.waiters.withLock { $0.removeValue(forKey: number) }
                waiter?.resume(throwing: CancellationError())
            }
        } catch {
            throw PartnerError(kind: .cancelled, message: "cancelled while waiting for the answer", operation: operation)
        }
    }
}
