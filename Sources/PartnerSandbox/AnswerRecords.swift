// The records of answers, as JSON: fields that are not set are left out.
import JSONBytes

extension JSONWriter {
    mutating func user(_ user: UserRow) {
        beginObject()
        key("id")
        string(user.id)
        optional("name", user.name)
        optional("description", user.description)
        stored("meta", user.meta)
        optional("image", user.image)
        optional("email", user.email)
        stored("limits", user.limits)
        times(user.createdAt, user.updatedAt)
        endObject()
    }

    mutating func token(_ token: TokenRow) {
        beginObject()
        key("id")
        string(token.id)
        optional("name", token.name)
        optional("description", token.description)
        stored("meta", token.meta)
        times(token.createdAt, token.updatedAt)
        endObject()
    }

    mutating func newToken(_ token: NewToken) {
        beginObject()
        key("id")
        string(token.id)
        key("token")
        string(token.secret)
        key("createdAt")
        int(token.createdAt)
        endObject()
    }

    mutating func session(_ session: NewSession) {
        beginObject()
        key("id")
        string(session.id)
        key("token")
        string(session.secret)
        key("expiresAt")
        int(session.expiresAt)
        endObject()
    }

    mutating func context(_ context: ContextRow) {
        beginObject()
        key("id")
        string(context.id)
        optional("name", context.name)
        optional("description", context.description)
        stored("meta", context.meta)
        stored("payload", context.payload)
        times(context.createdAt, context.updatedAt)
        endObject()
    }

    private mutating func optional(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    /// An object that is stored as the JSON text it was checked as.
    private mutating func stored(_ name: String, _ json: String?) {
        guard let json else { return }
        key(name)
        raw(json.utf8)
    }

    private mutating func times(_ createdAt: Int64, _ updatedAt: Int64) {
        key("createdAt")
        int(createdAt)
        key("updatedAt")
        int(updatedAt)
    }
}
