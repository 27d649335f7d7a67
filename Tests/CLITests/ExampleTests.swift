// Every script of examples/ and of Benchmarks/: the first run and do what they say, the second have no mistakes.

import Foundation
import TestSupport
import Testing

struct ExampleTests {
    @Test func onboarding() throws {
        let runner = try BinaryRunner()
        let file = Project.example("users.csv")
        let result = try runner.run([Project.path("examples/onboard.cbk"), "--file", file, "--plan", "pro"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.lines.count == 241)
        #expect(result.lines.first == "email,id,token")
        #expect(tokens(in: result.stdout).isEmpty)
        #expect(Set(tokens(in: try runner.read(runner.runFolder + "/secrets.csv"))).count == 240)
        #expect(try runner.value(of: "users.list().all(u => u.limits.database.records == 10_000)") == "true")
    }

    @Test func limitsByPlan() throws {
        let runner = try BinaryRunner()
        _ = try runner.run(["import", Project.example("users.csv"), "--sandbox"])
        let script = Project.path("examples/limits-by-plan.cbk")
        let first = try runner.run(["--sandbox", script, "--plan", "free", "--messages", "1234"])
        #expect(first.status == 0, "\(first.stderr)")
        let count = try runner.value(of: #"users.list(meta: { plan: "free" }).count()"#)
        #expect("\(first.lines.count - 1)" == count)
        #expect(try runner.value(of: #"users.list(meta: { plan: "free" }).all(u => u.limits.messages == 1234)"#) == "true")
        let second = try runner.run(["--sandbox", script, "--plan", "free", "--messages", "1234"])
        #expect(second.lines.count == 1)
    }

    @Test func cleanUp() throws {
        let runner = try BinaryRunner()
        _ = try runner.run(["import", Project.example("users.csv"), "--sandbox"])
        _ = try runner.run(["-e", "users.create(name: \"None\"); users.create(name: \"Kept\", meta: { plan: \"team\" })"])
        let script = Project.path("examples/cleanup-no-email.cbk")
        let shown = try runner.run(["--sandbox", script])
        #expect(shown.lines.count == 2)
        #expect(try runner.value(of: "users.list().count()") == "242")
        let deleted = try runner.run(["--sandbox", script, "--delete"])
        #expect(deleted.status == 0, "\(deleted.stderr)")
        #expect(try runner.value(of: "users.list().count()") == "241")
    }

    @Test func exportByPlan() throws {
        let runner = try BinaryRunner()
        _ = try runner.run(["import", Project.example("users.csv"), "--sandbox"])
        let result = try runner.run(["--sandbox", Project.path("examples/export-by-plan.cbk"), "--prefix", "x-"])
        #expect(result.status == 0, "\(result.stderr)")
        var total = 0
        for plan in ["free", "pro", "team"] {
            total += Int(try runner.value(of: #"csv.read("x-\#(plan).csv").count()"#)) ?? 0
        }
        #expect(total == 240)
    }

    @Test func changePlan() throws {
        let runner = try BinaryRunner()
        _ = try runner.run(["import", Project.example("users.csv"), "--sandbox"])
        let email = try runner.value(of: "users.list(take: 1).first().email")
        let script = Project.path("examples/change-plan.cbk")
        let result = try runner.run(["--sandbox", script, "--email", email, "--plan", "team"])
        #expect(result.stdout.hasSuffix(" has plan team: 50000 messages\n") && result.status == 0, "\(result)")
        #expect(try runner.value(of: "users.find(email: \"\(email)\").limits.messages") == "50000")
        let unknown = try runner.run(["--sandbox", script, "--email", email, "--plan", "gold"])
        #expect(unknown.stderr.hasPrefix("error[NO_PLAN]: no plan 'gold'; there are free, pro, team\n") && unknown.status == 1)
    }

    @Test func testsOfTheModule() throws {
        let result = try BinaryRunner().run(["test", Project.path("examples")])
        #expect(result.stdout.hasSuffix("\n3 passed, 0 failed\n") && result.stderr == "" && result.status == 0, "\(result)")
    }

    @Test(arguments: ["onboard", "limits-by-plan", "cleanup-no-email", "export-by-plan", "change-plan"])
    func helpListsTheParameters(_ name: String) throws {
        let runner = try BinaryRunner()
        let result = try runner.run([Project.path("examples/\(name).cbk"), "--help"])
        #expect(result.status == 0)
        #expect(result.stdout.contains("parameters:"))
    }

    @Test(arguments: ["closure", "fib", "field", "loop", "map", "rows", "sieve", "sort", "strbuild"])
    func benchmarksHaveNoMistakes(_ name: String) throws {
        let runner = try BinaryRunner()
        let result = try runner.run(["check", Project.path("Benchmarks/\(name).cbk")])
        #expect(result.status == 0, "\(result.stderr)")
    }
}
