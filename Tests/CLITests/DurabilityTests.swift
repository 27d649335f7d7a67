// What is left of an import that is killed or interrupted, and that the sandbox keeps its users between runs.

import Foundation
import TestSupport
import Testing

struct DurabilityTests {
    let runner: BinaryRunner
    private static let rowCount = 20_000

    init() throws { runner = try BinaryRunner() }

    /// A file of many users, each different.
    private func writeManyUsers() throws {
        var text = "Name,E-Mail,meta.plan,meta.number\n"
        for number in 1...DurabilityTests.rowCount {
            text += "User \(number),user\(number)@example.com,\(number % 3 == 0 ? "pro" : "free"),\(number)\n"
        }
        try runner.write(text, to: "many.csv")
    }

    /// Starts the import, and returns once its users reach the store.
    private func startImport(_ flags: [String] = []) throws -> RunningProcess {
        try writeManyUsers()
        let process = try runner.start(["import", "many.csv"] + flags)
        let size = eventually { runner.storeSize > 600_000 ? runner.storeSize : nil }
        _ = try #require(size, "the store has no users yet: \(process.errors)")
        return process
    }

    private static let wholeUsers = """
        let all = users.list().to_list()
        let torn = all.where(u => u.name == null || u.email == null || u.meta?.plan == null || u.meta?.number == null
          || u.name != "User " + u.meta.number || u.email != "user${u.meta.number}@example.com")
        [len(all), len(torn), all.distinct_by(u => u.email).count()]

        """

    @Test func runsAddToTheSameSandbox() throws {
        try runner.write("name,email\nA,a@example.com\nB,b@example.com\n", to: "two.csv")
        try runner.write("name,email\nC,c@example.com\n", to: "one.csv")
        #expect(try runner.run("import", "two.csv").status == 0)
        #expect(try runner.run("import", "one.csv").status == 0)
        #expect(try runner.run("-e", "users.create(name: \"D\", email: \"d@example.com\");").status == 0)
        #expect(try runner.value(of: "users.list().map(u => u.name).sort()") == "A\nB\nC\nD")
        #expect(runner.names(in: "cbk-runs").count == 3)
        #expect(try BinaryRunner().value(of: "users.list().count()") == "0")
    }

    @Test func aKilledImportLeavesWholeUsersOnly() throws {
        let process = try startImport()
        process.signal(SIGKILL)
        let result = try process.end()
        #expect(result.status == 128 + SIGKILL)
        let counts = try runner.value(of: DurabilityTests.wholeUsers).split(separator: "\n").compactMap { Int($0) }
        try #require(counts.count == 3, "the store does not open: \(counts)")
        #expect(counts[0] > 0 && counts[0] < DurabilityTests.rowCount)
        #expect(counts[1] == 0)
        #expect(counts[2] == counts[0])
        let again = try runner.run("import", Project.example("users.csv"))
        #expect(again.status == 0, "\(again)")
        #expect(try runner.value(of: "users.list().count()") == String(counts[0] + 240))
    }

    @Test func tokensOfAKilledImportAreKeptBeforeTheirRows() throws {
        let process = try startImport(["--with-token", "first"])
        process.signal(SIGKILL)
        #expect(try process.end().status == 128 + SIGKILL)
        let folder = runner.runFolder
        let kept = Set(csvRows(try runner.read(folder + "/secrets.csv")).compactMap { $0["token_id"] })
        let done = csvRows((try? runner.read(folder + "/success.csv")) ?? "").compactMap { $0["token_id"] }
        #expect(!kept.isEmpty)
        #expect(kept.isSuperset(of: done.dropLast()), "the last row may be torn")
        let users = Int(try runner.value(of: "users.list().count()")) ?? 0
        #expect(users >= kept.count - 1 && users < DurabilityTests.rowCount)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalDrains(_ signal: Int32) throws {
        let process = try startImport()
        process.signal(signal)
        let result = try process.end()
        #expect(result.status == 128 + signal, "\(result)")
        #expect(result.stderr.contains("stopping: waiting for what is in flight"))
        let counts = result.stderr.firstMatch(of: #/20,000 items: ([\d,]+) done, ([\d,]+) pending in /#)
        let numbers = try #require(counts, "\(result)")
        let done = try #require(Int(numbers.1.replacing(",", with: "")))
        let pending = try #require(Int(numbers.2.replacing(",", with: "")))
        #expect(done > 0 && pending > 0 && done + pending == DurabilityTests.rowCount)
        #expect(try runner.value(of: DurabilityTests.wholeUsers) == "\(done)\n0\n\(done)")
        let folder = runner.runFolder
        #expect(csvRows(try runner.read(folder + "/success.csv")).count == done)
        let rest = csvRows(try runner.read(folder + "/unprocessed.csv"))
        #expect(rest.count == pending && rest.last?["E-Mail"] == "user20000@example.com")
    }

    @Test func aSignalEndsAScriptWithoutBatch() throws {
        try runner.write(
            "print(\"started\")\nfile.write(\"running\", \"\")\nwhile true { sleep(10ms) }\n", to: "forever.cbk")
        let process = try runner.start(["forever.cbk"])
        _ = try #require(eventually { runner.mode("running") })
        process.signal(SIGINT)
        let result = try process.end()
        #expect(result.stdout == "started\n" && result.status == 130)
    }
}
