// Refusals of the sandbox, in the API's codes.
import PartnerAPI

package struct SandboxError: Error, Sendable, Equatable {
    package var code: PartnerErrorCode
    package var message: String

    package init(_ code: PartnerErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    package static func badRequest(_ message: String) -> SandboxError { SandboxError(.badRequest, message) }
    package static func notFound(_ message: String) -> SandboxError { SandboxError(.notFound, message) }
}
