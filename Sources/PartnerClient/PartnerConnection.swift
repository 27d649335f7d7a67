// One call of an operation: its request is sent over the transport, its answer read and judged.
import JSONBytes
import PartnerAPI

/// A transport and the options of the requests sent over it.
public struct PartnerConnection: Sendable {
    public let transport: any Transport
    public let options: PartnerClientOptions

    public init(transport: any Transport, options: PartnerClientOptions = PartnerClientOptions()) {
        self.transport = transport
        self.options = options
    }

    /// Over HTTP, by the transport that all such connections share.
    public init(options: PartnerClientOptions) {
        self.init(transport: HTTPTransport.shared, options: options)
    }

    /// The same with other options; what they leave nil stays.
    public func extended(by options: PartnerClientOptions) -> PartnerConnection {
        PartnerConnection(transport: transport, options: self.options.extended(by: options))
    }

    /// Calls an operation and gives its answer as it came. No retries.
    /// - Parameters:
    ///   - ids: one for each path parameter, in order.
    ///   - body: the request's fields; null clears a field in an update. Nil sends `{}`.
    public func call(
        _ schema: OperationSchema, ids: [String] = [], query: [QueryItem] = [], body: JSONObject? = nil
    ) async throws(PartnerError) -> JSONValue {
        let request = try request(schema, ids: ids, query: query, body: body)
        if Task.isCancelled {
            throw PartnerError(kind: .cancelled, message: "cancelled before it was sent", operation: schema.name)
        }
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
            try options.addHeaders(to: &request)
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
    }
}
