// What holds for any text: spans tile the source, node numbers are dense, places lie in the text, and nothing hangs.

import Testing

@testable import CBKSyntax

@Suite struct PropertyTests {
    private static let fragments = [
        "let ", "var ", "fn f", "return ", "if ", "else ", "while ", "for ", " in ", "break", "continue", "batch ",
        "try ", "catch ",
        "throw ", "match ", "import ", "pub ", "param ", "true", "null", " by ", " parallel ", "emit ", "skip ", " as ",
        "omit",
        "x", "row", "_", "1", "2.5", "1h30m", "9999999999999999999", "\"a\"", "\"a${", "}\"", "}b${", "'raw'", "\"",
        "'", "/a/i", "/",
        "//", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "?.", "?[", "...", "=>", "|", "=", "+=", "+", "-", "*",
        "%", "..", "??",
        "!", "&&", "||", "==", "<", " ", "\n", "\n", "\t", "# c\n", "\\", "@", "é", "\u{A0}", "\u{201C}", "&", "?",
    ]

    private func check(_ bytes: [UInt8], _ label: String) {
        let source = SourceFile(name: "t", bytes: bytes)
        let tokens = Lexer.tokens(of: source).0
        var end = 0
        for token in tokens {
            #expect(token.leadingStart == end, "\(label): trivia begins where the last token ends")
            #expect(token.span.start >= token.leadingStart && token.span.end >= token.span.start, "\(label)")
            end = token.span.end
        }
        #expect(end == bytes.count, "\(label): tokens reach the end")
        #expect(tokens.filter { $0.kind == .endOfFile }.count == 1 && tokens.last?.kind == .endOfFile, "\(label)")

        let result = parse(source)
        var numbers = NodeNumbers()
        numbers.visit(result.tree)
        #expect(Set(numbers.all).count == numbers.all.count, "\(label): node numbers are unique")
        #expect(numbers.all.allSatisfy { $0 >= 0 && $0 < result.tree.nodeCount }, "\(label): node numbers in range")
        #expect(numbers.spans.allSatisfy { $0.start >= 0 && $0.start <= $0.end && $0.end <= bytes.count }, "\(label)")
        for diagnostic in result.diagnostics {
            let span = diagnostic.span
            #expect(
                span.start >= 0 && span.start <= span.end && span.end <= bytes.count, "\(label): \(diagnostic.message)")
        }
        let hasErrorNode = result.tree.dump().contains("(error)")
        #expect(!hasErrorNode || !result.diagnostics.isEmpty, "\(label): an error node without a diagnostic")
        #expect(parse(source, interactive: true).tree.nodeCount >= 0)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func anyMixOfTokensIsRead(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<40 {
            let count = Int.random(in: 1...60, using: &generator)
            let text = (0..<count).map { _ in Self.fragments.randomElement(using: &generator) ?? "" }.joined()
            check(Array(text.utf8), "seed \(seed) round \(round): \(text)")
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func anyBytesAreRead(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<40 {
            let count = Int.random(in: 0...80, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            check(bytes, "seed \(seed) round \(round): \(bytes)")
        }
    }

    /// A script in order with one token taken out, doubled or exchanged.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func nearlyRightScriptsAreRead(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for script in [tasteScript, wholeGrammar] {
            let source = SourceFile(name: "t", text: script)
            let tokens = Lexer.tokens(of: source).0
            for round in 0..<10 {
                guard let token = tokens.randomElement(using: &generator),
                    let fragment = Self.fragments.randomElement(using: &generator)
                else { continue }
                let written = source.bytes[token.span.start..<token.span.end]
                let choices: [[UInt8]] = [[], Array(written + written), Array(fragment.utf8)]
                let new = choices[Int.random(in: 0..<choices.count, using: &generator)]
                let bytes = source.bytes[..<token.span.start] + new + source.bytes[token.span.end...]
                check(Array(bytes), "seed \(seed) round \(round) at \(token.span)")
            }
        }
    }

    @Test func everyPrefixOfAScriptIsRead() {
        let bytes = Array(tasteScript.utf8)
        for end in 0...bytes.count { check(Array(bytes[..<end]), "prefix of \(end) bytes") }
    }

    @Test(arguments: [tasteScript, wholeGrammar])
    func nodeNumbersAreDense(script: String) {
        let result = parsed(script)
        var numbers = NodeNumbers()
        numbers.visit(result.tree)
        #expect(numbers.all.sorted() == Array(0..<result.tree.nodeCount))
    }

    @Test(arguments: [tasteScript, wholeGrammar])
    func textOfTokensAndTriviaIsTheSource(script: String) {
        let source = SourceFile(name: "t", text: script)
        let pieces = Lexer.tokens(of: source).0.map { source.text(in: $0.leading) + source.text(in: $0.span) }
        #expect(pieces.joined() == script)
    }
}

