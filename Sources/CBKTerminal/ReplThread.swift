// A thread for the prompt: readline and its callbacks must all run on one thread, which blocks, so it is none of the
// concurrency pool's. Its stack is that of a main thread, since values are walked on it.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

package enum ReplThread {
    private static let stackSize = 8 * 1024 * 1024

    /// Runs the body on a new thread and waits for it without holding one. Gives nil if no thread was to be had.
    package static func run<Answer: Sendable>(_ body: @escaping @Sendable () -> Answer) async -> Answer? {
        await withCheckedContinuation { continuation in
            let start = ThreadStart { continuation.resume(returning: body()) }
            if !start.launch(stackSize: stackSize) { continuation.resume(returning: nil) }
        }
    }
}

/// What a new thread does. A class: C carries it as one pointer.
private final class ThreadStart: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func launch(stackSize: Int) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let carried = Unmanaged.passRetained(self)
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = pthread_create(&thread, &attributes, runDarwinThread, carried.toOpaque())
        #else
            var thread = pthread_t()
            let status = pthread_create(&thread, &attributes, runThread, carried.toOpaque())
        #endif
        if status != 0 { carried.release() }
        return status == 0
    }
}

#if canImport(Darwin)
    private func runDarwinThread(_ carried: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<ThreadStart>.fromOpaque(carried).takeRetainedValue().body()
        return nil
    }
#else
    private func runThread(_ carried: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let carried else { return nil }
        Unmanaged<ThreadStart>.fromOpaque(carried).takeRetainedValue().body()
        return nil
    }
#endif
