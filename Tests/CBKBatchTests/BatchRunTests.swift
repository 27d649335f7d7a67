import CBKBatch
import PartnerSandbox
import Testing

@Suite struct BatchRunTests {
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

    @Test func rowsComeInTheOrderOfTheInput() throws {
        let run = try run()
        let numbers = try (0..<5).map { try start(run, .int(Int64($0))) }
        for number in numbers.reversed() {
            run.emit(["n": .int(Int64(number)), "twice": .int(Int64(2 * number))], item: number)
            run.finish(number, .done)
        }
        let result = run.complete()
        #expect(result.done == 5)
        #expect(result.total == 5)
        #expect(result.exitCode == .success)
        #expect(try file("success.csv") == "n,twice\n1,2\n2,4\n3,6\n4,8\n5,10\n")
        #expect(result.files == [try runs.path() + "/success.csv"])
    }

    @Test func rowsOfItemsThatFailAreLost() throws {
        let run = try run()
        let (a, b, c) = (try start(run, .text("a")), try start(run, .text("b")), try start(run, .text("c")))
        for item in [a, b, c] { run.emit(["n": .int(Int64(item))], item: item) }
        run.finish(b, .failed(BatchError(.api, code: "CONFLICT", "taken")))
        run.finish(a, .done)
        run.finish(c, .skipped("no email"))
        let result = run.complete()
        #expect((result.done, result.failed, result.skipped) == (1, 1, 1))
        #expect(result.exitCode == .failed)
        #expect(try file("success.csv") == "n\n1\n")
        #expect(result.skips == [Cause(code: "skipped", message: "no email", count: 1, firstLine: nil)])
    }

