// The contract against the handler, a live server and, where CBK_CONTRACT_SECRET is set, the real API; and the sandbox's
// description against the published operations.
import Foundation
import JSONBytes
import PartnerAPI
import PartnerClient
import Synchronization
import Testing

@testable import PartnerSandbox

@Suite(.timeLimit(.minutes(1))) struct ContractTests {
    private static let secret = ProcessInfo.processInfo.environment["CBK_CONTRACT_SECRET"].map(Secret.init)

    @Test func theHandlerKeepsIt() async throws {
        let store = try SandboxStore.open(path: ":memory:")
        let description = OpenAPIReader(document: .object(OpenAPIDocument().json))
        try await Contract(transport: SandboxTransport(store: store), secret: nil, base: nil, description: description)
            .verify(mark: "contract")
        #expect(try await PartnerUserClient(transport: SandboxTransport(store: store)).list().items.isEmpty)
    }

    @Test func aFileKeepsItFromManyTasks() async throws {
        let folder = try TemporaryFolder()
        let store = try SandboxStore.open(path: folder.file("store.db"))
        let description = OpenAPIReader(document: .object(OpenAPIDocument().json))
        let contract = Contract(transport: SandboxTransport(store: store), secret: nil, base: nil, description: description)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 { group.addTask { try await contract.verify(mark: "contract-\(number)") } }
            try await group.waitForAll()
        }
        #expect(try await PartnerUserClient(transport: SandboxTransport(store: store)).list().items.isEmpty)
    }

    @Test(arguments: ["", "/v1"]) func aLiveServerKeepsIt(_ path: String) async throws {
        let live = try LiveSandbox()
        let transport = HTTPTransport()
        try await live.run { port in
            let published = try await RawConnection.open(port) {
                try await $0.ask("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
            }
            #expect(published.status == 200 && published.headers["x-request-id"] != nil)
            try await Contract(
                transport: transport, secret: live.secret, base: try BaseURL("http://127.0.0.1:\(port)\(path)"),
                description: OpenAPIReader(document: published.json)
            ).verify(mark: "contract")
        }
        await transport.shutdown()
    }

    @Test(.enabled(if: secret != nil, "CBK_CONTRACT_SECRET is not set: the real API was not asked"))
    func theRealAPIKeepsIt() async throws {
        let secret = try #require(Self.secret)
        var contract = Contract(
            transport: HTTPTransport.shared, secret: secret, base: .standard,
            description: OpenAPIReader(document: .object(OpenAPIDocument().json)))
        contract.isSandbox = false
        try await contract.verify(mark: "cbk-contract-\(UInt32.random(in: 0...UInt32.max))")
    }

    /// Against a real account, nothing may be left and nobody else touched.
    @Test func whatItMadeIsDeletedWhateverGoesWrong() async throws {
        let store = try SandboxStore.open(path: ":memory:")
        let users = PartnerUserClient(transport: SandboxTransport(store: store))
        let stranger = try await users.create(PartnerUserCreateRequest(meta: ["mark": "another"]))
        let description = OpenAPIReader(document: .object(OpenAPIDocument().json))
        let losing = LosingTransport(transport: SandboxTransport(store: store))
        await withKnownIssue {
            try await Contract(transport: losing, secret: nil, base: nil, description: description).verify(mark: "contract")
        }
        #expect(losing.lost.withLock { $0 } == 1)
        #expect(try await users.list().items.map(\.id) == [stranger])
    }

    // MARK: - The published operations

    /// Facts of the published document.
    private static let published: Set<String> = [
        "GET /partner/user/list listPartnerUsers",
        "GET /partner/user/{userId}/fetch fetchPartnerUser",
        "POST /partner/user/create createPartnerUser",
        "POST /partner/user/{userId}/update updatePartnerUser",
        "POST /partner/user/{userId}/delete deletePartnerUser",
        "GET /partner/user/{userId}/token/list listPartnerUserTokens",
        "POST /partner/user/{userId}/token/create createPartnerUserToken",
        "POST /partner/user/{userId}/token/{tokenId}/update updatePartnerUserToken",
        "POST /partner/user/{userId}/token/{tokenId}/delete deletePartnerUserToken",
        "POST /partner/user/{userId}/session/create createPartnerUserSession",
        "GET /partner/user/{userId}/context/list listPartnerUserContexts",
        "GET /partner/user/{userId}/context/{contextId}/fetch fetchPartnerUserContext",
        "POST /partner/user/{userId}/context/create createPartnerUserContext",
        "POST /partner/user/{userId}/context/{contextId}/update updatePartnerUserContext",
        "POST /partner/user/{userId}/context/{contextId}/delete deletePartnerUserContext",
    ]

    @Test func theDescriptionHasThePublishedOperations() {
        var described: Set<String> = []
        for path in OpenAPIDocument().json["paths"]?.objectValue?.members ?? [] {
            for method in path.value.objectValue?.members ?? [] {
                described.insert("\(method.key.uppercased()) \(path.key) \(method.value["operationId"]?.stringValue ?? "")")
            }
        }
        #expect(described == Self.published)
    }

    @Test func theContractAsksForEveryOperation() {
        let description = OpenAPIReader(document: .object(OpenAPIDocument().json))
        let asked = ContractStep.all.filter { $0.status == 200 }.compactMap {
            description.operation($0.method, $0.path)?["operationId"]?.stringValue
        }
        #expect(Set(asked) == Set(OperationSchema.all.map(\.operationID)))
    }

    /// A description that says something else finds fault with the sandbox: it is no empty test.
    @Test func theReaderSeesDifferences() throws {
        let text = String(decoding: OpenAPIDocument().json.serialized(), as: UTF8.self)
        let changes = [
            (#""required":["items"]"#, #""required":["pages"]"#), (#""type":"integer""#, #""type":"string""#), ("^req_", "^id_"),
        ]
        for (old, new) in changes {
            let reader = OpenAPIReader(document: try JSONValue(parsing: text.replacing(old, with: new)))
            let answer = #"{"items":[{"id":"a","createdAt":1,"updatedAt":2}],"cursor":"a"}"#
            let headers: WireHeaders = ["Content-Type": "application/json", "X-Request-Id": "req_0123456789abcdef"]
            let response = WireResponse(status: 200, headers: headers, body: .bytes([]))
            #expect(reader.problems(response, answer, of: .get, "/partner/user/list", isStrict: true).isEmpty == false, "\(old)")
        }
    }
}

/// Loses the answer to the first create, which is done. A class: it counts.
private final class LosingTransport: Transport {
    let transport: SandboxTransport
    let lost = Mutex(0)

    init(transport: SandboxTransport) { self.transport = transport }

    func send(_ request: WireRequest) async throws -> WireResponse {
        let response = try await transport.send(request)
        let isFirst = request.path.hasSuffix("/user/create") && lost.withLock { $0 == 0 }
        guard isFirst else { return response }
        lost.withLock { $0 += 1 }
        throw TransportError(.lost, "gone")
    }
}
