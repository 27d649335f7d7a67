// Tokens as the API answers them: the credential appears in one answer only, that of its creation.
import JSONBytes

/// A token of a user, without its credential.
public struct PartnerUserToken: Sendable, Equatable {
    public var id: String
    public var name: String?
    public var description: String?
    public var meta: JSONObject?
    /// Milliseconds since the epoch.
    public var createdAt: Int64?
    /// Milliseconds since the epoch.
    public var updatedAt: Int64?
    /// Fields beyond the documented ones.
    public var otherFields: JSONObject

    /// Reads an item of an answer.
    /// - Throws: `AnswerError` for a record without an id.
    public init(json: JSONObject) throws(AnswerError) {
        var fields = OpenRecord(json)
        id = try fields.id()
        name = fields.string("name")
        description = fields.string("description")
        meta = fields.object("meta")
        createdAt = fields.integer("createdAt")
        updatedAt = fields.integer("updatedAt")
        otherFields = fields.rest
    }
}

/// A token just created. Its credential is shown this once; the server keeps a digest only.
public struct MintedToken: Sendable, Equatable {
    public var id: String
    public var token: Secret
    /// Milliseconds since the epoch.
    public var createdAt: Int64?

    /// Reads the answer of a token's creation.
    /// - Throws: `AnswerError` for an answer without id or token; the message never holds the token.
    public init(json: JSONObject) throws(AnswerError) {
        var fields = OpenRecord(json)
        id = try fields.id()
        guard let text = fields.string("token"), !text.isEmpty else {
            throw AnswerError("the answer has no token")
        }
        token = Secret(text)
        createdAt = fields.integer("createdAt")
    }
}
