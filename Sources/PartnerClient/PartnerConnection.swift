// One call of an operation: its request is sent over the transport, when the limiter lets it, its answer read and judged;
// what certainly did not happen is tried again, as the policy says.
import JSONBytes
import PartnerAPI

/// A transport, the limiter in front of it, and the options of the requests sent over it.
public struct PartnerConnection: Sendable {
    public let transport: any Transport
    public let options: PartnerClientOptions
    /// Nil: every attempt leaves at once.
    public let limiter: RequestLimiter?
    let timing: RequestTiming
    /// Made once, as they are the same for every request.
    private let addedHeaders: Result<[WireHeaders.Field], RequestError>
    /// Nil: every read is a request.
    private(set) var cache: ReadCache?
    /// Asked before each attempt after the first; false ends the call with what the last one gave.
    package var admitsRetry: (@Sendable () -> Bool)?

    /// Over a transport of one's own.
    public init(
        transport: any Transport, options: PartnerClientOptions = PartnerClientOptions(), limiter: RequestLimiter? = nil
    ) {
        self.init(transport: transport, options: options, limiter: limiter, timing: .system)
    }

    package init(
        transport: any Transport, options: PartnerClientOptions, limiter: RequestLimiter?, timing: RequestTiming
    ) {
        self.transport = transport
        self.options = options
        self.limiter = limiter
        self.timing = timing
        addedHeaders = Result { () throws(RequestError) in try options.addedHeaders() }
    }

    /// Over HTTP, by the transport and the limiter that all such connections share.
    public init(options: PartnerClientOptions) {
        self.init(transport: HTTPTransport.shared, options: options, limiter: .shared)
    }

    /// The same with other options; what they leave nil stays. Transport and limiter are shared, a cache is not.
    public func extended(by options: PartnerClientOptions) -> PartnerConnection {
        var extended = PartnerConnection(
            transport: transport, options: self.options.extended(by: options), limiter: limiter, timing: timing)
        extended.admitsRetry = admitsRetry
        if let cache { extended.cache = ReadCache(limit: cache.limit) }
        return extended
    }

    /// The same with a cache of its own.
    public func cached(limit: Int = 1000) -> PartnerConnection {
        var cached = self
        cached.cache = ReadCache(limit: limit)
        return cached
    }

    /// Calls an operation and gives its answer as it came.
    /// - Parameters:
    ///   - ids: one for each path parameter, in order.
    ///   - body: the request's fields; null clears a field in an update. Nil sends `{}`.
    public func call(
        _ schema: OperationSchema, ids: [String] = [], query: [QueryItem] = [], body: JSONObject? = nil
    ) async throws(PartnerError) -> JSONValue {
        let request = try request(schema, ids: ids, query: query, body: body)
        guard let cache else { return try await send(request, schema) }
        if !schema.effect.isWrite {
            return try await cache.answer(to: request, of: schema.name) { () async throws(PartnerError) in
                try await send(request, schema)
            }
        }
        cache.forget()
        defer { cache.forget() }
        return try await send(request, schema)
    }

    private func send(_ request: WireRequest, _ schema: OperationSchema) async throws(PartnerError) -> JSONValue {
        try await retrying(schema) { () async throws(PartnerError) in
            try await paced(schema) { () async throws(PartnerError) in
                let response: WireResponse
                let bytes: [UInt8]
                do {
                    response = try await transport.send(request)
                    bytes = try await response.collected()
                } catch {
                    throw PartnerError(error, of: schema)
                }
                return try AnswerJudge(schema: schema, response: response, bytes: bytes).answer()
            }
        }
    }

    // MARK: - Attempts

    /// Makes attempts until one succeeds or the policy gives up.
    func retrying<Value>(
        _ schema: OperationSchema, _ attempt: () async throws(PartnerError) -> Value
    ) async throws(PartnerError) -> Value {
        let policy = RetryPolicy(options)
        var attempts = 0
        while true {
            do throws(PartnerError) {
                return try await attempt()
            } catch {
                attempts += 1
                var failure = error
                failure.attempts = attempts
                guard let wait = policy.wait(after: error, of: schema, attempts: attempts, timing), admitsRetry?() ?? true
                else { throw failure }
                do { try await timing.sleep(wait) } catch {
                    failure.kind = .cancelled
                    failure.message = "cancelled before it was sent again; the last answer was: \(failure.message)"
                    throw failure
                }
            }
        }
    }

