// Operations of a run with a journal: answered from it where an earlier run made them, otherwise written down before they are sent
// and after. A write whose answer was lost is settled before its call returns.

import JSONBytes
import PartnerAPI
import PartnerClient

extension Gate {
    func read(_ call: GateCall, _ log: ItemLog) async throws(BatchError) -> JSONValue {
        let text = call.text
        if let known = log.recorded(.read, text) {
            if let error = known[refused]?.objectValue { throw BatchError(journaled: error) }
            return known
        }
        do throws(BatchError) {
            let answer = try await send(call)
            log.note(.read, text, answer)
            return answer
        } catch {
            // What the server says is an answer, too; that there was none is not.
            if error.kind == .api, error.consequence == .item {
                log.note(.read, text, [refused: .object(error.journaled)])
            }
            throw error
        }
    }

    /// - Parameter image: what the caller found, where it has looked already.
    func write(_ call: GateCall, _ log: ItemLog, _ run: RunRecord, image: JSONValue?) async throws(BatchError) -> JSONValue {
        let journal = try run.journal()
        if let failure = journal.firstFailure { throw failure }
        let name = call.operation.name
        var entry: JournalEntry
        var isInDoubt = false
        if let (recorded, isLast) = try log.write(call.text, operation: name) {
            switch recorded.state {
            case .done: return try secrets.completed(recorded.value ?? .null)
            case .refused:
                // The script went on behind it, so it does again.
                if !isLast, let error = recorded.error { throw error }
            case .intent, .unknown: isInDoubt = true
            }
            entry = recorded
        } else {
            entry = JournalEntry(sequence: log.nextSequence(), kind: .write, call: call.text, state: .intent, image: image)
        }
        var call = call
        do throws(BatchError) {
            try await prepare(&call, &entry, log, run)
        } catch {
            // It is the write that does not come about.
            var error = error
            error.operation = name
            throw error
        }
        entry.state = .intent
        return try await admitting(call) { () async throws(BatchError) in
            if !isInDoubt { try await journal.intend(entry, log) }
            let answer: JSONValue
            do throws(BatchError) {
                answer = try await self.answer(to: call, entry, log, run, &isInDoubt)
            } catch {
                entry.error = error
                switch error.consequence {
                case .doubt: entry.state = .unknown
                // What stops a run while a write is being settled says nothing about that write.
                case .stop where isInDoubt: throw error
                case .item, .itemForGood, .stop: entry.state = .refused
                }
                try await journal.conclude(entry, log.id)
                throw error
            }
            try await keepSecret(of: answer, call)
            (entry.state, entry.error) = (.done, nil)
            entry.value = call.operation.mintsSecret ? withoutSecret(answer) : answer
            let isUser = name == OperationSchema.userCreate.name
            try await journal.conclude(
                entry, log.id, created: isUser ? answer["id"]?.stringValue : nil, isAwaited: !isFoundAgain(call))
            return answer
        }
    }

    /// Sends a write, or finds out what became of it.
    /// - Parameter isInDoubt: it may have happened already; set where its answer is lost.
    private func answer(
        to call: GateCall, _ entry: JournalEntry, _ log: ItemLog, _ run: RunRecord, _ isInDoubt: inout Bool
    ) async throws(BatchError) -> JSONValue {
        var doubt: BatchError?
        if !isInDoubt {
            do throws(BatchError) {
                return try await attempt(call)
            } catch {
                guard error.consequence == .doubt else { throw error }
                (isInDoubt, doubt) = (true, error)
            }
        }
        do throws(BatchError) {
            return try await Settlement(self, call, entry, log, run, doubt).settle()
        } catch {
            let name = call.operation.name
            guard error.consequence == .item, error.operation != name || error.status == 403 else { throw error }
            // What a look at the server is refused says nothing about the write.
            var error = error
            (error.consequence, error.kind, error.operation) = (.doubt, .outcomeUnknown, name)
            throw error
        }
    }

    // MARK: - Before a write

