// A source text on its way to bytecode: parsed, checked, and emitted if there is no error.

import CBKCompiler
import CBKLibrary
import CBKSyntax
import Foundation

struct Compilation: Sendable {
    private static let mostShown = 20

    let source: SourceFile
    private(set) var diagnostics: [Diagnostic]
    let program: CheckedProgram
    private(set) var chunk: Chunk?
    let isIncomplete: Bool

    init(
        _ source: SourceFile, catalog: Catalog, scope: SessionScope = SessionScope(), isInteractive: Bool = false,
        isRepl: Bool = false
    ) {
        self.source = source
        let parsed = parse(source, interactive: isRepl)
        isIncomplete = parsed.isIncomplete
        let checked = check(parsed.tree, catalog: catalog, scope: scope, isInteractive: isInteractive)
        program = checked.program
        // In the order of their places, so that those shown are the first of the file.
        let independent = Compilation.independent(checked.diagnostics, of: parsed.diagnostics, source)
        diagnostics = (parsed.diagnostics + independent).sorted { $0.span.start < $1.span.start }
        guard !diagnostics.contains(where: { $0.severity == .error }) else { return }
        do throws(EmitError) {
            chunk = try emit(program, catalog: catalog, isInteractive: isInteractive)
        } catch {
            diagnostics.append(error.diagnostic)
        }
    }

    /// What the checker says without what merely follows from a mistake of syntax: anything on its line, and warnings.
    private static func independent(_ found: [Diagnostic], of syntax: [Diagnostic], _ source: SourceFile) -> [Diagnostic] {
        guard syntax.contains(where: { $0.severity == .error }) else { return found }
        let lines = Set(syntax.map { source.position(of: $0.span.start).line })
        return found.filter { $0.severity == .error && !lines.contains(source.position(of: $0.span.start).line) }
    }

    /// - Parameter shown: the most diagnostics; the rest is counted.
    func rendered(color: Bool, most shown: Int = Compilation.mostShown) -> String {
        var text = CBKSyntax.rendered(Array(diagnostics.prefix(shown)), in: source, color: color)
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        if diagnostics.count > shown { text += "… and \(diagnostics.count - shown) more\n" }
        return text
    }

    /// Whether a batch stands as a statement of the top level or of a block of it: its rows are the program's output.
    var hasBatchStatement: Bool { Compilation.hasBatch(program.tree.statements) }

    private static func hasBatch(_ statements: some Sequence<Statement>) -> Bool {
        statements.contains { statement in
            switch statement.kind {
            case .expression(let expression): isBatch(expression)
            case .whileLoop(_, let body), .forLoop(_, _, let body): hasBatch(body.statements)
            case .tryCatch(let body, _, let handler): hasBatch(body.statements) || hasBatch(handler.statements)
            case .function(let function, _):
                // The last expression of a function is its value.
                if case .block(let body) = function.body { hasBatch(body.statements.dropLast()) } else { false }
            case .variable, .assignment, .import, .parameter, .emit, .error: false
            }
        }
    }

    private static func isBatch(_ expression: CBKSyntax.Expression) -> Bool {
        switch expression.kind {
        case .batch: true
        case .conditional(let branches, let otherwise):
            branches.contains { hasBatch($0.body.statements) } || hasBatch(otherwise?.statements ?? [])
        case .block(let block): hasBatch(block.statements)
        default: false
        }
    }

    static func read(_ path: String) throws(UsageError) -> SourceFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            let number = errno
            throw UsageError("cannot read '\(path)': \(String(cString: strerror(number == 0 ? ENOENT : number)).lowercased())")
        }
        return SourceFile(name: path, bytes: Array(data))
    }
}
