// Carries requests over HTTP/1.1: one request a connection at a time, so that a lost connection puts one write in doubt and
// not many. Certificates are always verified, redirects never followed, and no request is sent twice. Nothing of the network
// is touched before the first request (docs/decisions/0011-http-transport.md).
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import PartnerAPI
import Synchronization

/// A class: all that send through it share its connections.
public final class HTTPTransport: Transport {
    /// Connections to one host at most. More requests than that wait for one, up to the connect timeout.
    public let connections: Int
    public let connectTimeout: Duration
    private let proxies: ProxyRules
    private let state = Mutex(State())

    private struct State {
        /// With and without a proxy, made when first needed.
        var direct: HTTPClient?
        var proxied: HTTPClient?
        var isShutDown = false
    }

    /// The one that clients use which are given none. It lives as long as the process.
    public static let shared = HTTPTransport()

    /// The longest answer that comes whole.
    static let mostBytes = 64 << 20

    /// One thread was measured to be enough for 15,000 requests a second. It lives as long as the process.
    private static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private static let eventLoop = eventLoops.next()
    private static let executor = EventLoopExecutor(eventLoop)

    /// - Parameter environment: what names the proxy: `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`; nil: the process's.
    public init(connections: Int = 128, connectTimeout: Duration = .seconds(10), environment: [String: String]? = nil) {
        self.connections = max(1, connections)
        self.connectTimeout = connectTimeout
        proxies = ProxyRules(environment: environment ?? ProcessInfo.processInfo.environment)
    }

    deinit {
        // Its connections close on their own; nobody has to wait for that.
        let clients = state.withLock { [$0.direct, $0.proxied] }
        for client in clients { client?.shutdown { _ in } }
    }

    /// Closes all connections, and waits for that; what is under way fails. Requests after it are refused.
    public func shutdown() async {
        let clients = state.withLock { state in
            defer { state = State(isShutDown: true) }
            return [state.direct, state.proxied]
        }
        for client in clients { try? await client?.shutdown() }
    }

    public func send(_ request: WireRequest) async throws -> WireResponse {
        let base = request.base ?? .standard
        let proxy = try proxies.proxy(for: base)
        let client = try client(through: proxy)
        let departure = Departure()
        do {
            // The cheap way for nearly all. AsyncHTTPClient's delegates wait for ever where a long body is refused early, and
            // a stream is pulled.
            if !request.isStreamed, (request.body?.count ?? 0) <= WatchedChunks.size {
                return try await Exchange(on: Self.eventLoop, within: request.timeout).answer { exchange in
                    client.execute(request: try Self.handedOver(request, to: base, departure), delegate: exchange)
                }
            }
            let outgoing = Self.pulled(request, to: base, departure)
            return try await within(request.timeout) {
                let response = try await client.execute(outgoing, deadline: .distantFuture)
                return try await self.answer(response, to: request)
            }
        } catch {
            // A request without a body is a read.
            throw TransportError(
                error, at: base, through: proxy.map { "\($0.host):\($0.port)" }, hasLeft: departure.hasHappened,
                isRead: request.body == nil, timeout: request.timeout)
        }
    }

    // MARK: - Requests

    private static func handedOver(
        _ request: WireRequest, to base: BaseURL, _ departure: Departure
    ) throws -> HTTPClient.Request {
        let body = request.body.map { bytes in
            HTTPClient.Body.stream(contentLength: Int64(bytes.count)) { writer in
                departure.note()
                return writer.write(.byteBuffer(ByteBuffer(bytes: bytes)))
            }
        }
        return try HTTPClient.Request(
            url: url(of: request, at: base), method: .init(rawValue: request.method.rawValue), headers: headers(of: request),
            body: body)
    }

    private static func pulled(_ request: WireRequest, to base: BaseURL, _ departure: Departure) -> HTTPClientRequest {
        var outgoing = HTTPClientRequest(url: url(of: request, at: base))
        outgoing.method = .init(rawValue: request.method.rawValue)
        outgoing.headers = headers(of: request)
        if let body = request.body {
            outgoing.body = .stream(WatchedChunks(bytes: body, departure: departure), length: .known(Int64(body.count)))
        }
        return outgoing
    }

    private static func url(of request: WireRequest, at base: BaseURL) -> String {
        let url = base.text + request.path
        return request.query.isEmpty ? url : url + "?" + PercentEncoding.encodeQuery(request.query)
    }

