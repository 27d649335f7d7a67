// Flushes and closes at the end of a turn of the event loop. The client flushes a request's head and its body one by one, and each way
// into the system costs a tenth of a whole request. It closes before it has passed the end of an answer on: what was not sent yet
// of a request that is refused early fails then, and would take the answer with it.
import NIOCore

/// A class, as channel handlers are.
final class EndOfTurn: ChannelOutboundHandler {
    typealias OutboundIn = NIOAny

    private var isDue = false

    func flush(context: ChannelHandlerContext) {
        guard !isDue else { return }
        isDue = true
        context.eventLoop.assumeIsolated().execute { self.flushNow(context) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        context.eventLoop.assumeIsolated().execute {
            self.flushNow(context)
            context.close(mode: mode, promise: promise)
        }
    }

    private func flushNow(_ context: ChannelHandlerContext) {
        guard isDue else { return }
        isDue = false
        context.flush()
    }
}
