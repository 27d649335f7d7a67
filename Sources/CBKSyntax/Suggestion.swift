// Did-you-mean: the nearest of some names by edit distance (Damerau and Levenshtein, adjacent swaps count one).
// Takes what was written and what exists; gives nothing where a guess would be a bad one.

/// The candidate that `name` was most likely meant to be: the same without case, or within one edit for names of 3 to
/// 5 characters, two up to 8, three beyond. Of equals, one with the same first letter, then the first in order.
package func suggestion(for name: String, among candidates: some Sequence<String>) -> String? {
    let written = Array(name.lowercased().unicodeScalars)
    guard !written.isEmpty, written.count <= 64 else { return nil }
    let limit = written.count < 3 ? 0 : written.count <= 5 ? 1 : written.count <= 8 ? 2 : 3
    var best: (candidate: String, distance: Int, hasSameStart: Bool)?
    for candidate in candidates where candidate != name {
        let other = Array(candidate.lowercased().unicodeScalars)
        guard !other.isEmpty, abs(other.count - written.count) <= limit else { continue }
        // Within the limit, but not by rewriting most of a short candidate.
        let distance = editDistance(written, other, limit: limit)
        guard distance <= limit, distance == 0 || distance * 2 < max(other.count, written.count) else { continue }
        let hasSameStart = other.first == written.first
        if let best, (best.distance, best.hasSameStart ? 0 : 1) <= (distance, hasSameStart ? 0 : 1) { continue }
        best = (candidate, distance, hasSameStart)
    }
    return best?.candidate
}

/// Insertions, deletions, replacements and adjacent swaps between two texts; anything beyond `limit` may be cut short.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for (row, scalar) in left.enumerated() {
        var current = [row + 1]
        current.reserveCapacity(right.count + 1)
        var least = row + 1
        for (column, other) in right.enumerated() {
            var cost = min(last[column + 1], current[column]) + 1
            cost = min(cost, last[column] + (scalar == other ? 0 : 1))
            if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
            least = min(least, cost)
        }
        // A swap looks two rows back, so only a row two beyond the limit is hopeless.
        guard least <= limit + 1 else { return limit + 1 }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
