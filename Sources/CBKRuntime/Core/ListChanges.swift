// Methods that change their list in place. The emitter has made sure that nothing else holds the receiver, and that
// arguments which are lists or records are shared.

import CBKCompiler

extension CoreBuiltins {
    static let listChanges: [Builtin] = [
        Builtin(
            Signature(
                "push", on: [.list], [.init("value")], gives: .type(.null), "Adds an item at the end.",
                example: "var names = []; names.push(\"Ann\"); names"),
            ListChange.push),
        Builtin(
            Signature(
                "pop", on: [.list], [], "Takes the last item off and gives it; an empty list is an error.",
                example: "var names = [\"Ann\", \"Bob\"]; names.pop()"),
            ListChange.pop),
        Builtin(
            Signature(
                "insert", on: [.list], [.init("index", whole, "counted from the end if negative"), .init("value")],
                gives: .type(.null), "Puts an item before the one at a place; the list's length puts it at the end.",
                example: "var names = [\"Bob\"]; names.insert(0, \"Ann\"); names"),
            ListChange.insert),
        Builtin(
            Signature(
                "remove", on: [.list], [.init("index", whole, "counted from the end if negative")],
                "Takes the item at a place out and gives it.", example: "var names = [\"Ann\", \"Bob\"]; names.remove(0)"),
            ListChange.remove),
        Builtin(
            Signature(
                "clear", on: [.list], gives: .type(.null), "Takes all items out.",
                example: "var names = [\"Ann\"]; names.clear(); names"),
            ListChange.clear),
    ]
}

private enum ListChange {
    static let push: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard call.ownsReceiver("push") else { return false }
        guard call.vm.admit((call[0].list.pointee.count + 1) * MemoryLayout<Value>.stride) else { return false }
        call.vm.append(kept(call, call[1]), to: call[0].list)
        return call.give(.null)
    }

    static let pop: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard call.ownsReceiver("pop") else { return false }
        let list = call[0].list
        guard list.pointee.count > 0 else { return call.fail(.index, "pop() of an empty list", code: "E0308") }
        list.pointee.count -= 1
        return call.give(list.pointee.items[list.pointee.count])
    }

    static let insert: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard call.ownsReceiver("insert") else { return false }
        guard let index = call.int(1, of: "insert", "index") else { return false }
        let list = call[0].list
        let total = list.pointee.count
        let place = index < 0 ? index + Int64(total) : index
        guard place >= 0, place <= Int64(total) else {
            return call.fail(.index, "no place \(index) in a list of \(total) to insert at", code: "E0308")
        }
        guard call.vm.admit((total + 1) * MemoryLayout<Value>.stride) else { return false }
        let value = kept(call, call[2])
        call.vm.grow(list, to: total + 1)
        let slot = list.pointee.items + Int(place)
        call.charge((total - Int(place)) >> 4)
        (slot + 1).update(from: slot, count: total - Int(place))
        slot.pointee = value
        call.vm.heap.stored(value)
        list.pointee.count += 1
        return call.give(.null)
    }

    static let remove: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard call.ownsReceiver("remove") else { return false }
        guard let index = call.int(1, of: "remove", "index") else { return false }
        let list = call[0].list
        let total = list.pointee.count
        let place = index < 0 ? index + Int64(total) : index
        guard place >= 0, place < Int64(total) else {
            return call.fail(.index, "no item \(index) in a list of \(total) to remove", code: "E0308")
        }
        let slot = list.pointee.items + Int(place)
        let value = slot.pointee
        call.charge((total - Int(place)) >> 4)
        slot.update(from: slot + 1, count: total - Int(place) - 1)
        list.pointee.count -= 1
        call.vm.heap.movedDown(list, by: 1)
        return call.give(value)
    }

    static let clear: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard call.ownsReceiver("clear") else { return false }
        call[0].list.pointee.count = 0
        return call.give(.null)
    }

    /// A value that the receiver may hold. The receiver itself would be a cycle: it is copied.
    static func kept(_ call: NativeCall, _ value: Value) -> Value {
        if value.tag == Tag.list, value.bits == call[0].bits {
            let copy = Value(call.vm.copy(value.list))
            copy.share()
            return copy
        }
        value.share()
        return value
    }
}
