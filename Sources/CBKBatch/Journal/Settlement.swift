// What became of a write whose answer was lost. Nothing is guessed: the server is asked, and where a list may lag behind, asked again
// until the settle window is over. Gives the answer of the one write that happened, or an error that says what is not known.

import JSONBytes
import PartnerAPI
import PartnerClient

struct Settlement {
    private let gate: Gate
    private let call: GateCall
    private let entry: JournalEntry
    private let log: ItemLog
    private let run: RunRecord
    private let doubt: BatchError

    /// What a look at the server shows.
    private enum Look {
        case found(JSONValue)
        case absent
        /// Why nobody can tell.
        case undecidable(String)
    }

    /// How often a write is sent again that did not happen.
    private static let mostRounds = 3

    /// - Parameter doubt: what was said instead of an answer; nil where an earlier process was not told.
    init(_ gate: Gate, _ call: GateCall, _ entry: JournalEntry, _ log: ItemLog, _ run: RunRecord, _ doubt: BatchError?) {
        self.gate = gate
        self.call = call
        self.entry = entry
        self.log = log
        self.run = run
        self.doubt =
            doubt
            ?? BatchError(
                .outcomeUnknown, code: "OUTCOME_UNKNOWN", "an earlier process of the run was not told its outcome",
                operation: call.operation.name, consequence: .doubt)
    }

    func settle() async throws(BatchError) -> JSONValue {
        switch call.operation.name {
        case OperationSchema.userCreate.name:
            if let alias = call.alias { return try await createdByAlias(alias) }
            return try await createdOnce { () async throws(BatchError) in try await createdUser() }
        case OperationSchema.tokenCreate.name:
            return try await createdOnce { () async throws(BatchError) in try await mintedToken() }
        case OperationSchema.contextCreate.name:
            return try await createdOnce { () async throws(BatchError) in
                try await gate.first(of: .contextList, call, isMarked).map(Look.found) ?? .absent
            }
        case OperationSchema.userUpdate.name, OperationSchema.contextUpdate.name, OperationSchema.tokenUpdate.name:
            return try await updated()
        case OperationSchema.sessionCreate.name: return try await repeated { _ in nil }
        default:
            return try await repeated { error in error.isNotFound ? ["id": .string(call.ids.last ?? "")] : nil }
        }
    }

    // MARK: - Creates

    /// The server lets one user have the alias: who has it is ours, or somebody else's.
    private func createdByAlias(_ alias: String) async throws(BatchError) -> JSONValue {
        var window = SettleWindow(run.settings.settle)
        repeat {
            do throws(BatchError) {
                return try await gate.resend(call)
            } catch {
                guard error.code == PartnerErrorCode.conflict.rawValue else {
                    guard error.isWorthWaiting else { throw error }
                    continue
                }
                guard let user = try await lookUp(alias) else { continue }
                guard let id = user["id"]?.stringValue else { throw error }
                // An alias made of the write's own mark is of no other write.
                if !alias.hasSuffix(mark) {
                    guard try run.journal().watermark()?.isBefore(user) != false, isWhatWasSent(user),
                        try !run.journal().hasCreated(id)
                    else { throw error }
                }
                return ["id": .string(id)]
            }
        } while await window.wait()
        throw unknown(silence)
    }

    /// nil where there is none yet, or nobody could be asked.
    private func lookUp(_ alias: String) async throws(BatchError) -> JSONValue? {
        do throws(BatchError) {
            return try await gate.fetched(.userFetch, ["@" + alias], call.runAs)
        } catch {
            guard error.isWorthWaiting else { throw error }
            return nil
        }
    }

