// A batch's items that come from the API, copied into the run's folder and read from there. Refuses what cannot be written down.

import CBKBatch
import CBKCompiler
import CBKRuntime
import JSONBytes

extension BatchBuiltins {
    static let copies: [Builtin] = [
        Builtin(
            Signature("__batch_copied", [.init("run"), .init("source")], "A copy of a source.", isInternal: true),
            .script(
                """
                (run, source) => {
                  if !__copy_is_whole(run) {
                    for item in source { __copy(run, item) }
                    __copy_end(run)
                  }
                  __copy_items(run)
                }
                """)),
        Builtin(
            Signature("__copy_is_whole", [.init("run")], "Whether an earlier process has made the copy.", isInternal: true),
            .native { machine, arguments, count in
                copying(NativeCall(machine, arguments, count)) { (copy, _) throws(BatchError) in
                    Value(bool: try copy.isWhole())
                }
            }),
        Builtin(
            Signature("__copy", [.init("run"), .init("item")], "Adds an item to a batch's copy.", isInternal: true),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                let item: JSONValue?
                do throws(ScriptError) { item = try call.vm.snapshot(call[1]).coded } catch { return call.fail(error) }
                guard let item else {
                    return call.fail(
                        .type, "an item from the API is kept in the run's folder, and one with a secret or a function cannot be",
                        code: "E0301")
                }
                guard maskingTokens(in: item) == item else {
                    return call.fail(
                        .value,
                        "an item from the API is kept in the run's folder, and this one holds a token: .to_list() keeps the items in memory",
                        code: "E0301")
                }
                return copying(call) { (copy, _) throws(BatchError) in
                    try copy.add(item)
                    return .null
                }
            }),
        Builtin(
            Signature("__copy_end", [.init("run")], "Ends a batch's copy.", isInternal: true),
            .native { machine, arguments, count in
                copying(NativeCall(machine, arguments, count)) { (copy, _) throws(BatchError) in
                    try copy.end()
                    return .null
                }
            }),
        Builtin(
            Signature("__copy_items", [.init("run")], "The items of a batch's copy.", isInternal: true),
            .native { machine, arguments, count in
                copying(NativeCall(machine, arguments, count)) { (copy, call) throws(BatchError) in
                    call.vm.stream(LineSource(path: try copy.path(), shown: "the run's copy of its items", form: .coded))
                }
            }),
    ]

    private static func copying(
        _ call: NativeCall, _ body: (SourceCopy, NativeCall) throws(BatchError) -> Value
    ) -> Bool {
        guard let session = session(call) else { return call.give(.null) }
        do throws(BatchError) { return call.give(try body(session.run.sourceCopy, call)) } catch {
            return call.fail(ScriptError(.io, error.message, code: "E0609", isCatchable: false))
        }
    }
}
