// The plain editor over a pipe, signals as bytes, ^C while something runs, and what editors show.

import CBKCompiler
import CBKRuntime
import CBKTerminal
import CBKTooling
import Foundation
import Synchronization
import Testing

private final class WaitingSession: ReplSession {
    let target = ReplTarget(name: "live:acme", isLive: true, details: "")
    let catalog = Catalog([])
    /// Called once the input runs.
    let started: @Sendable () -> Void
    private let waiter = Mutex<CheckedContinuation<Void, Never>?>(nil)
    let interrupts = Mutex(0)

    init(started: @escaping @Sendable () -> Void) { self.started = started }

    func evaluate(_ text: String, name: String) async -> ReplResult {
        await withCheckedContinuation { continuation in
            waiter.withLock { $0 = continuation }
            started()
        }
        return ReplResult(.cancelled)
    }

    func interrupt() {
        interrupts.withLock { $0 += 1 }
        waiter.withLock { waiter in
            waiter?.resume()
            waiter = nil
        }
    }

    func isIncomplete(_ text: String) -> Bool { false }
    func liveNames() -> LiveNames { LiveNames() }
}

private final class OneLineEditor: LineEditor {
    private var inputs = [EditorInput.entry("users.list()")]

    func read(prompt: String, hooks: EditorHooks) -> EditorInput { inputs.popLast() ?? .end }
    func remember(_ entry: String) {}
}

@Suite struct EditorTests {
    private let hooks = EditorHooks(
        isIncomplete: { $0.hasSuffix("{") || ($0.contains("{") && !$0.contains("}")) },
        complete: { _, cursor in CompletionList(start: cursor, items: []) })

    @Test func thePlainEditorReadsLinesAndGoesOn() throws {
        let pipe = Pipe()
        let prompts = Recorder()
        let editor = PlainEditor(input: pipe.fileHandleForReading.fileDescriptor, prompts: prompts, signals: nil)
        try pipe.fileHandleForWriting.write(contentsOf: Data("1 + 1\r\nif x {\n  y\n}\n\nlast".utf8))
        try pipe.fileHandleForWriting.close()
        #expect(editor.read(prompt: "> ", hooks: hooks) == .entry("1 + 1"))
        #expect(editor.read(prompt: "> ", hooks: hooks) == .entry("if x {\n  y\n}"))
        #expect(editor.read(prompt: "> ", hooks: hooks) == .entry(""))
        #expect(editor.read(prompt: "> ", hooks: hooks) == .entry("last"))
        #expect(editor.read(prompt: "> ", hooks: hooks) == .end)
        #expect(prompts.written == "> > ... ... > > > \n")
    }

    @Test func signalsInterruptThePlainEditor() throws {
        let (lines, signals) = (Pipe(), Pipe())
        let editor = PlainEditor(
            input: lines.fileHandleForReading.fileDescriptor, prompts: Recorder(),
            signals: SignalPipe(descriptor: signals.fileHandleForReading.fileDescriptor))
        try signals.fileHandleForWriting.write(contentsOf: Data("WI".utf8))
        #expect(editor.read(prompt: "", hooks: hooks) == .cleared)
        try signals.fileHandleForWriting.write(contentsOf: Data("IT".utf8))
        #expect(editor.read(prompt: "", hooks: hooks) == .terminated)
    }

    @Test func signalsAreTheirLetters() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("IWC?T".utf8))
        let signals = SignalPipe(descriptor: pipe.fileHandleForReading.fileDescriptor)
        #expect(signals.take() == [.interrupt, .resize, .resume, .terminate])
    }

    /// A non-blocking pipe, as the signal handler's is.
    private func signalPipe() -> Pipe {
        let pipe = Pipe()
        _ = fcntl(pipe.fileHandleForReading.fileDescriptor, F_SETFL, O_NONBLOCK)
        return pipe
    }

    @Test(arguments: [(UInt8(ascii: "I"), Repl.Ending.left), (UInt8(ascii: "T"), .terminated)])
    func aSignalStopsWhatRuns(letter: UInt8, ending: Repl.Ending) async throws {
        let pipe = signalPipe()
        let writer = pipe.fileHandleForWriting
        let session = WaitingSession { writer.write(Data([letter])) }
        let err = Recorder()
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        let ended = await ReplThread.run {
            let console = Console(
                out: Recorder(), err: err, outIsTerminal: false, errIsTerminal: false, environment: [:], width: { 80 })
            return Repl(
                title: "cbk", session: session, editor: OneLineEditor(), console: console, history: History(path: nil),
                signals: SignalPipe(descriptor: descriptor))?.run()
        }
        #expect(ended == .some(ending))
        #expect(session.interrupts.withLock { $0 } == 1)
        #expect(err.written.contains("cancelled\n"))
        #expect(err.written.contains("stopping; ^C again") == (letter == UInt8(ascii: "I")))
    }

    @Test func escapesOfAPromptTakeNoColumns() {
        #expect(PromptText.marked("\u{1B}[36mcbk>\u{1B}[0m ") == "\u{01}\u{1B}[36m\u{02}cbk>\u{01}\u{1B}[0m\u{02} ")
        #expect(PromptText.marked("cbk> ") == "cbk> ")
    }

    @Test func completionsAreListedWithWhatTheyAre() {
        let list = CompletionList(
            start: 0,
            items: [
                Completion("create(", "Makes a user.", kind: .function),
                Completion("list(", "Lists all users, newest first, page by page.", kind: .function),
            ])
        #expect(
            CompletionText.listing(list, width: 40, height: 24, palette: .plain) == """
                  create(  Makes a user.
                  list(    Lists all users, newest fir…

                """)
    }

    @Test func longListsAreCutAndPathsShowTheirNames() {
        let files = (0..<300).map { Completion("data/file\($0)", kind: .file) }
        let text = CompletionText.listing(CompletionList(start: 0, items: files), width: 40, height: 20, palette: .plain)
        #expect(text.hasPrefix("  file0    file1    file2    file3\n"))
        #expect(text.hasSuffix("  … 260 more\n"))
    }
}
