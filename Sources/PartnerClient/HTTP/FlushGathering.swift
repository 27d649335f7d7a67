// Sends what is flushed in one turn of the event loop together: the client flushes a request's head and its body one by one, and each
// way into the system costs a tenth of a whole request.
import NIOCore

/// A class, as channel handlers are.
final class FlushGathering: ChannelOutboundHandler {
    typealias OutboundIn = NIOAny

    private var isDue = false

    func flush(context: ChannelHandlerContext) {
        guard !isDue else { return }
        isDue = true
        context.eventLoop.assumeIsolated().execute { self.flushNow(context) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        flushNow(context)
        context.close(mode: mode, promise: promise)
    }

    private func flushNow(_ context: ChannelHandlerContext) {
        guard isDue else { return }
        isDue = false
        context.flush()
    }
}
