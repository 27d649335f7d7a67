// The prompt's loop with an editor that types what the test says and a session with canned answers.

import CBKCompiler
import CBKRuntime
import CBKTerminal
import CBKTooling
import Synchronization
import Testing

private final class TypingEditor: LineEditor {
    private var inputs: [EditorInput]
    private(set) var remembered: [String] = []

    init(_ inputs: [EditorInput]) { self.inputs = inputs }

    func read(prompt: String, hooks: EditorHooks) -> EditorInput { inputs.isEmpty ? .end : inputs.removeFirst() }

    func remember(_ entry: String) { remembered.append(entry) }
}

private final class CannedSession: ReplSession {
    let target = ReplTarget(name: "sandbox", isLive: false, details: "/home/ann/.cbk")
    let catalog = Catalog([
        Signature(
            "users.create", request: [.init("name", .type(.string), "shown name")],
            gives: .record([.init("id", .type(.string))]), effect: .create, "makes a user",
            example: "users.create(name: \"Ann\")"),
        Signature("where", on: [.list], [.init("f", .any, "the test")], gives: .list(.any), "those that pass"),
    ])
    let answers: [String: ReplResult]
    let evaluated = Mutex<[String]>([])

    init(_ answers: [String: ReplResult]) { self.answers = answers }

    func evaluate(_ text: String, name: String) async -> ReplResult {
        evaluated.withLock { $0.append(text) }
        return answers[text] ?? ReplResult(.nothing)
    }

    func interrupt() {}
    func isIncomplete(_ text: String) -> Bool { text.hasSuffix("{") }
    func liveNames() -> LiveNames { LiveNames(globals: [.init("plan", summary: "let · string")]) }
}

private struct NoFiles: ReplFiles {
    var listing: FolderListing { { _ in [] } }

    func text(of path: String) -> Result<String, FileFailure> {
        path == "plans.cbk" ? .success("let loaded = 1") : .failure(FileFailure("cannot read '\(path)'"))
    }
}

@Suite struct ReplTests {
    private struct Session {
        var out: String
        var err: String
        var evaluated: [String]
        var remembered: [String]
        var ending: Repl.Ending
    }

    private func run(_ inputs: [EditorInput], _ answers: [String: ReplResult] = [:]) async throws -> Session {
        let ran = await ReplThread.run { () -> Session? in
            let (out, err) = (Recorder(), Recorder())
            let console = Console(
                out: out, err: err, outIsTerminal: false, errIsTerminal: false, environment: [:], width: { 80 })
            let editor = TypingEditor(inputs)
            let session = CannedSession(answers)
            let repl = Repl(
                title: "cbk 1.0", session: session, editor: editor, console: console, history: History(path: nil),
                signals: nil, files: NoFiles())
            guard let ending = repl?.run() else { return nil }
            return Session(
                out: out.written, err: err.written, evaluated: session.evaluated.withLock { $0 },
                remembered: editor.remembered, ending: ending)
        }
        return try #require(ran ?? nil)
    }

    @Test func valuesGoToStdoutAndTheRestToStderr() async throws {
        let session = try await run([.entry("1 + 1"), .end], ["1 + 1": ReplResult(.value(.int(2)))])
        #expect(session.out == "2\n")
        #expect(session.err.hasPrefix("cbk 1.0 · sandbox · /home/ann/.cbk\n"))
        #expect(session.ending == .left)
    }

    @Test func aSemicolonAtTheEndHidesTheValue() async throws {
        let answers = ["x; # so": ReplResult(.value(.int(2))), "x # a;": ReplResult(.value(.int(3)))]
        #expect(try await run([.entry("x; # so"), .entry("x # a;")], answers).out == "3\n")
    }

    @Test func errorsAreShownAndTheLoopGoesOn() async throws {
        let failed = ReplResult(.failed, diagnostics: "error[E0201]: no name 'x'\u{1B}[0m\n")
        let session = try await run([.entry("x"), .entry("1")], ["x": failed, "1": ReplResult(.value(.int(1)))])
        #expect(session.err.contains("error[E0201]: no name 'x'\\u{1b}[0m\n"))
        #expect(session.out == "1\n")
    }

    @Test func aStreamShowsItsPageAndSaysThereIsMore() async throws {
        let rows: [Snapshot] = [.record([.init("id", .string("a"))])]
        let session = try await run([.entry("s")], ["s": ReplResult(.page(rows, hasMore: true))])
        #expect(session.out == "id\n──\na\n")
        #expect(session.err.contains("the first 1 of a stream: .to_list() gives all"))
    }

