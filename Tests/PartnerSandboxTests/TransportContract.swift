// One body of requests that any transport to the API must answer alike: here the sandbox in process, in memory
// and in a file. It leaves nothing behind that it made.
import JSONBytes
import PartnerAPI
import PartnerClient
import Testing

@testable import PartnerSandbox

struct TransportContract {
    let users: PartnerUserClient
    /// Tells this run's users from others.
    let mark: String

    func verify() async throws {
        try await verifyLifeOfAUser()
        try await verifyLists()
        try await verifyTokens()
        try await verifyRefusals()
    }

    private func verifyLifeOfAUser() async throws {
        let id = try await users.create(
            PartnerUserCreateRequest(
                alias: "\(mark)-life", name: "Zoë 😀", meta: ["mark": .string(mark), "vip": true],
                email: "\(mark)@example.com", limits: PartnerUserLimits(messages: 5, database: .init(records: 6))))
        let user = try await users.fetch(id)
        #expect(user.id == id)
        #expect(user.name == "Zoë 😀")
        #expect(user.meta?["vip"] == true)
        #expect(user.limits == PartnerUserLimits(messages: 5, database: .init(records: 6)))
        #expect(user.createdAt != nil)
        #expect(try await users.fetch("@\(mark)-life").id == id)
        #expect(try await users.update(id, PartnerUserUpdateRequest(alias: .clear, name: .set("Zoe"), email: .clear)) == id)
        let updated = try await users.fetch(id)
        #expect(updated.name == "Zoe")
        #expect(updated.email == nil)
        #expect(updated.meta == user.meta)
        #expect(updated.createdAt == user.createdAt)
        #expect(await code { _ = try await users.fetch("@\(mark)-life") } == "NOT_FOUND")
        #expect(try await users.delete(id) == id)
        #expect(await code { _ = try await users.fetch(id) } == "NOT_FOUND")
    }

    private func verifyLists() async throws {
        var made: [String] = []
        for number in 0..<5 {
            let email = number == 3 ? "\(mark)-3@example.com" : nil
            made.append(
                try await users.create(
                    PartnerUserCreateRequest(meta: ["mark": .string(mark), "odd": .bool(number % 2 == 1)], email: email)))
        }
        let mine = ListOptions(order: .asc, meta: [(key: "mark", value: mark)])
        var listed: [String] = []
        for try await user in users.all(mine) { listed.append(user.id) }
        #expect(listed == made)
        var options = mine
        options.order = .desc
        options.take = 2
        let first = try await users.list(options)
        #expect(first.items.map(\.id) == [made[4], made[3]])
        options.cursor = first.cursor
        #expect(try await users.list(options).items.map(\.id) == [made[2], made[1]])
        options = mine
        options.meta.append((key: "odd", value: "true"))
        #expect(try await users.list(options).items.map(\.id) == [made[1], made[3]])
        #expect(try await users.list(ListOptions(email: "\(mark)-3@example.com")).items.map(\.id) == [made[3]])
        for id in made { try await users.delete(id) }
        #expect(try await users.list(mine).items.isEmpty)
    }

    private func verifyTokens() async throws {
        let user = try await users.create(PartnerUserCreateRequest(meta: ["mark": .string(mark)]))
        let minted = try await users.token.create(user, PartnerUserTokenCreateRequest(name: "first", meta: ["op": "x"]))
        #expect(minted.token.reveal().utf8.count == 67)
        let second = try await users.token.create(user, PartnerUserTokenCreateRequest(name: "second"))
        #expect(minted.token != second.token)
        try await users.token.update(user, minted.id, PartnerUserTokenUpdateRequest(name: .set("renamed")))
        var names: [String?] = []
        for try await token in users.token.all(user, ListOptions(order: .asc)) { names.append(token.name) }
        #expect(names == ["renamed", "second"])
        try await users.token.delete(user, second.id)
        #expect(try await users.token.list(user).items.map(\.id) == [minted.id])
        try await users.delete(user)
        #expect(await code { _ = try await users.token.list(user) } == "NOT_FOUND")
    }

    private func verifyRefusals() async throws {
        let id = try await users.create(PartnerUserCreateRequest(alias: "\(mark)-taken"))
        #expect(await code { try await users.create(PartnerUserCreateRequest(alias: "\(mark)-taken")) } == "CONFLICT")
        #expect(
            await code { try await users.create(PartnerUserCreateRequest(name: String(repeating: "é", count: 96))) }
                == "BAD_REQUEST")
        #expect(await code { try await users.create(PartnerUserCreateRequest(alias: "No Spaces")) } == "BAD_REQUEST")
        #expect(await code { try await users.update("nobody-\(mark)", PartnerUserUpdateRequest(name: .set("x"))) } == "NOT_FOUND")
        #expect(await code { _ = try await users.connection.call(.userCreate, body: ["meta": 5]) } == "BAD_REQUEST")
        try await users.delete(id)
    }

    /// The code of the error that a call ends with; nil where it ends well.
    private func code(_ call: () async throws -> Void) async -> String? {
        do {
            try await call()
            return nil
        } catch {
            return (error as? PartnerError)?.code
        }
    }
}

@Suite struct TransportContractTests {
    @Test func theSandboxInMemoryKeepsIt() async throws {
        let store = try SandboxStore.open(path: ":memory:")
        let users = PartnerUserClient(transport: SandboxTransport(store: store))
        try await TransportContract(users: users, mark: "contract").verify()
    }

    @Test func theSandboxInAFileKeepsItFromManyTasks() async throws {
        let folder = try TemporaryFolder()
        let store = try SandboxStore.open(path: folder.file("store.db"))
        let users = PartnerUserClient(transport: SandboxTransport(store: store))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask { try await TransportContract(users: users, mark: "contract-\(number)").verify() }
            }
            try await group.waitForAll()
        }
        #expect(try await users.list().items.isEmpty)
    }
}
