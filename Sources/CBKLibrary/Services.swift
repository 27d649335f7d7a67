// What the library's functions need of the world, in one place: output, clock, files, the API's gate. The program's
// composition makes it; natives find it as the machine's services.

import CBKBatch
import CBKRuntime
import Synchronization

/// Where a script's text goes.
package protocol ScriptOutput: AnyObject, Sendable {
    /// Data: standard output.
    func print(_ text: String)
    /// Messages: standard error.
    func note(_ text: String)
    /// Rows as a table, among the data or the messages.
    func table(_ rows: [Snapshot], isNote: Bool)
}

/// A class: one identity that natives and batches share.
package final class Services: Sendable {
    package let output: any ScriptOutput
    let dialog: any ScriptDialog
    let input: StandardInput
    /// The users that `users.extend` acts as.
    let identities = Identities()
    /// `--yes`: what `confirm` asks is answered.
    let assumesYes: Bool
    /// The one way to the API; opened at the first operation.
    package let gate: @Sendable () throws(ScriptError) -> Gate
    package let environment: [String: String]
    /// Milliseconds since the epoch.
    package let now: @Sendable () -> Int64
    /// Waits for so many milliseconds.
    package let sleep: @Sendable (Int64) async throws -> Void
    package let files: FileAccess
    package let batches: BatchHost
    /// What is written down of the program; nil at the prompt and in tests of scripts, which nothing goes on with.
    let run: RunRecord?
    package let writes = WritesUnderWay()
    /// What the gate said of a call outside of batches that ended the script for good.
    package let verdict = Mutex<BatchError?>(nil)
    /// A script with a batch as a statement prints to standard error: its standard output is the batch's rows.
    package let printsToError: Bool

    package init(
        output: any ScriptOutput, dialog: any ScriptDialog, input: StandardInput, assumesYes: Bool,
        gate: @escaping @Sendable () throws(ScriptError) -> Gate, environment: [String: String],
        now: @escaping @Sendable () -> Int64, sleep: @escaping @Sendable (Int64) async throws -> Void, files: FileAccess,
        batches: BatchHost, run: RunRecord? = nil, printsToError: Bool
    ) {
        self.output = output
        self.dialog = dialog
        self.input = input
        self.assumesYes = assumesYes
        self.gate = gate
        self.environment = environment
        self.now = now
        self.sleep = sleep
        self.files = files
        self.batches = batches
        self.run = run
        self.printsToError = printsToError
    }
}

/// The users that a program acts as, by the number that a built-in is bound to; 0 is the partner. A class: bound
/// functions refer to it as long as the program runs.
final class Identities: Sendable {
    private let names = Mutex<[String]>([])

    func number(_ name: String) -> Int {
        names.withLock { names in
            if let place = names.firstIndex(of: name) { return place + 1 }
            names.append(name)
            return names.count
        }
    }

    func name(_ number: Int) -> String? {
        names.withLock { names in number > 0 && number <= names.count ? names[number - 1] : nil }
    }
}

extension NativeCall {
    /// The program's services. Every composition gives them.
    var services: Services {
        guard let services = vm.services as? Services else {
            preconditionFailure("the interpreter was made without the library's services")
        }
        return services
    }

    /// Of the item that calls, or of the top level; nil where nothing is written down.
    var log: ItemLog? {
        if let item = vm.itemContext as? ItemHandle { return item.log }
        return services.run?.main
    }

    /// A text argument; raises and gives nil where it is none.
    func text(_ index: Int, of function: String, _ parameter: String) -> String? {
        guard self[index].isString else {
            _ = failType(index, expected: "a string", function: function, parameter: parameter)
            return nil
        }
        return self[index].string.text
    }
}
