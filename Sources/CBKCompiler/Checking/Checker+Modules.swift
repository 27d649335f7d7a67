// Modules: where `import` stands, what an imported file shows, what a module may hold, and which of its functions
// reach an operation, since the values of a module are made without any.

import CBKSyntax

/// What the checker needs of an imported file.
package struct ModuleInterface: Sendable {
    package struct Member: Sendable {
        package var kind: Variable.Kind
        /// Its slot in the globals.
        package var slot: Int
        package var isPublic: Bool
        /// For a function: its parameters' names, and whether each has a default.
        package var parameters: [(name: String, hasDefault: Bool)]?
        var known: Inferred
        /// An operation that calling it reaches, as far as that is known.
        var operation: String?
        /// An operation that creates, likewise.
        var create: String?
        /// What calling it gives.
        var answer: Inferred?
    }

    package var members: [String: Member] = [:]
    /// Not where the file has mistakes: then names that it lacks are no mistake of those who use them.
    package var isWhole = true

    /// The names that it shows, sorted.
    package var publicNames: [String] { members.filter(\.value.isPublic).keys.sorted() }
}

/// What a function calls.
struct FunctionCalls {
    /// In a module: an operation.
    var operation: String?
    /// In a module: functions that it surely calls itself.
    var callees: [VariableID] = []
    /// An operation that creates, called in the function or in one inside it.
    var create: String?
    /// Functions called there.
    var mayCall: [VariableID] = []
}

extension Checker {
    // MARK: Imports

    mutating func declareImport(_ path: String, _ alias: Name) {
        guard scopes.count == 1, functions.count == 1, let interface = imports[path] else {
            bind(alias.text, to: Checker.silenced)
            return
        }
        guard !isDeclaredHere(alias.text) else { return }
        let id = declare(alias, .module)
        entries[id].module = interface
    }

    mutating func checkImport(_ path: String, _ alias: Name, at span: Span) {
        if scopes.count > 1 {
            report(
                .misplacedImport, "an 'import' stands at the top of the file", at: span, hint: "move it out of this block")
        } else if imports[path] != nil, resolution.declarations[alias.id] == nil {
            reportRedeclared(alias)
        }
    }

    /// `plans.limits`: what an imported file shows under that name.
    mutating func checkImported(_ node: NodeID, _ module: VariableID, _ name: Name) -> Inferred {
        guard let id = importedVariable(module, name) else { return .unknown }
        refer(node, to: id)
        var known = entries[id].known
        known.origin = .variable(id)
        return known
    }

    private mutating func importedVariable(_ module: VariableID, _ name: Name) -> VariableID? {
        guard let interface = entries[module].module else { return nil }
        if let id = importedVariables[module]?[name.text] { return id }
        guard let member = interface.members[name.text], member.isPublic else {
            reportNotShown(name, of: module, interface)
            return nil
        }
        let full = "\(resolution.variables[module].name).\(name.text)"
        let id = adopt(full, member.kind, slot: member.slot, parameters: member.parameters)
        entries[id].known = member.known
        entries[id].operation = member.operation
        entries[id].create = member.create
        entries[id].answer = member.answer
        importedVariables[module, default: [:]][name.text] = id
        return id
    }

    private mutating func reportNotShown(_ name: Name, of module: VariableID, _ interface: ModuleInterface) {
        let alias = resolution.variables[module].name
        if let member = interface.members[name.text] {
            let word = member.kind == .function ? "fn" : "let"
            report(
                .notPublic, "'\(name.text)' is not 'pub' in module \(alias)", at: name.span,
                hint: "write 'pub \(word) \(name.text)' there")
            return
        }
        guard interface.isWhole else { return }
        let names = interface.publicNames
        var hint = didYouMean(name.text, among: names)
        if hint == nil, names.isEmpty { hint = "nothing in it is 'pub'" }
        if hint == nil, names.count <= 12 { hint = "it has \(names.joined(separator: ", "))" }
        report(.unknownMember, "no '\(name.text)' in module \(alias)", at: name.span, hint: hint)
    }

    mutating func reportImportAsValue(_ module: VariableID, at span: Span) {
        let alias = resolution.variables[module].name
        let example = entries[module].module?.publicNames.first.map { "name what you want of it, such as '\(alias).\($0)'" }
        report(.moduleAsValue, "'\(alias)' is a module, not a value", at: span, hint: example)
    }

    // MARK: What a module holds

