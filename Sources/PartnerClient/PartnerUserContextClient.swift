// The clients for a user's contexts and sessions.
import JSONBytes
import PartnerAPI

/// Creates sessions of a user.
public struct PartnerUserSessionClient: Sendable {
    public let connection: PartnerConnection

    /// A client with other options over the same transport; what they leave nil stays.
    public func extend(_ options: PartnerClientOptions) -> PartnerUserSessionClient {
        PartnerUserSessionClient(connection: connection.extended(by: options))
    }

    /// Makes a session. Its credential is in this answer only, and nothing lists it.
    public func create(
        _ userID: String, _ request: PartnerUserSessionCreateRequest = PartnerUserSessionCreateRequest()
    ) async throws(PartnerError) -> PartnerUserSession {
        let answer = try await connection.call(.sessionCreate, ids: [userID], body: request.body)
        return try connection.reading(.sessionCreate) { () throws(AnswerError) in
            try PartnerUserSession(json: try answer.record())
        }
    }
}

/// Lists, fetches, creates, updates and deletes the contexts of a user.
public struct PartnerUserContextClient: Sendable {
    public let connection: PartnerConnection

    /// A client with other options over the same transport; what they leave nil stays.
    public func extend(_ options: PartnerClientOptions) -> PartnerUserContextClient {
        PartnerUserContextClient(connection: connection.extended(by: options))
    }

    /// A client that keeps answers to reads until it writes, as `PartnerUserClient.cached` says.
    public func cached(limit: Int = 1000) -> PartnerUserContextClient {
        PartnerUserContextClient(connection: connection.cached(limit: limit))
    }

    /// One page of a user's contexts; of the options cursor, order, take and owner count.
    public func list(
        _ userID: String, _ options: ListOptions = ListOptions()
    ) async throws(PartnerError) -> Page<PartnerUserContext> {
        try await connection.page(.contextList, ids: [userID], options)
    }

    /// All pages; `take` is the total.
    public func pages(_ userID: String, _ options: ListOptions = ListOptions()) -> PartnerPages<PartnerUserContext> {
        connection.pages(.contextList, ids: [userID], options)
    }

    /// All contexts, one page in memory; `take` is the total.
    public func all(_ userID: String, _ options: ListOptions = ListOptions()) -> PartnerItems<PartnerUserContext> {
        PartnerItems(pages: pages(userID, options))
    }

    /// All contexts as one answer that comes as it is made; `take` is the total.
    public func stream(_ userID: String, _ options: ListOptions = ListOptions()) -> PartnerStream<PartnerUserContext> {
        connection.stream(.contextList, ids: [userID], options)
    }

    public func fetch(_ userID: String, _ contextID: String) async throws(PartnerError) -> PartnerUserContext {
        try await record(.contextFetch, [userID, contextID])
    }

    public func create(
        _ userID: String, _ request: PartnerUserContextCreateRequest = PartnerUserContextCreateRequest()
    ) async throws(PartnerError) -> PartnerUserContext {
        try await record(.contextCreate, [userID], request.body)
    }

    /// Sends the fields as given.
    @discardableResult
    public func update(
        _ userID: String, _ contextID: String, _ request: PartnerUserContextUpdateRequest
    ) async throws(PartnerError) -> String {
        try await connection.write(.contextUpdate, ids: [userID, contextID], body: request.body)
    }

    @discardableResult
    public func delete(_ userID: String, _ contextID: String) async throws(PartnerError) -> String {
        try await connection.write(.contextDelete, ids: [userID, contextID])
    }

    private func record(
        _ schema: OperationSchema, _ ids: [String], _ body: JSONObject? = nil
    ) async throws(PartnerError) -> PartnerUserContext {
        let answer = try await connection.call(schema, ids: ids, body: body)
        return try connection.reading(schema) { () throws(AnswerError) in
            try PartnerUserContext(json: try answer.record())
        }
    }
}

extension PartnerUserContext: ListItem {}
