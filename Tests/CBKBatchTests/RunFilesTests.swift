import CBKBatch
import Foundation
import Testing

@Suite struct RunFilesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func runFolder(_ name: String = "users.csv") -> RunFolder {
        RunFolder(parent: folder.path + "/cbk-runs", name: name, now: { 1_700_000_000 })
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }

    private func row(_ id: String, _ digit: Character = "c") -> MintedToken {
        MintedToken(
            id: id, userID: "u1", key: "a@x.org", name: "first, token", createdAt: 1_700_000_000_123, token: fakeToken(digit))
    }

    @Test func aFolderIsMadeWhenItIsNeeded() throws {
        let run = runFolder()
        #expect(run.existingPath == nil)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/cbk-runs"))
        let path = try run.path()
        #expect(try run.path() == path)
        #expect(try mode(path) == 0o700)
        let name = try #require(run.runName)
        #expect(name.range(of: #"^\d{8}-\d{6}-users\.csv$"#, options: .regularExpression) != nil)
    }

    @Test func foldersOfOneSecondAreNumbered() throws {
        let names = try (0..<3).map { _ in try runFolder("a").path() }
        #expect(names[1] == names[0] + "-2")
        #expect(names[2] == names[0] + "-3")
    }

    @Test func namesAreMadePlain() throws {
        #expect(try runFolder("/x/y/my script €.cbk").path().hasSuffix("-my-script--.cbk"))
        #expect(try runFolder("..").path().hasSuffix("-.."))
        #expect(try runFolder("").path().hasSuffix("-run"))
    }

    @Test func filesArePrivateAndLinksAreNotFollowed() throws {
        let run = runFolder()
        let path = try run.path()
        let file = try run.open("success.csv", .new)
        #expect(try mode(file.path) == 0o600)
        #expect(throws: BatchError.self) { try run.open("success.csv", .new) }
        let target = try folder.write("target", Array("keep".utf8))
        try FileManager.default.createSymbolicLink(atPath: path + "/secrets.csv", withDestinationPath: target)
        #expect(throws: BatchError.self) { try run.open("secrets.csv", .appending) }
        #expect(try contents(target) == "keep")
    }

    @Test func tokensAreAppended() async throws {
        let run = runFolder()
        let secrets = SecretsFile(folder: run)
        #expect(secrets.path == nil)
        try await secrets.append(row("t1"))
        try await secrets.append(row("t2", "d"))
        let path = try #require(secrets.path)
        #expect(try mode(path) == 0o600)
        #expect(secrets.count == 2)
        #expect(
            try contents(path) == """
                token_id,user_id,key,name,created,token
                t1,u1,a@x.org,"first, token",2023-11-14T22:13:20.123Z,\(fakeToken("c"))
                t2,u1,a@x.org,"first, token",2023-11-14T22:13:20.123Z,\(fakeToken("d"))

                """)
    }

    @Test func aTornLastLineIsCut() async throws {
        let run = runFolder()
        let path = try run.path() + "/secrets.csv"
        let whole = "token_id,user_id,key,name,created,token\nt0,u0,k,\"two\nlines\",,\(fakeToken())\n"
        for torn in ["t1,u1,k", "t1,u1,\"open\nquote", ""] {
            try Data((whole + torn).utf8).write(to: URL(fileURLWithPath: path))
            try await SecretsFile(folder: run).append(row("t2"))
            let text = try contents(path)
            #expect(text.hasPrefix(whole + "t2,u1,"), "torn: \(torn)")
            let reader = try CSVReader(bytes: Array(text.utf8))
            #expect(try flatten(reader).map { $0.cells.first } == ["t0", "t2"])
        }
        #expect(try mode(path) == 0o600)
    }

    @Test func aTornHeaderIsWrittenAnew() async throws {
        let run = runFolder()
        let path = try run.path() + "/secrets.csv"
        try Data("token_id,us".utf8).write(to: URL(fileURLWithPath: path))
        try await SecretsFile(folder: run).append(row("t1"))
        #expect(try contents(path).hasPrefix("token_id,user_id,key,name,created,token\nt1,"))
    }

    @Test func manyTasksAppendWholeLines() async throws {
        let secrets = SecretsFile(folder: runFolder())
        let tokens = (0..<100).map { row("t\($0)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for token in tokens { group.addTask { try await secrets.append(token) } }
            try await group.waitForAll()
        }
        let found = try flatten(CSVReader(path: try #require(secrets.path)))
        #expect(found.count == 100)
        #expect(Set(found.compactMap(\.cells.first)) == Set(tokens.map(\.id)))
    }

    @Test func aFileThatCannotBeOpenedIsFatal() async throws {
        let blocked = try folder.write("blocked", [])
        let secrets = SecretsFile(folder: RunFolder(parent: blocked, name: "x"))
        do throws(BatchError) {
            try await secrets.append(row("t1"))
            Issue.record("a token was written into a file")
        } catch {
            #expect(error.consequence == .stop(.fatal))
        }
    }
}
