// One call of an operation: its request is sent over the transport, its answer read and judged. A write counts
// as refused only on the statuses that say so; on everything else its outcome is unknown.
import JSONBytes
import PartnerAPI

/// Whom the requests act for, and how.
public struct PartnerClientOptions: Sendable, Equatable {
    /// Sent as `Authorization: Bearer`; a transport without network needs none.
    public var secret: Secret?
    /// Act as this user.
    public var runAsUserID: String?
    /// Act as the child user with this address.
    public var runAsChildUserEmail: String?
    /// An IANA name.
    public var timezone: String?

    public init(
        secret: Secret? = nil, runAsUserID: String? = nil, runAsChildUserEmail: String? = nil, timezone: String? = nil
    ) {
        self.secret = secret
        self.runAsUserID = runAsUserID
        self.runAsChildUserEmail = runAsChildUserEmail
        self.timezone = timezone
    }

    /// These options, with those that the others set in their place.
    public func extended(by other: PartnerClientOptions) -> PartnerClientOptions {
        PartnerClientOptions(
            secret: other.secret ?? secret, runAsUserID: other.runAsUserID ?? runAsUserID,
            runAsChildUserEmail: other.runAsChildUserEmail ?? runAsChildUserEmail,
            timezone: other.timezone ?? timezone)
    }
}

/// A transport and the options of the requests sent over it.
public struct PartnerConnection: Sendable {
    public let transport: any Transport
    public let options: PartnerClientOptions

    public init(transport: any Transport, options: PartnerClientOptions = PartnerClientOptions()) {
        self.transport = transport
        self.options = options
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
        var request: WireRequest
        do throws(RequestError) {
            request = try schema.wireRequest(ids: ids, query: query, body: body)
        } catch {
            throw PartnerError(kind: .invalidRequest, message: error.message, operation: schema.name)
        }
        addHeaders(to: &request)
        if Task.isCancelled {
            throw PartnerError(kind: .cancelled, message: "cancelled before it was sent", operation: schema.name)
        }
        let response: WireResponse
        let bytes: [UInt8]
        do {
            response = try await transport.send(request)
            bytes = try await response.collected()
        } catch {
            throw Self.failure(error, of: schema)
        }
        return try Judge(schema: schema, response: response, bytes: bytes).answer()
    }

    private func addHeaders(to request: inout WireRequest) {
        if let secret = options.secret { request.headers["Authorization"] = "Bearer \(secret.reveal())" }
        if let id = options.runAsUserID { request.headers["X-RunAs-UserId"] = id }
        if let email = options.runAsChildUserEmail { request.headers["X-RunAs-Child-User-Email"] = email }
        if let timezone = options.timezone { request.headers["X-Timezone"] = timezone }
    }

    private static func failure(_ error: any Error, of schema: OperationSchema) -> PartnerError {
        let isWrite = schema.effect.isWrite
        if error is CancellationError {
            return PartnerError(
                kind: isWrite ? .outcomeUnknown : .cancelled, message: "cancelled while waiting for the answer",
                operation: schema.name)
        }
        guard let error = error as? TransportError else {
            return PartnerError(
                kind: isWrite ? .outcomeUnknown : .network, message: "no answer: \(error)", operation: schema.name)
        }
        let kind: PartnerError.Kind =
            switch error.kind {
            case .notSent: .network
            case .lost: isWrite ? .outcomeUnknown : .network
            case .timeout: isWrite ? .outcomeUnknown : .timeout
            }
        return PartnerError(kind: kind, message: error.message, operation: schema.name)
    }
}

/// Decides what an answer means.
private struct Judge {
    let schema: OperationSchema
    let response: WireResponse
    let bytes: [UInt8]

    func answer() throws(PartnerError) -> JSONValue {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw withoutJSON(error)
        }
        if !(200..<300).contains(response.status) {
            let body = ErrorBody(json: json)
            let message = body?.message ?? json["message"]?.stringValue ?? "the answer is an error: \(start)"
            throw error(statusKind, message, code: body?.code ?? json["code"]?.stringValue)
        }
        if let body = ErrorBody(json: json) {
            // Sent after the status, when the work took too long: it says nothing sure about a write.
            throw error(schema.effect.isWrite ? .outcomeUnknown : .api, body.message, code: body.code)
        }
        if schema.effect.isWrite, json["id"]?.stringValue.map({ !$0.isEmpty }) != true {
            throw error(.outcomeUnknown, "the answer has no id, so whether it happened is unknown")
        }
        return json
    }

    private func withoutJSON(_ cause: JSONError) -> PartnerError {
        guard (200..<300).contains(response.status) else {
            return error(statusKind, bytes.isEmpty ? "the answer has status \(response.status) and no text" : start)
        }
        return error(schema.effect.isWrite ? .outcomeUnknown : .answer, "the answer is no JSON: \(cause)")
    }

    private var statusKind: PartnerError.Kind {
        guard schema.effect.isWrite else { return response.status == 408 ? .timeout : .api }
        switch response.status {
        case 400...405, 409, 413, 422, 429: return .api
        default: return .outcomeUnknown
        }
    }

    /// The start of the body, as text.
    private var start: String {
        let text = String(decoding: bytes.prefix(200), as: UTF8.self)
        return bytes.count > 200 ? text + "…" : text
    }

    private func error(_ kind: PartnerError.Kind, _ message: String, code: String? = nil) -> PartnerError {
        PartnerError(
            kind: kind, message: message, status: response.status, code: code, operation: schema.name,
            requestID: response.headers["x-request-id"] ?? response.headers["request-id"],
            retryAfter: response.headers["retry-after"])
    }
}
