// One request on the wire: its operation, who asks, its body up to a limit, the handler's answer. Whatever comes of it is
// answered under a request id; only a client that sends too much is hung up on.
import HTTPTypes
import HummingbirdCore
import NIOCore
import PartnerAPI

struct Responder: Sendable {
    let handler: RequestHandler
    let partner: Credential
    let site: Site

    /// What of a body that is too long is still read and thrown away: who is cut off while sending sees no answer.
    private static let discardLimit = 16 << 20

    func respond(to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let start = ContinuousClock.now
        let requestID = handler.store.newRequestID()
        let target = Target(request.head.path ?? "")
        let sitePath = SitePath(rawValue: target.path)
        var body = request.body.makeAsyncIterator()
        var response: WireResponse
        var hangsUp = false
        do {
            response =
                if let sitePath {
                    try await site.answer(sitePath, request.method, secret: Credential.bearer(request.headers[.authorization]))
                } else {
                    try await answer(request, target, &body, writer)
                }
        } catch let error as UnreadableBody {
            throw error.cause
        } catch {
            hangsUp = (error as? SandboxError)?.code == .contentTooLarge
            do {
                response = try RequestHandler.failure(error)
            } catch {
                note(request, target, 0, start, requestID)
                throw error
            }
        }
        if sitePath == nil { note(request, target, response.status, start, requestID) }
        response.headers.fields.append(WireHeaders.Field("X-Request-Id", requestID))
        if hangsUp { response.headers.fields.append(WireHeaders.Field("Connection", "close")) }
        try await write(response, withBody: request.method != .head, writer)
        if hangsUp {
            var discarded = 0
            while discarded < Self.discardLimit, let part = try await body.next() { discarded += part.readableBytes }
            throw HangUp()
        }
    }

    private func note(
        _ request: Request, _ target: Target, _ status: Int, _ start: ContinuousClock.Instant, _ requestID: String
    ) {
        site.log.note(
            RequestLog.Entry(
                at: handler.store.clock.now(), method: request.method.rawValue, path: target.path, status: status,
                took: ContinuousClock.now - start, id: requestID))
    }

    private func answer(
        _ request: Request, _ target: Target, _ body: inout RequestBody.AsyncIterator, _ writer: borrowing ResponseWriter
    ) async throws -> WireResponse {
        let call = try Call(WireMethod(rawValue: request.method.rawValue), target.path)
        let headers = Self.wireHeaders(request.headers)
        try admit(Credential.bearer(headers["authorization"]))
        guard let query = PercentEncoding.decodeQuery(target.query) else {
            throw SandboxError.badRequest("the query '\(target.query)' is not percent-encoded UTF-8")
        }
        let bytes = call.schema.effect.isWrite ? try await collect(&body, request.headers, writer) : nil
        return try await handler.answer(
            WireRequest(method: call.schema.method, path: target.path, query: query, headers: headers, body: bytes), to: call)
    }

    /// - Throws: `SandboxError` for anybody but the partner.
    private func admit(_ secret: String?) throws {
        guard let secret else {
            throw SandboxError.notAuthenticated("the request has no header 'Authorization: Bearer SECRET'")
        }
        if partner.matches(secret) { return }
        switch try handler.store.holder(of: secret) {
        case .user:
            throw SandboxError(.notAuthorized, "a user's credential acts on that user alone; partner routes need the partner's")
        case .endedSession: throw Self.unknownCredential("the session has ended")
        case nil: throw Self.unknownCredential("the credential is not known here")
        }
    }

    private static func unknownCredential(_ message: String) -> SandboxError {
        SandboxError.notAuthenticated(message, challenge: "Bearer error=\"invalid_token\"")
    }

    /// The body, of which never more than the limit is in memory.
    private func collect(
        _ body: inout RequestBody.AsyncIterator, _ headers: HTTPFields, _ writer: borrowing ResponseWriter
    ) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > RequestHandler.bodyLimit {
            throw Self.tooLong
        }
        if headers[.expect]?.lowercased() == "100-continue" {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        var bytes: [UInt8] = []
        do {
            while let part = try await body.next() {
                guard bytes.count + part.readableBytes <= RequestHandler.bodyLimit else { throw Self.tooLong }
                bytes.append(contentsOf: part.readableBytesView)
            }
        } catch let error as SandboxError {
            throw error
        } catch {
            throw UnreadableBody(cause: error)
        }
        return bytes
    }

    private static let tooLong = SandboxError(
        .contentTooLarge, "the body has more than \(RequestHandler.bodyLimit) bytes, which is what is allowed")

    private func write(_ response: WireResponse, withBody: Bool, _ writer: consuming ResponseWriter) async throws {
        var fields = HTTPFields()
        for field in response.headers.fields {
            if let name = Self.fieldName(field.name) { fields.append(HTTPField(name: name, value: field.value)) }
        }
        // Answers hold customers' data and credentials.
        fields.append(HTTPField(name: .cacheControl, value: "no-store"))
        fields.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
        let status = HTTPResponse.Status(code: response.status)
        switch response.body {
        case .bytes(let bytes):
            fields.append(HTTPField(name: .contentLength, value: String(bytes.count)))
            let body = withBody ? ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) : ResponseBody()
            try await writer.write(response: HTTPResponse(status: status, headerFields: fields), body: body)
        case .chunks(let pull):
            var body = try await writer.writeHead(HTTPResponse(status: status, headerFields: fields))
            while let chunk = try await pull() { try await body.write(ByteBuffer(bytes: chunk)) }
            try await body.finish(nil)
        }
    }

    // MARK: - Names

    /// Those that are read, in one pass.
    private static func wireHeaders(_ fields: HTTPFields) -> WireHeaders {
        var headers = WireHeaders()
        for field in fields {
            switch field.name.canonicalName {
            case "authorization", "accept", "x-runas-user-id", "x-runas-userid", "x-runas-child-user-email":
                headers.fields.append(WireHeaders.Field(field.name.canonicalName, field.value))
            default: break
            }
        }
        return headers
    }

    /// Without parsing, for those of nearly every answer.
    private static func fieldName(_ name: String) -> HTTPField.Name? {
        switch name {
        case "Content-Type": .contentType
        case "X-Request-Id": .requestID
        default: HTTPField.Name(name)
        }
    }
}

extension HTTPField.Name {
    static let requestID = named("X-Request-Id")

    fileprivate static func named(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("'\(name)' is no name of a header") }
        return name
    }
}

/// The path and the query of a request's first line.
private struct Target {
    let path: String
    let query: Substring

    init(_ text: String) {
        var rest = Substring(text)
        if rest.utf8.first != UInt8(ascii: "/"), rest.hasPrefix("http://") || rest.hasPrefix("https://") {
            // What a proxy is asked with, and any server must understand.
            rest = rest.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        }
        let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        path = String(rest[..<mark])
        query = rest[mark...].dropFirst()
    }
}

/// The connection failed while a body was read.
private struct UnreadableBody: Error {
    let cause: any Error
}

/// Closes the connection.
private struct HangUp: Error {}
