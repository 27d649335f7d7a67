// Where requests go, whom they act for, and how patient they are. Nil means: as before, else the default; so options also say
// what `extend` changes.
import PartnerAPI

public struct PartnerClientOptions: Sendable, Equatable {
    /// Sent as `Authorization: Bearer`; a transport without network needs none.
    public var secret: Secret?
    /// Where the API is; `https://api.chatbotkit.com/v1` by default.
    public var baseURL: BaseURL?
    /// Other paths for operations, by their names: `["users.list": "/gateway/users"]`, below the base's host. `{userId}`,
    /// `{tokenId}` and `{contextId}` stand for the ids.
    public var endpoints: [String: String]
    /// Act as this user.
    public var runAsUserID: String?
    /// Act as the child user with this address.
    public var runAsChildUserEmail: String?
    /// An IANA name.
    public var timezone: String?
    /// Sent with every request. They cannot replace those that the client sets itself.
    public var headers: WireHeaders
    /// How long one attempt may take; 60 seconds by default. A streamed list may take so long until it begins and
    /// between its chunks.
    public var timeout: Duration?
    /// How often a request is sent again at most; 5 by default. docs/client.md says which are.
    public var retries: Int?
    /// The longest wait before the first retry; it doubles with each. 250 milliseconds by default.
    public var retryDelay: Duration?
    /// Whether a read without an answer in time is sent again; it is by default.
    public var retriesOnTimeout: Bool?

    public init(
        secret: Secret? = nil, baseURL: BaseURL? = nil, endpoints: [String: String] = [:], runAsUserID: String? = nil,
        runAsChildUserEmail: String? = nil, timezone: String? = nil, headers: WireHeaders = [:], timeout: Duration? = nil,
        retries: Int? = nil, retryDelay: Duration? = nil, retriesOnTimeout: Bool? = nil
    ) {
        self.secret = secret
        self.baseURL = baseURL
        self.endpoints = endpoints
        self.runAsUserID = runAsUserID
        self.runAsChildUserEmail = runAsChildUserEmail
        self.timezone = timezone
        self.headers = headers
        self.timeout = timeout
        self.retries = retries
        self.retryDelay = retryDelay
        self.retriesOnTimeout = retriesOnTimeout
    }

    /// These options, with those that the others set in their place; endpoints and headers are merged one by one.
    public func extended(by other: PartnerClientOptions) -> PartnerClientOptions {
        var merged = PartnerClientOptions(
            secret: other.secret ?? secret, baseURL: other.baseURL ?? baseURL,
            endpoints: endpoints.merging(other.endpoints) { _, new in new }, runAsUserID: other.runAsUserID ?? runAsUserID,
            runAsChildUserEmail: other.runAsChildUserEmail ?? runAsChildUserEmail, timezone: other.timezone ?? timezone,
            headers: headers, timeout: other.timeout ?? timeout, retries: other.retries ?? retries,
            retryDelay: other.retryDelay ?? retryDelay, retriesOnTimeout: other.retriesOnTimeout ?? retriesOnTimeout)
        for field in other.headers.fields { merged.headers[field.name] = field.value }
        return merged
    }

    /// Headers that frame a message or open a connection: the transport's own.
    private static let transportHeaders: Set<String> = [
        "host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "expect", "proxy-authorization",
    ]

    /// Headers that each operation sets itself.
    private static let operationHeaders: Set<String> = ["accept", "content-type"]

    /// What these options add to the headers of every request.
    /// - Throws: `RequestError` for a header that cannot be sent; the message holds no value.
    func addedHeaders() throws(RequestError) -> [WireHeaders.Field] {
        var all = headers
        if let secret { all["Authorization"] = "Bearer \(secret.reveal())" }
        if let runAsUserID { all["X-RunAs-UserId"] = runAsUserID }
        if let runAsChildUserEmail { all["X-RunAs-Child-User-Email"] = runAsChildUserEmail }
        if let timezone { all["X-Timezone"] = timezone }
        for field in all.fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isNameByte) else {
                throw RequestError("'\(field.name)' is no name of a header")
            }
            guard !Self.transportHeaders.contains(field.name.lowercased()) else {
                throw RequestError("the header '\(field.name)' is set by the transport; leave it out")
            }
            // No control characters: they would begin another header.
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                let what = field.name == "Authorization" ? "the secret" : "the value of the header '\(field.name)'"
                throw RequestError("\(what) holds a line break or another control character")
            }
        }
        return all.fields.filter { !Self.operationHeaders.contains($0.name.lowercased()) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