    @Test func failedRowsKeepTheirColumns() throws {
        let reader = try CSVReader(bytes: Array("Name,error,e-mail\nAda,old,'=x\n\"a,b\",,b@x\n".utf8))
        let chunk = try #require(try reader.nextChunk())
        let run = try run()
        for row in chunk {
            let number = try start(
                run, .text(row.string(at: 2)), line: row.line, row: .csv(row, header: reader.header))
            run.finish(number, .failed(BatchError(.api, code: "CONFLICT", "the alias '\(row.number)' is taken", status: 409)))
        }
        let result = run.complete()
        let name = try #require(runs.runName)
        #expect(
            try file("failed.csv") == """
                Name,e-mail,error_code,error,line,cbk_run,cbk_key
                Ada,''=x,CONFLICT,the alias '1' is taken,2,\(name),''=x
                "a,b",b@x,CONFLICT,the alias '2' is taken,3,\(name),b@x

                """)
        #expect(result.causes == [Cause(code: "CONFLICT", message: "the alias '…' is taken", count: 2, firstLine: 2)])
    }

    @Test func recordsAndValuesHaveColumnsToo() throws {
        let run = try run()
        let item = try start(run, .none, row: .record(["id": "u1", "meta": ["a": 1], "n": nil]))
        run.finish(item, .failed(BatchError(.script, code: "user", "no")))
        _ = run.complete()
        #expect(
            try file("failed.csv").hasPrefix("id,meta,n,error_code,error,line,cbk_run,cbk_key\nu1,\"{\"\"a\"\":1}\",,user,no,,"))
    }

    @Test func duplicateKeysFailAndNameTheFirst() throws {
        let run = try run()
        let first = try start(run, .text(" Ada@X.org"), line: 2)
        #expect(run.key(ofItem: first) == "ada@x.org")
        #expect(run.admit(key: .text("ada@x.org "), line: 7, row: .none) == .ended)
        #expect(run.admit(key: .int(1), row: .none) == .start(3))
        #expect(run.admit(key: .int(1), row: .none) == .ended)
        #expect(run.admit(key: .text("1"), row: .none) == .start(5))
        #expect(run.admit(key: .null, row: .none) == .ended)
        for item in [1, 3, 5] { run.finish(item, .done) }
        let result = run.complete()
        #expect((result.done, result.failed) == (3, 3))
        let failed = try file("failed.csv")
        #expect(failed.contains("DUPLICATE_KEY,\"the key 'ada@x.org' is that of line 2, too\",7,"))
        #expect(failed.contains("DUPLICATE_KEY,\"the key '1' is that of item 3, too\""))
        #expect(failed.contains("NULL_KEY"))
    }

    @Test func keysAreComposed() throws {
        let run = try run()
        _ = try start(run, .text("JOSE\u{301}@x.org"))
        #expect(run.admit(key: .text("jos\u{E9}@x.org"), row: .none) == .ended)
        #expect(run.admit(key: .text("a@b@c "), row: .none) == .start(3))
        #expect(run.admit(key: .text("a@b@c"), row: .none) == .start(4))
    }

    @Test func itemsWithoutKeyAreKnownByContentAndOccurrence() throws {
        let run = try run(BatchConfiguration(parallel: 16))
        let row = OriginalRow.record(["a": "x"])
        let keys = try [BatchKey.none, .none, .text("  ")].map { run.key(ofItem: try start(run, $0, row: row)) ?? "" }
        let other = run.key(ofItem: try start(run, .none, row: .record(["a": "y"])))
        #expect(keys[0].utf8.count == 16)
        #expect(keys[1] == keys[0] + "#2")
        #expect(keys[2] == keys[0] + "#3")
        #expect(other != keys[0])
    }

    @Test func rowsFoundBadBeforeNeverStart() throws {
        let refusal = RowProblem(line: 3, code: "INVALID_EMAIL", message: "no @")
        let run = try run(BatchConfiguration(refusals: [3: refusal]))
        #expect(run.admit(key: .text("a"), line: 2, row: .none) == .start(1))
        #expect(run.admit(key: .text("b"), line: 3, row: .none) == .ended)
        #expect(run.admit(key: .text("b"), line: 4, row: .none) == .start(3))
        #expect(
            run.admit(key: .text("c"), line: 5, row: .none, error: BatchError(.data, code: "CSV_RAGGED", "short")) == .ended)
        run.finish(1, .done)
        run.finish(3, .done)
        let result = run.complete()
        #expect((result.done, result.failed) == (2, 2))
        #expect(Set(result.causes.map(\.code)) == ["INVALID_EMAIL", "CSV_RAGGED"])
    }

    @Test func noMoreThanParallelStart() throws {
        let run = try run(BatchConfiguration(parallel: 2))
        #expect(run.canStart)
        let first = try start(run, .int(1))
        _ = try start(run, .int(2))
        #expect(!run.canStart)
        run.finish(first, .done)
        #expect(run.canStart)
        #expect(run.inFlight == 1)
    }

    @Test func theWindowIsBounded() throws {
        let run = try run(BatchConfiguration(parallel: 2))
        let slow = try start(run, .int(0))
        var started = 1
        while run.canStart {
            run.finish(try start(run, .int(Int64(started))), .done)
            started += 1
        }
        #expect(started == 256)
        run.finish(slow, .done)
        #expect(run.canStart)
    }

    @Test func theErrorCapStops() throws {
        let run = try run(BatchConfiguration(errorCap: .count(2)))
        for key in 0..<3 {
            #expect(run.canStart)
            run.finish(try start(run, .int(Int64(key))), .failed(BatchError(.script, code: "X", "no")))
        }
        #expect(!run.canStart)
        run.leave(key: .text("rest@x"), line: 9, row: .record(["email": "rest@x"]))
        let result = run.complete()
        #expect(result.stop == StopReason(.errorCap, "more errors than --max-errors 2 allows"))
        #expect(result.pending == 1)
        #expect(result.exitCode == .stopped)
        #expect(try file("unprocessed.csv") == "email,line,cbk_run,cbk_key\nrest@x,9,\(runs.runName ?? ""),rest@x\n")
    }

    @Test func aPercentageCountsFromAHundredItems() throws {
        let run = try run(BatchConfiguration(errorCap: .percent(5)))
        for key in 0..<99 {
            let error = BatchError(.script, code: "X", "no")
            run.finish(try start(run, .int(Int64(key))), key < 5 ? .failed(error) : .done)
        }
        #expect(run.stopReason == nil)
        run.finish(try start(run, .int(99)), .done)
        #expect(run.stopReason == nil)
        run.finish(try start(run, .int(100)), .failed(BatchError(.script, code: "X", "no")))
        #expect(run.stopReason?.kind == .errorCap)
    }

    @Test(arguments: [
        ("20", ErrorCap.count(20)), ("0", .count(0)), ("5%", .percent(5)), ("2.5%", .percent(2.5)), ("-1", nil), ("x", nil),
        ("101%", nil), ("", nil),
    ])
    func errorCapsAsText(_ text: String, _ cap: ErrorCap?) {
        #expect(ErrorCap(text) == cap)
    }

    @Test func consequences() throws {
        let run = try run()
        let items = try (0..<3).map { try start(run, .int(Int64($0))) }
        run.finish(items[0], error: BatchError(.outcomeUnknown, code: "TIMEOUT", "no answer", consequence: .doubt))
        #expect(run.canStart)
        run.finish(items[1], error: BatchError(.api, code: "LIMITS_REACHED", "full", status: 429, consequence: .stop(.planFull)))
        #expect(!run.canStart)
        #expect(run.stopReason == StopReason(.planFull, "full"))
        run.finish(items[2], error: BatchError(.api, code: "NOT_AUTHENTICATED", "who", status: 401, consequence: .stop(.fatal)))
        let result = run.complete()
        #expect((result.unknown, result.pending, result.failed) == (1, 2, 0))
        #expect(result.exitCode == .fatal)
        #expect(try file("unknown.csv").contains("TIMEOUT,no answer"))
    }

    @Test func breakEndsWithoutBlame() throws {
        let run = try run()
        let item = try start(run, .int(1))
        run.stop(StopReason(.ended, "break"))
        #expect(!run.canStart)
        run.finish(item, .done)
        #expect(run.complete().exitCode == .success)
    }

    @Test func anInterruptLeavesItemsPending() throws {
        let run = try run()
        let first = try start(run, .int(1))
        _ = try start(run, .int(2), row: .value(2))
        run.stop(StopReason(.interrupted, "interrupted"))
        run.finish(first, .done)
        let result = run.complete()
        #expect((result.done, result.pending) == (1, 1))
        #expect(result.exitCode == .interrupted)
        #expect(try file("unprocessed.csv").hasPrefix("item,line,"))
    }

    @Test func anItemEndsOnce() throws {
        let run = try run()
        let item = try start(run, .int(1))
        _ = try start(run, .int(2))
        run.finish(item, .done)
        run.finish(item, .failed(BatchError(.script, code: "X", "late")))
        #expect(run.complete().failed == 0)
    }

    @Test func manyItemsInAnyOrder() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        let run = try run(BatchConfiguration(parallel: 16))
        var flying: [Int] = []
        var next: Int64 = 0
        while next < 2000 || !flying.isEmpty {
            if next < 2000, run.canStart, Bool.random(using: &random) {
                flying.append(try start(run, .int(next)))
                next += 1
            } else if let index = flying.indices.randomElement(using: &random) {
                let item = flying.remove(at: index)
                run.emit(["n": .int(Int64(item))], item: item)
                run.finish(item, .done)
            }
        }
        #expect(run.complete().done == 2000, "seed \(seed)")
        let expected = "n\n" + (1...2000).map { "\($0)\n" }.joined()
        #expect(try file("success.csv") == expected, "seed \(seed)")
    }
}
