// The one way to the API: every operation of a script, the prompt or an import goes through here. It counts, keeps the
// budgets, calls the client, saves minted tokens before it returns, and gives one kind of error.

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

/// One call of an operation, as it goes through the gate.
struct GateCall: Sendable {
    var operation: OperationSchema
    var ids: [String]
    var query: [QueryItem] = []
    var body: JSONObject?
    var item: ItemContext?
    var runAs: String?

    /// nil where it is blank: the API takes that for none.
    var alias: String? { body?["alias"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }

    /// What the journal knows it by: what the script asked for, before anything is added.
    var text: String {
        var text = operation.name
        for id in ids { text += " \(id)" }
        for part in query { text += " \(part.name)=\(part.value)" }
        if let runAs { text += " as \(runAs)" }
        if let body { text += " \(KeyDigest(body.text).hexadecimal)" }
        return text
    }
}

/// The most that a run may send.
package struct GateBudgets: Sendable {
    /// `--max-requests`: attempts, so what the client sends again counts again.
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
    /// Attempts.
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
    package let secrets: SecretsFile
    /// nil on the sandbox.
    package let brake: Brake?
    private let connection: PartnerConnection
    private let run: RunRecord?
    private let budgets: GateBudgets
    private let tally: Tally

    /// - Parameters:
    ///   - secrets: where minted tokens go; its file is made at the first.
    ///   - brake: of a live account.
    ///   - run: keeps the journal; nil: nothing is written down.
    package init(
        connection: PartnerConnection, secrets: SecretsFile, budgets: GateBudgets = GateBudgets(), brake: Brake? = nil,
        run: RunRecord? = nil
    ) {
        let tally = Tally()
        var connection = connection
        connection.admitsRetry = { tally.admitRetry(budgets) }
        self.connection = connection
        self.secrets = secrets
        self.budgets = budgets
        self.brake = brake
        self.run = run
        self.tally = tally
    }

    package var counts: GateCounts { tally.counts }

    /// How fast requests leave now; nil where nothing holds them back.
    package var pace: RequestLimiter.State? { connection.limiter?.state }

    /// Performs one operation.
    /// - Parameters:
    ///   - ids: one for each parameter of the path.
    ///   - item: the item on whose behalf it is done; nil at the top level.
    ///   - runAs: the user to act as; nil: the partner.
    ///   - log: of the item, in a run that keeps a journal.
    ///   - image: what an update is going to change, where it has been looked up.
    /// - Returns: the answer as it came, with a minted token whole; it is in the secrets file by then.
    package func perform(
        _ operation: OperationSchema, ids: [String] = [], query: [QueryItem] = [], body: JSONObject? = nil,
        item: ItemContext? = nil, runAs: String? = nil, log: ItemLog? = nil, image: JSONValue? = nil
    ) async throws(BatchError) -> JSONValue {
        let call = GateCall(operation: operation, ids: ids, query: query, body: body, item: item, runAs: runAs)
        if let run, let log {
            return try await operation.effect.isWrite ? write(call, log, run, image: image) : read(call, log)
        }
        guard operation.effect.isWrite else { return try await send(call) }
        return try await admitting(call) { () async throws(BatchError) in
            let answer = try await attempt(call)
            try await keepSecret(of: answer, call)
            return answer
        }
    }

    /// Sends a read.
    func send(_ call: GateCall) async throws(BatchError) -> JSONValue {
        try count(call.operation)
        return try await attempt(call)
    }

    /// Does a write's work where the brake and the budgets let it.
    func admitting(
        _ call: GateCall, _ work: () async throws(BatchError) -> JSONValue
    ) async throws(BatchError) -> JSONValue {
        // A secret comes once: where it could not be kept, it is not asked for.
        if call.operation.mintsSecret { try secrets.prepare() }
        try await brake?.admit(call.operation, ids: call.ids)
        defer { brake?.ended(call.operation) }
        try count(call.operation)
        return try await work()
    }

    /// Sends a write once more, as another attempt.
    func resend(_ call: GateCall) async throws(BatchError) -> JSONValue {
        guard tally.admitRetry(budgets) else {
            throw BatchError(
                .budget, code: "BUDGET", "the budget of \(budgets.requests) requests is used up (--max-requests)",
                operation: call.operation.name, consequence: .stop(.budget))
        }
        return try await attempt(call)
    }

    private func count(_ operation: OperationSchema) throws(BatchError) {
        if let exceeded = tally.countIn(operation, budgets) {
            throw BatchError(.budget, code: "BUDGET", exceeded, operation: operation.name, consequence: .stop(.budget))
        }
    }

    func attempt(_ call: GateCall) async throws(BatchError) -> JSONValue {
        do throws(PartnerError) {
            let answer = try await connection(as: call.runAs).call(
                call.operation, ids: call.ids, query: call.query, body: call.body)
            tally.noteAnswer(status: nil)
            return answer
        } catch {
            throw judged(error, isWrite: call.operation.effect.isWrite)
        }
    }

    /// Returns when a minted token is in the secrets file.
    func keepSecret(of answer: JSONValue, _ call: GateCall) async throws(BatchError) {
        guard call.operation.mintsSecret, let secret = answer["token"]?.stringValue else { return }
        // One that an earlier process has put there, and whose outcome it could not write down.
        if let id = answer["id"]?.stringValue, try secrets.token(id) != nil { return }
        let isSession = call.operation.name == OperationSchema.sessionCreate.name
        try await secrets.append(
            MintedToken(
                id: answer["id"]?.stringValue ?? "", userID: call.ids.first ?? "", key: call.item?.key ?? "",
                name: isSession ? "session" : call.body?["name"]?.stringValue ?? "", createdAt: answer["createdAt"]?.intValue,
                token: secret))
    }

    /// Reads a whole list as one answer that comes as it is made; one operation, whatever its length.
    /// - Parameters:
    ///   - total: records at most; nil for all.
    ///   - take: gets each record as it came, and says whether it wants more.
    package func stream(
        _ operation: OperationSchema, ids: [String] = [], query: [QueryItem] = [], total: Int? = nil, _ take: (JSONObject) -> Bool
    ) async throws(BatchError) {
        try count(operation)
        let stream = connection.stream(operation, ids: ids, query: query, total: total)
        do {
            for try await record in stream.items { if !take(record.fields) { break } }
        } catch let error as PartnerError {
            throw judged(error, isWrite: false)
        } catch {
            throw judged(PartnerError(kind: .answer, message: "\(error)", operation: operation.name), isWrite: false)
        }
        tally.noteAnswer(status: nil)
    }

    private func connection(as user: String?) -> PartnerConnection {
        guard let user else { return connection }
        return connection.extended(by: PartnerClientOptions(runAsUserID: user))
    }

    /// Five refusals with 403 in a row mean that the credential may do nothing here, and five operations in a row without a
    /// connection that the others will not come through either.
    private func judged(_ error: PartnerError, isWrite: Bool) -> BatchError {
        var judged = BatchError(error, isWrite: isWrite)
        if error.isUnreachable, tally.noteUnreachable() >= 5 {
            judged.consequence = .stop(.fatal)
            judged.message += "; five operations in a row found no connection: see to the address, the network or the proxy"
        }
        guard let status = error.effectiveStatus else { return judged }
        if tally.noteAnswer(status: status) >= 5 {
            judged.consequence = .stop(.fatal)
            judged.message += "; five requests in a row were refused"
        }
        return judged
    }
}

/// What the gate has counted. A class: the client asks it, too, before it sends something again.
private final class Tally: Sendable {
    private let state = Mutex((counts: GateCounts(), refusalsInRow: 0, unreachableInRow: 0))

    var counts: GateCounts { state.withLock { $0.counts } }

    /// Counts an operation and its first attempt; gives the budget that does not allow it.
    func countIn(_ operation: OperationSchema, _ budgets: GateBudgets) -> String? {
        state.withLock { state in
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
    }

    /// Counts another attempt, if the budget has it.
    func admitRetry(_ budgets: GateBudgets) -> Bool {
        state.withLock { state in
            guard state.counts.requests < budgets.requests else { return false }
            state.counts.requests += 1
            return true
        }
    }

    /// Gives how many in a row were refused with 403.
    @discardableResult
    func noteAnswer(status: Int?) -> Int {
        state.withLock { state in
            state.refusalsInRow = status == 403 ? state.refusalsInRow + 1 : 0
            state.unreachableInRow = 0
            return state.refusalsInRow
        }
    }

    /// Gives how many in a row found no connection.
    func noteUnreachable() -> Int {
        state.withLock { state in
            state.unreachableInRow += 1
            return state.unreachableInRow
        }
    }
}
