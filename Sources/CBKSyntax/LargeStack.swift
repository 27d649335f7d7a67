// A thread with a stack of its own size: large enough to walk any tree that the parser makes.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Holds a closure for the thread that runs it while its owner waits.
private final class Errand {
    let run: () -> Void
    init(run: @escaping () -> Void) { self.run = run }
}

/// Enough for all levels of a tree, also for a sanitizer's frames of tens of kB.
let largeStackSize = 64 << 20

/// Runs what walks a tree: on a thread of its own where the tree is deep, as no caller's stack is too small.
package func walking<Result, Failure>(
    _ tree: SyntaxTree, _ walk: () throws(Failure) -> Result
) throws(Failure) -> Result {
    guard tree.isDeep else { return try walk() }
    var result: Swift.Result<Result, Failure>?
    _ = runOnThread(stackSize: largeStackSize) {
        do throws(Failure) { result = .success(try walk()) } catch { result = .failure(error) }
    }
    guard let result else { return try walk() }
    return try result.get()
}

/// Runs work on a thread of its own and waits for it; false if there is no such thread to be had.
///
/// - Parameter stackSize: in bytes.
package func runOnThread(stackSize: Int, _ work: () -> Void) -> Bool {
    withoutActuallyEscaping(work) { work in
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        guard pthread_attr_setstacksize(&attributes, stackSize) == 0 else { return false }
        let errand = Unmanaged.passRetained(Errand(run: work))
        defer { errand.release() }
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = pthread_create(
                &thread, &attributes,
                {
                    Unmanaged<Errand>.fromOpaque($0).takeUnretainedValue().run()
                    return nil
                }, errand.toOpaque())
            guard status == 0, let thread else { return false }
        #else
            var thread = pthread_t()
            let status = pthread_create(
                &thread, &attributes,
                { context in
                    if let context { Unmanaged<Errand>.fromOpaque(context).takeUnretainedValue().run() }
                    return nil
                }, errand.toOpaque())
            guard status == 0 else { return false }
        #endif
        pthread_join(thread, nil)
        return true
    }
}
