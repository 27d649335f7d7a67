// The sandbox behind a socket: who is let in, what is refused, how it streams and how it stops.
import JSONBytes
import PartnerAPI
import Testing

@testable import PartnerSandbox

@Suite(.timeLimit(.minutes(1))) struct ServerTests {
    @Test(arguments: ["/v1", "/api/v1"])
    func itAnswersOnBothBasePaths(_ base: String) async throws {
        let live = try LiveSandbox()
        try await live.connected { connection in
            let made = try await connection.ask(live.request("POST \(base)/partner/user/create", body: #"{"name":"Zoë"}"#))
            let id = try #require(made.json["id"]?.stringValue)
            let user = try await connection.ask(live.request("GET \(base)/partner/user/\(id)/fetch"))
            #expect(user.status == 200 && user.json["name"] == "Zoë")
            #expect(user.headers["content-type"] == "application/json" && user.headers["cache-control"] == "no-store")
            let absolute = try await connection.ask(live.request("GET http://localhost\(base)/partner/user/list?take=1"))
            #expect(absolute.json["cursor"] == .string(id))
        }
    }

    @Test(arguments: [
        ("GET /v1/partner/user/list", "", 401, "NOT_AUTHENTICATED"),
        ("GET /v1/partner/user/list", "Authorization: Bearer nobody\r\n", 401, "NOT_AUTHENTICATED"),
        ("GET /v1/partner/user/list", "Authorization: Basic bm9ib2R5\r\n", 401, "NOT_AUTHENTICATED"),
        ("GET /v2/partner/user/list", "", 404, "NOT_FOUND"),
        ("POST /v1/partner/user/list", "Content-Length: 0\r\n", 405, "METHOD_NOT_ALLOWED"),
        ("OPTIONS /v1/partner/user/create", "", 405, "METHOD_NOT_ALLOWED"),
        ("PATCH /v1/partner/user/create", "", 405, "METHOD_NOT_ALLOWED"),
        ("GET /v1/partner/user/list?take=%zz", "PARTNER", 400, "BAD_REQUEST"),
        ("GET /v1/partner/user/list", "PARTNERAccept: image/png\r\n", 400, "BAD_REQUEST"),
        ("GET /v1/partner/user/list", "PARTNERX-RunAs-UserId: c1\r\n", 403, "NOT_AUTHORIZED"),
        ("POST /v1/partner/user/create", "PARTNERContent-Length: 3\r\n\r\nno!", 400, "BAD_REQUEST"),
        ("POST /v1/partner/user/create", "PARTNERContent-Length: 99999999\r\n", 413, "CONTENT_TOO_LARGE"),
    ])
    func everyRefusalHasCodeAndRequestID(_ line: String, _ headers: String, _ status: Int, _ code: String) async throws {
        let live = try LiveSandbox()
        try await live.connected { connection in
            let headers = headers.replacing("PARTNER", with: live.authorization)
            let end = headers.contains("\r\n\r\n") ? "" : "\r\n"
            let answer = try await connection.ask("\(line) HTTP/1.1\r\nHost: localhost\r\n\(headers)\(end)")
            #expect(answer.status == status && answer.code == code && answer.message != "", "\(answer)")
            #expect(answer.headers["x-request-id"]?.wholeMatch(of: /req_[0-9a-f]{16}/) != nil)
            #expect(answer.headers["content-type"] == "application/json")
            if status == 405 { #expect(answer.headers["allow"] == (line.contains("list") ? "GET" : "POST")) }
            if status == 401 { #expect(answer.headers["www-authenticate"]?.hasPrefix("Bearer") == true) }
        }
    }

    @Test(arguments: [
        "NONSENSE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "BREW /v1 HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n",
    ])
    func whatIsNoHTTPIsRefusedToo(_ text: String) async throws {
        try await LiveSandbox().connected { connection in
            let answer = try await connection.ask(text)
            #expect(answer.status == 400 && answer.code == "BAD_REQUEST" && answer.headers["x-request-id"] != nil, "\(answer)")
            let isAtEnd = await connection.isAtEnd()
            #expect(isAtEnd)
        }
    }

    @Test func aUsersCredentialsAreRefused() async throws {
        let live = try LiveSandbox()
        try await live.connected { connection in
            let id =
                try await connection.ask(live.request("POST /v1/partner/user/create", body: "{}")).json["id"]?.stringValue ?? ""
            let token = try await connection.ask(live.request("POST /v1/partner/user/\(id)/token/create", body: "{}"))
            let session = try await connection.ask(
                live.request("POST /v1/partner/user/\(id)/session/create", body: #"{"durationInSeconds":60}"#))
            func ask(_ answer: RawAnswer) async throws -> RawAnswer {
                let secret = try #require(answer.json["token"]?.stringValue)
                return try await connection.ask(
                    "GET /v1/partner/user/list HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(secret)\r\n\r\n")
            }
            let refusals = [try await ask(token).code, try await ask(session).code]
            #expect(refusals == ["NOT_AUTHORIZED", "NOT_AUTHORIZED"])
            live.clock.advance(60_000)
            let ended = try await ask(session)
            #expect(ended.code == "NOT_AUTHENTICATED" && ended.message == "the session has ended")
            _ = try await connection.ask(live.request("POST /v1/partner/user/\(id)/delete", body: "{}"))
            let deleted = try await ask(token)
            #expect(deleted.code == "NOT_AUTHENTICATED")
        }
    }

    @Test func aBodyThatIsTooLongIsNotReadOn() async throws {
        let live = try LiveSandbox()
        try await live.connected { connection in
            try await connection.send(live.request("POST /v1/partner/user/create", "Transfer-Encoding: chunked\r\n"))
            let part = String(repeating: "x", count: 1 << 16)
            for _ in 0...64 { try await connection.send("10000\r\n\(part)\r\n") }
            let answer = try await connection.answer()
            #expect(answer.status == 413 && answer.headers["connection"] == "close")
            // It hangs up on who goes on.
            let writes = connection
            await #expect(throws: (any Error).self) {
                while true { try await writes.send("10000\r\n\(part)\r\n") }
            }
        }
    }

    @Test func headHasNoBodyAndTheConnectionGoesOn() async throws {
        let live = try LiveSandbox()
        try await live.connected { connection in
            let head = try await connection.ask(live.request("HEAD /v1/partner/user/list"))
            #expect(head.status == 405 && head.headers["allow"] == "GET")
            let list = try await connection.ask(live.request("GET /v1/partner/user/list"))
            #expect(list.json == ["items": []])
        }
    }

    @Test func aClientMayAskBeforeItSends() async throws {
        let live = try LiveSandbox()
        try await live.connected { connection in
            let head = "Expect: 100-continue\r\nContent-Length: 2\r\n"
            let invited = try await connection.ask(live.request("POST /v1/partner/user/create", head))
            #expect(invited.status == 100)
            let accepted = try await connection.ask("{}")
            #expect(accepted.status == 200)
        }
    }

    /// What was written before the client reads on is what fits between the two, not the list.
    @Test func aSlowReaderSlowsTheListDown() async throws {
        let live = try LiveSandbox()
        let handler = RequestHandler(store: live.store)
        let users = 1500
        let body = Array(#"{"description":"\#(String(repeating: "x", count: 20_000))"}"#.utf8)
        for _ in 0..<users {
            _ = try await handler.respond(to: WireRequest(method: .post, path: "/v1/partner/user/create", body: body))
        }
        try await live.connected { connection in
            let headers = "Accept: application/jsonl\r\nConnection: close\r\n"
            try await connection.send(live.request("GET /v1/partner/user/list", headers))
            let start = try await connection.read(through: "\"type\":\"item\"")
            #expect(start.contains("200 OK"))
            try await live.store.database.write { try $0.execute(sql: "DELETE FROM users") }
            let count = await connection.countToEnd()
            #expect(count > 1_000_000 && count < users * 20_000)
        }
    }

    /// A request whose body is waited for, at a server that stops when it is told to.
    private func invited(
        _ live: LiveSandbox, length: Int,
        _ body: @Sendable (inout RawConnection, AsyncStream<Void>.Continuation) async throws -> Void
    ) async throws {
        let (stops, stop) = AsyncStream<Void>.makeStream()
        let (ports, listening) = AsyncStream<Int>.makeStream()
        async let served: Void = live.run { port in
            listening.yield(port)
            for await _ in stops {}
        }
        let port = try #require(await ports.first { _ in true })
        try await RawConnection.open(port) { connection in
            let head = "Expect: 100-continue\r\nContent-Length: \(length)\r\n"
            let invited = try await connection.ask(live.request("POST /v1/partner/user/create", head))
            #expect(invited.status == 100)
            try await body(&connection, stop)
            let isAtEnd = await connection.isAtEnd()
            #expect(isAtEnd)
        }
        try await served
    }

    @Test func aStopFinishesWhatIsInFlight() async throws {
        try await invited(try LiveSandbox(), length: 12) { connection, stop in
            try await connection.send("{\"name")
            stop.finish()
            let finished = try await connection.ask("\":\"a\"}")
            #expect(finished.status == 200)
        }
    }

    @Test func aStopDoesNotWaitForEver() async throws {
        try await invited(try LiveSandbox(grace: .milliseconds(20)), length: 2) { _, stop in stop.finish() }
    }

    @Test func aTakenPortIsAnError() async throws {
        let live = try LiveSandbox()
        try await live.run { port in
            var other = live
            other.settings.port = port
            let second = other
            await #expect(throws: (any Error).self) { try await second.run { _ in } }
        }
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.8.9.1", true), ("::1", true), ("localhost", true), ("0.0.0.0", false), ("::", false),
        ("192.168.1.2", false), ("example.com", false), ("128.0.0.1", false), ("", false),
    ])
    func loopbackIsThisMachineAlone(_ host: String, _ isLoopback: Bool) {
        #expect(BaseURL.isLoopback(host) == isLoopback)
    }
}