    /// Makes one attempt when its turn comes, and tells the limiter how it ended.
    func paced<Value>(
        _ schema: OperationSchema, _ attempt: () async throws(PartnerError) -> Value
    ) async throws(PartnerError) -> Value {
        let permit: RequestLimiter.Permit?
        do throws(CancellationError) { permit = try await limiter?.acquire() } catch { throw Self.notSent(schema) }
        var outcome = RequestLimiter.Outcome.failed
        defer { if let permit { limiter?.release(permit, outcome) } }
        // Who is cancelled while the turn comes gives it back.
        if Task.isCancelled { throw Self.notSent(schema) }
        do throws(PartnerError) {
            let value = try await attempt()
            outcome = .answered
            return value
        } catch {
            if error.status != nil { outcome = error.isThrottling(schema) || error.status == 503 ? .throttled : .answered }
            throw error
        }
    }

    private static func notSent(_ schema: OperationSchema) -> PartnerError {
        PartnerError(kind: .cancelled, message: "cancelled before it was sent", operation: schema.name)
    }

    // MARK: - Requests

    /// The request of a call, with everything that the options add.
    func request(
        _ schema: OperationSchema, ids: [String], query: [QueryItem], body: JSONObject?
    ) throws(PartnerError) -> WireRequest {
        do throws(RequestError) {
            var schema = schema
            let base = options.baseURL ?? .standard
            let endpoint = try endpoint(of: schema)
            if let endpoint { schema.path = endpoint }
            var request = try schema.wireRequest(ids: ids, query: query, body: body)
            request.base = endpoint == nil ? base : base.root
            request.timeout = options.timeout ?? .seconds(60)
            request.headers.fields += try addedHeaders.get()
            return request
        } catch {
            throw PartnerError(kind: .invalidRequest, message: error.message, operation: schema.name)
        }
    }

    private func endpoint(of schema: OperationSchema) throws(RequestError) -> String? {
        if options.endpoints.isEmpty { return nil }
        for name in options.endpoints.keys where !OperationSchema.all.contains(where: { $0.name == name }) {
            throw RequestError("the endpoints name '\(name)', which is no operation; they are named like 'users.list'")
        }
        guard let path = options.endpoints[schema.name] else { return nil }
        let places = path.split(separator: "/").filter { $0.hasPrefix("{") }
        let wanted = schema.pathParameters.map { "{\($0.name)}" }
        guard path.hasPrefix("/"), places.elementsEqual(wanted, by: { $0 == $1 }), !path.contains("?"), !path.contains("#") else {
            let form = (["/…"] + wanted).joined(separator: "/")
            throw RequestError("'\(path)' cannot be the endpoint of '\(schema.name)'; it is a path like '\(form)'")
        }
        return path
    }
}

extension PartnerError {
    /// What a transport's error says of a call.
    init(_ error: any Error, of schema: OperationSchema) {
        let isWrite = schema.effect.isWrite
        guard let error = error as? TransportError else {
            let isCancelled = error is CancellationError
            self.init(
                kind: isWrite ? .outcomeUnknown : isCancelled ? .cancelled : .network,
                message: isCancelled ? "cancelled while waiting for the answer" : "no answer: \(error)", operation: schema.name)
            return
        }
        let kind: Kind =
            switch error.kind {
            case .notSent: Task.isCancelled ? .cancelled : .network
            case .lost: isWrite ? .outcomeUnknown : Task.isCancelled ? .cancelled : .network
            case .timeout: isWrite ? .outcomeUnknown : .timeout
            }
        self.init(kind: kind, message: error.message, operation: schema.name)
        isUnreachable = error.isUnreachable && kind == .network
    }
}
