// How an answer is written: as JSON, or as JSON Lines of events. Records leave out what is not set.
import JSONBytes
import PartnerAPI

enum AnswerFormat: Sendable {
    case json
    case jsonLines

    /// Takes the first type of an Accept header that is known; none means JSON.
    /// - Throws: `SandboxError` with BAD_REQUEST where none is known.
    init(accept: String?) throws(SandboxError) {
        guard let accept, !accept.isEmpty else {
            self = .json
            return
        }
        for part in accept.split(separator: ",") {
            let type = part.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
            switch type {
            case "application/json", "application/*", "*/*":
                self = .json
                return
            case "application/jsonl":
                self = .jsonLines
                return
            default: continue
            }
        }
        throw .badRequest("Accept must be application/json or application/jsonl, not '\(accept)'")
    }

    var contentType: String {
        switch self {
        case .json: "application/json"
        case .jsonLines: "application/jsonl"
        }
    }

    /// An answer of one record, which the closure writes.
    func answer(_ write: (inout JSONWriter) -> Void) -> WireResponse {
        var writer = JSONWriter(capacity: 256)
        switch self {
        case .json: write(&writer)
        case .jsonLines: writer.event("result", write)
        }
        return WireResponse(status: 200, headers: ["Content-Type": contentType], body: .bytes(writer.bytes))
    }

    func answerID(_ id: String) -> WireResponse {
        answer { writer in
            writer.beginObject()
            writer.key("id")
            writer.string(id)
            writer.endObject()
        }
    }
}

extension JSONWriter {
    /// A line `{"type":…,"data":…}`.
    mutating func event(_ type: String, _ data: (inout JSONWriter) -> Void) {
        beginObject()
        key("type")
        string(type)
        key("data")
        data(&self)
        endObject()
        endLine()
    }

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
