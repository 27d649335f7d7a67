// A JSON object: its members in their order, each key once. Two are equal when they have the same members,
// whatever the order. Look-up walks the members: objects on this wire are small.

/// The members of a JSON object in the order of the text.
public struct JSONObject: Sendable {
    public struct Member: Sendable, Equatable {
        public var key: String
        public var value: JSONValue

        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    public private(set) var members: [Member]

    public init() { members = [] }

    /// Takes members in order; of those with one key the last value wins, at the first one's place.
    public init(_ members: [Member]) {
        self.members = members
        if members.count > 1 { removeDuplicates() }
    }

    public var isEmpty: Bool { members.isEmpty }
    public var count: Int { members.count }
    public var keys: [String] { members.map(\.key) }

    /// The value of a key. Setting nil removes the member; `.null` is a value.
    public subscript(key: String) -> JSONValue? {
        get {
            for member in members where hasSameBytes(member.key, key) { return member.value }
            return nil
        }
        set {
            let index = members.firstIndex { hasSameBytes($0.key, key) }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Up to this many members, comparing all pairs is faster than hashing.
    private static let smallCount = 8

    private mutating func removeDuplicates() {
        if members.count <= Self.smallCount {
            var index = 1
            while index < members.count {
                let earlier = members[..<index].firstIndex { hasSameBytes($0.key, members[index].key) }
                guard let earlier else {
                    index += 1
                    continue
                }
                members[earlier].value = members[index].value
                members.remove(at: index)
            }
            return
        }
        var places: [ByteKey: Int] = [:]
        places.reserveCapacity(members.count)
        var kept: [Member] = []
        kept.reserveCapacity(members.count)
        for member in members {
            let key = ByteKey(text: member.key)
            if let place = places[key] {
                kept[place].value = member.value
            } else {
                places[key] = kept.count
                kept.append(member)
            }
        }
        members = kept
    }
}

extension JSONObject: Equatable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        if zip(left.members, right.members).allSatisfy({ hasSameBytes($0.key, $1.key) }) {
            return zip(left.members, right.members).allSatisfy { $0.value == $1.value }
        }
        guard left.count > smallCount else {
            return left.members.allSatisfy { right[$0.key] == $0.value }
        }
        let places = Dictionary(right.members.map { (ByteKey(text: $0.key), $0.value) }) { _, last in last }
        return left.members.allSatisfy { places[ByteKey(text: $0.key)] == $0.value }
    }
}

extension JSONObject: Sequence {
    public func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
    public var underestimatedCount: Int { members.count }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements.map { Member(key: $0.0, value: $0.1) })
    }
}

/// A key that hashes and compares by its UTF-8.
private struct ByteKey: Hashable {
    let text: String

    static func == (left: ByteKey, right: ByteKey) -> Bool { hasSameBytes(left.text, right.text) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
