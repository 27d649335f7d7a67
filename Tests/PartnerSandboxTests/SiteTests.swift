// What a server has beside the API: who may read the page's data, and what it says.
import JSONBytes
import PartnerAPI
import Testing

@testable import PartnerSandbox

@Suite(.timeLimit(.minutes(1))) struct SiteTests {
    @Test func thePageHoldsNothingAndAllowsNothingElse() async throws {
        let live = try LiveSandbox()
        try await live.connected { connection in
            _ = try await connection.ask(live.request("POST /v1/partner/user/create", body: #"{"name":"Ada"}"#))
            let page = try await connection.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8")
            #expect(!page.text.contains("Ada") && !page.text.contains("http://") && !page.text.contains("https://"))
            #expect(!page.text.contains("innerHTML"))
            let policy = try #require(page.headers["content-security-policy"])
            let nonce = try #require(policy.firstMatch(of: /script-src 'nonce-([^']+)'/)).1
            #expect(policy.hasPrefix("default-src 'none';") && page.text.contains("<script nonce=\"\(nonce)\">"))
            let again = try await connection.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(again.headers["content-security-policy"]?.contains(nonce) == false)
            let refused = try await connection.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            #expect(refused.code == "METHOD_NOT_ALLOWED" && refused.headers["allow"] == "GET")
        }
    }

    @Test func itsDataNeedsTheKeyAndTheKeyReadsNothingElse() async throws {
        let live = try LiveSandbox()
        let server = SandboxServer(handler: RequestHandler(store: live.store), secret: live.secret)
        try await server.run { port in
            try await RawConnection.open(port) { connection in
                func ask(_ path: String, _ secret: String?) async throws -> RawAnswer {
                    let header = secret.map { "Authorization: Bearer \($0)\r\n" } ?? ""
                    return try await connection.ask("GET \(path) HTTP/1.1\r\nHost: x\r\n\(header)\r\n")
                }
                let key = server.pageKey.reveal()
                let statuses = [
                    try await ask("/state.json", nil).status, try await ask("/state.json", "nobody").status,
                    try await ask("/state.json", key).status, try await ask("/state.json", live.secret.reveal()).status,
                    try await ask("/v1/partner/user/list", key).status,
                ]
                #expect(statuses == [401, 401, 200, 200, 401])
            }
        }
    }

    @Test func itShowsUsersTokensAndRequestsWithoutSecrets() async throws {
        let live = try LiveSandbox()
        try await live.connected { connection in
            let made = try await connection.ask(
                live.request("POST /v1/partner/user/create", body: #"{"name":"Ada","email":"a@b.c"}"#))
            let id = try #require(made.json["id"]?.stringValue)
            let token = try await connection.ask(live.request("POST /v1/partner/user/\(id)/token/create", body: #"{"name":"t"}"#))
            let secret = try #require(token.json["token"]?.stringValue)
            _ = try await connection.ask(live.request("GET /v1/partner/user/list?email=a@b.c"))
            _ = try await connection.ask(live.request("GET /v1/partner/nothing"))
            let answer = try await connection.ask(live.request("GET /state.json"))
            let state = answer.json
            #expect(state["count"] == "1")
            #expect(
                state["users"] == [
                    ["id": .string(id), "name": "Ada", "email": "a@b.c", "createdAt": 1_750_000_000_000, "tokens": 1]
                ])
            #expect(state["tokens"]?.arrayValue?.map { $0["userId"] } == [.string(id)])
            let requests = state["requests"]?.arrayValue ?? []
            #expect(
                requests.map { $0["path"] } == [
                    "/v1/partner/nothing", "/v1/partner/user/list", .string("/v1/partner/user/\(id)/token/create"),
                    "/v1/partner/user/create",
                ])
            #expect(requests.map { $0["status"] } == [404, 200, 200, 200])
            #expect(requests.last?["id"] == made.headers["x-request-id"].map(JSONValue.string))
            #expect(state["seconds"]?.arrayValue?.last == [4, 1] && state["seconds"]?.arrayValue?.count == 60)
            #expect(!answer.text.contains(secret) && !answer.text.contains(live.secret.reveal()))
        }
    }

    @Test func theLogForgets() {
        let log = RequestLog()
        for number in 0..<100 {
            let at = Int64(number * 1000)
            log.note(
                .init(at: at, method: "GET", path: "/\(number)", status: number == 99 ? 0 : 200, took: .zero, id: "req_\(number)")
            )
        }
        var writer = JSONWriter()
        writer.beginObject()
        log.write(to: &writer, now: 100_500)
        writer.endObject()
        let state = try? JSONValue(parsing: writer.bytes)
        let paths = state?["requests"]?.arrayValue?.compactMap { $0["path"]?.stringValue } ?? []
        #expect(paths == (60..<100).reversed().map { "/\($0)" })
        let seconds = state?["seconds"]?.arrayValue ?? []
        #expect(seconds.count == 60 && seconds.suffix(3) == [[1, 0], [1, 1], [0, 0]] && seconds.first == [1, 0])
    }
}
