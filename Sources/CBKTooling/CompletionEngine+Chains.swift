// What a chain such as `users.list().where(…).first()` is, as far as signatures tell: a module, a function, or a value
// of some shape. Reads tokens backwards from the last of the chain; knows nothing where it would have to guess.

import CBKCompiler
import CBKSyntax

extension CompletionEngine {
    enum Step {
        case member(String)
        case call
        case index
    }

    /// `base` and what follows it.
    struct Chain {
        /// The index of the base's (last) token, and of the chain's first.
        var base: Int
        var start: Int
        var steps: [Step]
    }

    enum Known {
        case module(String)
        case function(Int)
        /// The methods that a name may be, what they are called on, and the name.
        case method([Int], receiver: Shape, name: String)
        case global(LiveNames.Global)
        case shape(Shape)
    }

    /// How far declarations are followed: `let a = b` and `let b = c` take two.
    private static let depthLimit = 6

    func chain(endingAt last: Int) -> Chain? {
        var steps: [Step] = []
        var place = last
        while place >= 0 {
            let token = tokens[place]
            switch token.kind {
            case .rightParen, .rightBracket:
                guard let open = opened(by: place) else { return nil }
                // Without a value before it, the bracket is a list or parentheses.
                guard open > 0, endsValue(tokens[open - 1]) || isMember(open - 1) else {
                    return Chain(base: place, start: open, steps: steps)
                }
                steps.insert(token.kind == .rightParen ? .call : .index, at: 0)
                place = open - 1
            case .stringEnd:
                guard let open = opened(by: place) else { return nil }
                return Chain(base: place, start: open, steps: steps)
            case .rightBrace:
                guard let open = opened(by: place), opensRecord(open) else { return nil }
                return Chain(base: place, start: open, steps: steps)
            default:
                if isMember(place) {
                    steps.insert(.member(text(token)), at: 0)
                    place -= 2
                    continue
                }
                return Chain(base: place, start: place, steps: steps)
            }
        }
        return nil
    }

    /// A word after a dot.
    private func isMember(_ place: Int) -> Bool {
        guard tokens[place].kind.isWord, place > 0 else { return false }
        return tokens[place - 1].kind == .dot || tokens[place - 1].kind == .questionDot
    }

    func known(_ chain: Chain, depth: Int) -> Known? {
        guard depth < CompletionEngine.depthLimit, var known = base(of: chain, depth: depth) else { return nil }
        for step in chain.steps {
            guard let next = take(step, from: known) else { return nil }
            known = next
        }
        return known
    }

    private func base(of chain: Chain, depth: Int) -> Known? {
        let token = tokens[chain.base]
        switch token.kind {
        case .string, .stringEnd: return .shape(.type(.string))
        case .int: return .shape(.type(.int))
        case .float: return .shape(.type(.float))
        case .duration: return .shape(.type(.duration))
        case .regex: return .shape(.type(.regex))
        case .rightBrace: return .shape(.record(recordFields(from: chain.start, to: chain.base)))
        case .rightBracket: return .shape(.list(.any))
        case .rightParen:
            guard chain.base - 1 > chain.start, let inner = self.chain(endingAt: chain.base - 1),
                inner.start == chain.start + 1
            else { return nil }
            return known(inner, depth: depth + 1)
        case .name: return named(text(token), before: chain.start, depth: depth)
        default: return nil
        }
    }

    /// The keys of a written-out record.
    private func recordFields(from open: Int, to close: Int) -> [Shape.Field] {
        var fields: [Shape.Field] = []
        var level = 0
        for place in open..<close {
            switch tokens[place].kind {
            case .leftParen, .leftBracket, .leftBrace, .stringStart, .questionBracket: level += 1
            case .rightParen, .rightBracket, .rightBrace, .stringEnd: level -= 1
            case .colon where level == 1 && tokens[place - 1].kind.isWord:
                fields.append(Shape.Field(text(tokens[place - 1]), .any))
            default: break
            }
        }
        return fields
    }

