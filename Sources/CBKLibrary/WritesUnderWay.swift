// The writes outside of batches that have not been answered yet. ^C waits for them, as it does for a batch's items: a write that
// is left alone is in doubt, and nobody would know. Takes names; says when none is left.

import Synchronization

/// A class: fibers begin and end writes, a signal handler stops them.
package final class WritesUnderWay: Sendable {
    private struct State {
        var names: [String] = []
        var isStopping = false
        var whenIdle: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    package init() {}

    /// No write may begin any more.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// False where no write may begin any more; `end` follows only where one may.
    package func begin(_ name: String) -> Bool {
        state.withLock { state in
            if !state.isStopping { state.names.append(name) }
            return !state.isStopping
        }
    }

    package func end(_ name: String) {
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            if let place = state.names.firstIndex(of: name) { state.names.remove(at: place) }
            guard state.names.isEmpty else { return nil }
            defer { state.whenIdle = nil }
            return state.whenIdle
        }
        action?()
    }

    /// Lets no write begin, and acts once none is under way: at once where there is none, and when called again.
    /// - Returns: those that are under way, and whether they are waited for.
    @discardableResult
    package func stop(_ action: @escaping @Sendable () -> Void) -> (names: [String], isWaiting: Bool) {
        let (names, isWaiting) = state.withLock { state in
            let isWaiting = !state.isStopping && !state.names.isEmpty
            state.isStopping = true
            state.whenIdle = isWaiting ? action : nil
            return (state.names, isWaiting)
        }
        if !isWaiting { action() }
        return (names, isWaiting)
    }

    /// At the next input of a prompt.
    package func reset() { state.withLock { $0.isStopping = false } }
}
