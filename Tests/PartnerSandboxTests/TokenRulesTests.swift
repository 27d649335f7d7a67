// The wire's rules for tokens: the secret is shown once, only its digest is kept.
import Foundation
import GRDB
import JSONBytes
import PartnerAPI
import Testing

@testable import PartnerSandbox

@Suite struct TokenRulesTests {
    @Test func createShowsTheSecretOnce() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        let created = try await sandbox.post(
            "/\(user)/token/create", #"{"name":"first","description":"d","config":{"a":1},"meta":{"k":"v"}}"#)
        #expect(created.json.objectValue?.keys == ["id", "token", "createdAt"])
        let secret = try #require(created.json["token"]?.stringValue)
        #expect(secret.hasPrefix("sk-"))
        #expect(secret.dropFirst(3).allSatisfy { $0.isHexDigit && !$0.isUppercase })
        #expect(secret.utf8.count == 67)
        let listed = try await sandbox.get("/\(user)/token/list")
        #expect(!listed.text.contains("sk-"))
        #expect(
            listed.json["items"] == [
                [
                    "id": .string(created.id), "name": "first", "description": "d", "meta": ["k": "v"],
                    "createdAt": 1_750_000_000_000, "updatedAt": 1_750_000_000_000,
                ]
            ])
    }

    @Test func onlyTheDigestReachesTheFile() async throws {
        let folder = try TemporaryFolder()
        let sandbox = try Sandbox(path: folder.file("store.db"))
        let user = try await sandbox.post("/create").id
        let secret = try #require(try await sandbox.post("/\(user)/token/create").json["token"]?.stringValue)
        sandbox.store.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("store.db")))
        #expect(bytes.range(of: Data(secret.dropFirst(3).utf8)) == nil)
        #expect(bytes.range(of: Data(SandboxStore.digest(secret).utf8)) != nil)
    }

    @Test func digestsAreSHA256() {
        #expect(SandboxStore.digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func secretsDiffer() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        var seen: Set<String> = []
        for _ in 0..<50 {
            seen.insert(try await sandbox.post("/\(user)/token/create").json["token"]?.stringValue ?? "")
        }
        #expect(seen.count == 50)
    }

    @Test func updateAndDelete() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        let token = try await sandbox.post("/\(user)/token/create", #"{"name":"old","meta":{"a":1}}"#).id
        sandbox.clock.advance(3)
        #expect(try await sandbox.post("/\(user)/token/\(token)/update", #"{"name":"new","meta":null}"#).id == token)
        let item = try await sandbox.get("/\(user)/token/list").json["items"]?.arrayValue?.first
        #expect(item?["name"] == "new")
        #expect(item?["meta"] == nil)
        #expect(item?["updatedAt"] == 1_750_000_000_003)
        #expect(try await sandbox.post("/\(user)/token/\(token)/delete").id == token)
        #expect(try await sandbox.get("/\(user)/token/list").json == ["items": []])
        #expect(try await sandbox.post("/\(user)/token/\(token)/delete").message == "the user has no token '\(token)'")
    }

    @Test func aTokenBelongsToItsUser() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        let other = try await sandbox.post("/create").id
        let token = try await sandbox.post("/\(user)/token/create").id
        #expect(try await sandbox.post("/\(other)/token/\(token)/update", #"{"name":"x"}"#).status == 404)
        #expect(try await sandbox.post("/\(other)/token/\(token)/delete").status == 404)
        #expect(try await sandbox.get("/\(other)/token/list").json == ["items": []])
        #expect(try await sandbox.get("/\(user)/token/list").json["cursor"] == .string(token))
    }

    @Test func deletingAUserDeletesItsTokens() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create", #"{"alias":"ada"}"#).id
        _ = try await sandbox.post("/\(user)/token/create")
        _ = try await sandbox.post("/\(user)/delete")
        #expect(try await sandbox.get("/\(user)/token/list").status == 404)
        let count = try await sandbox.store.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM tokens") }
        #expect(count == 0)
    }

    @Test func listsPageAndIgnoreFilters() async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        for name in ["a", "b", "c"] { _ = try await sandbox.post("/\(user)/token/create", "{\"name\":\"\(name)\"}") }
        let query = [QueryItem("order", "asc"), QueryItem("take", "2"), QueryItem("meta.x", "y"), QueryItem("email", "z")]
        let page = try await sandbox.get("/\(user)/token/list", query: query)
        #expect(page.names == ["a", "b"])
        let cursor = try #require(page.json["cursor"]?.stringValue)
        #expect(try await sandbox.get("/\(user)/token/list", query: query + [QueryItem("cursor", cursor)]).names == ["c"])
        let lines = try await sandbox.get("/\(user)/token/list", accept: "application/jsonl").lines
        #expect(lines.compactMap { $0["data"]?["name"]?.stringValue } == ["c", "b", "a"])
    }

    @Test(arguments: [
        (#"{"name":[]}"#, "'name' must be a string, not an array"),
        (#"{"config":"x"}"#, "'config' must be an object, not a string"),
        (#"{"meta":{"_a":1}}"#, "'meta' has the key '_a'; keys must not start with '_'"),
    ])
    func badBodiesAreRefused(_ body: String, _ message: String) async throws {
        let sandbox = try Sandbox()
        let user = try await sandbox.post("/create").id
        #expect(try await sandbox.post("/\(user)/token/create", body).message == message)
        #expect(try await sandbox.get("/\(user)/token/list").json == ["items": []])
    }
}
