// The leftmost match of a regular expression and its groups, by threads that run side by side over the text (Pike's
// way): in the order in which a backtracking matcher would try them, each instruction once a character.
//
// Invariant: lists hold at most one thread an instruction, and each thread `slots` places. Memory lives from init to
// `free`; nothing is allocated while a search runs.

import CBKSyntax

struct RegexThreads {
    struct List {
        /// By thread: where it goes on.
        let numbers: UnsafeMutablePointer<Int>
        let slots: UnsafeMutablePointer<Int>
        var count = 0
    }

    fileprivate(set) var current: List
    fileprivate(set) var next: List
    /// Of the thread that is followed, and of the match.
    fileprivate let work: UnsafeMutablePointer<Int>
    /// After a search that found something: where each group begins and ends, or -1.
    let match: UnsafeMutablePointer<Int>
    /// By instruction: the last step that followed it.
    fileprivate let marks: UnsafeMutablePointer<Int>
    fileprivate var mark = 0
    /// Instructions still to follow; or, as two entries, an earlier value of a slot and -1 - slot.
    fileprivate let pending: UnsafeMutablePointer<Int>

    init(instructions: Int, slots: Int) {
        let lists = (0..<2).map { _ in
            List(numbers: .allocate(capacity: instructions), slots: .allocate(capacity: instructions * slots))
        }
        current = lists[0]
        next = lists[1]
        work = .allocate(capacity: slots)
        match = .allocate(capacity: slots)
        marks = .allocate(capacity: instructions)
        marks.initialize(repeating: 0, count: instructions)
        pending = .allocate(capacity: 2 * instructions + 2)
    }

    func free() {
        for list in [current, next] {
            list.numbers.deallocate()
            list.slots.deallocate()
        }
        for memory in [work, match, marks, pending] { memory.deallocate() }
    }
}

extension RegexMachine {
    /// Finds the leftmost match that begins at or behind a place; its slots are in `threads.match`.
    ///
    /// - Parameters:
    ///   - slots: how many of them are wanted: 2 for the whole match, all for the groups.
    ///   - spend: takes the steps since the last time; false ends the search.
    func search(_ text: UnsafeBufferPointer<UInt8>, from start: Int, slots: Int, spend: (Int) -> Bool) -> RegexOutcome {
        var threads = self.threads
        defer { self.threads = threads }
        threads.current.count = 0
        var isFound = false
        var place = start
        var steps = 0
        while true {
            if threads.current.count == 0 {
                if isFound { break }
                let next = nextBeginning(text, from: place)
                steps += next - place
                place = next
            }
            let isEnd = place >= text.count
            let (symbol, width) = isEnd ? (-1, 0) : symbol(text, at: place)
            let holds = places(text, at: place)
            threads.mark += 1
            threads.next.count = 0
            var isCut = false
            for index in 0..<threads.current.count {
                threads.work.update(from: threads.current.slots + index * slots, count: slots)
                if follow(threads.current.numbers[index], &threads, slots, place, symbol, holds, &steps) {
                    isCut = true
                    break
                }
            }
            if !isFound, !isCut {
                threads.work.update(repeating: -1, count: slots)
                if follow(0, &threads, slots, place, symbol, holds, &steps) { isCut = true }
            }
            if isCut { isFound = true }
            if isEnd { break }
            swap(&threads.current, &threads.next)
            place += width
            if steps >= RegexMachine.stretch {
                guard spend(steps) else { return .stopped }
                steps = 0
            }
        }
        guard spend(steps) else { return .stopped }
        return isFound ? .found : .missing
    }

    /// Runs a thread up to the characters that it takes at this place; true where it reaches the match.
    private func follow(
        _ start: Int, _ threads: inout RegexThreads, _ slots: Int, _ place: Int, _ symbol: Int, _ holds: UInt8, _ steps: inout Int
    ) -> Bool {
        let (pending, marks, work, mark) = (threads.pending, threads.marks, threads.work, threads.mark)
        pending[0] = start
        var depth = 1
        while depth > 0 {
            depth -= 1
            var number = pending[depth]
            if number < 0 {
                depth -= 1
                work[-1 - number] = pending[depth]
                continue
            }
            while marks[number] != mark {
                marks[number] = mark
                steps += 1
                switch code[number] {
                case .set(let set):
                    guard symbol >= 0, accepts(symbol, set) else { break }
                    let count = threads.next.count
                    threads.next.numbers[count] = number + 1
                    (threads.next.slots + count * slots).update(from: work, count: slots)
                    threads.next.count = count + 1
                case .split(let preferred, let other):
                    pending[depth] = number + other
                    depth += 1
                    number += preferred
                    continue
                case .jump(let distance):
                    number += distance
                    continue
                case .save(let slot):
                    if slot < slots {
                        pending[depth] = work[slot]
                        pending[depth + 1] = -1 - slot
                        depth += 2
                        work[slot] = place
                    }
                    number += 1
                    continue
                case .place(let wanted):
                    guard wanted.rawValue & holds != 0 else { break }
                    number += 1
                    continue
                case .match:
                    threads.match.update(from: work, count: slots)
                    return true
                }
                break
            }
        }
        return false
    }
}
