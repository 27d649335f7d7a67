// Runs that are killed, interrupted or refused, and what goes on with them: through the binary, against the sandbox and against a
// server that loses requests and answers.

import Foundation
import TestSupport
import Testing

struct ResumeTests {
    private let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    /// Lets a script stand still until its process is killed, the first time only: it goes on where the file is.
    private static let pause = "if !file.exists(\"go\") { file.write(\"here\", \"\"); while true { sleep(10ms) } }"

    /// Starts a script, and kills it where it pauses.
    private func killAtPause(_ words: String...) throws {
        let process = try runner.start(words)
        _ = try #require(eventually { runner.mode("here") }, "\(process.errors)")
        process.signal(SIGKILL)
        #expect(try process.end().status == 128 + SIGKILL)
        try runner.write("", to: "go")
    }

    @Test func aKilledRunGoesOnWithoutDoingAnythingTwice() throws {
        try runner.write(
            """
            let tag = uuid()
            let boss = users.create(name: "boss", description: tag)
            batch n in 0..20 by n parallel 4 {
              let user = users.create(name: "u${n}", meta: { boss: boss.id })
              if n == 9 { \(Self.pause) }
              users.token.create(user.id, name: "t")
              emit { n, boss: boss.id, tag }
            }

            """, to: "team.cbk")
        try killAtPause("team.cbk")
        let refused = try runner.run("team.cbk")
        #expect(refused.status == 2 && refused.stdout == "", "\(refused)")
        #expect(
            refused.stderr.contains(
                "'team.cbk' has an unfinished run, '\(runner.runFolder)': go on with 'cbk team.cbk --resume', or begin again "
                    + "with --new-run"),
            "\(refused)")
        let result = try runner.run("team.cbk", "--resume")
        #expect(result.status == 0 && result.stderr.contains("20 items: 20 done ("), "\(result)")
        let rows = csvRows(result.stdout)
        #expect(rows.map { $0["n"] } == (0..<20).map(String.init))
        #expect(Set(rows.map { $0["boss"] }).count == 1 && Set(rows.map { $0["tag"] }).count == 1)
        #expect(try runner.read(runner.runFolder + "/success.csv") == result.stdout)
        #expect(try runner.value(of: "users.list().count()") == "21")
        #expect(tokens(in: try runner.read(runner.runFolder + "/secrets.csv")).count == 20)
        #expect(
            try runner.value(of: "users.list().where(u => u.name != \"boss\").map(u => users.token.list(u.id).count()).sum()")
                == "20")
        // It is finished: nothing is left to go on with, and it may begin again.
        let again = try runner.run("team.cbk", "--resume")
        #expect(again.status == 2 && again.stderr.contains("has no unfinished run in 'cbk-runs'"), "\(again)")
        let whole = try runner.run("team.cbk", "--run", String(runner.runFolder.dropFirst("cbk-runs/".count)))
        #expect(whole.stdout == result.stdout && whole.status == 0, "\(whole)")
        #expect(try runner.value(of: "users.list().count()") == "21")
    }

    @Test func lossesAndKillsDoNothingTwiceAndLoseNothing() throws {
        let server = try runner.serve(
            [
                "--drop-answers", "0.05", "--drop-requests", "0.03", "--error-200", "0.03", "--error-rate", "0.02", "--latency",
                "3ms",
            ])
        defer { _ = try? server.stop() }
        let runner = runner.reaching(server)
        try runner.write(
            "name,email\n" + (0..<150).map { "U\($0),u\($0)@example.com\n" }.joined(), to: "users.csv")
        let words = [
            "import", "users.csv", "--with-token", "first", "-j", "8", "--url", server.address, "--settle", "1500ms",
            "--no-progress",
        ]
        var flags: [String] = []
        for _ in 0..<3 {
            let process = try runner.start(words + flags)
            usleep(700_000)
            process.signal(SIGKILL)
            _ = try process.end()
            let isBegun = !runner.names(in: "cbk-runs").isEmpty
            flags = isBegun ? ["--resume"] : []
        }
        let result = try runner.run(words + ["--resume"])
        #expect(result.status == 0 && result.stderr.contains("150 items: 150 done"), "\(result)")
        let rows = csvRows(try runner.read(runner.runFolder + "/success.csv"))
        #expect(Set(rows.compactMap { $0["email"] }).count == 150 && rows.count == 150)
        let counts = try runner.run(
            "--url", server.address, "-e",
            "let all = users.list().to_list()\n[len(all), all.distinct_by(u => u.email).count(), "
                + "all.map(u => users.token.list(u.id).count()).sum()]", "--retries", "20")
        #expect(counts.stdout.split(separator: "\n") == ["150", "150", "150"], "\(counts)")
        let secrets = csvRows(try runner.read(runner.runFolder + "/secrets.csv"))
        #expect(Set(secrets.compactMap { $0["user_id"] }).count == 150)
    }

    @Test func anInterruptedRunSaysHowToGoOn() throws {
        try runner.write(
            """
            batch n in 0..50 by n parallel 1 {
              if n == 3 { file.write("here", "") }
              sleep(40ms)
              emit { n }
            }

            """, to: "slow.cbk")
        let process = try runner.start(["slow.cbk", "--runs-dir", "my runs"])
        _ = try #require(eventually { runner.mode("here") })
        process.signal(SIGINT)
        let stopped = try process.end()
        #expect(stopped.status == 130, "\(stopped)")
        #expect(stopped.stderr.hasSuffix("to go on: cbk slow.cbk --runs-dir 'my runs' --resume\n"), "\(stopped)")
        let result = try runner.run("slow.cbk", "--runs-dir", "my runs", "--resume")
        #expect(result.status == 0 && csvRows(result.stdout).count == 50, "\(result)")
        let folder = "my runs/" + (runner.names(in: "my runs").last ?? "")
        #expect(runner.results(in: folder) == ["success.csv"])
    }

    @Test func parametersAreThoseThatTheRunBeganWith() throws {
        try runner.write(
            """
            param plan: string = "free"
            param since: datetime = "2026-01-01"
            users.create(name: plan)
            \(Self.pause)
            print(plan, since)

            """, to: "plan.cbk")
        try killAtPause("plan.cbk", "--plan", "pro", "--since", "2026-02-03")
        let other = try runner.run("plan.cbk", "--resume", "--plan", "team")
        #expect(other.status == 2 && other.stderr.contains("the run began with another --plan; leave it out"), "\(other)")
        let result = try runner.run("plan.cbk", "--resume", "--since", "2026-02-03")
        #expect(result.stdout == "pro 2026-02-03T00:00:00Z\n" && result.status == 0, "\(result)")
        #expect(try runner.value(of: "users.list().map(u => u.name).to_list()") == "pro")
    }

    @Test func aCredentialAsAParameterIsNotKept() throws {
        let token = "sk-" + String(repeating: "d", count: 64)
        try runner.write("param key: string\nusers.create(name: \"one\")\n\(Self.pause)\nprint(len(key))\n", to: "key.cbk")
        try killAtPause("key.cbk", "--key", token)
        for name in runner.names(in: runner.runFolder) {
            #expect(try !runner.read(runner.runFolder + "/" + name).contains(token), "\(name)")
        }
        let without = try runner.run("key.cbk", "--resume")
        #expect(without.status == 2 && without.stderr.contains("--key"), "\(without)")
        #expect(try runner.run("key.cbk", "--resume", "--key", token + "0").status == 2)
        #expect(try runner.run("key.cbk", "--resume", "--key", token).stdout == "67\n")
    }

    @Test func whatTheTopLevelWasGivenIsGivenAgain() throws {
        try runner.write(
            """
            let given = [now(), uuid(), env("PLAN"), confirm("sure?"), users.list().count()]
            users.create(name: "one")
            file.write("first", json.format(given.map(g => "${g}")))
            \(Self.pause)
            print(json.format(given.map(g => "${g}")) == file.read("first"), users.list().count())

            """, to: "given.cbk")
        var runner = runner
        runner.variables["PLAN"] = "pro"
        let process = try runner.start(["given.cbk", "--yes"])
        _ = try #require(eventually { runner.mode("here") }, "\(process.errors)")
        process.signal(SIGKILL)
        _ = try process.end()
        try runner.write("", to: "go")
        runner.variables["PLAN"] = "other"
        let result = try runner.run("given.cbk", "--resume", "--yes")
        #expect(result.stdout == "true 1\n" && result.status == 0, "\(result)")
    }

    @Test func aSourceFromTheAPIIsCopiedOnce() throws {
        #expect(try runner.run("-e", "for n in 0..5 { users.create(name: \"u${n}\") }").status == 0)
        try runner.write(
            """
            batch user in users.list(order: "asc") by user.id parallel 1 {
              if user.name == "u2" { \(Self.pause) }
              users.create(name: "copy of ${user.name}", meta: { made: "${user.createdAt < now()}" })
              emit { name: user.name, type: type(user.createdAt) }
            }

            """, to: "copy.cbk")
        try killAtPause("copy.cbk")
        #expect(try runner.run("-e", "users.create(name: \"late\");").status == 0)
        let result = try runner.run("copy.cbk", "--resume")
        #expect(csvRows(result.stdout).map { $0["name"] } == ["u0", "u1", "u2", "u3", "u4"], "\(result)")
        #expect(csvRows(result.stdout).allSatisfy { $0["type"] == "datetime" })
        #expect(try runner.value(of: "users.list().count()") == "11")
    }

    @Test func changedAndDivergedItemsAreNotRun() throws {
        try runner.write("id,name\na,Ada\nb,Bob\n", to: "rows.csv")
        try runner.write(
            """
            batch row in csv.read("rows.csv") by row.id parallel 1 {
              users.create(name: row.name)
              if row.id == "b" { \(Self.pause) }
              emit { id: row.id }
            }

            """, to: "rows.cbk")
        try killAtPause("rows.cbk")
        try runner.write("id,name\na,Eva\nb,Bill\n", to: "rows.csv")
        let result = try runner.run("rows.cbk", "--resume")
        #expect(result.status == 1 && result.stdout == "id\n", "\(result)")
        let failed = csvRows(try runner.read(runner.runFolder + "/failed.csv"))
        #expect(failed.map { $0["error_code"] } == ["CHANGED", "DIVERGED"])
        #expect(try runner.value(of: "users.list().map(u => u.name).sort()") == "Ada\nBob")
        let redone = try runner.run("rows.cbk", "--redo", "a", "--redo", "b")
        #expect(redone.status == 0 && redone.stdout == "id\na\nb\n", "\(redone)")
        #expect(try runner.value(of: "users.list().map(u => u.name).sort()") == "Ada\nBill\nBob\nEva")
    }

    @Test func anExtendedFileGoesOnWithItsNewRows() throws {
        try runner.write("name,email\nAda,ada@example.com\n", to: "some.csv")
        #expect(try runner.run("import", "some.csv").status == 0)
        let run = String(runner.runFolder.dropFirst("cbk-runs/".count))
        try runner.write("name,email\nBob,bob@example.com\nAda,ada@example.com\n", to: "some.csv")
        let result = try runner.run("import", "some.csv", "--resume", "--run", run)
        #expect(result.status == 0 && result.stderr.contains("2 items: 2 done (1 before)"), "\(result)")
        #expect(try runner.value(of: "users.list().map(u => u.name).sort()") == "Ada\nBob")
    }

    /// What decides what becomes of a row is part of the run.
    @Test func anImportGoesOnWithItsFlags() throws {
        try runner.write("name,email\n" + (0..<400).map { "U\($0),u\($0)@example.com\n" }.joined(), to: "some.csv")
        let process = try runner.start(["import", "some.csv", "--set", "meta.from=\"a sheet\"", "-j", "2", "--with-token", "t"])
        try #require(eventually { runner.storeSize > 200_000 ? true : nil } == true, "\(process.errors)")
        process.signal(SIGINT)
        let stopped = try process.end()
        #expect(
            stopped.stderr.hasSuffix("to go on: cbk import some.csv --set 'meta.from=\"a sheet\"' --with-token t --resume\n"),
            "\(stopped)")
        let other = try runner.run("import", "some.csv", "--set", "meta.from=\"a sheet\"", "--resume")
        #expect(other.status == 2 && other.stderr.contains("the run began with another --with-token, or without it"), "\(other)")
        let result = try runner.run(
            "import", "some.csv", "--set", "meta.from=\"a sheet\"", "--with-token", "t", "--resume", "-j", "16")
        #expect(result.status == 0 && result.stderr.contains("400 items: 400 done ("), "\(result)")
        #expect(try runner.value(of: "users.list(meta: { from: \"a sheet\" }).count()") == "400")
    }

    @Test func aScriptThatFailedGoesOnOnceItIsMended() throws {
        try runner.write("let u = users.create(name: \"one\")\nprint(u.nmae)\n", to: "typo.cbk")
        #expect(try runner.run("typo.cbk").status == 2)
        try runner.write("let u = users.create(name: \"one\")\nthrow \"not ready\"\n", to: "typo.cbk")
        let failed = try runner.run("typo.cbk")
        #expect(failed.status == 1 && failed.stderr.contains("to go on: cbk typo.cbk --resume"), "\(failed)")
        try runner.write("let u = users.create(name: \"one\")\nprint(users.fetch(u.id).name)\n", to: "typo.cbk")
        let result = try runner.run("typo.cbk", "--resume")
        #expect(result.stdout == "one\n" && result.status == 0, "\(result)")
        #expect(try runner.value(of: "users.list().count()") == "1")
    }

    @Test func aRunKeepsItsMark() throws {
        try runner.write("users.create(name: \"one\")\n\(Self.pause)\n", to: "mark.cbk")
        try killAtPause("mark.cbk", "--mark", "meta")
        let other = try runner.run("mark.cbk", "--resume", "--mark", "none")
        #expect(other.status == 2 && other.stderr.contains("the run began with another --mark"), "\(other)")
        #expect(try runner.run("mark.cbk", "--resume").status == 0)
        #expect(try runner.value(of: "len(users.list().first().meta.cbk_op)") == "32")
    }

    @Test func failedItemsAreRunAgainWhereThatIsAskedFor() throws {
        try runner.write(
            "batch n in [1, 2] by n {\n  if n == 2 && !file.exists(\"go\") { throw \"not yet\" }\n  users.create(name: \"u${n}\")\n  emit { n }\n}\n",
            to: "later.cbk")
        #expect(try runner.run("later.cbk").status == 1)
        try runner.write("", to: "go")
        let result = try runner.run("later.cbk", "--resume-failed")
        #expect(result.stdout == "n\n1\n2\n" && result.status == 0, "\(result)")
        #expect(try runner.value(of: "users.list().count()") == "2")
    }

    // MARK: Which run

    @Test func aLiveRunThatMadeUsersIsNotRepeatedUnasked() throws {
        let server = try runner.serve()
        defer { _ = try? server.stop() }
        let runner = runner.reaching(server)
        try runner.write("users.create(name: \"Ada\")\n", to: "ada.cbk")
        #expect(try runner.run("ada.cbk", "--url", server.address).status == 0)
        let again = try runner.run("ada.cbk", "--url", server.address)
        #expect(again.status == 2 && again.stderr.contains("'ada.cbk' has made users before, in 'cbk-runs/"), "\(again)")
        #expect(try runner.run("ada.cbk", "--url", server.address, "--new-run").status == 0)
        #expect(try runner.run("ada.cbk", "--sandbox").status == 0)
    }

    @Test func aRunGoesOnWithItsOwnScriptAndTargetOnly() throws {
        let server = try runner.serve()
        defer { _ = try? server.stop() }
        let runner = runner.reaching(server)
        try runner.write("users.create(name: \"Ada\")\n\(Self.pause)\n", to: "ada.cbk")
        let process = try runner.start(["ada.cbk", "--sandbox"])
        _ = try #require(eventually { runner.mode("here") }, "\(process.errors)")
        let run = String(runner.runFolder.dropFirst("cbk-runs/".count))
        let held = try runner.run("ada.cbk", "--sandbox", "--resume")
        #expect(held.status == 2 && held.stderr.contains("another process is at work on the run"), "\(held)")
        process.signal(SIGKILL)
        _ = try process.end()
        let live = try runner.run("ada.cbk", "--url", server.address, "--run", run)
        #expect(live.status == 2 && live.stderr.contains("reached another target, 'sandbox "), "\(live)")
        try runner.write("users.create(name: \"Eva\")\n", to: "eva.cbk")
        let other = try runner.run("eva.cbk", "--sandbox", "--run", run)
        #expect(other.status == 2 && other.stderr.contains("is of another script: '"), "\(other)")
        let none = try runner.run("eva.cbk", "--sandbox", "--run", "nowhere")
        #expect(none.status == 2, "\(none)")
        #expect(try runner.run("ada.cbk", "--sandbox", "--new-run", "--resume").status == 2)
    }

    @Test func aBudgetThatIsUsedUpLeavesTheJournalWhole() throws {
        try runner.write("for n in 0..10 { users.create(name: \"u${n}\") }\n", to: "ten.cbk")
        let stopped = try runner.run("ten.cbk", "--max-writes", "4")
        #expect(stopped.status != 0 && stopped.stderr.contains("to go on: cbk ten.cbk --resume"), "\(stopped)")
        let result = try runner.run("ten.cbk", "--resume")
        #expect(result.status == 0, "\(result)")
        #expect(try runner.value(of: "users.list().count()") == "10")
    }

    @Test func whatTheBrakeStoppedGoesOn() throws {
        let server = try runner.serve()
        defer { _ = try? server.stop() }
        let runner = runner.reaching(server)
        try runner.write(
            "let id = users.create(name: \"n\").id\nfor n in 0..12 { users.update(id, name: \"n${n}\") }\n", to: "many.cbk")
        let words = ["many.cbk", "--url", server.address]
        let stopped = try runner.run(words + ["--max-updates", "4"])
        #expect(stopped.status == 3 && stopped.stderr.contains("this would be update 5 of the run"), "\(stopped)")
        let result = try runner.run(words + ["--resume", "--max-updates", "8"])
        #expect(result.status == 0, "\(result)")
        #expect(try runner.run("--url", server.address, "-e", "users.list().map(u => u.name).to_list()").stdout == "n11\n")
    }
}
