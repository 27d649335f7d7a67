// How a fiber's end becomes an item's: done, skipped, failed with its place in the script, or in doubt.

import CBKBatch
import CBKRuntime
import JSONBytes

extension FiberEnd {
    /// Tells the batch how its item ended.
    func settle(_ handle: ItemHandle) {
        switch self {
        case .done: handle.session.finish(handle.number, .done)
        case .skipped(let reason):
            handle.session.finish(handle.number, .skipped(reason.isString ? reason.string.text : ""))
        case .stopped:
            handle.session.run.stop(StopReason(.ended, "ended by 'break'"))
            handle.session.finish(handle.number, .done)
        case .failed(let error, let trace):
            if error.kind == .limit, !error.isCatchable { handle.session.noteExhausted(error) }
            if error.kind == .cancelled, let write = handle.write.withLock({ $0 }) {
                let doubt = BatchError(
                    .outcomeUnknown, code: "OUTCOME_UNKNOWN", "abandoned before \(write) had answered", consequence: .doubt)
                handle.session.finish(handle.number, error: doubt)
            } else if !error.isCatchable, let verdict = handle.verdict.withLock({ $0 }) {
                handle.session.finish(handle.number, error: verdict)
            } else {
                handle.session.finish(handle.number, error: BatchError(error, trace))
            }
        }
    }
}

extension BatchError {
    /// A script's error as an item's. A mistake of the script itself says where.
    init(_ error: ScriptError, _ trace: [TraceEntry]) {
        let isOwn = ![.api, .network, .timeout, .user].contains(error.kind)
        var message = error.message
        if isOwn, let entry = trace.first {
            message += " (\(entry.source.name):\(entry.source.position(of: entry.span.start).line))"
        }
        let consequence: Consequence =
            switch error.kind {
            case .limit where !error.isCatchable: .stop(.budget)
            case .cancelled: .stop(.interrupted)
            case .io where !error.isCatchable: .stop(.fatal)
            default: .item
            }
        self.init(
            .script, code: error.code ?? error.kind.rawValue.uppercased(), message, status: error.status,
            operation: error.operation, requestID: error.request, consequence: consequence)
    }
}

extension Snapshot {
    /// The type of something in it that is no data, such as a function or a stream.
    var opaqueType: String? {
        switch self {
        case .opaque(let type, _): return type
        case .list(let items):
            for item in items { if let type = item.opaqueType { return type } }
        case .record(let fields):
            for field in fields { if let type = field.value.opaqueType { return type } }
        default: break
        }
        return nil
    }

    /// As JSON for result files: secrets masked, nothing refused.
    package var maskedJSON: JSONValue {
        switch self {
        case .secret(let secret): .string(secret.masked)
        case .list(let items): .array(items.map(\.maskedJSON))
        case .record(let fields): .object(JSONObject(fields.map { JSONObject.Member(key: $0.name, value: $0.value.maskedJSON) }))
        case .opaque(_, let description): .string(description)
        default: (try? json(forRequest: false)) ?? .null
        }
    }
}