    /// Looks for what a create may have made until the window is over, and only then sends it again.
    private func createdOnce(_ find: () async throws(BatchError) -> Look) async throws(BatchError) -> JSONValue {
        for _ in 0..<Self.mostRounds {
            var window = SettleWindow(run.settings.settle)
            var wasSeen = false
            repeat {
                let look: Look
                do throws(BatchError) { look = try await find() } catch {
                    guard error.isWorthWaiting else { throw error }
                    wasSeen = false
                    continue
                }
                switch look {
                case .found(let answer): return answer
                case .undecidable(let reason): throw unknown(reason)
                case .absent: wasSeen = true
                }
            } while await window.wait()
            // Where the last look failed, nothing says that it is not there.
            guard wasSeen else { break }
            do throws(BatchError) {
                return try await gate.resend(call)
            } catch {
                guard error.isWorthWaiting else { throw error }
            }
        }
        throw unknown(silence)
    }

    private func createdUser() async throws(BatchError) -> Look {
        let journal = try run.journal()
        let watermark = try journal.watermark()
        var query: [QueryItem] = []
        if run.settings.mark == .meta {
            query = [QueryItem("meta.\(operationKey)", mark)]
        } else if let email = call.body?["email"]?.stringValue {
            query = [QueryItem("email", email)]
        }
        var found: [String] = []
        var walk = PageWalk()
        walking: while let wanted = walk.wanted {
            let page = try await gate.send(
                GateCall(operation: .userList, ids: [], query: query + walk.query(wanted), runAs: call.runAs))
            for user in walk.items(of: page) {
                // Newest first; the filter may have been ignored.
                guard watermark?.isBefore(user) != false else { break walking }
                guard run.settings.mark == .meta ? isMarked(user) : isWhatWasSent(user), let id = user["id"]?.stringValue,
                    try !journal.hasCreated(id)
                else { continue }
                found.append(id)
            }
        }
        guard found.count < 2 else {
            return .undecidable("it may be any of \(found.joined(separator: ", ")), which are all like what was sent")
        }
        return found.first.map { .found(["id": .string($0)]) } ?? .absent
    }

    /// A token whose secret is in the secrets file is adopted; one whose secret was lost is deleted, to be minted anew.
    private func mintedToken() async throws(BatchError) -> Look {
        guard let token = try await gate.first(of: .tokenList, call, isMarked), let id = token["id"]?.stringValue else {
            return .absent
        }
        if let secret = try gate.secrets.token(id) {
            return .found(["id": .string(id), "token": .string(secret), "createdAt": token["createdAt"] ?? .null])
        }
        let deletion = GateCall(
            operation: .tokenDelete, ids: [call.ids.first ?? "", id], body: JSONObject(), item: call.item, runAs: call.runAs)
        do throws(BatchError) { _ = try await gate.resend(deletion) } catch { if !error.isNotFound { throw error } }
        return .found(try await gate.resend(call))
    }

    // MARK: - Updates and deletes

    private func updated() async throws(BatchError) -> JSONValue {
        var window = SettleWindow(run.settings.settle)
        repeat {
            var reason: String?
            do throws(BatchError) {
                switch try await update() {
                case .found(let answer): return answer
                case .absent: return try await gate.resend(call)
                case .undecidable(let why): reason = why
                }
            } catch {
                guard error.isWorthWaiting else { throw error }
            }
            if let reason { throw unknown(reason) }
        } while await window.wait()
        throw unknown(silence)
    }

    /// Whether an update is there, or all is as it was before.
    private func update() async throws(BatchError) -> Look {
        guard let sent = call.body, let known = try await gate.image(of: call) else { return .absent }
        let isThere = try await hasAlias(sent, known)
        let answer = Look.found(["id": known["id"] ?? .null])
        if isThere, agrees(known, with: sent, exactly: true) { return answer }
        let isAsBefore = entry.image.map { image in
            // The image is masked where the journal has kept it.
            sent.members.allSatisfy {
                $0.key == "alias"
                    || maskingTokens(in: known[$0.key] ?? .null) == maskingTokens(in: image[$0.key] ?? .null)
            }
        }
        guard isAsBefore == false else { return .absent }
        if isThere, agrees(known, with: sent, exactly: false) { return answer }
        return .undecidable("'\(known["id"]?.stringValue ?? "")' is neither as it was nor as it was to be")
    }

