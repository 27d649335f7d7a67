// Which bracket a place is inside of, which call that bracket belongs to, and what it takes there: arguments, fields of
// a request, fields of a record inside it.

import CBKCompiler
import CBKSyntax

extension CompletionEngine {
    /// A call, or a record inside its brackets, where a name of an argument or field may stand.
    struct CallPlace {
        /// The built-in's number, or a function of the session.
        enum Callee {
            case builtin(Int)
            case global(LiveNames.Global)
        }

        var callee: Callee
        /// The keys on the way from the call's brackets to the place: `limits`, `database`.
        var path: [String]
        /// The place is inside a record that stands for the whole request.
        var isWholeRecord: Bool
        /// Names given already at this place.
        var given: Set<String>
    }

    /// The index of the innermost bracket that is open before the tokens from `count` on.
    func opening(before count: Int) -> Int? {
        var depth = 0
        var place = count - 1
        while place >= 0 {
            switch tokens[place].kind {
            case .rightParen, .rightBracket, .rightBrace, .stringEnd: depth += 1
            case .leftParen, .leftBracket, .questionBracket, .leftBrace, .stringStart:
                if depth == 0 { return place }
                depth -= 1
            case .stringMiddle:
                // Closes one expression of the string and opens the next.
                if depth == 0 { return place }
            default: break
            }
            place -= 1
        }
        return nil
    }

    /// The index of the bracket that closes the one at `open`.
    func closing(of open: Int) -> Int? {
        var depth = 0
        for place in open..<tokens.count {
            switch tokens[place].kind {
            case .leftParen, .leftBracket, .questionBracket, .leftBrace, .stringStart: depth += 1
            case .rightParen, .rightBracket, .rightBrace, .stringEnd:
                depth -= 1
                if depth == 0 { return place }
            default: break
            }
        }
        return nil
    }

    /// The index of the bracket that the one at `close` closes.
    func opened(by close: Int) -> Int? { opening(before: close) }

    /// Whether the brace at `place` opens a record: by what stands before it, and by what follows.
    func opensRecord(_ place: Int) -> Bool {
        guard tokens[place].kind == .leftBrace else { return false }
        if place + 1 < tokens.count {
            let first = tokens[place + 1].kind
            if first == .ellipsis { return true }
            if place + 2 < tokens.count, first.isWord || first == .string, tokens[place + 2].kind == .colon { return true }
        }
        guard place > 0 else { return false }
        switch tokens[place - 1].kind {
        case .leftParen, .leftBracket, .questionBracket, .comma, .colon, .assign, .coalesce, .return, .emit, .ellipsis,
            .equal, .notEqual, .in, .plus:
            return true
        default: return false
        }
    }

    /// The call whose argument or field may be named after the tokens up to `count`.
    func call(enclosing count: Int) -> CallPlace? {
        guard var open = opening(before: count) else { return nil }
        // A name may stand after the bracket or a comma.
        guard count - 1 == open || tokens[count - 1].kind == .comma else { return nil }
        let given = names(from: open + 1, to: count)
        var path: [String] = []
        while tokens[open].kind == .leftBrace {
            guard opensRecord(open), let outer = opening(before: open) else { return nil }
            if tokens[open - 1].kind == .colon {
                guard open > 1, let key = key(tokens[open - 2]) else { return nil }
                path.insert(key, at: 0)
            } else {
                // Without a key: the one record of a request.
                guard tokens[outer].kind == .leftParen, let callee = callee(of: outer) else { return nil }
                return CallPlace(callee: callee, path: path, isWholeRecord: true, given: given)
            }
            open = outer
        }
        guard tokens[open].kind == .leftParen, let callee = callee(of: open) else { return nil }
        return CallPlace(callee: callee, path: path, isWholeRecord: false, given: given)
    }

    private func key(_ token: Token) -> String? {
        if token.kind.isWord { return text(token) }
        guard token.kind == .string, !token.isUnterminated else { return nil }
        return String(text(token).dropFirst().dropLast())
    }

    /// The names before a colon directly in a bracket whose content starts at `start`.
    private func names(from start: Int, to end: Int) -> Set<String> {
        var names: Set<String> = []
        var depth = 0
        for place in start..<max(start, end) {
            switch tokens[place].kind {
            case .leftParen, .leftBracket, .questionBracket, .leftBrace, .stringStart: depth += 1
            case .rightParen, .rightBracket, .rightBrace, .stringEnd: depth -= 1
            case .colon where depth == 0 && place > start:
                if let key = key(tokens[place - 1]) { names.insert(key) }
            default: break
            }
        }
        return names
    }

    /// What is called by the `(` at that place.
    func callee(of open: Int) -> CallPlace.Callee? {
        guard open > 0, let chain = chain(endingAt: open - 1) else { return nil }
        // `fn f(` declares.
        if chain.start > 0, tokens[chain.start - 1].kind == .fn { return nil }
        switch known(chain, depth: 0) {
        case .function(let index): return .builtin(index)
        case .method(let indexes, _, _): return indexes.first.map { .builtin($0) }
        case .global(let global): return .global(global)
        case .module, .shape, nil: return nil
        }
    }

    func arguments(of call: CallPlace) -> [Completion] {
        switch call.callee {
        case .global(let global):
            guard call.path.isEmpty, !call.isWholeRecord else { return [] }
            return global.parameters.filter { !call.given.contains($0) }.map {
                Completion($0 + ":", "parameter of \(global.name)", kind: .argument)
            }
        case .builtin(let index):
            let signature = catalog.signatures[index]
            var items: [Completion] = []
            if call.path.isEmpty, !call.isWholeRecord {
                for parameter in signature.parameters where !parameter.isVariadic {
                    let summary = note(parameter.shape, parameter.summary)
                    items.append(Completion(parameter.name + ":", summary, kind: .argument))
                }
            }
            var fields = signature.request ?? []
            for key in call.path {
                let shape = fields.first { $0.name == key }?.shape
                fields = shape.flatMap(SignatureText.recordFields) ?? []
            }
            items += fields.map { Completion($0.name + ":", note($0.shape, $0.summary), kind: .argument) }
            return items.filter { !call.given.contains(String($0.text.dropLast())) }
        }
    }

    func note(_ shape: Shape, _ summary: String) -> String {
        let type = SignatureText.text(of: shape)
        return summary.isEmpty ? type : type == "any" ? summary : "\(type) — \(summary)"
    }
}
