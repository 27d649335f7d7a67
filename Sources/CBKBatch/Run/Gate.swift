// The one way to the API: every operation of a script, the prompt or an import goes through here. It counts, keeps the
// budgets, waits for the limiter, calls the client, saves minted tokens before it returns, and gives one kind of error.

import JSONBytes
import PartnerAPI
import PartnerClient
import Synchronization

/// The item of a batch on whose behalf an operation runs.
package struct ItemContext: Sendable, Equatable {
    /// The batch's number in its run, from 1.
    package var batch: Int
    /// The item's number in its batch, from 1.
    package var item: Int
    package var key: String

    package init(batch: Int, item: Int, key: String) {
        self.batch = batch
        self.item = item
        self.key = key
    }
}

/// Decides when the next request may leave.
package protocol RequestLimiter: Sendable {
    /// Returns when a request may be sent; throws `CancellationError` if the task is cancelled before.
    func acquire() async throws
    /// Follows each `acquire`, with the status that came back, nil for none.
    func release(status: Int?) async
}

/// The most that a run may send.
package struct GateBudgets: Sendable {
    /// `--max-requests`.
    package var requests: Int
    /// `--max-writes`.
    package var writes: Int

    package init(requests: Int = 50_000_000, writes: Int = 10_000_000) {
        self.requests = requests
        self.writes = writes
    }
}

/// What went through the gate.
package struct GateCounts: Sendable, Equatable {
    package var requests = 0
    package var creates = 0
    package var updates = 0
    package var deletes = 0

    package init(requests: Int = 0, creates: Int = 0, updates: Int = 0, deletes: Int = 0) {
        self.requests = requests
        self.creates = creates
        self.updates = updates
        self.deletes = deletes
    }

    package var writes: Int { creates + updates + deletes }

    /// Whether the brake of a live account would have asked: from the 10th delete or the 100th update on.
    package var reachesBrake: Bool { deletes >= 10 || updates >= 100 }
}

/// A class, as everything in the process shares its counts.
package final class Gate: Sendable {
    private struct State: Sendable {
        var counts = GateCounts()
        var refusalsInRow = 0
    }

    private let connection: PartnerConnection
    private let budgets: GateBudgets
    private let limiter: (any RequestLimiter)?
    package let secrets: SecretsFile
    private let state = Mutex(State())

    /// - Parameters:
    ///   - secrets: where minted tokens go; its file is made at the first.
    ///   - limiter: nil lets every request leave at once.
    package init(
        connection: PartnerConnection, secrets: SecretsFile, budgets: GateBudgets = GateBudgets(),
        limiter: (any RequestLimiter)? = nil
    ) {
        self.connection = connection
        self.secrets = secrets
        self.budgets = budgets
        self.limiter = limiter
    }

    package var counts: GateCounts { state.withLock { $0.counts } }

    /// Performs one operation.
    /// - Parameters:
    ///   - ids: one for each parameter of the path.
    ///   - item: the item on whose behalf it is done; nil at the top level.
    ///   - runAs: the user to act as; nil: the partner.
    /// - Returns: the answer as it came, with a minted token whole; it is in the secrets file by then.
    package func perform(
        _ operation: OperationSchema, ids: [String] = [], query: [QueryItem] = [], body: JSONObject? = nil,
        item: ItemContext? = nil, runAs: String? = nil
    ) async throws(BatchError) -> JSONValue {
        let isWrite = operation.effect.isWrite
        // A secret comes once: where it could not be kept, it is not asked for.
        if operation.mintsSecret { try secrets.prepare() }
        try countIn(operation)
        if let limiter {
            do {
                try await limiter.acquire()
            } catch {
                throw BatchError(.cancelled, code: "CANCELLED", "cancelled before it was sent", operation: operation.name)
            }
        }
        let answer: JSONValue
        do throws(PartnerError) {
            answer = try await connection(as: runAs).call(operation, ids: ids, query: query, body: body)
        } catch {
            await limiter?.release(status: error.status)
            throw judged(error, isWrite: isWrite)
        }
        await limiter?.release(status: 200)
        state.withLock { $0.refusalsInRow = 0 }
        if let token = mintedToken(in: answer, of: operation, ids: ids, body: body, item: item) {
            try await secrets.append(token)
        }
        return answer
    }

    private func connection(as user: String?) -> PartnerConnection {
        guard let user else { return connection }
        return connection.extended(by: PartnerClientOptions(runAsUserID: user))
    }

    private func countIn(_ operation: OperationSchema) throws(BatchError) {
        let exceeded = state.withLock { state -> String? in
            if state.counts.requests >= budgets.requests {
                return "the budget of \(budgets.requests) requests is used up (--max-requests)"
            }
            if operation.effect.isWrite, state.counts.writes >= budgets.writes {
                return "the budget of \(budgets.writes) writes is used up (--max-writes)"
            }
            state.counts.requests += 1
            switch operation.effect {
            case .read: break
            case .create: state.counts.creates += 1
            case .update: state.counts.updates += 1
            case .delete: state.counts.deletes += 1
            }
            return nil
        }
        guard let exceeded else { return }
        throw BatchError(.budget, code: "BUDGET", exceeded, operation: operation.name, consequence: .stop(.budget))
    }

    /// Five refusals with 403 in a row mean that the credential may do nothing here.
    private func judged(_ error: PartnerError, isWrite: Bool) -> BatchError {
        var judged = BatchError(error, isWrite: isWrite)
        guard let status = error.status else { return judged }
        let refusals = state.withLock { state -> Int in
            state.refusalsInRow = status == 403 ? state.refusalsInRow + 1 : 0
            return state.refusalsInRow
        }
        if refusals >= 5 {
            judged.consequence = .stop(.fatal)
            judged.message += "; five requests in a row were refused"
        }
        return judged
    }

    private func mintedToken(
        in answer: JSONValue, of operation: OperationSchema, ids: [String], body: JSONObject?, item: ItemContext?
    ) -> MintedToken? {
        guard operation.mintsSecret, let secret = answer["token"]?.stringValue else { return nil }
        let isSession = operation.name == OperationSchema.sessionCreate.name
        return MintedToken(
            id: answer["id"]?.stringValue ?? "", userID: ids.first ?? "", key: item?.key ?? "",
            name: isSession ? "session" : body?["name"]?.stringValue ?? "", createdAt: answer["createdAt"]?.intValue,
            token: secret)
    }
}
