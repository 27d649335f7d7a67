// The sandbox's side of the wire: a request becomes an answer of the store or an error of the API. It knows the
// paths below /v1 and /api/v1; who may call it is decided by whoever listens.
import GRDB
import JSONBytes
import PartnerAPI

package struct RequestHandler: Sendable {
    let store: SandboxStore
    private let nested: NestedUpdate
    let injector: FaultInjector?

    /// Bytes of a request's body beyond which it is refused.
    static let bodyLimit = 4 << 20

    /// - Parameter sleep: how latency that is injected passes.
    package init(
        store: SandboxStore, nested: NestedUpdate = .replace, faults: Faults = Faults(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.nested = nested
        injector = faults.areAny ? FaultInjector(faults, sleep: sleep) : nil
    }

    /// Answers a request, under an id of its own; what goes wrong is an answer too.
    /// - Throws: `DroppedConnection` where an injected fault loses the answer; `CancellationError`.
    package func respond(to request: WireRequest) async throws -> WireResponse {
        var response: WireResponse
        do {
            response = try await answer(request, to: try Call(request.method, request.path))
        } catch {
            response = try Self.failure(error)
        }
        response.headers["X-Request-Id"] = store.newRequestID()
        return response
    }

    /// Answers a request whose operation is known already.
    func answer(_ request: WireRequest, to call: Call) async throws -> WireResponse {
        guard let injector else { return try await perform(request, call) }
        return try await injector.apply(to: call.schema, now: store.clock.now()) { try await perform(request, call) }
    }

    private func perform(_ request: WireRequest, _ call: Call) async throws -> WireResponse {
        if ["x-runas-user-id", "x-runas-userid", "x-runas-child-user-email"].contains(where: {
            request.headers[$0]?.isEmpty == false
        }) {
            // Whoever acts as a user acts as that user may: on itself alone.
            throw SandboxError(.notAuthorized, "a user of the partner has no users of its own")
        }
        return try await answer(call.route, request, try AnswerFormat(accept: request.headers["accept"], for: call.schema))
    }

    private func answer(_ route: Route, _ request: WireRequest, _ format: AnswerFormat) async throws -> WireResponse {
        switch route {
        case .userList:
            return try await list(
                request, format, filters: true, write: { $0.user($1) }, id: { $0.id },
                fetch: { try await store.listUsers($0, take: $1) })
        case .userFetch(let user):
            let row = try store.fetchUser(user)
            return format.answer { $0.user(row) }
        case .userCreate:
            let fields = try FieldChanges.user(try body(request)).forCreate
            return format.answerID(try await store.createUser(fields))
        case .userUpdate(let user):
            let fields = try FieldChanges.user(try body(request)).forUpdate(nested)
            return format.answerID(try await store.updateUser(user, fields, nested: nested))
        case .userDelete(let user):
            _ = try body(request, mayBeEmpty: true)
            return format.answerID(try await store.deleteUser(user))
        case .tokenList(let user):
            return try await list(
                request, format, filters: false, write: { $0.token($1) }, id: { $0.id },
                fetch: { try store.listTokens(user, $0, take: $1) })
        case .tokenCreate(let user):
            let fields = try FieldChanges.token(try body(request)).forCreate
            let token = try await store.createToken(user, fields)
            return format.answer { $0.newToken(token) }
        case .tokenUpdate(let user, let token):
            let fields = try FieldChanges.token(try body(request)).forUpdate(nested)
            return format.answerID(try await store.updateToken(user, token, fields, nested: nested))
        case .tokenDelete(let user, let token):
            _ = try body(request, mayBeEmpty: true)
            return format.answerID(try await store.deleteToken(user, token))
        case .sessionCreate(let user):
            let seconds = try FieldChanges.sessionSeconds(try body(request))
            let session = try await store.createSession(user, seconds: seconds)
            return format.answer { $0.session(session) }
        case .contextList(let user):
            return try await list(
                request, format, filters: false, write: { $0.context($1) }, id: { $0.id },
                fetch: { try store.listContexts(user, $0, take: $1) })
        case .contextFetch(let user, let context):
            let row = try store.fetchContext(user, context)
            return format.answer { $0.context(row) }
        case .contextCreate(let user):
            let row = try await store.createContext(user, try FieldChanges.context(try body(request)).forCreate)
            return format.answer { $0.context(row) }
        case .contextUpdate(let user, let context):
            let fields = try FieldChanges.context(try body(request)).forUpdate(nested)
            return format.answerID(try await store.updateContext(user, context, fields, nested: nested))
        case .contextDelete(let user, let context):
            _ = try body(request, mayBeEmpty: true)
            return format.answerID(try await store.deleteContext(user, context))
        }
    }

    private func body(_ request: WireRequest, mayBeEmpty: Bool = false) throws(SandboxError) -> JSONObject {
        let bytes = request.body ?? []
        if bytes.isEmpty, mayBeEmpty { return JSONObject() }
        guard bytes.count <= Self.bodyLimit else {
            throw SandboxError(.contentTooLarge, "the body has \(bytes.count) bytes; at most \(Self.bodyLimit) are allowed")
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .badRequest("the body is no JSON: \(error)")
        }
        guard let object = value.objectValue else {
            throw .badRequest("the body must be an object, not \(value.kindDescription)")
        }
        return object
    }

    /// - Throws: what is no answer.
    static func failure(_ error: any Error) throws -> WireResponse {
        if error is DroppedConnection || error is CancellationError { throw error }
        let refusal = refusal(error)
        return WireResponse(
            status: refusal.code.status,
            headers: WireHeaders(
                [WireHeaders.Field("Content-Type", "application/json")] + [refusal.header].compactMap { $0 }),
            body: .bytes(ErrorBody(message: refusal.message, code: refusal.code.rawValue).json.serialized()))
    }

    static func refusal(_ error: any Error) -> SandboxError {
        switch error {
        case let error as SandboxError: error
        case let error as DatabaseError where error.resultCode == .SQLITE_BUSY:
            SandboxError(.serviceUnavailable, "another process keeps the store busy")
        case let error as DatabaseError:
            SandboxError(.internalServerError, "the store failed: \(error.message ?? "SQLite error \(error.resultCode)")")
        default: SandboxError(.internalServerError, "the sandbox failed: \(error)")
        }
    }
}
