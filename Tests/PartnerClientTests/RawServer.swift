// A server that speaks bytes, not HTTP: each connection is handed to the test, which reads a request and answers it as no
// honest server would. It listens on a free port of this machine and is gone when its block ends.
import Foundation
import NIOCore
import NIOPosix
import PartnerAPI
import Synchronization
import Testing

/// One request as it came.
struct RawRequest: Sendable {
    /// `POST /v1/… HTTP/1.1`
    var line: String
    var headers: [(name: String, value: String)]
    var body: String

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// One connection, in the test's hands.
struct RawPeer: Sendable {
    let channel: any Channel
    fileprivate let incoming: IncomingBytes
    fileprivate let outgoing: NIOAsyncChannelOutboundWriter<ByteBuffer>
    /// Which connection this is, from 1.
    let number: Int

    /// The next request; nil where the client has closed.
    func request() async throws -> RawRequest? {
        guard let head = try await incoming.text(through: "\r\n\r\n") else { return nil }
        var lines = head.components(separatedBy: "\r\n")
        let line = lines.removeFirst()
        let headers = lines.filter { !$0.isEmpty }.map { field in
            let parts = field.split(separator: ":", maxSplits: 1)
            return (name: parts[0].lowercased(), value: parts.count > 1 ? String(parts[1].dropFirst()) : "")
        }
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        return RawRequest(line: line, headers: headers, body: try await incoming.text(count: length) ?? "")
    }

    /// The next head alone; nobody reads the body.
    func head() async throws { _ = try await incoming.text(through: "\r\n\r\n") }

    func write(_ text: String) async throws { try await write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) async throws { try await outgoing.write(ByteBuffer(bytes: bytes)) }

    /// A whole answer.
    func answer(_ status: Int = 200, _ body: String, headers: String = "") async throws {
        try await write(
            "HTTP/1.1 \(status) X\r\ncontent-type: application/json\r\n\(headers)content-length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }

    /// Ends the connection so that the client reads an error, not an end.
    func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close().get()
    }

    /// Hands everything on to a server of this machine, and back, until one side closes.
    func tunnel(to port: Int) async throws {
        let server = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await server.executeThenClose { answers, requests in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while let chunk = try await incoming.chunk() { try await requests.write(ByteBuffer(bytes: chunk)) }
                }
                group.addTask { for try await chunk in answers { try await outgoing.write(chunk) } }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    /// What the client still sends, until it closes.
    func untilClosed() async throws { while try await incoming.more() {} }
}

/// The bytes of a connection that nobody has read yet. Unchecked: the one task that serves the connection uses it.
private final class IncomingBytes: @unchecked Sendable {
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var held: [UInt8] = []

    init(_ stream: NIOAsyncChannelInboundStream<ByteBuffer>) { iterator = stream.makeAsyncIterator() }

    func more() async throws -> Bool {
        guard let chunk = try? await iterator.next() else { return false }
        held += Array(chunk.readableBytesView)
        return true
    }

    /// What is there, or the next bytes.
    func chunk() async throws -> [UInt8]? {
        if held.isEmpty { guard try await more() else { return nil } }
        defer { held = [] }
        return held
    }

    func text(through mark: String) async throws -> String? {
        while true {
            if let found = held.firstRange(of: Array(mark.utf8)) { return take(found.upperBound) }
            guard try await more() else { return nil }
        }
    }

    func text(count: Int) async throws -> String? {
        while held.count < count { guard try await more() else { return nil } }
        return take(count)
    }

    private func take(_ count: Int) -> String {
        defer { held.removeFirst(count) }
        return String(decoding: held[..<count], as: UTF8.self)
    }
}

struct RawServer: Sendable {
    let port: Int
    let connections = Counter()

    var base: BaseURL { get throws { try BaseURL("http://127.0.0.1:\(port)") } }

    /// Serves until the block ends; each connection runs the handler and is closed after it.
    static func serving<Result: Sendable>(
        _ handler: @escaping @Sendable (RawPeer) async throws -> Void,
        _ block: @escaping @Sendable (RawServer) async throws -> Result
    ) async throws -> Result {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let server = RawServer(port: try #require(listener.channel.localAddress?.port))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await listener.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { peers in
                        for try await connection in connections {
                            let number = server.connections.next()
                            peers.addTask {
                                try? await connection.executeThenClose { incoming, outgoing in
                                    let peer = RawPeer(
                                        channel: connection.channel, incoming: IncomingBytes(incoming), outgoing: outgoing,
                                        number: number)
                                    try await handler(peer)
                                }
                            }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await block(server)
        }
    }
}

/// A port of this machine that nobody listens on, and that nobody else gets while this lives: it is bound, and no more.
final class UnservedPort: Sendable {
    let number: Int
    private let descriptor: Int32

    init() throws {
        #if canImport(Darwin)
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &size) == 0
            }
        }
        number = Int(UInt16(bigEndian: address.sin_port))
        try #require(isBound)
    }

    deinit { close(descriptor) }
}

/// Counts from 1.
final class Counter: Sendable {
    private let count = Mutex(0)

    @discardableResult func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
    var value: Int { count.withLock { $0 } }
}

/// What was seen, in order.
final class Seen<Element: Sendable>: Sendable {
    private let kept = Mutex<[Element]>([])

    func add(_ element: Element) { kept.withLock { $0.append(element) } }
    var all: [Element] { kept.withLock { $0 } }
}
