// Runs a script on the core built-ins alone and says how it ended, for tables of source and outcome.

import CBKCompiler
import CBKSyntax

@testable import CBKRuntime

private final class NoServices: Sendable {}

/// The core built-ins, and one that gives a secret.
private let builtins =
    CoreBuiltins.all + [
        Builtin(Signature("test_secret", gives: .type(.secret), "A secret of 67 characters.")) { machine, arguments, count in
            let call = NativeCall(machine, arguments, count)
            return call.give(call.vm.secret(SecretText("sk-" + String(repeating: "7", count: 64))))
        }
    ]
private let catalog = Catalog(builtins.map(\.signature))

/// What the script's last value prints, or the code of its error, at run time or before; `parse: …` where the source
/// itself is at fault.
/// It runs twice, with the collector doing a whole collection, or its smallest part, at every opportunity.
func outcome(of source: String) async -> String {
    let whole = await outcome(of: source, stress: .whole)
    let parts = await outcome(of: source, stress: .parts)
    return whole == parts ? whole : "\(whole), but in parts \(parts)"
}

private func outcome(of source: String, stress: CollectorStress) async -> String {
    let file = SourceFile(name: "test.cbk", text: source)
    let parsed = parse(file)
    if let problem = parsed.diagnostics.first(where: { $0.severity == .error }) { return "parse: \(problem.message)" }
    let (program, diagnostics) = check(parsed.tree, catalog: catalog, kind: .interactive)
    if let problem = diagnostics.first(where: { $0.severity == .error }) { return problem.code }
    guard let chunk = try? emit(program, catalog: catalog, isInteractive: true) else { return "emit" }
    var budget = Budget()
    budget.value = 4 << 20
    let interpreter = Interpreter(builtins: builtins, catalog: catalog, services: NoServices(), budget: budget, stress: stress)
    let result = await interpreter.run(chunk, source: file, globalCount: program.scope.slotCount)
    if let error = result.error { return error.code ?? error.message }
    return shown(result.value, isQuoted: false)
}

private func shown(_ value: Snapshot, isQuoted: Bool) -> String {
    switch value {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .int(let int): "\(int)"
    case .float(let float): "\(float)"
    case .string(let text): isQuoted ? "\"\(text)\"" : text
    case .duration(let milliseconds): durationText(milliseconds)
    case .datetime(let milliseconds): datetimeText(milliseconds)
    case .secret(let secret): secret.masked
    case .list(let items): "[\(items.map { shown($0, isQuoted: true) }.joined(separator: ", "))]"
    case .record(let fields):
        fields.isEmpty
            ? "{}" : "{ \(fields.map { "\($0.name): \(shown($0.value, isQuoted: true))" }.joined(separator: ", ")) }"
    case .opaque(_, let description): description
    }
}
