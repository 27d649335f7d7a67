import CBKBatch
import JSONBytes
import PartnerAPI
import PartnerClient
import Testing

@Suite struct SettlementTests {
    private var fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    private func started(_ process: JournalFixture.Process, _ key: String = "a") throws -> ItemLog {
        try #require(process.item(key)).log
    }

    @Test(arguments: [Fate.answerLost, .requestLost])
    func aLostCreateHappensOnce(_ fate: Fate) async throws {
        let process = try fixture.begin()
        fixture.transport.lose("user/create", fate)
        let id = try await process.create(try started(process), ["name": "Ada"])
        #expect(try await fixture.users().map { $0["id"]?.stringValue } == [id])
    }

    @Test func aCreateThatIsLostAgainAndAgainHappensOnce() async throws {
        var fixture = fixture
        fixture.settings.settle = .seconds(30)
        let process = try fixture.begin()
        fixture.transport.lose("user/create", .requestLost, .answerLost, .requestLost)
        let id = try await process.create(try started(process), ["name": "Ada", "email": "ada@example.com"])
        #expect(try await fixture.users().map { $0["id"]?.stringValue } == [id])
    }

    @Test func theRowsOwnAliasIsKept() async throws {
        let process = try fixture.begin()
        fixture.transport.lose("user/create", .answerLost)
        let id = try await process.create(try started(process), ["name": "Ada", "alias": "ada"])
        let found = try await process.gate.perform(.userFetch, ids: ["@ada"])
        #expect(found["id"]?.stringValue == id)
    }

