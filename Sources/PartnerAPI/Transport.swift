// What goes over the wire and back, as values, and the protocol that carries it. A response's body is pulled
// chunk by chunk, so a long list never stands in memory and a slow reader slows the writer down.

public struct WireMethod: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let get = WireMethod(rawValue: "GET")
    public static let post = WireMethod(rawValue: "POST")
}

/// One name and value of a query, decoded.
public struct QueryItem: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Headers in order; names are compared without case.
public struct WireHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var fields: [Field]

    public init(_ fields: [Field] = []) { self.fields = fields }

    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field($0.0, $0.1) }
    }

    /// The first value of a header; setting replaces all of that name.
    public subscript(name: String) -> String? {
        get { fields.first { isSameHeaderName($0.name, name) }?.value }
        set {
            fields.removeAll { isSameHeaderName($0.name, name) }
            if let newValue { fields.append(Field(name, newValue)) }
        }
    }
}

public struct WireRequest: Sendable, Equatable {
    public var method: WireMethod
    /// Percent-encoded. Below the base (`/partner/user/list`) from a client; whole at a server.
    public var path: String
    public var query: [QueryItem]
    public var headers: WireHeaders
    /// Nil for a read.
    public var body: [UInt8]?
    /// Where the API is; a transport within the process needs none.
    public var base: BaseURL?
    /// How long an attempt may take as a whole; of a streamed answer, until it begins and between its chunks. Nil: for ever.
    public var timeout: Duration?
    /// The answer is wanted chunk by chunk, as it comes. Otherwise it may come whole.
    public var isStreamed = false

    public init(
        method: WireMethod, path: String, query: [QueryItem] = [], headers: WireHeaders = [:], body: [UInt8]? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

public struct WireResponse: Sendable {
    public var status: Int
    public var headers: WireHeaders
    public var body: WireBody

    public init(status: Int, headers: WireHeaders = [:], body: WireBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The whole body.
    /// - Parameter limit: bytes beyond which it is refused.
    /// - Throws: `TransportError` for a longer body, and what the body's source throws.
    public func collected(limit: Int = 64 << 20) async throws -> [UInt8] {
        switch body {
        case .bytes(let bytes):
            guard bytes.count <= limit else { throw Self.tooLong(limit) }
            return bytes
        case .chunks(let pull):
            var whole: [UInt8] = []
            while let chunk = try await pull() {
                guard whole.count + chunk.count <= limit else { throw Self.tooLong(limit) }
                if whole.isEmpty { whole = chunk } else { whole.append(contentsOf: chunk) }
            }
            return whole
        }
    }

    private static func tooLong(_ limit: Int) -> TransportError {
        TransportError(.lost, "the answer is longer than \(limit) bytes")
    }
}

/// A body: whole, or pulled chunk by chunk until nil comes.
public enum WireBody: Sendable {
    case bytes([UInt8])
    /// Gives the next chunk; nil at the end. It is called by one reader, one call at a time.
    case chunks(@Sendable () async throws -> [UInt8]?)
}

/// Carries requests to a server. An answer with an error status is an answer, not a thrown error, and a redirect is not
/// followed.
public protocol Transport: Sendable {
    /// Sends a request once: whether to send it again is the caller's decision.
    /// - Throws: `TransportError` where no whole answer came; `CancellationError`.
    func send(_ request: WireRequest) async throws -> WireResponse
}

/// Why there is no answer; it decides whether a write may have happened.
public struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// Certainly nothing was sent: no connection came about, or none was free.
        case notSent
        /// The connection was lost after a byte had left.
        case lost
        /// No answer within the time set.
        case timeout
    }

    public var kind: Kind
    public var message: String
    /// No connection to the host came about, so no other request would have come through either.
    public var isUnreachable: Bool

    public init(_ kind: Kind, _ message: String, isUnreachable: Bool = false) {
        self.kind = kind
        self.message = message
        self.isUnreachable = isUnreachable
    }

    public var description: String { message }
}

private func isSameHeaderName(_ a: String, _ b: String) -> Bool {
    guard a.utf8.count == b.utf8.count else { return false }
    return zip(a.utf8, b.utf8).allSatisfy { lowerCased($0) == lowerCased($1) }
}

private func lowerCased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
