// The shapes of records: which fields in which slots. A record's header holds its shape's number; 0 means none
// (the record is a table). Shapes live as long as the machine: their number is capped, wider or wilder records
// become tables.

/// One layout of fields. Keys are interned.
struct RecordShape {
    var keys: UnsafeMutablePointer<UnsafeMutablePointer<StringObject>>
    var count: Int
    /// Places by hash for shapes of more than eight fields: slot + 1; nil for smaller ones.
    var index: UnsafeMutablePointer<UInt16>?
    var mask: Int
    var transitions: [UInt: UInt32]

    /// The slot of a key, or -1.
    @inline(__always)
    func slot(of key: UnsafeMutablePointer<StringObject>) -> Int {
        guard let index else {
            var slot = 0
            while slot < count {
                if keys[slot] == key { return slot }
                slot += 1
            }
            if key.pointee.header.mark == Heap.immortal { return -1 }
            slot = 0
            while slot < count {
                if keys[slot].equals(key) { return slot }
                slot += 1
            }
            return -1
        }
        var place = Int(key.hash) & mask
        while index[place] != 0 {
            let slot = Int(index[place]) - 1
            if keys[slot] == key || keys[slot].equals(key) { return slot }
            place = (place + 1) & mask
        }
        return -1
    }
}

/// All shapes, by number from 1; the empty record's is 1.
struct ShapeTable {
    static let widest = 256
    static let mostTransitions = 64
    static let most = 4096
    static let empty: UInt32 = 1

    /// Shape n is at n; 0 is not used.
    let shapes: UnsafeMutablePointer<RecordShape>
    var count: Int

    init() {
        shapes = .allocate(capacity: ShapeTable.most + 1)
        count = 1
        let keys = UnsafeMutablePointer<UnsafeMutablePointer<StringObject>>.allocate(capacity: 1)
        (shapes + 1).initialize(to: RecordShape(keys: keys, count: 0, index: nil, mask: 0, transitions: [:]))
    }

    func destroy() {
        for number in 1...count {
            shapes[number].keys.deallocate()
            shapes[number].index?.deallocate()
            (shapes + number).deinitialize(count: 1)
        }
        shapes.deallocate()
    }

    /// The shape that a record of shape `number` gets with one more field, or 0 where it should become a table.
    mutating func adding(_ key: UnsafeMutablePointer<StringObject>, to number: UInt32) -> UInt32 {
        let base = Int(number)
        let address = UInt(bitPattern: key)
        if let known = shapes[base].transitions[address] { return known }
        let width = shapes[base].count
        guard width < ShapeTable.widest, count < ShapeTable.most, shapes[base].transitions.count < ShapeTable.mostTransitions
        else { return 0 }
        let keys = UnsafeMutablePointer<UnsafeMutablePointer<StringObject>>.allocate(capacity: width + 1)
        for slot in 0..<width { keys[slot] = shapes[base].keys[slot] }
        keys[width] = key
        count += 1
        (shapes + count).initialize(to: RecordShape(keys: keys, count: width + 1, index: nil, mask: 0, transitions: [:]))
        if width + 1 > 8 { buildIndex(count) }
        shapes[base].transitions[address] = UInt32(count)
        return UInt32(count)
    }

    private func buildIndex(_ number: Int) {
        var places = 32
        while places < shapes[number].count * 2 { places *= 2 }
        let index = UnsafeMutablePointer<UInt16>.allocate(capacity: places)
        index.initialize(repeating: 0, count: places)
        for slot in 0..<shapes[number].count {
            var place = Int(shapes[number].keys[slot].hash) & (places - 1)
            while index[place] != 0 { place = (place + 1) & (places - 1) }
            index[place] = UInt16(slot + 1)
        }
        shapes[number].index = index
        shapes[number].mask = places - 1
    }
}
