// The batching writer: many jobs, few commits, each job failing alone.
import Foundation
import GRDB
import Synchronization
import Testing

@testable import GroupCommit

private struct Refused: Error, Equatable {
    var number: Int
}

private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment() { count.withLock { $0 += 1 } }
}

@Suite struct GroupCommitTests {
    private static let schema = DatabaseSchema(title: "test file", applicationID: 77, version: 2) { db, from in
        if from < 1 { try db.execute(sql: "CREATE TABLE items (number INTEGER UNIQUE NOT NULL)") }
        if from < 2 { try db.execute(sql: "CREATE TABLE log (text TEXT)") }
    }

    private func numbers(_ database: DurableDatabase) async throws -> [Int] {
        try await database.read { try Int.fetchAll($0, sql: "SELECT number FROM items ORDER BY number") }
    }

    private func insert(_ db: Database, _ number: Int) throws {
        try db.execute(sql: "INSERT INTO items VALUES (?)", arguments: [number])
    }

    @Test func aJobsResultComesBack() async throws {
        let database = try DurableDatabase.open(path: ":memory:", schema: Self.schema)
        let count = try await database.write { db in
            try insert(db, 1)
            return db.changesCount
        }
        #expect(count == 1)
        #expect(try await numbers(database) == [1])
    }

    /// Holds the writer until all jobs are queued, so that they share one transaction.
    private func outcomes(
        of jobs: [@Sendable (Database) throws -> Int], on database: DurableDatabase
    ) async -> [Result<Int, any Error>] {
        let gate = DispatchSemaphore(value: 0)
        let started = DispatchSemaphore(value: 0)
        let blocker = Task {
            try await database.write { _ in
                started.signal()
                gate.wait()
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                started.wait()
                continuation.resume()
            }
        }
        let queued = Counter()
        let results = await withTaskGroup(of: (Int, Result<Int, any Error>).self) { group in
            for (index, job) in jobs.enumerated() {
                group.addTask {
                    queued.increment()
                    do { return (index, .success(try await database.write(job))) } catch { return (index, .failure(error)) }
                }
            }
            while queued.value < jobs.count { await Task.yield() }
            gate.signal()
            var results: [Int: Result<Int, any Error>] = [:]
            for await (index, result) in group { results[index] = result }
            return results
        }
        _ = try? await blocker.value
        return jobs.indices.compactMap { results[$0] }
    }

    @Test func aJobThatFailsAfterWritingFailsAlone() async throws {
        let database = try DurableDatabase.open(path: ":memory:", schema: Self.schema)
        let jobs: [@Sendable (Database) throws -> Int] = (0..<20).map { number in
            { db in
                try insert(db, number)
                try insert(db, number + 100)
                if number % 5 == 3 { throw Refused(number: number) }
                return number
            }
        }
        let results = await outcomes(of: jobs, on: database)
        for (number, result) in results.enumerated() {
            switch result {
            case .success(let value): #expect(value == number && number % 5 != 3)
            case .failure(let error): #expect(error as? Refused == Refused(number: number))
            }
        }
        let kept = (0..<20).filter { $0 % 5 != 3 }
        #expect(try await numbers(database) == kept + kept.map { $0 + 100 })
    }

    @Test func aBrokenConstraintFailsAlone() async throws {
        let database = try DurableDatabase.open(path: ":memory:", schema: Self.schema)
        let jobs: [@Sendable (Database) throws -> Int] = (0..<10).map { number in
            { db in
                try insert(db, number / 2)
                return number
            }
        }
        let results = await outcomes(of: jobs, on: database)
        let failures = results.filter { if case .failure(let error) = $0 { error is DatabaseError } else { false } }
        #expect(failures.count == 5)
        #expect(try await numbers(database) == [0, 1, 2, 3, 4])
    }

    @Test func jobsQueuedDuringACommitShareTheNext() async throws {
        let folder = try TemporaryFolder()
        let begins = Counter()
        let database = try DurableDatabase.open(path: folder.file("test.db"), schema: Self.schema) { _ in
            begins.increment()
        }
        let jobs: [@Sendable (Database) throws -> Int] = (0..<50).map { number in
            { db in
                try insert(db, number)
                return number
            }
        }
        let results = await outcomes(of: jobs, on: database)
        #expect(results.compactMap { try? $0.get() } == Array(0..<50))
        #expect(try await numbers(database).count == 50)
        #expect(begins.value < 50)
    }

    @Test func aFailedTransactionFailsAllItsJobs() async throws {
        let mustFail = Mutex(false)
        let database = try DurableDatabase.open(path: ":memory:", schema: Self.schema) { _ in
            if mustFail.withLock({ $0 }) { throw Refused(number: -1) }
        }
        mustFail.withLock { $0 = true }
        await #expect(throws: Refused(number: -1)) { try await database.write { try insert($0, 1) } }
        mustFail.withLock { $0 = false }
        try await database.write { try insert($0, 2) }
        #expect(try await numbers(database) == [2])
    }

    @Test func manyWritersLoseNothing() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("test.db")
        let database = try DurableDatabase.open(path: path, schema: Self.schema)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<16 {
                group.addTask {
                    for index in 0..<50 { try await database.write { try insert($0, worker * 50 + index) } }
                }
            }
            try await group.waitForAll()
        }
        database.close()
        let again = try DurableDatabase.open(path: path, schema: Self.schema)
        #expect(try await numbers(again) == Array(0..<800))
    }

    @Test func theLogIsCheckpointedMeanwhile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("test.db")
        let database = try DurableDatabase.open(path: path, schema: Self.schema)
        let text = String(repeating: "x", count: 1000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    for _ in 0..<100 {
                        try await database.write { try $0.execute(sql: "INSERT INTO log VALUES (?)", arguments: [text]) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
        #expect((size?.intValue ?? 0) > 100_000)
    }

    private func readBriefly(_ database: DurableDatabase, times: Int) throws -> Set<Int> {
        var sums: Set<Int> = []
        for _ in 0..<times {
            sums.insert(try database.readBriefly { try Int.fetchOne($0, sql: "SELECT count(*) FROM items") ?? -1 })
        }
        return sums
    }

    @Test func briefReadsSeeEachWriteAtOnce() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("test.db")
        let database = try DurableDatabase.open(path: path, schema: Self.schema)
        let other = try DurableDatabase.open(path: path, schema: Self.schema)
        for number in 1...40 {
            try await (number % 2 == 0 ? database : other).write { try insert($0, number) }
            #expect(try readBriefly(database, times: 20) == [number])
        }
    }

    @Test func nothingIsReadBrieflyAfterClosing() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("test.db")
        for number in 1...3 {
            let database = try DurableDatabase.open(path: path, schema: Self.schema)
            try await database.write { try insert($0, number) }
            #expect(try readBriefly(database, times: 5) == [number])
            database.close()
            #expect(throws: DatabaseError.self) { try readBriefly(database, times: 1) }
        }
    }

    @Test func anOlderFileIsMigrated() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("test.db")
        var older = Self.schema
        older.version = 1
        older.migrate = { db, _ in try db.execute(sql: "CREATE TABLE items (number INTEGER UNIQUE NOT NULL)") }
        let first = try DurableDatabase.open(path: path, schema: older)
        try await first.write { try insert($0, 5) }
        first.close()
        let second = try DurableDatabase.open(path: path, schema: Self.schema)
        try await second.write { try $0.execute(sql: "INSERT INTO log VALUES ('x')") }
        #expect(try await numbers(second) == [5])
    }
}
