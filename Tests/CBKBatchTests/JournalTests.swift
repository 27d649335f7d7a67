import CBKBatch
import Foundation
import JSONBytes
import PartnerAPI
import PartnerClient
import Testing

@Suite struct JournalTests {
    private var fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    /// What an item does in these tests: three writes with a read between.
    private func work(_ process: JournalFixture.Process, _ log: ItemLog, _ name: String) async throws -> String {
        let user = try await process.create(log, ["name": .string(name)])
        let known = try await process.gate.perform(.userFetch, ids: [user], log: log)
        let text = "was \(known["name"]?.stringValue ?? "")"
        _ = try await process.gate.perform(.userUpdate, ids: [user], body: ["description": .string(text)], log: log)
        let token = try await process.gate.perform(.tokenCreate, ids: [user], body: ["name": "t"], log: log)
        return token["token"]?.stringValue ?? ""
    }

    @Test func anItemThatHasEndedIsNotRunAgain() async throws {
        var process: JournalFixture.Process? = try fixture.begin()
        let first = try #require(process?.item("a", row: ["name": "Ada"]))
        _ = try await process?.create(first.log, ["name": "Ada"])
        process?.batch.emit(["id": "x"], item: first.number)
        process?.batch.finish(first.number, .done)
        try await process?.record.finish(isFinished: false)
        await fixture.kill(&process)

        let later = try fixture.goOn()
        #expect(later.item("a", row: ["name": "Ada"]) == nil)
        #expect(later.item("b") != nil)
        let result = later.batch.complete()
        #expect((result.done, result.past, result.pending) == (1, 1, 1))
        let path = try later.record.folder.path() + "/success.csv"
        #expect(try contents(path) == "id\nx\n")
    }

    @Test func aDoneItemWhoseRowIsAnotherIsChanged() async throws {
        var process: JournalFixture.Process? = try fixture.begin()
        let first = try #require(process?.item("a", row: ["name": "Ada"]))
        process?.batch.finish(first.number, .done)
        try await process?.record.finish(isFinished: false)
        await fixture.kill(&process)
        var fixture = fixture
        var later: JournalFixture.Process? = try fixture.goOn()
        #expect(later?.item("a", row: ["name": "Eva"]) == nil)
        let result = later?.batch.complete()
        #expect(result?.causes.map(\.code) == ["CHANGED"])
        try await later?.record.finish(isFinished: false)
        await fixture.kill(&later)
        fixture.settings.redone = ["a"]
        let redone = try fixture.goOn()
        #expect(redone.item("a", row: ["name": "Eva"]) != nil)
    }

    /// The process dies behind each step in turn.
    @Test(arguments: 0...3)
    func whatWasDoneIsAnsweredFromTheJournal(_ steps: Int) async throws {
        var process: JournalFixture.Process? = try fixture.begin()
        let log = try #require(process?.item("a")).log
        if steps > 0, let process {
            let user = try await process.create(log, ["name": "Ada"])
            if steps > 1 {
                _ = try await process.gate.perform(.userFetch, ids: [user], log: log)
                _ = try await process.gate.perform(
                    .userUpdate, ids: [user], body: ["description": "was Ada"], log: log)
            }
            if steps > 2 {
                _ = try await process.gate.perform(.tokenCreate, ids: [user], body: ["name": "t"], log: log)
            }
        }
        await fixture.kill(&process)
        let later = try fixture.goOn()
        let again = try #require(later.item("a"))
        let token = try await work(later, again.log, "Ada")
        #expect(token.hasPrefix("sk-") && token.count > 60)
        let users = try await fixture.users()
        #expect(users.count == 1)
        #expect(users.first?["description"] == "was Ada")
        let tokens = try await fixture.tokens(of: users.first?["id"]?.stringValue ?? "")
        #expect(tokens.count == 1)
        #expect(fixture.transport.count("user/create") == 1)
        #expect(fixture.transport.count("/update") == 1)
        #expect(fixture.transport.count("token/create") == 1)
    }

    /// The process dies between a write's intent and its outcome.
    @Test(arguments: ["user/create", "/update", "token/create"], [Fate.answerLost, .requestLost])
    func whatIsInDoubtIsSettledByTheNextProcess(_ path: String, _ fate: Fate) async throws {
        var fixture = fixture
        // The first process has no time to settle.
        fixture.settings.settle = .zero
        var process: JournalFixture.Process? = try fixture.begin()
        if let process {
            fixture.transport.lose(path, fate, .requestLost, .requestLost, .requestLost, .requestLost)
            let log = try #require(process.item("a")).log
            // One look is enough to find an update that was done; all else stays in doubt.
            _ = try? await work(process, log, "Ada")
        }
        await fixture.kill(&process)
        fixture.transport.lose(path)
        fixture.settings.settle = .milliseconds(150)
        let later = try fixture.goOn()
        let again = try #require(later.item("a"))
        _ = try await work(later, again.log, "Ada")
        let users = try await fixture.users()
        #expect(users.count == 1)
        #expect(users.first?["description"] == "was Ada")
        #expect(try await fixture.tokens(of: users.first?["id"]?.stringValue ?? "").count == 1)
    }

