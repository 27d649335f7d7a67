// The formatter on any text that the parser accepts, at the usual width and at a narrow one: the tree stays, what was
// formatted is left alone, and no comment is lost.

import CBKSyntax

func fuzzFormatter(_ bytes: [UInt8]) {
    let source = SourceFile(name: "fuzz.cbk", bytes: bytes)
    let parsed = parse(source)
    guard parsed.diagnostics.isEmpty else { return }
    for width in [Layout.width, 12] {
        let first = SourceFile(name: "fuzz.cbk", bytes: formatted(source, parsed.tree, width: width))
        let again = parse(first)
        require(again.diagnostics.isEmpty, "formatted at \(width) it has mistakes: \(again.diagnostics)\n\(shown(first))")
        require(again.tree.dump() == parsed.tree.dump(), "formatted at \(width) it means something else\n\(shown(first))")
        require(comments(first) == comments(source), "formatted at \(width) its comments differ\n\(shown(first))")
        let second = formatted(first, again.tree, width: width)
        require(second == first.bytes, "formatted twice at \(width) it differs\n\(shown(first))")
    }
}

private func shown(_ source: SourceFile) -> String { String(decoding: source.bytes, as: UTF8.self) }

/// The texts of the comments, without blanks at their ends.
private func comments(_ source: SourceFile) -> [[UInt8]] {
    var found: [[UInt8]] = []
    for token in Lexer.tokens(of: source).0 {
        let space = source.bytes[token.leadingStart..<token.span.start]
        for line in space.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard let start = line.firstIndex(of: 0x23) else { continue }
            var comment = Array(line[start...])
            while let last = comment.last, last == 0x20 || last == 0x09 { comment.removeLast() }
            found.append(comment)
        }
    }
    return found
}
