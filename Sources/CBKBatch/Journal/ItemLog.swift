// The log of one item while it runs: what it was given is kept in memory until its first write, and saved with that. In a run that
// goes on, it answers what was recorded, and finds a write that differs from the recorded one.

import JSONBytes
import Synchronization

/// A class: an item's calls come from several threads, one after another.
package final class ItemLog: Sendable {
    private struct State: Sendable {
        /// What was recorded and is not used up.
        var recorded: [JournalEntry]
        var next: Int
        var unsaved: [JournalEntry] = []
        /// Records in `unsaved`.
        var weight = 0
    }

    /// An item that reads more than so many records between two writes has them read again by a run that goes on: what holds
    /// its memory flat. Its next write is compared with the recorded one all the same.
    private static let mostRecords = 10_000

    package let id: ItemID
    private let isRepeatable: Bool
    private let state: Mutex<State>

    /// - Parameter isRepeatable: whether a later process may run it again, which is then given what it was given before.
    init(_ id: ItemID, recorded: [JournalEntry] = [], isRepeatable: Bool = true) {
        self.id = id
        self.isRepeatable = isRepeatable
        // Numbers are not used twice, as marks are made of them.
        let next = (recorded.last?.sequence ?? 0) + 1
        let kept = recorded.filter { $0.kind != .superseded }
        // Where nothing came of any write, it begins as if it were new.
        let hasWritten = kept.contains { $0.kind == .write && $0.state != .refused }
        let isMain = id.batch == 0
        state = Mutex(State(recorded: hasWritten || isMain ? kept : [], next: next))
    }

    // MARK: - What the program was given

    /// What the same call gave before; nil where it is made for the first time.
    package func recorded(_ kind: JournalEntry.Kind, _ call: String = "") -> JSONValue? {
        state.withLock { state in
            guard let place = state.recorded.firstIndex(where: { $0.kind == kind && $0.call == call }) else { return nil }
            return state.recorded.remove(at: place).value
        }
    }

    package func note(_ kind: JournalEntry.Kind, _ call: String = "", _ value: JSONValue) {
        // What holds a token is not written down, so it is read, or asked for, again.
        guard isRepeatable, maskingTokens(in: value) == value else { return }
        let weight = value["items"]?.arrayValue?.count ?? 1
        state.withLock { state in
            if kind == .read {
                state.weight += weight
                guard state.weight <= ItemLog.mostRecords else {
                    state.unsaved.removeAll { $0.kind == .read }
                    return
                }
            }
            state.unsaved.append(
                JournalEntry(sequence: state.next, kind: kind, call: call, state: .done, value: value))
            state.next += 1
        }
    }

    /// The number of what is noted next.
    var mark: Int { state.withLock { $0.next } }

    /// Lets go of what was noted since, and not saved.
    func forgetUnsaved(from mark: Int) {
        state.withLock { state in
            state.unsaved.removeAll { $0.sequence >= mark }
            state.weight = 0
        }
    }

    /// Entries that the next transaction saves.
    func takeUnsaved() -> [JournalEntry] {
        state.withLock { state in
            defer { (state.unsaved, state.weight) = ([], 0) }
            return state.unsaved
        }
    }

    // MARK: - What it writes

    /// The recorded write that this one is, and whether another one follows it; nil where it is a new one.
    /// - Throws: where another write comes next in the record: then nothing is sent.
    func write(_ call: String, operation: String) throws(BatchError) -> (entry: JournalEntry, isLast: Bool)? {
        try state.withLock { state throws(BatchError) in
            guard let place = state.recorded.firstIndex(where: { $0.kind == .write }) else { return nil }
            let entry = state.recorded[place]
            guard entry.call == call else {
                let recorded = entry.call.prefix { $0 != " " }
                throw BatchError(
                    .data, code: "DIVERGED",
                    "the run recorded \(recorded)\(recorded == operation ? " with other content" : "") here, so this was not sent; "
                        + (id.batch == 0 ? "--new-run begins again" : "--redo KEY runs the item as if it were new"),
                    operation: operation, consequence: .itemForGood)
            }
            state.recorded.remove(at: place)
            return (entry, !state.recorded.contains { $0.kind == .write })
        }
    }

    /// A number for a new write.
    func nextSequence() -> Int {
        state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
    }
}