    @Test func anotherWriteThanTheRecordedOneIsNotSent() async throws {
        var process: JournalFixture.Process? = try fixture.begin()
        if let process {
            let log = try #require(process.item("a")).log
            _ = try await process.create(log, ["name": "Ada"])
        }
        await fixture.kill(&process)
        let later = try fixture.goOn()
        let log = try #require(later.item("a")).log
        await #expect {
            try await later.create(log, ["name": "Eva"])
        } throws: { error in
            (error as? BatchError)?.code == "DIVERGED" && (error as? BatchError)?.isCatchable == false
        }
        #expect(fixture.transport.count("user/create") == 1)
    }

    @Test func aRefusalThatTheScriptWentOnFromIsGivenAgain() async throws {
        _ = try await PartnerConnection(transport: fixture.transport).call(.userCreate, body: ["alias": "taken"])
        var process: JournalFixture.Process? = try fixture.begin()
        func work(_ process: JournalFixture.Process, _ log: ItemLog) async throws {
            await #expect(throws: BatchError.self) { try await process.create(log, ["alias": "taken"]) }
            _ = try await process.create(log, ["name": "instead"])
        }
        if let process { try await work(process, try #require(process.item("a")).log) }
        await fixture.kill(&process)
        let later = try fixture.goOn()
        try await work(later, try #require(later.item("a")).log)
        // The first user, the refused one, the one instead.
        #expect(fixture.transport.count("user/create") == 3)
        #expect(try await fixture.users().count == 2)
    }

    @Test func whatAnItemReadBeforeItsWritesIsGivenAgain() async throws {
        let connection = PartnerConnection(transport: fixture.transport)
        var process: JournalFixture.Process? = try fixture.begin()
        if let process {
            let log = try #require(process.item("a")).log
            await #expect(throws: BatchError.self) {
                try await process.gate.perform(.userFetch, ids: ["@ada"], log: log)
            }
            log.note(.uuid, "", "the first")
            _ = try await process.create(log, ["name": "Ada"])
        }
        await fixture.kill(&process)
        _ = try await connection.call(.userCreate, body: ["alias": "ada"])
        let later = try fixture.goOn()
        let log = try #require(later.item("a")).log
        await #expect {
            try await later.gate.perform(.userFetch, ids: ["@ada"], log: log)
        } throws: { error in
            (error as? BatchError)?.status == 404
        }
        #expect(log.recorded(.uuid) == "the first")
        #expect(log.recorded(.uuid) == nil)
    }

    @Test func failedItemsStayFailedUnlessTheyAreAskedFor() async throws {
        var process: JournalFixture.Process? = try fixture.begin()
        if let process {
            let item = try #require(process.item("a"))
            process.batch.finish(item.number, .failed(BatchError(.api, code: "CONFLICT", "taken")))
            try await process.record.finish(isFinished: false)
        }
        await fixture.kill(&process)
        var fixture = fixture
        var later: JournalFixture.Process? = try fixture.goOn()
        #expect(later?.item("a") == nil)
        #expect(later?.batch.complete().causes.map(\.code) == ["CONFLICT"])
        try await later?.record.finish(isFinished: false)
        await fixture.kill(&later)
        fixture.settings.retriesFailed = true
        #expect(try fixture.goOn().item("a") != nil)
    }

    @Test func oneProcessAtATimeWorksInARun() throws {
        let process = try fixture.begin()
        #expect {
            _ = try FoundRun(path: try process.record.folder.path())
        } throws: { error in
            (error as? BatchError)?.code == "IN_USE"
        }
    }

    @Test func aDamagedJournalIsNotTakenAsEmpty() async throws {
        var process: JournalFixture.Process? = try fixture.begin()
        let path = try #require(try process?.record.folder.path())
        if let process { _ = try await process.create(try #require(process.item("a")).log, ["name": "Ada"]) }
        try await process?.record.finish(isFinished: false)
        await fixture.kill(&process)
        let journal = path + "/journal.db"
        let file = try #require(FileHandle(forWritingAtPath: journal))
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: [UInt8](repeating: 0xA5, count: 12_000))
        try file.close()
        #expect {
            _ = try FoundRun(path: path)
        } throws: { error in
            (error as? BatchError)?.consequence == .stop(.fatal)
        }
    }

    @Test func noSecretIsInTheJournal() async throws {
        let process = try fixture.begin()
        let item = try #require(process.item("a"))
        let token = try await work(process, item.log, "Ada")
        process.batch.emit(["token": .string(token)], item: item.number)
        process.batch.finish(item.number, .done)
        try await process.record.finish(isFinished: true)
        let folder = try process.record.folder.path()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name != "secrets.csv" {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            #expect(bytes.range(of: Data(token.utf8)) == nil, "\(name)")
        }
        #expect(try contents(folder + "/secrets.csv").contains(token))
    }

    /// The process dies when the token is in the secrets file, and before the journal says so.
    @Test func aTokenThatIsInTheSecretsFileIsAdopted() async throws {
        var fixture = fixture
        var process: JournalFixture.Process? = try fixture.begin()
        var user = ""
        if let process {
            let log = try #require(process.item("a")).log
            user = try await process.create(log, ["name": "Ada"])
            fixture.transport.lose("token/create", .answerLost)
            fixture.transport.lose("token/list", .requestLost, .requestLost)
            fixture.settings.settle = .zero
        }
        await fixture.kill(&process)
        var second: JournalFixture.Process? = try fixture.goOn()
        if let second {
            let log = try #require(second.item("a")).log
            _ = try await second.create(log, ["name": "Ada"])
            await #expect(throws: BatchError.self) {
                try await second.gate.perform(.tokenCreate, ids: [user], body: ["name": "t"], log: log)
            }
            // As if the answer had come, and been kept: the server does not show the secret again.
            let id = try #require(try await fixture.tokens(of: user).first?["id"]?.stringValue)
            let token = fakeToken("7")
            try await second.gate.secrets.append(
                MintedToken(id: id, userID: user, key: "a", name: "t", createdAt: nil, token: token))
        }
        await fixture.kill(&second)
        fixture.settings.settle = .milliseconds(150)
        fixture.transport.lose("token/list")
        let third = try fixture.goOn()
        let log = try #require(third.item("a")).log
        _ = try await third.create(log, ["name": "Ada"])
        let answer = try await third.gate.perform(.tokenCreate, ids: [user], body: ["name": "t"], log: log)
        #expect(answer["token"]?.stringValue == fakeToken("7"))
        #expect(try await fixture.tokens(of: user).count == 1)
        #expect(try contents(try #require(third.gate.secrets.path)).split(separator: "\n").count == 2)
        #expect(fixture.transport.count("token/create") == 1)
    }

    @Test func manyReadsAreNotKept() async throws {
        let process = try fixture.begin()
        let log = try #require(process.item("a")).log
        let page = JSONValue.object(["items": .array(Array(repeating: .int(1), count: 100))])
        log.note(.uuid, "", "kept")
        for number in 0..<200 { log.note(.read, "users.list \(number)", page) }
        _ = try await process.create(log, ["name": "Ada"])
        try await process.record.finish(isFinished: false)
        let size = try FileManager.default.attributesOfItem(atPath: try process.record.folder.path() + "/journal.db")[.size]
        #expect(try #require(size as? Int) < 60_000)
    }

    @Test func whatWasDoneIsDoneInARunThatStopsEarly() async throws {
        var process: JournalFixture.Process? = try fixture.begin()
        let first = try #require(process?.item("a")).number
        process?.batch.finish(first, .done)
        try await process?.record.finish(isFinished: false)
        await fixture.kill(&process)
        let later = try fixture.goOn()
        later.batch.leave(key: .text("a"), row: .record([:]))
        later.batch.leave(key: .text("b"), row: .record([:]))
        let result = later.batch.complete()
        #expect((result.done, result.pending) == (1, 1))
    }

    @Test func theSecondRunOfASecondIsFound() throws {
        for ending in ["-a", "-a-2"] {
            let folder = RunFolder(parent: fixture.parent, name: "a", now: { 1_700_000_000 })
            let record = RunRecord(folder: folder, header: JournalFixture.header, settings: RunSettings())
            _ = try record.journal()
            let found = FoundRun.newest(JournalFixture.header, in: [.unfinished], parent: fixture.parent, name: "a")
            #expect(found == (try folder.path()) && found?.hasSuffix(ending) == true)
        }
        #expect(FoundRun.newest(JournalFixture.header, in: [.unfinished], parent: fixture.parent, name: "b") == nil)
    }
}
