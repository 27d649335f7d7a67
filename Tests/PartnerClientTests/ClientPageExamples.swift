// The Swift examples of docs/client.md as code that compiles: each block of the page stands here, indented, line by line;
// `ClientPageTests` compares them.
import Foundation
import PartnerAPI
import PartnerClient

struct Order {
    let customer: String
}

func firstProgram() async throws {
    guard let text = ProcessInfo.processInfo.environment["CHATBOTKIT_API_SECRET"] else { return }
    let users = PartnerUserClient(secret: Secret(text))
    let id = try await users.create(PartnerUserCreateRequest(name: "Ada", meta: ["plan": "pro"], email: "ada@example.com"))
    let minted = try await users.token.create(id, PartnerUserTokenCreateRequest(name: "first"))
    print(minted.token.reveal())  // Shown this once; printing a Secret itself shows a mask.
    for try await user in users.all(ListOptions(meta: [(key: "plan", value: "pro")])) { print(user.name ?? user.id) }
}

func sandbox(_ secret: Secret) async throws {
    let options = PartnerClientOptions(secret: secret, baseURL: try BaseURL("http://127.0.0.1:8787"))
    let users = PartnerUserClient(options)
    _ = users
}

func update(_ users: PartnerUserClient, _ id: String) async throws {
    try await users.update(id, PartnerUserUpdateRequest(name: .set("Ada Lovelace"), email: .clear))
}

func extend(_ users: PartnerUserClient, _ id: String) async throws {
    let theirs = users.extend(PartnerClientOptions(runAsUserID: id, timeout: .seconds(10)))
    _ = theirs
}

func errors(_ users: PartnerUserClient) async throws {
    do {
        try await users.create(PartnerUserCreateRequest(alias: "ada", name: "Ada"))
    } catch let error where error.kind == .outcomeUnknown {
        // With an alias it is easily settled: either it is there, or it did not happen.
        let found = try? await users.fetch("@ada")
        print(found == nil ? "not created" : "created")
    } catch {
        print("refused: \(error)")
    }
}

func stream(_ users: PartnerUserClient) async throws {
    for try await event in users.stream(ListOptions(order: .asc)) {
        switch event {
        case .item(let user): print(user.id)
        case .result(let summary): print(summary)
        }
    }
}

func speed(_ options: PartnerClientOptions) async throws {
    let limiter = RequestLimiter(rate: 20, concurrency: 8)
    let users = PartnerUserClient(
        connection: PartnerConnection(transport: HTTPTransport.shared, options: options, limiter: limiter))
    try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 1...1000 {
            group.addTask { try await users.create(PartnerUserCreateRequest(alias: "seat-\(number)")) }
        }
        try await group.waitForAll()
    }
    print(limiter.state.attempts, limiter.state.throttled)
}

func cache(_ users: PartnerUserClient, _ orders: [Order]) async throws {
    let cached = users.cached()
    for order in orders { print(try await cached.fetch("@" + order.customer).name ?? "?") }
}
