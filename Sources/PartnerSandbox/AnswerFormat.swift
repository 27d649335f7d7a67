// How an answer is written: as JSON, as events (JSON Lines, or an event stream of the same objects), or as CSV, whose columns
// are the operation's fields. CSV has no formula guard (docs/decisions/0009-csv-on-the-wire.md).
import JSONBytes
import PartnerAPI

enum AnswerFormat: Sendable {
    case json
    case jsonLines
    case eventStream
    case csv(columns: [SchemaField])

    /// Takes the first type of an Accept header that is known; none means JSON.
    /// - Throws: `SandboxError` with BAD_REQUEST where none is known.
    init(accept: String?, for schema: OperationSchema) throws(SandboxError) {
        guard let accept, !accept.isEmpty else {
            self = .json
            return
        }
        for part in accept.split(separator: ",") {
            let type = part.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
            switch type {
            case "application/json", "application/*", "*/*": self = .json
            case "application/jsonl": self = .jsonLines
            case "text/event-stream": self = .eventStream
            case "text/csv": self = .csv(columns: schema.answer.fields)
            default: continue
            }
            return
        }
        throw .badRequest(
            "Accept must be application/json, application/jsonl, text/csv or text/event-stream, not '\(accept)'")
    }

    var contentType: String {
        switch self {
        case .json: "application/json"
        case .jsonLines: "application/jsonl"
        case .eventStream: "text/event-stream"
        case .csv: "text/csv; charset=utf-8"
        }
    }

    /// An answer of one record, which the closure writes.
    func answer(_ write: (inout JSONWriter) -> Void) -> WireResponse {
        if case .json = self {
            var writer = JSONWriter(capacity: 256)
            write(&writer)
            return answer(.bytes(writer.bytes))
        }
        var bytes = start
        append("result", to: &bytes, write)
        return answer(.bytes(bytes))
    }

    func answer(_ body: WireBody) -> WireResponse {
        WireResponse(status: 200, headers: WireHeaders([WireHeaders.Field("Content-Type", contentType)]), body: body)
    }

    func answerID(_ id: String) -> WireResponse {
        answer { writer in
            writer.beginObject()
            writer.key("id")
            writer.string(id)
            writer.endObject()
        }
    }

    /// What stands before all records: the header of CSV.
    var start: [UInt8] {
        guard case .csv(let columns) = self else { return [] }
        return Self.row(columns.map(\.name))
    }

    /// Appends one record, which the closure writes: by itself, as an event of a type, or as a row.
    func append(_ type: String, to bytes: inout [UInt8], _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(capacity: 256)
        switch self {
        case .json, .csv: write(&writer)
        case .jsonLines, .eventStream:
            writer.beginObject()
            writer.key("type")
            writer.string(type)
            writer.key("data")
            write(&writer)
            writer.endObject()
        }
        switch self {
        case .json: bytes += writer.bytes
        case .jsonLines:
            bytes += writer.bytes
            bytes.append(0x0A)
        case .eventStream:
            bytes += "data: ".utf8
            bytes += writer.bytes
            bytes += [0x0A, 0x0A]
        case .csv(let columns):
            let record = try? JSONValue(parsing: writer.bytes)
            bytes += Self.row(columns.map { Self.cell(record?[$0.name]) })
        }
    }

    // MARK: - CSV

    /// Objects are JSON in a cell; what is not set is an empty one.
    private static func cell(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null?: ""
        case .string(let text)?: text
        case .some(let value): value.description
        }
    }

    /// A line by RFC 4180.
    private static func row(_ cells: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let mustQuote = cell.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D].contains($0) }
            bytes += (mustQuote ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell).utf8
        }
        return bytes + [0x0D, 0x0A]
    }
}
