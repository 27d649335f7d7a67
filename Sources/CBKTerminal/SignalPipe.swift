// Signals as they come out of the C handler's pipe, and the wait for one of them or for a task's end. A thread that waits
// here sees ^C whichever thread the kernel gave it to.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

package enum ProcessSignal: UInt8, Sendable {
    /// SIGINT, ^C.
    case interrupt = 0x49
    /// SIGTERM.
    case terminate = 0x54
    /// SIGWINCH.
    case resize = 0x57
    /// SIGCONT: the process was stopped by ^Z, and the terminal may be in any mode.
    case resume = 0x43
}

package struct SignalPipe: Sendable {
    /// Readable when there are signals; to be polled beside others.
    package let descriptor: CInt

    /// - Parameter descriptor: the non-blocking end to read from, as the C handler's installer gives it.
    package init(descriptor: CInt) { self.descriptor = descriptor }

    /// The signals since the last call, oldest first; none if there were none.
    package func take() -> [ProcessSignal] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? bytes.prefix(count).compactMap { ProcessSignal(rawValue: $0) } : []
    }
}

/// A pipe that one thread waits on and any other may ring. A class: it owns its descriptors.
package final class Doorbell: Sendable {
    package let descriptor: CInt
    private let ringer: CInt

    /// nil when the process has no descriptors left.
    package init?() {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        descriptor = ends[0]
        ringer = ends[1]
    }

    deinit {
        close(descriptor)
        close(ringer)
    }

    package func ring() {
        var byte: UInt8 = 1
        _ = write(ringer, &byte, 1)
    }

    package func silence() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(descriptor, &bytes, bytes.count) > 0 {}
    }

    /// Waits until it rings; meanwhile hands on each signal.
    package func wait(signals: SignalPipe?, on signal: (ProcessSignal) -> Void) {
        while true {
            var watched = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
            if let signals { watched.append(pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)) }
            let ready = poll(&watched, nfds_t(watched.count), -1)
            if ready < 0, errno != EINTR { return }
            guard ready > 0 else { continue }
            if watched.count > 1, watched[1].revents != 0 { signals?.take().forEach(signal) }
            if watched[0].revents != 0 {
                silence()
                return
            }
        }
    }
}
