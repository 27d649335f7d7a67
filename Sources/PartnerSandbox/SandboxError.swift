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
}
