// Progress as text, the console's one live line, and colour's switches.

import CBKBatch
import CBKTerminal
import Synchronization
import Testing

final class Recorder: TextOutput {
    private let text = Mutex("")

    func write(_ text: String) { self.text.withLock { $0 += text } }

    var written: String { text.withLock { $0 } }

    func takeAll() -> String {
        text.withLock { text in
            defer { text = "" }
            return text
        }
    }
}

@Suite struct ProgressTests {
    private func counts(done: Int, of total: Int?, rate: Double = 0, elapsed: Double = 0) -> RunProgress {
        var counts = RunProgress(total: total)
        counts.done = done
        counts.rate = rate
        counts.elapsed = elapsed
        return counts
    }

    private func bar(_ counts: RunProgress, width: Int) -> String {
        ProgressText.bar(counts, label: "import", width: width, palette: .plain)
    }

    private func console(_ out: Recorder, _ err: Recorder, terminal: Bool, environment: [String: String] = [:]) -> Console {
        Console(
            out: out, err: err, outIsTerminal: terminal, errIsTerminal: terminal,
            environment: environment.merging(["NO_COLOR": "1"]) { $1 }, width: { 80 })
    }

    @Test func aBarShowsCountsRateAndTimeLeft() {
        var counts = counts(done: 4_500, of: 10_000, rate: 1_100)
        counts.failed = 12
        counts.inFlight = 64
        #expect(
            bar(counts, width: 100)
                == "import  ━━━━━━━━━━━━━─────────────────  45%  4,512/10,000  12 failed  1,100/s  ETA 5s  64 in flight")
    }

    @Test func trafficWithALiveAccountIsShown() {
        var counts = counts(done: 5, of: 10)
        counts.inFlight = 64
        counts.requests = RequestFlow(inFlight: 12, throttled: 0)
        #expect(bar(counts, width: 40) == "import  50%  5/10  12 in flight")
        counts.requests = RequestFlow(inFlight: 3, throttled: 1_200)
        #expect(bar(counts, width: 50) == "import  50%  5/10  3 in flight  throttled 1,200×")
        #expect(ProgressText.line(counts, label: "import") == "import: 5 of 10, throttled 1,200×")
    }

    @Test func aNarrowTerminalLosesTheBarFirst() {
        var counts = counts(done: 4_500, of: 10_000, rate: 1_100)
        counts.failed = 12
        #expect(bar(counts, width: 50) == "import  45%  4,512/10,000  12 failed  1,100/s")
        #expect(bar(counts, width: 12).count <= 12)
    }

    @Test func withoutATotalThereIsNoShare() {
        #expect(bar(counts(done: 7, of: nil), width: 80) == "import  7")
    }

    @Test func aPlainLine() {
        var counts = counts(done: 4_000, of: 10_000, rate: 50.5)
        counts.unknown = 1
        #expect(ProgressText.line(counts, label: "import") == "import: 4,001 of 10,000, 1 in doubt, 50/s, 1m59s left")
    }

    @Test(arguments: [(0, "0s"), (59, "59s"), (60, "1m00s"), (3_725, "1h02m"), (90_000, "1d1h")])
    func spansOfTime(seconds: Int, text: String) { #expect(ProgressText.span(seconds) == text) }

    @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
    func groupedDigits(number: Int, text: String) { #expect(ProgressText.grouped(number) == text) }

    @Test func aTerminalIsDrawnTenTimesASecondAtMost() {
        let (out, err) = (Recorder(), Recorder())
        let bar = ProgressBar(console: console(out, err, terminal: true), label: "import")
        for step in 0..<100 { bar.update(counts(done: step, of: 100, elapsed: Double(step) * 0.01)) }
        #expect(err.written.split(separator: "\r").count == 10)
        bar.finish()
        #expect(err.written.hasSuffix("\r\u{1B}[K"))
    }

    @Test func elsewhereALineEveryTenSeconds() {
        let (out, err) = (Recorder(), Recorder())
        let bar = ProgressBar(console: console(out, err, terminal: false), label: "import")
        for second in 0..<25 { bar.update(counts(done: second * 10, of: 1_000, rate: 10, elapsed: Double(second))) }
        bar.finish()
        #expect(
            err.written == """
                import: 100 of 1,000, 10/s, 1m30s left
                import: 200 of 1,000, 10/s, 1m20s left

                """)
    }

    @Test func outputTakesTheLiveLineOffAndPutsItBack() {
        let (out, err) = (Recorder(), Recorder())
        let console = console(out, err, terminal: true)
        console.setLive("half way")
        #expect(err.takeAll() == "\rhalf way\u{1B}[K")
        console.print("a row\n")
        #expect(out.takeAll() == "a row\n")
        #expect(err.takeAll() == "\r\u{1B}[K\rhalf way\u{1B}[K")
        console.print("no end")
        #expect(err.takeAll() == "\r\u{1B}[K")
        console.note("; now\n")
        #expect(err.takeAll() == "; now\n\rhalf way\u{1B}[K")
        console.setLive(nil)
        #expect(err.takeAll() == "\r\u{1B}[K")
    }

    @Test func aPipeGetsItsDataInBlocksAndInOrder() {
        let (out, err) = (Recorder(), Recorder())
        let console = console(out, err, terminal: false)
        console.print("one\n")
        #expect(out.written.isEmpty)
        console.note("warning\n")
        #expect(out.written == "one\n")
        console.print("two\n")
        console.flush()
        #expect(out.written == "one\ntwo\n")
    }

    @Test func colourHasItsSwitches() {
        #expect(Palette(isTerminal: true, environment: ["TERM": "xterm"]).isOn)
        #expect(Palette(isTerminal: true, environment: ["NO_COLOR": ""]).isOn)
        #expect(!Palette(isTerminal: true, environment: ["NO_COLOR": "1"]).isOn)
        #expect(!Palette(isTerminal: true, environment: ["TERM": "dumb"]).isOn)
        #expect(!Palette(isTerminal: false, environment: [:]).isOn)
    }
}
