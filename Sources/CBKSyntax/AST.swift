// The syntax tree: values, no behaviour. The parser makes it, the checker annotates it by node
// number in side tables, the emitter reads both. One piece: the grammar at a glance.

/// The number of a node in its tree, dense from 0: side tables are arrays indexed by it.
package typealias NodeID = Int

/// A name where it is declared or used, or a member's or argument's name.
package struct Name: Sendable {
    package var id: NodeID
    package var text: String
    package var span: Span

    package init(id: NodeID, text: String, span: Span) {
        self.id = id
        self.text = text
        self.span = span
    }
}

/// A whole script or module.
package struct SyntaxTree: Sendable {
    package var statements: [Statement]
    /// How many node numbers the tree uses: the size of a side table.
    package var nodeCount: Int
    /// Whether it is deeper than any stack allows for; see `walking`.
    package var isDeep: Bool

    package init(statements: [Statement], nodeCount: Int, isDeep: Bool) {
        self.statements = statements
        self.nodeCount = nodeCount
        self.isDeep = isDeep
    }
}

/// `{ … }` with statements; its value is that of the last statement if that is an expression.
package struct Block: Sendable {
    package var statements: [Statement]
    /// With its braces.
    package var span: Span

    package init(statements: [Statement], span: Span) {
        self.statements = statements
        self.span = span
    }
}

package struct Statement: Sendable {
    package var id: NodeID
    package var span: Span
    package var kind: Kind

    package init(id: NodeID, span: Span, kind: Kind) {
        self.id = id
        self.span = span
        self.kind = kind
    }

    /// Marked `pub`.
    package var isPublic: Bool {
        switch kind {
        case .variable(let declaration): declaration.isPublic
        case .function(_, let isPublic): isPublic
        case .expression, .assignment, .whileLoop, .forLoop, .tryCatch, .import, .parameter, .emit, .error: false
        }
    }

    package indirect enum Kind: Sendable {
        case expression(Expression)
        /// `let x = …`, `var x = …`, with `pub` or not.
        case variable(VariableDeclaration)
        /// `fn f(…) { … }`, with `pub` or not. `function.name` is never nil.
        case function(Function, isPublic: Bool)
        /// `target = value`, `target += value`: `operator` is nil for a plain assignment. `target` is an
        /// expression of the kinds name, member, index (the parser refuses others).
        case assignment(target: Expression, operator: BinaryOperator?, operatorSpan: Span, value: Expression)
        case whileLoop(condition: Expression, body: Block)
        /// `for x in s`, `for k, v in r`, `for i, x in l`: one or two bindings.
        case forLoop(bindings: [Name], source: Expression, body: Block)
        /// `try { … } catch e { … }`; `binding` is nil in `catch { … }`.
        case tryCatch(body: Block, binding: Name?, handler: Block)
        case `import`(path: String, pathSpan: Span, alias: Name)
        case parameter(ParameterDeclaration)
        /// Only inside a batch's body.
        case emit(Expression)
        /// What could not be parsed; a diagnostic has been given.
        case error
    }
}

package struct VariableDeclaration: Sendable {
    package var name: Name
    package var isMutable: Bool
    package var isPublic: Bool
    package var value: Expression

    package init(name: Name, isMutable: Bool, isPublic: Bool, value: Expression) {
        self.name = name
        self.isMutable = isMutable
        self.isPublic = isPublic
        self.value = value
    }
}

/// `param name: type = default`, with the help text of the comment lines just above.
package struct ParameterDeclaration: Sendable {
    package enum ParameterType: String, Sendable, CaseIterable {
        case string, int, float, bool, path, duration, datetime, list
    }

    package var name: Name
    package var type: ParameterType
    /// A constant; nil means required.
    package var defaultValue: Expression?
    package var help: String

    package init(name: Name, type: ParameterType, defaultValue: Expression?, help: String) {
        self.name = name
        self.type = type
        self.defaultValue = defaultValue
        self.help = help
    }
}

/// A declared function, an arrow, or (made by the emitter's callers) the body of a batch.
package struct Function: Sendable {
    package struct Parameter: Sendable {
        package var name: Name
        package var defaultValue: Expression?

        package init(name: Name, defaultValue: Expression?) {
            self.name = name
            self.defaultValue = defaultValue
        }
    }

    package enum Body: Sendable {
        case block(Block)
        case expression(Expression)
    }

    package var id: NodeID
    /// nil for an arrow.
    package var name: Name?
    package var parameters: [Parameter]
    package var body: Body
    package var span: Span

    package init(id: NodeID, name: Name?, parameters: [Parameter], body: Body, span: Span) {
        self.id = id
        self.name = name
        self.parameters = parameters
        self.body = body
        self.span = span
    }
}

package enum UnaryOperator: String, Sendable {
    case negate = "-"
    case not = "!"
}

package enum BinaryOperator: String, Sendable, CaseIterable {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case `in` = "in"
    case coalesce = "??"
    case range = ".."
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
}

