// The operations on users, their tokens, sessions and contexts.

extension OperationSchema {
    /// Every operation of this library, in the order of the reference.
    public static let all: [OperationSchema] = [
        userList, userFetch, userCreate, userUpdate, userDelete, tokenList, tokenCreate, tokenUpdate, tokenDelete,
        sessionCreate, contextList, contextFetch, contextCreate, contextUpdate, contextDelete,
    ]

    public static let userList = OperationSchema(
        name: "users.list", operationID: "listPartnerUsers", method: .get, path: "/partner/user/list",
        query: SchemaField.page + [
            SchemaField("meta", .openObject, "only users whose meta has these values"),
            SchemaField("email", .string, "only users with exactly this address"),
        ],
        answer: .page(SchemaField.user), effect: .read, summary: "Lists users, newest first.")

    public static let userFetch = OperationSchema(
        name: "users.fetch", operationID: "fetchPartnerUser", method: .get, path: "/partner/user/{userId}/fetch",
        pathParameters: [.userID], answer: .record(SchemaField.user), effect: .read, summary: "Fetches one user.")

    public static let userCreate = OperationSchema(
        name: "users.create", operationID: "createPartnerUser", method: .post, path: "/partner/user/create",
        request: SchemaField.userRequest, answer: .record([.id]), effect: .create, summary: "Creates a user.")

    public static let userUpdate = OperationSchema(
        name: "users.update", operationID: "updatePartnerUser", method: .post, path: "/partner/user/{userId}/update",
        pathParameters: [.userID], request: SchemaField.userRequest, answer: .record([.id]), effect: .update,
        summary: "Changes the named fields of a user; null clears one.")

    public static let userDelete = OperationSchema(
        name: "users.delete", operationID: "deletePartnerUser", method: .post, path: "/partner/user/{userId}/delete",
        pathParameters: [.userID], request: [], answer: .record([.id]), effect: .delete,
        summary: "Deletes a user and everything it owns, for good.")

    public static let tokenList = OperationSchema(
        name: "users.token.list", operationID: "listPartnerUserTokens", method: .get,
        path: "/partner/user/{userId}/token/list", pathParameters: [.userID], query: SchemaField.page,
        answer: .page(SchemaField.token), effect: .read,
        summary: "Lists a user's tokens, newest first, without their secrets.")

    public static let tokenCreate = OperationSchema(
        name: "users.token.create", operationID: "createPartnerUserToken", method: .post,
        path: "/partner/user/{userId}/token/create", pathParameters: [.userID], request: SchemaField.tokenRequest,
        answer: .record([
            .id,
            SchemaField("token", .secret, "the credential, shown this once", isRequired: true),
            SchemaField("createdAt", .timestamp, "when it was created", isRequired: true),
        ]),
        effect: .create, summary: "Creates a token; its secret is in this one answer only.")

    public static let tokenUpdate = OperationSchema(
        name: "users.token.update", operationID: "updatePartnerUserToken", method: .post,
        path: "/partner/user/{userId}/token/{tokenId}/update", pathParameters: [.userID, .tokenID],
        request: SchemaField.tokenRequest, answer: .record([.id]), effect: .update,
        summary: "Changes the named fields of a token; null clears one.")

    public static let tokenDelete = OperationSchema(
        name: "users.token.delete", operationID: "deletePartnerUserToken", method: .post,
        path: "/partner/user/{userId}/token/{tokenId}/delete", pathParameters: [.userID, .tokenID], request: [],
        answer: .record([.id]), effect: .delete, summary: "Deletes a token: whoever holds it is locked out.")

    public static let sessionCreate = OperationSchema(
        name: "users.session.create", operationID: "createPartnerUserSession", method: .post,
        path: "/partner/user/{userId}/session/create", pathParameters: [.userID], request: SchemaField.sessionRequest,
        answer: .record([
            .id,
            SchemaField("token", .secret, "the temporary credential, shown this once", isRequired: true),
            SchemaField("expiresAt", .timestamp, "when it stops working", isRequired: true),
        ]),
        effect: .create, summary: "Creates a session: a credential that stops working by itself.")

    public static let contextList = OperationSchema(
        name: "users.context.list", operationID: "listPartnerUserContexts", method: .get,
        path: "/partner/user/{userId}/context/list", pathParameters: [.userID],
        query: SchemaField.page + SchemaField.contextOwners, answer: .page(SchemaField.context), effect: .read,
        summary: "Lists a user's contexts, newest first.")

    public static let contextFetch = OperationSchema(
        name: "users.context.fetch", operationID: "fetchPartnerUserContext", method: .get,
        path: "/partner/user/{userId}/context/{contextId}/fetch", pathParameters: [.userID, .contextID],
        answer: .record(SchemaField.context), effect: .read, summary: "Fetches one context of a user.")

    public static let contextCreate = OperationSchema(
        name: "users.context.create", operationID: "createPartnerUserContext", method: .post,
        path: "/partner/user/{userId}/context/create", pathParameters: [.userID], request: SchemaField.contextRequest,
        answer: .record(SchemaField.context), effect: .create, summary: "Creates a context of a user, and gives it.")

