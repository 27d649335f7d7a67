// A question to the person at the terminal: shows a text, waits for a line. Reads standard input where that is the
// terminal, else /dev/tty, since standard input may be the data. Refuses where neither input nor messages have a terminal.

import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A class: it owns descriptors, and is abandoned from another thread than the one that waits.
package final class TerminalQuestion: Sendable {
    private let console: Console
    private let input: CInt
    private let isOwnInput: Bool
    private let doorbell: Doorbell
    private let state = Mutex(State())

    private struct State {
        var isAbandoned = false
        /// Whether the cursor stands behind the question.
        var isOpen = false
        /// The terminal's mode, while it does not show what is typed.
        var shown: termios?
    }

    /// nil where nobody can be asked. A person whose screen shows neither side is not asked behind their back, though the
    /// process may have a terminal.
    package init?(console: Console) {
        guard let doorbell = Doorbell() else { return nil }
        let isDirect = isatty(0) == 1
        guard isDirect || console.errIsTerminal else { return nil }
        let descriptor = isDirect ? 0 : open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        self.console = console
        self.doorbell = doorbell
        input = descriptor
        isOwnInput = !isDirect
    }

    deinit {
        if isOwnInput { close(input) }
    }

    /// Lets go of the terminal: when this returns, its mode is as before, the question's line is left, nothing more is
    /// written, and `readLine` is about to give nil.
    package func abandon() {
        state.withLock { state in
            state.isAbandoned = true
            leave(&state) { console.errIsTerminal ? console.startLine() : write("\n") }
        }
        doorbell.ring()
    }

    /// Blocks its thread.
    /// - Returns: nil at the end of the input, and when abandoned.
    package func readLine(_ prompt: String, isHidden: Bool) -> String? {
        // First, so that nothing is shown of what is typed or pasted at the sight of the prompt.
        guard !isHidden || hide() else { return nil }
        state.withLock { state in
            guard !state.isAbandoned else { return }
            write(VisibleText.line(prompt))
            state.isOpen = true
        }
        let line = nextLine()
        // Return was typed, but is not on the screen; ^D is not even a line.
        state.withLock { leave(&$0) { isHidden || line == nil ? write("\n") : console.lineEnded() } }
        return line
    }

    /// Once, by the side that comes first: what is on the screen later may be a prompt.
    private func leave(_ state: inout State, ending: () -> Void) {
        show(&state)
        if state.isOpen { ending() }
        state.isOpen = false
    }

    private func write(_ text: String) {
        if console.errIsTerminal { console.note(text) } else { DescriptorOutput(input).write(text) }
    }

    private func nextLine() -> String? {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while true {
            var watched = [
                pollfd(fd: input, events: Int16(POLLIN), revents: 0),
                pollfd(fd: doorbell.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&watched, 2, -1) > 0 else { continue }
            if state.withLock({ $0.isAbandoned }) { return nil }
            guard watched[0].revents != 0 else { continue }
            let count = read(input, &block, block.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            bytes += block.prefix(count)
            guard let end = bytes.firstIndex(of: 0x0A) else { continue }
            return String(decoding: bytes[..<end].last == 0x0D ? bytes[..<(end - 1)] : bytes[..<end], as: UTF8.self)
        }
    }

    // MARK: What is typed

    private func hide() -> Bool {
        state.withLock { state in
            var mode = termios()
            guard !state.isAbandoned, tcgetattr(input, &mode) == 0 else { return false }
            state.shown = mode
            mode.c_lflag &= ~tcflag_t(ECHO)
            return tcsetattr(input, TCSANOW, &mode) == 0
        }
    }

    private func show(_ state: inout State) {
        guard var mode = state.shown else { return }
        tcsetattr(input, TCSANOW, &mode)
        state.shown = nil
    }
}
