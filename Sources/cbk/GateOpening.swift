// The way to the API, opened at the first operation: over the sandbox's store, or over HTTP to a live account. Before that
// neither a file nor the network is touched. Says, too, whether a live account may be written to at all.

import CBKBatch
import CBKLibrary
import CBKRuntime
import PartnerClient
import PartnerSandbox
import Synchronization

/// A class: a program has one gate, and whoever asks first opens it.
final class GateOpening: Sendable {
    /// What flags say of the way.
    struct Settings: Sendable {
        var budgets = GateBudgets()
        var brake = BrakeLimits()
        var timeout: Duration?
        var retries: Int?
        /// Requests a second at most.
        var rate: Double?
        /// `-j`.
        var jobs: Int?
    }

    /// An import's width, so that it is the server that decides how many are under way.
    private static let requestsAtOnce = 64

    let questions: LiveQuestions
    private let target: Target
    private let home: Home
    private let folder: RunFolder
    private let record: RunRecord?
    private let settings: Settings
    private let dialog: any ScriptDialog
    private let gateIfOpen = Mutex<Gate?>(nil)
    private let store = Mutex<SandboxStore?>(nil)

    init(
        target: Target, home: Home, folder: RunFolder, record: RunRecord?, settings: Settings, dialog: any ScriptDialog
    ) {
        self.target = target
        self.home = home
        self.folder = folder
        self.record = record
        self.settings = settings
        self.dialog = dialog
        questions = LiveQuestions(dialog: dialog, target: target.name)
    }

    func close() { store.withLock { $0?.close() } }

    var existing: Gate? { gateIfOpen.withLock { $0 } }

    /// nil before the first request, and on the sandbox.
    var flow: RequestFlow? {
        existing?.pace.map { RequestFlow(inFlight: $0.inFlight, throttled: $0.throttled) }
    }

    func gate() throws(ScriptError) -> Gate {
        do {
            return try gateIfOpen.withLock { known in
                if let known { return known }
                let gate = try target.account.map(liveGate) ?? sandboxGate()
                known = gate
                return gate
            }
        } catch let error as UsageError {
            throw ScriptError(.io, error.message, code: "E0608", isCatchable: false)
        } catch {
            throw ScriptError(.io, "cannot open the sandbox '\(home.store)': \(error)", code: "E0608", isCatchable: false)
        }
    }

    private func sandboxGate() throws -> Gate {
        try home.prepare()
        let store = try SandboxStore.open(path: home.store)
        self.store.withLock { $0 = store }
        return Gate(
            connection: PartnerConnection(transport: SandboxTransport(store: store)), secrets: SecretsFile(folder: folder),
            budgets: settings.budgets, run: record)
    }

    private func liveGate(_ account: Account) -> Gate {
        let options = PartnerClientOptions(
            secret: account.secret.value, baseURL: account.url, runAsUserID: account.runAs?.value, timeout: settings.timeout,
            retries: settings.retries)
        // More than usual at once, where more is asked for; each needs a connection.
        let transport = settings.jobs.map { HTTPTransport(connections: max($0, HTTPTransport.shared.connections)) } ?? .shared
        let limiter = RequestLimiter(rate: settings.rate, concurrency: max(settings.jobs ?? 0, GateOpening.requestsAtOnce))
        return Gate(
            connection: PartnerConnection(transport: transport, options: options, limiter: limiter),
            secrets: SecretsFile(folder: folder), budgets: settings.budgets,
            brake: Brake(limits: settings.brake, dialog: isAttended ? questions : nil, refusal: refusal),
            run: record)
    }

    // MARK: Writing to a live account

    /// Whether somebody can be asked.
    var isAttended: Bool { dialog.question() != nil }

    /// Why nothing may be written; nil where it may.
    var refusal: String? {
        guard target.account != nil, !target.isNamedByFlag, !isAttended else { return nil }
        return "a write on a live account that nobody watches needs --live, --url or --profile: "
            + "no flag names \(target.name), and there is no terminal"
    }
}
