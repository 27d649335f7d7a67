// How many failed items a run goes on with. Takes the flag's text.

/// `--max-errors N` or `N%`; a percentage counts from 100 items.
package enum ErrorCap: Sendable, Equatable {
    /// The most errors that a run goes on with.
    case count(Int)
    case percent(Double)

    /// Reads `20` or `2.5%`; nil for anything else.
    package init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let share = Double(text.dropLast()), share >= 0, share <= 100 else { return nil }
            self = .percent(share)
        } else {
            guard let count = Int(text), count >= 0 else { return nil }
            self = .count(count)
        }
    }

    func isExceeded(errors: Int, ended: Int) -> Bool {
        switch self {
        case .count(let most): errors > most
        case .percent(let share): ended >= 100 && Double(errors) * 100 > share * Double(ended)
        }
    }

    var description: String {
        switch self {
        case .count(let most): String(most)
        case .percent(let share): share == share.rounded() ? "\(Int(share))%" : "\(share)%"
        }
    }
}
