// Where a walk over the pages of a list stands: how much to ask for next, and from where. It ends at the total, at a page
// shorter than asked for, as a cursor alone is no promise of more, and where a server gives the same page again.
import JSONBytes
import PartnerAPI

package struct PageWalk: Sendable {
    /// What the API gives in one page at most.
    package static let pageSize = 100

    /// Where the next page begins; nil at the start of the list.
    package private(set) var cursor: String?
    /// Items still wanted; nil for all.
    package private(set) var left: Int?
    private var hasEnded = false

    /// - Parameter total: of the items; nil for all.
    package init(from cursor: String? = nil, total: Int? = nil) {
        self.cursor = cursor
        left = total
    }

    /// How many items to ask for; nil at the end.
    package var wanted: Int? {
        let size = min(left ?? Self.pageSize, Self.pageSize)
        return hasEnded || size <= 0 ? nil : size
    }

    /// What asks for the next page, behind the list's own query.
    package func query(_ wanted: Int) -> [QueryItem] { Self.query(from: cursor, take: wanted) }

    package static func query(from cursor: String?, take: Int) -> [QueryItem] {
        [QueryItem("take", "\(take)")] + (cursor.map { [QueryItem("cursor", $0)] } ?? [])
    }

    /// Notes a page that came.
    /// - Parameter next: its cursor, else the id of its last item.
    package mutating func advance(by count: Int, to next: String?) {
        hasEnded = count < wanted ?? 0 || next == nil || next == cursor
        cursor = next
        left = left.map { $0 - count }
    }

    /// The items of a page as it came; goes on behind them.
    package mutating func items(of answer: JSONValue) -> [JSONValue] {
        let items = answer["items"]?.arrayValue ?? []
        advance(by: items.count, to: answer["cursor"]?.stringValue ?? items.last?["id"]?.stringValue)
        return items
    }

    /// Nothing more is wanted.
    package mutating func stop() { hasEnded = true }
}
