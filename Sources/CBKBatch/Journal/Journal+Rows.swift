// Entries and items as rows of the journal's tables.

import Foundation
import GRDB
import JSONBytes

extension JournalEntry {
    init(row: Row) {
        self.init(
            sequence: row["sequence"], kind: Kind(rawValue: row["kind"]) ?? .read, call: row["call"],
            state: State(rawValue: row["state"]) ?? .unknown, value: JSONValue(text: row["value"]),
            image: JSONValue(text: row["image"]),
            error: JSONValue(text: row["error"])?.objectValue.map(BatchError.init(journaled:)))
    }

    /// Puts the entry there, or what has become of it.
    /// - Parameter created: the id of a user that it made.
    func insert(_ db: Database, _ id: ItemID, created: String? = nil) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO entries (batch, digest, sequence, kind, call, state, value, image, error, created)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            id.batch, id.digest.data, sequence, kind.rawValue, call, state.rawValue,
            // Whoever has put a token into a user's meta does not find it here as well.
            value.map { maskingTokens(in: $0).text }, image.map { maskingTokens(in: $0).text },
            error?.journaled.text, created,
        ])
    }
}

extension JournaledItem {
    init(row: Row, content: KeyDigest) {
        isSameContent = row["content"] == content.data
        let detail = JSONValue(text: row["detail"])
        emits = []
        switch row["state"] as String {
        case "done":
            outcome = .done
            emits = (detail?.arrayValue ?? []).compactMap(\.objectValue)
        case "skipped": outcome = .skipped(detail?.stringValue ?? "")
        case "failed": outcome = .failed(BatchError(journaled: detail?.objectValue ?? JSONObject()))
        default: outcome = .unknown(BatchError(journaled: detail?.objectValue ?? JSONObject()))
        }
    }

    /// An outcome as the row has it; nil for an item that is still to be done.
    static func stored(_ outcome: ItemOutcome, _ emits: [JSONObject]) -> (state: String, detail: String)? {
        switch outcome {
        case .done: ("done", JSONValue.array(emits.map { .object($0) }).text)
        case .skipped(let reason): ("skipped", JSONValue.string(maskingTokens(in: reason)).text)
        case .failed(let error): ("failed", error.journaled.text)
        case .unknown(let error): ("unknown", error.journaled.text)
        case .pending: nil
        }
    }
}

extension JSONValue {
    var text: String { String(decoding: serialized(), as: UTF8.self) }

    init?(text: String?) {
        guard let text, let value = try? JSONValue(parsing: Array(text.utf8)) else { return nil }
        self = value
    }
}

extension JSONObject {
    var text: String { JSONValue.object(self).text }

    init(text: String) { self = JSONValue(text: text)?.objectValue ?? JSONObject() }
}
