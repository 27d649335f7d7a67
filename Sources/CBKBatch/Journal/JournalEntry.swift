// What a journal says of one item: what its program was given and what it wrote, in order. Takes calls by their text, so that a
// later run finds them again.

import JSONBytes

/// An item of a run: the number of its batch, and the digest of its key. The top level is an item, too.
package struct ItemID: Sendable, Hashable {
    package static let main = ItemID(batch: 0, digest: KeyDigest(""))

    var batch: Int
    var digest: KeyDigest

    /// Of one of its writes, the same in every run that goes on.
    func operationID(run: String, sequence: Int) -> String {
        KeyDigest("\(run)/\(batch)/\(digest.hexadecimal)/\(sequence)").hexadecimal
    }
}

package struct JournalEntry: Sendable {
    package enum Kind: String, Sendable {
        case write, read, now, uuid, environment, answer
        /// Of an item that was run again as if it were new.
        case superseded
    }

    enum State: String, Sendable {
        /// It may have been sent: in doubt, until an outcome follows.
        case intent
        case done
        /// Refused, or certainly not sent.
        case refused
        /// In doubt, and could not be settled.
        case unknown
    }

    var sequence: Int
    var kind: Kind
    /// What was called: for a write its operation, its ids and a digest of its content.
    var call: String
    var state: State
    /// The answer; tokens masked.
    var value: JSONValue?
    /// What an update found before.
    var image: JSONValue?
    var error: BatchError?
}

extension BatchError {
    /// As the journal keeps it.
    var journaled: JSONObject {
        var object = JSONObject([
            .init(key: "kind", value: .string(kind.rawValue)), .init(key: "code", value: .string(code)),
            .init(key: "message", value: .string(maskingTokens(in: message))),
        ])
        if let status { object["status"] = .int(Int64(status)) }
        if let operation { object["operation"] = .string(operation) }
        if let requestID { object["request"] = .string(requestID) }
        return object
    }

    /// An error of an item that has ended. What stopped a run once does not stop it again.
    init(journaled object: JSONObject) {
        self.init(
            object["kind"]?.stringValue.flatMap { Kind(rawValue: $0) } ?? .script, code: object["code"]?.stringValue ?? "",
            object["message"]?.stringValue ?? "", status: object["status"]?.intValue.map { Int($0) },
            operation: object["operation"]?.stringValue, requestID: object["request"]?.stringValue)
    }
}
