// Bounds the depth of trees: 1,000 levels, counted on the way down (brackets, blocks, arrows) and on the way up
// (left-nested chains such as 1 + 1 + 1 … or a.b.c …), so whoever walks a tree needs no more than that.
// Past a few levels parsing moves to a thread with a large stack: no caller's stack is too small.

extension Parser {
    static let depthLimit = 1_000
    /// A level costs up to about 10 kB of stack in a debug build; this many fit in any thread.
    private static let largeStackDepth = 16

    /// Parses one level deeper, or reports and moves past what is too deep.
    mutating func deeper<Node>(_ parseNode: (inout Parser) -> Node, orElse error: (inout Parser) -> Node) -> Node {
        guard depth < Self.depthLimit else {
            passTooDeep()
            return error(&self)
        }
        depth += 1
        defer { depth -= 1 }
        guard depth >= Self.largeStackDepth, !isOnLargeStack else { return parseNode(&self) }
        isOnLargeStack = true
        isDeep = true
        defer { isOnLargeStack = false }
        var node: Node?
        let ran = runOnThread(stackSize: largeStackSize) { node = parseNode(&self) }
        guard ran, let node else {
            passTooDeep()
            return error(&self)
        }
        return node
    }

    /// Reports excessive depth, once: the levels around it are as deep.
    mutating func failTooDeep(_ span: Span) {
        guard !isDepthReported else {
            isPanicking = true
            return
        }
        isDepthReported = true
        fail(
            .tooDeep, "nested more than \(Self.depthLimit) levels deep", at: span,
            hint: "split it up with variables or functions")
    }

    private mutating func passTooDeep() {
        failTooDeep(token.span)
        // To the end of the bracket; if it has none, nothing sensible is left in this text.
        let closing = closings[index]
        if closing >= 0 {
            index = Int(closing)
            advance()
        } else if token.kind == .leftParen || token.kind == .leftBracket || token.kind == .leftBrace {
            index = tokens.count - 1
        }
    }

    /// Starts a node: gives the height of its finished siblings, for `endNode`.
    mutating func beginNode() -> Int {
        let siblings = height
        height = 0
        return siblings
    }

    mutating func endNode(_ siblings: Int) {
        height = max(siblings, height)
    }

    /// Makes an expression around those finished since `beginNode`; an error node if that makes it too tall.
    mutating func wrapping(_ kind: Expression.Kind, _ span: Span) -> Expression {
        height += 1
        if height > Self.largeStackDepth { isDeep = true }
        guard height <= Self.depthLimit else {
            failTooDeep(span)
            height = 1
            return expression(.error, span)
        }
        return expression(kind, span)
    }
}
