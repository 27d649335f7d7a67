// The sandbox without a socket: a client's requests go to the handler as values.
import PartnerAPI

package struct SandboxTransport: Transport {
    private let handler: RequestHandler

    package init(_ handler: RequestHandler) { self.handler = handler }

    /// Serves a store with the default rules.
    package init(store: SandboxStore) { handler = RequestHandler(store: store) }

    package func send(_ request: WireRequest) async throws -> WireResponse {
        var request = request
        request.path = "/v1" + request.path
        do {
            return try await handler.respond(to: request)
        } catch is DroppedConnection {
            throw TransportError(.lost, "the connection closed without an answer")
        }
    }
}
