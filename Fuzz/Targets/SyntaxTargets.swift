// Lexer and parser on any bytes: tokens and the space between them tile the source, there is always a tree, and
// every place that it or a diagnostic names lies in the source.

import CBKSyntax
import SyntaxWalk

func fuzzLexer(_ bytes: [UInt8]) {
    let (tokens, diagnostics) = Lexer.tokens(of: SourceFile(name: "fuzz.cbk", bytes: bytes))
    var end = 0
    for token in tokens {
        require(token.leadingStart == end, "trivia begins at \(token.leadingStart), the last token ended at \(end)")
        require(token.span.start >= end && token.span.end >= token.span.start, "a token at \(token.span)")
        end = token.span.end
    }
    require(end == bytes.count, "the tokens end at \(end) of \(bytes.count)")
    require(tokens.last?.kind == .endOfFile, "the last token is \(String(describing: tokens.last?.kind))")
    require(tokens.dropLast().allSatisfy { $0.kind != .endOfFile }, "an end of file before the end")
    check(diagnostics, in: bytes)
}

func fuzzParser(_ bytes: [UInt8]) {
    let source = SourceFile(name: "fuzz.cbk", bytes: bytes)
    let result = parse(source)
    check(result.diagnostics, in: bytes)
    let walk = TreeWalk(result.tree)
    require(walk.spans.allSatisfy { isInside($0, bytes) }, "a node's span lies outside the source")
    require(walk.numbers.allSatisfy { (0..<result.tree.nodeCount).contains($0) }, "a node's number is out of range")
    require(Set(walk.numbers).count == walk.numbers.count, "two nodes have one number")
    let isBroken = result.tree.dump().contains("(error)")
    require(!isBroken || !result.diagnostics.isEmpty, "an error node without a diagnostic")
    for diagnostic in result.diagnostics.prefix(20) {
        require(!diagnostic.rendered(in: source, color: false).isEmpty, "a diagnostic without a text")
    }
    check(parse(source, interactive: true).diagnostics, in: bytes)
}

private func check(_ diagnostics: [Diagnostic], in bytes: [UInt8]) {
    for diagnostic in diagnostics {
        require(isInside(diagnostic.span, bytes), "'\(diagnostic.message)' stands at \(diagnostic.span)")
    }
}

private func isInside(_ span: Span, _ bytes: [UInt8]) -> Bool {
    span.start >= 0 && span.start <= span.end && span.end <= bytes.count
}
