// What regular expressions do with a string: matches, captures, and the places that replace and split work with. Each
// takes time in proportion to the text, and spends steps for it.

import CBKCompiler

extension CoreBuiltins {
    static let regex: Shape = .type(.regex)
    static let textOrRegex: Shape = .oneOf([.string, .regex])

    static let regexes: [Builtin] = [
        Builtin(
            Signature(
                "matches", on: [.string], [.init("pattern", regex)], gives: truth,
                "Whether a regular expression matches anywhere in it.",
                example: "\"ann@example.com\".matches(/@example\\.(com|org)$/i)"),
            RegexNative.matches),
        Builtin(
            Signature(
                "captures", on: [.string], [.init("pattern", regex)],
                "The first match and its groups, [match, group 1, …]; with named groups a record of those; or null.",
                example: "\"2026-03-01\".captures(/(?<year>\\d+)-(?<month>\\d+)/)?.year"),
            RegexNative.captures),
    ]
}

private enum RegexNative {
    static let matches: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let regex = call.regex(1, of: "matches", "pattern") else { return false }
        switch regex.matches(call[0].string.buffer, spend: call.vm.spend) {
        case .found: return call.give(Value(bool: true))
        case .missing: return call.give(Value(bool: false))
        case .stopped: return false
        }
    }

    static let captures: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let regex = call.regex(1, of: "captures", "pattern") else { return false }
        let text = call[0].string.buffer
        let slots = 2 * regex.groupCount
        switch regex.find(text, from: 0, slots: slots, spend: call.vm.spend) {
        case .found: break
        case .missing: return call.give(.null)
        case .stopped: return false
        }
        let match = regex.threads.match
        var size = regex.groupCount * CoreBuiltins.pieceCost
        for group in 0..<regex.groupCount where match[2 * group] >= 0 { size += match[2 * group + 1] - match[2 * group] }
        guard call.vm.admit(size) else { return false }
        guard regex.names.isEmpty else {
            let record = call.vm.makeRecord()
            for (name, group) in regex.names {
                call.vm.set(call.vm.key(name), in: record, to: part(call, match[2 * group], match[2 * group + 1]))
            }
            return call.give(Value(record))
        }
        let list = call.vm.makeList(capacity: regex.groupCount)
        for group in 0..<regex.groupCount { call.vm.append(part(call, match[2 * group], match[2 * group + 1]), to: list) }
        return call.give(Value(list))
    }

    /// null for a group that took no part.
    private static func part(_ call: NativeCall, _ start: Int, _ end: Int) -> Value {
        guard start >= 0, end >= start else { return .null }
        return Value(call.vm.makeString(UnsafeBufferPointer(rebasing: call[0].string.buffer[start..<end])))
    }
}

extension RegexMachine {
    /// As `search`; a text that does not match is known at the cost of `matches`.
    func find(_ text: UnsafeBufferPointer<UInt8>, from start: Int, slots: Int, spend: (Int) -> Bool) -> RegexOutcome {
        let outcome = matches(text, from: start, spend: spend)
        return outcome == .found ? search(text, from: start, slots: slots, spend: spend) : outcome
    }
}

extension VM {
    func regex(_ value: Value) -> RegexMachine { state.pointee.regexes[Int(value.bits)] }
}

extension NativeCall {
    func regex(_ index: Int, of function: String, _ parameter: String) -> RegexMachine? {
        if self[index].tag == Tag.regex { return vm.regex(self[index]) }
        _ = failType(index, expected: "a regex such as /a+/", function: function, parameter: parameter)
        return nil
    }

    /// Where the text or regular expression that is argument 1 occurs in the receiver, one after the other; nil with an
    /// error raised. A match of nothing counts where no other match ends.
    ///
    /// - Parameter emptyMessage: what to say of a text without characters.
    func occurrences(
        of function: String, _ parameter: String, most: Int = .max, emptyMessage: String
    ) -> [Range<Int>]? {
        let text = self[0].string.buffer
        var places: [Range<Int>] = []
        var start = 0
        switch self[1].tag {
        case Tag.string:
            let part = self[1].string
            guard part.pointee.count > 0 else {
                _ = fail(.value, emptyMessage, code: "E0331")
                return nil
            }
            while places.count < most {
                let place = vm.find(part.buffer, in: text, from: start)
                guard place >= 0 else { break }
                start = place + part.pointee.count
                places.append(place..<start)
                guard places.count & 0xFFFF != 0 || vm.admitWork(places.count * MemoryLayout<Range<Int>>.stride) else {
                    return nil
                }
            }
        case Tag.regex:
            let regex = vm.regex(self[1])
            while places.count < most, start <= text.count {
                switch regex.find(text, from: start, slots: 2, spend: vm.spend) {
                case .found: break
                case .missing: return places
                case .stopped: return nil
                }
                let place = regex.threads.match[0]..<regex.threads.match[1]
                start = place.upperBound
                if place.isEmpty { start += start < text.count ? regex.symbol(text, at: start).width : 1 }
                if place.isEmpty, places.last?.upperBound == place.lowerBound { continue }
                places.append(place)
                guard vm.admitWork(places.count * MemoryLayout<Range<Int>>.stride) else { return nil }
            }
        default:
            _ = failType(1, expected: "a string or a regex", function: function, parameter: parameter)
            return nil
        }
        return places
    }
}
