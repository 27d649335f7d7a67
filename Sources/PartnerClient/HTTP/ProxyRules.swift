// Which proxy a request goes through: takes the process's environment, as curl and others read it, and gives a proxy that is
// asked to CONNECT. Refuses proxies that it cannot speak to, and never sends to this machine through one.
import AsyncHTTPClient
import PartnerAPI

struct ProxyRules: Sendable {
    /// The variable that names the proxy, and what it says.
    private let named: (variable: String, text: String)?
    private let exceptions: [Substring]

    /// `HTTPS_PROXY`, else `ALL_PROXY`, and `NO_PROXY`, in lower case first. `HTTP_PROXY` is for plain http, which never
    /// leaves this machine.
    init(environment: [String: String]) {
        named =
            ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].lazy.compactMap { name in
                environment[name].flatMap { $0.isEmpty ? nil : (variable: name, text: $0) }
            }.first
        let list = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
        exceptions = list.lowercased().split { $0 == "," || $0 == " " }
    }

    /// Nil where the way is direct.
    /// - Throws: `TransportError`, of the kind `notSent`, for a proxy that cannot be used.
    func proxy(for base: BaseURL) throws(TransportError) -> HTTPClient.Configuration.Proxy? {
        guard let named, !base.isLoopback, !isException(base) else { return nil }
        var rest = Substring(named.text)
        if let end = rest.firstRange(of: "://") {
            guard rest[..<end.lowerBound].lowercased() == "http" else {
                throw refused(named.variable, "names a proxy other than http://HOST:PORT")
            }
            rest = rest[end.upperBound...]
        }
        rest = rest.prefix { $0 != "/" }
        var authorization: HTTPClient.Authorization?
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0]),
                let password = PercentEncoding.decode(parts.count > 1 ? parts[1] : "")
            else { throw refused(named.variable, "has a name or password with a broken '%'") }
            authorization = .basic(username: name, password: password)
            rest = rest[rest.index(after: at)...]
        }
        guard let (host, port) = Self.place(rest) else { throw refused(named.variable, "is not of the form http://HOST:PORT") }
        return .server(host: host, port: port ?? 80, authorization: authorization)
    }

    private func refused(_ variable: String, _ what: String) -> TransportError {
        TransportError(.notSent, "\(variable) \(what); set it so, or name the host in NO_PROXY", isUnreachable: true)
    }

    /// `*`, a host, which covers what is below it, or either with a port; IPv4 addresses with the length of their common part,
    /// `10.0.0.0/8`, which names are not looked up for.
    private func isException(_ base: BaseURL) -> Bool {
        exceptions.contains { exception in
            if exception == "*" { return true }
            if let slash = exception.firstIndex(of: "/") {
                guard let length = Int(exception[exception.index(after: slash)...]), (0...32).contains(length),
                    let network = Self.address(exception[..<slash]), let host = Self.address(base.host[...])
                else { return false }
                return UInt64(network ^ host) >> (32 - length) == 0
            }
            guard let (host, port) = Self.place(exception), port == nil || port == base.port else { return false }
            let name = host.hasPrefix(".") ? String(host.dropFirst()) : host
            return base.host == name || base.host.hasSuffix("." + name)
        }
    }

    /// `10.1.2.3` as a number.
    private static func address(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, !parts.contains(nil) else { return nil }
        return parts.reduce(0) { $0 << 8 | UInt32($1 ?? 0) }
    }

    /// `host`, `host:port`, `[::1]:port` or a bare IPv6 address.
    private static func place(_ text: Substring) -> (host: String, port: Int?)? {
        var host = text
        var port: Substring?
        if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<close]
            let after = text[text.index(after: close)...]
            if !after.isEmpty { port = after.dropFirst() }
        } else if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { return nil }
        guard let port else { return (String(host), nil) }
        guard let number = Int(port), (1...65535).contains(number) else { return nil }
        return (String(host), number)
    }
}
