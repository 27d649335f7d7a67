// Refusals of the sandbox, in the API's codes.
import PartnerAPI

package struct SandboxError: Error, Sendable, Equatable {
    package var code: PartnerErrorCode
    package var message: String
    /// A header that goes with it: `Allow`, `Retry-After`.
    package var header: WireHeaders.Field?

    package init(_ code: PartnerErrorCode, _ message: String, header: WireHeaders.Field? = nil) {
        self.code = code
        self.message = message
        self.header = header
    }

    package static func badRequest(_ message: String) -> SandboxError { SandboxError(.badRequest, message) }
    package static func notFound(_ message: String) -> SandboxError { SandboxError(.notFound, message) }

    static func methodNotAllowed(_ path: String, takes method: WireMethod, not other: String) -> SandboxError {
        SandboxError(
            .methodNotAllowed, "\(path) takes \(method.rawValue), not \(other)",
            header: WireHeaders.Field("Allow", method.rawValue))
    }

    /// - Parameter challenge: what the answer says of the scheme.
    static func notAuthenticated(_ message: String, challenge: String = "Bearer") -> SandboxError {
        SandboxError(.notAuthenticated, message, header: WireHeaders.Field("WWW-Authenticate", challenge))
    }
}
