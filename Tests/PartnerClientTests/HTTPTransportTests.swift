// What goes over the wire, and what each way to fail is called: whether a write may have happened hangs on it.
import Foundation
import NIOCore
import NIOEmbedded
import PartnerAPI
import Testing

@testable import PartnerClient

@Suite(.timeLimit(.minutes(1))) struct HTTPTransportTests {
    /// A transport with no proxy.
    private func transport() -> HTTPTransport { HTTPTransport(connectTimeout: .seconds(5), environment: [:]) }

    private func request(_ server: RawServer, write: Bool = true, timeout: Duration? = .seconds(20)) throws -> WireRequest {
        var request = WireRequest(
            method: write ? .post : .get, path: "/partner/user/create", headers: ["Accept": "application/json"],
            body: write ? Array("{\"name\":\"é\"}".utf8) : nil)
        request.base = try server.base
        request.timeout = timeout
        return request
    }

    /// How a request ends against a server that behaves so.
    private func failure(
        write: Bool = true, timeout: Duration? = .seconds(20), _ handler: @escaping @Sendable (RawPeer) async throws -> Void
    ) async throws -> TransportError? {
        try await RawServer.serving(handler) { server in
            do {
                _ = try await transport().send(try request(server, write: write, timeout: timeout))
                return nil
            } catch {
                return error as? TransportError
            }
        }
    }

    @Test func aRequestGoesOutAsItIsAndItsAnswerComesBack() async throws {
        let seen = Seen<RawRequest>()
        try await RawServer.serving { peer in
            guard let request = try await peer.request() else { return }
            seen.add(request)
            try await peer.answer(201, "{\"id\":\"ü\"}", headers: "X-Request-Id: r1\r\n")
        } _: { server in
            var request = try self.request(server)
            request.path = "/partner/user/a%2F..%2Fb/update"
            request.query = [QueryItem("email", "a+b@example.com")]
            let response = try await transport().send(request)
            #expect(response.status == 201)
            #expect(response.headers["x-request-id"] == "r1")
            #expect(try await response.collected() == Array("{\"id\":\"ü\"}".utf8))
        }
        let request = try #require(seen.all.first)
        #expect(request.line == "POST /api/v1/partner/user/a%2F..%2Fb/update?email=a%2Bb%40example.com HTTP/1.1")
        #expect(request.body == "{\"name\":\"é\"}")
        #expect(request.header("content-length") == "13")
        #expect(request.header("accept") == "application/json")
        #expect(request.header("accept-encoding") == nil)
    }

    @Test func connectionsAreUsedAgain() async throws {
        try await RawServer.serving { peer in
            while try await peer.request() != nil { try await peer.answer(200, "{}") }
        } _: { server in
            let transport = transport()
            for _ in 0..<5 {
                let response = try await transport.send(try request(server))
                #expect(response.status == 200)
            }
            #expect(server.connections.value == 1)
            await transport.shutdown()
        }
    }

    @Test func anAnswerInSingleBytesIsWhole() async throws {
        try await RawServer.serving { peer in
            _ = try await peer.request()
            let body = "{\"name\":\"Zoë 😀\"}"
            for byte in Array("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)".utf8) {
                try await peer.write([byte])
            }
            try await peer.untilClosed()
        } _: { server in
            let response = try await transport().send(try request(server, write: false))
            #expect(try await response.collected() == Array("{\"name\":\"Zoë 😀\"}".utf8))
        }
    }

    // MARK: - Lost answers

    @Test(arguments: [true, false]) func whatWasNeverSentIsSaidSo(_ write: Bool) async throws {
        let unserved = try UnservedPort()
        let port = unserved.number
        defer { withExtendedLifetime(unserved) {} }
        var request = WireRequest(method: write ? .post : .get, path: "/x", body: write ? [0x7B, 0x7D] : nil)
        request.base = try BaseURL("http://127.0.0.1:\(port)")
        let error = await #expect(throws: TransportError.self) { try await transport().send(request) }
        #expect(
            error == TransportError(.notSent, "cannot connect to 127.0.0.1:\(port): connection refused", isUnreachable: true))
    }

    @Test(arguments: [true, false]) func anUnknownHostIsNotSent(_ write: Bool) async throws {
        var request = WireRequest(method: write ? .post : .get, path: "/x", body: write ? [0x7B, 0x7D] : nil)
        request.base = try BaseURL("https://no-such-host.invalid")
        let error = await #expect(throws: TransportError.self) { try await transport().send(request) }
        #expect(error?.kind == .notSent)
        #expect(error?.message.hasPrefix("cannot connect to no-such-host.invalid:443: ") == true)
        #expect(error?.isUnreachable == true)
    }

    @Test func aResetBeforeTheAnswerIsLost() async throws {
        let error = try await failure { peer in
            _ = try await peer.request()
            try await peer.reset()
        }
        #expect(error?.kind == .lost)
    }

    @Test func anEndBeforeTheAnswerIsLost() async throws {
        let error = try await failure { peer in _ = try await peer.request() }
        #expect(error?.kind == .lost)
        #expect(error?.isUnreachable == false)
        #expect(error?.message.contains(": the server closed it") == true)
    }

    @Test func anEndWithinTheHeadIsLost() async throws {
        let error = try await failure { peer in
            _ = try await peer.request()
            try await peer.write("HTTP/1.1 200 OK\r\ncontent-le")
        }
        #expect(error?.kind == .lost)
    }

    @Test(arguments: [true, false]) func aCutBodyIsLost(_ write: Bool) async throws {
        let error = try await failure(write: write) { peer in
            _ = try await peer.request()
            try await peer.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":")
        }
        #expect(error?.kind == .lost)
    }

    @Test func aCutChunkedBodyIsLost() async throws {
        let error = try await failure { peer in
            _ = try await peer.request()
            try await peer.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n")
        }
        #expect(error?.kind == .lost)
        #expect(error?.message.hasSuffix(" was lost: the connection was cut") == true)
    }

    @Test func whatIsNoHTTPIsLost() async throws {
        let error = try await failure { peer in
            _ = try await peer.request()
            try await peer.write("220 mail.example.com ESMTP\r\n\r\n")
            try await peer.untilClosed()
        }
        #expect(error?.kind == .lost)
    }

    @Test func aReusedConnectionThatClosesIsLostForAWrite() async throws {
        let error = try await RawServer.serving { peer in
            _ = try await peer.request()
            try await peer.answer(200, "{}")
            // Taken, and never answered: it may have been done.
            _ = try await peer.request()
        } _: { server in
            let transport = transport()
            _ = try await transport.send(try request(server))
            let error = await #expect(throws: TransportError.self) { try await transport.send(try request(server)) }
            #expect(server.connections.value == 1, "it was not sent again on another connection")
            return error
        }
        #expect(error?.kind == .lost)
    }

    /// As `failure`, for a time so short that on a busy machine nothing may have left by then: that is tried again.
    private func lateFailure(
        write: Bool = true, _ handler: @escaping @Sendable (RawPeer) async throws -> Void
    ) async throws -> TransportError? {
        while true {
            let error = try await failure(write: write, timeout: .milliseconds(200), handler)
            if error?.kind != .notSent { return error }
        }
    }

    @Test(arguments: [true, false]) func noAnswerInTimeIsATimeout(_ write: Bool) async throws {
        let error = try await lateFailure(write: write) { peer in
            _ = try await peer.request()
            try await peer.untilClosed()
        }
        #expect(error == TransportError(.timeout, "no answer from 127.0.0.1 within 200 ms"))
    }

    @Test func aBodyThatStopsIsATimeout() async throws {
        let error = try await lateFailure { peer in
            _ = try await peer.request()
            try await peer.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
            try await peer.untilClosed()
        }
        #expect(error?.kind == .timeout)
    }

    @Test func aRequestThatFindsNoConnectionInTimeIsNotSent() async throws {
        let held = Counter()
        try await RawServer.serving { peer in
            _ = try await peer.request()
            held.next()
            try await peer.untilClosed()
        } _: { server in
            let transport = HTTPTransport(connections: 1, connectTimeout: .seconds(20), environment: [:])
            let first = Task { try await transport.send(try request(server)) }
            while held.value == 0 { await Task.yield() }
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(try request(server, timeout: .milliseconds(100)))
            }
            #expect(error?.kind == .notSent)
            #expect(error?.isUnreachable == false)
            first.cancel()
            let cancelled = await #expect(throws: TransportError.self) { try await first.value }
            #expect(cancelled?.kind == .lost)
        }
    }

    @Test func anEndlessAnswerIsRefused() async throws {
        let error = try await failure(write: false) { peer in
            _ = try await peer.request()
            try await peer.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            let chunk = String(repeating: "x", count: 1 << 20)
            for _ in 0..<65 { try await peer.write("100000\r\n\(chunk)\r\n") }
            try await peer.untilClosed()
        }
        #expect(error?.message.hasSuffix("the answer is longer than 64 MB") == true)
    }

    @Test func aRefusalWithACutBodyIsStillARefusal() async throws {
        try await RawServer.serving { peer in
            _ = try await peer.request()
            try await peer.write("HTTP/1.1 409 Conflict\r\ncontent-length: 100\r\n\r\ntaken")
        } _: { server in
            let response = try await transport().send(try self.request(server))
            #expect(response.status == 409)
            #expect(try await response.collected() == Array("taken".utf8))
        }
    }

    @Test func aLongBodyArrivesWhole() async throws {
        let body = (0..<300_000).map { "\($0 % 10)" }.joined()
        let seen = Seen<String>()
        try await RawServer.serving { peer in
            seen.add(try await peer.request()?.body ?? "")
            try await peer.answer(200, "{}")
        } _: { server in
            var request = try self.request(server)
            request.body = Array(body.utf8)
            #expect(try await transport().send(request).status == 200)
        }
        #expect(seen.all == [body])
    }

    @Test func aServerThatRefusesALongBodyEarlyIsHeard() async throws {
        try await RawServer.serving { peer in
            try await peer.head()
            try await peer.answer(413, "{\"message\":\"m\",\"code\":\"CONTENT_TOO_LARGE\"}", headers: "connection: close\r\n")
            try await peer.untilClosed()
        } _: { server in
            // Often, as it depends on how much of the body is on its way when the answer comes.
            for _ in 0..<20 {
                var request = try self.request(server)
                request.body = [UInt8](repeating: 0x20, count: 8 << 20)
                let response = try await transport().send(request)
                #expect(response.status == 413)
                let text = String(decoding: try await response.collected(), as: UTF8.self)
                #expect(text == "{\"message\":\"m\",\"code\":\"CONTENT_TOO_LARGE\"}")
            }
        }
    }

    /// AsyncHTTPClient closes first and then passes the end of a refusal on; what fails with the connection must not come before that.
    @Test func aCloseWaitsForTheEndOfTheTurn() throws {
        let channel = EmbeddedChannel(handler: EndOfTurn())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let ends = Seen<String>()
        channel.close().whenComplete { _ in ends.add("close") }
        ends.add("answer")
        channel.embeddedEventLoop.run()
        #expect(ends.all == ["answer", "close"])
    }

    @Test func whatIsCancelledBeforeItBeginsIsNotSent() async throws {
        try await RawServer.serving { peer in
            try await peer.untilClosed()
        } _: { server in
            let request = try self.request(server)
            let sending = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await transport().send(request)
            }
            let error = await #expect(throws: TransportError.self) { try await sending.value }
            #expect(error?.kind == .notSent)
            #expect(server.connections.value == 0)
        }
    }

    @Test func afterShutdownNothingIsSent() async throws {
        let transport = transport()
        await transport.shutdown()
        var request = WireRequest(method: .post, path: "/x", body: [])
        request.base = try BaseURL("http://127.0.0.1:1")
        let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
        #expect(error == TransportError(.notSent, "the transport has been shut down"))
    }

    // MARK: - Streams

    @Test func aStreamComesChunkByChunk() async throws {
        let went = Counter()
        try await RawServer.serving { peer in
            _ = try await peer.request()
            try await peer.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")
            while went.value == 0 { await Task.yield() }
            try await peer.write("2\r\nde\r\n0\r\n\r\n")
            try await peer.untilClosed()
        } _: { server in
            var request = try self.request(server, write: false)
            request.isStreamed = true
            let response = try await transport().send(request)
            guard case .chunks(let pull) = response.body else { return #expect(Bool(false), "a streamed answer comes in chunks") }
            #expect(try await pull() == Array("abc".utf8))
            went.next()
            #expect(try await pull() == Array("de".utf8))
            #expect(try await pull() == nil)
        }
    }

    @Test func aStreamThatStopsOrIsCutFails() async throws {
        for cut in [true, false] {
            try await RawServer.serving { peer in
                _ = try await peer.request()
                try await peer.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")
                if !cut { try await peer.untilClosed() }
            } _: { server in
                var request = try self.request(server, write: false, timeout: cut ? .seconds(30) : .milliseconds(500))
                request.isStreamed = true
                let streamed = request
                let error = await #expect(throws: TransportError.self) {
                    try await transport().send(streamed).collected()
                }
                #expect(error?.kind == (cut ? .lost : .timeout), "\(String(describing: error))")
            }
        }
    }

    // MARK: - Redirects

    @Test(arguments: [301, 302, 303, 307, 308]) func redirectsAreNotFollowed(_ status: Int) async throws {
        let secret = "sk-" + String(repeating: "cd", count: 32)
        try await RawServer.serving { peer in
            while try await peer.request() != nil {
                try await peer.answer(
                    status, "", headers: "location: https://u:\(secret)@elsewhere.example/v1/x?token=\(secret)\r\n")
            }
        } _: { server in
            let users = PartnerUserClient(
                transport: transport(),
                options: PartnerClientOptions(secret: Secret(secret), baseURL: try server.base, retries: 0))
            let read = await #expect(throws: PartnerError.self) { try await users.fetch("u") }
            #expect(read?.kind == .api)
            #expect(
                read?.message
                    == "the server redirects to 'https://elsewhere.example/v1/x', which is not followed; set the base URL to where the API is"
            )
            let write = await #expect(throws: PartnerError.self) { try await users.create() }
            #expect(write?.kind == .outcomeUnknown)
            #expect(write?.message.contains(secret) == false)
        }
    }
}
