// Text files line by line, and files with one JSON value a line.

import CBKRuntime
import Foundation
import JSONBytes

final class LineSource: StreamSource {
    /// What a line is.
    enum Form {
        case text, json
        /// A value as `Snapshot.coded` has it.
        case coded
    }

    let path: String
    let shown: String
    let form: Form
    /// Set where the lines come from standard input instead of a file.
    let input: StandardInput?

    init(path: String, shown: String, form: Form, input: StandardInput? = nil) {
        self.path = path
        self.shown = shown
        self.form = form
        self.input = input
    }

    /// What messages call it.
    var title: String { input == nil ? "'\(shown)'" : StandardInput.shown }

    func open() throws(ScriptError) -> any StreamCursor {
        if let input {
            try input.take(for: form == .json ? "jsonl.read" : "lines")
            return LineCursor(self, StandardInput.descriptor)
        }
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileAccess.failure("read", title, errno) }
        return LineCursor(self, descriptor)
    }
}

/// One pass; asked for one block of lines at a time.
private final class LineCursor: StreamCursor, @unchecked Sendable {
    private static let longestLine = 16 << 20
    private let source: LineSource
    private var descriptor: Int32
    private var rest: [UInt8] = []
    private var line = 0
    /// What is wrong with the line behind those that were given last: they come first.
    private var failure: ScriptError?

    init(_ source: LineSource, _ descriptor: Int32) {
        self.source = source
        self.descriptor = descriptor
    }

    deinit { close() }

    func close() {
        if descriptor >= 0, source.input == nil { Foundation.close(descriptor) }
        descriptor = -1
    }

    func next() async throws -> Reply {
        guard source.input != nil else { return try read() }
        return try await StandardInput.onThread { () throws(ScriptError) in try self.read() }
    }

    private func read() throws(ScriptError) -> Reply {
        if let failure { throw failure }
        var block = [UInt8](repeating: 0, count: 1 << 18)
        while descriptor >= 0 {
            let count = Foundation.read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileAccess.failure("read", source.title, errno) }
            rest.append(contentsOf: block[0..<count])
            var lines: [[UInt8]] = []
            if count == 0 {
                close()
                if !rest.isEmpty { lines = Self.split(rest) }
                rest = []
            } else {
                guard let end = rest.lastIndex(of: 0x0A) else {
                    if rest.count > Self.longestLine {
                        throw ScriptError(.value, "\(source.title), line \(line + 1) is over 16 MB", code: "E0604")
                    }
                    continue
                }
                lines = Self.split(Array(rest[0..<end]))
                rest.removeSubrange(0...end)
            }
            let values = values(of: lines)
            if !values.isEmpty {
                let isCoded = source.form == .coded
                return Reply { vm in
                    vm.makeList(values.map { isCoded ? vm.value(of: Snapshot(coded: $0)) : vm.value(of: $0) })
                }
            }
            if let failure { throw failure }
        }
        return Reply { vm in vm.makeList([]) }
    }

    /// Without line endings.
    private static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { part in
            part.last == 0x0D ? Array(part.dropLast()) : Array(part)
        }
    }

    /// Up to the first line that is wrong, which is kept for the next turn.
    private func values(of lines: [[UInt8]]) -> [JSONValue] {
        var values: [JSONValue] = []
        for bytes in lines {
            line += 1
            let bytes = line == 1 && bytes.starts(with: FileAccess.mark) ? Array(bytes.dropFirst(3)) : bytes
            if source.form != .text {
                if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
                do throws(JSONError) {
                    values.append(try JSONValue(parsing: bytes))
                } catch {
                    failure = ScriptError(.value, "\(source.title), line \(line): \(error)", code: "E0605")
                    break
                }
            } else if let text = String(validating: bytes, as: UTF8.self) {
                values.append(.string(text))
            } else {
                failure = ScriptError(.value, "\(source.title), line \(line) is not UTF-8 text", code: "E0604")
                break
            }
        }
        return values
    }
}
