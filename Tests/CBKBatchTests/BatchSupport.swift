// What the tests of a batch share: sinks that keep or refuse, a clock that is set, and a folder with a run in it.
import CBKBatch
import Synchronization

/// Keeps what it is given, in order.
final class Recorder: Sendable {
    let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

struct RecordingSink: ByteSink {
    let recorder: Recorder
    mutating func write(_ bytes: [UInt8]) throws(BatchError) { recorder.add(String(decoding: bytes, as: UTF8.self)) }
    mutating func close() throws(BatchError) { recorder.add("<end>") }
}

struct BrokenSink: ByteSink {
    mutating func write(_ bytes: [UInt8]) throws(BatchError) { throw BatchError(.io, code: "IO", "the pipe is closed") }
    mutating func close() throws(BatchError) {}
}

struct FixedClock: MonotonicClock {
    let now = Seconds()
    func seconds() -> Double { now.value }
}

final class Seconds: Sendable {
    private let stored = Mutex(0.0)
    var value: Double { stored.withLock { $0 } }
    func set(_ seconds: Double) { stored.withLock { $0 = seconds } }
}

/// A run's folder that goes away with the test.
struct BatchFixture {
    let folder: TemporaryFolder
    let runs: RunFolder

    init() throws {
        folder = try TemporaryFolder()
        runs = RunFolder(parent: folder.path + "/cbk-runs", name: "test", now: { 1_700_000_000 })
    }

    func run(_ configuration: BatchConfiguration = BatchConfiguration(), output: (any RowSink)? = nil) throws -> BatchRun {
        try BatchRun(configuration, folder: runs, output: output)
    }

    func start(_ run: BatchRun, _ key: BatchKey, line: Int? = nil, row: OriginalRow = .none) throws -> Int {
        guard case .start(let number) = run.admit(key: key, line: line, row: row) else {
            throw BatchError(.script, code: "TEST", "the item was refused")
        }
        return number
    }

    func file(_ name: String) throws -> String { try contents(try runs.path() + "/" + name) }
}
