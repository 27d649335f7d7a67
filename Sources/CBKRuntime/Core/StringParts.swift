// Methods of strings that take them apart: characters, lines, pieces between separators, slices.

import CBKCompiler

extension CoreBuiltins {
    static let stringParts: [Builtin] = [
        Builtin(
            Signature(
                "split", on: [.string],
                [
                    .init(
                        "separator", textOrRegex, default: "blanks",
                        "a text or regular expression; left out: runs of blanks, without empty pieces"),
                    .init("limit", whole, default: "no limit", "the most pieces; the last one keeps the rest"),
                ], gives: .list(text), "The pieces between separators.", example: "\"a,b,c\".split(\",\")"),
            StringPartNative.split),
        Builtin(
            Signature(
                "lines", on: [.string], gives: .list(text), "The lines, without their ends (LF, CRLF or CR).",
                example: "\"a\\nb\\n\".lines()"),
            StringPartNative.lines),
        Builtin(
            Signature(
                "chars", on: [.string], gives: .list(text), "The characters (Unicode scalars), each as a string.",
                example: "\"año\".chars()"),
            StringPartNative.chars),
        Builtin(
            Signature(
                "slice", on: [.string, .list],
                [
                    .init("from", whole, "counted from the end if negative"),
                    .init("to", whole, default: "the end", "the first that is left out"),
                ], "The part from one place up to another; s[a..b] is the same.", example: "\"onboard.cbk\".slice(0, -4)"),
            StringPartNative.slice),
    ]

    /// What a short string and its place in a list take of memory, for `admit`.
    static let pieceCost = 64
}

private enum StringPartNative {
    static let split: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        var limit = Int.max
        if call.isGiven(2) {
            guard let given = call.amount(2, of: "split", "limit", least: 1) else { return false }
            limit = Int(clamping: given)
        }
        let text = call[0].string.buffer
        guard call.isGiven(1) else {
            guard let pieces = blankPieces(call, text, limit) else { return false }
            return give(call, pieces)
        }
        let message = "split() has an empty separator; .chars() gives the characters"
        guard let separators = call.occurrences(of: "split", "separator", most: limit, emptyMessage: message) else {
            return false
        }
        var pieces: [Range<Int>] = []
        var start = 0
        for place in separators where pieces.count < limit - 1 {
            // A match of nothing parts two characters.
            if place.isEmpty, place.lowerBound == 0 || place.lowerBound == text.count { continue }
            pieces.append(start..<place.lowerBound)
            start = place.upperBound
        }
        pieces.append(start..<text.count)
        return give(call, pieces)
    }

    /// Whether so many pieces will fit, asked now and then, before all of them are found.
    static func admits(_ call: NativeCall, _ pieces: [Range<Int>]) -> Bool {
        pieces.count & 0xFFFF != 0xFFFF || call.vm.admitWork(pieces.count * CoreBuiltins.pieceCost)
    }

    static func blankPieces(_ call: NativeCall, _ text: UnsafeBufferPointer<UInt8>, _ limit: Int) -> [Range<Int>]? {
        var pieces: [Range<Int>] = []
        let whole = trimmedRange(text)
        var place = whole.lowerBound
        var start = place
        while place < whole.upperBound {
            guard pieces.count < limit - 1, let width = blankWidth(text, at: place) else {
                place += 1
                continue
            }
            guard admits(call, pieces) else { return nil }
            pieces.append(start..<place)
            place += width
            while place < whole.upperBound, let next = blankWidth(text, at: place) { place += next }
            start = place
        }
        if start < whole.upperBound { pieces.append(start..<whole.upperBound) }
        return pieces
    }

    static let lines: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let text = call[0].string.buffer
        var pieces: [Range<Int>] = []
        var start = 0
        var place = 0
        while place < text.count {
            let byte = text[place]
            place += 1
            guard byte == 0x0A || byte == 0x0D else { continue }
            guard admits(call, pieces) else { return false }
            pieces.append(start..<(place - 1))
            if byte == 0x0D, place < text.count, text[place] == 0x0A { place += 1 }
            start = place
        }
        if start < text.count { pieces.append(start..<text.count) }
        return give(call, pieces)
    }

    static let chars: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        let text = call[0].string.buffer
        var pieces: [Range<Int>] = []
        var start = 0
        for place in 1..<max(1, text.count) where text[place] & 0xC0 != 0x80 {
            guard admits(call, pieces) else { return false }
            pieces.append(start..<place)
            start = place
        }
        if start < text.count { pieces.append(start..<text.count) }
        return give(call, pieces)
    }

    static let slice: NativeFunction = { machine, arguments, count in
        let call = NativeCall(machine, arguments, count)
        guard let from = call.int(1, of: "slice", "from"), let to = call.int(2, default: .max, of: "slice", "to") else {
            return false
        }
        return call.vm.slice(call[0], Value(int: from), Value(int: to), isOptional: false, into: call.arguments - 1)
    }

    /// Gives the list of those parts of the receiver.
    static func give(_ call: NativeCall, _ pieces: [Range<Int>]) -> Bool {
        let text = call[0].string.buffer
        guard call.vm.admit(pieces.count * CoreBuiltins.pieceCost + text.count) else { return false }
        let list = call.vm.makeList(capacity: pieces.count)
        for piece in pieces {
            call.vm.append(Value(call.vm.makeString(UnsafeBufferPointer(rebasing: text[piece]))), to: list)
        }
        return call.give(Value(list))
    }
}
