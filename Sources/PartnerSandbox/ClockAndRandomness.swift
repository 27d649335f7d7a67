// The clock and the randomness of the sandbox, as protocols, so that tests can set both.
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

package protocol MillisecondClock: Sendable {
    /// Milliseconds since the epoch.
    func now() -> Int64
}

/// The system's clock.
package struct SystemClock: MillisecondClock {
    package init() {}

    package func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

package protocol Randomness: Sendable {
    func next() -> UInt64
}

/// The system's generator, fit for credentials.
package struct SystemRandomness: Randomness {
    package init() {}

    package func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
