// What nests to the left and reads as a row: operators of one precedence, calls with `.`, `catch`. Each row is walked by
// a loop, and broken at all of its places or at none.

extension Formatter {
    /// Whether the author broke the line between two places.
    private func isBroken(from start: Int, to end: Int) -> Bool { source.line(of: start) != source.line(of: end) }

    // MARK: Operators

    mutating func operators(_ expression: Expression) -> Int? {
        var operands: [(binaryOperator: BinaryOperator, value: Expression)] = []
        var first = expression
        var isForced = false
        while case .binary(let binaryOperator, _, let left, let right) = first.kind,
            operands.last.map({ $0.binaryOperator.precedence == binaryOperator.precedence }) ?? true
        {
            operands.append((binaryOperator, right))
            isForced = isForced || isBroken(from: left.span.end, to: right.span.start)
            first = left
        }
        if operands.first?.binaryOperator == .range {
            range(first, operands.first?.value)
            return nil
        }
        self.expression(first)
        layout.open(isForced: isForced)
        layout.add(.indent(continuation))
        var hug: Int?
        for (binaryOperator, value) in operands.reversed() {
            // A comment behind the operator stays there, and so does the operator.
            if binaryOperator.mayLeadLine, tokens[index + 1].comments(in: source).isEmpty {
                line(" ", keepsLast: false)
                word()
                gap(spaced: true)
            } else {
                word(spaced: true)
                line(" ", keepsLast: false)
            }
            let inside = self.expression(value)
            hug = value.kind.breaksAlone || value.kind.isJump ? inside : nil
        }
        let hugEnd = layout.pieces.count
        layout.add(.indent(-continuation))
        layout.close(hug: hug, hugEnd: hugEnd)
        return nil
    }

    /// `a..b`; with spaces beside further operators.
    private mutating func range(_ low: Expression, _ high: Expression?) {
        let isSpaced = low.kind.isBinary || high?.kind.isBinary == true
        expression(low)
        word(spaced: isSpaced)
        gap(spaced: isSpaced)
        if let high { expression(high) }
    }

    // MARK: catch

    mutating func catching(_ expression: Expression) -> Int? {
        var handlers: [CatchHandler] = []
        var value = expression
        var isForced = false
        while case .catching(let inner, let handler) = value.kind {
            handlers.append(handler)
            isForced = isForced || isBroken(from: inner.span.end, to: handler.start)
            value = inner
        }
        self.expression(value)
        layout.open(isForced: isForced)
        layout.add(.indent(continuation))
        var hug: Int?
        for handler in handlers.reversed() {
            line(" ", keepsLast: false)
            word()
            switch handler {
            case .value(let fallback): hug = self.value(fallback)
            case .handler(_, let body):
                gap(spaced: true)
                if kind == .leftParen {
                    word()
                    word()
                }
                word()
                word(spaced: true)
                hug = self.value(body)
            }
        }
        let hugEnd = layout.pieces.count
        layout.add(.indent(-continuation))
        layout.close(hug: handlers.count == 1 ? hug : nil, hugEnd: hugEnd)
        return handlers.count == 1 ? hug : nil
    }

    // MARK: Calls, members, indexes

    private enum Link {
        /// `.name`, and whether the author put it on a new line.
        case member(isBroken: Bool)
        case call([Argument])
        case index(Expression)
    }

    mutating func chain(_ expression: Expression) -> Int? {
        var links: [Link] = []
        var base = expression
        unwinding: while true {
            switch base.kind {
            case .member(let inner, let name, _):
                links.append(.member(isBroken: isBroken(from: inner.span.end, to: name.span.start)))
                base = inner
            case .call(let inner, let arguments):
                links.append(.call(arguments))
                base = inner
            case .index(let inner, let key, _):
                links.append(.index(key))
                base = inner
            default: break unwinding
            }
        }
        links.reverse()
        let starts = segments(of: links, isNamed: base.kind.isName)
        var hug = self.expression(base)
        for link in links[..<(starts.first ?? links.count)] { hug = self.link(link) }
        guard !starts.isEmpty else { return hug }

        layout.open(isForced: starts.contains { if case .member(isBroken: true) = links[$0] { true } else { false } })
        layout.add(.indent(continuation))
        for (start, end) in zip(starts, starts.dropFirst() + [links.count]) {
            line("", keepsLast: false)
            for link in links[start..<end] { hug = self.link(link) }
        }
        if case .call(let arguments)? = links.last, arguments.last?.value.kind.breaksAlone != true { hug = nil }
        let hugEnd = layout.pieces.count
        layout.add(.indent(-continuation))
        layout.close(hug: hug, hugEnd: hugEnd)
        return hug
    }

    /// Where the chain may break: at each `.` that leads to a call, but for the first behind a name, as in
    /// `users.list()`, unless the author broke there.
    private func segments(of links: [Link], isNamed: Bool) -> [Int] {
        var starts: [Int] = []
        var candidate: Int?
        var mayStart = !isNamed
        for (number, link) in links.enumerated() {
            switch link {
            case .member(let isBroken):
                guard mayStart || number == 0 && isBroken else { continue }
                candidate = number
                mayStart = false
            case .call:
                mayStart = true
                if let start = candidate.take() { starts.append(start) }
            case .index: break
            }
        }
        return starts
    }

    private mutating func link(_ link: Link) -> Int? {
        switch link {
        case .member:
            word()
            word()
            return nil
        case .call(let arguments): return self.arguments(arguments)
        case .index(let key):
            let outer = isHeader
            isHeader = false
            word()
            expression(key)
            word()
            isHeader = outer
            return nil
        }
    }
}

extension BinaryOperator {
    fileprivate var mayLeadLine: Bool { self == .and || self == .or || self == .coalesce }

    fileprivate var precedence: Precedence {
        switch self {
        case .or: .loosest
        case .and: .and
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: .comparison
        case .coalesce: .coalesce
        case .range: .range
        case .add, .subtract: .sum
        case .multiply, .divide, .floorDivide, .remainder: .product
        }
    }
}

extension CatchHandler {
    fileprivate var start: Int {
        switch self {
        case .value(let value): value.span.start
        case .handler(let binding, _): binding.span.start
        }
    }
}

extension Expression.Kind {
    fileprivate var isName: Bool { if case .name = self { true } else { false } }
    fileprivate var isBinary: Bool { if case .binary = self { true } else { false } }
    fileprivate var isJump: Bool { if case .jump = self { true } else { false } }
}
