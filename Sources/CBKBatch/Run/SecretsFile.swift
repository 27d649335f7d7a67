// secrets.csv: every token that a run mints, on the disk before the call that minted it returns. Takes rows from any
// task; waiting rows share one fsync. A last line that a crash tore is cut when the file is opened.

import Dispatch
import JSONBytes
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A minted token.
package struct MintedToken: Sendable, Equatable {
    package var id: String
    package var userID: String
    /// The key of the item that minted it; blank outside a batch.
    package var key: String
    package var name: String
    /// Milliseconds since the epoch; nil where the answer had none.
    package var createdAt: Int64?
    package var token: String

    package init(id: String, userID: String, key: String, name: String, createdAt: Int64?, token: String) {
        self.id = id
        self.userID = userID
        self.key = key
        self.name = name
        self.createdAt = createdAt
        self.token = token
    }
}

/// A class, as it owns the file and a queue that writes to it.
package final class SecretsFile: Sendable {
    private struct Waiting: Sendable {
        var bytes: [UInt8]
        var done: CheckedContinuation<BatchError?, Never>
    }

    private struct State: Sendable {
        var waiting: [Waiting] = []
        var isWriting = false
        var file: (descriptor: Int32, path: String)?
        var count = 0
    }

    package static let header = ["token_id", "user_id", "key", "name", "created", "token"]

    private let folder: RunFolder
    private let state = Mutex(State())
    /// What was in the file at the first look.
    private let known = Mutex<[String: String]?>(nil)
    /// Held while the file is opened, which happens once.
    private let opening = Mutex(())
    private let queue = DispatchQueue(label: "cbk.secrets")

    package init(folder: RunFolder) { self.folder = folder }

    deinit {
        if let file = state.withLock({ $0.file }) { closeDescriptor(file.descriptor) }
    }

    /// The file's path; nil before the first token.
    package var path: String? { state.withLock { $0.file?.path } }

    /// How many tokens were added.
    package var count: Int { state.withLock { $0.count } }

    /// Opens the file, so that a token is minted only where it can be kept.
    package func prepare() throws(BatchError) { _ = try openedFile() }

    /// The secret of a token that the run minted; nil where the file is gone or has no such token.
    package func token(_ id: String) throws(BatchError) -> String? {
        try known.withLock { known throws(BatchError) in
            if let tokens = known { return tokens[id] }
            let tokens = try read()
            known = tokens
            return tokens[id]
        }
    }

    /// An answer from the journal, with the secret that is only in this file.
    func completed(_ answer: JSONValue) throws(BatchError) -> JSONValue {
        guard var object = answer.objectValue, object["token"] != nil, let id = object["id"]?.stringValue,
            let secret = try token(id)
        else { return answer }
        object["token"] = .string(secret)
        return .object(object)
    }

    /// What earlier processes put there, by token id.
    private func read() throws(BatchError) -> [String: String] {
        guard let folder = folder.existingPath, access("\(folder)/secrets.csv", F_OK) == 0 else { return [:] }
        // Cuts a torn last line first.
        try prepare()
        var tokens: [String: String] = [:]
        do {
            let reader = try CSVReader(path: "\(folder)/secrets.csv", options: CSVOptions(unguard: true))
            while let row = try reader.next() { tokens[row.string(at: 0)] = row.string(at: 5) }
        } catch {
            throw BatchError(.io, code: "IO", "'\(folder)/secrets.csv' cannot be read: \(error)", consequence: .stop(.fatal))
        }
        return tokens
    }

    /// Adds a row; returns when it is on the disk.
    package func append(_ token: MintedToken) async throws(BatchError) {
        var writer = CSVWriter()
        writer.row([
            token.id, token.userID, token.key, token.name, token.createdAt.map(rfc3339(milliseconds:)) ?? "", token.token,
        ])
        let bytes = writer.takeBytes()
        let failure = await withCheckedContinuation { (done: CheckedContinuation<BatchError?, Never>) in
            let mustStart = state.withLock { state -> Bool in
                state.waiting.append(Waiting(bytes: bytes, done: done))
                defer { state.isWriting = true }
                return !state.isWriting
            }
            if mustStart { queue.async { self.writeAllWaiting() } }
        }
        if let failure { throw failure }
    }

    /// Writes what has queued up, again and again until nothing has. Runs on the queue.
    private func writeAllWaiting() {
        while true {
            let batch = state.withLock { state -> [Waiting] in
                let batch = state.waiting
                state.waiting = []
                if batch.isEmpty { state.isWriting = false }
                return batch
            }
            if batch.isEmpty { return }
            let failure = write(batch.flatMap(\.bytes))
            if failure == nil { state.withLock { $0.count += batch.count } }
            for row in batch { row.done.resume(returning: failure) }
        }
    }

    private func write(_ bytes: [UInt8]) -> BatchError? {
        do throws(BatchError) {
            let file = try openedFile()
            var code = writeAll(bytes, to: file.descriptor)
            if code == 0 { code = synchronize(file.descriptor) }
            return code == 0 ? nil : BatchError.file(file.path, "written", code)
        } catch {
            return error
        }
    }

    private func openedFile() throws(BatchError) -> (descriptor: Int32, path: String) {
        try opening.withLock { _ throws(BatchError) in try openedOnce() }
    }

    private func openedOnce() throws(BatchError) -> (descriptor: Int32, path: String) {
        if let file = state.withLock({ $0.file }) { return file }
        let file = try folder.open("secrets.csv", .appending)
        do throws(BatchError) {
            try Self.prepare(file.descriptor, file.path)
            try folder.synchronizeNames()
        } catch {
            closeDescriptor(file.descriptor)
            throw error
        }
        state.withLock { $0.file = file }
        return file
    }

    /// Cuts a torn last line off and sees to the header.
    private static func prepare(_ descriptor: Int32, _ path: String) throws(BatchError) {
        if fchmod(descriptor, 0o600) != 0 { throw BatchError.file(path, "kept private", errno) }
        var wholeEnd: off_t = 0
        var position: off_t = 0
        var isQuoted = false
        var block = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = pread(descriptor, &block, block.count, position)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw BatchError.file(path, "read", errno) }
            if count == 0 { break }
            for (offset, byte) in block[..<count].enumerated() {
                if byte == UInt8(ascii: "\"") {
                    isQuoted.toggle()
                } else if byte == 0x0A, !isQuoted {
                    wholeEnd = position + off_t(offset) + 1
                }
            }
            position += off_t(count)
        }
        if wholeEnd < position, ftruncate(descriptor, wholeEnd) != 0 { throw BatchError.file(path, "repaired", errno) }
        guard wholeEnd == 0 else { return }
        var writer = CSVWriter()
        writer.row(header)
        let code = writeAll(writer.takeBytes(), to: descriptor)
        if code != 0 { throw BatchError.file(path, "written", code) }
    }
}

/// `2025-01-31T14:25:00.123Z`, from milliseconds since the epoch.
func rfc3339(milliseconds: Int64) -> String {
    let (days, rest) = milliseconds.quotientAndRemainder(floor: 86_400_000)
    // Days since 0000-03-01 in eras of 400 years: a year that starts in March ends with its leap day.
    let (era, dayOfEra) = (days &+ 719_468).quotientAndRemainder(floor: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfYear - (153 * shifted + 2) / 5 + 1, 2))"
    let fraction = rest % 1000 == 0 ? "" : ".\(padded(rest % 1000, 3))"
    return "\(date)T\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1000 % 60, 2))\(fraction)Z"
}

extension Int64 {
    fileprivate func quotientAndRemainder(floor divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
