// Lists as JSON Lines: wherever the bytes are split, whatever else comes, and however it ends.
import JSONBytes
import PartnerAPI
import Synchronization
import Testing

@testable import PartnerClient

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    private static let list = """
        {"type":"item","data":{"id":"u1","name":"Zoë 😀"}}
        {"type":"ping"}
        {"type":"nop","data":null}\r
        {"type":"weather","data":{"sky":"blue"}}

        {"type":"item","data":{"id":"u2","name":"line\\nbreak"}}
        {"type":"result","data":{"count":2}}

        """

    /// An answer in these pieces.
    private func response(_ pieces: [[UInt8]], status: Int = 200, failure: TransportError? = nil) -> WireResponse {
        let left = Mutex(pieces)
        return WireResponse(
            status: status, headers: ["X-Request-Id": "r1"],
            body: .chunks {
                if let piece = left.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return piece }
                if let failure { throw failure }
                return nil
            })
    }

    private func users(_ transport: ScriptedTransport) -> PartnerUserClient {
        PartnerUserClient(
            connection: PartnerConnection(
                transport: transport, options: PartnerClientOptions(), limiter: nil, timing: TestTiming().timing))
    }

    private func events(_ response: WireResponse, take: Int? = nil) async throws -> [PartnerStreamEvent<PartnerUser>] {
        var events: [PartnerStreamEvent<PartnerUser>] = []
        for try await event in users(ScriptedTransport([.success(response)])).stream(ListOptions(take: take)) {
            events.append(event)
        }
        return events
    }

    /// What was read before the error, and the error.
    private func failure(_ text: String, cut: TransportError? = nil) async throws -> (ids: [String], error: PartnerError?) {
        let stream = users(ScriptedTransport([.success(response([Array(text.utf8)], failure: cut))])).stream()
        var ids: [String] = []
        var iterator = stream.items.makeAsyncIterator()
        do {
            while let user = try await iterator.next() { ids.append(user.id) }
            return (ids, nil)
        } catch {
            #expect(try await iterator.next() == nil, "after an error there is nothing")
            return (ids, error as? PartnerError)
        }
    }

    @Test func itemsAndResultsComeAndTheRestIsPassedOver() async throws {
        let events = try await events(response([Array(Self.list.utf8)]))
        #expect(events.count == 3)
        guard case .item(let first) = events[0], case .item(let second) = events[1] else { throw Missing() }
        #expect(first.name == "Zoë 😀")
        #expect(second.name == "line\nbreak")
        #expect(events[2] == .result(["count": 2]))
    }

    @Test func bytesMayBeSplitAnywhere() async throws {
        let bytes = Array(Self.list.utf8)
        let whole = try await events(response([bytes]))
        #expect(try await events(response(bytes.map { [$0] })) == whole)
        for place in bytes.indices {
            let split = try await events(response([Array(bytes[..<place]), [], Array(bytes[place...])]))
            #expect(split == whole, "split at \(place)")
        }
    }

    @Test func theRequestAsksForLines() async throws {
        let transport = ScriptedTransport([.success(response([]))])
        for try await _ in users(transport).stream(ListOptions(order: .asc, take: 7, email: "a@example.com")) {}
        let request = try #require(transport.requests.first)
        #expect(request.headers["accept"] == "application/jsonl")
        #expect(request.isStreamed)
        #expect(PercentEncoding.encodeQuery(request.query) == "order=asc&take=7&email=a%40example.com")
    }

    @Test func noMoreIsReadThanWasAskedFor() async throws {
        #expect(try await events(response([Array(Self.list.utf8)]), take: 1).count == 1)
        let transport = ScriptedTransport([.success(response([]))])
        for try await _ in users(transport).stream(ListOptions(take: 0)) {}
        #expect(transport.requests.isEmpty)
    }

    @Test func anErrorEventIsThrown() async throws {
        let (ids, error) = try await failure(
            #"{"type":"item","data":{"id":"u1"}}"# + "\n" + #"{"type":"error","data":{"message":"m","code":"TIMEOUT"}}"# + "\n"
                + #"{"type":"item","data":{"id":"u2"}}"#)
        #expect(ids == ["u1"])
        #expect(
            error
                == PartnerError(kind: .api, message: "m", status: 200, code: "TIMEOUT", operation: "users.list", requestID: "r1"))
        #expect(try await failure(#"{"type":"error","message":"n","code":"C"}"#).error?.message == "n")
    }

    @Test func anErrorObjectWithStatus200IsThrown() async throws {
        let (ids, error) = try await failure(#"{"message":"m","code":"GATEWAY_TIMEOUT"}"#)
        #expect(ids.isEmpty)
        #expect(error?.code == "GATEWAY_TIMEOUT")
        #expect(error?.kind == .api)
    }

    @Test func aCutStreamIsThrown() async throws {
        let start = #"{"type":"item","data":{"id":"u1"}}"# + "\n"
        let lost = try await failure(start, cut: TransportError(.lost, "gone"))
        #expect(lost.ids == ["u1"])
        #expect(lost.error?.kind == .network)
        #expect(lost.error?.message == "the stream broke off: gone")
        #expect(try await failure(start, cut: TransportError(.timeout, "late")).error?.kind == .timeout)
        // The end of the body came, yet the last line has none.
        let half = try await failure(start + #"{"type":"item","da"#)
        #expect(half.ids == ["u1"])
        #expect(half.error?.kind == .answer)
    }

    @Test(arguments: [#"{"type":"item"}"#, #"{"type":"item","data":{}}"#, "[1]", "{}", "<html>", #"{"items":[]}"#])
    func whatIsNoEventIsAWrongAnswer(_ line: String) async throws {
        #expect(try await failure(line + "\n").error?.kind == .answer)
    }

    @Test func anEndlessLineIsRefused() async throws {
        let stream = users(
            ScriptedTransport([
                .success(WireResponse(status: 200, body: .chunks { [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20) }))
            ])
        ).stream()
        let error = await #expect(throws: PartnerError.self) { for try await _ in stream {} }
        #expect(error?.message == "a line of the stream is longer than 8 MB")
        var splitter = LineSplitter(limit: 4)
        splitter.append(Array("1234\n12345\n".utf8))
        #expect(try splitter.next() == Array("1234".utf8)[...])
        #expect(throws: LineSplitter.TooLong.self) { try splitter.next() }
    }

    @Test func anErrorStatusIsJudgedAsOfAnyRead() async throws {
        let refused = answer(404, #"{"message":"m","code":"NOT_FOUND"}"#)
        let stream = users(ScriptedTransport([refused])).token.stream("u")
        let error = await #expect(throws: PartnerError.self) { for try await _ in stream {} }
        #expect(error?.code == "NOT_FOUND")
        #expect(error?.operation == "users.token.list")
    }

    @Test func aStreamIsAskedForAgainUntilItBegins() async throws {
        let transport = ScriptedTransport([
            noAnswer(.lost), answer(503, "busy"), .success(response([Array(Self.list.utf8)])),
        ])
        var names: [String?] = []
        for try await user in users(transport).stream().items { names.append(user.name) }
        #expect(names.count == 2)
        #expect(transport.requests.count == 3)
    }

    @Test func whoReadsAStreamHoldsNoSlot() async throws {
        let limiter = RequestLimiter(concurrency: 1)
        let transport = ScriptedTransport([
            .success(response([Array(Self.list.utf8)])), answer(200, #"{"id":"u1"}"#),
        ])
        let users = PartnerUserClient(transport: transport, limiter: limiter)
        var deleted = 0
        for try await user in users.stream().items {
            try await users.delete(user.id)
            deleted += 1
        }
        #expect(deleted == 2)
        #expect(limiter.state.inFlight == 0)
    }

    @Test func leavingAStreamClosesItsConnection() async throws {
        let closed = Counter()
        try await RawServer.serving { peer in
            _ = try await peer.request()
            try await peer.write("HTTP/1.1 200 OK\r\ncontent-type: application/jsonl\r\ntransfer-encoding: chunked\r\n\r\n")
            let line = "{\"type\":\"item\",\"data\":{\"id\":\"u\"}}\n"
            try await peer.write("\(String(line.utf8.count, radix: 16))\r\n\(line)\r\n")
            try await peer.untilClosed()
            closed.next()
        } _: { server in
            let users = PartnerUserClient(
                transport: HTTPTransport(environment: [:]), options: PartnerClientOptions(baseURL: try server.base))
            for try await user in users.stream().items {
                #expect(user.id == "u")
                break
            }
            while closed.value == 0 { await Task.yield() }
        }
    }
}

private struct Missing: Error {}
