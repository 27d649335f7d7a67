// Where requests go: addresses that are taken and refused, options that are merged, proxies that are asked.
import PartnerAPI
import Testing

@testable import PartnerClient

@Suite struct AddressTests {
    @Test(arguments: [
        ("https://api.chatbotkit.com", "https://api.chatbotkit.com/v1"),
        ("https://API.ChatBotKit.com/", "https://api.chatbotkit.com/v1"),
        ("https://api.chatbotkit.com/v1", "https://api.chatbotkit.com/v1"), ("https://example.com", "https://example.com/api/v1"),
        ("https://example.com:443/", "https://example.com/api/v1"),
        ("https://example.com:8443", "https://example.com:8443/api/v1"),
        ("https://example.com/gateway//", "https://example.com/gateway/api/v1"),
        ("http://localhost:8787/v1/", "http://localhost:8787/v1"),
        ("HTTP://127.0.0.1:8787", "http://127.0.0.1:8787/api/v1"), ("http://[::1]:80", "http://[::1]/api/v1"),
        ("http://127.9.8.7", "http://127.9.8.7/api/v1"),
    ])
    func addressesAreTaken(_ text: String, _ whole: String) throws {
        let url = try BaseURL(text)
        #expect(url.text == whole)
        #expect(try BaseURL(whole) == url)
    }

    @Test(arguments: [
        ("example.com", "'example.com' is no address; it begins with https://"),
        ("ftp://example.com", "'ftp://' is not supported; use https://"),
        (
            "http://example.com",
            "'http://example.com' would send the secret in the clear; use https:// (http:// is for this machine alone)"
        ),
        ("http://127.0.0.1.example.com", "would send the secret in the clear"),
        ("http://127.1", "would send the secret in the clear"),
        // A resolver may look for it elsewhere.
        ("http://cbk.localhost", "would send the secret in the clear"),
        ("https://u:p@example.com", "the address of 'example.com' holds a name or password"),
        ("https://example.com?x=1", "'https://example.com' is followed by a query"),
        ("https://example.com/v1#x", "'https://example.com/v1' is followed by a fragment"),
        ("https://", "'https://' names no host"),
        ("https://:80", "'https://:80' names no host"), ("https://exa mple.com", "'exa mple.com' is no host"),
        ("https://exämple.com", "'exämple.com' is no host"), ("https://example.com:0", "'0' is no port"),
        ("https://example.com:99999", "'99999' is no port"), ("https://example.com:+80", "'+80' is no port"),
        ("https://[nonsense]", "'[nonsense]' is no IPv6 address"), ("https://[::1]x", "has no host that can be read"),
        ("https://example.com/../x", "'..' cannot be a part of the path"),
        ("https://example.com/a//b", "'' cannot be a part of the path"),
        ("https://example.com/a b", "'a b' cannot be a part of the path"),
    ])
    func addressesAreRefused(_ text: String, _ message: String) {
        let error = #expect(throws: BaseURLError.self) { try BaseURL(text) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test func hostAndSchemeMakeAnAddress() throws {
        #expect(try BaseURL(host: "localhost:8787", scheme: .http).text == "http://localhost:8787/api/v1")
        #expect(try BaseURL(host: "api.chatbotkit.com") == .standard)
        #expect(throws: BaseURLError.self) { try BaseURL(host: "example.com", scheme: .http) }
    }

    // MARK: - Options

    @Test func extendingSetsWhatIsGivenAndKeepsTheRest() throws {
        let options = PartnerClientOptions(
            baseURL: try BaseURL("https://a.example"), endpoints: ["users.list": "/a", "users.fetch": "/f/{userId}"],
            timezone: "Europe/Oslo", headers: ["X-A": "1", "X-B": "2"], timeout: .seconds(5), retries: 1)
        let extended = options.extended(
            by: PartnerClientOptions(endpoints: ["users.list": "/b"], headers: ["x-a": "3"], retries: 0, retriesOnTimeout: false))
        #expect(extended.baseURL == options.baseURL)
        #expect(extended.endpoints == ["users.list": "/b", "users.fetch": "/f/{userId}"])
        #expect(extended.headers["X-A"] == "3")
        #expect(extended.headers["X-B"] == "2")
        #expect(extended.timeout == .seconds(5))
        #expect(extended.retries == 0)
        #expect(extended.retriesOnTimeout == false)
        #expect(extended.timezone == "Europe/Oslo")
    }

    private func request(_ options: PartnerClientOptions, _ schema: OperationSchema = .userFetch) throws(PartnerError)
        -> WireRequest
    {
        try PartnerConnection(options: options).request(
            schema, ids: schema.pathParameters.map { _ in "a b" }, query: [], body: nil)
    }

    @Test func endpointsReplacePathsOfTheHost() throws {
        let request = try self.request(
            PartnerClientOptions(baseURL: try BaseURL("https://a.example/x"), endpoints: ["users.fetch": "/people/{userId}"]))
        #expect(request.path == "/people/a%20b")
        #expect(request.base?.text == "https://a.example")
        #expect(try self.request(PartnerClientOptions(endpoints: ["users.list": "/l"])).base == .standard)
    }

