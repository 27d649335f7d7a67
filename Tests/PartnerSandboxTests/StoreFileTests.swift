// The store as a file: it survives reopening and company, keeps others out, and refuses what is not its own.
import Foundation
import GRDB
import PartnerAPI
import PartnerClient
import Testing

@testable import GroupCommit
@testable import PartnerSandbox

@Suite struct StoreFileTests {
    private func reason(_ path: String) -> (DatabaseOpenError.Reason, String)? {
        do throws(DatabaseOpenError) {
            _ = try SandboxStore.open(path: path)
            return nil
        } catch {
            return (error.reason, error.message)
        }
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    @Test func dataIsThereNextTime() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.db")
        let first = try Sandbox(path: path)
        let id = try await first.users.create(PartnerUserCreateRequest(alias: "ada", name: "Ada"))
        // Not closed: what was answered is durable without.
        let second = try Sandbox(path: path, seed: 8)
        #expect(try await second.users.fetch("@ada").id == id)
        first.store.close()
        second.store.close()
        let third = try Sandbox(path: path)
        #expect(try await third.users.fetch(id).name == "Ada")
    }

    @Test func filesAreTheOwnersAlone() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a/b/store.db")
        let sandbox = try Sandbox(path: path)
        _ = try await sandbox.post("/create")
        #expect(try mode(path) == 0o600)
        #expect(try mode(path + "-wal") == 0o600)
        #expect(try mode(folder.file("a")) == 0o700)
        #expect(try mode(folder.file("a/b")) == 0o700)
        sandbox.store.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        _ = try Sandbox(path: path)
        #expect(try mode(path) == 0o600)
    }

    @Test func writesAreFullyDurable() async throws {
        let folder = try TemporaryFolder()
        let sandbox = try Sandbox(path: folder.file("store.db"))
        let settings = try await sandbox.store.database.write { db in
            [
                try String.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                try String.fetchOne(db, sql: "PRAGMA foreign_keys"),
            ]
        }
        #expect(settings == ["2", "wal", "1"])
    }

    @Test func aFileThatIsNoDatabaseIsRefusedUntouched() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("notes.txt")
        let text = String(repeating: "these are my notes\n", count: 100)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let refusal = try #require(reason(path))
        #expect(refusal.0 == .notADatabase)
        #expect(refusal.1 == "'\(path)' is no database, so no sandbox store; name another file")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test func anotherProgramsDatabaseIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("other.db")
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE notes (text)") }
        let refusal = try #require(reason(path))
        #expect(refusal.0 == .foreign)
        #expect(refusal.1 == "'\(path)' is a database of another program, not a sandbox store; name another file")
        #expect(try DatabaseQueue(path: path).read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "delete")
    }

    @Test func aNewerStoreIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.db")
        try SandboxStore.open(path: path).close()
        try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
        let refusal = try #require(reason(path))
        #expect(refusal.0 == .newerVersion)
        #expect(refusal.1.contains("newer version (schema 99, this one knows 3)"))
    }

    @Test func aFolderIsRefused() throws {
        let folder = try TemporaryFolder()
        #expect(reason(folder.path)?.0 == .unusable)
        #expect(reason(folder.path)?.1.hasPrefix("cannot open '\(folder.path)'") == true)
    }

    @Test func twoStoresShareOneFile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.db")
        let stores = [try Sandbox(path: path, seed: 1), try Sandbox(path: path, seed: 2)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, sandbox) in stores.enumerated() {
                for worker in 0..<4 {
                    group.addTask {
                        for index in 0..<20 {
                            try await sandbox.users.create(PartnerUserCreateRequest(name: "\(number) \(worker) \(index)"))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        for sandbox in stores {
            var ids: [String] = []
            for try await user in sandbox.users.all(ListOptions(order: .asc)) { ids.append(user.id) }
            #expect(ids.count == 160)
            #expect(ids == ids.sorted())
            #expect(Set(ids).count == 160)
        }
    }

    @Test func anotherStoresWritesDoNotComeBefore() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.db")
        let ahead = try Sandbox(path: path, seed: 1)
        let behind = try Sandbox(path: path, seed: 2)
        ahead.clock.advance(60_000)
        let first = try await ahead.users.create()
        let second = try await behind.users.create()
        #expect(try await behind.users.list(ListOptions(order: .asc)).items.map(\.id) == [first, second])
        #expect(try await behind.users.fetch(second).createdAt == 1_750_000_060_000)
    }

    @Test func storesOpenedAtOnceMakeOneSchema() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.db")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in 0..<8 {
                group.addTask {
                    let sandbox = try Sandbox(path: path, seed: UInt64(seed))
                    try await sandbox.users.create()
                }
            }
            try await group.waitForAll()
        }
        #expect(try await Sandbox(path: path).users.list().items.count == 8)
    }

    @Test func listsAndLookUpsUseIndexes() async throws {
        let store = try SandboxStore.open(path: ":memory:")
        let queries = [
            "SELECT * FROM users WHERE (createdAt, id) < (1, 'a') ORDER BY createdAt DESC, id DESC LIMIT 100": "usersByOrder",
            "SELECT * FROM users WHERE (createdAt, id) > (1, 'a') AND email = 'x' ORDER BY createdAt ASC, id ASC LIMIT 100":
                "usersByEmail",
            "SELECT * FROM users WHERE alias = 'x'": "usersByAlias",
            "SELECT * FROM tokens WHERE (createdAt, id) < (1, 'a') AND userId = 'u' ORDER BY createdAt DESC, id DESC LIMIT 9":
                "tokensByOrder",
        ]
        for (sql, index) in queries {
            let plan = try await store.database.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
            }
            #expect(plan.allSatisfy { $0.contains(index) && $0.hasPrefix("SEARCH") }, "\(sql): \(plan)")
        }
    }
}