    private static func headers(of request: WireRequest) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.reserveCapacity(request.headers.fields.count + 3)
        for field in request.headers.fields { headers.add(name: field.name, value: field.value) }
        headers.add(name: "User-Agent", value: "cbk-partner-client")
        return headers
    }

    // MARK: - Answers

    private func answer(_ response: HTTPClientResponse, to request: WireRequest) async throws -> WireResponse {
        let headers = WireHeaders(response.headers)
        let status = Int(response.status.code)
        guard request.isStreamed else {
            let body = try await whole(response.body, isRefusal: status >= 400)
            return WireResponse(status: status, headers: headers, body: .bytes(body))
        }
        // A cancellation that came with the head has cancelled the rest, too.
        try Task.checkCancellation()
        let incoming = IncomingBody(response.body)
        let base = request.base ?? .standard
        let chunks: @Sendable () async throws -> [UInt8]? = {
            do {
                return try await self.within(request.timeout) {
                    let chunk = try await incoming.next()
                    try Task.checkCancellation()
                    return chunk
                }
            } catch {
                throw TransportError(error, at: base, hasLeft: true, isRead: true, timeout: request.timeout)
            }
        }
        return WireResponse(status: status, headers: headers, body: .chunks(chunks))
    }

    /// - Parameter isRefusal: the status has said what counts, so what there is of a body that breaks off will do.
    private func whole(_ body: HTTPClientResponse.Body, isRefusal: Bool) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                guard bytes.count + chunk.readableBytes <= HTTPTransport.mostBytes else { throw AnswerTooLong() }
                bytes.append(contentsOf: chunk.readableBytesView)
            }
        } catch {
            guard isRefusal, !Task.isCancelled else { throw error }
        }
        return bytes
    }

    // MARK: - Clients

    private func client(through proxy: HTTPClient.Configuration.Proxy?) throws(TransportError) -> HTTPClient {
        let client = state.withLock { state -> HTTPClient? in
            guard !state.isShutDown else { return nil }
            if let known = proxy == nil ? state.direct : state.proxied { return known }
            let made = makeClient(proxy)
            if proxy == nil { state.direct = made } else { state.proxied = made }
            return made
        }
        guard let client else { throw TransportError(.notSent, "the transport has been shut down") }
        return client
    }

    private func makeClient(_ proxy: HTTPClient.Configuration.Proxy?) -> HTTPClient {
        var configuration = HTTPClient.Configuration(certificateVerification: .fullVerification)
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: TimeAmount(connectTimeout))
        configuration.proxy = proxy
        configuration.decompression = .disabled
        configuration.tracing.tracer = nil
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.makeCompletedFuture {
                let handlers = channel.pipeline.syncOperations
                try handlers.addHandler(EndOfTurn(), position: .after(handlers.handler(type: HTTPRequestEncoder.self)))
            }
        }
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        // A connection that cannot be made is told at once: waiting and trying again is the retry policy's.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: HTTPTransport.eventLoops, configuration: configuration)
    }

    // MARK: - Time

    /// Does the work and cancels it when its time is up. One alarm covers the wait for a connection, the request and the
    /// whole of its answer, which the client's own deadline leaves out.
    private func within<Result: Sendable>(
        _ limit: Duration?, _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard let limit else { return try await work() }
        let alarm = Alarm()
        // On the connection's own thread: each change of threads costs as much as the work between two.
        let task = Task(executorPreference: HTTPTransport.executor) {
            let timer = HTTPTransport.eventLoop.scheduleTask(in: TimeAmount(limit)) { alarm.ring() }
            defer { timer.cancel() }
            return try await work()
        }
        alarm.willCancel { task.cancel() }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            throw alarm.hasRung ? TimeIsUp() : error
        }
    }
}

/// An attempt took too long.
struct TimeIsUp: Error {}

/// A body has more than `HTTPTransport.mostBytes`.
struct AnswerTooLong: Error {}

/// A class: a timer rings it, and whoever has set it looks whether it did.
private final class Alarm: Sendable {
    private let state = Mutex<(hasRung: Bool, cancel: (@Sendable () -> Void)?)>((false, nil))

    var hasRung: Bool { state.withLock { $0.hasRung } }

    func ring() {
        let cancel = state.withLock { state in
            state.hasRung = true
            return state.cancel
        }
        cancel?()
    }

    /// Says what ringing does, which may have happened already.
    func willCancel(_ cancel: @escaping @Sendable () -> Void) {
        let hasRung = state.withLock { state in
            state.cancel = cancel
            return state.hasRung
        }
        if hasRung { cancel() }
    }
}

/// The chunks of an answer, for one reader that asks for one at a time; the connection waits for it. Unchecked, as the
/// iterator is not safe for more than that.
private final class IncomingBody: @unchecked Sendable {
    private var iterator: HTTPClientResponse.Body.AsyncIterator

    init(_ body: HTTPClientResponse.Body) { iterator = body.makeAsyncIterator() }

    func next() async throws -> [UInt8]? {
        guard let chunk = try await iterator.next() else { return nil }
        return Array(chunk.readableBytesView)
    }
}

extension TimeAmount {
    /// Up to 292 years; longer ones are as good as that.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        self = isTooLong ? .nanoseconds(.max) : .nanoseconds(whole &+ attoseconds / 1_000_000_000)
    }
}
