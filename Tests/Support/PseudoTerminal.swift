// A pseudo-terminal with cbk at its other end: keys go in as a person's would, the screen's bytes come out. The child is
// the leader of a session of its own, so ^C reaches it as a signal.

import Foundation

package final class PseudoTerminal {
    private let primary: Int32
    package let identifier: pid_t
    private var collected: [UInt8] = []
    /// Where the next `expect` begins to look, in the visible text.
    private var seen = 0
    private var status: Int32?

    package init(_ runner: BinaryRunner, _ arguments: [String], columns: UInt16 = 100, rows: UInt16 = 40) throws {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        var opened: Int32 = -1
        var secondary: Int32 = -1
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&opened, &secondary, nil, nil, &size) == 0, ttyname_r(secondary, &name, name.count) == 0 else {
            throw SpawnFailure(description: "no pseudo-terminal: \(String(cString: strerror(errno)))")
        }
        primary = opened
        defer { close(secondary) }
        _ = fcntl(primary, F_SETFD, FD_CLOEXEC)
        _ = fcntl(secondary, F_SETFD, FD_CLOEXEC)
        let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var actions = FileActions()
        defer { actions.destroy() }
        // A session's leader that opens a terminal without O_NOCTTY gets it as its own.
        actions.open(0, path, O_RDWR)
        actions.duplicate(0, to: 1)
        actions.duplicate(0, to: 2)
        #if canImport(Darwin)
            let flags = Int32(POSIX_SPAWN_SETSID)
        #else
            let flags: Int32 = 0x80  // POSIX_SPAWN_SETSID, which Glibc's module map leaves out.
        #endif
        identifier = try runner.spawn(arguments, actions: actions, flags: flags)
    }

    deinit {
        if status == nil {
            kill(identifier, SIGKILL)
            _ = waitForEnd(identifier, seconds: 5)
        }
        close(primary)
    }

    /// Types: `\r` is Return, `\u{3}` ^C, `\u{4}` ^D, `\t` Tab, `\u{1B}[A` Up.
    package func send(_ keys: String) {
        var bytes = Array(keys.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(primary, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }

    /// Waits until the text shows after all that earlier calls found; false when it does not within so many seconds.
    package func expect(_ text: String, seconds: Double = 30) -> Bool {
        let deadline = Date().addingTimeInterval(seconds)
        while true {
            let visible = Array(self.visible)
            let rest = String(visible[min(seen, visible.count)...])
            if let found = rest.range(of: text) {
                seen = min(seen, visible.count) + rest.distance(from: rest.startIndex, to: found.upperBound)
                return true
            }
            guard Date() < deadline else { return false }
            guard fill() else { return self.visible.dropFirst(seen).contains(text) }
        }
    }

    /// The exit code once the program has left; what it still writes is collected.
    package func waitForExit(seconds: Double = 30) -> Int32 {
        if let status { return status }
        let deadline = Date().addingTimeInterval(seconds)
        while Date() < deadline, fill() {}
        let ended = waitForEnd(identifier, seconds: max(1, deadline.timeIntervalSinceNow))
        status = ended
        return ended
    }

    /// All that was shown, without escape sequences and carriage returns.
    package var visible: String {
        var result = ""
        var rest = String(decoding: collected, as: UTF8.self).unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\u{1B}":
                guard let kind = rest.popFirst() else { break }
                if kind == "[" {
                    while let next = rest.popFirst(), !("@"..."~").contains(next) {}
                } else if kind == "]" {
                    while let next = rest.popFirst(), next != "\u{7}", next != "\u{1B}" {}
                }
            case "\r", "\u{7}": break
            case "\u{8}": if !result.isEmpty, result.last != "\n" { result.removeLast() }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Reads what is there, waiting a moment; false at the end.
    private func fill() -> Bool {
        var poller = pollfd(fd: primary, events: Int16(POLLIN), revents: 0)
        guard poll(&poller, 1, 100) > 0 else { return true }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { read(primary, $0.baseAddress, $0.count) }
        guard count > 0 else { return count < 0 && errno == EINTR }
        collected += buffer[..<count]
        return true
    }
}
