import CBKBatch
import Testing

@Suite struct SummaryTests {
    private func result(
        done: Int = 0, failed: Int = 0, unknown: Int = 0, pending: Int = 0, stop: StopReason? = nil, causes: [Cause] = []
    ) -> BatchResult {
        BatchResult(
            number: 1, total: done + failed + unknown + pending, done: done, failed: failed, skipped: 0, unknown: unknown,
            pending: pending, seconds: 2, stop: stop, causes: causes, skips: [], files: ["cbk-runs/x/success.csv"], rowsPath: nil)
    }

    @Test func theText() {
        let summary = RunSummary(
            batches: [
                result(
                    done: 99_993, failed: 7,
                    causes: [
                        Cause(code: "CONFLICT", message: "the alias '…' is taken", count: 6, firstLine: 17),
                        Cause(code: "X", message: "bad \u{1B}[31m", count: 1, firstLine: 3),
                    ])
            ], secretsPath: "cbk-runs/x/secrets.csv", tokens: 1, target: .impliedSandbox,
            counts: GateCounts(requests: 1, creates: 1))
        #expect(
            summary.text == """
                100,000 items: 99,993 done, 7 failed in 2.0 s, 50,000 a second
                  6 × CONFLICT: the alias '…' is taken  (first: line 17)
                  1 × X: bad \\u{1B}[31m  (line 3)
                  cbk-runs/x/success.csv
                  cbk-runs/x/secrets.csv  (1 token, whole: keep it safe)
                sandbox: nothing reached a real account

                """)
        #expect(summary.exitCode == .failed)
    }

    @Test func theBrakeIsNoted() {
        var counts = GateCounts()
        counts.deletes = 9
        #expect(RunSummary(batches: [], counts: counts).text == "")
        counts.deletes = 10
        #expect(
            RunSummary(batches: [], counts: counts).text
                == "on a live account this run would have been asked to confirm: 10 deletes, 0 updates\ntarget: sandbox\n")
    }

    @Test(arguments: [
        (TargetNote.impliedSandbox, 0, 0, ""), (.impliedSandbox, 1, 0, ""), (.sandbox, 1, 1, ""),
        (.impliedSandbox, 1, 1, "sandbox: nothing reached a real account\n"), (.live("live"), 0, 0, ""),
        (.live("live:prod, https://a.example"), 1, 0, "target: live:prod, https://a.example\n"),
    ])
    func theTargetIsNamedWhereAnythingReachedIt(_ target: TargetNote, _ requests: Int, _ creates: Int, _ text: String) {
        let counts = GateCounts(requests: requests, creates: creates)
        #expect(RunSummary(batches: [], target: target, counts: counts).text == text)
        let last = text.isEmpty ? "target: sandbox\n" : text
        guard case .live = target else {
            return #expect(RunSummary(batches: [result(done: 1)], target: target, counts: counts).text.hasSuffix("\n" + last))
        }
    }

    @Test(arguments: [
        (ExitCode.success, ExitCode.failed, ExitCode.failed), (.failed, .inDoubt, .inDoubt), (.stopped, .inDoubt, .inDoubt),
        (.inDoubt, .interrupted, .interrupted), (.interrupted, .fatal, .fatal), (.failed, .usage, .failed),
        (.terminated, .stopped, .terminated), (.stopped, .failed, .stopped), (.success, .success, .success),
    ])
    func theFirstThatHoldsWins(_ a: ExitCode, _ b: ExitCode, _ expected: ExitCode) {
        #expect(a.combined(with: b) == expected)
        #expect(b.combined(with: a) == expected)
    }

    @Test func exitCodesAreFixed() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 130, 143])
    }

    @Test func exitCodesOfBatches() {
        #expect(result(done: 1).exitCode == .success)
        #expect(result(failed: 1, unknown: 1).exitCode == .inDoubt)
        #expect(result(pending: 1, stop: StopReason(.planFull, "full")).exitCode == .stopped)
        #expect(RunSummary(batches: [result(failed: 1), result(unknown: 1), result(done: 1)]).exitCode == .inDoubt)
    }

    @Test func tokensAreMasked() {
        let token = fakeToken("e")
        #expect(maskingTokens(in: "a \(token) b") == "a sk-…eeee b")
        #expect(maskingTokens(in: token + token) == "sk-…eeeesk-…eeee")
        #expect(maskingTokens(in: String(token.dropLast())) == String(token.dropLast()))
        #expect(maskingTokens(in: "sk-" + String(repeating: "z", count: 64)) == "sk-" + String(repeating: "z", count: 64))
    }
}
