// Stable sorting. Ints go through a radix sort, everything else through a merge sort; values that have no order
// between them raise.

extension VM {
    /// What a list's items are, as far as sorting cares.
    private enum Order {
        /// Compared as 64-bit ints: ints, durations, datetimes.
        case ints
        case floats
        case strings
        /// Ints and floats.
        case numbers
    }

    /// Sorts values with their places, which move along; false with an error raised.
    func sort(_ entries: inout [SortEntry], descending: Bool, function: String) -> Bool {
        guard let order = order(of: entries, function) else { return false }
        guard entries.count > 1 else { return true }
        switch order {
        case .ints:
            if entries.count > 128 {
                radixSort(&entries, descending: descending)
            } else if descending {
                mergeSort(&entries) { $1.value.int < $0.value.int }
            } else {
                mergeSort(&entries) { $0.value.int < $1.value.int }
            }
        case .floats:
            if descending {
                mergeSort(&entries) { $1.value.float < $0.value.float }
            } else {
                mergeSort(&entries) { $0.value.float < $1.value.float }
            }
        case .strings:
            if descending {
                mergeSort(&entries) { compare($1.value.string, $0.value.string) < 0 }
            } else {
                mergeSort(&entries) { compare($0.value.string, $1.value.string) < 0 }
            }
        case .numbers:
            if descending {
                mergeSort(&entries) { isLess($1.value, $0.value, orEqual: false) == 1 }
            } else {
                mergeSort(&entries) { isLess($0.value, $1.value, orEqual: false) == 1 }
            }
        }
        return true
    }

    private func order(of entries: [SortEntry], _ function: String) -> Order? {
        guard let first = entries.first?.value else { return .ints }
        var order: Order
        switch first.tag {
        case Tag.int, Tag.duration, Tag.datetime: order = .ints
        case Tag.float: order = .floats
        case Tag.string: order = .strings
        case Tag.secret:
            raise(.type, "\(function)() does not take secrets; .reveal() gives their text", code: "E0333")
            return nil
        default:
            raise(.type, "\(function)() has no order for \(first.typeName); numbers, strings and times have one", code: "E0302")
            return nil
        }
        for entry in entries where entry.value.tag != first.tag {
            let isNumber = entry.value.tag == Tag.int || entry.value.tag == Tag.float
            guard isNumber, first.tag == Tag.int || first.tag == Tag.float else {
                raise(
                    .type,
                    "\(function)() compares values of one type, not \(first.typeName) (item 0) with \(entry.value.typeName) (item \(entry.place))",
                    code: "E0302")
                return nil
            }
            order = .numbers
        }
        return order
    }
}

/// A value to sort by, and where it stood.
struct SortEntry {
    var value: Value
    var place: Int
}

/// Sorts runs of 16 by insertion, then merges them.
@inline(__always)
private func mergeSort(_ entries: inout [SortEntry], _ isBefore: (SortEntry, SortEntry) -> Bool) {
    let count = entries.count
    let run = 16
    entries.withUnsafeMutableBufferPointer { first in
        for start in stride(from: 0, to: count, by: run) {
            for index in (start + 1)..<max(start + 1, min(start + run, count)) {
                let entry = first[index]
                var hole = index
                while hole > start, isBefore(entry, first[hole - 1]) {
                    first[hole] = first[hole - 1]
                    hole -= 1
                }
                first[hole] = entry
            }
        }
        guard count > run else { return }
        withUnsafeTemporaryAllocation(of: SortEntry.self, capacity: count) { second in
            var source = first
            var target = second
            var width = run
            while width < count {
                var start = 0
                while start < count {
                    let middle = min(start + width, count)
                    let end = min(middle + width, count)
                    var (left, right, place) = (start, middle, start)
                    while left < middle, right < end {
                        if isBefore(source[right], source[left]) {
                            target[place] = source[right]
                            right += 1
                        } else {
                            target[place] = source[left]
                            left += 1
                        }
                        place += 1
                    }
                    while left < middle {
                        target[place] = source[left]
                        left += 1
                        place += 1
                    }
                    while right < end {
                        target[place] = source[right]
                        right += 1
                        place += 1
                    }
                    start = end
                }
                swap(&source, &target)
                width *= 2
            }
            if source.baseAddress != first.baseAddress {
                for index in 0..<count { first[index] = source[index] }
            }
        }
    }
}

/// Byte by byte from the lowest, bytes that are all alike skipped. Descending order is that of the complement, which
/// keeps equal values in their order.
private func radixSort(_ entries: inout [SortEntry], descending: Bool) {
    let count = entries.count
    let flip: UInt64 = descending ? 0x7FFF_FFFF_FFFF_FFFF : 0x8000_0000_0000_0000
    entries.withUnsafeMutableBufferPointer { first in
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 8 * 256) { buckets in
            buckets.initialize(repeating: 0)
            for index in 0..<count {
                var key = first[index].value.bits ^ flip
                for byte in 0..<8 {
                    buckets[byte * 256 + Int(key & 0xFF)] += 1
                    key >>= 8
                }
            }
            withUnsafeTemporaryAllocation(of: SortEntry.self, capacity: count) { second in
                var source = first
                var target = second
                for byte in 0..<8 {
                    let base = byte * 256
                    let shift = UInt64(byte * 8)
                    if buckets[base + Int((source[0].value.bits ^ flip) >> shift & 0xFF)] == count { continue }
                    var sum = 0
                    for bucket in base..<(base + 256) {
                        let size = buckets[bucket]
                        buckets[bucket] = sum
                        sum += size
                    }
                    for index in 0..<count {
                        let bucket = base + Int((source[index].value.bits ^ flip) >> shift & 0xFF)
                        target[buckets[bucket]] = source[index]
                        buckets[bucket] += 1
                    }
                    swap(&source, &target)
                }
                if source.baseAddress != first.baseAddress {
                    for index in 0..<count { first[index] = source[index] }
                }
            }
        }
    }
}