    public static let contextUpdate = OperationSchema(
        name: "users.context.update", operationID: "updatePartnerUserContext", method: .post,
        path: "/partner/user/{userId}/context/{contextId}/update", pathParameters: [.userID, .contextID],
        request: SchemaField.contextRequest, answer: .record([.id]), effect: .update,
        summary: "Changes the named fields of a context; null clears one.")

    public static let contextDelete = OperationSchema(
        name: "users.context.delete", operationID: "deletePartnerUserContext", method: .post,
        path: "/partner/user/{userId}/context/{contextId}/delete", pathParameters: [.userID, .contextID], request: [],
        answer: .record([.id]), effect: .delete, summary: "Deletes a context of a user.")
}

extension SchemaField {
    static let id = SchemaField("id", .string, "the id", isRequired: true)
    static let userID = SchemaField("userId", .string, "the user's id, or @ and its alias", isRequired: true)
    static let tokenID = SchemaField("tokenId", .string, "the token's id", isRequired: true)

    static let contextID = SchemaField("contextId", .string, "the context's id", isRequired: true)

    static let page = [
        SchemaField("cursor", .string, "the id of the last item of the page before"),
        SchemaField("order", .word(["desc", "asc"]), "newest first (desc) or oldest first (asc)"),
        SchemaField("take", .integer, "how many items"),
    ]

    static let limits = SchemaField(
        "limits",
        .record([
            SchemaField("tokens", .integer, "model tokens"),
            SchemaField("conversations", .integer, "conversations"),
            SchemaField("messages", .integer, "messages"),
            SchemaField(
                "database",
                .record([
                    SchemaField("datasets", .integer, "datasets"),
                    SchemaField("records", .integer, "records"),
                    SchemaField("skillsets", .integer, "skillsets"),
                    SchemaField("abilities", .integer, "abilities"),
                    SchemaField("files", .integer, "files"),
                ]),
                "how many objects of each kind"),
        ]),
        "what the user may consume")

    static let userRequest = [
        SchemaField("alias", .string, "a unique name: up to 128 of a-z, 0-9, - and _"),
        SchemaField("name", .string, "the name, up to 191 bytes"),
        SchemaField("description", .string, "the description"),
        SchemaField("meta", .openObject, "data of your own; keys must not start with _"),
        SchemaField("image", .string, "the address of a picture"),
        SchemaField("email", .string, "the e-mail address"),
        limits,
    ]

    static let user = [
        id,
        SchemaField("name", .string, "the name"),
        SchemaField("description", .string, "the description"),
        SchemaField("meta", .openObject, "data of your own"),
        SchemaField("image", .string, "the address of a picture"),
        SchemaField("email", .string, "the e-mail address"),
        limits,
        SchemaField("createdAt", .timestamp, "when it was created", isRequired: true),
        SchemaField("updatedAt", .timestamp, "when it was last changed", isRequired: true),
    ]

    static let tokenRequest = [
        SchemaField("name", .string, "the name, up to 191 bytes"),
        SchemaField("description", .string, "the description"),
        SchemaField("config", .openObject, "what the token may do"),
        SchemaField("meta", .openObject, "data of your own; keys must not start with _"),
    ]

    static let token = [
        id,
        SchemaField("name", .string, "the name"),
        SchemaField("description", .string, "the description"),
        SchemaField("meta", .openObject, "data of your own"),
        SchemaField("createdAt", .timestamp, "when it was created", isRequired: true),
        SchemaField("updatedAt", .timestamp, "when it was last changed", isRequired: true),
    ]

    static let sessionRequest = [
        SchemaField("durationInSeconds", .integer, "how long it works"),
        SchemaField(
            "config",
            .record([
                SchemaField("allowedRoutes", .list(.string), "patterns of the routes that it may use"),
                SchemaField("contactId", .string, "a contact to name in it"),
            ]),
            "what the session may do"),
    ]

    static let contextRequest = [
        SchemaField("name", .string, "the name, up to 191 bytes"),
        SchemaField("description", .string, "the description"),
        SchemaField("meta", .openObject, "data of your own; keys must not start with _"),
        SchemaField("payload", .openObject, "what the context holds"),
    ]

    /// What a context may belong to: in answers, and as filters of the list.
    public static let contextOwners = [
        SchemaField("blueprintId", .string, "this blueprint"),
        SchemaField("botId", .string, "this bot"),
        SchemaField("datasetId", .string, "this dataset"),
        SchemaField("skillsetId", .string, "this skillset"),
    ]

    static let context =
        [
            id,
            SchemaField("name", .string, "the name"),
            SchemaField("description", .string, "the description"),
            SchemaField("meta", .openObject, "data of your own"),
            SchemaField("payload", .openObject, "what the context holds"),
        ]
        + contextOwners + [
            SchemaField("createdAt", .timestamp, "when it was created", isRequired: true),
            SchemaField("updatedAt", .timestamp, "when it was last changed", isRequired: true),
        ]
}
