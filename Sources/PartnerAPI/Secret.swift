// A credential that cannot be printed by accident.

/// Holds a credential; only `reveal()` gives it. Whatever prints, interpolates or dumps it shows a mask.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    public init(_ text: String) { self.text = text }

    /// The credential itself.
    public func reveal() -> String { text }

    /// `sk-…ab12`: the first three and last four characters of a long one, otherwise only dots.
    public var masked: String {
        text.utf8.count >= 16 ? "\(text.prefix(3))…\(text.suffix(4))" : "…"
    }

    public var description: String { masked }
    public var debugDescription: String { masked }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