/// Collects the numbers and spans of all nodes of a tree.
private struct NodeNumbers {
    var all: [NodeID] = []
    var spans: [Span] = []

    mutating func visit(_ tree: SyntaxTree) { for statement in tree.statements { visit(statement) } }

    private mutating func visit(_ name: Name?) {
        guard let name else { return }
        all.append(name.id)
        spans.append(name.span)
    }

    private mutating func visit(_ block: Block) {
        spans.append(block.span)
        for item in block.statements { visit(item) }
    }

    private mutating func visit(_ statement: Statement) {
        all.append(statement.id)
        spans.append(statement.span)
        switch statement.kind {
        case .expression(let value), .emit(let value): visit(value)
        case .variable(let variable):
            visit(variable.name)
            visit(variable.value)
        case .function(let function, _): visit(function)
        case .assignment(let target, _, let span, let value):
            spans.append(span)
            visit(target)
            visit(value)
        case .whileLoop(let condition, let body):
            visit(condition)
            visit(body)
        case .forLoop(let bindings, let source, let body):
            for item in bindings { visit(item) }
            visit(source)
            visit(body)
        case .tryCatch(let body, let binding, let handler):
            visit(body)
            visit(binding)
            visit(handler)
        case .import(_, let span, let alias):
            spans.append(span)
            visit(alias)
        case .parameter(let parameter):
            visit(parameter.name)
            if let value = parameter.defaultValue { visit(value) }
        case .error: break
        }
    }

    private mutating func visit(_ function: Function) {
        all.append(function.id)
        spans.append(function.span)
        visit(function.name)
        for parameter in function.parameters {
            visit(parameter.name)
            if let value = parameter.defaultValue { visit(value) }
        }
        switch function.body {
        case .block(let block): visit(block)
        case .expression(let expression): visit(expression)
        }
    }

    private mutating func visit(_ expression: Expression) {
        all.append(expression.id)
        spans.append(expression.span)
        switch expression.kind {
        case .null, .bool, .int, .float, .duration, .regex, .name, .omit, .error: break
        case .string(let parts):
            for case .expression(let value) in parts { visit(value) }
        case .list(let elements):
            for element in elements {
                switch element {
                case .value(let value), .spread(let value): visit(value)
                }
            }
        case .record(let entries):
            for entry in entries {
                switch entry {
                case .field(let name, let value, _):
                    visit(name)
                    visit(value)
                case .spread(let value): visit(value)
                }
            }
        case .function(let function): visit(function)
        case .unary(_, let value), .parenthesized(let value): visit(value)
        case .binary(_, let span, let left, let right):
            spans.append(span)
            visit(left)
            visit(right)
        case .call(let callee, let arguments):
            visit(callee)
            for argument in arguments {
                visit(argument.label)
                visit(argument.value)
            }
        case .member(let base, let name, _):
            visit(base)
            visit(name)
        case .index(let base, let key, _):
            visit(base)
            visit(key)
        case .catching(let value, .value(let fallback)):
            visit(value)
            visit(fallback)
        case .catching(let value, .handler(let binding, let body)):
            visit(value)
            visit(binding)
            visit(body)
        case .conditional(let branches, let otherwise):
            for branch in branches {
                visit(branch.condition)
                visit(branch.body)
            }
            if let otherwise { visit(otherwise) }
        case .match(let subject, let arms):
            visit(subject)
            for arm in arms {
                spans.append(arm.span)
                visit(arm.pattern)
                if let condition = arm.guardCondition { visit(condition) }
                visit(arm.body)
            }
        case .batch(let batch): visit(batch)
        case .block(let block): visit(block)
        case .jump(let jump):
            switch jump {
            case .throw(let value): visit(value)
            case .return(let value), .skip(let value):
                if let value { visit(value) }
            case .break, .continue: break
            }
        }
    }

    private mutating func visit(_ batch: Batch) {
        all += [batch.bodyID, batch.keyID]
        visit(batch.binding)
        visit(batch.keyBinding)
        visit(batch.source)
        if let key = batch.key { visit(key) }
        if let parallel = batch.parallel { visit(parallel) }
        visit(batch.body)
    }

    private mutating func visit(_ pattern: Pattern) {
        all.append(pattern.id)
        spans.append(pattern.span)
        switch pattern.kind {
        case .wildcard, .error: break
        case .literal(let value): visit(value)
        case .range(let low, let high):
            visit(low)
            visit(high)
        case .alternatives(let patterns): for item in patterns { visit(item) }
        case .binding(let name): visit(name)
        case .type(let type, let binding):
            visit(type)
            visit(binding)
        case .list(let items, let rest):
            for item in items { visit(item) }
            visit(rest?.binding)
        case .record(let fields):
            for field in fields {
                visit(field.key)
                visit(field.pattern)
            }
        }
    }
}
