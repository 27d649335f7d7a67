// What an operation is made of, as plain data: its path, its fields with types and summaries, its answer. One
// table serves the client, the checker of scripts, completion, help and command-line flags.
import JSONBytes

public struct OperationSchema: Sendable {
    /// As scripts and errors name it: `users.create`.
    public var name: String
    /// As the published document names it: `createPartnerUser`.
    public var operationID: String
    public var method: WireMethod
    /// Below the base, with `{name}` where a path parameter goes.
    public var path: String
    public var pathParameters: [SchemaField]
    public var query: [SchemaField]
    /// The fields of the body; nil for a read.
    public var request: [SchemaField]?
    public var answer: AnswerSchema
    public var effect: OperationEffect
    /// One line.
    public var summary: String

    public init(
        name: String, operationID: String, method: WireMethod, path: String, pathParameters: [SchemaField] = [],
        query: [SchemaField] = [], request: [SchemaField]? = nil, answer: AnswerSchema, effect: OperationEffect,
        summary: String
    ) {
        self.name = name
        self.operationID = operationID
        self.method = method
        self.path = path
        self.pathParameters = pathParameters
        self.query = query
        self.request = request
        self.answer = answer
        self.effect = effect
        self.summary = summary
    }
}

public enum OperationEffect: String, Sendable {
    case read, create, update, delete

    public var isWrite: Bool { self != .read }
}

public enum AnswerSchema: Sendable {
    /// One record.
    case record([SchemaField])
    /// `{items, cursor}` with such records.
    case page([SchemaField])

    public var isPage: Bool { if case .page = self { true } else { false } }

    /// The fields of the record, or of each item.
    public var fields: [SchemaField] {
        switch self {
        case .record(let fields), .page(let fields): fields
        }
    }
}

public struct SchemaField: Sendable {
    public var name: String
    public var type: SchemaType
    public var summary: String
    /// Every answer has it, or no request does without it.
    public var isRequired: Bool

    public init(_ name: String, _ type: SchemaType, _ summary: String, isRequired: Bool = false) {
        self.name = name
        self.type = type
        self.summary = summary
        self.isRequired = isRequired
    }
}

public indirect enum SchemaType: Sendable {
    case string
    case integer
    case boolean
    /// Milliseconds since the epoch.
    case timestamp
    /// A credential.
    case secret
    /// One of these words.
    case word([String])
    /// An object with keys of the caller's choice.
    case openObject
    case list(SchemaType)
    /// An object with these fields.
    case record([SchemaField])
}

extension OperationSchema {
    /// Its answer has a credential, which no other answer shows again.
    public var mintsSecret: Bool {
        answer.fields.contains { if case .secret = $0.type { true } else { false } }
    }

    /// The request of one call, its ids percent-encoded.
    /// - Parameters:
    ///   - ids: one for each path parameter, in order; `@alias` may stand for a user's id.
    ///   - body: nil sends `{}` where the operation is a write.
    /// - Throws: `RequestError` for a missing, surplus or impossible id.
    public func wireRequest(
        ids: [String] = [], query: [QueryItem] = [], body: JSONObject? = nil
    ) throws(RequestError) -> WireRequest {
        guard ids.count == pathParameters.count else {
            throw RequestError("\(name) takes \(pathParameters.count) ids, not \(ids.count)")
        }
        for (id, parameter) in zip(ids, pathParameters) {
            if id.isEmpty || id == "." || id == ".." {
                throw RequestError("\(name): '\(id)' is no \(parameter.name)")
            }
        }
        guard effect.isWrite || body == nil else { throw RequestError("\(name) takes no request fields") }
        var headers: WireHeaders = ["Accept": "application/json"]
        if effect.isWrite { headers.fields.append(WireHeaders.Field("Content-Type", "application/json")) }
        return WireRequest(
            method: method, path: filledPath(ids), query: query, headers: headers,
            body: effect.isWrite ? (body ?? JSONObject()).serialized() : nil)
    }

    private func filledPath(_ ids: [String]) -> String {
        guard !ids.isEmpty else { return path }
        var rest = ids[...]
        var filled = ""
        for segment in path.split(separator: "/") {
            filled += "/"
            if segment.hasPrefix("{"), let id = rest.popFirst() {
                filled += PercentEncoding.encode(id)
            } else {
                filled += segment
            }
        }
        return filled
    }
}

/// A call that cannot be made into a request.
public struct RequestError: Error, Sendable, Equatable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
