// A whole list, page after page, one page in memory; `PageWalk` says where it ends.
import PartnerAPI

/// The pages of a list, as a sequence.
public struct PartnerPages<Item: Sendable & ListItem>: AsyncSequence, Sendable {
    public typealias Element = Page<Item>

    let options: ListOptions
    let fetch: @Sendable (ListOptions) async throws(PartnerError) -> Page<Item>

    public func makeAsyncIterator() -> Iterator {
        Iterator(options: options, walk: PageWalk(from: options.cursor, total: options.take), fetch: fetch)
    }

    public struct Iterator: AsyncIteratorProtocol {
        var options: ListOptions
        var walk: PageWalk
        let fetch: @Sendable (ListOptions) async throws(PartnerError) -> Page<Item>

        /// The next page that has items; nil at the end.
        public mutating func next() async throws -> Page<Item>? {
            guard let wanted = walk.wanted else { return nil }
            options.take = wanted
            options.cursor = walk.cursor
            var page = try await fetch(options)
            let left = walk.left
            walk.advance(by: page.items.count, to: page.cursor ?? page.items.last?.id)
            if let left { page.items = Array(page.items.prefix(left)) }
            return page.items.isEmpty ? nil : page
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

    /// The whole list as one answer that comes as it is made.
    /// - Parameter options: its `take` is the total.
    public func stream<Item: ListItem & Sendable>(
        _ schema: OperationSchema, ids: [String] = [], _ options: ListOptions, as type: Item.Type = Item.self
    ) -> PartnerStream<Item> {
        PartnerStream(connection: self, schema: schema, ids: ids, query: options.query, total: options.take)
    }

    /// The same of records as they come.
    /// - Parameter query: without `take`, which the total makes.
    package func stream(
        _ schema: OperationSchema, ids: [String], query: [QueryItem], total: Int?
    ) -> PartnerStream<RawRecord> {
        let take = total.map { [QueryItem("take", "\($0)")] } ?? []
        return PartnerStream(connection: self, schema: schema, ids: ids, query: query + take, total: total)
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
