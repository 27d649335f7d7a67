// A whole list as one answer that comes as it is made: a JSON text a line. Each pull reads as much as it needs, so a slow
// reader slows the server down. An error that comes after the status is thrown, as is an answer that breaks off; what this
// client does not know it passes over.
import JSONBytes
import PartnerAPI

/// What a stream consists of.
public enum PartnerStreamEvent<Item: Sendable>: Sendable {
    /// A record of the list.
    case item(Item)
    /// What the server says of the list as a whole.
    case result(JSONValue)
}

extension PartnerStreamEvent: Equatable where Item: Equatable {}

/// A list as a stream of events. Each iteration sends a request of its own.
public struct PartnerStream<Item: Sendable & ListItem>: AsyncSequence, Sendable {
    public typealias Element = PartnerStreamEvent<Item>

    let connection: PartnerConnection
    let schema: OperationSchema
    let ids: [String]
    let query: [QueryItem]
    /// Of the records; nil for all.
    let total: Int?

    public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    /// The records alone.
    public var items: Items { Items(stream: self) }

    public struct Items: AsyncSequence, Sendable {
        public typealias Element = Item

        let stream: PartnerStream

        public func makeAsyncIterator() -> Iterator { Iterator(events: stream.makeAsyncIterator()) }

        public struct Iterator: AsyncIteratorProtocol {
            var events: PartnerStream.Iterator

            public mutating func next() async throws -> Item? {
                while let event = try await events.next() {
                    if case .item(let item) = event { return item }
                }
                return nil
            }
        }
    }

    public struct Iterator: AsyncIteratorProtocol {
        private let stream: PartnerStream
        private var lines = LineSplitter()
        /// Nil before the first pull.
        private var response: WireResponse?
        private var left: Int?
        private var hasEnded = false

        init(stream: PartnerStream) {
            self.stream = stream
            left = stream.total
        }

        /// The next event; nil at the end, and after an error.
        public mutating func next() async throws -> Element? {
            guard !hasEnded, left.map({ $0 > 0 }) ?? true else { return nil }
            do {
                let event = try await event()
                hasEnded = event == nil
                return event
            } catch {
                hasEnded = true
                throw error
            }
        }

        private mutating func event() async throws(PartnerError) -> Element? {
            if response == nil { response = try await stream.open() }
            while true {
                if let line = try nextLine() {
                    if let event = try read(line) { return event }
                } else if let chunk = try await chunk() {
                    lines.append(chunk)
                } else {
                    // The last line may lack its end; a part of one is no JSON, which says that the rest is missing.
                    let rest = lines.rest
                    lines = LineSplitter()
                    return rest.isEmpty ? nil : try read(rest)
                }
            }
        }

        private mutating func nextLine() throws(PartnerError) -> ArraySlice<UInt8>? {
            do throws(LineSplitter.TooLong) { return try lines.next() } catch {
                throw failure(.answer, "a line of the stream is longer than \(LineSplitter.mostBytes >> 20) MB")
            }
        }

        private mutating func chunk() async throws(PartnerError) -> [UInt8]? {
            switch response?.body {
            case nil: return nil
            case .bytes(let bytes):
                response?.body = .chunks { nil }
                return bytes
            case .chunks(let pull):
                do { return try await pull() } catch {
                    var failure = PartnerError(error, of: stream.schema)
                    failure.message = "the stream broke off: \(failure.message)"
                    throw failure
                }
            }
        }

        /// Nil for an event that says nothing.
        private mutating func read(_ line: ArraySlice<UInt8>) throws(PartnerError) -> Element? {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return nil }
            let json: JSONValue
            do throws(JSONError) { json = try JSONValue.read(line) } catch {
                throw failure(.answer, "a line of the stream is no JSON: \(error)")
            }
            switch json["type"]?.stringValue {
            case "item":
                guard let record = json["data"]?.objectValue else {
                    throw failure(.answer, "an item of the stream has no record")
                }
                let item = try stream.connection.reading(stream.schema) { () throws(AnswerError) in try Item(json: record) }
                left = left.map { $0 - 1 }
                return .item(item)
            case "result": return .result(json["data"] ?? .null)
            case "error":
                let body = json["data"] ?? json
                throw failure(
                    .api, body["message"]?.stringValue ?? "the stream ended with an error", code: body["code"]?.stringValue)
            case nil:
                // The answer of a server that fell over while it made the list.
                if let body = ErrorBody(json: json) { throw failure(.api, body.message, code: body.code) }
                throw failure(.answer, "a line of the stream is no event: it is \(json.kindDescription) without a type")
            // `nop` and `ping` keep the connection up; others may come.
            default: return nil
            }
        }

        private func failure(_ kind: PartnerError.Kind, _ message: String, code: String? = nil) -> PartnerError {
            PartnerError(
                kind: kind, message: message, status: response?.status, code: code, operation: stream.schema.name,
                requestID: response?.headers.requestID)
        }
    }

    /// Sends the request, again if need be, until an answer begins. Its turn at the limiter ends there: who reads a stream
    /// slowly, and sends requests meanwhile, holds nobody up.
    fileprivate func open() async throws(PartnerError) -> WireResponse {
        var request = try connection.request(schema, ids: ids, query: query, body: nil)
        request.headers["Accept"] = "application/jsonl"
        request.isStreamed = true
        return try await connection.retrying(schema) { () async throws(PartnerError) in
            try await connection.paced(schema) { () async throws(PartnerError) in
                do {
                    let response = try await connection.transport.send(request)
                    if (200..<300).contains(response.status) { return response }
                    let bytes = try await response.collected(limit: 1 << 20)
                    throw AnswerJudge(schema: schema, response: response, bytes: bytes).refusal()
                } catch let error as PartnerError {
                    throw error
                } catch {
                    throw PartnerError(error, of: schema)
                }
            }
        }
    }
}
