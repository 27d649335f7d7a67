// Records: reading and writing fields by key, whether the record has a shape or a table. Callers that write have
// made sure that nothing else holds the record.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension VM {
    /// Records of more fields keep them outside their cell, which stays in a size class.
    @inline(__always) static var mostInline: Int { 28 }

    func allocateValues(_ count: Int) -> UnsafeMutablePointer<Value> {
        let bytes = max(count, 1) * MemoryLayout<Value>.stride
        guard let memory = malloc(bytes) else { preconditionFailure("the system has no memory left") }
        heap.account(count * MemoryLayout<Value>.stride)
        return memory.assumingMemoryBound(to: Value.self)
    }

    func reallocateValues(_ values: UnsafeMutablePointer<Value>, from old: Int, to count: Int) -> UnsafeMutablePointer<Value> {
        guard let memory = realloc(values, count * MemoryLayout<Value>.stride) else {
            preconditionFailure("the system has no memory left")
        }
        heap.account((count - old) * MemoryLayout<Value>.stride)
        return memory.assumingMemoryBound(to: Value.self)
    }

    /// The shape with those interned keys, or 0 where they are too many.
    package func shape(of keys: [UnsafeMutablePointer<StringObject>]) -> UInt32 {
        var number = ShapeTable.empty
        for key in keys where number != 0 {
            number = state.pointee.shapes.adding(key, to: number)
        }
        return number
    }

    /// The shape of records with those field names, for sources that make many; 0: use `makeRecord()` and `set`.
    package func shape(named names: [String]) -> UInt32 { shape(of: names.map { intern($0) }) }

    /// A record of a shape with room for its fields, which the caller fills at once.
    @inline(__always)
    package func makeRecord(shape: UInt32, count: Int) -> UnsafeMutablePointer<RecordObject> {
        let isInline = count <= VM.mostInline
        let size = RecordObject.inlineOffset + (isInline ? count * MemoryLayout<Value>.stride : 0)
        let record = heap.allocate(size, .record, aux: shape).assumingMemoryBound(to: RecordObject.self)
        record.pointee.slots =
            isInline
            ? (UnsafeMutableRawPointer(record) + RecordObject.inlineOffset).assumingMemoryBound(to: Value.self)
            : allocateValues(count)
        record.pointee.table = nil
        record.pointee.capacity = Int32(truncatingIfNeeded: count)
        record.pointee.isInline = isInline ? 1 : 0
        return record
    }

    /// An empty record.
    package func makeRecord() -> UnsafeMutablePointer<RecordObject> { makeRecord(shape: ShapeTable.empty, count: 0) }

    package func makeRecord(_ fields: [(String, Value)]) -> Value {
        let record = makeRecord()
        for (name, value) in fields { set(intern(name), in: record, to: value) }
        return Value(record)
    }

    package func count(of record: UnsafeMutablePointer<RecordObject>) -> Int {
        if let table = record.pointee.table { return table.pointee.count }
        return state.pointee.shapes.shapes[Int(record.pointee.header.aux)].count
    }

    /// The field's value; nil without that field.
    @inline(__always)
    package func get(_ key: UnsafeMutablePointer<StringObject>, of record: UnsafeMutablePointer<RecordObject>) -> Value? {
        if let table = record.pointee.table {
            let entry = table.pointee.find(key)
            return entry < 0 ? nil : table.pointee.entries[entry].value
        }
        let slot = state.pointee.shapes.shapes[Int(record.pointee.header.aux)].slot(of: key)
        return slot < 0 ? nil : record.pointee.slots.unsafelyUnwrapped[slot]
    }

    package func get(_ name: String, of record: UnsafeMutablePointer<RecordObject>) -> Value? { get(intern(name), of: record) }

    /// Sets a field, adding it at the end where it is new.
    package func set(_ key: UnsafeMutablePointer<StringObject>, in record: UnsafeMutablePointer<RecordObject>, to value: Value) {
        if let table = record.pointee.table { return set(key, in: table, of: record, to: value) }
        let shape = record.pointee.header.aux
        let slot = state.pointee.shapes.shapes[Int(shape)].slot(of: key)
        if slot >= 0 {
            record.pointee.slots.unsafelyUnwrapped[slot] = value
            heap.stored(value)
            return
        }
        let isInterned = key.pointee.header.mark == Heap.immortal
        let width = state.pointee.shapes.shapes[Int(shape)].count
        // A key that was computed and not written in the script, on a record that already is wide, makes a table:
        // such records are used as dictionaries.
        let next: UInt32
        if isInterned {
            next = state.pointee.shapes.adding(key, to: shape)
        } else if width < 8, key.pointee.count <= 64, state.pointee.interned.count < 1 << 16 {
            next = state.pointee.shapes.adding(intern(key.text), to: shape)
        } else {
            next = 0
        }
        guard next != 0 else {
            set(key, in: convertToTable(record), of: record, to: value)
            return
        }
        if width == Int(record.pointee.capacity) { growSlots(record, width) }
        record.pointee.slots.unsafelyUnwrapped[width] = value
        record.pointee.header.aux = next
        heap.stored(value)
    }

    private func set(
        _ key: UnsafeMutablePointer<StringObject>, in table: UnsafeMutablePointer<RecordTable>,
        of record: UnsafeMutablePointer<RecordObject>, to value: Value
    ) {
        let entry = table.pointee.find(key)
        if entry >= 0 {
            table.pointee.entries[entry].value = value
            heap.stored(value)
            return
        }
        let before = table.pointee.byteCount
        let used = table.pointee.used
        table.pointee.append(key, value)
        let after = table.pointee.byteCount
        if after != before { heap.account(after - before) }
        if table.pointee.used <= used { heap.movedDown(record, by: .max) }
        heap.stored(Value(key))
        heap.stored(value)
    }

    private func growSlots(_ record: UnsafeMutablePointer<RecordObject>, _ width: Int) {
        let capacity = max(4, width * 2)
        let slots = allocateValues(capacity)
        if let old = record.pointee.slots {
            slots.update(from: old, count: width)
            if record.pointee.isInline == 0 {
                heap.account(-Int(record.pointee.capacity) * MemoryLayout<Value>.stride)
                free(old)
            }
        }
        (slots + width).initialize(repeating: .null, count: capacity - width)
        record.pointee.slots = slots
        record.pointee.isInline = 0
        record.pointee.capacity = Int32(truncatingIfNeeded: capacity)
    }

    private func convertToTable(_ record: UnsafeMutablePointer<RecordObject>) -> UnsafeMutablePointer<RecordTable> {
        let shape = state.pointee.shapes.shapes[Int(record.pointee.header.aux)]
        let table = RecordTable.make(capacity: shape.count + 1)
        heap.account(table.pointee.byteCount)
        if let slots = record.pointee.slots {
            for slot in 0..<shape.count { table.pointee.append(shape.keys[slot], slots[slot]) }
            if record.pointee.isInline == 0 {
                heap.account(-Int(record.pointee.capacity) * MemoryLayout<Value>.stride)
                free(slots)
            }
        }
        record.pointee.slots = nil
        record.pointee.table = table
        record.pointee.header.aux = 0
        record.pointee.isInline = 0
        record.pointee.capacity = 0
        return table
    }

    /// Removes a field; its value, or nil without that field.
    package func remove(_ key: UnsafeMutablePointer<StringObject>, from record: UnsafeMutablePointer<RecordObject>) -> Value? {
        guard let value = get(key, of: record) else { return nil }
        let table = record.pointee.table ?? convertToTable(record)
        table.pointee.remove(at: table.pointee.find(key))
        return value
    }

    /// The next field at or after a cursor that starts at 0; nil at the end.
    package func next(
        of record: UnsafeMutablePointer<RecordObject>, _ cursor: inout Int
    ) -> (key: UnsafeMutablePointer<StringObject>, value: Value)? {
        if let table = record.pointee.table {
            while cursor < table.pointee.used {
                let entry = table.pointee.entries[cursor]
                cursor += 1
                if let key = entry.key { return (key, entry.value) }
            }
            return nil
        }
        let shape = state.pointee.shapes.shapes + Int(record.pointee.header.aux)
        guard cursor < shape.pointee.count, let slots = record.pointee.slots else { return nil }
        cursor += 1
        return (shape.pointee.keys[cursor - 1], slots[cursor - 1])
    }

    /// A copy of one level; what the fields hold is shared from then on.
    package func copy(_ record: UnsafeMutablePointer<RecordObject>) -> UnsafeMutablePointer<RecordObject> {
        guard record.pointee.table == nil, let slots = record.pointee.slots else {
            let copy = makeRecord()
            let table = convertToTable(copy)
            var cursor = 0
            let before = table.pointee.byteCount
            while let (key, value) = next(of: record, &cursor) {
                value.share()
                table.pointee.append(key, value)
            }
            heap.account(table.pointee.byteCount - before)
            return copy
        }
        let shape = record.pointee.header.aux
        let count = state.pointee.shapes.shapes[Int(shape)].count
        let copy = makeRecord(shape: shape, count: count)
        let target = copy.pointee.slots.unsafelyUnwrapped
        for slot in 0..<count {
            slots[slot].share()
            target[slot] = slots[slot]
        }
        return copy
    }

    /// A copy of one level; the items are shared from then on.
    package func copy(_ list: UnsafeMutablePointer<ListObject>) -> UnsafeMutablePointer<ListObject> {
        let count = list.pointee.count
        let copy = makeList(capacity: count)
        let source = list.pointee.items
        let target = copy.pointee.items
        for index in 0..<count {
            source[index].share()
            target[index] = source[index]
        }
        copy.pointee.count = count
        return copy
    }

    /// The names of a record's fields, for messages.
    package func fieldNames(_ record: UnsafeMutablePointer<RecordObject>) -> [String] {
        var names: [String] = []
        var cursor = 0
        while names.count < 64, let (key, _) = next(of: record, &cursor) { names.append(key.text) }
        return names
    }
}
