// A pseudo-terminal with cbk at its other end: keys go in as a person's would, and what the screen shows comes out. The
// child is the leader of a session of its own, so ^C reaches it as a signal.

import Foundation

package struct TerminalFailure: Error, CustomStringConvertible {
    package var description: String
}

/// A class: it owns the terminal and the process.
package final class PseudoTerminal {
    package private(set) var screen: Screen
    package let identifier: pid_t
    private let primary: Int32
    private let runner: BinaryRunner
    private var status: Int32?

    /// What keys send.
    package enum Key {
        package static let enter = "\r", tab = "\t", backspace = "\u{7F}", escape = "\u{1B}"
        package static let up = "\u{1B}[A", down = "\u{1B}[B", right = "\u{1B}[C", left = "\u{1B}[D"
        package static let interrupt = "\u{03}", endOfInput = "\u{04}"
    }

    /// - Parameter input: a file for standard input; nil: the terminal.
    package init(
        _ runner: BinaryRunner, _ arguments: [String] = [], columns: Int = 100, rows: Int = 40, input: String? = nil
    ) throws {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        (primary, identifier) = try spawning.withLock { _ in
            var opened: Int32 = -1
            var secondary: Int32 = -1
            var name = [CChar](repeating: 0, count: 128)
            guard openpty(&opened, &secondary, nil, nil, &size) == 0, ttyname_r(secondary, &name, name.count) == 0 else {
                throw SpawnFailure(description: "no pseudo-terminal: \(String(cString: strerror(errno)))")
            }
            defer { close(secondary) }
            for descriptor in [opened, secondary] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            _ = fcntl(opened, F_SETFL, fcntl(opened, F_GETFL) | O_NONBLOCK)
            let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            var actions = FileActions()
            defer { actions.destroy() }
            // A session's leader that opens a terminal without O_NOCTTY gets it as its own.
            actions.open(0, path, O_RDWR)
            actions.duplicate(0, to: 1)
            actions.duplicate(0, to: 2)
            if let input { actions.open(0, input, O_RDONLY) }
            #if canImport(Darwin)
                let flags = Int32(POSIX_SPAWN_SETSID)
            #else
                let flags: Int32 = 0x80  // POSIX_SPAWN_SETSID, which Glibc's module map leaves out.
            #endif
            return (opened, try runner.spawn(arguments, actions: actions, flags: flags))
        }
        self.runner = runner
        screen = Screen(columns: columns, rows: rows)
    }

    deinit {
        if status == nil {
            kill(identifier, SIGKILL)
            _ = waitForEnd(identifier, seconds: 5)
        }
        close(primary)
    }

    // MARK: - Keys

    package func send(_ keys: String) throws {
        var rest = Array(keys.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(primary, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN || errno == EINTR {
                fill()
                usleep(1000)
            } else {
                throw TerminalFailure(description: "the terminal takes no keys: \(String(cString: strerror(errno)))")
            }
        }
    }

    package func resize(columns: Int, rows: Int) {
        fill()
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(primary, UInt(TIOCSWINSZ), &size)
        screen.resize(columns: columns, rows: rows)
    }

    // MARK: - Waiting

    /// Waits until the condition holds for the screen.
    /// - Throws: a `TerminalFailure` that shows the screen, if that takes too long.
    package func wait(_ what: String, seconds: Double = 40, until condition: (Screen) -> Bool) throws {
        let holds = eventually(seconds: seconds) { () -> Bool? in
            fill()
            return condition(screen) ? true : nil
        }
        if holds == nil { throw TerminalFailure(description: "waited in vain for \(what); the screen is\n\(screen.text)") }
    }

    /// Waits until the text is on the screen or has scrolled out of it.
    package func wait(for text: String) throws {
        try wait("'\(text)'") { $0.text.contains(text) }
    }

    /// Waits for a prompt with nothing behind it, below a line of the screen.
    package func waitForPrompt(_ prompt: String = "cbk sandbox>", below line: Int = -1) throws {
        try wait("the prompt '\(prompt)' below line \(line)") { screen in
            screen.cursorLine > line && screen.line(screen.cursorLine) == prompt && screen.cursorColumn == prompt.count + 1
        }
    }

    /// Types a line and Return, waits for the next prompt, and gives the lines between the two; without how long it took,
    /// which a busy machine shows for anything.
    package func enter(_ text: String, prompt: String = "cbk sandbox>") throws -> String {
        let start = screen.cursorLine
        try send(text + Key.enter)
        try waitForPrompt(prompt, below: start)
        let time = /[0-9.]+ m?s(, [0-9]+ requests?)?/
        let isTimed = screen.line(screen.cursorLine - 1).wholeMatch(of: time) != nil
        return screen.lines(start + 1..<screen.cursorLine - (isTimed ? 1 : 0))
    }

    /// The exit code once the program has left, and 128 and the signal's number if one ended it.
    package func end(seconds: Double = 40) -> Int32 {
        if let status { return status }
        let deadline = Date().addingTimeInterval(seconds)
        // Its last words must be read, or it would wait for a reader.
        while Date() < deadline {
            fill()
            if let ended = endIfOver(identifier) {
                fill()
                status = ended
                return ended
            }
            usleep(3000)
        }
        let killed = waitForEnd(identifier, seconds: 0)
        status = killed
        return killed
    }

    /// Takes what is there.
    private func fill() {
        var block = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(primary, &block, block.count)
            if count <= 0 { return }
            screen.feed(block[..<count])
        }
    }
}
