// The numbers and spans of all nodes of a tree, for tests and fuzzers: each node has a number of its own, and all
// lie in the source.

import CBKSyntax

package struct TreeWalk {
    package private(set) var numbers: [NodeID] = []
    package private(set) var spans: [Span] = []

    package init(_ tree: SyntaxTree) { for statement in tree.statements { visit(statement) } }

    private mutating func visit(_ name: Name?) {
        guard let name else { return }
        numbers.append(name.id)
        spans.append(name.span)
    }

    private mutating func visit(_ block: Block) {
        spans.append(block.span)
        for item in block.statements { visit(item) }
    }

    private mutating func visit(_ statement: Statement) {
        numbers.append(statement.id)
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
        numbers.append(function.id)
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
        numbers.append(expression.id)
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
        numbers += [batch.bodyID, batch.keyID]
        visit(batch.binding)
        visit(batch.keyBinding)
        visit(batch.source)
        if let key = batch.key { visit(key) }
        if let parallel = batch.parallel { visit(parallel) }
        visit(batch.body)
    }

    private mutating func visit(_ pattern: Pattern) {
        numbers.append(pattern.id)
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
