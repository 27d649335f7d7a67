// A value copied out of the interpreter, free to cross threads; and the error that a script sees.

/// A deep copy of a script's value that owns its memory.
package indirect enum Snapshot: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case string(String)
    /// Milliseconds.
    case duration(Int64)
    /// Milliseconds since the epoch, UTC.
    case datetime(Int64)
    /// The whole credential: only `SecretText.reveal()` gives it.
    case secret(SecretText)
    case list([Snapshot])
    case record([Field])
    /// A function, stream, module, regex or error: its type's name and how it prints.
    case opaque(type: String, description: String)

    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: Snapshot

        package init(_ name: String, _ value: Snapshot) {
            self.name = name
            self.value = value
        }
    }
}

/// A credential that prints masked everywhere.
package struct SecretText: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    private let text: String

    package init(_ text: String) { self.text = text }

    /// The credential itself.
    package func reveal() -> String { text }

    /// `sk-…ab12`: the first three and last four characters of a long one, otherwise only dots.
    package var masked: String {
        text.utf8.count >= 16 ? "\(text.prefix(3))…\(text.suffix(4))" : "…"
    }

    package var description: String { masked }
    package var debugDescription: String { masked }
}

/// What a script's `catch e` sees, and what an uncaught error prints.
package struct ScriptError: Error, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case api, network, timeout, type, value, name, index, overflow, limit, cancelled, io, user
    }

    package var kind: Kind
    package var message: String
    /// The HTTP status, for `api`.
    package var status: Int?
    /// The wire's code (`CONFLICT`), the script's own, or the language's (`E0401`).
    package var code: String?
    /// The operation that failed, such as `users.create`.
    package var operation: String?
    /// The request's id, where the answer had one.
    package var request: String?
    /// False for cancellation, exhausted budgets, and what ends a batch's item for good.
    package var isCatchable: Bool

    package init(
        _ kind: Kind, _ message: String, code: String? = nil, status: Int? = nil, operation: String? = nil,
        request: String? = nil, isCatchable: Bool = true
    ) {
        self.kind = kind
        self.message = message
        self.status = status
        self.code = code
        self.operation = operation
        self.request = request
        self.isCatchable = isCatchable
    }
}
