// Names: scopes, declarations, what a name means where it stands, and which functions capture what. A name means
// one thing in a whole block; only within its own first value does it still mean the outer one.

import CBKSyntax

extension Checker {
    /// What the checker knows of a variable beside what the emitter needs.
    struct Entry {
        enum State {
            /// Its declaration comes later in the block.
            case pending
            /// Its first value is being checked.
            case initializing
            /// Its first value is a function, which may name itself.
            case recursive
            case ready
        }

        var state: State
        /// Which scope, counted from outside.
        var level: Int
        /// Its function's place in the stack of functions.
        var depth: Int
        var shadowed: VariableID?
        var known = Inferred.unknown
        var parameters: (names: [String], hasDefault: [Bool])?
        /// For a `let` with an arrow: the arrow's node number.
        var arrow: NodeID?
        /// For an import: what the file shows.
        var module: ModuleInterface?
        /// For an imported function: an operation that it reaches.
        var operation: String?
        var create: String?
        var answer: Inferred?
        var isReported = false
    }

    enum Found {
        case variable(VariableID)
        case builtin(Int)
        case module
        /// Reported already.
        case silenced
        case early(VariableID)
        case nothing
    }

    /// Stands in `bindings` for a name that has been reported.
    static let silenced: VariableID = -1

    // MARK: Scopes

    mutating func pushScope() { scopes.append(undo.count) }

    mutating func popScope() {
        guard let mark = scopes.popLast() else { return }
        while undo.count > mark {
            let (name, previous) = undo.removeLast()
            bindings[name] = previous
        }
    }

    mutating func pushFunction(_ kind: FunctionContext.Kind, _ node: NodeID) {
        let isItem = kind == .batchBody || kind == .batchKey
        let batchDepth = isItem ? functions.count : functions[functions.count - 1].batchDepth
        functions.append(FunctionContext(kind: kind, node: node, batchDepth: batchDepth, level: scopes.count))
        pushScope()
    }

    mutating func popFunction() {
        popScope()
        let function = functions.removeLast()
        if let node = function.node { resolution.captures[node] = function.captures }
    }

    // MARK: Declaring

    func isDeclaredHere(_ name: String) -> Bool {
        guard let id = bindings[name], id >= 0 else { return false }
        return entries[id].level == scopes.count
    }

    @discardableResult
    mutating func declare(_ name: Name, _ kind: Variable.Kind, _ state: Entry.State = .ready) -> VariableID {
        let id = resolution.variables.count
        let isGlobal = scopes.count == 1 && functions.count == 1
        var variable = Variable(
            name: name.text, kind: kind, span: name.span, owner: functions[functions.count - 1].node, isGlobal: isGlobal)
        variable.isUsedByFunctions = false
        resolution.variables.append(variable)
        resolution.declarations[name.id] = id
        entries.append(
            Entry(state: state, level: scopes.count, depth: functions.count - 1, shadowed: bindings[name.text]))
        if isGlobal {
            globalSlots[id] = nextSlot
            nextSlot += 1
        }
        bind(name.text, to: id)
        return id
    }

    mutating func bind(_ name: String, to id: VariableID) {
        undo.append((name, bindings[name]))
        bindings[name] = id
    }

    /// Declares a parameter or binding of a scope of its own; `_` may stand several times.
    @discardableResult
    mutating func declareBinding(_ name: Name, _ kind: Variable.Kind, _ state: Entry.State = .ready) -> VariableID {
        if name.text != "_", isDeclaredHere(name.text) {
            report(.duplicateParameter, "'\(name.text)' stands here twice", at: name.span, hint: "each name may stand once")
        }
        return declare(name, kind, state)
    }

    /// Declares a block's names before its statements are checked, so that functions can be used before they stand.
    mutating func predeclare(_ statements: [Statement]) {
        for statement in statements {
            switch statement.kind {
            case .variable(let declaration):
                // Each `_` is a variable of its own, which nobody wants to read.
                guard declaration.name.text == "_" || !isDeclaredHere(declaration.name.text) else { continue }
                declare(declaration.name, declaration.isMutable ? .mutable : .constant, .pending)
            case .function(let function, _):
                guard let name = function.name, !isDeclaredHere(name.text) else { continue }
                declareFunction(function, name)
            case .parameter(let parameter):
                guard !isDeclaredHere(parameter.name.text) else { continue }
                declare(parameter.name, .scriptParameter, .pending)
            case .import(let path, _, let alias): declareImport(path, alias)
            case .expression, .assignment, .whileLoop, .forLoop, .tryCatch, .emit, .error: continue
            }
        }
    }

    @discardableResult
    mutating func declareFunction(_ function: Function, _ name: Name) -> VariableID {
        let id = declare(name, .function)
        resolution.variables[id].function = function.id
        entries[id].known = Inferred(.type(.function))
        entries[id].parameters = parameterList(function)
        return id
    }

    func parameterList(_ function: Function) -> (names: [String], hasDefault: [Bool]) {
        (function.parameters.map(\.name.text), function.parameters.map { $0.defaultValue != nil })
    }

    mutating func reportRedeclared(_ name: Name) {
        report(
            .redeclared, "'\(name.text)' is already declared in this scope", at: name.span,
            hint: "choose another name, or assign to the first")
    }

    // MARK: Finding

