// Who calls an operation: the item of a batch, or none, and the user to act as. Operations go through the gate, and its
// errors come back as the script sees them.

import CBKBatch
import CBKRuntime
import JSONBytes
import PartnerAPI
import PartnerClient

struct Caller: Sendable {
    let services: Services
    let item: ItemHandle?
    /// Where the run writes down what this item does; nil where no run is recorded.
    let log: ItemLog?
    /// Of `users.extend(run_as:)`.
    let runAs: String?

    init(_ call: NativeCall) {
        services = call.services
        item = call.vm.itemContext as? ItemHandle
        log = call.log
        runAs = services.identities.name(call.vm.binding)
    }

    func perform(
        _ schema: OperationSchema, ids: [String] = [], query: [QueryItem] = [], body: JSONObject? = nil,
        image: JSONValue? = nil
    ) async throws(ScriptError) -> JSONValue {
        guard schema.effect.isWrite else { return try await send(schema, ids, query, body, nil) }
        if let item {
            item.write.withLock { $0 = schema.name }
            defer { item.write.withLock { $0 = nil } }
            return try await send(schema, ids, query, body, image)
        }
        if let stop = services.batches.stopReason {
            throw ScriptError(
                .limit, "\(schema.name) was not sent: the run was stopped, \(stop.message)", code: "STOPPED",
                operation: schema.name, isCatchable: false)
        }
        guard services.writes.begin(schema.name) else { throw Caller.interruption }
        defer { services.writes.end(schema.name) }
        let answer = try await send(schema, ids, query, body, image)
        // It was waited for; the script goes no further.
        if services.writes.isStopping { throw Caller.interruption }
        return answer
    }

    private static let interruption = ScriptError(.cancelled, "interrupted", code: "E0506", isCatchable: false)

    private func send(
        _ schema: OperationSchema, _ ids: [String], _ query: [QueryItem], _ body: JSONObject?, _ image: JSONValue?
    ) async throws(ScriptError) -> JSONValue {
        let gate = try services.gate()
        do throws(BatchError) {
            return try await gate.perform(
                schema, ids: ids, query: query, body: body, item: item?.context, runAs: runAs, log: log, image: image)
        } catch {
            if !error.isCatchable {
                if let item { item.verdict.withLock { $0 = error } } else { services.verdict.withLock { $0 = error } }
            }
            throw ScriptError(error)
        }
    }

    /// One user by alias; nil where there is none.
    func user(alias: String) async throws(ScriptError) -> JSONValue? {
        do throws(ScriptError) {
            return try await perform(.userFetch, ids: ["@" + alias])
        } catch  where error.code == PartnerErrorCode.notFound.rawValue {
            return nil
        }
    }

    /// The users with exactly this address, two at most.
    func users(email: String) async throws(ScriptError) -> [JSONValue] {
        var found: [JSONValue] = []
        let query = ListQuery(filters: [QueryItem("email", email)])
        var walk = PageWalk()
        while found.count < 2, let wanted = walk.wanted {
            let page = try await perform(.userList, query: query.items(cursor: walk.cursor, take: wanted))
            // The filter may have been ignored: then these are all users, page by page.
            found += walk.items(of: page).filter { $0["email"]?.stringValue == email }
        }
        return Array(found.prefix(2))
    }

    /// One token of a user; nil where there is none with that id.
    func token(_ id: String, of user: String) async throws(ScriptError) -> JSONValue? {
        var walk = PageWalk()
        while let wanted = walk.wanted {
            let page = try await perform(.tokenList, ids: [user], query: ListQuery().items(cursor: walk.cursor, take: wanted))
            if let token = walk.items(of: page).first(where: { $0["id"]?.stringValue == id }) { return token }
        }
        return nil
    }
}

extension ScriptError {
    package init(_ error: BatchError) {
        let kind: Kind =
            switch error.kind {
            case .api, .outcomeUnknown, .answer: .api
            case .network: .network
            case .timeout: .timeout
            case .invalidRequest, .data, .script: .value
            case .cancelled: .cancelled
            case .budget: .limit
            case .io: .io
            }
        self.init(
            kind, error.message, code: error.code, status: error.status, operation: error.operation, request: error.requestID,
            isCatchable: error.isCatchable)
    }
}
