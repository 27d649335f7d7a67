// A run with a journal over an account in memory whose answers get lost as a test wants, and the same run again, as another process
// finds it after a kill.

import CBKBatch
import Foundation
import JSONBytes
import PartnerAPI
import PartnerClient
import PartnerSandbox
import Synchronization

/// What becomes of one request.
enum Fate: Sendable {
    case answered
    /// It is done, and its answer is lost.
    case answerLost
    /// It never arrives, and nobody knows.
    case requestLost
    /// It is answered with 403.
    case refused
}

/// Carries requests to a sandbox and loses what it is told to. A class: it counts.
final class LossyTransport: Transport {
    private let inner: SandboxTransport
    private let fates = Mutex<[String: [Fate]]>([:])
    private let sent = Mutex<[String]>([])

    init(_ store: SandboxStore) { inner = SandboxTransport(store: store) }

    /// The fates of the next requests whose path ends so, in order; later ones are answered.
    func lose(_ ending: String, _ fates: Fate...) { self.fates.withLock { $0[ending] = fates } }

    /// The last parts of the paths of all requests: `user/create`.
    var paths: [String] { sent.withLock { $0 } }

    func count(_ ending: String) -> Int { paths.count { $0.hasSuffix(ending) } }

    func send(_ request: WireRequest) async throws -> WireResponse {
        sent.withLock { $0.append(request.path) }
        let fate = fates.withLock { fates -> Fate in
            guard let ending = fates.keys.first(where: { request.path.hasSuffix($0) }), fates[ending]?.isEmpty == false else {
                return .answered
            }
            return fates[ending]?.removeFirst() ?? .answered
        }
        if case .requestLost = fate { throw TransportError(.lost, "the connection was lost") }
        if case .refused = fate {
            return WireResponse(status: 403, body: .bytes(Array(#"{"message":"no","code":"NOT_AUTHORIZED"}"#.utf8)))
        }
        let response = try await inner.send(request)
        if case .answerLost = fate { throw TransportError(.lost, "the connection was lost") }
        return response
    }
}

/// An account, and the folder of its runs. Each `process` is a run or what goes on with it.
struct JournalFixture {
    let folder: TemporaryFolder
    let store: SandboxStore
    let transport: LossyTransport
    var settings = RunSettings(settle: .milliseconds(150))
    static let header = RunHeader(identity: "/a.cbk", target: "sandbox", fingerprint: "", parameters: JSONObject())

    init() throws {
        folder = try TemporaryFolder()
        store = try SandboxStore.open(path: ":memory:")
        transport = LossyTransport(store)
    }

    var parent: String { folder.path + "/cbk-runs" }

    struct Process {
        let record: RunRecord
        let gate: Gate
        let batch: BatchRun

        /// An item that starts; nil where it has ended already.
        func item(_ key: String, row: JSONObject = [:]) -> (number: Int, log: ItemLog)? {
            guard case .start(let number) = batch.admit(key: .text(key), row: .record(row)) else { return nil }
            return batch.log(ofItem: number).map { (number, $0) }
        }

        func create(_ log: ItemLog, _ body: JSONObject) async throws(BatchError) -> String {
            try await gate.perform(.userCreate, body: body, log: log)["id"]?.stringValue ?? ""
        }
    }

    func begin() throws -> Process {
        try process(RunRecord(folder: RunFolder(parent: parent, name: "a"), header: Self.header, settings: settings))
    }

    /// The process dies, once what it noted is on the disk: here its writer would outlive it.
    func kill(_ process: inout Process?) async {
        if let record = process?.record, record.hasJournal { try? await record.journal().synchronize() }
        process = nil
    }

    /// The run after the process of the earlier one has died: whatever it had in memory is gone.
    func goOn() throws -> Process {
        guard let path = FoundRun.newest(Self.header, in: [.unfinished], parent: parent, name: "a") else {
            throw BatchError(.io, code: "TEST", "there is no unfinished run")
        }
        return try process(try RunRecord(resuming: try Self.found(path), settings: settings))
    }

    /// A process that another test starts right now has the lock, too, until it becomes another program.
    private static func found(_ path: String) throws -> FoundRun {
        for _ in 0..<200 {
            if let run = try? FoundRun(path: path) { return run }
            usleep(10_000)
        }
        return try FoundRun(path: path)
    }

    private func process(_ record: RunRecord) throws -> Process {
        let gate = Gate(
            connection: PartnerConnection(transport: transport, options: PartnerClientOptions(retries: 0)),
            secrets: SecretsFile(folder: record.folder), run: record)
        return Process(
            record: record, gate: gate, batch: try BatchRun(BatchConfiguration(), folder: record.folder, run: record))
    }

    /// All users as they are now.
    func users() async throws -> [JSONValue] { try await page(.userList) }

    func tokens(of user: String) async throws -> [JSONValue] { try await page(.tokenList, ids: [user]) }

    private func page(_ operation: OperationSchema, ids: [String] = []) async throws -> [JSONValue] {
        let connection = PartnerConnection(transport: SandboxTransport(store: store))
        return try await connection.call(operation, ids: ids)["items"]?.arrayValue ?? []
    }
}
