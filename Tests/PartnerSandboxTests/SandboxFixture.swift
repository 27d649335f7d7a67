// What the tests share: a store on a set clock and seeded randomness, a temporary folder, raw requests.
import Foundation
import JSONBytes
import PartnerAPI
import PartnerClient
import Synchronization

@testable import PartnerSandbox

/// A clock that stands until it is moved.
final class ManualClock: MillisecondClock {
    private let time: Mutex<Int64>

    init(_ start: Int64 = 1_750_000_000_000) { time = Mutex(start) }

    func now() -> Int64 { time.withLock { $0 } }
    func advance(_ milliseconds: Int64) { time.withLock { $0 += milliseconds } }
}

/// SplitMix64 from a seed.
final class SeededRandomness: Randomness {
    private let state: Mutex<SplitMix>

    init(seed: UInt64) { state = Mutex(SplitMix(seed: seed)) }

    func next() -> UInt64 { state.withLock { $0.next() } }
}

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("cbk-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}

/// A sandbox in memory and the client that talks to it.
struct Sandbox {
    let clock = ManualClock()
    let store: SandboxStore
    let handler: RequestHandler
    let users: PartnerUserClient

    init(
        nested: NestedUpdate = .replace, path: String = ":memory:", seed: UInt64 = 7, faults: Faults = Faults(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { _ in }
    ) throws {
        store = try SandboxStore.open(path: path, clock: clock, randomness: SeededRandomness(seed: seed))
        handler = RequestHandler(store: store, nested: nested, faults: faults, sleep: sleep)
        users = PartnerUserClient(transport: SandboxTransport(handler))
    }

    func send(
        _ method: WireMethod, _ path: String, query: [QueryItem] = [], accept: String? = nil, body: String? = nil
    ) async throws -> Answer {
        var request = WireRequest(method: method, path: path, query: query, body: body.map { Array($0.utf8) })
        request.headers["accept"] = accept
        let response = try await handler.respond(to: request)
        let bytes = try await response.collected()
        return Answer(
            status: response.status, type: response.headers["content-type"], text: String(decoding: bytes, as: UTF8.self))
    }

    func get(_ path: String, query: [QueryItem] = [], accept: String? = nil) async throws -> Answer {
        try await send(.get, "/v1/partner/user" + path, query: query, accept: accept)
    }

    func post(_ path: String, _ body: String = "{}") async throws -> Answer {
        try await send(.post, "/v1/partner/user" + path, body: body)
    }
}

struct Answer {
    var status: Int
    var type: String?
    var text: String

    var json: JSONValue { (try? JSONValue(parsing: text)) ?? .null }
    var lines: [JSONValue] { text.split(separator: "\n").compactMap { try? JSONValue(parsing: String($0)) } }
    var id: String { json["id"]?.stringValue ?? "" }
    var code: String? { json["code"]?.stringValue }
    var message: String { json["message"]?.stringValue ?? "" }
    /// The names of a page's items.
    var names: [String] { json["items"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? [] }
}
