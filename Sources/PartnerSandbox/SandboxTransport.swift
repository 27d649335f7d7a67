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
        return await handler.respond(to: request)
    }
}