    @Test(arguments: [
        (["users.lst": "/l"], "the endpoints name 'users.lst', which is no operation; they are named like 'users.list'"),
        (["users.fetch": "/people"], "'/people' cannot be the endpoint of 'users.fetch'; it is a path like '/…/{userId}'"),
        (["users.fetch": "people/{userId}"], "'people/{userId}' cannot be the endpoint"),
        (["users.fetch": "/p/{userId}?x=1"], "'/p/{userId}?x=1' cannot be the endpoint"),
    ])
    func wrongEndpointsAreRefused(_ endpoints: [String: String], _ message: String) {
        let error = #expect(throws: PartnerError.self) { try request(PartnerClientOptions(endpoints: endpoints)) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }

    @Test func headersThatCannotBeSentAreRefusedWithoutTheirValues() {
        let secret = "sk-" + String(repeating: "ef", count: 32)
        let cases: [(PartnerClientOptions, String)] = [
            (PartnerClientOptions(secret: Secret(secret + "\n")), "the secret holds a line break or another control character"),
            (PartnerClientOptions(headers: ["X-A": "1\r\nX-B: \(secret)"]), "the value of the header 'X-A' holds a line break"),
            (PartnerClientOptions(headers: ["X A": "1"]), "'X A' is no name of a header"),
            (PartnerClientOptions(headers: ["Content-Length": "1"]), "the header 'Content-Length' is set by the transport"),
            (PartnerClientOptions(runAsUserID: "u\u{0}"), "the value of the header 'X-RunAs-UserId' holds"),
        ]
        for (options, message) in cases {
            let error = #expect(throws: PartnerError.self) { try request(options) }
            #expect(error?.kind == .invalidRequest)
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
            #expect(error?.message.contains(secret) == false)
        }
    }

    @Test func theClientsOwnHeadersStay() throws {
        let secret = "sk-" + String(repeating: "ef", count: 32)
        let request = try self.request(
            PartnerClientOptions(secret: Secret(secret), headers: ["authorization": "Basic x", "ACCEPT": "text/csv", "X-A": "é"]))
        #expect(request.headers["authorization"] == "Bearer " + secret)
        #expect(request.headers["accept"] == "application/json")
        #expect(request.headers["x-a"] == "é")
        #expect(request.headers.fields.count == 3)
    }

    // MARK: - Proxies

    private func proxy(_ environment: [String: String], _ base: String = "https://api.example.com") throws -> String? {
        let proxy = try ProxyRules(environment: environment).proxy(for: try BaseURL(base))
        return proxy.map { "\($0.host):\($0.port)" + ($0.authorization.map { " \($0.headerValue)" } ?? "") }
    }

    @Test(arguments: [
        (["HTTPS_PROXY": "http://p.example:3128"], "p.example:3128"), (["https_proxy": "p.example:1/"], "p.example:1"),
        (["ALL_PROXY": "http://p.example"], "p.example:80"), (["all_proxy": "http://[::1]:9"], "::1:9"),
        (["https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"], "a:1"),
        (["HTTPS_PROXY": "", "ALL_PROXY": "http://c:3"], "c:3"),
        (["HTTPS_PROXY": "http://b:2", "all_proxy": "http://c:3"], "b:2"),
        (["HTTPS_PROXY": "http://u:p%40ss@p.example:1"], "p.example:1 Basic dTpwQHNz"), ([:], nil),
        // Plain http leaves this machine never, so what is set for it says nothing.
        (["HTTP_PROXY": "http://c:3", "http_proxy": "http://c:3"], nil),
    ])
    func theEnvironmentNamesTheProxy(_ environment: [String: String], _ expected: String?) throws {
        #expect(try proxy(environment) == expected)
        #expect(try proxy(environment, "http://localhost:8787") == nil)
        #expect(try proxy(environment, "https://127.0.0.1:8787") == nil)
    }

    @Test(arguments: [
        ("*", true), ("example.com", true), (".example.com", true), ("API.example.com", true), ("other.com, example.com", true),
        ("api.example.com:443", true), ("api.example.com:8443", false), ("ample.com", false), ("api.example.com.evil", false),
        ("", false),
    ])
    func exceptionsGoDirectly(_ list: String, _ isDirect: Bool) throws {
        let found = try proxy(["HTTPS_PROXY": "http://p:1", "NO_PROXY": list])
        #expect((found == nil) == isDirect)
    }

    @Test(arguments: [
        ("10.0.0.0/8", true), ("10.1.2.0/24", true), ("10.1.3.0/24", false), ("10.1.2.3/32", true), ("10.1.2.2/32", false),
        ("0.0.0.0/0", true), ("10.1.2.3/33", false), ("10.1.2/8", false), ("10.1.2.x.3/8", false), ("10.0.0.0/", false),
        ("10.1.2.3", true), ("fd00::/8", false),
    ])
    func rangesOfAddressesGoDirectly(_ range: String, _ isDirect: Bool) throws {
        let environment = ["HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.com,\(range)"]
        #expect((try proxy(environment, "https://10.1.2.3") == nil) == isDirect)
        // A name is not looked up for it.
        #expect(try proxy(environment, "https://10.example.com") != nil)
    }

    @Test(arguments: ["socks5://p:1", "https://p:1", "http://p:x", "http://", "http://%zz@p:1"])
    func proxiesThatCannotBeUsedAreNotSent(_ text: String) {
        let error = #expect(throws: TransportError.self) { try proxy(["HTTPS_PROXY": text]) }
        #expect(error?.kind == .notSent && error?.isUnreachable == true)
        #expect(error?.message.hasPrefix("HTTPS_PROXY ") == true)
    }
}