    mutating func find(_ name: String) -> Found {
        var candidate = bindings[name]
        var early: VariableID?
        while let id = candidate {
            if id == Checker.silenced { return .silenced }
            guard isEarly(id) else { return .variable(id) }
            early = early ?? id
            let mayMeanOuter = entries[id].state == .initializing || (isInteractive && resolution.variables[id].isGlobal)
            guard mayMeanOuter else { return .early(id) }
            candidate = entries[id].shadowed
        }
        if let id = sessionVariable(name) { return .variable(id) }
        if let number = catalog.function(name), isVisible(number) { return .builtin(number) }
        if catalog.isModule(name), allowInternal || !name.hasPrefix("__") { return .module }
        if let early { return resolution.variables[early].isGlobal && !runsAtOnce(early) ? .variable(early) : .early(early) }
        return .nothing
    }

    func isVisible(_ number: Int) -> Bool { allowInternal || !catalog.signatures[number].isInternal }

    /// Whether the variable has no value yet where the checker stands. A function may name what its own block
    /// declares later; an arrow only what lives in the globals, as it takes what it captures when it is made.
    private func isEarly(_ id: VariableID) -> Bool {
        switch entries[id].state {
        case .ready: return false
        case .initializing: return true
        case .pending, .recursive:
            if runsAtOnce(id) { return true }
            guard !resolution.variables[id].isGlobal else { return false }
            let user = functions[entries[id].depth + 1]
            return user.kind != .function || user.level != entries[id].level
        }
    }

    /// Whether the code here runs where it stands, seen from the variable: no function but a batch's lies between.
    private func runsAtOnce(_ id: VariableID) -> Bool {
        var depth = functions.count - 1
        while depth > entries[id].depth, functions[depth].kind == .batchBody || functions[depth].kind == .batchKey {
            depth -= 1
        }
        return depth == entries[id].depth
    }

    /// The variable of a name that an earlier input declared.
    private mutating func sessionVariable(_ name: String) -> VariableID? {
        if let id = sessionVariables[name] { return id }
        guard let global = session.globals[name] else { return nil }
        let id = adopt(name, global.kind, slot: global.slot, parameters: global.parameters)
        entries[id].module = global.module
        sessionVariables[name] = id
        return id
    }

    /// A variable that another input or file has made.
    mutating func adopt(
        _ name: String, _ kind: Variable.Kind, slot: Int, parameters: [(name: String, hasDefault: Bool)]?
    ) -> VariableID {
        let id = resolution.variables.count
        var variable = Variable(name: name, kind: kind, span: Span(start: 0, end: 0), owner: nil, isGlobal: true)
        variable.isUsedByFunctions = true
        resolution.variables.append(variable)
        var entry = Entry(state: .ready, level: 0, depth: 0, shadowed: nil)
        if let parameters { entry.parameters = (parameters.map(\.name), parameters.map(\.hasDefault)) }
        if kind == .function { entry.known = Inferred(.type(.function)) }
        entries.append(entry)
        globalSlots[id] = slot
        return id
    }

    // MARK: Using

    /// Notes that a name expression means a variable, and that the functions between capture it.
    mutating func refer(_ node: NodeID, to id: VariableID, isRead: Bool = true) {
        resolution.references[node] = .variable(id)
        if isRead { resolution.variables[id].isUsed = true }
        var depth = functions.count - 1
        if resolution.variables[id].isGlobal {
            if depth > 0 { resolution.variables[id].isUsedByFunctions = true }
            return
        }
        let home = entries[id].depth
        guard depth > home else { return }
        resolution.variables[id].isCaptured = true
        while depth > home, functions[depth].captured.insert(id).inserted {
            functions[depth].captures.append(id)
            depth -= 1
        }
    }

    mutating func reportEarly(_ id: VariableID, at span: Span) {
        resolution.variables[id].isUsed = true
        guard !entries[id].isReported else { return }
        entries[id].isReported = true
        let name = resolution.variables[id].name
        let hint =
            switch entries[id].state {
            case .recursive: "an arrow cannot name itself here: write 'fn \(name)(…) { … }'"
            case .initializing: "its own first value cannot use it"
            case .pending, .ready: "move its declaration up"
            }
        report(.usedBeforeDeclaration, "'\(name)' is used before its declaration", at: span, hint: hint)
    }

    mutating func reportUndeclared(_ name: String, at span: Span, hint: String? = nil) {
        let hint = hint ?? hintFor(undeclared: name)
        report(.undeclared, "undeclared name '\(name)'", at: span, hint: hint)
        bind(name, to: Checker.silenced)
    }

    private mutating func hintFor(undeclared name: String) -> String? {
        if let own = ForeignNames.values[name] { return "did you mean '\(own)'?" }
        if comparisonsLeft > 0, let hint = didYouMean(name, among: visibleNames()) { return hint }
        if let own = catalog.ownFunction(of: name) { return "did you mean '\(own)'?" }
        guard catalog.methods(named: name).values.contains(where: { isVisible($0) }) else { return nil }
        return "'\(name)' is a method: write it after a value, '.\(name)(…)'"
    }

    private func visibleNames() -> [String] {
        var names = bindings.filter { $0.value >= 0 }.map(\.key)
        names += session.globals.keys
        names += catalog.members(ofModule: "").filter { allowInternal || !$0.hasPrefix("__") }
        return names.sorted()
    }
}
