// What the tests of a live account share: cbk beside a server of its own, and a server that answers as it is told.

import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

extension BinaryRunner {
    /// The same runner with the server's secret in its environment.
    func reaching(_ server: RunningServer) -> BinaryRunner {
        var runner = self
        runner.variables["CHATBOTKIT_API_SECRET"] = server.secret
        return runner
    }

    /// Writes a profile that reaches the server.
    func writeProfile(_ name: String, _ server: RunningServer) throws {
        let path = try write("url=\(server.address)\nsecret=\(server.secret)\n", to: "home/profiles/\(name)")
        chmod(path, 0o600)
    }
}

/// A server that answers each request with the next of its answers; the last one stays. A class: it owns a port, and a thread
/// that ends with it.
final class CannedServer: Sendable {
    enum Answer: Sendable {
        case json(Int, String, headers: [String] = [])
        /// The connection is closed without a byte.
        case none
        /// The request is taken, and nothing comes until the server goes.
        case silence
        /// As `json`, once `release` was called.
        case held(Int, String)
    }

    let address: String
    private let listener: Int32
    private let state: ServerState

    init(_ answers: Answer...) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, address, &length) == 0
            }
        }
        try #require(isListening)
        _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
        self.listener = listener
        let state = ServerState(answers)
        self.state = state
        Thread { state.serve(listener) }.start()
    }

    deinit {
        state.release()
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Requests so far, without looks at the newest user.
    var count: Int { state.count }

    func release() { state.release() }

    /// A refusal as the API words it.
    static func refusal(_ status: Int, _ code: String, headers: [String] = []) -> Answer {
        .json(status, "{\"message\":\"no\",\"code\":\"\(code)\"}", headers: headers)
    }
}

/// What the server's thread works with; it outlives the server by a moment.
private final class ServerState: Sendable {
    private let answers: Mutex<[CannedServer.Answer]>
    private let taken = Mutex(0)
    private let gate = DispatchSemaphore(value: 0)

    init(_ answers: [CannedServer.Answer]) { self.answers = Mutex(answers) }

    var count: Int { taken.withLock { $0 } }

    func release() { gate.signal() }

    /// One connection after the other, each for one request.
    func serve(_ listener: Int32) {
        var silent: [Int32] = []
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            guard let head = request(connection) else {
                close(connection)
                continue
            }
            // When the newest user was made, which a run asks before its first create.
            if head.hasPrefix("get /api/v1/partner/user/list?take=1 ") {
                send(200, "{\"items\":[]}", [], connection)
                close(connection)
                continue
            }
            let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? .none }
            taken.withLock { $0 += 1 }
            switch answer {
            case .none: break
            case .silence:
                silent.append(connection)
                continue
            case .json(let status, let body, let headers): send(status, body, headers, connection)
            case .held(let status, let body):
                gate.wait()
                gate.signal()
                send(status, body, [], connection)
            }
            close(connection)
        }
        for connection in silent { close(connection) }
    }

    /// Reads a head, and the body that it announces; gives the head in lower case.
    private func request(_ connection: Int32) -> String? {
        var text = ""
        var block = [UInt8](repeating: 0, count: 4096)
        while true {
            if let end = text.range(of: "\r\n\r\n") {
                let head = text[..<end.lowerBound].lowercased()
                let length = head.firstMatch(of: /content-length: ([0-9]+)/).flatMap { Int($0.1) } ?? 0
                if text[end.upperBound...].utf8.count >= length { return String(head) }
            }
            let count = read(connection, &block, block.count)
            guard count > 0 else { return nil }
            text += String(decoding: block[..<count], as: UTF8.self)
        }
    }

    private func send(_ status: Int, _ body: String, _ headers: [String], _ connection: Int32) {
        let lines =
            ["HTTP/1.1 \(status) X", "Content-Type: application/json", "Content-Length: \(body.utf8.count)", "Connection: close"]
            + ["X-Request-Id: req_1"] + headers
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
        _ = write(connection, bytes, bytes.count)
    }
}
