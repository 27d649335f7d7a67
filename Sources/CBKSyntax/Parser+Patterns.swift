// Patterns of match arms: literals, ranges, alternatives, types, lists, records, bindings.

extension Parser {
    mutating func pattern() -> Pattern {
        deeper({ $0.alternatives() }, orElse: { $0.pattern(.error, from: $0.token.span.start) })
    }

    private mutating func alternatives() -> Pattern {
        let siblings = beginNode()
        defer { endNode(siblings) }
        let start = token.span.start
        let first = singlePattern()
        guard kind == .pipe else { return first }
        var all = [first]
        while kind == .pipe, !isPanicking {
            advance()
            let before = beginNode()
            all.append(singlePattern())
            endNode(before)
        }
        return pattern(.alternatives(all), from: start)
    }

    private mutating func pattern(_ kind: Pattern.Kind, from start: Int) -> Pattern {
        height += 1
        return Pattern(id: newID(), span: span(from: start), kind: kind)
    }

    private mutating func singlePattern() -> Pattern {
        let found = token
        let start = found.span.start
        switch found.kind {
        case .int, .float, .duration, .minus: return numberPattern()
        case .true, .false:
            advance()
            return pattern(.literal(expression(.bool(found.kind == .true), found.span)), from: start)
        case .null:
            advance()
            return pattern(.literal(expression(.null, found.span)), from: start)
        case .string:
            advance()
            let text = stringText(found)
            return pattern(.literal(expression(.string(text.isEmpty ? [] : [.text(text)]), found.span)), from: start)
        case .stringStart:
            return invalid("a string with '${' is not a pattern", hint: "compare in a guard: s if (s == …) => …")
        case .regex:
            return invalid("a regular expression is not a pattern", hint: "use a guard: s if (s.matches(/…/)) => …")
        case .leftBracket: return listPattern()
        case .leftBrace: return recordPattern()
        case .name: return namePattern()
        case .leftParen:
            return invalid("a pattern does not stand in brackets", hint: "alternatives are written 'a | b'")
        default:
            if found.kind.isWord, kind(ahead: 1) == .arrow, let name = declaredName("a pattern") {
                return pattern(.binding(name), from: start)
            }
            failExpected("a pattern", code: .invalidPattern)
            return pattern(.error, from: start)
        }
    }

    private mutating func invalid(_ message: String, hint: String) -> Pattern {
        fail(.invalidPattern, message, at: token.span, hint: hint)
        return pattern(.error, from: token.span.start)
    }

    // MARK: Numbers

    private mutating func numberPattern() -> Pattern {
        let start = token.span.start
        guard let low = numberBound() else { return pattern(.error, from: start) }
        guard kind == .range, !isAtLineStart else { return pattern(.literal(low), from: start) }
        advance()
        guard let high = numberBound() else { return pattern(.error, from: start) }
        let range = pattern(.range(low, high), from: start)
        complainOfRange(low.kind, high.kind, at: range.span)
        return range
    }

    /// Of a range that fits nothing.
    private mutating func complainOfRange(_ low: Expression.Kind, _ high: Expression.Kind, at span: Span) {
        let isEmpty: Bool
        switch (low, high) {
        case (.int(let a), .int(let b)), (.duration(let a), .duration(let b)): isEmpty = a > b
        case (.int(let a), .float(let b)): isEmpty = Double(a) > b
        case (.float(let a), .int(let b)): isEmpty = a > Double(b)
        case (.float(let a), .float(let b)): isEmpty = a > b
        case (.duration, .int), (.duration, .float), (.int, .duration), (.float, .duration):
            complain(
                .invalidPattern, "a range has two numbers or two durations as its ends", at: span,
                hint: "write a unit at both")
            return
        default: return
        }
        guard isEmpty else { return }
        complain(
            .invalidPattern, "the range '\(String(decoding: source.bytes[span.start..<span.end], as: UTF8.self))' fits nothing",
            at: span, hint: "the smaller end comes first")
    }

    private mutating func numberBound() -> Expression? {
        let start = token.span.start
        let isNegative = kind == .minus
        if isNegative { advance() }
        switch kind {
        case .int, .float, .duration:
            let kind = numberValue(token, isNegative: isNegative)
            advance()
            return expression(kind, span(from: start))
        default:
            failExpected("a number", code: .invalidPattern)
            return nil
        }
    }

    // MARK: Names

    /// `_`, a binding, or a type with a binding: `int n`, `int _`.
    private mutating func namePattern() -> Pattern {
        let start = token.span.start
        if text(token) == "_" {
            advance()
            return pattern(.wildcard, from: start)
        }
        let name = takeName()
        if kind == .name, !isAtLineStart {
            let binding = text(token) == "_" ? nil : takeName()
            if binding == nil { advance() }
            return pattern(.type(name, binding: binding), from: start)
        }
        return pattern(.binding(name), from: start)
    }

    // MARK: Lists and records

    private mutating func listPattern() -> Pattern {
        let start = token.span.start
        let opening = index
        advance()
        var items: [Pattern] = []
        var rest: Pattern.Rest?
        elements(to: .rightBracket, opened: opening) { parser in
            if let rest {
                parser.fail(
                    .invalidPattern, "'...' stands last in a list pattern", at: rest.span,
                    hint: "name the items before it")
                return
            }
            guard parser.kind == .ellipsis else {
                items.append(parser.pattern())
                return
            }
            let restStart = parser.token.span.start
            parser.advance()
            let isNamed = parser.kind.isWord && parser.text(parser.token) != "_"
            let binding = isNamed ? parser.declaredName("a name after '...'") : nil
            if !isNamed, parser.kind == .name { parser.advance() }
            rest = Pattern.Rest(binding: binding, span: parser.span(from: restStart))
        }
        return pattern(.list(items, rest: rest), from: start)
    }

    private mutating func recordPattern() -> Pattern {
        let start = token.span.start
        let opening = index
        advance()
        var fields: [(key: Name, pattern: Pattern)] = []
        elements(to: .rightBrace, opened: opening) { parser in
            if let field = parser.fieldPattern() { fields.append(field) }
        }
        return pattern(.record(fields), from: start)
    }

    private mutating func fieldPattern() -> (key: Name, pattern: Pattern)? {
        if kind == .ellipsis {
            fail(
                .invalidPattern, "'...' cannot stand in a record pattern", at: token.span,
                hint: "a record pattern allows other fields already")
            return nil
        }
        if kind.isWord || kind == .string, kind(ahead: 1) == .colon {
            let key = takeKey()
            advance()
            return (key, pattern())
        }
        guard kind.isWord else {
            failExpected("a field's name", code: .invalidPattern)
            return nil
        }
        let start = token.span.start
        guard let key = declaredName("a field's name") else { return nil }
        let binding = Name(id: newID(), text: key.text, span: key.span)
        let siblings = beginNode()
        defer { endNode(siblings) }
        return (key, pattern(.binding(binding), from: start))
    }
}
