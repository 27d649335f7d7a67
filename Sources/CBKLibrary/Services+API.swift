// Operations through the gate, with its errors as the script sees them.

import CBKBatch
import CBKRuntime
import JSONBytes
import PartnerAPI

extension Services {
    func perform(
        _ schema: OperationSchema, ids: [String], query: [QueryItem] = [], body: JSONObject?, item: ItemHandle?
    ) async throws(ScriptError) -> JSONValue {
        if schema.effect.isWrite, item == nil, let stop = batches.stopReason {
            throw ScriptError(
                .limit, "\(schema.name) was not sent: the run was stopped, \(stop.message)", code: "STOPPED",
                operation: schema.name, isCatchable: false)
        }
        let gate = try self.gate()
        if schema.effect.isWrite { item?.write.withLock { $0 = schema.name } }
        defer { item?.write.withLock { $0 = nil } }
        do throws(BatchError) {
            return try await gate.perform(schema, ids: ids, query: query, body: body, item: item?.context)
        } catch {
            if !error.isCatchable { item?.verdict.withLock { $0 = error } }
            throw ScriptError(error)
        }
    }

    /// One user by address or alias; nil where there is none.
    func find(email: String?, alias: String?, item: ItemHandle?) async throws(ScriptError) -> JSONValue? {
        if let alias {
            do throws(ScriptError) {
                return try await perform(.userFetch, ids: ["@" + alias], body: nil, item: item)
            } catch  where error.code == PartnerErrorCode.notFound.rawValue {
                return nil
            }
        }
        let query = [QueryItem("email", email ?? ""), QueryItem("take", "2")]
        let page = try await perform(.userList, ids: [], query: query, body: nil, item: item)
        // The filter may have been ignored: what comes back is compared, too.
        return page["items"]?.arrayValue?.first { $0["email"]?.stringValue == email }
    }
}

extension ScriptError {
    init(_ error: BatchError) {
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
