// A whole list, page after page, one page in memory. It ends at the total asked for, or at the first page that
// is empty or shorter than asked for: a cursor alone does not promise more.
import PartnerAPI

/// The pages of a list, as a sequence.
public struct PartnerPages<Item: Sendable & ListItem>: AsyncSequence, Sendable {
    public typealias Element = Page<Item>

    /// What the API gives in one page at most.
    static var pageSize: Int { 100 }

    let options: ListOptions
    let fetch: @Sendable (ListOptions) async throws(PartnerError) -> Page<Item>

    public func makeAsyncIterator() -> Iterator {
        Iterator(options: options, remaining: options.take, fetch: fetch)
    }

    public struct Iterator: AsyncIteratorProtocol {
        var options: ListOptions
        /// Items still wanted; nil for all.
        var remaining: Int?
        let fetch: @Sendable (ListOptions) async throws(PartnerError) -> Page<Item>
        private var hasEnded = false

        init(
            options: ListOptions, remaining: Int?,
            fetch: @escaping @Sendable (ListOptions) async throws(PartnerError) -> Page<Item>
        ) {
            self.options = options
            self.remaining = remaining
            self.fetch = fetch
        }

        /// The next page that has items; nil at the end.
        public mutating func next() async throws -> Page<Item>? {
            let asked = Swift.min(remaining ?? pageSize, pageSize)
            guard !hasEnded, asked > 0 else { return nil }
            options.take = asked
            var page = try await fetch(options)
            guard let last = page.items.last else {
                hasEnded = true
                return nil
            }
            if page.items.count < asked { hasEnded = true }
            // A server that answers the same page again would never end.
            let cursor = page.cursor ?? last.id
            if cursor == options.cursor { hasEnded = true }
            options.cursor = cursor
            if let remaining {
                page.items = Array(page.items.prefix(remaining))
                self.remaining = remaining - page.items.count
            }
            return page
        }
    }
}

/// The items of a list, as a sequence.
public struct PartnerItems<Item: Sendable & ListItem>: AsyncSequence, Sendable {
    public typealias Element = Item

    let pages: PartnerPages<Item>

    public func makeAsyncIterator() -> Iterator { Iterator(pages: pages.makeAsyncIterator()) }

    public struct Iterator: AsyncIteratorProtocol {
        var pages: PartnerPages<Item>.Iterator
        private var items: IndexingIterator<[Item]>

        init(pages: PartnerPages<Item>.Iterator) {
            self.pages = pages
            items = [].makeIterator()
        }

        public mutating func next() async throws -> Item? {
            if let item = items.next() { return item }
            guard let page = try await pages.next() else { return nil }
            items = page.items.makeIterator()
            return items.next()
        }
    }
}

/// What a list consists of: open records with ids.
public protocol ListItem {
    var id: String { get }
    init(json: JSONObject) throws(AnswerError)
}

extension PartnerUser: ListItem {}
extension PartnerUserToken: ListItem {}

/// An item as it came, for callers that read the fields themselves.
public struct RawRecord: Sendable, Equatable, ListItem {
    public var id: String
    public var fields: JSONObject

    /// - Throws: `AnswerError` for a record without an id.
    public init(json: JSONObject) throws(AnswerError) {
        guard let id = json["id"]?.stringValue, !id.isEmpty else {
            throw AnswerError("a record of the answer has no id")
        }
        self.id = id
        fields = json
    }
}

extension PartnerConnection {
    /// One page of a list.
    /// - Parameter options: its `take` is the page's size.
    public func page<Item: ListItem & Sendable>(
        _ schema: OperationSchema, ids: [String] = [], _ options: ListOptions, as type: Item.Type = Item.self
    ) async throws(PartnerError) -> Page<Item> {
        let answer = try await call(schema, ids: ids, query: options.query)
        guard let array = answer["items"]?.arrayValue else {
            throw PartnerError(kind: .answer, message: "the answer has no list of items", operation: schema.name)
        }
        var items: [Item] = []
        items.reserveCapacity(array.count)
        for element in array {
            guard let object = element.objectValue else {
                throw PartnerError(
                    kind: .answer, message: "an item of the list is \(element.kindDescription), not an object",
                    operation: schema.name)
            }
            items.append(try reading(schema) { () throws(AnswerError) in try Item(json: object) })
        }
        return Page(items: items, cursor: answer["cursor"]?.stringValue)
    }

    /// All pages of a list.
    /// - Parameter options: its `take` is the total.
    public func pages<Item: ListItem & Sendable>(
        _ schema: OperationSchema, ids: [String] = [], _ options: ListOptions, as type: Item.Type = Item.self
    ) -> PartnerPages<Item> {
        PartnerPages(options: options) { (options) async throws(PartnerError) in
            try await page(schema, ids: ids, options, as: type)
        }
    }

    /// Reads an answer, turning a wrong shape into this operation's error: of a write, its outcome is known all
    /// the same only if the id is there.
    func reading<Value>(
        _ schema: OperationSchema, _ read: () throws(AnswerError) -> Value
    ) throws(PartnerError) -> Value {
        do throws(AnswerError) {
            return try read()
        } catch {
            throw PartnerError(
                kind: schema.effect.isWrite ? .outcomeUnknown : .answer, message: error.message, operation: schema.name)
        }
    }
}
