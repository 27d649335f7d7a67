// Runs tasks on an event loop's thread, between its I/O, so that a request and its answer change no thread on their way.
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
