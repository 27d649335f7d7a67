// The line editor where readline is not to be had: no such library, or a terminal that is dumb. Reads lines from a
// descriptor; an incomplete input goes on with the next one.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A class: it holds what was read past a line. Used on the reader's thread only.
package final class PlainEditor: LineEditor {
    private let input: CInt
    private let prompts: any TextOutput
    private let signals: SignalPipe?
    private var pending: [UInt8] = []
    private var isAtEnd = false

    /// - Parameters:
    ///   - input: where lines come from.
    ///   - prompts: where the prompt is shown, stderr.
    package init(input: CInt = 0, prompts: any TextOutput, signals: SignalPipe?) {
        self.input = input
        self.prompts = prompts
        self.signals = signals
    }

    package func read(prompt: String, hooks: EditorHooks) -> EditorInput {
        var text = ""
        var shown = prompt
        while true {
            prompts.write(shown)
            switch nextLine() {
            case .line(let line):
                text += text.isEmpty ? line : "\n" + line
                guard hooks.isIncomplete(text) else { return .entry(text) }
                shown = "... "
            case .end:
                guard text.isEmpty else { return .entry(text) }
                prompts.write("\n")
                return .end
            case .signal(.interrupt):
                prompts.write("\n")
                pending = []
                return .cleared
            case .signal(.terminate): return .terminated
            case .signal(.resize), .signal(.resume): shown = ""
            }
        }
    }

    package func remember(_ entry: String) {}

    private enum Line {
        case line(String)
        case end
        case signal(ProcessSignal)
    }

    private func nextLine() -> Line {
        while true {
            if let end = pending.firstIndex(of: 0x0A) {
                var line = pending[..<end]
                pending.removeSubrange(...end)
                if line.last == 0x0D { line = line.dropLast() }
                return .line(String(decoding: line, as: UTF8.self))
            }
            guard !isAtEnd else {
                guard !pending.isEmpty else { return .end }
                defer { pending = [] }
                return .line(String(decoding: pending, as: UTF8.self))
            }
            if let signal = fill() { return .signal(signal) }
        }
    }

    /// Reads more, or gives the signal that came first.
    private func fill() -> ProcessSignal? {
        var watched = [pollfd(fd: input, events: Int16(POLLIN), revents: 0)]
        if let signals { watched.append(pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)) }
        guard poll(&watched, nfds_t(watched.count), -1) > 0 else { return nil }
        if watched.count > 1, watched[1].revents != 0 {
            let taken = signals?.take() ?? []
            // Termination outranks the rest; a resize means nothing here.
            if taken.contains(.terminate) { return .terminate }
            if taken.contains(.interrupt) { return .interrupt }
        }
        guard watched[0].revents != 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = systemRead(input, &bytes, bytes.count)
        if count > 0 {
            pending += bytes.prefix(count)
        } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
            isAtEnd = true
        }
        return nil
    }
}

/// `read` by a name that the editor's own does not hide.
private func systemRead(_ descriptor: CInt, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
