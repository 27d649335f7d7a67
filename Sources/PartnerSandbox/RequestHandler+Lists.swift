// Lists on the wire: one page as JSON, or the whole list as events or rows, pulled page after page.
import JSONBytes
import PartnerAPI
import Synchronization

extension RequestHandler {
    /// - Parameters:
    ///   - write: writes one item.
    ///   - id: an item's id, which is the cursor after it. A closure, as a key path would be made anew for each request.
    ///   - fetch: reads at most so many items from the query's cursor on.
    func list<Item: Sendable>(
        _ request: WireRequest, _ format: AnswerFormat, filters: Bool,
        write: @escaping @Sendable (inout JSONWriter, Item) -> Void, id: @escaping @Sendable (Item) -> String,
        fetch: @escaping @Sendable (ListQuery, Int) async throws -> [Item]
    ) async throws -> WireResponse {
        var query = try ListQuery(request.query, filters: filters)
        if let faults = injector?.faults {
            if faults.slowIndex > .zero { query.until = store.clock.now() - faults.slowIndex.milliseconds }
            if faults.ignoresEmailFilter { query.email = nil }
        }
        switch format {
        case .json:
            let items = try await fetch(query, min(query.take ?? ListQuery.pageSize, ListQuery.pageSize))
            return format.answer { writer in
                writer.beginObject()
                writer.key("items")
                writer.beginArray()
                for item in items { write(&writer, item) }
                writer.endArray()
                if let last = items.last {
                    writer.key("cursor")
                    writer.string(id(last))
                }
                writer.endObject()
            }
        case .jsonLines, .eventStream, .csv:
            // The first page decides the status; what fails later is an event.
            let stream = ListStream(format: format, query: query, write: write, id: id, fetch: fetch)
            let first = try await stream.page() ?? []
            let isFirst = Mutex(true)
            return format.answer(
                .chunks {
                    let mustGiveFirst = isFirst.withLock { isFirst in
                        defer { isFirst = false }
                        return isFirst
                    }
                    return mustGiveFirst ? format.start + first : try await stream.next()
                })
        }
    }
}

/// The pages of one streamed list. An actor, as its place in the list changes between pulls.
private actor ListStream<Item: Sendable> {
    private var query: ListQuery
    private var hasEnded = false
    private let format: AnswerFormat
    private let write: @Sendable (inout JSONWriter, Item) -> Void
    private let id: @Sendable (Item) -> String
    private let fetch: @Sendable (ListQuery, Int) async throws -> [Item]

    init(
        format: AnswerFormat, query: ListQuery, write: @escaping @Sendable (inout JSONWriter, Item) -> Void,
        id: @escaping @Sendable (Item) -> String, fetch: @escaping @Sendable (ListQuery, Int) async throws -> [Item]
    ) {
        self.format = format
        self.query = query
        self.write = write
        self.id = id
        self.fetch = fetch
    }

    /// The next page's records; nil at the end.
    func page() async throws -> [UInt8]? {
        if hasEnded { return nil }
        let size = min(query.take ?? ListQuery.pageSize, ListQuery.pageSize)
        let items = try await fetch(query, size)
        if let take = query.take { query.take = take - items.count }
        if items.count < size || query.take == 0 { hasEnded = true }
        guard let last = items.last, let place = Position(id: id(last)) else {
            hasEnded = true
            return nil
        }
        query.cursor = (id(last), place)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(items.count * 256)
        for item in items { format.append("item", to: &bytes) { write(&$0, item) } }
        return bytes
    }

    /// The next page's records, or an error event; nil at the end.
    /// - Throws: the error, where the format has no event for it: the answer then ends in the middle.
    func next() async throws -> [UInt8]? {
        do {
            return try await page()
        } catch {
            hasEnded = true
            if case .csv = format { throw error }
            let refusal = RequestHandler.refusal(error)
            var bytes: [UInt8] = []
            format.append("error", to: &bytes) {
                $0.object(ErrorBody(message: refusal.message, code: refusal.code.rawValue).json)
            }
            return bytes
        }
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
