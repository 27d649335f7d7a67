// CSV files as streams of records. A bad row raises where a script reads it in a loop; a batch reads the tolerant
// form, whose items are `[line, row, cells]`: of a bad row, an error value and what could be read; else null cells.

import CBKBatch
import CBKRuntime
import Synchronization

/// A file to read, as `csv.read` describes it. Each use opens it anew; standard input is read once.
final class CSVStreamSource: StreamSource {
    let path: String
    let shown: String
    let options: CSVOptions
    let skip: Int
    let take: Int?
    let standard: StandardCSV?
    /// Items are `[line, row, cells]`, bad rows are errors and not raised.
    let isTolerant: Bool

    init(
        path: String, shown: String, options: CSVOptions, skip: Int, take: Int?, standard: StandardCSV? = nil,
        isTolerant: Bool = false
    ) {
        self.path = path
        self.shown = shown
        self.options = options
        self.skip = skip
        self.take = take
        self.standard = standard
        self.isTolerant = isTolerant
    }

    func tolerant() -> CSVStreamSource {
        CSVStreamSource(
            path: path, shown: shown, options: options, skip: skip, take: take, standard: standard, isTolerant: true)
    }

    /// What messages call it.
    var title: String { standard == nil ? "'\(shown)'" : StandardInput.shown }

    /// What is wrong with the file, under the name that the script gave it.
    func message(_ error: CSVError) -> String {
        if standard == nil, error.message.contains("'\(path)'") { return error.message.replacing(path, with: shown) }
        return error.message.contains(title) ? error.message : "\(title): \(error.message)"
    }

    /// Of a file. Of standard input it waits for the header: on a thread of its own.
    fileprivate func reader() throws(ScriptError) -> CSVReader {
        do throws(CSVError) {
            guard standard != nil else { return try CSVReader(path: path, options: options) }
            return try CSVReader(
                descriptor: StandardInput.descriptor, name: title, closesDescriptor: false, options: options)
        } catch {
            throw ScriptError(.io, message(error), code: error.code.rawValue)
        }
    }

    /// The names of the columns, before any use reads the rows.
    func header() async throws(ScriptError) -> [String] {
        guard let standard else { return try reader().header }
        try standard.input.take(for: "csv.read")
        let reader = try await StandardInput.onThread { () throws(ScriptError) in try self.reader() }
        standard.opened.withLock { $0 = reader }
        return reader.header
    }

    func open() throws(ScriptError) -> any StreamCursor {
        guard let standard else { return CSVCursor(self, try reader()) }
        let opened = standard.opened.withLock { opened in
            defer { opened = nil }
            return opened
        }
        if opened == nil { try standard.input.take(for: "csv.read") }
        return CSVCursor(self, opened)
    }
}

/// Standard input as a CSV file. A class: a reader whose header was looked at waits here for the use that reads on.
final class StandardCSV: Sendable {
    let input: StandardInput
    let opened = Mutex<CSVReader?>(nil)

    init(_ input: StandardInput) { self.input = input }
}

/// One pass. The interpreter asks for one chunk at a time, so nothing here is used twice at once.
private final class CSVCursor: StreamCursor, @unchecked Sendable {
    private let source: CSVStreamSource
    /// Of standard input made at the first `next`.
    private var reader: CSVReader?
    private var left: Int?
    private var toSkip: Int
    private var failure: ScriptError?

    init(_ source: CSVStreamSource, _ reader: CSVReader?) {
        self.source = source
        self.reader = reader
        left = source.take
        toSkip = source.skip
    }

    func next() async throws -> Reply {
        guard source.standard != nil else { return try read() }
        return try await StandardInput.onThread { () throws(ScriptError) in try self.read() }
    }

    private func read() throws(ScriptError) -> Reply {
        if let failure { throw failure }
        let reader: CSVReader
        if let known = self.reader { reader = known } else { reader = try source.reader() }
        self.reader = reader
        while left != 0 {
            let chunk: CSVChunk?
            do throws(CSVError) {
                chunk = try reader.nextChunk(maxRows: 256)
            } catch {
                throw ScriptError(.io, source.message(error), code: error.code.rawValue)
            }
            guard let chunk else { break }
            var rows = 0..<chunk.count
            let skipped = min(toSkip, rows.count)
            toSkip -= skipped
            rows = rows.dropFirst(skipped)
            if let left {
                rows = rows.prefix(left)
                self.left = left - rows.count
            }
            if rows.isEmpty { continue }
            if !source.isTolerant, let bad = rows.first(where: { chunk.error(ofRow: $0) != nil }),
                let error = chunk.error(ofRow: bad)
            {
                failure = ScriptError(.value, "\(source.title), line \(error.line): \(error.message)", code: error.code.rawValue)
                rows = rows.prefix(bad - rows.lowerBound)
                if rows.isEmpty, let failure { throw failure }
            }
            let part = rows
            return Reply { [isTolerant = source.isTolerant, header = reader.header] vm in
                Value(CSVRows(header: header, chunk: chunk, isTolerant: isTolerant).list(part, vm))
            }
        }
        return Reply { vm in vm.makeList([]) }
    }

    func close() { reader?.close() }
}

/// Makes records of a chunk's rows, all of one shape.
struct CSVRows {
    let header: [String]
    let chunk: CSVChunk
    let isTolerant: Bool

    func list(_ rows: Range<Int>, _ vm: VM) -> UnsafeMutablePointer<ListObject> {
        let list = vm.makeList(capacity: rows.count)
        append(rows, to: list, vm)
        return list
    }

    func append(_ rows: Range<Int>, to list: UnsafeMutablePointer<ListObject>, _ vm: VM) {
        let shape = vm.shape(named: header)
        chunk.bytes.withUnsafeBufferPointer { bytes in
            for row in rows {
                var value = Value.null
                let line = chunk.line(ofRow: row)
                if let error = chunk.error(ofRow: row) {
                    value = vm.makeError(ScriptError(.value, "line \(error.line): \(error.message)", code: error.code.rawValue))
                } else {
                    value = record(row, shape, bytes, vm)
                }
                guard isTolerant else {
                    vm.append(value, to: list)
                    continue
                }
                let cells = value.tag == Tag.error ? record(row, shape, bytes, vm) : Value.null
                vm.append(vm.makeList([Value(int: line), value, cells]), to: list)
            }
        }
    }

    private func record(_ row: Int, _ shape: UInt32, _ bytes: UnsafeBufferPointer<UInt8>, _ vm: VM) -> Value {
        let cells = chunk.cellRange(ofRow: row)
        func text(_ column: Int) -> Value {
            guard column < cells.count else { return vm.string("") }
            let range = chunk.cells[cells.lowerBound + column].range
            let part = UnsafeBufferPointer(rebasing: bytes[range])
            // In a bad row a cell may be no UTF-8: strings of the language always are.
            return chunk.error(ofRow: row) == nil ? Value(vm.makeString(part)) : vm.string(String(decoding: part, as: UTF8.self))
        }
        if shape != 0 {
            let record = vm.makeRecord(shape: shape, count: header.count)
            if let slots = record.pointee.slots {
                for column in 0..<header.count { slots[column] = text(column) }
            }
            return Value(record)
        }
        let record = vm.makeRecord()
        for (column, name) in header.enumerated() { vm.set(vm.key(name), in: record, to: text(column)) }
        return Value(record)
    }
}
