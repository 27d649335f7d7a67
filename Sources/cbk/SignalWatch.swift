// ^C and SIGTERM while a command runs, on a thread of their own.

import CBKBatch
import CBKTerminal
import CSignals
import Foundation

enum SignalWatch {
    /// Started once in a process; where the system refuses it, the signals end the process as they always do.
    /// - Parameter act: gets what came, and whether it is the first.
    static func start(_ act: @escaping @Sendable (_ kind: StopReason.Kind, _ isFirst: Bool) -> Void) {
        let pipe = cbk_signals_install()
        guard pipe >= 0 else { return }
        let signals = SignalPipe(descriptor: pipe)
        let thread = Thread {
            var isFirst = true
            while true {
                var watched = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
                guard poll(&watched, 1, -1) > 0 else { continue }
                for signal in signals.take() {
                    switch signal {
                    case .interrupt: act(.interrupted, isFirst)
                    case .terminate: act(.terminated, isFirst)
                    case .resize, .resume: continue
                    }
                    isFirst = false
                }
            }
        }
        thread.start()
    }
}
