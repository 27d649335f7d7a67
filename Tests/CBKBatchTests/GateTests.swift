import CBKBatch
import Foundation
import JSONBytes
import PartnerAPI
import PartnerClient
import Synchronization
import Testing

/// Answers with what it was given, in order; the last answer stays.
private final class ScriptedTransport: Transport {
    private let answers: Mutex<[Result<(Int, String), TransportError>]>
    private let sent = Mutex<[WireRequest]>([])

    init(_ answers: Result<(Int, String), TransportError>...) { self.answers = Mutex(answers) }

    var requests: [WireRequest] { sent.withLock { $0 } }

    func send(_ request: WireRequest) async throws -> WireResponse {
        sent.withLock { $0.append(request) }
        let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        let (status, body) = try answer.get()
        return WireResponse(status: status, body: .bytes(Array(body.utf8)))
    }
}

@Suite struct GateTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func gate(
        _ transport: ScriptedTransport, budgets: GateBudgets = GateBudgets(),
        options: PartnerClientOptions = PartnerClientOptions(retries: 0)
    ) -> Gate {
        let run = RunFolder(parent: folder.path + "/cbk-runs", name: "gate")
        return Gate(
            connection: PartnerConnection(transport: transport, options: options), secrets: SecretsFile(folder: run),
            budgets: budgets)
    }

    private func failure(_ gate: Gate, _ operation: OperationSchema = .userCreate, ids: [String] = []) async -> BatchError? {
        do throws(BatchError) {
            _ = try await gate.perform(operation, ids: ids)
            return nil
        } catch {
            return error
        }
    }

    @Test func anOperationGoesThroughAndIsCounted() async throws {
        let transport = ScriptedTransport(.success((200, #"{"id":"u1"}"#)))
        let gate = gate(transport)
        let answer = try await gate.perform(.userCreate, body: ["name": "Ada"])
        #expect(answer["id"] == "u1")
        _ = try await gate.perform(.userUpdate, ids: ["u1"], body: [:])
        _ = try await gate.perform(.userDelete, ids: ["u1"])
        _ = try await gate.perform(.userFetch, ids: ["u1"])
        #expect(gate.counts == GateCounts(requests: 4, creates: 1, updates: 1, deletes: 1))
        #expect(transport.requests.first?.body == Array(#"{"name":"Ada"}"#.utf8))
    }

    @Test func aRefusalIsItsItemsError() async {
        let error = await failure(gate(ScriptedTransport(.success((409, #"{"message":"taken","code":"CONFLICT"}"#)))))
        #expect(error?.code == "CONFLICT")
        #expect(error?.status == 409)
        #expect(error?.operation == "users.create")
        #expect(error?.kind == .api)
        #expect(error?.consequence == .item)
        #expect(error?.isCatchable == true)
    }

    @Test(arguments: [
        (401, "NOT_AUTHENTICATED", BatchError.Consequence.stop(.fatal)), (402, "NO_SUBSCRIPTION", .stop(.fatal)),
        (429, "LIMITS_REACHED", .stop(.planFull)), (429, "TOO_MANY_REQUESTS", .item), (422, "UNPROCESSABLE_ENTITY", .item),
        (500, "INTERNAL_SERVER_ERROR", .doubt), (408, "TIMEOUT", .doubt), (200, "TIMEOUT", .doubt),
    ])
    func consequencesOfWrites(_ status: Int, _ code: String, _ consequence: BatchError.Consequence) async {
        let error = await failure(gate(ScriptedTransport(.success((status, "{\"message\":\"m\",\"code\":\"\(code)\"}")))))
        #expect(error?.consequence == consequence)
        #expect(error?.code == code)
        #expect(error?.isCatchable == (consequence == .item))
    }

    @Test func aListPolledTooFastStopsNothing() async {
        let error = await failure(
            gate(ScriptedTransport(.success((429, #"{"message":"m","code":"LIMITS_REACHED"}"#)))), .userList)
        #expect(error?.consequence == .item)
    }

    @Test func aLostAnswerIsInDoubtForWritesOnly() async {
        let lost = ScriptedTransport(.failure(TransportError(.lost, "connection reset")))
        #expect(await failure(gate(lost))?.consequence == .doubt)
        let read = await failure(gate(lost), .userFetch, ids: ["u1"])
        #expect(read?.consequence == .item)
        #expect(read?.kind == .network)
        let unsent = await failure(gate(ScriptedTransport(.failure(TransportError(.notSent, "refused")))))
        #expect(unsent?.consequence == .item)
        #expect(unsent?.code == "NETWORK")
    }

    @Test func fiveForbiddenInARowAreFatal() async {
        let forbidden = #"{"message":"no","code":"NOT_AUTHORIZED"}"#
        let gate = gate(ScriptedTransport(.success((403, forbidden))))
        for _ in 0..<4 { #expect(await failure(gate)?.consequence == .item) }
        let fifth = await failure(gate)
        #expect(fifth?.consequence == .stop(.fatal))
        #expect(fifth?.message == "no; five requests in a row were refused")
    }

    @Test func anAnswerBetweenBreaksTheRow() async {
        let no = (403, #"{"message":"no","code":"NOT_AUTHORIZED"}"#)
        let gate = gate(
            ScriptedTransport(
                .success(no), .success(no), .success(no), .success(no), .success((200, #"{"id":"u"}"#)), .success(no)))
        for _ in 0..<4 { _ = await failure(gate) }
        #expect(await failure(gate) == nil)
        #expect(await failure(gate)?.consequence == .item)
    }

    private static let unreachable = Result<(Int, String), TransportError>.failure(
        TransportError(.notSent, "cannot connect to example.com:443: connection refused", isUnreachable: true))

    @Test func fiveOperationsWithoutAConnectionAreFatal() async {
        let gate = gate(ScriptedTransport(Self.unreachable), options: PartnerClientOptions(retries: 1, retryDelay: .zero))
        for _ in 0..<4 { #expect(await failure(gate)?.consequence == .item) }
        let fifth = await failure(gate, .userFetch, ids: ["u1"])
        #expect(fifth?.consequence == .stop(.fatal))
        #expect(fifth?.code == "NETWORK")
        #expect(
            fifth?.message
                == "cannot connect to example.com:443: connection refused, after 2 attempts; five operations in a row found no "
                + "connection: see to the address, the network or the proxy")
        // So are those that were under way.
        #expect(await failure(gate)?.consequence == .stop(.fatal))
    }

    @Test func anyAnswerBreaksTheRowOfNoConnections() async {
        let gate = gate(
            ScriptedTransport(
                Self.unreachable, Self.unreachable, Self.unreachable, Self.unreachable, .success((404, "")), Self.unreachable))
        for _ in 0..<4 { _ = await failure(gate) }
        #expect(await failure(gate)?.status == 404)
        for _ in 0..<4 { #expect(await failure(gate)?.consequence == .item) }
    }

    // MARK: Streams

    private func streamed(_ gate: Gate, total: Int? = nil, most: Int = 10) async -> (ids: [JSONValue?], error: BatchError?) {
        var ids: [JSONValue?] = []
        do throws(BatchError) {
            try await gate.stream(.userList, query: [QueryItem("order", "asc")], total: total) { record in
                ids.append(record["id"])
                return ids.count < most
            }
            return (ids, nil)
        } catch {
            return (ids, error)
        }
    }

    private static let lines = #"{"type":"item","data":{"id":"u1"}}"# + "\n" + #"{"type":"item","data":{"id":"u2"}}"# + "\n"

    @Test func aStreamIsOneOperation() async {
        let transport = ScriptedTransport(.success((200, Self.lines)))
        let gate = gate(transport, budgets: GateBudgets(requests: 4))
        #expect(await streamed(gate).ids == ["u1", "u2"])
        #expect(await streamed(gate, most: 1).ids == ["u1"])
        #expect(await streamed(gate, total: 1).ids == ["u1"])
        #expect(await streamed(gate, total: -1).ids == [])
        #expect(gate.counts.requests == 4)
        #expect(transport.requests.map { $0.query.map(\.name) } == [["order"], ["order"], ["order", "take"]])
        #expect(transport.requests.allSatisfy { $0.headers["Accept"] == "application/jsonl" })
        #expect(await streamed(gate).error?.consequence == .stop(.budget))
    }

    @Test(arguments: [
        ("INTERNAL_SERVER_ERROR", BatchError.Consequence.item), ("NOT_AUTHENTICATED", .stop(.fatal)),
        ("NO_SUBSCRIPTION", .stop(.fatal)),
    ])
    func anErrorInTheMiddleOfAStream(_ code: String, _ consequence: BatchError.Consequence) async {
        let event = "{\"type\":\"error\",\"data\":{\"message\":\"m\",\"code\":\"\(code)\"}}\n"
        let (ids, error) = await streamed(gate(ScriptedTransport(.success((200, Self.lines + event)))))
        #expect(ids == ["u1", "u2"])
        #expect(error?.code == code && error?.message == "m" && error?.consequence == consequence)
    }

    @Test func budgetsStop() async {
        let transport = ScriptedTransport(.success((200, #"{"id":"u1"}"#)))
        let gate = gate(transport, budgets: GateBudgets(requests: 3, writes: 1))
        #expect(await failure(gate) == nil)
        let write = await failure(gate)
        #expect(write?.consequence == .stop(.budget))
        #expect(write?.message == "the budget of 1 writes is used up (--max-writes)")
        #expect(await failure(gate, .userFetch, ids: ["u1"]) == nil)
        #expect(await failure(gate, .userFetch, ids: ["u1"]) == nil)
        #expect(await failure(gate, .userFetch, ids: ["u1"])?.message == "the budget of 3 requests is used up (--max-requests)")
        #expect(transport.requests.count == 3)
    }

    @Test func aMintedTokenIsOnDiskBeforeItIsGiven() async throws {
        let token = fakeToken("f")
        let transport = ScriptedTransport(.success((200, "{\"id\":\"t1\",\"token\":\"\(token)\",\"createdAt\":1700000000000}")))
        let gate = gate(transport)
        let answer = try await gate.perform(
            .tokenCreate, ids: ["u1"], body: ["name": "first"], item: ItemContext(batch: 1, item: 3, key: "a@x.org"))
        #expect(answer["token"]?.stringValue == token)
        let path = try #require(gate.secrets.path)
        #expect(try contents(path).hasSuffix("t1,u1,a@x.org,first,2023-11-14T22:13:20Z,\(token)\n"))
    }

    @Test func aTokenThatCannotBeSavedIsFatal() async throws {
        let transport = ScriptedTransport(.success((200, "{\"id\":\"t1\",\"token\":\"\(fakeToken())\"}")))
        let blocked = try folder.write("blocked", [])
        let secrets = SecretsFile(folder: RunFolder(parent: blocked, name: "x"))
        let gate = Gate(connection: PartnerConnection(transport: transport), secrets: secrets)
        #expect(await failure(gate, .tokenCreate, ids: ["u1"])?.consequence == .stop(.fatal))
    }

    @Test func whatIsSentAgainCountsAgain() async throws {
        let unsent = ScriptedTransport(.failure(TransportError(.notSent, "refused")))
        let options = PartnerClientOptions(retries: 9, retryDelay: .zero)
        let gate = gate(unsent, budgets: GateBudgets(requests: 3), options: options)
        #expect(await failure(gate)?.code == "NETWORK")
        #expect(unsent.requests.count == 3)
        #expect(gate.counts == GateCounts(requests: 3, creates: 1))
        #expect(await failure(gate)?.consequence == .stop(.budget))
    }
}
