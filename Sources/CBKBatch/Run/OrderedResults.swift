// The window of items between the oldest that has not ended and the youngest, and the files their results go to in the
// order of the input. A file that cannot be written is an error kept here; the run stops on it.

import JSONBytes

struct BatchItem: Sendable {
    var number: Int
    var key: String
    var line: Int?
    var row: OriginalRow
    var emits: [JSONObject] = []
    var outcome: ItemOutcome?
    /// What the journal knows it by; nil for one that is not written there.
    var id: ItemID?
    /// A digest of the row.
    var content = KeyDigest("")
    /// It ended in an earlier process.
    var isPast = false

    init(number: Int, key: String, line: Int?, row: OriginalRow) {
        self.number = number
        self.key = key
        self.line = line
        self.row = row
    }
}

struct OrderedResults: Sendable {
    private let folder: RunFolder
    private let suffix: String
    private let declaredColumns: [String]?
    private let spoolsRows: Bool
    private var items: [BatchItem] = []
    /// Index in `items` of the oldest that has not been written.
    private var head = 0
    private(set) var nextNumber = 1
    private var columns: [String]?
    private var strangers: Set<String> = []
    private var warnings: [String] = []
    private var output: (any RowSink)?
    private var success: (any RowSink)?
    private var spool: (any RowSink)?
    private var failed: ResultFile
    private var unknown: ResultFile
    private var unprocessed: ResultFile
    private var successPath: String?
    private(set) var rowsPath: String?
    private(set) var failure: BatchError?

    init(_ configuration: BatchConfiguration, folder: RunFolder, output: (any RowSink)?) {
        self.folder = folder
        suffix = configuration.number == 1 ? "" : "-\(configuration.number)"
        declaredColumns = configuration.columns
        spoolsRows = configuration.spoolsRows
        self.output = output
        failed = ResultFile("failed\(suffix).csv", hasErrors: true, folder: folder)
        unknown = ResultFile("unknown\(suffix).csv", hasErrors: true, folder: folder)
        unprocessed = ResultFile("unprocessed\(suffix).csv", hasErrors: false, folder: folder)
        // Its rows are in the journal; those of items that did not end well come again, or not any more.
        for name in ["success", "failed", "unknown", "unprocessed"] { folder.removeOld("\(name)\(suffix).csv") }
    }

    /// The number of the oldest item that has not been written.
    var oldestUnfinished: Int { nextNumber - (items.count - head) }

    var unfinished: [Int] { items[head...].filter { $0.outcome == nil }.map(\.number) }

    subscript(number: Int) -> BatchItem? {
        index(of: number).map { items[$0] }
    }

    mutating func add(_ item: BatchItem) {
        items.append(item)
        nextNumber += 1
    }

    mutating func emit(_ row: JSONObject, item number: Int) {
        guard let index = index(of: number), items[index].outcome == nil else { return }
        items[index].emits.append(row)
    }

    mutating func finish(_ number: Int, _ outcome: ItemOutcome) {
        guard let index = index(of: number) else { return }
        items[index].outcome = outcome
        if case .done = outcome {} else { items[index].emits = [] }
        guard index == head else { return }
        while head < items.count, let outcome = items[head].outcome {
            write(items[head], outcome)
            head += 1
        }
        if head >= 256 || head == items.count {
            items.removeFirst(head)
            head = 0
        }
    }

    mutating func takeWarnings() -> [String] {
        defer { warnings = [] }
        return warnings
    }

    mutating func close() {
        if output != nil, columns == nil, let declaredColumns {
            attemptOutput { sink throws(BatchError) in try sink.begin(columns: declaredColumns) }
        }
        attemptOutput { sink throws(BatchError) in try sink.end() }
        output = nil
        keepingFailure { results throws(BatchError) in
            try results.success?.end()
            try results.spool?.end()
            try results.failed.close()
            try results.unknown.close()
            try results.unprocessed.close()
        }
        success = nil
        spool = nil
    }

    /// The files that there are.
    var paths: [String] { [successPath, failed.path, unknown.path, unprocessed.path].compactMap { $0 } }

    // MARK: - Writing

    private func index(of number: Int) -> Int? {
        let index = items.count - (nextNumber - number)
        return index >= head && index < items.count ? index : nil
    }

    private mutating func write(_ item: BatchItem, _ outcome: ItemOutcome) {
        switch outcome {
        case .done:
            for row in item.emits { write(row) }
        case .skipped: break
        case .failed(let error):
            keepingFailure { results throws(BatchError) in
                try results.failed.add(item.row, key: item.key, line: item.line, error: error)
            }
        case .unknown(let error):
            keepingFailure { results throws(BatchError) in
                try results.unknown.add(item.row, key: item.key, line: item.line, error: error)
            }
        case .pending:
            keepingFailure { results throws(BatchError) in
                try results.unprocessed.add(item.row, key: item.key, line: item.line, error: nil)
            }
        }
    }

    private mutating func write(_ row: JSONObject) {
        if columns == nil { begin(declaredColumns ?? row.keys) }
        for name in row.keys where columns?.contains(name) == false && strangers.insert(name).inserted {
            warnings.append("the field '\(name)' is left out of the rows: it is no column, as the first row had no such field")
        }
        attemptOutput { sink throws(BatchError) in try sink.row(row) }
        keepingFailure { results throws(BatchError) in
            try results.success?.row(row)
            try results.spool?.row(row)
        }
    }

    private mutating func begin(_ columns: [String]) {
        self.columns = columns
        attemptOutput { sink throws(BatchError) in try sink.begin(columns: columns) }
        keepingFailure { results throws(BatchError) in
            let file = try results.folder.open("success\(results.suffix).csv", .new)
            results.successPath = file.path
            results.success = CSVRowSink(
                output: DescriptorSink(descriptor: file.descriptor, path: file.path, closesDescriptor: true),
                bufferSize: 64 << 10)
            try results.success?.begin(columns: columns)
            guard results.spoolsRows else { return }
            let spool = try results.folder.open("rows\(results.suffix).jsonl", .new)
            results.rowsPath = spool.path
            results.spool = JSONRowSink(
                output: DescriptorSink(descriptor: spool.descriptor, path: spool.path, closesDescriptor: true),
                bufferSize: 64 << 10, isArray: false)
        }
    }

    /// Standard output may go away (`| head`): the rows are in success.csv all the same, so the run goes on without it.
    private mutating func attemptOutput(_ body: (inout any RowSink) throws(BatchError) -> Void) {
        guard var sink = output else { return }
        do throws(BatchError) {
            try body(&sink)
            output = sink
        } catch {
            output = nil
            warnings.append("rows are no longer printed: \(error)")
        }
    }

    private mutating func keepingFailure(_ body: (inout OrderedResults) throws(BatchError) -> Void) {
        guard failure == nil else { return }
        do throws(BatchError) {
            try body(&self)
        } catch {
            failure = error
        }
    }
}
