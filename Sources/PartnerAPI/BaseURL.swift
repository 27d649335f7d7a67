// Where the API is: takes an address as people write it, gives scheme, host, port and the path that operations follow.
// Refuses what would send a secret in the clear, and userinfo, query and fragment, which no request here can carry.

public struct BaseURL: Sendable, Hashable, CustomStringConvertible {
    public enum Scheme: String, Sendable {
        case https, http
    }

    public let scheme: Scheme
    /// In lower case; an IPv6 address without its brackets.
    public let host: String
    public let port: Int
    /// Empty, or with a slash first and none last.
    public let path: String
    /// The address that a request's path is put behind: `https://api.chatbotkit.com/v1`.
    public let text: String

    /// `https://api.chatbotkit.com/v1`
    public static let standard = BaseURL(scheme: .https, host: standardHost, port: 443, path: "/v1")

    private static let standardHost = "api.chatbotkit.com"

    /// Reads an address: `https://HOST`, with a port or a path if need be; `http://` for this machine alone. The API is at
    /// `/v1` of api.chatbotkit.com and at `/api/v1` elsewhere, unless the path ends in `/v1` already.
    /// - Throws: `BaseURLError`, which quotes the address without its userinfo.
    public init(_ text: String) throws(BaseURLError) {
        var reader = AddressReader(text)
        (scheme, host, port, path) = try reader.parts(standardHost: BaseURL.standardHost)
        self.text = BaseURL.text(scheme, host, port, path)
    }

    /// `api.example.com`, or `localhost:8787` with `.http`.
    public init(host: String, scheme: Scheme = .https) throws(BaseURLError) {
        try self.init("\(scheme.rawValue)://\(host)")
    }

    private init(scheme: Scheme, host: String, port: Int, path: String) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
        text = BaseURL.text(scheme, host, port, path)
    }

    public var description: String { text }

    /// The same place without its path.
    public var root: BaseURL { BaseURL(scheme: scheme, host: host, port: port, path: "") }

    /// Whether it never leaves this machine: localhost, 127.0.0.0/8, ::1.
    public var isLoopback: Bool { BaseURL.isLoopback(host) }

    /// Whether a name or an address, without brackets, is this machine and no other.
    public static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        // As written: some readers take a number with a zero first as octal.
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { part in UInt8(part).map { "\($0)" } == String(part) }
    }

    private static func text(_ scheme: Scheme, _ host: String, _ port: Int, _ path: String) -> String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        let place = port == (scheme == .https ? 443 : 80) ? name : "\(name):\(port)"
        return "\(scheme.rawValue)://\(place)\(path)"
    }
}

/// An address that no request may go to.
public struct BaseURLError: Error, Sendable, Equatable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}

/// Takes an address apart, from left to right.
private struct AddressReader {
    private let text: String
    private var rest: Substring

    init(_ text: String) {
        self.text = text
        rest = Substring(text)
    }

    mutating func parts(
        standardHost: String
    ) throws(BaseURLError) -> (scheme: BaseURL.Scheme, host: String, port: Int, path: String) {
        let scheme = try scheme()
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        rest = rest.dropFirst(authority.count)
        if let at = authority.lastIndex(of: "@") {
            let place = authority[authority.index(after: at)...]
            throw BaseURLError(
                "the address of '\(place)' holds a name or password; leave it out, the secret is what signs the requests")
        }
        for (mark, name) in [(Character("?"), "query"), ("#", "fragment")] where rest.contains(mark) {
            throw BaseURLError(
                "'\(text.prefix { $0 != mark })' is followed by a \(name), which an address cannot have; leave it out")
        }
        let (host, port) = try place(authority, scheme)
        if scheme == .http, !BaseURL.isLoopback(host) {
            throw BaseURLError(
                "'\(text)' would send the secret in the clear; use https:// (http:// is for this machine alone)")
        }
        return (scheme, host, port, try path(host == standardHost ? "/v1" : "/api/v1"))
    }

    private mutating func scheme() throws(BaseURLError) -> BaseURL.Scheme {
        guard let end = text.firstRange(of: "://") else {
            throw BaseURLError("'\(text)' is no address; it begins with https://")
        }
        guard let scheme = BaseURL.Scheme(rawValue: text[..<end.lowerBound].lowercased()) else {
            throw BaseURLError("'\(text.prefix(upTo: end.upperBound))' is not supported; use https://")
        }
        rest = text[end.upperBound...]
        return scheme
    }

    private func place(_ authority: Substring, _ scheme: BaseURL.Scheme) throws(BaseURLError) -> (String, Int) {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            host = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw BaseURLError("'\(text)' has no host that can be read") }
            port = after.isEmpty ? nil : after.dropFirst()
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                throw BaseURLError("'[\(host)]' is no IPv6 address")
            }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                port = authority[authority.index(after: colon)...]
            }
            guard !host.isEmpty else { throw BaseURLError("'\(text)' names no host") }
            guard host.utf8.allSatisfy(Self.isHostByte) else {
                throw BaseURLError("'\(host)' is no host: it takes letters, digits, '.', '-' and '_'")
            }
        }
        guard let port else { return (host.lowercased(), scheme == .https ? 443 : 80) }
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port), (1...65535).contains(number) else {
            throw BaseURLError("'\(port)' is no port in '\(text)'; it is a number from 1 to 65535")
        }
        return (host.lowercased(), number)
    }

    private func path(_ api: String) throws(BaseURLError) -> String {
        var path = rest
        while path.hasSuffix("/") { path = path.dropLast() }
        for segment in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard !segment.isEmpty, segment != ".", segment != "..", segment.utf8.allSatisfy(Self.isPathByte) else {
                throw BaseURLError("'\(segment)' cannot be a part of the path in '\(text)'")
            }
        }
        return path.hasSuffix("/v1") ? String(path) : path + api
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._~%!$&'()*+,;=:@".utf8.contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
