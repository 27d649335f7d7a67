// TLS and proxies: a certificate that nobody vouches for is refused, directly and through a proxy that is a real one.
import Foundation
import NIOCore
import NIOPosix
import PartnerAPI
import TestSupport
import Testing

@testable import PartnerClient

/// OpenSSL's own server, with a certificate that it has made itself.
private enum TLSServer {
    static let openssl = BinaryRunner.tool("openssl")

    /// Serves while the body runs, which gets the port.
    static func serving(_ body: (Int) async throws -> Void) async throws {
        let runner = try BinaryRunner()
        let made = try runner.runTool(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:api.example.com,IP:127.0.0.1", "-keyout", "key",
                "-out", "certificate",
            ])
        try #require(made?.status == 0)
        let server = try runner.start(
            ["s_server", "-accept", "127.0.0.1:0", "-www", "-key", "key", "-cert", "certificate"],
            program: try #require(openssl))
        defer {
            server.signal(SIGKILL)
            _ = server.wait(seconds: 10)
        }
        while !server.hasEnded {
            // `ACCEPT 127.0.0.1:40123`
            let lines = server.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let port = lines.first(where: { $0.hasPrefix("ACCEPT ") })?.split(separator: ":").last.flatMap({ Int($0) }) {
                return try await body(port)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("openssl does not listen: \(server.output)\(server.errors)")
    }
}

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    private func failure(_ base: String, _ environment: [String: String] = [:]) async throws -> TransportError? {
        var request = WireRequest(method: .post, path: "/partner/user/create", body: Array("{}".utf8))
        request.base = try BaseURL(base)
        request.timeout = .seconds(20)
        let transport = HTTPTransport(connectTimeout: .seconds(10), environment: environment)
        let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
        await transport.shutdown()
        return error
    }

    @Test(.enabled(if: TLSServer.openssl != nil)) func aCertificateThatNobodyVouchesForIsRefused() async throws {
        try await TLSServer.serving { port in
            for host in ["localhost", "127.0.0.1"] {
                let error = try await failure("https://\(host):\(port)")
                #expect(error?.kind == .notSent)
                #expect(error?.message == "cannot connect to \(host):\(port): its certificate is not trusted")
            }
        }
    }

    @Test func aServerWithoutTLSIsRefused() async throws {
        try await RawServer.serving { peer in
            try await peer.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            try await peer.untilClosed()
        } _: { server in
            let error = try await failure("https://127.0.0.1:\(server.port)")
            #expect(error?.kind == .notSent)
            #expect(
                error?.message.hasSuffix("it does not speak TLS; is it a plain http:// server?") == true,
                "\(error?.message ?? "")")
        }
    }

    @Test func aServerThatHangsUpDuringTheHandshakeGotNothing() async throws {
        try await RawServer.serving { _ in
        } _: { server in
            let error = try await failure("https://127.0.0.1:\(server.port)")
            #expect(error?.kind == .notSent)
        }
    }

    // MARK: - Proxies

    @Test(.enabled(if: TLSServer.openssl != nil)) func aProxyPassesTheBytesThrough() async throws {
        try await TLSServer.serving { port in
            let asked = Seen<RawRequest>()
            try await RawServer.serving { peer in
                guard let request = try await peer.request() else { return }
                asked.add(request)
                try await peer.write("HTTP/1.1 200 Connection established\r\n\r\n")
                try await peer.tunnel(to: port)
            } _: { proxy in
                let error = try await failure(
                    "https://api.example.com", ["HTTPS_PROXY": "http://user:pass@127.0.0.1:\(proxy.port)"])
                // The handshake went through, and what is verified is the server behind the proxy.
                #expect(error?.kind == .notSent)
                let place = "api.example.com:443 through the proxy 127.0.0.1:\(proxy.port)"
                #expect(error?.message == "cannot connect to \(place): its certificate is not trusted")
            }
            let request = try #require(asked.all.first)
            #expect(request.line == "CONNECT api.example.com:443 HTTP/1.1")
            #expect(request.header("proxy-authorization") == "Basic " + Data("user:pass".utf8).base64EncodedString())
            #expect(request.header("authorization") == nil)
        }
    }

    @Test(arguments: [(403, "the proxy refused"), (407, "the proxy wants a name and password (http://NAME:PASSWORD@HOST:PORT)")])
    func aProxyThatRefusesMeansNothingWasSent(_ status: Int, _ cause: String) async throws {
        try await RawServer.serving { peer in
            _ = try await peer.request()
            try await peer.write("HTTP/1.1 \(status) No\r\ncontent-length: 0\r\n\r\n")
            try await peer.untilClosed()
        } _: { proxy in
            let error = try await failure("https://api.example.com", ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)"])
            let place = "api.example.com:443 through the proxy 127.0.0.1:\(proxy.port)"
            #expect(error == TransportError(.notSent, "cannot connect to \(place): \(cause)", isUnreachable: true))
        }
    }

    @Test func exceptionsAndThisMachineAreReachedDirectly() async throws {
        try await RawServer.serving { _ in
        } _: { proxy in
            let environment = ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)", "NO_PROXY": ".invalid"]
            let error = try await failure("https://no-such-host.invalid", environment)
            #expect(error?.kind == .notSent)
            try await RawServer.serving { peer in
                _ = try await peer.request()
                try await peer.answer(200, "{}")
            } _: { server in
                let transport = HTTPTransport(environment: ["ALL_PROXY": "http://127.0.0.1:\(proxy.port)"])
                var request = WireRequest(method: .get, path: "/x")
                request.base = try server.base
                let response = try await transport.send(request)
                #expect(response.status == 200)
            }
            #expect(proxy.connections.value == 0)
        }
    }
}
