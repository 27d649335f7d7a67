import CBKBatch
import Testing

@Suite struct BatchOutputTests {
    private let fixture: BatchFixture

    init() throws { fixture = try BatchFixture() }

    private var runs: RunFolder { fixture.runs }

    private func run(_ configuration: BatchConfiguration = BatchConfiguration(), output: (any RowSink)? = nil) throws -> BatchRun
    {
        try fixture.run(configuration, output: output)
    }

    private func start(_ run: BatchRun, _ key: BatchKey, line: Int? = nil, row: OriginalRow = .none) throws -> Int {
        try fixture.start(run, key, line: line, row: row)
    }

    private func file(_ name: String) throws -> String { try fixture.file(name) }

    @Test func columnsAreDeclaredOrTheFirstRows() throws {
        let warnings = Recorder()
        let run = try BatchRun(BatchConfiguration(columns: ["b", "a"]), folder: runs, warn: { warnings.add($0) })
        let item = try start(run, .int(1))
        run.emit(["a": 1, "x": 2], item: item)
        run.emit(["b": nil, "x": 3, "y": 4, "a": ["deep": [true, 1.5]]], item: item)
        run.finish(item, .done)
        _ = run.complete()
        #expect(try file("success.csv") == "b,a\n,1\n,\"{\"\"deep\"\":[true,1.5]}\"\n")
        #expect(warnings.all.map { $0.prefix(13) } == ["the field 'x'", "the field 'y'"])
    }

    @Test(arguments: [
        (RowFormat.csv, "a,b\n1,x\n2,\"y,z\"\n"), (.jsonl, "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y,z\"}\n"),
        (.json, "[\n{\"a\":1,\"b\":\"x\"},\n{\"a\":2,\"b\":\"y,z\"}\n]\n"), (.table, "a  b\n─  ───\n1  x\n2  y,z\n"),
    ])
    func outputFormats(_ format: RowFormat, _ expected: String) throws {
        let recorder = Recorder()
        let run = try run(output: format.sink(to: RecordingSink(recorder: recorder)))
        for (number, text) in [(1, "x"), (2, "y,z")] {
            let item = try start(run, .int(Int64(number)))
            run.emit(["a": .int(Int64(number)), "b": .string(text)], item: item)
            run.finish(item, .done)
        }
        _ = run.complete()
        #expect(recorder.all.joined() == expected + "<end>")
    }

    @Test func noRowsAtAll() throws {
        let recorder = Recorder()
        _ = try run(output: RowFormat.json.sink(to: RecordingSink(recorder: recorder))).complete()
        #expect(recorder.all.joined() == "[]\n<end>")
    }

    @Test func aClosedPipeDoesNotStopTheRun() throws {
        let warnings = Recorder()
        let run = try BatchRun(
            BatchConfiguration(), folder: runs, output: RowFormat.csv.sink(to: BrokenSink(), bufferSize: 1),
            warn: { warnings.add($0) })
        for key in 0..<3 {
            let item = try start(run, .int(Int64(key)))
            run.emit(["n": .int(Int64(key))], item: item)
            run.finish(item, .done)
        }
        #expect(run.complete().exitCode == .success)
        #expect(warnings.all == ["rows are no longer printed: the pipe is closed"])
        #expect(try file("success.csv") == "n\n0\n1\n2\n")
    }

    @Test func aFolderThatCannotBeMadeIsFatal() throws {
        let blocked = try fixture.folder.write("blocked", [])
        let run = try BatchRun(BatchConfiguration(), folder: RunFolder(parent: blocked + "/runs", name: "x"))
        let item = try start(run, .int(1))
        run.emit(["n": 1], item: item)
        run.finish(item, .done)
        #expect(run.stopReason?.kind == .fatal)
        #expect(run.complete().exitCode == .fatal)
    }

    @Test func rowsCanBeKept() throws {
        let run = try run(BatchConfiguration(number: 2, spoolsRows: true))
        let item = try start(run, .int(1))
        run.emit(["n": 1], item: item)
        run.finish(item, .done)
        let result = run.complete()
        #expect(result.rowsPath == (try runs.path()) + "/rows-2.jsonl")
        #expect(try file("rows-2.jsonl") == "{\"n\":1}\n")
        #expect(try file("success-2.csv") == "n\n1\n")
    }

    @Test func tokensAreMaskedInEveryFile() throws {
        let run = try run(BatchConfiguration(spoolsRows: true))
        let token = fakeToken("b")
        let good = try start(run, .int(1))
        run.emit(["t": .string("it is \(token)!"), "deep": [.string(token)]], item: good)
        run.finish(good, .done)
        let bad = try start(run, .text(token), row: .record(["t": .string(token)]))
        run.finish(bad, .failed(BatchError(.script, code: "X", "saw \(token)")))
        _ = run.complete()
        for name in ["success.csv", "failed.csv", "rows.jsonl"] {
            let text = try file(name)
            #expect(!text.contains(token))
            #expect(text.contains("sk-…bbbb"))
        }
    }

    @Test func progressIsShownNowAndThen() throws {
        struct Sink: ProgressSink {
            let recorder: Recorder
            func update(_ progress: RunProgress) { recorder.add("\(progress.done)/\(progress.total ?? -1)") }
            func finish() { recorder.add("end") }
        }
        let (recorder, clock) = (Recorder(), FixedClock())
        let run = try BatchRun(BatchConfiguration(total: 40), folder: runs, progress: Sink(recorder: recorder), clock: clock)
        for key in 0..<40 {
            clock.now.set(Double(key) * 0.01)
            run.finish(try start(run, .int(Int64(key))), .done)
        }
        clock.now.set(4)
        let progress = run.progress
        #expect(progress.rate == 10)
        #expect(progress.secondsLeft == 0)
        #expect(run.complete().seconds == 4)
        let shown = recorder.all
        #expect(shown.count < 10)
        #expect(shown.suffix(2) == ["40/40", "end"])
    }
}
