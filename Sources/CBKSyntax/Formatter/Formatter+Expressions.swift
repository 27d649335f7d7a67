// Expressions and patterns. Each gives where the inside of its last bracket begins, if it ends with one: a bracket
// around may then leave its own lines whole and break only that (see Layout.Group.hug).

extension Formatter {
    @discardableResult
    mutating func expression(_ expression: Expression) -> Int? {
        switch expression.kind {
        case .null, .bool, .int, .float, .duration, .regex, .name, .omit, .error:
            words(to: expression.span.end)
            return nil
        case .string:
            verbatim(to: expression.span.end)
            return nil
        case .list(let elements):
            return brackets(elements) { formatter, element in
                switch element {
                case .value(let value): formatter.expression(value)
                case .spread(let value): formatter.spread(value)
                }
                return nil
            }
        case .record(let entries):
            return brackets(entries, padding: " ") { formatter, entry in
                switch entry {
                case .field(_, _, isShorthand: true): formatter.word()
                case .field(_, let value, isShorthand: false): formatter.labelled(value)
                case .spread(let value): formatter.spread(value)
                }
                return nil
            }
        case .function(let function):
            if kind == .leftParen { parameters(function.parameters) } else { word() }
            word(spaced: true)
            switch function.body {
            case .block(let body): return loneBlock(body)
            case .expression(let body): return value(body)
            }
        case .unary(_, let operand):
            let isMinus = kind == .minus
            word()
            gap(spaced: isMinus && kind == .minus)
            return self.expression(operand)
        case .binary: return operators(expression)
        case .call, .member, .index: return chain(expression)
        case .catching: return catching(expression)
        case .conditional(let branches, let otherwise):
            conditional(branches, otherwise)
            return nil
        case .match(let subject, let arms): return match(subject, arms, end: expression.span.end)
        case .batch(let batch): return self.batch(batch)
        case .block(let block): return loneBlock(block)
        case .jump(let jump):
            word()
            switch jump {
            case .throw(let value), .return(let value?), .skip(let value?): return self.value(value)
            case .return(nil), .skip(nil), .break, .continue: return nil
            }
        case .parenthesized(let inner):
            return brackets([inner], trailingComma: false) { $0.expression($1) }
        }
    }

    private mutating func spread(_ value: Expression) {
        word()
        expression(value)
    }

    /// `key: value`
    @discardableResult
    private mutating func labelled(_ value: Expression) -> Int? {
        word()
        word()
        return self.value(value)
    }

    // MARK: Brackets

    /// Elements between brackets: on one line, or each on its own, with a comma behind the last, too. `element` puts one
    /// down, and gives the inside of the bracket that it ends with if the last one may break alone.
    @discardableResult
    mutating func brackets<Element>(
        _ elements: [Element], padding: String = "", trailingComma: Bool = true,
        _ element: (inout Formatter, Element) -> Int?
    ) -> Int? {
        let outer = isHeader
        isHeader = false
        defer { isHeader = outer }
        word()
        let inside = layout.pieces.count
        layout.open(isForced: !elements.isEmpty && tokens[index].hasNewlineBefore)
        layout.add(.indent(1))
        var hug: Int?
        for (number, item) in elements.enumerated() {
            line(number == 0 ? padding : " ", keepsFirst: number > 0)
            hug = element(&self, item)
            if number < elements.count - 1 { comma() }
        }
        let hugEnd = layout.pieces.count
        if kind == .comma { drop() }
        if elements.isEmpty {
            let gap = takeGap()
            comments(gap)
            layout.add(.indent(-1))
            if !gap.comments.isEmpty { layout.add(.newline(isBlank: false)) }
        } else {
            if trailingComma { layout.add(.whenBroken(",")) }
            line(padding, keepsFirst: true, keepsLast: false, dedents: true)
        }
        layout.close(hug: hug, hugEnd: hugEnd)
        word()
        return elements.isEmpty ? nil : inside
    }

    mutating func parameters(_ parameters: [Function.Parameter]) {
        brackets(parameters) { formatter, parameter in
            formatter.word()
            if let value = parameter.defaultValue {
                formatter.word(spaced: true)
                formatter.value(value)
            }
            return nil
        }
    }

    /// A call's arguments. The last may break alone if it is the only one, a function, or a list or record without a name.
    mutating func arguments(_ arguments: [Argument]) -> Int? {
        brackets(arguments) { formatter, argument in
            let hug: Int?
            if argument.isSpread {
                formatter.spread(argument.value)
                hug = nil
            } else if argument.label != nil {
                hug = formatter.labelled(argument.value)
            } else {
                hug = formatter.expression(argument.value)
            }
            let breaksAlone = arguments.count == 1 || argument.value.kind.breaksAlone && argument.label == nil
            return breaksAlone ? hug : nil
        }
    }

    // MARK: Patterns

    mutating func pattern(_ pattern: Pattern) {
        switch pattern.kind {
        case .wildcard, .literal, .binding, .range, .error: words(to: pattern.span.end)
        case .type:
            word()
            word(spaced: true)
        case .alternatives(let patterns):
            layout.open(isForced: false)
            layout.add(.indent(2))
            for (number, alternative) in patterns.enumerated() {
                if number > 0 {
                    word(spaced: true)
                    line(" ", keepsLast: false)
                }
                self.pattern(alternative)
            }
            layout.add(.indent(-2))
            layout.close()
        case .list(let items, let rest):
            let all = items.map { Optional($0) } + (rest == nil ? [] : [nil])
            brackets(all) { formatter, item in
                if let item { formatter.pattern(item) } else { formatter.words(to: rest?.span.end ?? 0) }
                return nil
            }
        case .record(let fields):
            brackets(fields, padding: " ") { formatter, field in
                formatter.word()
                if formatter.kind == .colon {
                    formatter.word()
                    formatter.gap(spaced: true)
                    formatter.pattern(field.pattern)
                }
                return nil
            }
        }
    }
}

extension Expression.Kind {
    /// As the last argument it may break while the arguments before it stay on their line.
    var breaksAlone: Bool {
        switch self {
        case .list, .record, .match, .batch: true
        case .function(let function):
            switch function.body {
            case .block: true
            case .expression(let body): body.kind.breaksAlone
            }
        default: false
        }
    }
}
