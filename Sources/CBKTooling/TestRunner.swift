// Runs the tests of scripts: takes a checked file, gives what became of each of its functions `test_…`. Each runs in a
// world of its own, which the program's composition makes, after the file's own top level.

import CBKCompiler
import CBKRuntime
import CBKSyntax

/// What one test runs in: an interpreter that nothing has run in, over an empty sandbox.
package protocol TestWorld: Sendable {
    var interpreter: Interpreter { get }
    /// What the test printed.
    var printed: String { get }
    /// Nothing runs afterwards.
    func close()
}

/// What became of one test.
package struct TestOutcome: Sendable {
    package var file: String
    package var name: String
    /// nil for a test that passed.
    package var error: ScriptError?
    /// Innermost first.
    package var trace: [TraceEntry]
    package var printed: String
}

package struct TestRunner: Sendable {
    private let catalog: Catalog
    private let makeWorld: @Sendable (Compilation) throws -> any TestWorld
    /// Milliseconds that one test may take.
    private let limit: Int64?

    /// - Parameter limit: milliseconds that one test may take.
    package init(
        catalog: Catalog, limit: Int64? = nil, makeWorld: @escaping @Sendable (Compilation) throws -> any TestWorld
    ) {
        self.catalog = catalog
        self.limit = limit
        self.makeWorld = makeWorld
    }

    /// The names of a file's tests, in the order in which they stand.
    package static func tests(of file: Compilation) -> [String] {
        file.program.tree.statements.compactMap { statement in
            guard case .function(let function, _) = statement.kind, let name = function.name else { return nil }
            return name.text.hasPrefix("test_") ? name.text : nil
        }
    }

    /// Runs one test of a file without errors.
    ///
    /// - Throws: where its world cannot be made.
    package func run(_ name: String, of file: Compilation) async throws -> TestOutcome {
        let world = try makeWorld(file)
        defer { world.close() }
        let clock = limit.map { limit in
            Task { [interpreter = world.interpreter] in
                try? await Task.sleep(for: .milliseconds(limit))
                if !Task.isCancelled { interpreter.interrupt(.outOfTime) }
            }
        }
        defer { clock?.cancel() }
        var result = await world.interpreter.run(file)
        let call = Compilation(
            SourceFile(name: "test", text: "\(name)()"), catalog: catalog, scope: file.program.scope, kind: .interactive)
        if result.error == nil, let chunk = call.chunk {
            result = await world.interpreter.run(
                chunk, source: call.source, globalCount: call.program.scope.slotCount, isInternal: true)
        }
        return TestOutcome(
            file: file.source.name, name: name, error: result.error, trace: result.trace, printed: world.printed)
    }
}
