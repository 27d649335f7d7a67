// The wire's rules for contexts and sessions, through raw requests and through the client.
import GRDB
import JSONBytes
import PartnerAPI
import PartnerClient
import Testing

@testable import PartnerSandbox

@Suite struct ContextRulesTests {
    @Test func createAnswersTheRecord() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        let created = try await sandbox.post(
            "/\(user)/context/create", #"{"name":"notes","meta":{"k":"v"},"payload":{"a":[1]},"botId":"b","other":1}"#)
        #expect(
            created.json == [
                "id": .string(created.id), "name": "notes", "meta": ["k": "v"], "payload": ["a": [1]],
                "createdAt": 1_750_000_000_000, "updatedAt": 1_750_000_000_000,
            ])
        #expect(try await sandbox.get("/\(user)/context/\(created.id)/fetch").json == created.json)
        #expect(try await sandbox.get("/\(user)/context/list").json["items"] == [created.json])
    }

    @Test func updateReplacesAndMovesTheTime() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        let id = try await sandbox.post("/\(user)/context/create", #"{"name":"a","payload":{"a":1},"description":"d"}"#).id
        sandbox.clock.advance(5)
        let answer = try await sandbox.post("/\(user)/context/\(id)/update", #"{"payload":{"b":2},"description":null}"#)
        #expect(answer.json == ["id": .string(id)])
        let known = try await sandbox.get("/\(user)/context/\(id)/fetch").json
        #expect(known["payload"] == ["b": 2] && known["description"] == nil && known["name"] == "a")
        #expect(known["updatedAt"] == 1_750_000_000_005)
    }

    @Test func nobodyReachesAnotherUsersContext() async throws {
        let sandbox = try Sandbox()
        let owner = try await sandbox.post("/create").id
        let other = try await sandbox.post("/create").id
        let id = try await sandbox.post("/\(owner)/context/create").id
        for answer in [
            try await sandbox.get("/\(other)/context/\(id)/fetch"),
            try await sandbox.post("/\(other)/context/\(id)/update"),
            try await sandbox.post("/\(other)/context/\(id)/delete"),
            try await sandbox.get("/nobody/context/list"),
        ] {
            #expect(answer.status == 404 && answer.code == "NOT_FOUND")
        }
        #expect(try await sandbox.get("/\(other)/context/list").json["items"] == [])
        #expect(try await sandbox.post("/\(owner)/context/\(id)/delete").id == id)
        #expect(try await sandbox.get("/\(owner)/context/\(id)/fetch").status == 404)
    }

    @Test func contextsGoWithTheirUser() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        _ = try await sandbox.post("/\(user)/context/create")
        _ = try await sandbox.post("/\(user)/delete")
        let left = try await sandbox.store.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM contexts") }
        #expect(left == 0)
    }

    @Test(arguments: [
        #"{"meta":{"_a":1}}"#, #"{"payload":[1]}"#, #"{"name":5}"#, "{\"name\":\"\(String(repeating: "x", count: 192))\"}",
    ])
    func badContextsAreRefused(_ body: String) async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        let answer = try await sandbox.post("/\(user)/context/create", body)
        #expect(answer.status == 400 && answer.code == "BAD_REQUEST")
    }

    @Test func sessionsEndByThemselves() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        let session = try await sandbox.post("/\(user)/session/create", #"{"durationInSeconds":60}"#)
        #expect(session.json.objectValue?.keys == ["id", "token", "expiresAt"])
        #expect(session.json["expiresAt"] == 1_750_000_060_000)
        #expect(try await sandbox.post("/\(user)/session/create").json["expiresAt"] == 1_750_003_600_000)
        for body in [#"{"durationInSeconds":0}"#, #"{"durationInSeconds":"1"}"#, #"{"config":{"allowedRoutes":"x"}}"#] {
            #expect(try await sandbox.post("/\(user)/session/create", body).code == "BAD_REQUEST", "\(body)")
        }
        #expect(try await sandbox.post("/nobody/session/create").status == 404)
    }

    @Test func theClientCallsAllOfThem() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.users.create()
        let session = try await sandbox.users.session.create(
            user, PartnerUserSessionCreateRequest(durationInSeconds: 5, allowedRoutes: ["/v1/*"], contactID: "c"))
        #expect(session.token.reveal().hasPrefix("sk-") && session.expiresAt == 1_750_000_005_000)
        let contexts = sandbox.users.context
        let made = try await contexts.create(user, PartnerUserContextCreateRequest(name: "a", payload: ["x": 1]))
        try await contexts.update(
            user, made.id, PartnerUserContextUpdateRequest(name: .clear, meta: .set(["k": "v"])))
        let known = try await contexts.fetch(user, made.id)
        #expect(known.name == nil && known.meta == ["k": "v"] && known.payload == ["x": 1])
        for _ in 0..<3 { _ = try await contexts.create(user) }
        var ids: [String] = []
        for try await context in contexts.all(user, ListOptions(order: .asc)) { ids.append(context.id) }
        #expect(ids.count == 4 && ids.first == made.id)
        #expect(try await contexts.list(user, ListOptions(take: 2)).items.count == 2)
        #expect(try await contexts.list(user, ListOptions(owner: ContextOwner(botID: "b"))).items.isEmpty)
        #expect(try await contexts.delete(user, made.id) == made.id)
    }

    @Test func whoActsAsAUserHasNoUsers() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.users.create()
        let child = sandbox.users.extend(PartnerClientOptions(runAsUserID: user))
        let error = await #expect(throws: PartnerError.self) { try await child.list() }
        #expect(error?.status == 403 && error?.code == "NOT_AUTHORIZED")
        await #expect(throws: PartnerError.self) { try await child.context.list(user) }
    }

    @Test func anOlderStoreGetsTheTable() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.db")
        let first = try Sandbox(path: path)
        let user = try await first.post("/create").id
        try await first.store.database.write { db in
            try db.execute(sql: "DROP TABLE contexts; DROP TABLE sessions; PRAGMA user_version = 1")
        }
        first.store.close()
        let second = try Sandbox(path: path)
        #expect(try await second.post("/\(user)/context/create", #"{"name":"a"}"#).status == 200)
        #expect(try await second.get("/list").json["items"]?.arrayValue?.count == 1)
    }
}
