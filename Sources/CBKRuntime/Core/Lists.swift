// Methods of lists that need no callback and leave the list as it is. Items that end up in a second list are shared.

import CBKCompiler

extension CoreBuiltins {
    static let lists: [Builtin] = [
        Builtin(
            Signature("count", on: [.list], gives: whole, "How many items there are.", example: "[1, 2, 3].count()"),
            ListNative.count),
        Builtin(
            Signature(
                "first", on: [.list], [], "The first item, or null where there is none.", example: "[1, 2, 3].first()"),
            ListNative.first),
        Builtin(
            Signature("last", on: [.list], [], "The last item, or null where there is none.", example: "[1, 2, 3].last()"),
            ListNative.last),
        Builtin(
            Signature("to_list", on: [.list], gives: items, "The list itself.", example: "[1, 2].to_list()"), ListNative.toList),
        Builtin(
            Signature(
                "take", on: [.list], [.init("count", whole)], gives: items, "The first items, up to a number of them.",
                example: "[1, 2, 3].take(2)"),
            ListNative.take),
        Builtin(
            Signature(
                "skip", on: [.list], [.init("count", whole)], gives: items, "All but the first items.",
                example: "[1, 2, 3].skip(1)"),
            ListNative.skip),
        Builtin(
            Signature("reverse", on: [.list], gives: items, "The items from last to first.", example: "[1, 2, 3].reverse()"),
            ListNative.reverse),
        Builtin(
            Signature(
                "contains", on: [.list], [.init("value")], gives: truth, "Whether an equal item is in it.",
                example: "[1, 2, 3].contains(2)"),
            ListNative.contains),
        Builtin(
            Signature(
                "index_of", on: [.list], [.init("value")], gives: .optional(whole),
                "The place of the first equal item, or null where there is none.", example: "[\"a\", \"b\"].index_of(\"b\")"),
            ListNative.indexOf),
        Builtin(
            Signature(
                "concat", on: [.list], [.init("other", items)], gives: items, "The items of both lists; a + b is the same.",
                example: "[1].concat([2, 3])"),
            ListNative.concat),
        Builtin(
            Signature(
                "flatten", on: [.list], gives: items, "The items of a list of lists, one level down.",
                example: "[[1, 2], [3]].flatten()"),
            ListNative.flatten),
        Builtin(
            Signature(
                "zip", on: [.list], [.init("other", items)], gives: items,
                "Pairs of the items at the same places of two lists of one length.", example: "[\"a\", \"b\"].zip([1, 2])"),
            ListNative.zip),
        Builtin(
            Signature(
                "chunks", on: [.list], [.init("size", whole)], gives: items, "Lists of that many items; the last may be shorter.",
                example: "[1, 2, 3].chunks(2)"),
            ListNative.chunks),
        Builtin(
            Signature(
                "distinct", on: [.list], gives: items, "The items without those equal to an earlier one.",
                example: "[1, 2, 1].distinct()"),
            ListNative.distinct),
    ]
}

