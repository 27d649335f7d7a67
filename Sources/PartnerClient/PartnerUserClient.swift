// The client for a partner's users: one method per operation, and their tokens one member away.
import JSONBytes
import PartnerAPI

/// Lists, fetches, creates, updates and deletes the users of a partner.
///
///     let users = PartnerUserClient(secret: Secret(text))
///     let id = try await users.create(PartnerUserCreateRequest(name: "Ada", email: "ada@example.com"))
///     for try await user in users.all() { print(user.id) }
public struct PartnerUserClient: Sendable {
    public let connection: PartnerConnection

    public init(connection: PartnerConnection) { self.connection = connection }

    /// Over HTTP, with these options.
    public init(_ options: PartnerClientOptions) { connection = PartnerConnection(options: options) }

    /// Over HTTP, at `https://api.chatbotkit.com`.
    public init(secret: Secret) { self.init(PartnerClientOptions(secret: secret)) }

    /// Over a transport of one's own; without a limiter, every request leaves at once.
    public init(
        transport: any Transport, options: PartnerClientOptions = PartnerClientOptions(), limiter: RequestLimiter? = nil
    ) {
        connection = PartnerConnection(transport: transport, options: options, limiter: limiter)
    }

    /// The client for the users' tokens.
    public var token: PartnerUserTokenClient { PartnerUserTokenClient(connection: connection) }

    /// The client for the users' sessions.
    public var session: PartnerUserSessionClient { PartnerUserSessionClient(connection: connection) }

    /// The client for the users' contexts.
    public var context: PartnerUserContextClient { PartnerUserContextClient(connection: connection) }

    /// A client with other options over the same transport; what they leave nil stays.
    public func extend(_ options: PartnerClientOptions) -> PartnerUserClient {
        PartnerUserClient(connection: connection.extended(by: options))
    }

    /// A client that asks for the same thing once: it keeps up to so many answers to reads, for itself and its parts, until
    /// it writes. What others change it does not see.
    public func cached(limit: Int = 1000) -> PartnerUserClient {
        PartnerUserClient(connection: connection.cached(limit: limit))
    }

    /// One page, newest first unless asked otherwise.
    public func list(_ options: ListOptions = ListOptions()) async throws(PartnerError) -> Page<PartnerUser> {
        try await connection.page(.userList, options)
    }

    /// All pages; `take` is the total.
    public func pages(_ options: ListOptions = ListOptions()) -> PartnerPages<PartnerUser> {
        connection.pages(.userList, options)
    }

    /// All users, one page in memory; `take` is the total.
    public func all(_ options: ListOptions = ListOptions()) -> PartnerItems<PartnerUser> {
        PartnerItems(pages: pages(options))
    }

    /// All users as one answer that comes as it is made; `take` is the total.
    ///
    ///     for try await user in users.stream().items { print(user.id) }
    public func stream(_ options: ListOptions = ListOptions()) -> PartnerStream<PartnerUser> {
        connection.stream(.userList, options)
    }

    /// - Parameter id: the user's id, or `@` and its alias.
    public func fetch(_ id: String) async throws(PartnerError) -> PartnerUser {
        let answer = try await connection.call(.userFetch, ids: [id])
        return try connection.reading(.userFetch) { () throws(AnswerError) in
            try PartnerUser(json: try answer.record())
        }
    }

    /// Gives the new user's id.
    @discardableResult
    public func create(
        _ request: PartnerUserCreateRequest = PartnerUserCreateRequest()
    ) async throws(PartnerError) -> String {
        try await connection.write(.userCreate, body: request.body)
    }

    /// Sends the fields as given: what is kept is left out, what is cleared is sent as null.
    @discardableResult
    public func update(_ id: String, _ request: PartnerUserUpdateRequest) async throws(PartnerError) -> String {
        try await connection.write(.userUpdate, ids: [id], body: request.body)
    }

    /// Deletes the user with its tokens; this cannot be undone.
    @discardableResult
    public func delete(_ id: String) async throws(PartnerError) -> String {
        try await connection.write(.userDelete, ids: [id])
    }
}

/// Lists, creates, updates and deletes the tokens of a user.
public struct PartnerUserTokenClient: Sendable {
    public let connection: PartnerConnection

    /// A client with other options over the same transport; what they leave nil stays.
    public func extend(_ options: PartnerClientOptions) -> PartnerUserTokenClient {
        PartnerUserTokenClient(connection: connection.extended(by: options))
    }

    /// A client that keeps answers to reads until it writes, as `PartnerUserClient.cached` says.
    public func cached(limit: Int = 1000) -> PartnerUserTokenClient {
        PartnerUserTokenClient(connection: connection.cached(limit: limit))
    }

    /// One page of a user's tokens; only cursor, order and take count.
    public func list(
        _ userID: String, _ options: ListOptions = ListOptions()
    ) async throws(PartnerError) -> Page<PartnerUserToken> {
        try await connection.page(.tokenList, ids: [userID], options)
    }

    /// All pages; `take` is the total.
    public func pages(_ userID: String, _ options: ListOptions = ListOptions()) -> PartnerPages<PartnerUserToken> {
        connection.pages(.tokenList, ids: [userID], options)
    }

    /// All tokens, one page in memory; `take` is the total.
    public func all(_ userID: String, _ options: ListOptions = ListOptions()) -> PartnerItems<PartnerUserToken> {
        PartnerItems(pages: pages(userID, options))
    }

    /// All tokens as one answer that comes as it is made; `take` is the total.
    public func stream(_ userID: String, _ options: ListOptions = ListOptions()) -> PartnerStream<PartnerUserToken> {
        connection.stream(.tokenList, ids: [userID], options)
    }

    /// Makes a token. Its secret is in this answer only.
    public func create(
        _ userID: String, _ request: PartnerUserTokenCreateRequest = PartnerUserTokenCreateRequest()
    ) async throws(PartnerError) -> MintedToken {
        let answer = try await connection.call(.tokenCreate, ids: [userID], body: request.body)
        return try connection.reading(.tokenCreate) { () throws(AnswerError) in
            try MintedToken(json: try answer.record())
        }
    }

    /// Sends the fields as given.
    @discardableResult
    public func update(
        _ userID: String, _ tokenID: String, _ request: PartnerUserTokenUpdateRequest
    ) async throws(PartnerError) -> String {
        try await connection.write(.tokenUpdate, ids: [userID, tokenID], body: request.body)
    }

    /// Deletes the token: whoever holds it is locked out.
    @discardableResult
    public func delete(_ userID: String, _ tokenID: String) async throws(PartnerError) -> String {
        try await connection.write(.tokenDelete, ids: [userID, tokenID])
    }
}

extension PartnerConnection {
    /// Calls a write and gives the id that it answers.
    func write(
        _ schema: OperationSchema, ids: [String] = [], body: JSONObject? = nil
    ) async throws(PartnerError) -> String {
        // `call` has made sure of the id.
        try await call(schema, ids: ids, body: body)["id"]?.stringValue ?? ""
    }
}

extension JSONValue {
    func record() throws(AnswerError) -> JSONObject {
        guard let object = objectValue else { throw AnswerError("the answer is \(kindDescription), not an object") }
        return object
    }
}
