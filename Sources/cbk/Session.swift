// The REPL's interpreter: one scope that grows with every input, and `_`.

import CBKBatch
import CBKCompiler
import CBKLibrary
import CBKRuntime
import CBKSyntax
import CBKTerminal
import CBKTooling
import Synchronization

/// A class: the prompt's thread and the interpreter's tasks share it; a lock guards the scope.
final class Session: ReplSession {
    private static let pageSize = 40
    private static let lastValueSlot = 0
    /// What diagnostics call an input at the prompt; any other name is a file's.
    private static let inputName = "cbk"
    private let engine: Engine
    private let home: Home
    private let state: Mutex<State>

    private struct State {
        var scope = SessionScope()
        var live = LiveNames()
    }

    init(engine: Engine, home: Home) {
        self.engine = engine
        self.home = home
        var state = State()
        state.scope.globals["_"] = SessionScope.Global(name: "_", kind: .constant, slot: Session.lastValueSlot)
        state.scope.slotCount = 1
        self.state = Mutex(state)
    }

    var target: ReplTarget {
        let target = engine.target
        return ReplTarget(name: target.name, isLive: target.account != nil, details: details)
    }
    var catalog: Catalog { Library.catalog }

    private var details: String {
        guard let account = engine.target.account else { return home.store }
        return account.details + (engine.pace.map { "; \($0)" } ?? "")
    }

    func interrupt() {
        // The prompt says what it means.
        engine.stop(.interrupted)
    }

    func isIncomplete(_ text: String) -> Bool {
        let parsed = parse(SourceFile(name: "cbk", text: text), interactive: true)
        // A string ends on its line: no further line can mend one that does not.
        return parsed.isIncomplete && !parsed.diagnostics.contains { $0.code == SyntaxCode.unterminatedString.rawValue }
    }

    func liveNames() -> LiveNames { state.withLock { $0.live } }

    func evaluate(_ text: String, name: String) async -> ReplResult {
        let word = text.filter { !$0.isWhitespace }
        if let command = ["exit": ":quit", "quit": ":quit", "help": ":help", "?": ":help"][word],
            state.withLock({ $0.scope.globals[word] }) == nil
        {
            return ReplResult(.failed, diagnostics: "the prompt's own commands begin with a colon: \(command)\n")
        }
        return await run(text, name, keepsValue: true)
    }

    func typeName(of expression: String) async -> ReplResult {
        await run("type(\(expression)\n)", "cbk", keepsValue: false)
    }

    private func run(_ text: String, _ name: String, keepsValue: Bool) async -> ReplResult {
        let clock = ContinuousClock()
        let start = clock.now
        let scope = state.withLock { $0.scope }
        // Trees are walked on a stack that a thread of the concurrency pool may not have.
        let compilation = await ReplThread.run {
            Compilation(
                SourceFile(name: name, text: text), catalog: Library.catalog, scope: scope, kind: .interactive, isRepl: true,
                loader: name == Session.inputName ? SourceFolder(folder: ".") : SourceFolder(script: name))
        }
        guard let compilation else { return ReplResult(.failed, diagnostics: "error: the system has no thread left\n") }
        let report = compilation.rendered(color: false)
        guard compilation.errorCount == 0 else { return ReplResult(.failed, diagnostics: report) }
        engine.reset()
        let before = engine.counts.requests
        let tokens = engine.summary.tokens
        let batches = engine.summary.batches.count
        let after = compilation.program.scope
        state.withLock { $0.scope = after }
        let result = await engine.interpreter.run(compilation, lastValueSlot: keepsValue ? Session.lastValueSlot : nil)
        engine.services.batches.closeAll(.interrupted)
        var outcome = ReplResult(.nothing, diagnostics: report)
        if let error = result.error {
            outcome.outcome = error.kind == .cancelled ? .cancelled : .failed
            if error.kind != .cancelled { outcome.diagnostics += Engine.rendered(error, result.trace, color: false) }
        } else if result.isStream {
            outcome = await page(outcome)
        } else if result.value != .null {
            outcome.outcome = .value(result.value)
        }
        outcome.elapsed = clock.now - start
        outcome.requests = engine.counts.requests - before
        let summary = engine.summary
        let minted = summary.tokens - tokens
        if minted > 0, let path = summary.secretsPath {
            outcome.notes.append("the new \(minted == 1 ? "token is" : "\(minted) tokens are") in \(path)")
        }
        if summary.batches.count > batches {
            var part = summary
            part.batches = Array(summary.batches.dropFirst(batches))
            part.secretsPath = nil
            outcome.notes += part.text.split(separator: "\n").map(String.init)
        }
        await refreshNames(result.value)
        return outcome
    }

    /// The first page of the stream in `_`.
    private func page(_ outcome: ReplResult) async -> ReplResult {
        var outcome = outcome
        let scope = state.withLock { $0.scope }
        let source = SourceFile(name: "cbk", text: "_.take(\(Session.pageSize + 1)).to_list()")
        let compilation = Compilation(source, catalog: catalog, scope: scope, kind: .interactive, isRepl: true)
        guard let chunk = compilation.chunk else { return outcome }
        let result = await engine.interpreter.run(chunk, source: source, globalCount: scope.slotCount, isInternal: true)
        if let error = result.error {
            outcome.outcome = error.kind == .cancelled ? .cancelled : .failed
            outcome.diagnostics += Engine.rendered(error, result.trace, color: false)
        } else if case .list(let items) = result.value {
            outcome.outcome = .page(Array(items.prefix(Session.pageSize)), hasMore: items.count > Session.pageSize)
        }
        return outcome
    }

    /// What completion offers: the globals with the fields of their values, and ids and emails of the last result.
    private func refreshNames(_ last: Snapshot) async {
        let scope = state.withLock { $0.scope }
        var globals: [LiveNames.Global] = []
        for global in scope.globals.values.sorted(by: { $0.name < $1.name }) {
            if let module = global.module { globals.append(LiveNames.Global(global.name, module)) }
            guard let value = await engine.interpreter.global(global.slot) else { continue }
            var live = LiveNames.Global(global.name, kind: Session.word(global.kind), value: value)
            live.parameters = global.parameters?.map(\.name) ?? []
            globals.append(live)
        }
        let names = globals
        state.withLock { state in
            state.live.globals = names
            state.live.note(last)
        }
    }

    private static func word(_ kind: Variable.Kind) -> String {
        switch kind {
        case .constant, .scriptParameter: "let"
        case .mutable: "var"
        case .function: "fn"
        case .parameter, .binding, .module: ""
        }
    }
}