    @Test func anAliasThatAnOlderUserHasIsAConflict() async throws {
        let older = PartnerConnection(transport: fixture.transport)
        _ = try await older.call(.userCreate, body: ["name": "Old", "alias": "ada"])
        let process = try fixture.begin()
        fixture.transport.lose("user/create", .requestLost)
        let log = try started(process)
        await #expect { try await process.create(log, ["name": "Ada", "alias": "ada"]) } throws: { error in
            (error as? BatchError)?.code == "CONFLICT" && (error as? BatchError)?.consequence == .item
        }
        #expect(try await fixture.users().count == 1)
    }

    @Test(arguments: [CreateMark.meta, .none])
    func aCreateWithoutAnAliasIsLookedFor(_ mark: CreateMark) async throws {
        var fixture = fixture
        fixture.settings.mark = mark
        let process = try fixture.begin()
        fixture.transport.lose("user/create", .answerLost)
        let id = try await process.create(try started(process), ["name": "Ada", "email": "ada@example.com"])
        #expect(try await fixture.users().map { $0["id"]?.stringValue } == [id])
        #expect(fixture.transport.count("user/create") == 1)
        // Nothing of it is there: it is sent again once the window is over.
        fixture.transport.lose("user/create", .requestLost)
        _ = try await process.create(try started(process, "b"), ["name": "Bob", "email": "bob@example.com"])
        #expect(try await fixture.users().count == 2)
    }

    @Test func twoUsersLikeTheOneThatWasSentAreUnknown() async throws {
        var fixture = fixture
        fixture.settings.mark = CreateMark.none
        let process = try fixture.begin()
        let other = PartnerConnection(transport: fixture.transport)
        _ = try await process.create(try started(process, "first"), ["name": "First"])
        _ = try await other.call(.userCreate, body: ["name": "Ada"])
        fixture.transport.lose("user/create", .answerLost)
        let log = try started(process)
        await #expect { try await process.create(log, ["name": "Ada"]) } throws: { error in
            guard let error = error as? BatchError else { return false }
            return error.consequence == .doubt && error.code == "OUTCOME_UNKNOWN" && error.message.contains("any of")
        }
    }

    @Test func aTokenWhoseSecretIsLostIsMintedAnew() async throws {
        let process = try fixture.begin()
        let log = try started(process)
        let user = try await process.create(log, ["name": "Ada"])
        fixture.transport.lose("token/create", .answerLost)
        let token = try await process.gate.perform(.tokenCreate, ids: [user], body: ["name": "first"], log: log)
        let tokens = try await fixture.tokens(of: user)
        #expect(tokens.map { $0["id"] } == [token["id"]])
        let secrets = try contents(try #require(process.gate.secrets.path)).split(separator: "\n")
        #expect(secrets.count == 2)
    }

    @Test(arguments: [Fate.answerLost, .requestLost])
    func aLostUpdateEndsAsWanted(_ fate: Fate) async throws {
        let process = try fixture.begin()
        let log = try started(process)
        let user = try await process.create(log, ["name": "Ada"])
        fixture.transport.lose("\(user)/update", fate)
        _ = try await process.gate.perform(.userUpdate, ids: [user], body: ["name": "Eva"], log: log)
        #expect(try await fixture.users().first?["name"] == "Eva")
        #expect(fixture.transport.count("/update") == (fate == .answerLost ? 1 : 2))
    }

    @Test func anUpdateThatAnotherOneCrossedIsUnknown() async throws {
        let process = try fixture.begin()
        let log = try started(process)
        let user = try await process.create(log, ["name": "Ada"])
        let image = try await process.gate.perform(.userFetch, ids: [user])
        _ = try await PartnerConnection(transport: fixture.transport).call(.userUpdate, ids: [user], body: ["name": "Other"])
        fixture.transport.lose("\(user)/update", .requestLost)
        await #expect {
            try await process.gate.perform(.userUpdate, ids: [user], body: ["name": "Eva"], log: log, image: image)
        } throws: { error in
            (error as? BatchError)?.consequence == .doubt
        }
        #expect(try await fixture.users().first?["name"] == "Other")
    }

    @Test(arguments: [Fate.answerLost, .requestLost])
    func aLostDeleteIsDone(_ fate: Fate) async throws {
        let process = try fixture.begin()
        let log = try started(process)
        _ = try await process.create(log, ["name": "Ada", "alias": "ada"])
        fixture.transport.lose("/delete", fate)
        _ = try await process.gate.perform(.userDelete, ids: ["@ada"], body: [:], log: log)
        #expect(try await fixture.users().isEmpty)
    }

    @Test func aLostContextIsAdopted() async throws {
        let process = try fixture.begin()
        let log = try started(process)
        let user = try await process.create(log, ["name": "Ada"])
        fixture.transport.lose("context/create", .answerLost)
        let context = try await process.gate.perform(.contextCreate, ids: [user], body: ["name": "notes"], log: log)
        #expect(context["name"] == "notes")
        #expect(fixture.transport.count("context/create") == 1)
    }

    @Test func aBlankAliasIsNone() async throws {
        let process = try fixture.begin()
        fixture.transport.lose("user/create", .answerLost)
        let id = try await process.create(try started(process), ["name": "Ada", "alias": ""])
        #expect(try await fixture.users().map { $0["id"]?.stringValue } == [id])
    }

    @Test func anOlderUserLikeTheOneThatWasSentIsNotAdopted() async throws {
        var fixture = fixture
        fixture.settings.mark = CreateMark.none
        _ = try await PartnerConnection(transport: fixture.transport).call(.userCreate, body: ["name": "Ada"])
        let process = try fixture.begin()
        fixture.transport.lose("user/create", .requestLost)
        let id = try await process.create(try started(process), ["name": "Ada"])
        let users = try await fixture.users()
        #expect(users.count == 2 && users.first?["id"]?.stringValue == id)
    }

    /// That nobody may look says nothing about the write.
    @Test func aLookThatIsRefusedLeavesTheWriteInDoubt() async throws {
        let process = try fixture.begin()
        let log = try started(process)
        let user = try await process.create(log, ["name": "Ada"])
        fixture.transport.lose("token/create", .answerLost)
        fixture.transport.lose("token/list", .refused)
        await #expect {
            try await process.gate.perform(.tokenCreate, ids: [user], body: ["name": "t"], log: log)
        } throws: { error in
            (error as? BatchError)?.consequence == .doubt
        }
    }
}
