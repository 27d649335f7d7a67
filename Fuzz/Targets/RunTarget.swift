// Compiles and runs any text on the core built-ins: it ends with a value or an error within its budgets, with the
// collector at work at every opportunity or not, and both ways with the same outcome.

import CBKCompiler
import CBKRuntime
import CBKSyntax
import Dispatch

func fuzzRun(_ bytes: [UInt8]) {
    guard let program = Program(bytes) else { return }
    let outcome = program.run()
    requireEqual(outcome, program.run(.whole), "with the collector at work")
    requireEqual(outcome, program.run(.parts), "with the collector at work in parts")
}

/// Budgets end the runs of a program at different places: those say nothing about each other.
func requireEqual(_ first: Outcome, _ second: Outcome, _ how: String) {
    guard !first.isLimit, !second.isLimit else { return }
    require(first == second, "\(first)\n\(how):\n\(second)")
}

/// How a run ended, without the calls that led there.
enum Outcome: Equatable {
    case value(Snapshot)
    case error(kind: String, code: String?, message: String)

    var isLimit: Bool {
        if case .error("limit", _, _) = self { true } else { false }
    }
}

/// A text that the checker accepts.
struct Program {
    private let source: SourceFile
    private let chunk: Chunk
    private let globalCount: Int

    init?(_ bytes: [UInt8]) {
        source = SourceFile(name: "fuzz.cbk", bytes: bytes)
        let tree = parse(source)
        guard !Program.hasErrors(tree.diagnostics) else {
            _ = check(tree.tree, catalog: Host.catalog)
            return nil
        }
        let script = check(tree.tree, catalog: Host.catalog)
        if !Program.hasErrors(script.diagnostics) {
            _ = try? emit(script.program, catalog: Host.catalog, isInteractive: false)
        }
        let (program, diagnostics) = check(tree.tree, catalog: Host.catalog, kind: .interactive)
        guard !Program.hasErrors(diagnostics),
            let chunk = try? emit(program, catalog: Host.catalog, isInteractive: true)
        else { return nil }
        self.chunk = chunk
        globalCount = program.scope.slotCount
    }

    private static func hasErrors(_ diagnostics: [Diagnostic]) -> Bool {
        diagnostics.contains { $0.severity == .error }
    }

    func run(_ stress: CollectorStress = .none) -> Outcome {
        let result = Finished()
        let (source, chunk, globalCount) = (source, chunk, globalCount)
        Task.detached {
            let machine = Interpreter(
                builtins: Host.builtins, catalog: Host.catalog, services: Host.services,
                budget: stress == .none ? Host.budget : Host.smallBudget, stress: stress)
            result.value = await machine.run(chunk, source: source, globalCount: globalCount)
            result.done.signal()
        }
        result.done.wait()
        guard let error = result.value?.error else { return .value(result.value?.value ?? .null) }
        return .error(kind: error.kind.rawValue, code: error.code, message: error.message)
    }
}

/// A class that the task fills and the waiting thread reads after its signal.
private final class Finished: @unchecked Sendable {
    var value: RunResult?
    let done = DispatchSemaphore(value: 0)
}

private enum Host {
    final class Services: Sendable {}
    static let services = Services()
    static let builtins =
        CoreBuiltins.all + [
            Builtin(
                Signature("deep_copy", [.init("value")], "A copy that shares nothing."),
                .native { machine, arguments, count in
                    let call = NativeCall(machine, arguments, count)
                    return call.giveShared(copy(of: call[0], in: call.vm, depth: 0))
                })
        ]
    static let catalog = Catalog(builtins.map(\.signature))
    static let budget: Budget = {
        var budget = Budget()
        budget.steps = 200_000
        budget.depth = 200
        budget.memory = 32 << 20
        budget.value = 1 << 20
        return budget
    }()
    /// Each allocation marks all that is alive.
    static let smallBudget: Budget = {
        var budget = Self.budget
        budget.steps = 5_000
        budget.memory = 1 << 20
        return budget
    }()
}

/// A value without a part in common with another; what is no list or record is itself.
private func copy(of value: Value, in vm: VM, depth: Int) -> Value {
    guard depth < 100 else { return value }
    switch value.tag {
    case Tag.list:
        let items = (0..<value.list.pointee.count).map { value.list.pointee.items[$0] }
        return vm.makeList(items.map { copy(of: $0, in: vm, depth: depth + 1) })
    case Tag.record:
        let made = vm.makeRecord()
        var cursor = 0
        while let (key, item) = vm.next(of: value.record, &cursor) {
            vm.set(key, in: made, to: copy(of: item, in: vm, depth: depth + 1))
        }
        return Value(made)
    default:
        value.share()
        return value
    }
}
