// Colour, or none: the one place that writes SGR sequences. Off under NO_COLOR, TERM=dumb, and away from terminals.

package struct Palette: Sendable {
    package enum Ink: Sendable {
        case bold, dim, red, green, yellow, blue, magenta, cyan
        /// For a live target's prompt.
        case alarm

        var code: String {
            switch self {
            case .bold: "1"
            case .dim: "2"
            case .red: "31"
            case .green: "32"
            case .yellow: "33"
            case .blue: "34"
            case .magenta: "35"
            case .cyan: "36"
            case .alarm: "1;31"
            }
        }
    }

    package var isOn: Bool

    package init(isOn: Bool) { self.isOn = isOn }

    package static let plain = Palette(isOn: false)

    /// - Parameter environment: `NO_COLOR` (any value but empty) and `TERM` are read.
    package init(isTerminal: Bool, environment: [String: String]) {
        let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        isOn = isTerminal && !refused && environment["TERM"] != "dumb"
    }

    package func paint(_ text: String, _ ink: Ink) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(ink.code)m\(text)\u{1B}[0m" : text
    }
}
