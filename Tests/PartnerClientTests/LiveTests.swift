// All operations, typed, against the sandbox within the process and over real HTTP: both must say the same.
import JSONBytes
import PartnerAPI
import PartnerClient
import PartnerSandbox
import Testing

@Suite(.timeLimit(.minutes(1))) struct LiveTests {
    /// Runs the body with a client of a sandbox behind a socket.
    private func live(
        concurrency: Int = 16, connections: Int = 16,
        _ body: @escaping @Sendable (PartnerUserClient) async throws -> Void
    ) async throws {
        let store = try SandboxStore.open(path: ":memory:")
        let secret = SandboxServer.newSecret()
        let server = SandboxServer(handler: RequestHandler(store: store), secret: secret)
        try await server.run { port in
            let transport = HTTPTransport(connections: connections, environment: [:])
            let options = PartnerClientOptions(secret: secret, baseURL: try BaseURL("http://127.0.0.1:\(port)"))
            try await body(
                PartnerUserClient(transport: transport, options: options, limiter: RequestLimiter(concurrency: concurrency)))
            await transport.shutdown()
        }
        store.close()
    }

    @Test func theSandboxWithinTheProcessKnowsEveryOperation() async throws {
        let store = try SandboxStore.open(path: ":memory:")
        try await TypedOperations(users: PartnerUserClient(transport: SandboxTransport(store: store))).verify()
    }

    @Test func theSandboxOverHTTPKnowsEveryOperation() async throws {
        try await live { users in try await TypedOperations(users: users).verify() }
    }

    @Test func aThousandAtOnceAreAThousand() async throws {
        try await live(concurrency: 16, connections: 8) { users in
            let made = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<1000 { group.addTask { try await users.create(PartnerUserCreateRequest(name: "n\(number)")) } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(made.count == 1000)
            var listed: Set<String> = []
            for try await user in users.stream().items { listed.insert(user.id) }
            #expect(listed == made)
            var paged = 0
            for try await page in users.pages() { paged += page.items.count }
            #expect(paged == 1000)
            let state = users.connection.limiter?.state
            #expect(state?.inFlight == 0)
            #expect(state?.throttled == 0)
        }
    }

    @Test func whoHasNoRightsIsToldSo() async throws {
        try await live { users in
            let id = try await users.create()
            let token = try await users.token.create(id)
            let own = await #expect(throws: PartnerError.self) {
                try await users.extend(PartnerClientOptions(secret: token.token)).list()
            }
            #expect(own?.status == 403)
            #expect(own?.code == "NOT_AUTHORIZED")
            #expect(own?.requestID?.isEmpty == false)
            let wrong = await #expect(throws: PartnerError.self) {
                try await users.extend(PartnerClientOptions(secret: SandboxServer.newSecret())).list()
            }
            #expect(wrong?.status == 401)
            #expect(wrong?.attempts == 1)
        }
    }

    @Test func aServerThatIsNotThereIsAnErrorThatSaysWhere() async throws {
        let unserved = try UnservedPort()
        let transport = HTTPTransport(environment: [:])
        let options = PartnerClientOptions(
            baseURL: try BaseURL("http://127.0.0.1:\(unserved.number)"), retries: 2, retryDelay: .zero)
        let error = await #expect(throws: PartnerError.self) {
            try await PartnerUserClient(transport: transport, options: options).create()
        }
        #expect(error?.kind == .network)
        #expect(
            error?.description
                == "users.create: cannot connect to 127.0.0.1:\(unserved.number): connection refused, after 3 attempts")
        await transport.shutdown()
    }
}

/// Each of the fifteen operations, by its method, against an empty account.
struct TypedOperations {
    let users: PartnerUserClient

    func verify() async throws {
        let id = try await verifyUsers()
        try await verifyTokens(of: id)
        try await verifySessions(of: id)
        try await verifyContexts(of: id)
        #expect(try await users.delete(id) == id)
        let gone = await #expect(throws: PartnerError.self) { try await users.fetch(id) }
        #expect(gone?.code == "NOT_FOUND")
        #expect(try await users.list().items.isEmpty)
    }

    private func verifyUsers() async throws -> String {
        let limits = PartnerUserLimits(messages: 5, database: .init(records: 6))
        let id = try await users.create(
            PartnerUserCreateRequest(
                alias: "zoe", name: "Zoë 😀", description: "d", meta: ["plan": "pro", "vip": true, "n": [1, 2.5, nil]],
                image: "https://example.com/i.png", email: "zoe@example.com", limits: limits))
        let user = try await users.fetch("@zoe")
        #expect(user.id == id)
        #expect(user.name == "Zoë 😀")
        #expect(user.description == "d")
        #expect(user.meta == ["plan": "pro", "vip": true, "n": [1, 2.5, nil]])
        #expect(user.image == "https://example.com/i.png")
        #expect(user.email == "zoe@example.com")
        #expect(user.limits == limits)
        #expect(user.createdAt == user.updatedAt)
        let change = PartnerUserUpdateRequest(alias: .clear, name: .set("Zoe"), email: .clear)
        #expect(try await users.update(id, change) == id)
        #expect(try await users.fetch(id).name == "Zoe")
        #expect(try await users.fetch(id).email == nil)
        let options = ListOptions(order: .asc, take: 5, meta: [(key: "plan", value: "pro"), (key: "vip", value: "true")])
        #expect(try await users.list(options).items.map(\.id) == [id])
        #expect(try await users.list(ListOptions(email: "nobody@example.com")).items.isEmpty)
        for try await user in users.stream(options).items { #expect(user.id == id) }
        return id
    }

    private func verifyTokens(of user: String) async throws {
        let minted = try await users.token.create(user, PartnerUserTokenCreateRequest(name: "first", meta: ["op": "x"]))
        #expect(minted.token.reveal().hasPrefix("sk-"))
        #expect(
            try await users.token.update(user, minted.id, PartnerUserTokenUpdateRequest(name: .set("renamed"))) == minted.id)
        let listed = try await users.token.list(user).items
        #expect(listed.map(\.name) == ["renamed"])
        #expect(listed.first?.meta == ["op": "x"])
        for try await token in users.token.stream(user).items { #expect(token.id == minted.id) }
        #expect(try await users.token.delete(user, minted.id) == minted.id)
        for try await _ in users.token.all(user) { Issue.record("a deleted token is listed") }
    }

    private func verifySessions(of user: String) async throws {
        let session = try await users.session.create(
            user, PartnerUserSessionCreateRequest(durationInSeconds: 60, allowedRoutes: ["GET /*"]))
        #expect(!session.token.reveal().isEmpty)
        #expect(session.expiresAt != nil)
    }

    private func verifyContexts(of user: String) async throws {
        let context = try await users.context.create(
            user, PartnerUserContextCreateRequest(name: "c", payload: ["k": [["deep": true]]]))
        #expect(try await users.context.fetch(user, context.id).payload == ["k": [["deep": true]]])
        let change = PartnerUserContextUpdateRequest(description: .set("d"))
        #expect(try await users.context.update(user, context.id, change) == context.id)
        #expect(try await users.context.list(user).items.map(\.description) == ["d"])
        for try await listed in users.context.stream(user).items { #expect(listed.id == context.id) }
        #expect(try await users.context.delete(user, context.id) == context.id)
        #expect(try await users.context.list(user).items.isEmpty)
    }
}
