// The checker: takes a tree and the catalog, gives the tables that the emitter reads and everything that is
// wrong, all at once. Nothing is reported that merely follows from another mistake: an unknown name is
// named once per scope, and of a value that is not certain nothing is said.

import CBKSyntax

/// Resolves the names of a tree and checks it.
///
/// - Parameters:
///   - scope: what earlier inputs of the session declared; empty for a script.
///   - kind: what the text is.
///   - imports: the files that its imports mean, by the paths as written; one that is missing has been reported.
///   - allowInternal: whether the built-ins marked internal may be named, as the prelude does.
/// - Returns: the tables, to be emitted only if no diagnostic is an error, and the diagnostics by place.
package func check(
    _ tree: SyntaxTree, catalog: Catalog, scope: SessionScope = SessionScope(), kind: ProgramKind = .script,
    imports: [String: ModuleInterface] = [:], allowInternal: Bool = false
) -> (program: CheckedProgram, diagnostics: [Diagnostic]) {
    var checker = Checker(
        nodeCount: tree.nodeCount, catalog: catalog, scope: scope, kind: kind, imports: imports, allowInternal: allowInternal)
    return walking(tree) { checker.run(tree) }
}

/// What a text is.
package enum ProgramKind: Sendable {
    case script
    /// An input of a REPL, whose last value is shown: names may be declared again.
    case interactive
    /// A script whose last value is shown.
    case answering
    /// What another file imports.
    case module
    /// A script with tests.
    case test

    var givesValue: Bool {
        switch self {
        case .interactive, .answering: true
        case .script, .module, .test: false
        }
    }
}

/// What is done with an expression's value.
enum Use {
    /// Nothing: it stands as a statement.
    case statement
    /// It is what a function gives: an `if` may lack its `else`.
    case tail
    case value
    /// A field or an argument, which `omit` drops.
    case omittable
    /// The left side of `.name`, where a module may stand.
    case base
    /// It is called.
    case callee
}

/// One function, arrow, batch body or batch key that is being checked; the first is the script itself.
struct FunctionContext {
    enum Kind {
        case script, function, arrow, batchBody, batchKey
    }

    let kind: Kind
    /// nil for the script.
    let node: NodeID?
    /// The place in the stack of functions of the innermost batch's body or key around this; nil outside of one.
    let batchDepth: Int?
    /// The scope that it stands in, counted from outside.
    let level: Int
    var loopDepth = 0
    var hasReturn = false
    var captures: [VariableID] = []
    var captured: Set<VariableID> = []
}

/// A batch whose body is being checked.
struct BatchContext {
    let bodyID: NodeID
    let hasKey: Bool
    /// nil once a record cannot be known.
    var emitted: [String]? = []
    var emittedNames: Set<String> = []
}

struct Checker {
    let catalog: Catalog
    let session: SessionScope
    let kind: ProgramKind
    let imports: [String: ModuleInterface]
    let allowInternal: Bool
    var isInteractive: Bool { kind == .interactive }

    var resolution: Resolution
    var entries: [Entry] = []
    var globalSlots: [VariableID: Int] = [:]
    var nextSlot: Int
    var parameters: [ParameterDeclaration] = []
    var flags: Set<String> = []

    /// The innermost variable of each visible name, with what to put back when a scope ends.
    var bindings: [String: VariableID] = [:]
    var undo: [(name: String, previous: VariableID?)] = []
    /// Where each open scope begins in `undo`.
    var scopes: [Int] = []
    /// Variables of earlier inputs that this one names.
    var sessionVariables: [String: VariableID] = [:]
    /// By the variable of an import: the variables of its file that this one names.
    var importedVariables: [VariableID: [String: VariableID]] = [:]
    var publicVariables: Set<VariableID> = []
    /// By function: what it calls.
    var functionCalls: [NodeID: FunctionCalls] = [:]
    /// By function that has been checked: what its calls give, as far as that is certain.
    var answers: [NodeID: Inferred] = [:]
    /// Warned of at the end, when it is known what the functions do.
    var creatingCalls: [CreatingCall] = []
    var warnedBatches: Set<NodeID> = []
    /// In a module: the functions that its `let`s call.
    var firstCalls: [(function: VariableID, span: Span)] = []

