// A sandbox behind a socket within the test's process, and a client that speaks bytes: it can send half a request, or none
// that is HTTP. Nothing of it is left when its closure ends.
import JSONBytes
import NIOCore
import NIOPosix
import PartnerAPI
import Testing

@testable import PartnerSandbox

struct LiveSandbox: Sendable {
    let clock = ManualClock()
    let store: SandboxStore
    let secret = SandboxServer.newSecret()
    var settings = SandboxServer.Settings()

    var faults = Faults()

    init(grace: Duration = .seconds(10)) throws {
        settings.grace = grace
        store = try SandboxStore.open(path: ":memory:", clock: clock, randomness: SeededRandomness(seed: 7))
    }

    var authorization: String { "Authorization: Bearer \(secret.reveal())\r\n" }

    func run<Result: Sendable>(_ body: @Sendable (Int) async throws -> Result) async throws -> Result {
        try await SandboxServer(handler: RequestHandler(store: store, faults: faults), secret: secret, settings: settings).run(
            body)
    }

    /// Serves while a connection to it is used.
    func connected<Result: Sendable>(_ body: @Sendable (inout RawConnection) async throws -> Result) async throws -> Result {
        try await run { port in try await RawConnection.open(port, body) }
    }

    /// The text of a request with the partner's credential.
    func request(_ line: String, _ headers: String = "", body: String = "") -> String {
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        return "\(line) HTTP/1.1\r\nHost: localhost\r\n\(authorization)\(length)\(headers)\r\n\(body)"
    }
}

/// An answer as it came over the wire.
struct RawAnswer {
    var status: Int
    var headers: WireHeaders
    var text = ""

    var json: JSONValue { (try? JSONValue(parsing: text)) ?? .null }
    var code: String? { json["code"]?.stringValue }
    var message: String { json["message"]?.stringValue ?? "" }
}

/// The other side hung up before an answer was whole.
struct ConnectionEnded: Error {}

struct RawConnection {
    private var input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var buffer = ByteBuffer()

    static func open<Result: Sendable>(
        _ port: Int, _ body: @Sendable (inout RawConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { input, output in
            var connection = RawConnection(input: input.makeAsyncIterator(), output: output)
            return try await body(&connection)
        }
    }

    private init(
        input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.input = input
        self.output = output
    }

    func send(_ text: String) async throws { try await output.write(ByteBuffer(string: text)) }

    /// Sends a request and reads its answer.
    mutating func ask(_ text: String) async throws -> RawAnswer {
        try await send(text)
        return try await answer(withBody: !text.hasPrefix("HEAD "))
    }

    /// - Throws: `ConnectionEnded`.
    mutating func answer(withBody: Bool = true) async throws -> RawAnswer {
        let lines = try await read(through: "\r\n\r\n").split(separator: "\r\n")
        let status = lines.first.flatMap { line in line.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
        var answer = RawAnswer(status: try #require(status), headers: [:])
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            answer.headers.fields.append(.init(String(parts[0]), String(parts[1].drop { $0 == " " })))
        }
        if answer.headers["transfer-encoding"] == "chunked" {
            while let size = Int(try await read(through: "\r\n").dropLast(), radix: 16), size > 0 {
                answer.text += try await read(size)
                _ = try await read(2)
            }
            _ = try await read(2)
        } else if withBody, let length = answer.headers["content-length"].flatMap({ Int($0) }) {
            answer.text = try await read(length)
        }
        return answer
    }

    /// Whether nothing more comes: the other side has hung up.
    mutating func isAtEnd() async -> Bool {
        if buffer.readableBytes > 0 { return false }
        return ((try? await input.next()) ?? nil) == nil
    }

    /// How many bytes come until the other side hangs up.
    mutating func countToEnd() async -> Int {
        var count = buffer.readableBytes
        while let part = (try? await input.next()) ?? nil { count += part.readableBytes }
        buffer.clear()
        return count
    }

    /// The text up to and with a mark.
    mutating func read(through mark: String) async throws -> String {
        while true {
            let text = String(buffer: buffer)
            if let range = text.range(of: mark) {
                return try await read(text[..<range.upperBound].utf8.count)
            }
            try await readMore()
        }
    }

    private mutating func read(_ count: Int) async throws -> String {
        while buffer.readableBytes < count { try await readMore() }
        return buffer.readString(length: count) ?? ""
    }

    private mutating func readMore() async throws {
        guard var part = try await input.next() else { throw ConnectionEnded() }
        buffer.discardReadBytes()
        buffer.writeBuffer(&part)
    }
}
