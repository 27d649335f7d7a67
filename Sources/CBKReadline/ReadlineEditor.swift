// The line editor over GNU readline 8: several lines in one input, completion with descriptions, history, ^C. Takes the
// terminal on descriptors 0 and 2. Readline keeps one state per process, so there is one editor, used on one thread.

import CBKTerminal
import CBKTooling
@preconcurrency import CReadline
import Synchronization

#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#else
    @preconcurrency import Darwin
#endif

/// What the callbacks share with the editor. Only the reader's thread touches it; the lock says so to the compiler.
struct ReadlineState: Sendable {
    var hooks: EditorHooks?
    var palette = Palette.plain
    /// What the read gives, once there is something.
    var input: EditorInput?
}

/// C callbacks carry no context, and readline's own state is global, too.
let readlineState = Mutex(ReadlineState())

/// A class: it stands for readline's state in this process.
package final class ReadlineEditor: LineEditor {
    private let signals: SignalPipe
    private let palette: Palette
    private var isPrepared = false

    /// - Parameters:
    ///   - signals: the C handler's pipe, since readline's own handlers would jump over Swift frames.
    ///   - palette: stderr's; for completion's descriptions.
    package init(signals: SignalPipe, palette: Palette) {
        self.signals = signals
        self.palette = palette
    }

    package func read(prompt: String, hooks: EditorHooks) -> EditorInput {
        prepare()
        readlineState.withLock { state in
            state.hooks = hooks
            state.palette = palette
            state.input = nil
        }
        // A ^C from while the last input ran belongs to that.
        if signals.take().contains(.terminate) { return .terminated }
        rl_callback_handler_install(PromptText.marked(prompt), acceptLine)
        while true {
            wait()
            if let input = readlineState.withLock({ $0.input }) {
                rl_callback_handler_remove()
                fflush(rl_outstream)
                return input
            }
        }
    }

    package func remember(_ entry: String) {
        prepare()
        add_history(entry)
    }

    // MARK: Waiting

    /// Waits for a key or a signal, and lets readline have the key.
    private func wait() {
        var watched = [
            pollfd(fd: fileno(rl_instream), events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&watched, nfds_t(watched.count), -1) > 0 else { return }
        if watched[1].revents != 0 {
            for signal in signals.take() { handle(signal) }
            // A key in the same moment waits for the next turn: the read may be over.
            return
        }
        if watched[0].revents != 0 { rl_callback_read_char() }
    }

    private func handle(_ signal: ProcessSignal) {
        switch signal {
        case .resize: rl_resize_terminal()
        case .resume:
            // The shell has had the terminal meanwhile. Readline skips a preparation that it thinks is in force.
            rl_deprep_terminal()
            rl_prep_terminal(1)
            rl_forced_update_display()
        case .interrupt: finish(.cleared, echo: "^C\n")
        case .terminate: finish(.terminated, echo: "\n")
        }
    }

    /// Leaves the line as it stands on the screen and drops what readline knows of it: a search, an argument, undo.
    private func finish(_ input: EditorInput, echo: String) {
        rl_point = rl_end
        rl_redisplay()
        rl_free_line_state()
        rl_callback_sigcleanup()
        rl_replace_line("", 1)
        fputs(echo, rl_outstream)
        fflush(rl_outstream)
        readlineState.withLock { $0.input = input }
    }

    // MARK: Setting up

    /// ^C must not throw away what was typed before it: a key that poll saw and the terminal dropped would block the
    /// read after it.
    private func keepInput() {
        var mode = termios()
        guard tcgetattr(0, &mode) == 0 else { return }
        mode.c_lflag |= tcflag_t(NOFLSH)
        tcsetattr(0, TCSANOW, &mode)
    }

    private func prepare() {
        guard !isPrepared else { return }
        isPrepared = true
        keepInput()
        forceUTF8()
        // Never freed: readline keeps the pointer. `$if cbk` in .inputrc is about this name.
        rl_readline_name = UnsafePointer(strdup("cbk"))
        rl_outstream = stderr
        rl_catch_signals = 0
        rl_catch_sigwinch = 0
        rl_add_defun("cbk-accept", acceptOrContinue, -1)
        rl_add_defun("cbk-complete", completeAtCursor, -1)
        rl_add_defun("cbk-up", moveUp, -1)
        rl_add_defun("cbk-down", moveDown, -1)
        rl_attempted_completion_function = attemptCompletion
        rl_initialize()
        using_history()
        // A pasted block is one insertion; only the Return after it runs it.
        rl_variable_bind("enable-bracketed-paste", "on")
        bindKeys()
    }

    /// Readline counts columns by LC_CTYPE; under C it would cut characters in bytes. It reads the environment itself,
    /// and again at each prompt, so a locale that is not UTF-8 is replaced there, before anything else runs.
    private func forceUTF8() {
        if setlocale(LC_CTYPE, "") != nil, isUTF8 { return }
        for name in ["C.UTF-8", "en_US.UTF-8", "UTF-8"] where setlocale(LC_CTYPE, name) != nil && isUTF8 {
            unsetenv("LC_ALL")
            setenv("LC_CTYPE", name, 1)
            return
        }
    }

    private var isUTF8: Bool { nl_langinfo(nl_item(CODESET)).map { String(cString: $0) == "UTF-8" } ?? false }

    /// Where .inputrc has not said otherwise. ESC-[ and ESC-O: terminals send either.
    private func bindKeys() {
        rl_bind_keyseq("\r", acceptOrContinue)
        rl_bind_keyseq("\n", acceptOrContinue)
        if isStandard("\t", "complete") { rl_bind_keyseq("\t", completeAtCursor) }
        for lead in ["\u{1B}[", "\u{1B}O"] {
            rl_bind_keyseq_if_unbound(lead + "H", rl_beg_of_line)
            rl_bind_keyseq_if_unbound(lead + "F", rl_end_of_line)
            if isStandard(lead + "A", "previous-history") { rl_bind_keyseq(lead + "A", moveUp) }
            if isStandard(lead + "B", "next-history") { rl_bind_keyseq(lead + "B", moveDown) }
        }
        rl_bind_keyseq_if_unbound("\u{1B}[3~", rl_delete)
        rl_bind_keyseq_if_unbound("\u{1B}[1;5C", rl_forward_word)
        rl_bind_keyseq_if_unbound("\u{1B}[1;5D", rl_backward_word)
        // Alt-Return ends an input that looks incomplete.
        rl_bind_keyseq_if_unbound("\u{1B}\r", rl_newline)
    }

    /// Whether a key still does what readline gives it: .inputrc may have bound another function.
    private func isStandard(_ key: String, _ name: String) -> Bool {
        guard let bound = rl_function_of_keyseq(key, nil, nil), let standard = rl_named_function(name) else { return false }
        return unsafeBitCast(bound, to: UInt.self) == unsafeBitCast(standard, to: UInt.self)
    }
}
