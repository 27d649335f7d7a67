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

/// A credential, or a text that holds one, that prints masked everywhere.
package struct SecretText: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    private let text: String
    /// With every token as `sk-…ab12`; only dots where it holds no token.
    package let masked: String

    package init(_ text: String) {
        self.init(text, hiding: [])
    }

    /// - Parameter secrets: credentials that are no tokens, as they may stand in the text.
    init(_ text: String, hiding secrets: [String]) {
        self.text = text
        var shown = SecretText.maskingTokens(in: text)
        for secret in secrets where shown.contains(secret) { shown = shown.replacing(secret, with: "…") }
        masked = shown == text ? "…" : shown
    }

    /// The credential itself.
    package func reveal() -> String { text }

    package var description: String { masked }
    package var debugDescription: String { masked }

    /// Every `sk-` with at least 32 letters and digits after it is cut to its last four.
    static func maskingTokens(in text: String) -> String {
        var shown: [UInt8] = []
        var rest = Array(text.utf8)[...]
        let mark = Array("sk-".utf8)
        while let first = rest.first {
            if rest.starts(with: mark) {
                let token = rest.dropFirst(3).prefix {
                    (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D || $0 == 0x5F
                }
                if token.count >= 32 {
                    shown += Array("sk-…".utf8) + token.suffix(4)
                    rest = rest[token.endIndex...]
                    continue
                }
            }
            shown.append(first)
            rest = rest.dropFirst()
        }
        return String(decoding: shown, as: UTF8.self)
    }
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
