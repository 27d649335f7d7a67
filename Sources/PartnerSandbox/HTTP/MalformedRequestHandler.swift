// What is no HTTP gets the API's error body, too. HummingbirdCore answers it with an empty 400, the only head on the
// way out that has no request id yet; this gives it one, and the body.
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import PartnerAPI

/// A class, as channel handlers are.
final class MalformedRequestHandler: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let newRequestID: @Sendable () -> String

    init(newRequestID: @escaping @Sendable () -> String) { self.newRequestID = newRequestID }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.status.kind == .clientError,
            !head.headerFields.contains(.requestID)
        else { return context.write(data, promise: promise) }
        let body = ErrorBody(message: "the request is no valid HTTP/1.1", code: PartnerErrorCode.badRequest.rawValue).json
            .serialized()
        head.headerFields[.requestID] = newRequestID()
        head.headerFields[.contentType] = "application/json"
        head.headerFields[.contentLength] = String(body.count)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(context.channel.allocator.buffer(bytes: body))), promise: promise)
    }
}
