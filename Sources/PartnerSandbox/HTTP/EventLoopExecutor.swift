// Runs the tasks of a connection on its event loop's thread, between its I/O: a request then changes no thread on its way from the
// socket to the store and back, which would cost more than all of the work on it.
import HummingbirdCore
import Logging
import NIOCore

/// A class, as executors are: tasks refer to it without owning it, so whoever runs tasks on it keeps it.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// HTTP/1.1 connections, each handled on its own event loop.
struct LoopBoundChannel: ServerChildChannel {
    private let http: HTTP1Channel
    private let executors: [ObjectIdentifier: EventLoopExecutor]

    init(_ http: HTTP1Channel, on loops: any EventLoopGroup) {
        self.http = http
        executors = Dictionary(
            uniqueKeysWithValues: loops.makeIterator().map { (ObjectIdentifier($0), EventLoopExecutor($0)) })
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        http.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(executors[ObjectIdentifier(value.channel.eventLoop)]) {
            await http.handle(value: value, logger: logger)
        }
    }
}
