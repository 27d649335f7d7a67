// What scripts print and ask, on the process's console.

import CBKLibrary
import CBKRuntime
import CBKTerminal
import Synchronization

final class ConsoleOutput: ScriptOutput {
    private let console: Console
    /// What to do when nobody reads any more.
    private let onClosed = Mutex<(@Sendable () -> Void)?>(nil)

    init(console: Console) { self.console = console }

    func whenClosed(_ action: @escaping @Sendable () -> Void) { onClosed.withLock { $0 = action } }

    func print(_ text: String) {
        console.print(console.outIsTerminal ? VisibleText.lines(text) : text)
        if console.isOutputClosed { onClosed.withLock { $0 }?() }
    }

    func note(_ text: String) { console.note(console.errIsTerminal ? VisibleText.lines(text) : text) }

    func table(_ rows: [Snapshot], isNote: Bool) {
        let isTerminal = isNote ? console.errIsTerminal : console.outIsTerminal
        let text = TableRenderer.whole(
            rows, width: isTerminal ? console.width : nil, palette: isNote ? console.errPalette : console.outPalette)
        if isNote { console.note(text) } else { console.print(text) }
        if console.isOutputClosed { onClosed.withLock { $0 }?() }
    }
}

final class ConsoleDialog: ScriptDialog {
    private let console: Console

    init(console: Console) { self.console = console }

    func question() -> (any ScriptQuestion)? { TerminalQuestion(console: console).map { ConsoleQuestion($0) } }
}

private final class ConsoleQuestion: ScriptQuestion {
    private let question: TerminalQuestion

    init(_ question: TerminalQuestion) { self.question = question }

    func answer(_ text: String, isHidden: Bool) async -> String? {
        let question = question
        return await ReplThread.run { question.readLine(text, isHidden: isHidden) } ?? nil
    }

    func abandon() { question.abandon() }
}
