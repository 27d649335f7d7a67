// Texts of a list's items put together: measured first, then copied once. Refuses what has no plain text of its own.

import CBKCompiler

extension CoreBuiltins {
    static let joining: [Builtin] = [
        Builtin(
            Signature(
                "join", on: [.list], [.init("separator", text, default: "\"\"")], gives: text,
                "The items' texts with a separator between them.", example: "[\"a\", \"b\"].join(\", \")"),
            Joining.join)
    ]
}

private enum Joining {
    static let join: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        var separator = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        if call.isGiven(1) {
            guard let given = call.string(1, of: "join", "separator") else { return false }
            separator = given.buffer
        }
        let list = call[0].list
        let total = list.pointee.count
        guard total > 0 else { return call.give(call.vm.string("")) }
        call.charge(total >> 1)
        // Texts of items that are no strings live in a list beside, in order.
        let texts = call.vm.makeList(capacity: 0)
        var size = separator.count.multipliedReportingOverflow(by: total - 1).partialValue
        for place in 0..<total {
            let item = list.pointee.items[place]
            if item.tag == Tag.string {
                size &+= item.string.pointee.count
                continue
            }
            guard isJoinable(item) else {
                let hint = item.tag == Tag.secret ? "; .reveal() gives its text" : ""
                return call.fail(
                    .type, "join() takes texts, numbers and times; item \(place) is \(item.typeName)\(hint)", code: "E0332")
            }
            guard let shown = call.vm.text(of: item) else { return false }
            let text = call.vm.string(shown)
            size &+= text.string.pointee.count
            call.vm.append(text, to: texts)
        }
        guard call.vm.admit(size < 0 ? .max : size) else { return false }
        let result = call.vm.makeString(count: size)
        var target = result.bytes
        var next = 0
        for place in 0..<total {
            if place > 0, let base = separator.baseAddress {
                target.update(from: base, count: separator.count)
                target += separator.count
            }
            var item = list.pointee.items[place]
            if item.tag != Tag.string {
                item = texts.pointee.items[next]
                next += 1
            }
            target.update(from: item.string.bytes, count: item.string.pointee.count)
            target += item.string.pointee.count
        }
        return call.give(Value(result))
    }

    static func isJoinable(_ value: Value) -> Bool {
        switch value.tag {
        case Tag.int, Tag.float, Tag.bool, Tag.duration, Tag.datetime: true
        default: false
        }
    }
}
