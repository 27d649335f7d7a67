// A source text on its way to bytecode, with the files that it imports: parsed, checked, and emitted if there is no
// error in any of them. Takes a text and a loader; gives the files in the order in which they run.

import CBKSyntax

/// One file of a program.
package struct CompiledFile: Sendable {
    package let source: SourceFile
    package fileprivate(set) var diagnostics: [Diagnostic]
    package let program: CheckedProgram
    /// nil if there is an error in any file of the program.
    package fileprivate(set) var chunk: Chunk?

    /// - Parameter syntax: what the parser found.
    fileprivate init(_ source: SourceFile, _ program: CheckedProgram, syntax: [Diagnostic], checked: [Diagnostic]) {
        self.source = source
        self.program = program
        // In the order of their places, so that those shown are the first of the file.
        let independent = CompiledFile.independent(checked, of: syntax, source)
        diagnostics = (syntax + independent).sorted { $0.span.start < $1.span.start }
    }

    /// What the checker says without what merely follows from a mistake of syntax: anything on its line, and warnings.
    private static func independent(_ found: [Diagnostic], of syntax: [Diagnostic], _ source: SourceFile) -> [Diagnostic] {
        guard syntax.contains(where: { $0.severity == .error }) else { return found }
        let lines = Set(syntax.map { source.line(of: $0.span.start) })
        return found.filter { $0.severity == .error && !lines.contains(source.line(of: $0.span.start)) }
    }
}

package struct Compilation: Sendable {
    private static let mostShown = 20

    /// What the program imports, in the order in which it runs; the program's own text is the last.
    package private(set) var files: [CompiledFile]
    package let isIncomplete: Bool

    /// - Parameters:
    ///   - scope: what earlier inputs of the session declared.
    ///   - kind: what the text itself is; what it imports are modules.
    ///   - isRepl: an input at a prompt, where a statement ends with its line.
    package init(
        _ source: SourceFile, catalog: Catalog, scope: SessionScope = SessionScope(), kind: ProgramKind = .script,
        isRepl: Bool = false, loader: any SourceLoader = NoSources()
    ) {
        let graph = ModuleGraph(source, isRepl: isRepl, loader: loader)
        isIncomplete = graph.files[0].parsed.isIncomplete
        files = []
        var interfaces: [Int: ModuleInterface] = [:]
        var slotCount = scope.slotCount
        for index in graph.order {
            let file = graph.files[index]
            var imports: [String: ModuleInterface] = [:]
            for entry in file.imports { imports[entry.path] = entry.target.flatMap { interfaces[$0] } }
            var scope = index == 0 ? scope : SessionScope()
            scope.slotCount = slotCount
            let (program, found) = check(
                file.parsed.tree, catalog: catalog, scope: scope, kind: index == 0 ? kind : .module, imports: imports)
            slotCount = program.scope.slotCount
            interfaces[index] = program.interface
            if file.parsed.diagnostics.contains(where: { $0.severity == .error }) { interfaces[index]?.isWhole = false }
            files.append(
                CompiledFile(file.source, program, syntax: file.parsed.diagnostics, checked: found + file.diagnostics))
        }
        emitFiles(catalog, kind)
    }

    private mutating func emitFiles(_ catalog: Catalog, _ kind: ProgramKind) {
        guard errorCount == 0 else { return }
        for index in files.indices {
            do throws(EmitError) {
                let isInteractive = kind.givesValue && index == files.count - 1
                files[index].chunk = try emit(files[index].program, catalog: catalog, isInteractive: isInteractive)
            } catch {
                files[index].diagnostics.append(error.diagnostic)
            }
        }
        guard errorCount > 0 else { return }
        for index in files.indices { files[index].chunk = nil }
    }

    /// The program's own text, and what became of it.
    private var own: CompiledFile { files[files.count - 1] }
    package var source: SourceFile { own.source }
    package var program: CheckedProgram { own.program }
    /// nil if there is an error in any file.
    package var chunk: Chunk? { own.chunk }
    /// In the order in which they run, without the program's own text.
    package var modules: ArraySlice<CompiledFile> { files.dropLast() }

    package var errorCount: Int { files.reduce(0) { $0 + $1.diagnostics.count { $0.severity == .error } } }

    /// What is wrong in all files.
    ///
    /// - Parameter shown: the most diagnostics; the rest is counted.
    package func rendered(color: Bool, most shown: Int = Compilation.mostShown) -> String {
        var left = shown
        var parts: [String] = []
        for file in files where left > 0 && !file.diagnostics.isEmpty {
            parts.append(CBKSyntax.rendered(Array(file.diagnostics.prefix(left)), in: file.source, color: color))
            left -= file.diagnostics.count
        }
        let count = files.reduce(0) { $0 + $1.diagnostics.count }
        return parts.joined(separator: "\n\n") + (parts.isEmpty ? "" : "\n")
            + (count > shown ? "… and \(count - shown) more\n" : "")
    }

    /// Whether a batch stands as a statement anywhere: its rows are the program's output.
    package var hasBatchStatement: Bool { files.contains { $0.chunk?.hasBatchStatement == true } }
}
