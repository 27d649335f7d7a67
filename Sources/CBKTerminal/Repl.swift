// The loop of the prompt: reads an input, runs it, shows what came of it. Lives on one thread, which may block; the
// input itself runs as a task, and ^C meanwhile asks the session to stop.

import CBKBatch
import CBKRuntime
import CBKSyntax
import CBKTooling
import Synchronization

/// A class: one conversation, with its settings and its history. Used on one thread only, see `ReplThread`.
package final class Repl {
    package enum Ending: Sendable {
        /// ^D, `:quit`, or the end of the input.
        case left
        /// SIGTERM.
        case terminated
    }

    enum TimeSetting: String, CaseIterable {
        case auto, on, off
    }

    enum Format: String, CaseIterable {
        /// Tables for lists of records, the language's own form for the rest.
        case auto
        /// Record by record.
        case vertical
        /// The language's own form for all.
        case value
    }

    /// What the banner says before the target, such as `cbk 0.1.0`.
    let title: String
    let session: any ReplSession
    let console: Console
    let files: any ReplFiles
    var timeSetting = TimeSetting.auto
    var format = Format.auto
    var ending: Ending?

    private let editor: any LineEditor
    private let history: History
    private let signals: SignalPipe?
    private let doorbell: Doorbell

    /// Longer than this, and the time is shown.
    private static let longRun = Duration.milliseconds(500)

    /// - Parameter signals: nil leaves ^C to the process.
    /// - Returns: nil when the process has no descriptors left.
    package init?(
        title: String, session: any ReplSession, editor: any LineEditor, console: Console, history: History,
        signals: SignalPipe?, files: any ReplFiles = LocalFiles()
    ) {
        guard let doorbell = Doorbell() else { return nil }
        self.title = title
        self.session = session
        self.editor = editor
        self.console = console
        self.history = history
        self.signals = signals
        self.files = files
        self.doorbell = doorbell
    }

    /// Runs until the user leaves.
    package func run() -> Ending {
        for entry in history.entries { editor.remember(entry) }
        let hooks = makeHooks()
        console.note(banner)
        while ending == nil {
            console.startLine()
            switch editor.read(prompt: prompt, hooks: hooks) {
            case .entry(let text): take(text)
            case .cleared: continue
            case .end: ending = .left
            case .terminated: ending = .terminated
            }
        }
        console.flush()
        return ending ?? .left
    }

    // MARK: Prompt

    private var banner: String {
        let palette = console.errPalette
        let target = session.target
        let name = palette.paint(target.name, target.isLive ? .alarm : .cyan)
        let details = target.details.isEmpty ? "" : " · \(VisibleText.line(target.details))"
        let help = palette.paint(":help tells more, Tab completes, ^D leaves", .dim)
        return "\(palette.paint(title, .bold)) · \(name)\(details)\n\(help)\n"
    }

    private var prompt: String {
        let target = session.target
        return console.errPalette.paint("cbk \(VisibleText.line(target.name))>", target.isLive ? .alarm : .cyan) + " "
    }

    private func makeHooks() -> EditorHooks {
        let session = self.session
        let listing = files.listing
        return EditorHooks(
            isIncomplete: { text in
                !ReplCommand.isCommand(text) && session.isIncomplete(text)
            },
            complete: { text, cursor in
                complete(
                    text: text, cursor: cursor, catalog: session.catalog, live: session.liveNames(),
                    commands: ReplCommand.names, files: listing)
            })
    }

    // MARK: Inputs

    private func take(_ text: String) {
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        if history.add(text) { editor.remember(text) }
        if ReplCommand.isCommand(text) {
            runCommand(text)
        } else {
            show(evaluate(text, name: "cbk"), of: text)
        }
    }

    /// Runs one input as a task and waits for it.
    func evaluate(_ text: String, name: String) -> ReplResult {
        let session = self.session
        return wait { await session.evaluate(text, name: name) }
    }

    func typeName(of expression: String) -> ReplResult {
        let session = self.session
        return wait { await session.typeName(of: expression) }
    }

    private func wait(_ work: @escaping @Sendable () async -> ReplResult) -> ReplResult {
        // A ^C from before the input ran was not meant for it.
        if signals?.take().contains(.terminate) == true {
            ending = .terminated
            return ReplResult(.cancelled)
        }
        let result = ResultBox()
        let doorbell = self.doorbell
        Task.detached {
            result.set(await work())
            doorbell.ring()
        }
        var presses = 0
        while true {
            doorbell.wait(signals: signals) { signal in
                switch signal {
                case .interrupt:
                    presses += 1
                    if presses == 1 {
                        // The terminal has echoed `^C`.
                        let text = "stopping; ^C again abandons what is in flight"
                        console.note("\n" + console.errPalette.paint(text, .dim) + "\n")
                    }
                    session.interrupt()
                case .terminate:
                    ending = .terminated
                    session.interrupt()
                case .resize, .resume: break
                }
            }
            if let result = result.take() { return result }
        }
    }

    // MARK: Outcomes

    func show(_ result: ReplResult, of text: String) {
        if !result.diagnostics.isEmpty { console.note(DiagnosticInk.painted(result.diagnostics, console.errPalette)) }
        if !Repl.hidesValue(text) { show(result.outcome) }
        for note in result.notes { console.note(console.errPalette.paint(VisibleText.line(note), .dim) + "\n") }
        switch result.outcome {
        case .cancelled: console.note(console.errPalette.paint("cancelled", .yellow) + "\n")
        case .nothing, .value, .page, .failed: break
        }
        showTime(result)
    }

    private func show(_ outcome: ReplResult.Outcome) {
        switch outcome {
        case .nothing, .failed, .cancelled: break
        case .value(let value): console.print(rendered(value))
        case .page(let items, let hasMore):
            console.print(
                items.isEmpty
                    ? console.outPalette.paint("no items", .dim) + "\n" : rendered(.list(items), rowLimit: items.count))
            guard hasMore else { break }
            let hint = "the first \(items.count) of a stream: .to_list() gives all, .take(n) some, .count() their number"
            console.note(console.errPalette.paint(hint, .dim) + "\n")
        }
    }

    private func rendered(_ value: Snapshot, rowLimit: Int? = nil) -> String {
        let width = console.width
        if case .list(let items) = value, format != .value, TableRenderer.suits(items) {
            var table = TableRenderer(width: width, palette: console.outPalette)
            table.isVertical = format == .vertical
            // A page is as long as the session made it.
            table.rowLimit = rowLimit ?? table.rowLimit
            return table.render(items)
        }
        if case .record = value, format == .vertical {
            return TableRenderer.record(value, width: width, palette: console.outPalette)
        }
        return ValueText(width: width, palette: console.outPalette).block(value)
    }

    private func showTime(_ result: ReplResult) {
        switch timeSetting {
        case .off: return
        case .auto where result.elapsed <= Repl.longRun: return
        case .auto, .on: break
        }
        var text = Repl.timeText(result.elapsed)
        if result.requests > 0 {
            text += ", \(ProgressText.grouped(result.requests)) request\(result.requests == 1 ? "" : "s")"
        }
        console.note(console.errPalette.paint(text, .dim) + "\n")
    }

    /// `840 ms`, `1.2 s`, `3m20s`.
    static func timeText(_ elapsed: Duration) -> String {
        let (whole, fraction) = elapsed.components
        let seconds = Double(whole) + Double(fraction) / 1e18
        if seconds < 0.001 { return "\(Int(seconds * 1_000_000)) µs" }
        if seconds < 1 { return "\(Int(seconds * 1_000)) ms" }
        if seconds < 60 { return "\(Double(Int(seconds * 10)) / 10) s" }
        return ProgressText.span(Int(seconds))
    }

    /// Whether the input ends in `;`, comments aside.
    static func hidesValue(_ text: String) -> Bool {
        let (tokens, _) = Lexer.tokens(of: SourceFile(name: "cbk", text: text))
        return tokens.last { $0.kind != .endOfFile }?.kind == .semicolon
    }
}

