// Contexts and sessions of users as the API answers them. Records are open, as a user's is.
import JSONBytes

/// A context of a user: data that its bots share.
public struct PartnerUserContext: Sendable, Equatable {
    public var id: String
    public var name: String?
    public var description: String?
    public var meta: JSONObject?
    public var payload: JSONObject?
    public var blueprintID: String?
    public var botID: String?
    public var datasetID: String?
    public var skillsetID: String?
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
        payload = fields.object("payload")
        blueprintID = fields.string("blueprintId")
        botID = fields.string("botId")
        datasetID = fields.string("datasetId")
        skillsetID = fields.string("skillsetId")
        createdAt = fields.integer("createdAt")
        updatedAt = fields.integer("updatedAt")
        otherFields = fields.rest
    }
}

/// A session just created: a credential that stops working by itself, shown this once. Nothing lists it.
public struct PartnerUserSession: Sendable, Equatable {
    public var id: String
    public var token: Secret
    /// Milliseconds since the epoch.
    public var expiresAt: Int64?

    /// Reads the answer of a session's creation.
    /// - Throws: `AnswerError` for an answer without id or token; the message never holds the token.
    public init(json: JSONObject) throws(AnswerError) {
        var fields = OpenRecord(json)
        id = try fields.id()
        guard let text = fields.string("token"), !text.isEmpty else {
            throw AnswerError("the answer has no token")
        }
        token = Secret(text)
        expiresAt = fields.integer("expiresAt")
    }
}

/// The fields of a new session.
public struct PartnerUserSessionCreateRequest: Sendable, Equatable {
    /// How long it works; nil leaves it to the API.
    public var durationInSeconds: Int64?
    /// Patterns of the routes that it may use; nil: all.
    public var allowedRoutes: [String]?
    /// A contact to name in it.
    public var contactID: String?

    public init(durationInSeconds: Int64? = nil, allowedRoutes: [String]? = nil, contactID: String? = nil) {
        self.durationInSeconds = durationInSeconds
        self.allowedRoutes = allowedRoutes
        self.contactID = contactID
    }

    public var body: JSONObject {
        var config = JSONObject()
        config["allowedRoutes"] = allowedRoutes.map { .array($0.map(JSONValue.string)) }
        config["contactId"] = contactID.map(JSONValue.string)
        var body = JSONObject()
        body["durationInSeconds"] = durationInSeconds.map(JSONValue.int)
        if config.count > 0 { body["config"] = .object(config) }
        return body
    }
}

/// The fields of a new context.
public struct PartnerUserContextCreateRequest: Sendable, Equatable {
    public var name: String?
    public var description: String?
    public var meta: JSONObject?
    public var payload: JSONObject?

    public init(name: String? = nil, description: String? = nil, meta: JSONObject? = nil, payload: JSONObject? = nil) {
        self.name = name
        self.description = description
        self.meta = meta
        self.payload = payload
    }

    public var body: JSONObject {
        var body = JSONObject()
        body["name"] = name.map(JSONValue.string)
        body["description"] = description.map(JSONValue.string)
        body["meta"] = meta.map(JSONValue.object)
        body["payload"] = payload.map(JSONValue.object)
        return body
    }
}

/// The changes to a context. `meta` and `payload` are sent whole, as given.
public struct PartnerUserContextUpdateRequest: Sendable, Equatable {
    public var name: FieldChange<String> = .keep
    public var description: FieldChange<String> = .keep
    public var meta: FieldChange<JSONObject> = .keep
    public var payload: FieldChange<JSONObject> = .keep

    public init(
        name: FieldChange<String> = .keep, description: FieldChange<String> = .keep,
        meta: FieldChange<JSONObject> = .keep, payload: FieldChange<JSONObject> = .keep
    ) {
        self.name = name
        self.description = description
        self.meta = meta
        self.payload = payload
    }

    public var body: JSONObject {
        var body = JSONObject()
        body["name"] = name.json(JSONValue.string)
        body["description"] = description.json(JSONValue.string)
        body["meta"] = meta.json(JSONValue.object)
        body["payload"] = payload.json(JSONValue.object)
        return body
    }
}

/// What a context belongs to: only those are listed. nil: any.
public struct ContextOwner: Sendable, Equatable {
    public var blueprintID: String?
    public var botID: String?
    public var datasetID: String?
    public var skillsetID: String?

    public init(
        blueprintID: String? = nil, botID: String? = nil, datasetID: String? = nil, skillsetID: String? = nil
    ) {
        self.blueprintID = blueprintID
        self.botID = botID
        self.datasetID = datasetID
        self.skillsetID = skillsetID
    }

    var query: [QueryItem] {
        [("blueprintId", blueprintID), ("botId", botID), ("datasetId", datasetID), ("skillsetId", skillsetID)]
            .compactMap { name, id in id.map { QueryItem(name, $0) } }
    }
}
