// The storage of a record without a shape: fields in their order, found by hash.
//
// Invariants: `index` has a power of two of places, each 0 (empty) or an entry's number plus one, under its key's hash: a
// place of another key is passed without reading that key. An entry without a key was removed, and its place in
// `index` stays taken until the next rebuild.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct RecordTable {
    struct Entry {
        var key: UnsafeMutablePointer<StringObject>?
        var value: Value
    }

    var entries: UnsafeMutablePointer<Entry>
    var index: UnsafeMutablePointer<UInt64>
    /// Entries in use, removed ones included.
    var used: Int
    /// Fields.
    var count: Int
    var capacity: Int
    var mask: Int

    static func make(capacity wanted: Int) -> UnsafeMutablePointer<RecordTable> {
        var capacity = 8
        while capacity < wanted { capacity *= 2 }
        let table = UnsafeMutablePointer<RecordTable>.allocate(capacity: 1)
        table.initialize(
            to: RecordTable(
                entries: .allocate(capacity: capacity), index: .allocate(capacity: capacity * 2), used: 0, count: 0,
                capacity: capacity, mask: capacity * 2 - 1))
        table.pointee.index.initialize(repeating: 0, count: capacity * 2)
        return table
    }

    static func destroy(_ table: UnsafeMutablePointer<RecordTable>) {
        table.pointee.entries.deallocate()
        table.pointee.index.deallocate()
        table.deallocate()
    }

    /// What the table holds of memory.
    var byteCount: Int { capacity * MemoryLayout<Entry>.stride + (mask + 1) * 8 }

    /// The number of the entry with that key, or -1.
    @inline(__always)
    func find(_ key: UnsafeMutablePointer<StringObject>) -> Int {
        let hash = key.hash
        var place = Int(hash) & mask
        while true {
            let found = index[place]
            if found == 0 { return -1 }
            if UInt32(truncatingIfNeeded: found >> 32) == hash {
                let number = Int(UInt32(truncatingIfNeeded: found)) - 1
                if let candidate = entries[number].key, candidate.equals(key) { return number }
            }
            place = (place + 1) & mask
        }
    }

    /// Adds a field that is not there yet.
    mutating func append(_ key: UnsafeMutablePointer<StringObject>, _ value: Value) {
        if used == capacity { rebuild() }
        entries[used] = Entry(key: key, value: value)
        used += 1
        count += 1
        link(used)
    }

    mutating func remove(at entry: Int) {
        entries[entry] = Entry(key: nil, value: .null)
        count -= 1
    }

    private func link(_ number: Int) {
        guard let key = entries[number - 1].key else { return }
        let hash = key.hash
        var place = Int(hash) & mask
        while index[place] != 0 { place = (place + 1) & mask }
        index[place] = UInt64(hash) << 32 | UInt64(UInt32(truncatingIfNeeded: number))
    }

    /// Drops removed entries, and grows if that was not enough.
    private mutating func rebuild() {
        let newCapacity = count * 2 > capacity ? capacity * 2 : capacity
        let newEntries = UnsafeMutablePointer<Entry>.allocate(capacity: newCapacity)
        var kept = 0
        for number in 0..<used where entries[number].key != nil {
            newEntries[kept] = entries[number]
            kept += 1
        }
        entries.deallocate()
        index.deallocate()
        entries = newEntries
        capacity = newCapacity
        mask = newCapacity * 2 - 1
        index = .allocate(capacity: newCapacity * 2)
        index.initialize(repeating: 0, count: newCapacity * 2)
        used = kept
        for number in 0..<kept { link(number + 1) }
    }
}
