// Standard input as data of a script, under the path '-'. It flows once: the first use takes it, and a second one is an
// error rather than a silent end. Reads may wait for long, so they have threads of their own.

import CBKRuntime
import Foundation
import Synchronization

/// A class: there is one in a process, and the streams that read it share it.
package final class StandardInput: Sendable {
    /// What a script writes instead of a path.
    static let path = "-"
    static let shown = "standard input"
    static let descriptor: Int32 = 0

    private let taken: Mutex<String?>

    /// - Parameter taken: what has it already, such as "the script itself"; nil: nobody.
    package init(takenBy taken: String? = nil) { self.taken = Mutex(taken) }

    /// Makes it the caller's.
    func take(for function: String) throws(ScriptError) {
        let owner = taken.withLock { owner -> String? in
            defer { if owner == nil { owner = "\(function)()" } }
            return owner
        }
        guard let owner else { return }
        let isWhole = ["file.read", "json.read"].contains(function)
        let remedy = isWhole ? "'let all = \(function)(\"-\")'" : "'let rows = \(function)(\"-\").to_list()'"
        throw ScriptError(.io, "standard input was read by \(owner): it comes once; \(remedy) keeps it", code: "E0610")
    }

    /// Runs what may wait for long on a thread of its own: the pool's threads are few, and others need them.
    static func onThread<Answer: Sendable>(
        _ body: @escaping @Sendable () throws(ScriptError) -> Answer
    ) async throws(ScriptError) -> Answer {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Answer, ScriptError>, Never>) in
            Thread { continuation.resume(returning: Result(catching: body)) }.start()
        }
        return try result.get()
    }
}
