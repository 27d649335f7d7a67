// What the tests of a live account share: cbk beside a server of its own, and ports at which nobody answers.

import Foundation
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

/// A port of this machine that takes connections and never answers. A class: the port is free again with it.
final class SilentPort {
    let address: String
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        try #require(isBound)
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
    }

    deinit { close(descriptor) }
}
