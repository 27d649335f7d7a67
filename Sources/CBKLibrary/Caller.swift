// Who calls an operation: the item of a batch, or none, and the user to act as. Operations go through the gate, and its
// errors come back as the script sees them.

import CBKBatch
import CBKRuntime
import JSONBytes
import PartnerAPI

struct Caller: Sendable {
    let services: Services
    let item: ItemHandle?
    /// Of `users.extend(run_as:)`.
    let runAs: String?

    init(_ call: NativeCall) {
        services = call.services
        item = call.vm.itemContext as? ItemHandle
        runAs = services.identities.name(call.vm.binding)
    }

    func perform(
        _ schema: OperationSchema, ids: [String] = [], query: [QueryItem] = [], body: JSONObject? = nil
    ) async throws(ScriptError) -> JSONValue {
        if schema.effect.isWrite, item == nil, let stop = services.batches.stopReason {
            throw ScriptError(
                .limit, "\(schema.name) was not sent: the run was stopped, \(stop.message)", code: "STOPPED",
                operation: schema.name, isCatchable: false)
        }
        let gate = try services.gate()
        if schema.effect.isWrite { item?.write.withLock { $0 = schema.name } }
        defer { item?.write.withLock { $0 = nil } }
        do throws(BatchError) {
            return try await gate.perform(
                schema, ids: ids, query: query, body: body, item: item?.context, runAs: runAs)
        } catch {
            if !error.isCatchable { item?.verdict.withLock { $0 = error } }
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
        var query = ListQuery(filters: [QueryItem("email", email)])
        while true {
            let page = try await perform(.userList, query: query.items(cursor: query.cursor, take: 100))
            let items = page["items"]?.arrayValue ?? []
            // The filter may have been ignored: then these are all users, page by page.
            found += items.filter { $0["email"]?.stringValue == email }
            let last = page["cursor"]?.stringValue ?? items.last?["id"]?.stringValue
            if found.count >= 2 || items.count < 100 || last == nil || last == query.cursor { return Array(found.prefix(2)) }
            query.cursor = last
        }
    }

    /// One token of a user; nil where there is none with that id.
    func token(_ id: String, of user: String) async throws(ScriptError) -> JSONValue? {
        var query = ListQuery()
        while true {
            let page = try await perform(.tokenList, ids: [user], query: query.items(cursor: query.cursor, take: 100))
            let items = page["items"]?.arrayValue ?? []
            if let token = items.first(where: { $0["id"]?.stringValue == id }) { return token }
            let last = page["cursor"]?.stringValue ?? items.last?["id"]?.stringValue
            if items.count < 100 || last == nil || last == query.cursor { return nil }
            query.cursor = last
        }
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