    /// Looks up and adds what it takes to settle a write.
    private func prepare(
        _ call: inout GateCall, _ entry: inout JournalEntry, _ log: ItemLog, _ run: RunRecord
    ) async throws(BatchError) {
        let mark = log.id.operationID(run: run.folder.runName ?? "", sequence: entry.sequence)
        switch call.operation.name {
        case OperationSchema.userCreate.name:
            switch run.settings.mark ?? (log.id.batch > 0 ? .alias : .none) {
            case .alias where call.alias == nil:
                // Nobody else has it, so nothing is to be told from older users.
                call.body?["alias"] = .string("cbk-" + mark)
                return
            case .meta: addMark(mark, to: &call)
            case .alias, .none: break
            }
            _ = try await run.watermark { [self] () async throws(BatchError) in try await newestUser() }
        case OperationSchema.tokenCreate.name, OperationSchema.contextCreate.name: addMark(mark, to: &call)
        case OperationSchema.userUpdate.name, OperationSchema.contextUpdate.name, OperationSchema.tokenUpdate.name,
            OperationSchema.userDelete.name:
            if entry.image == nil { entry.image = try await image(of: call) }
            // An alias may be another's by the time it matters.
            if call.ids.count == 1, let id = entry.image?["id"]?.stringValue { call.ids[0] = id }
        default: break
        }
    }

    /// Whether a later process would find for sure what became of a write: then it need not wait until its outcome is on the disk.
    private func isFoundAgain(_ call: GateCall) -> Bool {
        switch call.operation.name {
        case OperationSchema.userCreate.name: call.alias != nil || call.body?["meta"]?[operationKey] != nil
        case OperationSchema.sessionCreate.name: false
        default: true
        }
    }

    private func addMark(_ mark: String, to call: inout GateCall) {
        var meta = call.body?["meta"]?.objectValue ?? JSONObject()
        meta[operationKey] = .string(mark)
        call.body?["meta"] = .object(meta)
    }

    /// What a write is about to change; nil where there is nothing, which the write will say.
    func image(of call: GateCall) async throws(BatchError) -> JSONValue? {
        switch call.operation.name {
        case OperationSchema.tokenUpdate.name:
            return try await first(of: .tokenList, call) { $0["id"]?.stringValue == call.ids.last }
        case OperationSchema.contextUpdate.name: return try await fetched(.contextFetch, call.ids, call.runAs)
        case OperationSchema.userDelete.name where call.ids.first?.hasPrefix("@") != true: return nil
        default: return try await fetched(.userFetch, call.ids, call.runAs)
        }
    }

    /// One record; nil where there is none.
    func fetched(_ operation: OperationSchema, _ ids: [String], _ runAs: String?) async throws(BatchError) -> JSONValue? {
        do throws(BatchError) {
            return try await send(GateCall(operation: operation, ids: ids, runAs: runAs))
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    /// The first of a user's tokens or contexts that fits.
    func first(
        of list: OperationSchema, _ call: GateCall, _ fits: (JSONValue) -> Bool
    ) async throws(BatchError) -> JSONValue? {
        var walk = PageWalk()
        while let wanted = walk.wanted {
            let page = try await send(
                GateCall(
                    operation: list, ids: Array(call.ids.prefix(1)), query: walk.query(wanted), runAs: call.runAs))
            if let found = walk.items(of: page).first(where: fits) { return found }
        }
        return nil
    }

    private func newestUser() async throws(BatchError) -> Watermark {
        let page = try await send(GateCall(operation: .userList, ids: [], query: [QueryItem("take", "1")]))
        let newest = page["items"]?.arrayValue?.first
        return Watermark(time: newest?["createdAt"]?.intValue ?? 0, id: newest?["id"]?.stringValue ?? "")
    }
}

/// The key in `meta` that holds an operation's mark.
let operationKey = "cbk_op"

/// Marks a recorded answer as a refusal.
private let refused = "$refused"

extension BatchError {
    package var isNotFound: Bool { status == 404 || code == PartnerErrorCode.notFound.rawValue }
}

/// An answer with what must be in no file but secrets.csv masked.
private func withoutSecret(_ answer: JSONValue) -> JSONValue {
    guard var object = answer.objectValue, let token = object["token"]?.stringValue else { return answer }
    let masked = maskingTokens(in: token)
    object["token"] = .string(masked == token ? "…" : masked)
    return .object(object)
}
