// One request with a short body or none, and its whole answer. It stays on the event loop of its connection from its beginning to its
// end: a task is woken once, with the answer or why there is none. Streams and long bodies go another way (HTTPTransport).
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import PartnerAPI

/// A class, as delegates are. Unchecked, as all of it is touched on the event loop alone.
final class Exchange: HTTPClientResponseDelegate, @unchecked Sendable {
    private let loop: any EventLoop
    private let limit: Duration?
    private var waiting: CheckedContinuation<WireResponse, any Error>?
    private var task: HTTPClient.Task<WireResponse>?
    private var timer: Scheduled<Void>?
    /// Why it was stopped from here; what comes of it elsewhere does not matter then.
    private var reason: (any Error)?
    private var status = 0
    private var headers = WireHeaders()
    private var bytes: [UInt8] = []

    /// - Parameter limit: for the wait for a connection, the request and the whole of its answer.
    init(on loop: any EventLoop, within limit: Duration?) {
        self.loop = loop
        self.limit = limit
    }

    /// - Parameter send: starts the request, on the event loop.
    func answer(
        _ send: @escaping @Sendable (Exchange) throws -> HTTPClient.Task<WireResponse>
    ) async throws -> WireResponse {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiting in
                loop.execute { self.begin(waiting, send) }
            }
        } onCancel: {
            loop.execute { self.stop(CancellationError()) }
        }
    }

    private func begin(
        _ waiting: CheckedContinuation<WireResponse, any Error>, _ send: (Exchange) throws -> HTTPClient.Task<WireResponse>
    ) {
        if let reason { return waiting.resume(throwing: reason) }
        self.waiting = waiting
        let task: HTTPClient.Task<WireResponse>
        do { task = try send(self) } catch { return end(.failure(error)) }
        self.task = task
        if let limit { timer = loop.scheduleTask(in: TimeAmount(limit)) { self.stop(TimeIsUp()) } }
        task.futureResult.whenComplete { self.end($0) }
    }

    private func stop(_ reason: any Error) {
        if self.reason == nil { self.reason = reason }
        task?.fail(reason: reason)
    }

    private func end(_ result: Result<WireResponse, any Error>) {
        timer?.cancel()
        (timer, task) = (nil, nil)
        let waiting = waiting
        self.waiting = nil
        switch result {
        case .success(let response): waiting?.resume(returning: response)
        case .failure(let error):
            // The status of a refusal has said what counts, so what there is of a body that breaks off will do.
            if reason == nil, status >= 400 {
                waiting?.resume(returning: response)
            } else {
                waiting?.resume(throwing: reason ?? error)
            }
        }
    }

    private var response: WireResponse { WireResponse(status: status, headers: headers, body: .bytes(bytes)) }

    // MARK: - What AsyncHTTPClient tells

    func didReceiveHead(task: HTTPClient.Task<WireResponse>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        status = Int(head.status.code)
        headers = WireHeaders(head.headers)
        return loop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<WireResponse>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        guard bytes.count + part.readableBytes <= HTTPTransport.mostBytes else { return loop.makeFailedFuture(AnswerTooLong()) }
        bytes.append(contentsOf: part.readableBytesView)
        return loop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<WireResponse>) -> WireResponse { response }
}

extension WireHeaders {
    init(_ headers: HTTPHeaders) { self.init(headers.map { Field($0.name, $0.value) }) }
}