private enum ListNative {
    static let count: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        return call.give(Value(int: call[0].list.pointee.count))
    }

    static let first: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let list = call[0].list
        return list.pointee.count > 0 ? call.giveShared(list.pointee.items[0]) : call.give(.null)
    }

    static let last: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let list = call[0].list
        return list.pointee.count > 0 ? call.giveShared(list.pointee.items[list.pointee.count - 1]) : call.give(.null)
    }

    static let toList: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        return call.giveShared(call[0])
    }

    static let take: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let amount = call.amount(1, of: "take", "count") else { return false }
        let total = call[0].list.pointee.count
        return part(call, 0..<min(total, Int(clamping: amount)))
    }

    static let skip: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let amount = call.amount(1, of: "skip", "count") else { return false }
        let total = call[0].list.pointee.count
        return part(call, min(total, Int(clamping: amount))..<total)
    }

    static func part(_ call: NativeCall, _ range: Range<Int>) -> Bool {
        guard call.vm.admit(range.count * MemoryLayout<Value>.stride) else { return false }
        let result = call.vm.makeList(capacity: range.count)
        call.vm.append(range, of: call[0].list, to: result)
        return call.give(Value(result))
    }

    static let reverse: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let list = call[0].list
        let total = list.pointee.count
        guard call.vm.admit(total * MemoryLayout<Value>.stride) else { return false }
        let result = call.vm.makeList(capacity: total)
        for place in stride(from: total - 1, through: 0, by: -1) {
            list.pointee.items[place].share()
            call.vm.append(list.pointee.items[place], to: result)
        }
        return call.give(Value(result))
    }

    static let contains: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let place = find(call) else { return false }
        return call.give(Value(bool: place >= 0))
    }

    static let indexOf: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let place = find(call) else { return false }
        return call.give(place >= 0 ? Value(int: place) : .null)
    }

    /// The place of an item equal to argument 1, or -1; nil with an error raised.
    static func find(_ call: NativeCall) -> Int? {
        let list = call[0].list
        call.charge(list.pointee.count >> 2)
        for place in 0..<list.pointee.count {
            switch call.vm.areEqual(list.pointee.items[place], call[1]) {
            case 1: return place
            case 0: continue
            default: return nil
            }
        }
        return -1
    }

    static let concat: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let other = call.list(1, of: "concat", "other") else { return false }
        let total = call[0].list.pointee.count + other.pointee.count
        guard call.vm.admit(total * MemoryLayout<Value>.stride) else { return false }
        let result = call.vm.makeList(capacity: total)
        call.vm.append(0..<call[0].list.pointee.count, of: call[0].list, to: result)
        call.vm.append(0..<other.pointee.count, of: other, to: result)
        return call.give(Value(result))
    }

    static let flatten: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let list = call[0].list
        var total = 0
        for place in 0..<list.pointee.count {
            let item = list.pointee.items[place]
            guard item.tag == Tag.list else {
                return call.fail(.type, "flatten() takes a list of lists; item \(place) is \(item.typeName)", code: "E0302")
            }
            let (sum, overflow) = total.addingReportingOverflow(item.list.pointee.count)
            total = overflow ? .max >> 8 : min(sum, .max >> 8)
        }
        guard call.vm.admit(total * MemoryLayout<Value>.stride) else { return false }
        let result = call.vm.makeList(capacity: total)
        for place in 0..<list.pointee.count {
            let inner = list.pointee.items[place].list
            call.vm.append(0..<inner.pointee.count, of: inner, to: result)
        }
        return call.give(Value(result))
    }

    static let zip: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let other = call.list(1, of: "zip", "other") else { return false }
        let list = call[0].list
        let total = list.pointee.count
        guard total == other.pointee.count else {
            return call.fail(
                .value, "zip() takes two lists of one length, not \(total) and \(other.pointee.count) items", code: "E0329")
        }
        guard call.vm.admit(total * 96) else { return false }
        let result = call.vm.makeList(capacity: total)
        for place in 0..<total {
            list.pointee.items[place].share()
            other.pointee.items[place].share()
            call.vm.append(call.vm.makeList([list.pointee.items[place], other.pointee.items[place]]), to: result)
        }
        return call.give(Value(result))
    }

    static let chunks: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let given = call.amount(1, of: "chunks", "size", least: 1) else { return false }
        let list = call[0].list
        let total = list.pointee.count
        let size = min(Int(clamping: given), max(1, total))
        guard call.vm.admit(total * 16 + (total / size + 1) * 64) else { return false }
        let result = call.vm.makeList(capacity: (total + size - 1) / size)
        for start in stride(from: 0, to: total, by: size) {
            let range = start..<min(total, start + size)
            let chunk = call.vm.makeList(capacity: range.count)
            call.vm.append(range, of: list, to: chunk)
            call.vm.append(Value(chunk), to: result)
        }
        return call.give(Value(result))
    }

    static let distinct: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let list = call[0].list
        let total = list.pointee.count
        guard call.vm.admit(total * MemoryLayout<Value>.stride) else { return false }
        let seen = call.vm.makeRecord()
        let result = call.vm.makeList(capacity: 0)
        for place in 0..<total {
            guard let key = groupKey(list.pointee.items[place], vm: call.vm, function: "distinct") else { return false }
            guard call.vm.get(key, of: seen) == nil else { continue }
            guard call.vm.admit(key.pointee.count + 64) else { return false }
            call.vm.set(key, in: seen, to: .null)
            call.vm.append(place..<(place + 1), of: list, to: result)
        }
        return call.give(Value(result))
    }
}

extension VM {
    /// Appends items that two lists hold from now on.
    func append(_ range: Range<Int>, of source: UnsafeMutablePointer<ListObject>, to list: UnsafeMutablePointer<ListObject>) {
        grow(list, to: list.pointee.count + range.count)
        let items = source.pointee.items
        let target = list.pointee.items + list.pointee.count
        for place in range {
            items[place].share()
            target[place - range.lowerBound] = items[place]
        }
        list.pointee.count += range.count
    }
}
