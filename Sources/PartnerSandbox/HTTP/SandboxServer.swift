// The sandbox behind a real socket: HTTP/1.1 for as long as a closure runs, then a stop that finishes what is in flight.
// Takes a request handler and the partner's credential; refuses everybody else. Nothing of it but its threads outlives `run`.
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import PartnerAPI

package struct SandboxServer: Sendable {
    package struct Settings: Sendable {
        /// An address or a name; who may listen where is the caller's to decide.
        package var host = "127.0.0.1"
        /// 0 picks a free one.
        package var port = 0
        /// How long a stop waits for requests in flight before it closes their connections.
        package var grace: Duration = .seconds(10)

        package init() {}
    }

    /// What the page at `/` is opened with: `ADDRESS/#KEY`. It reads what the page shows, and nothing else.
    package let pageKey: Secret
    private let responder: Responder
    private let settings: Settings

    /// As many as a machine's smallest number of cores today; the store's writer is one thread anyhow. They live as long as the process:
    /// a server that cannot listen is still ending its channel on them when it has said so.
    private static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    /// An idle connection, or a client that stops in the middle of a request, is closed after this.
    private static let idleTimeout = TimeAmount.seconds(75)

    package init(handler: RequestHandler, secret: Secret, settings: Settings = Settings()) {
        pageKey = Secret("page-" + SandboxStore.hexadecimal(SystemRandomness(), count: 2))
        let partner = Credential(secret)
        let site = Site(handler: handler, partner: partner, key: Credential(pageKey), log: RequestLog())
        responder = Responder(handler: handler, partner: partner, site: site)
        self.settings = settings
    }

    /// A credential that nobody else has.
    package static func newSecret() -> Secret { Secret(SandboxStore.newSecret(from: SystemRandomness())) }

    private enum Event { case served, stopped, outOfTime }

    /// Listens while the closure runs, which gets the port.
    /// - Throws: what the closure throws; `ListenError`.
    package func run<Result: Sendable>(_ body: @Sendable (Int) async throws -> Result) async throws -> Result {
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let server = server { port in
            listening.yield(port)
            listening.finish()
        }
        return try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask {
                defer { listening.finish() }
                do { try await server.run() } catch let error as IOError { throw ListenError(code: error.errnoCode) }
                return .served
            }
            guard let port = await ports.first(where: { _ in true }) else {
                _ = try await group.next()
                throw CancellationError()
            }
            let result = await Swift.Result { try await body(port) }
            let grace = settings.grace
            group.addTask {
                try await server.shutdownGracefully()
                return .stopped
            }
            group.addTask {
                try await Task.sleep(for: grace)
                return .outOfTime
            }
            // The timer ends cancelled, which is no failure of the server's.
            while let event = await group.nextResult() {
                switch event {
                // Cancelling the server closes the connections that are left.
                case .success(.served), .success(.outOfTime): group.cancelAll()
                case .success(.stopped), .failure: break
                }
            }
            return try result.get()
        }
    }

    private func server(onListening: @escaping @Sendable (Int) -> Void) -> Server<LoopBoundChannel> {
        let responder = responder
        let http = HTTP1Channel(
            responder: { request, writer, channel in try await responder.respond(to: request, writer, channel) },
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [MalformedRequestHandler(newRequestID: responder.handler.store.newRequestID)],
                idleTimeout: Self.idleTimeout))
        return Server(
            childChannelSetup: LoopBoundChannel(http, on: Self.eventLoops),
            configuration: ServerConfiguration(address: .hostname(settings.host, port: settings.port)),
            onServerRunning: { onListening($0.localAddress?.port ?? 0) },
            eventLoopGroup: Self.eventLoops,
            logger: Logger(label: "cbk.sandbox") { _ in SwiftLogNoOpLogHandler() })
    }
}

/// The system does not let a server listen.
package struct ListenError: Error {
    /// The system's number for why: `EADDRINUSE`.
    package let code: Int32
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