    var functions: [FunctionContext] = [FunctionContext(kind: .script, node: nil, batchDepth: nil, level: 0)]
    var batches: [BatchContext] = []
    /// By the variable of a batch's row: the body or key that declares it.
    var rowOwners: [VariableID: NodeID] = [:]
    var rowNames: [NodeID: Set<String>] = [:]

    var diagnostics: [Diagnostic] = []
    var hasErrorNodes = false
    /// How many more names are compared for hints: a huge script full of mistakes gets none in the end.
    var comparisonsLeft = 50_000

    init(
        nodeCount: Int, catalog: Catalog, scope: SessionScope, kind: ProgramKind, imports: [String: ModuleInterface],
        allowInternal: Bool
    ) {
        self.catalog = catalog
        session = scope
        self.kind = kind
        self.imports = imports
        self.allowInternal = allowInternal
        resolution = Resolution(nodeCount: nodeCount)
        nextSlot = scope.slotCount
    }

    mutating func run(_ tree: SyntaxTree) -> (program: CheckedProgram, diagnostics: [Diagnostic]) {
        pushScope()
        checkTop(tree.statements)
        _ = checkStatements(tree.statements, kind.givesValue ? .tail : .statement)
        let operations = reached(imported: \.operation, own: \.operation, callees: \.callees)
        let creates = reached(imported: \.create, own: \.create, callees: \.mayCall)
        checkFirstCalls(operations)
        checkCreatingCalls(creates)
        let scope = sessionAfterwards()
        let interface = interface(operations, creates)
        popScope()
        warnOfUnused()
        let ordered = diagnostics.enumerated().sorted {
            ($0.element.span.start, $0.offset) < ($1.element.span.start, $1.offset)
        }
        let program = CheckedProgram(
            tree: tree, resolution: resolution, globalSlots: globalSlots, scope: scope, parameters: parameters,
            interface: interface, isModule: kind == .module)
        return (program, ordered.map(\.element))
    }

    /// The session's names with this input's; unchanged after a mistake, as the input then never runs.
    private func sessionAfterwards() -> SessionScope {
        guard !diagnostics.contains(where: { $0.severity == .error }) else { return session }
        var scope = session
        scope.slotCount = nextSlot
        for (name, id) in bindings where id >= 0 && resolution.variables[id].isGlobal {
            guard let slot = globalSlots[id] else { continue }
            scope.globals[name] = SessionScope.Global(
                name: name, kind: resolution.variables[id].kind, slot: slot, parameters: parameterPairs(of: id),
                module: entries[id].module)
        }
        return scope
    }

    /// After a mistake nothing is said of it: a misspelled use may be the one that is missing.
    private mutating func warnOfUnused() {
        guard !isInteractive, !hasErrorNodes, !diagnostics.contains(where: { $0.severity == .error }) else { return }
        for (id, variable) in resolution.variables.enumerated() {
            guard !variable.isUsed, !variable.name.hasPrefix("_"), !publicVariables.contains(id) else { continue }
            if variable.kind == .module {
                warn(.unused, "the module '\(variable.name)' is never used", at: variable.span, hint: "remove the import")
            }
            guard variable.kind == .constant || variable.kind == .mutable else { continue }
            warn(
                .unused, "'\(variable.name)' is never read", at: variable.span, hint: "remove it, or name it '_\(variable.name)'")
        }
    }

    // MARK: Reporting

    mutating func report(_ code: CheckerCode, _ message: String, at span: Span, hint: String? = nil) {
        diagnostics.append(Diagnostic(code: code.rawValue, message: message, span: span, hint: hint))
    }

    mutating func warn(_ code: CheckerCode, _ message: String, at span: Span, hint: String? = nil) {
        diagnostics.append(Diagnostic(.warning, code: code.rawValue, message: message, span: span, hint: hint))
    }

    /// `did you mean '…'?`, if one of the names is near.
    mutating func didYouMean(_ name: String, among names: [String], suffix: String = "") -> String? {
        guard comparisonsLeft > 0 else { return nil }
        comparisonsLeft -= names.count
        return suggestion(for: name, among: names).map { "did you mean '\($0)\(suffix)'?" }
    }
}
