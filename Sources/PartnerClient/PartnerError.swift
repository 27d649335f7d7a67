// The one error that the client throws: what failed, and whether a write may have happened all the same.
import PartnerAPI

public struct PartnerError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
        /// The server refused: nothing was changed.
        case api
        /// No answer to a read, or nothing was sent.
        case network
        /// No answer to a read within the time set.
        case timeout
        /// The answer to a write was lost, or is none: it may have happened.
        case outcomeUnknown
        /// The answer to a read does not have the documented shape.
        case answer
        /// The call could not be made into a request: nothing was sent.
        case invalidRequest
        /// The task was cancelled before a write was sent, or while a read was under way.
        case cancelled
    }

    public var kind: Kind
    public var message: String
    /// The HTTP status, where there was an answer.
    public var status: Int?
    /// The API's code, such as `CONFLICT`.
    public var code: String?
    /// Such as `users.create`.
    public var operation: String
    /// The request's id, where the answer had one.
    public var requestID: String?
    /// The answer's `Retry-After` as it came.
    public var retryAfter: String?
    /// How often it was sent or tried to be.
    public var attempts = 1
    /// No connection to the host came about, so no other request would have come through either.
    public var isUnreachable = false

    public init(
        kind: Kind, message: String, status: Int? = nil, code: String? = nil, operation: String,
        requestID: String? = nil, retryAfter: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.status = status
        self.code = code
        self.operation = operation
        self.requestID = requestID
        self.retryAfter = retryAfter
    }

    public var description: String {
        var text = "\(operation): \(message)"
        switch (code, status) {
        case (let code?, let status?): text += " (\(code), status \(status))"
        case (let code?, nil): text += " (\(code))"
        case (nil, let status?): text += " (status \(status))"
        case (nil, nil): break
        }
        if attempts > 1 { text += ", after \(attempts) attempts" }
        return text
    }
}
