// The API's errors: codes with their statuses, and the body that carries them.
import JSONBytes

/// The codes that the API documents; others may appear.
public enum PartnerErrorCode: String, Sendable, CaseIterable {
    case badRequest = "BAD_REQUEST"
    case notAuthenticated = "NOT_AUTHENTICATED"
    case noSubscription = "NO_SUBSCRIPTION"
    case notAuthorized = "NOT_AUTHORIZED"
    case notFound = "NOT_FOUND"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case timeout = "TIMEOUT"
    case conflict = "CONFLICT"
    case contentTooLarge = "CONTENT_TOO_LARGE"
    case unprocessableEntity = "UNPROCESSABLE_ENTITY"
    case tooManyRequests = "TOO_MANY_REQUESTS"
    /// The plan is full: on a write, trying again cannot help.
    case limitsReached = "LIMITS_REACHED"
    case internalServerError = "INTERNAL_SERVER_ERROR"
    case notImplemented = "NOT_IMPLEMENTED"
    case badGateway = "BAD_GATEWAY"
    case serviceUnavailable = "SERVICE_UNAVAILABLE"
    case gatewayTimeout = "GATEWAY_TIMEOUT"

    /// The HTTP status that the code comes with.
    public var status: Int {
        switch self {
        case .badRequest: 400
        case .notAuthenticated: 401
        case .noSubscription: 402
        case .notAuthorized: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .timeout: 408
        case .conflict: 409
        case .contentTooLarge: 413
        case .unprocessableEntity: 422
        case .tooManyRequests, .limitsReached: 429
        case .internalServerError: 500
        case .notImplemented: 501
        case .badGateway: 502
        case .serviceUnavailable: 503
        case .gatewayTimeout: 504
        }
    }
}

/// `{"message": "…", "code": "…"}`: the body of an error, and of some answers with status 200.
public struct ErrorBody: Sendable, Equatable {
    public var message: String
    public var code: String

    public init(message: String, code: String) {
        self.message = message
        self.code = code
    }

    /// Reads an error body; nil for anything else, such as a record with an id.
    public init?(json: JSONValue) {
        guard let object = json.objectValue, object["id"] == nil, object["items"] == nil,
            let message = object["message"]?.stringValue, let code = object["code"]?.stringValue
        else { return nil }
        self.message = message
        self.code = code
    }

    public var json: JSONObject { ["message": .string(message), "code": .string(code)] }
}