package struct Expression: Sendable {
    package var id: NodeID
    package var span: Span
    package var kind: Kind

    package init(id: NodeID, span: Span, kind: Kind) {
        self.id = id
        self.span = span
        self.kind = kind
    }

    package indirect enum Kind: Sendable {
        case null
        case bool(Bool)
        case int(Int64)
        case float(Double)
        /// Milliseconds.
        case duration(Int64)
        /// Text and interpolated expressions in turn; a plain string is one `.text` or no part.
        case string([StringPart])
        /// What stands between the slashes, as it is written.
        case regex(pattern: String, ignoresCase: Bool)
        case name(String)
        case omit
        case list([ListElement])
        case record([RecordEntry])
        /// `x => …`
        case function(Function)
        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, operatorSpan: Span, Expression, Expression)
        case call(Expression, [Argument])
        case member(Expression, Name, isOptional: Bool)
        /// `a[i]`, `a?[i]`. A slice is an index whose `Expression` is a binary `.range`.
        case index(Expression, Expression, isOptional: Bool)
        /// `value catch fallback`, `value catch e => handler` (also `catch (e) => …`).
        case catching(Expression, CatchHandler)
        /// `if c { } else if d { } else { }`: conditions with their blocks, in order.
        case conditional([ConditionalBranch], otherwise: Block?)
        case match(subject: Expression, arms: [MatchArm])
        case batch(Batch)
        /// A block where an expression stands: a match arm's or catch handler's `{ … }`.
        case block(Block)
        /// throw, return, break, continue, skip: as a statement, a match arm, a handler's body, or right
        /// of `??` and `catch`.
        case jump(Jump)
        /// In parentheses; kept so that the formatter and the checker can tell.
        case parenthesized(Expression)
        case error
    }
}

package enum Jump: Sendable {
    case `throw`(Expression)
    case `return`(Expression?)
    case `break`
    case `continue`
    /// The reason, if one is given.
    case skip(Expression?)
}

package enum StringPart: Sendable {
    case text(String)
    case expression(Expression)
}

package enum ListElement: Sendable {
    case value(Expression)
    case spread(Expression)
}

package enum RecordEntry: Sendable {
    /// `name: value`, `"odd key": value`, or the shorthand `name` (whose value is a name expression).
    case field(Name, Expression, isShorthand: Bool)
    case spread(Expression)
}

package struct Argument: Sendable {
    /// nil for a positional argument.
    package var label: Name?
    package var value: Expression
    /// `...record`, whose fields become named arguments.
    package var isSpread: Bool

    package init(label: Name?, value: Expression, isSpread: Bool) {
        self.label = label
        self.value = value
        self.isSpread = isSpread
    }
}

package enum CatchHandler: Sendable {
    /// `catch fallback`
    case value(Expression)
    /// `catch e => body`; the body is a scope of the same function, not a function.
    case handler(binding: Name, body: Expression)
}

package struct ConditionalBranch: Sendable {
    package var condition: Expression
    package var body: Block

    package init(condition: Expression, body: Block) {
        self.condition = condition
        self.body = body
    }
}

package struct MatchArm: Sendable {
    package var pattern: Pattern
    package var guardCondition: Expression?
    /// A `.block` expression for `{ … }`.
    package var body: Expression
    package var span: Span

    package init(pattern: Pattern, guardCondition: Expression?, body: Expression, span: Span) {
        self.pattern = pattern
        self.guardCondition = guardCondition
        self.body = body
        self.span = span
    }
}

package struct Pattern: Sendable {
    package var id: NodeID
    package var span: Span
    package var kind: Kind

    package init(id: NodeID, span: Span, kind: Kind) {
        self.id = id
        self.span = span
        self.kind = kind
    }

    package indirect enum Kind: Sendable {
        case wildcard
        /// null, bool, a number (also negative), a duration, a string without interpolation.
        case literal(Expression)
        /// `a..b`, both included; bounds are number literals.
        case range(Expression, Expression)
        /// `a | b | c`
        case alternatives([Pattern])
        case binding(Name)
        /// `int n`, `string s`, or `int _` (a nil binding): the type's name as written.
        case type(Name, binding: Name?)
        /// `[a, b, ...rest]`; `rest` is nil without a spread, and its binding nil for a bare `...`.
        case list([Pattern], rest: Rest?)
        /// `{ name, plan: "pro", meta: { x } }`: each key with its pattern (shorthand: a binding of that name).
        case record([(key: Name, pattern: Pattern)])
        case error
    }

    package struct Rest: Sendable {
        package var binding: Name?
        package var span: Span

        package init(binding: Name?, span: Span) {
            self.binding = binding
            self.span = span
        }
    }
}

/// `batch row in SOURCE by KEY parallel N { BODY }`
package struct Batch: Sendable {
    /// The body as a function node: its number names the function in the checker's tables.
    package var bodyID: NodeID
    /// The key as a function node of its own, when there is one.
    package var keyID: NodeID
    package var binding: Name
    /// The binding as the key expression's own function declares it.
    package var keyBinding: Name
    package var source: Expression
    package var key: Expression?
    package var parallel: Expression?
    package var body: Block

    package init(
        bodyID: NodeID, keyID: NodeID, binding: Name, keyBinding: Name, source: Expression, key: Expression?,
        parallel: Expression?, body: Block
    ) {
        self.bodyID = bodyID
        self.keyID = keyID
        self.binding = binding
        self.keyBinding = keyBinding
        self.source = source
        self.key = key
        self.parallel = parallel
        self.body = body
    }
}