/// A result on its way from the task to the waiting thread.
private final class ResultBox: Sendable {
    private let result = Mutex<ReplResult?>(nil)

    func set(_ value: ReplResult) { result.withLock { $0 = value } }

    func take() -> ReplResult? {
        result.withLock { result in
            defer { result = nil }
            return result
        }
    }
}

/// Colours a rendered diagnostic's first lines and carets, and makes what came from data visible.
enum DiagnosticInk {
    static func painted(_ text: String, _ palette: Palette) -> String {
        let safe = VisibleText.lines(maskingTokens(in: text))
        guard palette.isOn else { return safe }
        return safe.split(separator: "\n", omittingEmptySubsequences: false).map { painted($0, palette) }
            .joined(separator: "\n")
    }

    private static func painted(_ line: Substring, _ palette: Palette) -> String {
        for (word, ink) in [("error", Palette.Ink.red), ("warning", .yellow)] where line.hasPrefix(word) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            return palette.paint(String(line[..<colon]), ink) + palette.paint(String(line[colon...]), .bold)
        }
        guard let bar = line.firstIndex(of: "|"), line[..<bar].allSatisfy({ $0 == " " || $0.isNumber }) else {
            return String(line)
        }
        let rest = line[line.index(after: bar)...]
        guard let caret = rest.firstIndex(of: "^"), rest[..<caret].allSatisfy({ $0 == " " }) else {
            return palette.paint(String(line[...bar]), .dim) + rest
        }
        return palette.paint(String(line[...bar]), .dim) + rest[..<caret] + palette.paint(String(rest[caret...]), .red)
    }
}
