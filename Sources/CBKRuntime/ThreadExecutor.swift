// A serial executor that is one thread, with a stack large enough for the recursion that the language allows.

import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A class: the thread and its queue are one identity.
final class ThreadExecutor: SerialExecutor {
    private let queue: JobQueue

    init(name: String) {
        queue = JobQueue()
        queue.start()
    }

    deinit { queue.stop() }

    func enqueue(_ job: consuming ExecutorJob) {
        queue.add(UnownedJob(job), for: asUnownedSerialExecutor())
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    func checkIsolated() {
        precondition(queue.isCurrent, "this work belongs to the interpreter's thread")
    }

    func isIsolatingCurrentContext() -> Bool? { queue.isCurrent }
}

/// The queue outlives the executor until its thread has left it. The mutex guards `jobs` and `isStopped`.
private final class JobQueue: @unchecked Sendable {
    private static let stackSize = 16 << 20
    private var mutex = pthread_mutex_t()
    private var condition = pthread_cond_t()
    private var jobs: [(UnownedJob, UnownedSerialExecutor)] = []
    private var isStopped = false
    private var thread: pthread_t?

    init() {
        pthread_mutex_init(&mutex, nil)
        pthread_cond_init(&condition, nil)
    }

    deinit {
        pthread_cond_destroy(&condition)
        pthread_mutex_destroy(&mutex)
    }

    var isCurrent: Bool { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }

    func start() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, JobQueue.stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_mutex_lock(&mutex)
        #if canImport(Darwin)
            var made: pthread_t?
        #else
            var made = pthread_t()
        #endif
        let context = Unmanaged.passRetained(self).toOpaque()
        if pthread_create(&made, &attributes, runJobQueue, context) == 0 { thread = made }
        pthread_mutex_unlock(&mutex)
        pthread_attr_destroy(&attributes)
    }

    func add(_ job: UnownedJob, for executor: UnownedSerialExecutor) {
        pthread_mutex_lock(&mutex)
        jobs.append((job, executor))
        pthread_cond_signal(&condition)
        pthread_mutex_unlock(&mutex)
    }

    func stop() {
        pthread_mutex_lock(&mutex)
        isStopped = true
        pthread_cond_signal(&condition)
        pthread_mutex_unlock(&mutex)
    }

    func run() {
        while true {
            pthread_mutex_lock(&mutex)
            while jobs.isEmpty, !isStopped { pthread_cond_wait(&condition, &mutex) }
            let batch = jobs
            jobs.removeAll(keepingCapacity: true)
            let isDone = isStopped && batch.isEmpty
            pthread_mutex_unlock(&mutex)
            if isDone { return }
            for (job, executor) in batch { job.runSynchronously(on: executor) }
        }
    }
}

#if canImport(Darwin)
    private func runJobQueue(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<JobQueue>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
#else
    private func runJobQueue(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        Unmanaged<JobQueue>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
#endif
