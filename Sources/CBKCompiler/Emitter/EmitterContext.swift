// What the emitters of a program's functions share: the checker's tables, and which variables live in boxes, registers or
// globals.

import CBKSyntax

/// What all functions of a program share.
struct EmitterContext {
    let resolution: Resolution
    let globalSlots: [VariableID: Int]
    let catalog: Catalog
    let isInteractive: Bool
    let isModule: Bool
    /// Variables that a declared function captures: it is made before they are defined, so they are boxed.
    let early: Set<VariableID>

    init(program: CheckedProgram, catalog: Catalog, isInteractive: Bool) {
        resolution = program.resolution
        globalSlots = program.globalSlots
        self.catalog = catalog
        self.isInteractive = isInteractive
        isModule = program.isModule
        var early: Set<VariableID> = []
        for variable in program.resolution.variables {
            guard let function = variable.function, let captures = program.resolution.captures[function] else { continue }
            early.formUnion(captures)
        }
        self.early = early
    }

    /// Whether a variable lives in a box, as captured ones do that change after they are captured.
    func isBoxed(_ id: VariableID) -> Bool {
        let variable = resolution.variables[id]
        guard variable.isCaptured else { return false }
        return variable.isReassigned || variable.kind == .function || early.contains(id)
    }

    /// Whether a global of a script can live in a register of the top level.
    func isRegisterGlobal(_ id: VariableID) -> Bool {
        let variable = resolution.variables[id]
        return !isInteractive && !isModule && variable.isGlobal && !variable.isUsedByFunctions && variable.kind != .function
            && variable.kind != .scriptParameter
    }
}
