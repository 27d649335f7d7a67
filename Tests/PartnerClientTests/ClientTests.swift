// The client: what it sends, how it judges answers, how its lists end.
import JSONBytes
import PartnerAPI
import PartnerClient
import Synchronization
import Testing

@Suite struct ClientTests {
    private func failure(_ transport: ScriptedTransport, write: Bool) async -> PartnerError? {
        let users = PartnerUserClient(transport: transport, options: PartnerClientOptions(retries: 0))
        do throws(PartnerError) {
            if write { try await users.create(PartnerUserCreateRequest(name: "x")) } else { _ = try await users.fetch("u") }
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [400, 401, 402, 403, 404, 405, 409, 413, 422, 429])
    func refusedWritesAreErrorsOfTheAPI(_ status: Int) async {
        let transport = ScriptedTransport(
            status, #"{"message":"m","code":"C"}"#, headers: ["X-Request-ID": "r1", "Retry-After": "3"])
        let expected = PartnerError(
            kind: .api, message: "m", status: status, code: "C", operation: "users.create", requestID: "r1", retryAfter: "3")
        #expect(await failure(transport, write: true) == expected)
    }

    @Test(arguments: [406, 408, 500, 502, 503, 504])
    func otherAnswersToAWriteLeaveItsOutcomeUnknown(_ status: Int) async {
        let error = await failure(ScriptedTransport(status, #"{"message":"m","code":"C"}"#), write: true)
        #expect(error?.kind == .outcomeUnknown)
        #expect(error?.status == status)
        #expect(error?.code == "C")
        let read = await failure(ScriptedTransport(status, #"{"message":"m","code":"C"}"#), write: false)
        #expect(read?.kind == (status == 408 ? .timeout : .api))
    }

    @Test func anErrorObjectWithStatus200IsRaised() async {
        let body = #"{"message":"too slow","code":"TIMEOUT"}"#
        let read = await failure(ScriptedTransport(200, body), write: false)
        #expect(read?.kind == .api)
        #expect(read?.code == "TIMEOUT")
        #expect(read?.message == "too slow")
        #expect(await failure(ScriptedTransport(200, body), write: true)?.kind == .outcomeUnknown)
    }

    @Test(arguments: ["{}", #"{"id":null}"#, #"{"id":""}"#, #"{"id":7}"#, "null", "[]", "", #"{"id":"x"#, "<html>"])
    func aWriteWithoutAnIdHasAnUnknownOutcome(_ body: String) async {
        let error = await failure(ScriptedTransport(200, body), write: true)
        #expect(error?.kind == .outcomeUnknown)
        #expect(error?.operation == "users.create")
    }

    @Test(arguments: ["{}", "[]", "", "<html>"])
    func aReadOfAnotherShapeIsAWrongAnswer(_ body: String) async {
        #expect(await failure(ScriptedTransport(200, body), write: false)?.kind == .answer)
    }

    @Test func textThatIsNoJSONIsKept() async {
        let long = String(repeating: "x", count: 300)
        let error = await failure(ScriptedTransport(413, long), write: true)
        #expect(error?.message == String(repeating: "x", count: 200) + "…")
        #expect(error?.kind == .api)
        #expect(await failure(ScriptedTransport(404, ""), write: false)?.message == "the answer has status 404 and no text")
        #expect(
            await failure(ScriptedTransport(500, #"{"oops":1}"#), write: false)?.message == #"the answer is an error: {"oops":1}"#
        )
    }

    @Test(arguments: [
        (TransportError.Kind.notSent, PartnerError.Kind.network, PartnerError.Kind.network), (.lost, .network, .outcomeUnknown),
        (.timeout, .timeout, .outcomeUnknown),
    ])
    func lostAnswers(_ kind: TransportError.Kind, _ read: PartnerError.Kind, _ write: PartnerError.Kind) async {
        #expect(await failure(ScriptedTransport([.failure(TransportError(kind, "m"))]), write: false)?.kind == read)
        #expect(await failure(ScriptedTransport([.failure(TransportError(kind, "m"))]), write: true)?.kind == write)
        #expect(await failure(ScriptedTransport([.failure(CancellationError())]), write: false)?.kind == .cancelled)
        #expect(await failure(ScriptedTransport([.failure(CancellationError())]), write: true)?.kind == .outcomeUnknown)
    }

    @Test func anUnreachableHostIsToldApart() async {
        for write in [true, false] {
            let unreachable = TransportError(.notSent, "m", isUnreachable: true)
            let error = await failure(ScriptedTransport([.failure(unreachable)]), write: write)
            #expect(error?.kind == .network && error?.isUnreachable == true)
            let busy = await failure(ScriptedTransport([.failure(TransportError(.notSent, "m"))]), write: write)
            #expect(busy?.kind == .network && busy?.isUnreachable == false)
        }
    }

    @Test func aCancelledTaskSendsNothing() async {
        let transport = ScriptedTransport(200, #"{"id":"x"}"#)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await failure(transport, write: true)
        }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(transport.requests.isEmpty)
    }

    @Test func bodiesAreCollectedFromChunks() async throws {
        let chunks = Mutex(["{\"id\":\"", "u1", "\",\"name\":\"é\"}"])
        let body = WireBody.chunks { chunks.withLock { $0.isEmpty ? nil : Array($0.removeFirst().utf8) } }
        let users = PartnerUserClient(transport: ScriptedTransport([.success(WireResponse(status: 200, body: body))]))
        #expect(try await users.fetch("u1").name == "é")
    }

    @Test func collectingStopsAtTheLimit() async {
        let response = WireResponse(status: 200, body: .chunks { [1, 2, 3] })
        await #expect(throws: TransportError.self) { try await response.collected(limit: 100) }
        await #expect(throws: TransportError.self) {
            try await WireResponse(status: 200, body: .bytes([1, 2, 3])).collected(limit: 2)
        }
    }

    // MARK: - Requests

    @Test func requestsCarryTheOptions() async throws {
        let text = "sk-" + String(repeating: "ab", count: 32)
        let transport = ScriptedTransport(200, #"{"id":"x"}"#)
        let plain = PartnerUserClient(transport: transport, options: PartnerClientOptions(secret: Secret(text)))
        let users = plain.extend(
            PartnerClientOptions(runAsUserID: "u9", runAsChildUserEmail: "c@example.com", timezone: "Europe/Oslo"))
        try await users.create(
            PartnerUserCreateRequest(name: "Ada", limits: PartnerUserLimits(tokens: 1, database: .init(files: 2))))
        let request = try #require(transport.requests.first)
        #expect(request.method == .post)
        #expect(request.path == "/partner/user/create")
        #expect(request.headers["authorization"] == "Bearer " + text)
        #expect(request.headers["x-runas-userid"] == "u9")
        #expect(request.headers["x-runas-child-user-email"] == "c@example.com")
        #expect(request.headers["x-timezone"] == "Europe/Oslo")
        #expect(request.headers["accept"] == "application/json")
        #expect(request.body == Array(#"{"name":"Ada","limits":{"tokens":1,"database":{"files":2}}}"#.utf8))
    }

    @Test func updatesTellKeepClearAndSetApart() async throws {
        let transport = ScriptedTransport(200, #"{"id":"x"}"#)
        let users = PartnerUserClient(transport: transport)
        try await users.update("u", PartnerUserUpdateRequest(name: .set("n"), meta: .clear, limits: .set(PartnerUserLimits())))
        try await users.delete("u/../v")
        #expect(transport.requests[0].body == Array(#"{"name":"n","meta":null,"limits":{}}"#.utf8))
        #expect(transport.requests[1].path == "/partner/user/u%2F..%2Fv/delete")
        #expect(transport.requests[1].body == Array("{}".utf8))
    }

    @Test(arguments: ["", ".", ".."])
    func impossibleIdsAreNotSent(_ id: String) async {
        let transport = ScriptedTransport(200, #"{"id":"x"}"#)
        let error = await #expect(throws: PartnerError.self) { try await PartnerUserClient(transport: transport).delete(id) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.message == "users.delete: '\(id)' is no userId")
        #expect(transport.requests.isEmpty)
    }

    @Test func secretsAreNeverDescribed() async throws {
        let text = "sk-" + String(repeating: "0f", count: 32)
        let transport = ScriptedTransport(200, "{\"id\":\"t1\",\"token\":\"\(text)\",\"createdAt\":1}")
        let users = PartnerUserClient(transport: transport, options: PartnerClientOptions(secret: Secret(text)))
        let minted = try await users.token.create("u")
        #expect(minted.token.reveal() == text)
        #expect("\(minted.token)" == "sk-…0f0f")
        var dumped = ""
        dump(minted, to: &dumped)
        dump(users.connection.options, to: &dumped)
        for shown in ["\(minted)", String(reflecting: minted), "\(users.connection.options)", dumped] {
            #expect(!shown.contains(text))
        }
        #expect(Secret("short").description == "…")
    }

    // MARK: - Lists

    private func page(_ ids: Range<Int>, cursor: Bool = true) -> Result<WireResponse, any Error> {
        let items = ids.map { "{\"id\":\"\($0)\"}" }.joined(separator: ",")
        let end = cursor && !ids.isEmpty ? ",\"cursor\":\"\(ids.upperBound - 1)\"" : ""
        return .success(WireResponse(status: 200, body: .bytes(Array("{\"items\":[\(items)]\(end)}".utf8))))
    }

    private func collect(_ answers: [Result<WireResponse, any Error>], take: Int? = nil) async throws -> ([String], [WireRequest])
    {
        let transport = ScriptedTransport(answers)
        var ids: [String] = []
        for try await user in PartnerUserClient(transport: transport).all(ListOptions(take: take)) { ids.append(user.id) }
        return (ids, transport.requests)
    }

    @Test func aListEndsAtAShortPage() async throws {
        let (ids, requests) = try await collect([page(0..<100), page(100..<150), page(150..<250)])
        #expect(ids == (0..<150).map(String.init))
        #expect(requests.map { $0.query.map(\.value) } == [["100"], ["99", "100"]])
    }

    @Test func aListEndsAtAnEmptyPage() async throws {
        let (ids, requests) = try await collect([page(0..<100), page(100..<200, cursor: false), page(0..<0)])
        #expect(ids.count == 200)
        #expect(requests.count == 3)
        #expect(requests[2].query.contains(QueryItem("cursor", "199")))
    }

    @Test func aListEndsAtItsTotal() async throws {
        let (ids, requests) = try await collect([page(0..<100), page(100..<130)], take: 130)
        #expect(ids.count == 130)
        #expect(requests.map { $0.query.last?.value } == ["100", "30"])
        #expect(try await collect([page(0..<100)], take: 5).0.count == 5)
        #expect(try await collect([page(0..<100)], take: 0).1.isEmpty)
    }

    @Test func aServerThatRepeatsAPageDoesNotHoldUsForEver() async throws {
        let (ids, requests) = try await collect([page(0..<100)])
        #expect(requests.count == 2)
        #expect(ids.count == 200)
    }

    @Test func listOptionsBecomeAQuery() async throws {
        let transport = ScriptedTransport(200, #"{"items":[]}"#)
        _ = try await PartnerUserClient(transport: transport).list(
            ListOptions(cursor: "c", order: .asc, take: 5, meta: [(key: "plan", value: "pro")], email: "a+b@example.com"))
        let query = try #require(transport.requests.first?.query)
        #expect(PercentEncoding.encodeQuery(query) == "cursor=c&order=asc&take=5&meta.plan=pro&email=a%2Bb%40example.com")
    }

    @Test(arguments: [#"{"items":[1]}"#, #"{"items":[{}]}"#, #"{"items":{}}"#, "{}"])
    func aListOfAnotherShapeIsAWrongAnswer(_ body: String) async {
        let error = await #expect(throws: PartnerError.self) {
            try await PartnerUserClient(transport: ScriptedTransport(200, body)).list()
        }
        #expect(error?.kind == .answer)
    }
}
