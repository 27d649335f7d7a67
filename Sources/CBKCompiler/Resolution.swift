// What the checker found out about a tree, in tables indexed by node number; the emitter reads it.

import CBKSyntax

package typealias VariableID = Int

/// One declared variable, parameter, loop variable or function.
package struct Variable: Sendable {
    package enum Kind: Sendable {
        /// `let`
        case constant
        /// `var`
        case mutable
        /// A function's parameter, or the row of a batch: read-only.
        case parameter
        /// A loop's or pattern's or handler's binding: read-only.
        case binding
        /// `fn f`: may be used before its definition.
        case function
        /// `param`
        case scriptParameter
        /// `import … as name`
        case module
    }

    package var name: String
    package var kind: Kind
    package var span: Span
    /// The node number of the function (arrow, batch body, batch key) that declares it; nil at the top level.
    package var owner: NodeID?
    /// Lives for the whole session, in the globals: declared at the top level outside any block.
    package var isGlobal: Bool
    /// Used by a function nested in its owner (never set for globals).
    package var isCaptured: Bool
    /// Assigned, or its fields or items written, after its declaration.
    package var isReassigned: Bool
    /// Assigned or written by a function nested in its owner: a call may change it.
    package var isChangedByFunctions: Bool
    package var isUsed: Bool
    /// For a global: used by any function (arrow, batch body), not by the top level alone.
    package var isUsedByFunctions: Bool
    /// For a declared function: its node number.
    package var function: NodeID?

    package init(name: String, kind: Kind, span: Span, owner: NodeID?, isGlobal: Bool) {
        self.name = name
        self.kind = kind
        self.span = span
        self.owner = owner
        self.isGlobal = isGlobal
        isCaptured = false
        isReassigned = false
        isChangedByFunctions = false
        isUsed = false
        isUsedByFunctions = false
        function = nil
    }
}

package enum Reference: Sendable {
    case variable(VariableID)
    /// A built-in by its number in the catalog.
    case builtin(Int)
    /// A module of built-ins by its full name; only ever the left side of a member.
    case module(String)
}

package struct Resolution: Sendable {
    package var variables: [Variable]
    /// By node number: what a name expression, or a member expression that spells a built-in
    /// (`users.token.create`), refers to.
    package var references: [Reference?]
    /// By node number of a declaring `Name`: its variable.
    package var declarations: [VariableID?]
    /// By node number of a function, arrow, batch body or batch key: the variables of enclosing functions that it
    /// uses, directly or through a nested function, in order of first use. Globals are never captured.
    package var captures: [NodeID: [VariableID]]
    /// By node number of a batch's body: the names of the fields that its written-out `emit { … }` records have,
    /// in order of appearance; nil when one of them cannot be known (a spread, or not a literal).
    package var emittedFields: [NodeID: [String]]
    /// By node number of a batch's body: the fields of the row that it reads by name (`row.x`), each with its place.
    package var rowFields: [NodeID: [(name: String, span: Span)]]

    package init(nodeCount: Int) {
        variables = []
        references = Array(repeating: nil, count: nodeCount)
        declarations = Array(repeating: nil, count: nodeCount)
        captures = [:]
        emittedFields = [:]
        rowFields = [:]
    }
}

/// The names that earlier inputs declared at the top level, and the memory that they hold: a REPL passes what
/// one check returns on to the next. Empty for a script.
package struct SessionScope: Sendable {
    package struct Global: Sendable {
        package var name: String
        package var kind: Variable.Kind
        /// Its slot in the globals, for the whole session.
        package var slot: Int
        /// For a declared function: its parameters' names, and whether each has a default.
        package var parameters: [(name: String, hasDefault: Bool)]?
        /// For an import: what the file shows.
        package var module: ModuleInterface?

        package init(
            name: String, kind: Variable.Kind, slot: Int, parameters: [(name: String, hasDefault: Bool)]? = nil,
            module: ModuleInterface? = nil
        ) {
            self.name = name
            self.kind = kind
            self.slot = slot
            self.parameters = parameters
            self.module = module
        }
    }

    package var globals: [String: Global]
    /// How many slots are taken.
    package var slotCount: Int

    package init() {
        globals = [:]
        slotCount = 0
    }
}

/// A tree with what the checker knows of it. Only one without errors is emitted.
package struct CheckedProgram: Sendable {
    package var tree: SyntaxTree
    package var resolution: Resolution
    /// By variable: its slot in the globals, for the global ones (and for those an earlier input declared).
    package var globalSlots: [VariableID: Int]
    /// The scope after this input.
    package var scope: SessionScope
    package var parameters: [ParameterDeclaration]
    /// What those who import the file see.
    package var interface: ModuleInterface
    /// Other files read its variables.
    package var isModule: Bool

    package init(
        tree: SyntaxTree, resolution: Resolution, globalSlots: [VariableID: Int], scope: SessionScope,
        parameters: [ParameterDeclaration], interface: ModuleInterface, isModule: Bool
    ) {
        self.tree = tree
        self.resolution = resolution
        self.globalSlots = globalSlots
        self.scope = scope
        self.parameters = parameters
        self.interface = interface
        self.isModule = isModule
    }
}
