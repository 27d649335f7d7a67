// failed.csv, unknown.csv and unprocessed.csv: the rows of a run that are not done, with their original columns, so
// that each file can be corrected and imported again.

import JSONBytes

/// An item's source as it was given.
package enum OriginalRow: Sendable {
    case none
    /// A row of the CSV file whose header is given.
    case csv(CSVRow, header: [String])
    case record(JSONObject)
    /// An item that is no record.
    case value(JSONValue)

    /// The names of its columns.
    var columns: [String] {
        switch self {
        case .none: []
        case .csv(_, let header): header
        case .record(let object): object.keys
        case .value: ["item"]
        }
    }

    func cell(_ column: Int, named name: String) -> String {
        switch self {
        case .none: ""
        case .csv(let row, _): row.string(at: column)
        case .record(let object): cellText(object[name])
        case .value(let value): cellText(value)
        }
    }

    /// The item as JSON, by which one without a key is known.
    var json: [UInt8] {
        switch self {
        case .none: []
        case .csv(let row, let header):
            JSONObject(header.enumerated().map { .init(key: $1, value: .string(row.string(at: $0))) }).serialized()
        case .record(let object): object.serialized()
        case .value(let value): value.serialized()
        }
    }
}

/// One such file, made at its first row. The columns are those of that row.
struct ResultFile: Sendable {
    private let name: String
    private let hasErrors: Bool
    private let folder: RunFolder
    private(set) var path: String?
    private(set) var count = 0
    private var output: DescriptorSink?
    private var writer = CSVWriter()
    /// The original columns that are written, with their places.
    private var columns: [(place: Int, name: String)] = []

    private static let ownColumns: Set = ["error_code", "error", "line", "cbk_run", "cbk_key"]

    init(_ name: String, hasErrors: Bool, folder: RunFolder) {
        self.name = name
        self.hasErrors = hasErrors
        self.folder = folder
    }

    mutating func add(_ row: OriginalRow, key: String, line: Int?, error: BatchError?) throws(BatchError) {
        if output == nil { try open(row) }
        for column in columns { writer.cell(maskingTokens(in: row.cell(column.place, named: column.name))) }
        if hasErrors {
            writer.cell(error?.code ?? "")
            writer.cell(maskingTokens(in: error?.message ?? ""))
        }
        writer.cell(line.map(String.init) ?? "")
        writer.cell(folder.runName ?? "")
        writer.cell(maskingTokens(in: key))
        writer.endRow()
        count += 1
        if writer.bytes.count >= 64 << 10 { try output?.write(writer.takeBytes()) }
    }

    mutating func close() throws(BatchError) {
        guard output != nil else { return }
        if !writer.bytes.isEmpty { try output?.write(writer.takeBytes()) }
        try output?.close()
        output = nil
    }

    private mutating func open(_ row: OriginalRow) throws(BatchError) {
        let file = try folder.open(name, .new)
        path = file.path
        output = DescriptorSink(descriptor: file.descriptor, path: file.path, closesDescriptor: true)
        columns = row.columns.enumerated().filter { !Self.ownColumns.contains($1) }.map { ($0, $1) }
        for column in columns { writer.cell(column.name) }
        if hasErrors { for title in ["error_code", "error"] { writer.cell(title) } }
        for title in ["line", "cbk_run", "cbk_key"] { writer.cell(title) }
        writer.endRow()
    }
}
