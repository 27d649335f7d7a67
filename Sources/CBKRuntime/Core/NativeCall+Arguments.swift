// Typed views of a native's arguments. Each gives nil, with the error raised, for an argument of the wrong type.

extension NativeCall {
    /// Whether the argument was given: left-out ones are `omit`.
    @inline(__always)
    package func isGiven(_ index: Int) -> Bool { index < count && !self[index].isOmit }

    func string(_ index: Int, of function: String, _ parameter: String) -> UnsafeMutablePointer<StringObject>? {
        if self[index].tag == Tag.string { return self[index].string }
        _ = failType(index, expected: "a string", function: function, parameter: parameter)
        return nil
    }

    /// The text of an error: a secret's is masked.
    package func message(_ index: Int, of function: String) -> String? {
        if self[index].tag == Tag.secret { return vm.secretText(self[index]).masked }
        return string(index, of: function, "message")?.text
    }

    func int(_ index: Int, of function: String, _ parameter: String) -> Int64? {
        if self[index].tag == Tag.int { return self[index].int }
        _ = failType(index, expected: "an int", function: function, parameter: parameter)
        return nil
    }

    func int(_ index: Int, default value: Int64, of function: String, _ parameter: String) -> Int64? {
        isGiven(index) ? int(index, of: function, parameter) : value
    }

    func bool(_ index: Int, default value: Bool, of function: String, _ parameter: String) -> Bool? {
        guard isGiven(index) else { return value }
        if self[index].tag == Tag.bool { return self[index].bool }
        _ = failType(index, expected: "a bool", function: function, parameter: parameter)
        return nil
    }

    func list(_ index: Int, of function: String, _ parameter: String) -> UnsafeMutablePointer<ListObject>? {
        if self[index].tag == Tag.list { return self[index].list }
        _ = failType(index, expected: "a list", function: function, parameter: parameter)
        return nil
    }

    func record(_ index: Int, of function: String, _ parameter: String) -> UnsafeMutablePointer<RecordObject>? {
        if self[index].tag == Tag.record { return self[index].record }
        _ = failType(index, expected: "a record", function: function, parameter: parameter)
        return nil
    }

    /// An int that is not negative, such as a number of items.
    func amount(_ index: Int, of function: String, _ parameter: String, least: Int64 = 0) -> Int64? {
        guard let amount = int(index, of: function, parameter) else { return nil }
        if amount >= least { return amount }
        _ = fail(.value, "\(function)() takes \(least) or more as '\(parameter)', not \(amount)", code: "E0327")
        return nil
    }

    /// The strings from `first` on: one by one, or as lists of strings.
    func names(from first: Int, of function: String) -> [UnsafeMutablePointer<StringObject>]? {
        var names: [UnsafeMutablePointer<StringObject>] = []
        for index in first..<max(first, count) where !self[index].isOmit {
            switch self[index].tag {
            case Tag.string: names.append(self[index].string)
            case Tag.list:
                let list = self[index].list
                for place in 0..<list.pointee.count {
                    guard list.pointee.items[place].tag == Tag.string else {
                        let type = list.pointee.items[place].typeName
                        _ = fail(.type, "\(function)() takes the names of fields, not \(type) in a list", code: "E0302")
                        return nil
                    }
                    names.append(list.pointee.items[place].string)
                }
            default:
                _ = failType(index, expected: "the names of fields", function: function, parameter: "names")
                return nil
            }
        }
        return names
    }

    /// Whether the receiver may be changed in place. The emitter owns a variable's path first, which leaves nothing
    /// shared, and the checker lets no other call through; one that came another way all the same must not change
    /// what another place holds. The code is the checker's.
    func ownsReceiver(_ function: String) -> Bool {
        self[0].header.pointee.shared == 0
            || fail(
                .value, "\(function)() changes a 'var' along a path, such as rows[0].tags; this value is held elsewhere, too",
                code: "E0205")
    }

    /// Refuses a secret by its type: only its holder may ask for the text.
    func failSecret(_ function: String) -> Bool {
        fail(.type, "\(function)() does not take a secret; .reveal() gives its text", code: "E0333")
    }
}

extension UnsafeMutablePointer where Pointee == StringObject {
    /// For messages: the text in quotes, tokens masked, shortened.
    var quoted: String {
        // Masked before it is cut: half of a token is one, too.
        let text = SecretText.maskingTokens(in: self.text)
        return text.unicodeScalars.count > 40
            ? "'\(String(String.UnicodeScalarView(text.unicodeScalars.prefix(40))))…'" : "'\(text)'"
    }
}
