// The params of a script, with the comments above them as their help.

private let semicolon = UInt8(ascii: ";")

extension Parser {
    mutating func parameter() -> Statement.Kind {
        let help = helpAbove()
        advance()
        guard let name = declaredName("a name after 'param'") else { return .error }
        // Without a type the param is declared all the same, so that its uses are no further mistakes.
        let type = parameterType(of: name) ?? .string
        var defaultValue: Expression?
        if kind == .assign, !isAtLineStart {
            advance()
            defaultValue = expression()
        }
        return .parameter(ParameterDeclaration(name: name, type: type, defaultValue: defaultValue, help: help))
    }

    private mutating func parameterType(of name: Name) -> ParameterDeclaration.ParameterType? {
        guard expect(.colon, "':' and a type after '\(name.text)'", hint: "such as: param \(name.text): string") else {
            return nil
        }
        let types = ParameterDeclaration.ParameterType.allCases.map(\.rawValue)
        let list = "one of \(types.joined(separator: ", "))"
        guard kind.isWord, !isAtLineEnd else {
            failExpected("a type", hint: list, moreMayFollow: false, lineEnds: true)
            return nil
        }
        let word = token
        advance()
        if let type = ParameterDeclaration.ParameterType(rawValue: text(word)) { return type }
        complain(
            .unknownParameterType, "a param cannot have the type '\(text(word))'", at: word.span,
            hint: suggestion(for: text(word), among: types).map { "did you mean '\($0)'?" } ?? list)
        return nil
    }

    /// The text of the comment lines that stand directly above the next token, without their `#`. What `;` there are between
    /// says nothing, nor does a line of them: the formatter leaves them out.
    private func helpAbove() -> String {
        var first = index
        while first > 0, tokens[first - 1].kind == .semicolon { first -= 1 }
        var lines: [String] = []
        var line = source.line(of: token.span.start)
        for comment in tokens[first...index].flatMap({ $0.comments(in: source) }).reversed() {
            let own = source.line(of: comment.start)
            line -= 1
            while line > own, case let text = bytes(of: source.lineSpan(line)), text.contains(semicolon), isSkipped(text) {
                line -= 1
            }
            let before = Span(start: source.lineSpan(own).start, end: comment.start)
            guard own == line, source.bytes[comment.start] == UInt8(ascii: "#"), isSkipped(bytes(of: before)) else { break }
            var text = source.text(in: comment).dropFirst()
            while text.first == " " { text.removeFirst() }
            while let last = text.last, last.isWhitespace { text.removeLast() }
            lines.append(String(text))
        }
        return lines.reversed().joined(separator: "\n")
    }

    private func bytes(of span: Span) -> ArraySlice<UInt8> { source.bytes[span.start..<span.end] }

    private func isSkipped(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy { [0x20, 0x09, 0x0D, semicolon].contains($0) }
    }
}
