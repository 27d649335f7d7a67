// The program's two outputs and the one live line on them. Everything that is printed while a progress bar may be on
// the screen goes through here: the bar is taken off first and put back after.

import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where text goes: a descriptor, or a string in tests.
package protocol TextOutput: AnyObject, Sendable {
    func write(_ text: String)
    /// The error number of the first write that failed; 0 while all is well.
    var failure: CInt { get }
}

extension TextOutput {
    package var failure: CInt { 0 }
}

/// A class since it is one end of the outside world; writes whole texts, never less.
package final class DescriptorOutput: TextOutput {
    private let descriptor: CInt
    private let firstFailure = Mutex<CInt>(0)

    package init(_ descriptor: CInt) { self.descriptor = descriptor }

    package var failure: CInt { firstFailure.withLock { $0 } }

    package func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let base = rest.baseAddress, !rest.isEmpty {
                let count = systemWrite(descriptor, base, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                } else if errno == EAGAIN {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&waiting, 1, 1_000)
                } else if errno != EINTR {
                    // A closed output is no reason to stop: the exit status tells.
                    let number = errno
                    firstFailure.withLock { if $0 == 0 { $0 = number } }
                    return
                }
            }
        }
    }
}

/// `write` by a name that a method of that name does not hide.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

/// A class: the screen is one, and the interpreter's thread, the reader's and the run's all write on it.
package final class Console: Sendable {
    package let outIsTerminal: Bool
    package let errIsTerminal: Bool
    /// For stdout and for stderr.
    package let outPalette: Palette
    package let errPalette: Palette

    private let out: any TextOutput
    private let err: any TextOutput
    private let measure: @Sendable () -> Int
    private let state = Mutex(State())

    private struct State {
        /// Output for a pipe, until it is worth a write.
        var pending = ""
        /// The live line, while there is one.
        var live: String?
        /// Whether it is on the screen now.
        var isDrawn = false
        /// Whether the last text left the cursor behind something.
        var isMidLine = false
    }

    private static let bufferSize = 32_768

    package init(
        out: any TextOutput, err: any TextOutput, outIsTerminal: Bool, errIsTerminal: Bool,
        environment: [String: String], width: @escaping @Sendable () -> Int
    ) {
        self.out = out
        self.err = err
        self.outIsTerminal = outIsTerminal
        self.errIsTerminal = errIsTerminal
        outPalette = Palette(isTerminal: outIsTerminal, environment: environment)
        errPalette = Palette(isTerminal: errIsTerminal, environment: environment)
        measure = width
    }

    /// The process's own.
    package convenience init(environment: [String: String]) {
        let columns = environment["COLUMNS"].flatMap { Int($0) }
        self.init(
            out: DescriptorOutput(1), err: DescriptorOutput(2), outIsTerminal: isatty(1) == 1,
            errIsTerminal: isatty(2) == 1, environment: environment,
            width: { TerminalSize.columns ?? columns.flatMap { $0 > 0 ? $0 : nil } ?? 80 })
    }

    /// Columns of the terminal now; 80 where there is none.
    package var width: Int { max(20, measure()) }

    /// Data, to stdout. A pipe gets it in blocks: `flush` before the program ends.
    package func print(_ text: String) {
        guard !text.isEmpty else { return }
        state.withLock { state in
            guard outIsTerminal else {
                state.pending += text
                if state.pending.utf8.count >= Console.bufferSize { empty(&state) }
                return
            }
            erase(&state)
            out.write(text)
            state.isMidLine = text.utf8.last != 0x0A
            redraw(&state)
        }
    }

    /// Anything else, to stderr.
    package func note(_ text: String) {
        guard !text.isEmpty else { return }
        state.withLock { state in
            // Both may be the same file: the order is kept.
            empty(&state)
            erase(&state)
            err.write(text)
            if errIsTerminal { state.isMidLine = text.utf8.last != 0x0A }
            redraw(&state)
        }
    }

    /// Sets the live line on stderr, or takes it off. Only for a terminal; it must fit the width.
    package func setLive(_ line: String?) {
        guard errIsTerminal else { return }
        state.withLock { state in
            state.live = line
            if line == nil {
                erase(&state)
            } else {
                redraw(&state)
            }
        }
    }

    /// Ends a line that output left open, so that a prompt stands at the start of one.
    package func startLine() {
        state.withLock { state in
            guard state.isMidLine, errIsTerminal else { return }
            err.write("\n")
            state.isMidLine = false
        }
    }

    /// Says that a person's Return ended the line that output had left open.
    package func lineEnded() {
        state.withLock { state in
            state.isMidLine = false
            redraw(&state)
        }
    }

    /// Why standard output did not take everything; nil where it did, or where its reader went away.
    package var lostOutput: String? {
        let number = out.failure
        return number == 0 || number == EPIPE ? nil : String(cString: strerror(number))
    }

    /// Whether the reader of standard output went away.
    package var isOutputClosed: Bool { out.failure == EPIPE }

    package func flush() { state.withLock { empty(&$0) } }

    private func empty(_ state: inout State) {
        guard !state.pending.isEmpty else { return }
        out.write(state.pending)
        state.pending = ""
    }

    private func erase(_ state: inout State) {
        guard state.isDrawn else { return }
        err.write("\r\u{1B}[K")
        state.isDrawn = false
    }

    private func redraw(_ state: inout State) {
        guard let live = state.live, !state.isMidLine else { return }
        err.write("\r\(live)\u{1B}[K")
        state.isDrawn = true
    }
}

/// The terminal's size as the kernel knows it.
package enum TerminalSize {
    /// nil where neither stdout nor stderr is a terminal.
    package static var columns: Int? {
        for descriptor: CInt in [1, 2] {
            var size = winsize()
            if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        }
        return nil
    }
}
