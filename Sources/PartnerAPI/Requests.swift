// What writes and lists are asked with. Every field is optional; a create leaves out what is nil, an update
// tells three states apart: keep, clear, set.
import JSONBytes

/// The fields of a new user.
public struct PartnerUserCreateRequest: Sendable, Equatable {
    /// At most 128 of `a-z 0-9 - _`, unique under the partner.
    public var alias: String?
    /// At most 191 bytes of UTF-8.
    public var name: String?
    public var description: String?
    /// Keys must not start with `_`.
    public var meta: JSONObject?
    public var image: String?
    public var email: String?
    public var limits: PartnerUserLimits?

    public init(
        alias: String? = nil, name: String? = nil, description: String? = nil, meta: JSONObject? = nil,
        image: String? = nil, email: String? = nil, limits: PartnerUserLimits? = nil
    ) {
        self.alias = alias
        self.name = name
        self.description = description
        self.meta = meta
        self.image = image
        self.email = email
        self.limits = limits
    }

    public var body: JSONObject {
        var body = JSONObject()
        body["alias"] = alias.map(JSONValue.string)
        body["name"] = name.map(JSONValue.string)
        body["description"] = description.map(JSONValue.string)
        body["meta"] = meta.map(JSONValue.object)
        body["image"] = image.map(JSONValue.string)
        body["email"] = email.map(JSONValue.string)
        body["limits"] = limits.map { .object($0.json) }
        return body
    }
}

/// What an update does to one field.
public enum FieldChange<Value: Sendable & Equatable>: Sendable, Equatable {
    /// Not sent.
    case keep
    /// Sent as null.
    case clear
    case set(Value)

    func json(_ convert: (Value) -> JSONValue) -> JSONValue? {
        switch self {
        case .keep: nil
        case .clear: .null
        case .set(let value): convert(value)
        }
    }
}

/// The changes to a user. `meta` and `limits` are sent whole, as given.
public struct PartnerUserUpdateRequest: Sendable, Equatable {
    public var alias: FieldChange<String> = .keep
    public var name: FieldChange<String> = .keep
    public var description: FieldChange<String> = .keep
    public var meta: FieldChange<JSONObject> = .keep
    public var image: FieldChange<String> = .keep
    public var email: FieldChange<String> = .keep
    public var limits: FieldChange<PartnerUserLimits> = .keep

    public init(
        alias: FieldChange<String> = .keep, name: FieldChange<String> = .keep,
        description: FieldChange<String> = .keep, meta: FieldChange<JSONObject> = .keep,
        image: FieldChange<String> = .keep, email: FieldChange<String> = .keep,
        limits: FieldChange<PartnerUserLimits> = .keep
    ) {
        self.alias = alias
        self.name = name
        self.description = description
        self.meta = meta
        self.image = image
        self.email = email
        self.limits = limits
    }

    public var body: JSONObject {
        var body = JSONObject()
        body["alias"] = alias.json(JSONValue.string)
        body["name"] = name.json(JSONValue.string)
        body["description"] = description.json(JSONValue.string)
        body["meta"] = meta.json(JSONValue.object)
        body["image"] = image.json(JSONValue.string)
        body["email"] = email.json(JSONValue.string)
        body["limits"] = limits.json { .object($0.json) }
        return body
    }
}

/// The fields of a new token.
public struct PartnerUserTokenCreateRequest: Sendable, Equatable {
    public var name: String?
    public var description: String?
    public var config: JSONObject?
    public var meta: JSONObject?

    public init(name: String? = nil, description: String? = nil, config: JSONObject? = nil, meta: JSONObject? = nil) {
        self.name = name
        self.description = description
        self.config = config
        self.meta = meta
    }

    public var body: JSONObject {
        var body = JSONObject()
        body["name"] = name.map(JSONValue.string)
        body["description"] = description.map(JSONValue.string)
        body["config"] = config.map(JSONValue.object)
        body["meta"] = meta.map(JSONValue.object)
        return body
    }
}

/// The changes to a token.
public struct PartnerUserTokenUpdateRequest: Sendable, Equatable {
    public var name: FieldChange<String> = .keep
    public var description: FieldChange<String> = .keep
    public var config: FieldChange<JSONObject> = .keep
    public var meta: FieldChange<JSONObject> = .keep

    public init(
        name: FieldChange<String> = .keep, description: FieldChange<String> = .keep,
        config: FieldChange<JSONObject> = .keep, meta: FieldChange<JSONObject> = .keep
    ) {
        self.name = name
        self.description = description
        self.config = config
        self.meta = meta
    }

    public var body: JSONObject {
        var body = JSONObject()
        body["name"] = name.json(JSONValue.string)
        body["description"] = description.json(JSONValue.string)
        body["config"] = config.json(JSONValue.object)
        body["meta"] = meta.json(JSONValue.object)
        return body
    }
}

public enum ListOrder: String, Sendable, CaseIterable {
    /// Newest first: what the API does unasked.
    case desc
    case asc
}

/// What a list is asked with. A list of tokens knows cursor, order and take only.
public struct ListOptions: Sendable, Equatable {
    /// The id of the last item of the page before.
    public var cursor: String?
    public var order: ListOrder?
    /// Of one page: its size, at most 100. Of a whole list: the total.
    public var take: Int?
    /// Items whose meta has these values; the words true and false mean booleans.
    public var meta: [(key: String, value: String)]
    /// Users with exactly this address.
    public var email: String?
    /// Contexts of this.
    public var owner: ContextOwner?

    public init(
        cursor: String? = nil, order: ListOrder? = nil, take: Int? = nil, meta: [(key: String, value: String)] = [],
        email: String? = nil, owner: ContextOwner? = nil
    ) {
        self.cursor = cursor
        self.order = order
        self.take = take
        self.meta = meta
        self.email = email
        self.owner = owner
    }

    /// The query; nil and empty parts are left out.
    public var query: [QueryItem] {
        var query: [QueryItem] = []
        if let cursor { query.append(QueryItem("cursor", cursor)) }
        if let order { query.append(QueryItem("order", order.rawValue)) }
        if let take { query.append(QueryItem("take", String(take))) }
        for (key, value) in meta { query.append(QueryItem("meta.\(key)", value)) }
        if let email { query.append(QueryItem("email", email)) }
        return query + (owner?.query ?? [])
    }

    public static func == (left: ListOptions, right: ListOptions) -> Bool { left.query == right.query }
}

/// One page of a list.
public struct Page<Item: Sendable>: Sendable {
    public var items: [Item]
    /// The id of the last item; it does not promise that more items follow.
    public var cursor: String?

    public init(items: [Item], cursor: String?) {
        self.items = items
        self.cursor = cursor
    }
}