    /// Reports what a module may not hold; whether the statement is to be checked all the same.
    mutating func mayHold(_ statement: Statement) -> Bool {
        guard kind == .module, scopes.count == 1, functions.count == 1 else { return true }
        let what: String
        var hint: String? = "put it into a function"
        switch statement.kind {
        case .import, .function, .error: return true
        case .variable(let declaration):
            guard declaration.isMutable else { return true }
            what = "'var'"
            hint = "a module's values do not change: write 'let'"
        case .parameter:
            what = "'param'"
            hint = "only the script itself has parameters"
        case .expression, .assignment, .whileLoop, .forLoop, .tryCatch, .emit: what = "statement"
        }
        report(
            .misplacedInModule, "a module holds only 'import', 'let' and 'fn', and this is a \(what)", at: statement.span,
            hint: hint)
        switch statement.kind {
        case .variable, .parameter: return true
        default: return false
        }
    }

    /// A test is called without arguments.
    mutating func checkTest(_ function: Function) {
        guard kind == .test, scopes.count == 1, functions.count == 1, let name = function.name else { return }
        guard name.text.hasPrefix("test_"), let first = function.parameters.first else { return }
        report(
            .testParameters, "the test '\(name.text)' is called without arguments and cannot have '\(first.name.text)'",
            at: first.name.span, hint: "take it out, or name the function otherwise")
    }

    // MARK: Operations

    /// Notes a call of a built-in that is not pure.
    mutating func noteOperation(_ name: String, at span: Span) {
        guard kind == .module else { return }
        if functions.count == 1 {
            report(
                .operationInModule, "a module's 'let' is made without operations, and this calls \(name)", at: span,
                hint: "call it in a function")
        } else if functions.count == 2, let node = functions[1].node, functionCalls[node]?.operation == nil {
            functionCalls[node, default: FunctionCalls()].operation = name
        }
    }

    /// Notes a call of a function that a variable holds.
    mutating func noteCall(_ id: VariableID, at span: Span) {
        guard kind == .module else { return }
        if functions.count == 1 {
            firstCalls.append((id, span))
        } else if functions.count == 2, let node = functions[1].node {
            functionCalls[node, default: FunctionCalls()].callees.append(id)
        }
    }

    /// Reports the calls of a module's `let`s that reach an operation through functions.
    ///
    /// - Parameter operations: what `reached` gives of operations.
    mutating func checkFirstCalls(_ operations: [VariableID: String]) {
        for (id, span) in firstCalls {
            guard let operation = operations[id] else { continue }
            report(
                .operationInModule,
                "a module's 'let' is made without operations, and '\(resolution.variables[id].name)' calls \(operation)",
                at: span, hint: "call it in a function")
        }
    }

    /// The function that a variable is declared as, or holds for good.
    func functionNode(of id: VariableID) -> NodeID? { resolution.variables[id].function ?? entries[id].arrow }

    /// By variable: an operation that calling it reaches, itself or through what it calls. From the operations back to
    /// their callers, so that each function is looked at once.
    ///
    /// - Parameters:
    ///   - imported: what is known of another file's function.
    ///   - own: what a function calls itself.
    ///   - callees: the functions that it calls.
    func reached(
        imported: KeyPath<Entry, String?>, own: KeyPath<FunctionCalls, String?>, callees: KeyPath<FunctionCalls, [VariableID]>
    ) -> [VariableID: String] {
        var found: [VariableID: String] = [:]
        var callers: [VariableID: [VariableID]] = [:]
        for id in entries.indices {
            let calls = functionNode(of: id).flatMap { functionCalls[$0] }
            found[id] = entries[id][keyPath: imported] ?? calls?[keyPath: own]
            for callee in calls?[keyPath: callees] ?? [] { callers[callee, default: []].append(id) }
        }
        var waiting = found.keys.sorted()
        while let id = waiting.popLast() {
            for caller in callers[id] ?? [] where found[caller] == nil {
                found[caller] = found[id]
                waiting.append(caller)
            }
        }
        return found
    }

    // MARK: What others see

    /// What the file shows and hides, once it has been checked.
    func interface(_ operations: [VariableID: String], _ creates: [VariableID: String]) -> ModuleInterface {
        var interface = ModuleInterface(isWhole: !hasErrorNodes)
        for (name, id) in bindings where id >= 0 && resolution.variables[id].isGlobal {
            let variable = resolution.variables[id]
            guard variable.kind == .constant || variable.kind == .function, let slot = globalSlots[id] else { continue }
            interface.members[name] = ModuleInterface.Member(
                kind: variable.kind, slot: slot, isPublic: publicVariables.contains(id), parameters: parameterPairs(of: id),
                known: entries[id].known, operation: operations[id], create: creates[id],
                answer: functionNode(of: id).flatMap { answers[$0] })
        }
        return interface
    }

    func parameterPairs(of id: VariableID) -> [(name: String, hasDefault: Bool)]? {
        entries[id].parameters.map { parameters in
            zip(parameters.names, parameters.hasDefault).map { (name: $0, hasDefault: $1) }
        }
    }
}
