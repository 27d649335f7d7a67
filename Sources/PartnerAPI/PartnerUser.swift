// Users as the API answers them. Records are open: null counts as absent, and fields that this library does
// not know, or that have another type than documented, are kept as they came. Refused: a record without id.
import JSONBytes

public typealias JSONValue = JSONBytes.JSONValue
public typealias JSONObject = JSONBytes.JSONObject

/// A sub-account of a partner. List items carry the same fields; no answer carries the alias.
public struct PartnerUser: Sendable, Equatable {
    public var id: String
    public var name: String?
    public var description: String?
    public var meta: JSONObject?
    public var image: String?
    public var email: String?
    public var limits: PartnerUserLimits?
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
        image = fields.string("image")
        email = fields.string("email")
        limits = fields.object("limits").map(PartnerUserLimits.init(json:))
        createdAt = fields.integer("createdAt")
        updatedAt = fields.integer("updatedAt")
        otherFields = fields.rest
    }
}

/// What a user may consume; nil means no limit of its own.
public struct PartnerUserLimits: Sendable, Equatable {
    public struct Database: Sendable, Equatable {
        public var datasets: Int64?
        public var records: Int64?
        public var skillsets: Int64?
        public var abilities: Int64?
        public var files: Int64?
        /// Fields beyond the documented ones.
        public var otherFields: JSONObject

        public init(
            datasets: Int64? = nil, records: Int64? = nil, skillsets: Int64? = nil, abilities: Int64? = nil,
            files: Int64? = nil, otherFields: JSONObject = [:]
        ) {
            self.datasets = datasets
            self.records = records
            self.skillsets = skillsets
            self.abilities = abilities
            self.files = files
            self.otherFields = otherFields
        }

        public init(json: JSONObject) {
            var fields = OpenRecord(json)
            datasets = fields.integer("datasets")
            records = fields.integer("records")
            skillsets = fields.integer("skillsets")
            abilities = fields.integer("abilities")
            files = fields.integer("files")
            otherFields = fields.rest
        }

        public var json: JSONObject {
            var object = otherFields
            object["datasets"] = datasets.map(JSONValue.int)
            object["records"] = records.map(JSONValue.int)
            object["skillsets"] = skillsets.map(JSONValue.int)
            object["abilities"] = abilities.map(JSONValue.int)
            object["files"] = files.map(JSONValue.int)
            return object
        }
    }

    public var tokens: Int64?
    public var conversations: Int64?
    public var messages: Int64?
    public var database: Database?
    /// Fields beyond the documented ones.
    public var otherFields: JSONObject

    public init(
        tokens: Int64? = nil, conversations: Int64? = nil, messages: Int64? = nil, database: Database? = nil,
        otherFields: JSONObject = [:]
    ) {
        self.tokens = tokens
        self.conversations = conversations
        self.messages = messages
        self.database = database
        self.otherFields = otherFields
    }

    public init(json: JSONObject) {
        var fields = OpenRecord(json)
        tokens = fields.integer("tokens")
        conversations = fields.integer("conversations")
        messages = fields.integer("messages")
        database = fields.object("database").map(Database.init(json:))
        otherFields = fields.rest
    }

    public var json: JSONObject {
        var object = otherFields
        object["tokens"] = tokens.map(JSONValue.int)
        object["conversations"] = conversations.map(JSONValue.int)
        object["messages"] = messages.map(JSONValue.int)
        object["database"] = database.map { .object($0.json) }
        return object
    }
}

/// An answer that does not have the documented shape.
public struct AnswerError: Error, Sendable, Equatable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}

/// Takes documented fields out of a record one by one; what stays is the rest.
struct OpenRecord {
    private(set) var rest: JSONObject

    init(_ record: JSONObject) { rest = record }

    mutating func id() throws(AnswerError) -> String {
        guard let id = string("id"), !id.isEmpty else { throw AnswerError("a record of the answer has no id") }
        return id
    }

    mutating func string(_ key: String) -> String? { take(key) { $0.stringValue } }
    mutating func object(_ key: String) -> JSONObject? { take(key) { $0.objectValue } }
    mutating func integer(_ key: String) -> Int64? { take(key) { $0.intValue } }

    private mutating func take<Value>(_ key: String, _ read: (JSONValue) -> Value?) -> Value? {
        guard let value = rest[key] else { return nil }
        if value.isNull {
            rest[key] = nil
            return nil
        }
        guard let taken = read(value) else { return nil }
        rest[key] = nil
        return taken
    }
}