    private func named(_ name: String, before end: Int, depth: Int) -> Known? {
        for place in stride(from: end - 1, through: 0, by: -1) where tokens[place].kind == .name {
            guard text(tokens[place]) == name, declaration(at: place) != nil else { continue }
            return declared(at: place, before: end, depth: depth).map { .shape($0) }
        }
        if let global = live.global(name) {
            if global.type == "function" || global.type == "module" { return .global(global) }
            return CompletionEngine.shape(of: global).map { .shape($0) }
        }
        if let index = catalog.function(name) { return .function(index) }
        return catalog.isModule(name) ? .module(name) : nil
    }

    private static func shape(of global: LiveNames.Global) -> Shape? {
        guard let type = global.type.flatMap(ValueType.init(rawValue:)) else { return nil }
        let fields = global.fields.map { Shape.Field($0, .any) }
        let item: Shape = fields.isEmpty ? .any : .record(fields)
        switch type {
        case .record: return fields.isEmpty ? .type(.record) : item
        case .list: return .list(item)
        case .stream: return .stream(item)
        default: return .type(type)
        }
    }

    /// The shape of a name that the text itself declares at that place.
    private func declared(at place: Int, before end: Int, depth: Int) -> Shape? {
        guard place > 0, place + 2 < tokens.count else { return nil }
        let next = tokens[place + 1].kind
        switch tokens[place - 1].kind {
        case .let, .var:
            guard next == .assign else { return nil }
            return shape(ofExpressionFrom: place + 2, before: end, depth: depth)
        case .for, .batch:
            guard next == .in else { return nil }
            return shape(ofExpressionFrom: place + 2, before: end, depth: depth).flatMap(CompletionEngine.item)
        default: break
        }
        // `list.where(u => …)`: the first parameter of a callback is an item of the receiver.
        guard next == .arrow, tokens[place - 1].kind == .leftParen, place > 1 else { return nil }
        guard let chain = chain(endingAt: place - 2), case .method(_, let receiver, let name) = known(chain, depth: depth + 1)
        else { return nil }
        return name == "fold" ? nil : CompletionEngine.item(receiver)
    }

    /// The shape of the longest chain that starts at that token.
    private func shape(ofExpressionFrom start: Int, before end: Int, depth: Int) -> Shape? {
        var last = start
        var place = start
        while place < end {
            switch tokens[place].kind {
            case .leftParen, .leftBracket, .leftBrace, .stringStart, .questionBracket:
                // A block's brace ends a header; one that is not closed yet ends all.
                guard tokens[place].kind != .leftBrace || place == start, let close = closing(of: place), close < end else {
                    place = end
                    continue
                }
                last = close
                place = close + 1
            case .dot, .questionDot: place += 1
            default:
                guard place == start || isMember(place) else {
                    place = end
                    continue
                }
                last = place
                place += 1
            }
        }
        guard let chain = chain(endingAt: last), chain.start == start else { return nil }
        guard case .shape(let shape) = known(chain, depth: depth + 1) else { return nil }
        return shape
    }

    static func item(_ shape: Shape) -> Shape? {
        switch shape {
        case .list(let item), .stream(let item), .optional(.list(let item)), .optional(.stream(let item)): item
        case .any, .type, .oneOf, .record, .optional: nil
        }
    }

