// What an error of the network means: takes what AsyncHTTPClient and NIO throw, gives a TransportError in plain words. Its
// kind depends on whether the request had left, never on the error, as most come up before and after.
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import PartnerAPI

extension TransportError {
    /// - Parameters:
    ///   - proxy: the place of the one that was asked, if any.
    ///   - hasLeft: a byte of the request may be on its way.
    ///   - isRead: whether it left is not known, and decides nothing.
    init(
        _ error: any Error, at base: BaseURL, through proxy: String? = nil, hasLeft: Bool, isRead: Bool, timeout: Duration?
    ) {
        if let known = error as? TransportError {
            self = known
            return
        }
        if error is TimeIsUp {
            let limit = (timeout ?? .zero).components.seconds
            let time = limit > 0 ? "\(limit) s" : "\(TimeAmount(timeout ?? .zero).nanoseconds / 1_000_000) ms"
            self.init(hasLeft || isRead ? .timeout : .notSent, "no answer from \(base.host) within \(time)")
            return
        }
        let cause = Self.cause(error)
        let place = "\(base.host):\(base.port)"
        let isUnreachable = !hasLeft && Self.isOfConnecting(error)
        let isUnsent = isUnreachable || !hasLeft && (error as? HTTPClientError) == .getConnectionFromPoolTimeout
        if isUnsent || !hasLeft && !isRead {
            let way = proxy.map { " through the proxy \($0)" } ?? ""
            self.init(.notSent, "cannot connect to \(place)\(way): \(cause)", isUnreachable: isUnreachable)
        } else {
            self.init(.lost, "the connection to \(place) was lost: \(cause)")
        }
    }

    /// Whether an error says by itself that no connection came about.
    private static func isOfConnecting(_ error: any Error) -> Bool {
        let connecting: [HTTPClientError] = [
            .connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .invalidProxyResponse,
            .proxyAuthenticationRequired,
        ]
        switch error {
        case let error as HTTPClientError: return connecting.contains(error)
        // Of an address instead of a name, they come bare.
        case let error as IOError:
            return [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EADDRNOTAVAIL].contains(error.errnoCode)
        case ChannelError.connectTimeout: return true
        default: return error is NIOConnectionError || certificateFault(error) != nil
        }
    }

    private static func cause(_ error: any Error) -> String {
        if let fault = certificateFault(error) { return fault }
        switch error {
        case is CancellationError: return "it was cancelled"
        case let error as HTTPClientError: return cause(error)
        case let error as NIOConnectionError:
            if error.connectionErrors.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil {
                return "no address is known for '\(error.host)'"
            }
            return error.connectionErrors.first.map { cause($0.error) } ?? "no attempt came through"
        case let error as IOError: return String(cString: strerror(error.errnoCode)).lowercased()
        case is AnswerTooLong: return "the answer is longer than \(HTTPTransport.mostBytes >> 20) MB"
        case ChannelError.connectTimeout: return "no connection in time"
        case is ChannelError: return "the connection was closed"
        default:
            let text = "\(error)"
            // Of TLS, and within an answer whose length was not told.
            let isCut = text.contains("uncleanShutdown") || text.contains("ended at an unexpected time")
            return isCut ? "the connection was cut" : "what came is no HTTP (\(text.prefix(80)))"
        }
    }

    private static func cause(_ error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout: "no connection in time"
        case .getConnectionFromPoolTimeout: "all connections are in use"
        case .httpProxyHandshakeTimeout: "the proxy did not answer in time"
        case .invalidProxyResponse: "the proxy refused"
        case .proxyAuthenticationRequired: "the proxy wants a name and password (http://NAME:PASSWORD@HOST:PORT)"
        case .remoteConnectionClosed: "the server closed it"
        case .alreadyShutdown, .cancelled: "the transport was shut down"
        // Its other texts may quote what was sent.
        default: error.shortDescription.lowercased()
        }
    }

    /// BoringSSL's words for a certificate that is not trusted, or is another host's.
    private static func certificateFault(_ error: any Error) -> String? {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not trusted" }
        if text.contains("failedToValidateHostname") { return "its certificate is for another host" }
        if text.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS; is it a plain http:// server?" }
        return nil
    }
}
