// What a cached client keeps, shares and forgets.
import JSONBytes
import PartnerAPI
import Synchronization
import Testing

@testable import PartnerClient

/// Answers with the number of the request; holds requests back while it is closed.
private final class CountingTransport: Transport {
    let sent = Counter()
    private let isOpen = Mutex(true)
    private let failures = Mutex(0)

    func close() { isOpen.withLock { $0 = false } }
    func open() { isOpen.withLock { $0 = true } }
    func failNext() { failures.withLock { $0 += 1 } }

    func send(_ request: WireRequest) async throws -> WireResponse {
        let number = sent.next()
        while !isOpen.withLock({ $0 }) {
            try Task.checkCancellation()
            await Task.yield()
        }
        let fails = failures.withLock { failures in
            defer { failures = max(0, failures - 1) }
            return failures > 0
        }
        if fails { throw TransportError(.lost, "gone") }
        return WireResponse(status: 200, body: .bytes(Array("{\"id\":\"u\",\"name\":\"\(number)\",\"items\":[]}".utf8)))
    }
}

@Suite(.timeLimit(.minutes(1))) struct CacheTests {
    private let transport = CountingTransport()
    private let users: PartnerUserClient

    init() { users = PartnerUserClient(transport: transport, options: PartnerClientOptions(retries: 0)).cached() }

    @Test func aReadIsAskedOnce() async throws {
        for _ in 0..<3 {
            #expect(try await users.fetch("a").name == "1")
            #expect(try await users.fetch("b").name == "2")
            _ = try await users.list(ListOptions(take: 1))
        }
        _ = try await users.list(ListOptions(take: 2))
        #expect(transport.sent.value == 4)
    }

    @Test func aWriteForgetsEverything() async throws {
        _ = try await users.fetch("a")
        _ = try await users.token.list("a")
        try await users.token.update("a", "t", PartnerUserTokenUpdateRequest(name: .set("x")))
        #expect(try await users.fetch("a").name == "4")
        transport.failNext()
        _ = await #expect(throws: PartnerError.self) { try await users.delete("a") }
        #expect(try await users.fetch("a").name == "6", "a write in doubt may have happened")
    }

    @Test func otherClientsShareNothing() async throws {
        let plain = PartnerUserClient(transport: transport)
        _ = try await users.fetch("a")
        _ = try await plain.fetch("a")
        _ = try await plain.fetch("a")
        #expect(transport.sent.value == 3)
        let other = users.extend(PartnerClientOptions(runAsUserID: "z"))
        _ = try await other.fetch("a")
        _ = try await other.fetch("a")
        #expect(transport.sent.value == 4)
        _ = try await users.cached().fetch("a")
        #expect(transport.sent.value == 5)
    }

    @Test func aFailureIsNotKept() async throws {
        transport.failNext()
        _ = await #expect(throws: PartnerError.self) { try await users.fetch("a") }
        #expect(try await users.fetch("a").name == "2")
    }

    @Test func theOldestGoesFirst() async throws {
        let users = PartnerUserClient(transport: transport).cached(limit: 2)
        for id in ["a", "b", "c"] { _ = try await users.fetch(id) }
        #expect(try await users.fetch("c").name == "3")
        #expect(try await users.fetch("b").name == "2")
        #expect(try await users.fetch("a").name == "4")
    }

    @Test func equalReadsAtOnceAreOneRequest() async throws {
        transport.close()
        let tasks = (0..<10).map { _ in Task { try await users.fetch("a").name } }
        while transport.sent.value == 0 { await Task.yield() }
        for _ in 0..<100 { await Task.yield() }
        transport.open()
        for task in tasks { #expect(try await task.value == "1") }
        #expect(transport.sent.value == 1)
    }

    @Test func aFailureIsToldToAllThatWait() async throws {
        transport.close()
        transport.failNext()
        let tasks = (0..<3).map { _ in Task { try await users.fetch("a").name } }
        while transport.sent.value == 0 { await Task.yield() }
        for _ in 0..<100 { await Task.yield() }
        transport.open()
        for task in tasks { _ = await task.result }
        #expect(try await users.fetch("a").name != "1")
    }

    @Test func whoLeadsMayBeCancelledAndTheOthersGetTheirAnswer() async throws {
        transport.close()
        let leader = Task { try await users.fetch("a").name }
        while transport.sent.value == 0 { await Task.yield() }
        let followers = (0..<3).map { _ in Task { try await users.fetch("a").name } }
        for _ in 0..<100 { await Task.yield() }
        leader.cancel()
        let error = await #expect(throws: PartnerError.self) { try await leader.value }
        #expect(error?.kind == .cancelled)
        transport.open()
        for follower in followers { #expect(try await follower.value == "2") }
        #expect(transport.sent.value == 2)
    }

    @Test func aFollowerMayBeCancelled() async throws {
        transport.close()
        let leader = Task { try await users.fetch("a").name }
        while transport.sent.value == 0 { await Task.yield() }
        let follower = Task { try await users.fetch("a").name }
        for _ in 0..<100 { await Task.yield() }
        follower.cancel()
        let error = await #expect(throws: PartnerError.self) { try await follower.value }
        #expect(error?.kind == .cancelled)
        transport.open()
        #expect(try await leader.value == "1")
    }

    @Test func aReadThatAWriteOvertookIsNotKept() async throws {
        transport.close()
        let read = Task { try await users.fetch("a").name }
        while transport.sent.value == 0 { await Task.yield() }
        let write = Task { try await users.delete("a") }
        while transport.sent.value == 1 { await Task.yield() }
        transport.open()
        _ = try await (read.value, write.value)
        #expect(try await users.fetch("a").name == "3")
    }
}
