// The collector's pauses of a run in one line, for who asks with --collector-stats.

struct CollectorStats {
    private let pauses: [Duration]

    init(_ pauses: [Duration]) { self.pauses = pauses.sorted() }

    var text: String {
        guard let longest = pauses.last else { return "collector: no pause\n" }
        let shown = [("median", 0.5), ("90%", 0.9), ("99%", 0.99)].map { name, share in
            "\(name) \(milliseconds(pauses[Int(Double(pauses.count - 1) * share)]))"
        }
        let total = milliseconds(pauses.reduce(.zero, +))
        return
            "collector: \(pauses.count) pauses, \(shown.joined(separator: ", ")), longest \(milliseconds(longest)), in all \(total)\n"
    }

    private func milliseconds(_ duration: Duration) -> String {
        let micro = duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
        return "\(micro / 1000).\(micro % 1000 / 100) ms"
    }
}