    /// No answer has the alias: who holds it tells.
    private func hasAlias(_ sent: JSONObject, _ known: JSONValue) async throws(BatchError) -> Bool {
        guard let alias = sent["alias"]?.stringValue, !alias.isEmpty else { return sent["alias"] == nil }
        return try await gate.fetched(.userFetch, ["@" + alias], call.runAs)?["id"] == known["id"]
    }

    /// Sends again what may happen twice.
    /// - Parameter meaning: the answer that a refusal amounts to.
    private func repeated(_ meaning: (BatchError) -> JSONValue?) async throws(BatchError) -> JSONValue {
        var window = SettleWindow(run.settings.settle)
        repeat {
            do throws(BatchError) {
                return try await gate.resend(call)
            } catch {
                if let answer = meaning(error) { return answer }
                guard error.isWorthWaiting else { throw error }
            }
        } while await window.wait()
        throw unknown(silence)
    }

    // MARK: - Comparing

    private var mark: String { log.id.operationID(run: run.folder.runName ?? "", sequence: entry.sequence) }

    private func isMarked(_ record: JSONValue) -> Bool { record["meta"]?[operationKey]?.stringValue == mark }

    private func isWhatWasSent(_ user: JSONValue) -> Bool {
        call.body.map { agrees(user, with: $0, exactly: false) } ?? false
    }

    /// Whether a record has the fields that were sent. What no answer shows is left out.
    private func agrees(_ record: JSONValue, with sent: JSONObject, exactly: Bool) -> Bool {
        sent.members.allSatisfy { member in
            if member.key == "alias" { return true }
            let known = record[member.key] ?? .null
            if member.key == "email", let left = known.stringValue, let right = member.value.stringValue {
                return left.lowercased() == right.lowercased()
            }
            return exactly ? isSame(known, member.value) : covers(known, member.value)
        }
    }

    private func isSame(_ known: JSONValue, _ sent: JSONValue) -> Bool {
        // An empty text or object and none at all are alike.
        known == sent || (isBlank(known) && isBlank(sent))
    }

    private func covers(_ known: JSONValue, _ sent: JSONValue) -> Bool {
        guard let object = sent.objectValue else { return isSame(known, sent) }
        return object.members.allSatisfy { covers(known[$0.key] ?? .null, $0.value) }
    }

    private func isBlank(_ value: JSONValue) -> Bool {
        value.isNull || value.stringValue == "" || value.objectValue?.isEmpty == true
    }

    private var silence: String { "no answer came within \(run.settings.settle) (--settle)" }

    private func unknown(_ reason: String) -> BatchError {
        var error = doubt
        error.message += "; it could not be settled: \(reason)"
        return error
    }
}

extension BatchError {
    /// Another try may end otherwise.
    fileprivate var isWorthWaiting: Bool {
        if case .stop = consequence { return false }
        return switch kind {
        case .network, .timeout, .answer, .outcomeUnknown: true
        case .api: consequence == .item && (status.map { $0 < 300 || $0 == 408 || $0 == 429 || $0 >= 500 } ?? false)
        default: false
        }
    }
}

/// How long a list may lag behind. A look comes at once, later ones ever more rarely, the last at the end.
private struct SettleWindow {
    private let end: ContinuousClock.Instant
    private var pause: Duration = .milliseconds(100)

    init(_ length: Duration) { end = .now + length }

    /// Waits for the next look; false when the window is over.
    mutating func wait() async -> Bool {
        let rest = ContinuousClock.now.duration(to: end)
        guard rest > .zero, !Task.isCancelled else { return false }
        do { try await Task.sleep(for: min(pause, rest)) } catch { return false }
        pause = min(pause * 2, .seconds(5))
        return true
    }
}