    private func take(_ step: Step, from known: Known) -> Known? {
        switch (known, step) {
        case (.module(let module), .member(let name)):
            let full = "\(module).\(name)"
            if let index = catalog.function(full) { return .function(index) }
            return catalog.isModule(full) ? .module(full) : nil
        case (.function(let index), .call): return .shape(catalog.signatures[index].answer)
        case (.method(let indexes, let receiver, let name), .call):
            let answer = indexes.first.map { catalog.signatures[$0].answer } ?? .any
            return .shape(MethodShapes.answer(answer, of: name, on: receiver))
        case (.shape(.optional(let inner)), _): return take(step, from: .shape(inner))
        case (.shape(let shape), .member(let name)):
            if let field = SignatureText.recordFields(shape)?.first(where: { $0.name == name }) {
                return .shape(field.shape)
            }
            let indexes = methods(named: name, on: shape)
            return indexes.isEmpty ? nil : .method(indexes, receiver: shape, name: name)
        case (.shape(let shape), .index): return CompletionEngine.item(shape).map { .shape($0) }
        case (.global(let global), .member(let name)): return global.members.first { $0.name == name }.map { .global($0) }
        case (.module, _), (.function, _), (.method, _), (.global, _), (.shape, .call): return nil
        }
    }

    private func methods(named name: String, on shape: Shape) -> [Int] {
        let methods = catalog.methods(named: name)
        guard let types = MethodShapes.types(of: shape) else { return Set(methods.values).sorted() }
        return Set(types.compactMap { methods[$0] }).sorted()
    }

    // MARK: Members

    /// What may follow the dot at that place.
    func members(before dot: Int) -> [Completion] {
        guard dot > 0 else { return [] }
        let known = chain(endingAt: dot - 1).flatMap { self.known($0, depth: 0) }
        switch known {
        case .module(let module):
            return catalog.members(ofModule: module).flatMap { name -> [Completion] in
                let full = "\(module).\(name)"
                var items: [Completion] = []
                if let index = catalog.function(full), let item = function(index, as: name, kind: .function) {
                    items.append(item)
                }
                if catalog.isModule(full) {
                    let members = catalog.members(ofModule: full).joined(separator: ", ")
                    items.append(Completion(name, members, kind: .module))
                }
                return items
            }
        case .shape(let shape):
            let fields = SignatureText.recordFields(shape) ?? []
            let items = fields.map { Completion($0.name, note($0.shape, $0.summary), kind: .field) }
            return items + methods(on: MethodShapes.types(of: shape))
        case .global(let global): return global.members.map { Completion($0.name, $0.summary, kind: .field) }
        case .function, .method: return []
        case nil: return methods(on: nil)
        }
    }

    /// The methods of those types; of all where nothing is known.
    private func methods(on types: [ValueType]?) -> [Completion] {
        catalog.methodNames.compactMap { name -> Completion? in
            let methods = catalog.methods(named: name)
            let indexes = types.map { $0.compactMap { methods[$0] } } ?? Array(methods.values)
            return indexes.sorted().first.flatMap { function($0, as: name, kind: .method) }
        }
    }
}

/// What methods keep of their receiver's shape, where their signatures say just `list` or `any`.
enum MethodShapes {
    private static let keepers: Set<String> = [
        "where", "take", "take_while", "skip", "sort", "sort_by", "distinct", "distinct_by", "reverse", "slice", "to_list",
        "push", "pop", "insert", "remove", "save",
    ]
    private static let choosers: Set<String> = ["first", "last", "min", "max", "min_by", "max_by", "find", "pop"]

    static func answer(_ answer: Shape, of name: String, on receiver: Shape) -> Shape {
        guard let item = CompletionEngine.item(receiver) else { return answer }
        if choosers.contains(name) { return item }
        guard keepers.contains(name) else {
            return name == "group_by" ? .list(.record([.init("key", .any), .init("items", .list(item))])) : answer
        }
        switch answer {
        case .list: return .list(item)
        case .stream: return .stream(item)
        default: return name == "to_list" ? .list(item) : receiver
        }
    }

    /// The types that a value of that shape may have; nil for any.
    static func types(of shape: Shape) -> [ValueType]? {
        switch shape {
        case .any: nil
        case .type(let type): [type]
        case .oneOf(let types): types
        case .record: [.record]
        case .list: [.list]
        case .stream: [.stream]
        case .optional(let inner): types(of: inner)
        }
    }
}