    @Test func longRunsTellTheirTime() async throws {
        let answers = [
            "slow": ReplResult(.nothing, elapsed: .milliseconds(1_240), requests: 3),
            "fast": ReplResult(.nothing, elapsed: .milliseconds(20), requests: 1),
        ]
        #expect(try await run([.entry("slow")], answers).err.contains("1.2 s, 3 requests\n"))
        #expect(try await !run([.entry("fast")], answers).err.contains("20 ms"))
        #expect(try await run([.entry(":time on"), .entry("fast")], answers).err.contains("20 ms, 1 request\n"))
        #expect(try await !run([.entry(":time off"), .entry("slow")], answers).err.contains("1.2 s"))
    }

    @Test func helpKnowsFunctionsMethodsTopicsAndNeighbours() async throws {
        let session = try await run([
            .entry(":help users.create"), .entry(":help where"), .entry(":help batch"), .entry(":help users.creat"),
        ])
        #expect(session.err.contains("users.create(field: …) → { id }\n  makes a user\n"))
        #expect(session.err.contains("list.where(f) → list\n"))
        #expect(session.err.contains("batch row in csv.read"))
        #expect(session.err.contains("no help on 'users.creat'; did you mean 'users.create'?"))
        #expect(session.out.isEmpty)
    }

    @Test func codesAreExplained() async throws {
        let session = try await run([.entry(":explain e0207"), .entry(":explain E0207x"), .entry(":explain")])
        #expect(session.err.contains("E0207: no such field\n"))
        #expect(session.err.contains("no code 'E0207x'; did you mean 'E0207'?"))
        #expect(session.err.contains("':explain' takes a code") && session.out.isEmpty)
    }

    @Test func helpAloneListsEverything() async throws {
        let err = try await run([.entry(":help")]).err
        for word in [":load FILE", "Modules", "users", "Topics", "batch"] { #expect(err.contains(word), "\(word)") }
    }

    @Test func unknownCommandsSuggest() async throws {
        #expect(try await run([.entry(":hlep")]).err.contains("no command ':hlep'; did you mean ':help'?"))
        #expect(try await run([.entry(":t")]).err.contains("':t' could be ':type' or ':target' or ':time'"))
    }

    @Test func quitLeavesBeforeTheRest() async throws {
        let session = try await run([.entry(":quit"), .entry("1")])
        #expect(session.evaluated.isEmpty)
        #expect(session.ending == .left)
    }

    @Test func filesAreLoaded() async throws {
        let session = try await run([.entry(":load \"plans.cbk\""), .entry(":load other.cbk"), .entry(":load")])
        #expect(session.evaluated == ["let loaded = 1"])
        #expect(session.err.contains("cannot read 'other.cbk'"))
        #expect(session.err.contains("':load' takes a file"))
    }

    @Test func variablesAndTypes() async throws {
        let session = try await run(
            [.entry(":vars"), .entry(":type 1 + 1")], ["type(1 + 1\n)": ReplResult(.value(.string("int")))])
        #expect(session.err.contains("plan  let · string\n"))
        #expect(session.out == "int\n")
    }

    @Test func inputsAreRememberedUnlessTheyBeginWithASpace() async throws {
        let session = try await run([.entry("1"), .cleared, .entry(" 2"), .entry(""), .entry("1")])
        #expect(session.remembered == ["1"])
        #expect(session.evaluated == ["1", " 2", "1"])
    }

    @Test func terminationEndsTheLoop() async throws {
        #expect(try await run([.terminated, .entry("1")]).ending == .terminated)
    }

    @Test func newLinesAreIndentedByTheirBrackets() {
        #expect(Indentation.ofNewLine(after: "if x {", cursor: 6) == "  ")
        #expect(Indentation.ofNewLine(after: "f({ a: \"(\"", cursor: 10) == "    ")
        #expect(Indentation.ofTab(in: "if x {\n ", cursor: 8) == "  ")
        #expect(Indentation.ofTab(in: "  ", cursor: 2) == nil)
    }

    @Test func upAndDownMoveInsideAnInput() {
        let text = "let é = {\n  a\n}"
        #expect(LineMoves.above(text, cursor: 15) == 11)
        #expect(LineMoves.above(text, cursor: 14) == 3)
        #expect(LineMoves.above(text, cursor: 12) == 1)
        #expect(LineMoves.above(text, cursor: 3) == nil)
        #expect(LineMoves.below(text, cursor: 6) == 14)
        #expect(LineMoves.below(text, cursor: 16) == nil)
    }
}
