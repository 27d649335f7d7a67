// Statements, blocks, and the expressions that are made of blocks: if, match, batch.

extension Formatter {
    /// `separate` puts down the gap before each, without the `;` that stood there.
    ///
    /// - Parameter mayBeRecord: after `=>`, where only the `;` tells `{ name; }` and `{ ; }` from records.
    mutating func statements(
        _ statements: [Statement], mayBeRecord: Bool = false, _ separate: (inout Formatter, _ isFirst: Bool) -> Void
    ) {
        for (number, statement) in statements.enumerated() {
            let isEnded = dropSemicolons()
            // Only the `;` before it tells a regular expression from a division.
            if isEnded, number > 0, kind == .regex { layout.add(.mark(";")) }
            separate(&self, number == 0)
            self.statement(statement)
        }
        if dropSemicolons(), mayBeRecord, statements.allSatisfy(\.isName), statements.count < 2 { layout.add(.mark(";")) }
    }

    private mutating func dropSemicolons() -> Bool {
        guard kind == .semicolon else { return false }
        while kind == .semicolon { drop() }
        return true
    }

    private mutating func statement(_ statement: Statement) {
        switch statement.kind {
        case .expression(let value): expression(value)
        case .variable(let variable):
            if variable.isPublic { word() }
            word(spaced: variable.isPublic)
            word(spaced: true)
            word(spaced: true)
            value(variable.value)
        case .function(let function, let isPublic):
            if isPublic { word() }
            word(spaced: isPublic)
            word(spaced: true)
            parameters(function.parameters)
            switch function.body {
            case .block(let body): blocks([body]) { $0.block(body) }
            case .expression(let body): value(body)
            }
        case .assignment(let target, _, _, let assigned):
            expression(target)
            word(spaced: true)
            value(assigned)
        case .whileLoop(let condition, let body):
            word()
            header(condition)
            blocks([body]) { $0.block(body) }
        case .forLoop(let bindings, let source, let body):
            word()
            word(spaced: true)
            if bindings.count > 1 {
                comma()
                word(spaced: true)
            }
            word(spaced: true)
            header(source)
            blocks([body]) { $0.block(body) }
        case .tryCatch(let body, let binding, let handler):
            word()
            blocks([body, handler]) { formatter in
                formatter.block(body)
                formatter.clause()
                if binding != nil { formatter.word(spaced: true) }
                formatter.block(handler)
            }
        case .import:
            word()
            for _ in 0..<3 { word(spaced: true) }
        case .parameter(let parameter):
            word()
            word(spaced: true)
            word()
            word(spaced: true)
            if let defaultValue = parameter.defaultValue {
                word(spaced: true)
                value(defaultValue)
            }
        case .emit(let emitted):
            word()
            value(emitted)
        case .error: words(to: statement.span.end)
        }
    }

    /// An expression after a space.
    @discardableResult
    mutating func value(_ value: Expression) -> Int? {
        gap(spaced: true)
        return expression(value)
    }

    mutating func header(_ value: Expression) {
        let outer = isHeader
        isHeader = true
        self.value(value)
        isHeader = outer
    }

    /// `else`, or the `catch` of a `try`: comments may stand above it.
    private mutating func clause() {
        gap(spaced: true, isIndented: false)
        word()
    }

    // MARK: Blocks

    /// Blocks that are all on one line, as they were, or all on several.
    private mutating func blocks(_ blocks: [Block], _ content: (inout Formatter) -> Void) {
        layout.open(isForced: blocks.contains { isBroken($0.span) })
        content(&self)
        layout.close()
    }

    private func isBroken(_ span: Span) -> Bool { source.line(of: span.start) != source.line(of: span.end) }

    /// The block after a space, in a group that is open; gives where its inside begins, nil if there is none.
    @discardableResult
    private mutating func block(_ block: Block, mayBeRecord: Bool = false) -> Int? {
        braces(isEmpty: block.statements.isEmpty) { formatter in
            formatter.statements(block.statements, mayBeRecord: mayBeRecord) { formatter, isFirst in
                formatter.line(isFirst ? " " : formatter.kind == .regex ? " " : "; ", keepsFirst: !isFirst)
            }
        }
    }

    /// A block in a group of its own; it stands after `=>` where it may be taken for a record.
    mutating func loneBlock(_ block: Block, mayBeRecord: Bool = true) -> Int? {
        var inside: Int?
        blocks([block]) { inside = $0.block(block, mayBeRecord: mayBeRecord) }
        return inside
    }

    private mutating func braces(isEmpty: Bool, _ content: (inout Formatter) -> Void) -> Int? {
        let outer = isHeader
        isHeader = false
        defer { isHeader = outer }
        word(spaced: true)
        let inside = layout.pieces.count
        layout.add(.indent(1))
        content(&self)
        if isEmpty {
            let gap = takeGap()
            comments(gap)
            layout.add(.indent(-1))
            if !gap.comments.isEmpty { layout.add(.newline(isBlank: false)) }
        } else {
            line(" ", keepsFirst: true, keepsLast: false, dedents: true)
        }
        word()
        return isEmpty ? nil : inside
    }

    // MARK: if, match, batch

    mutating func conditional(_ branches: [ConditionalBranch], _ otherwise: Block?) {
        word()
        if let first = branches.first { header(first.condition) }
        blocks(branches.map(\.body) + (otherwise.map { [$0] } ?? [])) { formatter in
            for (number, branch) in branches.enumerated() {
                if number > 0 {
                    formatter.clause()
                    formatter.word(spaced: true)
                    formatter.header(branch.condition)
                }
                formatter.block(branch.body)
            }
            guard let otherwise else { return }
            formatter.clause()
            formatter.block(otherwise)
        }
    }

    mutating func match(_ subject: Expression, _ arms: [MatchArm], end: Int) -> Int? {
        word()
        header(subject)
        layout.open(isForced: isBroken(Span(start: tokens[index].span.start, end: end)))
        let inside = braces(isEmpty: arms.isEmpty) { formatter in
            for (number, arm) in arms.enumerated() {
                formatter.line(number == 0 ? " " : ", ", keepsFirst: number > 0)
                formatter.arm(arm)
                if formatter.kind == .comma { formatter.drop() }
            }
        }
        layout.close()
        return inside
    }

    private mutating func arm(_ arm: MatchArm) {
        pattern(arm.pattern)
        if let condition = arm.guardCondition {
            word(spaced: true)
            header(condition)
        }
        word(spaced: true)
        value(arm.body)
    }

    mutating func batch(_ batch: Batch) -> Int? {
        word()
        word(spaced: true)
        word(spaced: true)
        header(batch.source)
        let clauses = [batch.key, batch.parallel].compactMap { $0 }.sorted { $0.span.start < $1.span.start }
        if let last = clauses.last {
            layout.open(isForced: isBroken(Span(start: batch.source.span.end, end: last.span.start)))
            layout.add(.indent(2))
            for clause in clauses {
                line(" ", keepsLast: false)
                word()
                header(clause)
            }
            layout.add(.indent(-2))
            layout.close()
        }
        return loneBlock(batch.body, mayBeRecord: false)
    }
}

extension Statement {
    fileprivate var isName: Bool {
        if case .expression(let value) = kind, case .name = value.kind { true } else { false }
    }
}
