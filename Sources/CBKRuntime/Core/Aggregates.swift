// Methods of lists that need all items and no callback: sort, sum, min, max, avg. Streams read themselves into a
// list, or go item by item, in Reducers.

import CBKCompiler

extension CoreBuiltins {
    static let aggregates: [Builtin] = [
        Builtin(
            Signature(
                "sort", on: [.list], [.init("desc", truth, default: "false", "from the greatest down")], gives: items,
                "The items in order (numbers, strings by character, times); equal ones keep theirs.",
                example: "[3, 1, 2].sort(desc: true)"),
            Aggregate.sort),
        Builtin(
            Signature(
                "sum", on: [.list], gives: .oneOf([.int, .float, .duration]),
                "The items added up: numbers or durations; 0 where there are none.", example: "[1, 2, 3].sum()"),
            Aggregate.sum),
        Builtin(
            Signature("min", on: [.list], [], "The least item, or null where there is none.", example: "[3, 1, 2].min()"),
            Aggregate.min),
        Builtin(
            Signature("max", on: [.list], [], "The greatest item, or null where there is none.", example: "[3, 1, 2].max()"),
            Aggregate.max),
        Builtin(
            Signature(
                "avg", on: [.list], gives: .optional(.oneOf([.float, .duration])),
                "The mean of numbers or durations, or null where there are none.", example: "[1, 2, 4].avg()"),
            Aggregate.avg),
        Builtin(
            Signature(
                "__sort_by_keys", [.init("items", items), .init("keys", items), .init("desc", truth)], gives: items,
                "The items in the order of their keys; stable.", isInternal: true),
            Aggregate.sortByKeys),
        Builtin(
            Signature(
                "__add", [.init("sum", .any, "null before the first item"), .init("item", .any)],
                "A sum with one more item: numbers or durations.",
                isInternal: true),
            Aggregate.add),
        Builtin(
            Signature("__mean", [.init("sum", .any), .init("count", whole)], "A sum divided by a count.", isInternal: true),
            Aggregate.mean),
    ]
}

private enum Aggregate {
    static let sort: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let isDescending = call.bool(1, default: false, of: "sort", "desc") else { return false }
        let list = call[0].list
        return sorted(call, list, by: list, isDescending, function: "sort")
    }

    static let sortByKeys: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let items = call.list(0, of: "sort_by", "items"), let keys = call.list(1, of: "sort_by", "keys"),
            let isDescending = call.bool(2, default: false, of: "sort_by", "desc")
        else { return false }
        guard items.pointee.count == keys.pointee.count else {
            return call.fail(.value, "sort_by() needs a key for each item", code: "E0329")
        }
        return sorted(call, items, by: keys, isDescending, function: "sort_by")
    }

    static func sorted(
        _ call: NativeCall, _ items: UnsafeMutablePointer<ListObject>, by keys: UnsafeMutablePointer<ListObject>,
        _ isDescending: Bool, function: String
    ) -> Bool {
        let total = keys.pointee.count
        // The entries, the merge's second copy of them, and the result.
        guard call.vm.admit(total * (MemoryLayout<SortEntry>.stride * 2 + MemoryLayout<Value>.stride)) else { return false }
        call.charge(total)
        var entries: [SortEntry] = []
        entries.reserveCapacity(total)
        for place in 0..<total { entries.append(SortEntry(value: keys.pointee.items[place], place: place)) }
        guard call.vm.sort(&entries, descending: isDescending, function: function) else { return false }
        let result = call.vm.makeList(capacity: total)
        for entry in entries {
            items.pointee.items[entry.place].share()
            call.vm.append(items.pointee.items[entry.place], to: result)
        }
        return call.give(Value(result))
    }

    static let sum: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let sum = total(call, function: "sum") else { return false }
        return call.give(sum ?? Value(int: 0))
    }

    static let avg: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let sum = total(call, function: "avg") else { return false }
        guard let sum else { return call.give(.null) }
        return divided(call, sum, by: Int64(call[0].list.pointee.count))
    }

    /// The receiver's items added up: nil with an error raised, an inner nil for an empty list.
    static func total(_ call: NativeCall, function: String) -> Value?? {
        let list = call[0].list
        guard list.pointee.count > 0 else { return .some(.none) }
        call.charge(list.pointee.count >> 2)
        var sum = list.pointee.items[0]
        guard isSummable(sum) else { return refused(call, sum, 0, function) }
        for place in 1..<Swift.max(1, list.pointee.count) {
            let item = list.pointee.items[place]
            if sum.tag == Tag.int, item.tag == Tag.int {
                let (next, overflow) = sum.int.addingReportingOverflow(item.int)
                if !overflow {
                    sum = Value(int: next)
                    continue
                }
            }
            guard isSummable(item) else { return refused(call, item, place, function) }
            guard call.vm.add(sum, item, into: &sum) else { return .none }
        }
        return .some(.some(sum))
    }

    static func isSummable(_ value: Value) -> Bool {
        value.tag == Tag.int || value.tag == Tag.float || value.tag == Tag.duration
    }

    static func refused(_ call: NativeCall, _ item: Value, _ place: Int, _ function: String) -> Value?? {
        _ = call.fail(.type, "\(function)() adds numbers or durations; item \(place) is \(item.typeName)", code: "E0302")
        return .none
    }

    static func divided(_ call: NativeCall, _ sum: Value, by count: Int64) -> Bool {
        guard sum.tag == Tag.duration else { return call.vm.divide(sum, Value(int: count), into: call.arguments - 1) }
        // To the nearest millisecond.
        let quotient = (Double(sum.int) / Double(count)).rounded()
        guard let whole = Int64(exactly: quotient) else { return call.vm.raiseOverflow("avg") }
        return call.give(Value(duration: whole))
    }

    static let add: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard isSummable(call[1]) else {
            return call.fail(.type, "sum() and avg() add numbers or durations, not \(call[1].typeName)", code: "E0302")
        }
        if call[0].isNull { return call.give(call[1]) }
        return call.vm.add(call[0], call[1], into: call.arguments - 1)
    }

    static let mean: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let count = call.amount(1, of: "avg", "count", least: 1) else { return false }
        guard isSummable(call[0]) else {
            return call.fail(.type, "avg() adds numbers or durations, not \(call[0].typeName)", code: "E0302")
        }
        return divided(call, call[0], by: count)
    }

    static let min: NativeFunction = { machine, arguments, count in
        extreme(NativeCall(machine, arguments, count), "min") { vm, item, best in vm.isLess(item, best, orEqual: false) }
    }

    static let max: NativeFunction = { machine, arguments, count in
        extreme(NativeCall(machine, arguments, count), "max") { vm, item, best in vm.isLess(best, item, orEqual: false) }
    }

    /// The first item that no other one is better than.
    static func extreme(_ call: NativeCall, _ function: String, _ isBetter: (VM, Value, Value) -> Int) -> Bool {
        let list = call[0].list
        guard list.pointee.count > 0 else { return call.give(.null) }
        call.charge(list.pointee.count >> 2)
        var best = list.pointee.items[0]
        guard isOrdered(best) else {
            return call.fail(
                .type, "\(function)() has no order for \(best.typeName); numbers, strings and times have one", code: "E0302")
        }
        for place in 1..<Swift.max(1, list.pointee.count) {
            switch isBetter(call.vm, list.pointee.items[place], best) {
            case 1: best = list.pointee.items[place]
            case 0: continue
            default: return false
            }
        }
        return call.give(best)
    }

    static func isOrdered(_ value: Value) -> Bool { isSummable(value) || value.tag == Tag.string || value.tag == Tag.datetime }
}
