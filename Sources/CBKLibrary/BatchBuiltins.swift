// batch, as the emitter calls it: a loop written in the language over natives that admit items, start their fibers and
// wait for them. And `emit`.

import CBKBatch
import CBKCompiler
import CBKRuntime
import CBKSyntax
import JSONBytes

enum BatchBuiltins {
    /// The loop. A source from the API is copied whole into the run's folder before the first item starts, so that what the
    /// items change does not change what is listed, and a run that goes on has the same items.
    private static let loop = """
        (source, body, key, width, columns, fields, statement) => {
          let run = __batch_open(source, width, columns, fields, statement)
          try {
            let items = if __batch_is_live(source) { __batch_copied(run, source) } else { __batch_source(run, source) }
            for entry in items {
              let row = __batch_row(run, entry)
              if !__batch_has_room(run) { __batch_wait(run) }
              let name = if key == null { null } else { key(row) catch e => e }
              if !__batch_start(run, row, name, key == null, body) { break }
            }
          } catch e {
            __batch_stop(run)
            __batch_close(run)
            throw e
          }
          __batch_close(run)
        }
        """

    static let all: [Builtin] =
        copies + [
            Builtin(
                Signature(
                    "__batch",
                    ["source", "body", "key", "parallel", "columns", "fields", "statement"].map { Signature.Parameter($0) },
                    effect: .local, "Runs a batch.", isInternal: true), .script(loop)),
            Builtin(
                Signature(
                    "__batch_open", ["source", "parallel", "columns", "fields", "statement"].map { Signature.Parameter($0) },
                    "Starts a batch.", isInternal: true),
                .asynchronous { (call) throws(ScriptError) in try open(call) }),
            Builtin(
                Signature("__batch_is_live", [.init("source")], "Whether a source must be read whole first.", isInternal: true),
                .native { machine, arguments, count in
                    let call = NativeCall(machine, arguments, count)
                    guard call[0].tag == Tag.stream else { return call.give(Value(bool: false)) }
                    let stream = call[0].stream.pointee
                    let source = stream.source?.takeUnretainedValue()
                    let isRange = source == nil && stream.producer.isNull
                    return call.give(Value(bool: !isRange && !(source is CSVStreamSource) && !(source is LineSource)))
                }),
            Builtin(
                Signature("__batch_source", [.init("run"), .init("source")], "A batch's source.", isInternal: true),
                .native { machine, arguments, count in
                    let call = NativeCall(machine, arguments, count)
                    guard call[1].tag == Tag.stream,
                        let source = call[1].stream.pointee.source?.takeUnretainedValue() as? CSVStreamSource
                    else { return call.giveShared(call[1]) }
                    session(call)?.isNumbered = true
                    return call.give(call.vm.stream(source.tolerant()))
                }),
            Builtin(
                Signature("__batch_row", [.init("run"), .init("entry")], "A source's item as a row.", isInternal: true),
                .native { machine, arguments, count in row(NativeCall(machine, arguments, count)) }),
            Builtin(
                Signature("__batch_has_room", [.init("run")], "Whether an item may start.", isInternal: true),
                .native { machine, arguments, count in
                    let call = NativeCall(machine, arguments, count)
                    return call.give(Value(bool: session(call)?.hasRoom ?? true))
                }),
            Builtin(
                Signature("__batch_wait", [.init("run")], "Waits for room.", isInternal: true),
                .asynchronous { (call) throws(ScriptError) in
                    let session = session(call)
                    return AsynchronousRequest {
                        await session?.wait(forEnd: false)
                        return Reply(.null)
                    }
                }),
            Builtin(
                Signature(
                    "__batch_start", [.init("run"), .init("row"), .init("key"), .init("keyless"), .init("body")],
                    "Starts an item.",
                    isInternal: true),
                .native { machine, arguments, count in start(NativeCall(machine, arguments, count)) }),
            Builtin(
                Signature("__batch_stop", [.init("run")], "Starts nothing more.", isInternal: true),
                .native { machine, arguments, count in
                    let call = NativeCall(machine, arguments, count)
                    session(call)?.stop(StopReason(.source, "its source failed"))
                    return call.give(.null)
                }),
            Builtin(
                Signature("__batch_close", [.init("run")], "Waits for the items and ends the batch.", isInternal: true),
                .asynchronous { (call) throws(ScriptError) in
                    let session = session(call)
                    let host = call.services.batches
                    let number = call[0].int
                    return AsynchronousRequest {
                        await session?.wait(forEnd: true)
                        guard let session, let result = host.close(number) else { return Reply(.null) }
                        // What an item used up, the script has no more of either.
                        if let error = session.exhausted { throw error }
                        if session.isStatement { return Reply(.null) }
                        return Reply { vm in summary(result, host.folder.runName, vm) }
                    }
                }),
            Builtin(
                Signature("__emit", [.init("row")], "Emits a row.", isInternal: true),
                .native { machine, arguments, count in emitRow(NativeCall(machine, arguments, count)) }),
        ]

    static func session(_ call: NativeCall) -> BatchSession? { call.services.batches.session(call[0].int) }

    private static func open(_ call: NativeCall) throws(ScriptError) -> AsynchronousRequest {
        if call.vm.itemContext != nil {
            throw ScriptError(.value, "a batch cannot run inside a batch", code: "E0701")
        }
        var parallel = 8
        if !call[1].isNull {
            guard call[1].isInt, (1...256).contains(call[1].int) else {
                throw ScriptError(
                    .value, "'parallel' takes an int from 1 to 256, not \(call.vm.literal(call[1], limit: 40))", code: "E0702")
            }
            parallel = Int(call[1].int)
        }
        guard [Tag.list, Tag.stream].contains(call[0].tag) else {
            throw ScriptError(.type, "a batch runs over a list or stream, not \(call[0].typeName)", code: "E0301")
        }
        // A body without an emit declares no columns.
        let columns = call[2].isString && call[2].string.pointee.count > 0 ? names(call[2]) : nil
        let source =
            call[0].tag == Tag.stream ? call[0].stream.pointee.source?.takeUnretainedValue() as? CSVStreamSource : nil
        let (fields, isStatement, batches) = (names(call[3]), call[4].bool, call.services.batches)
        return AsynchronousRequest { [parallel] in
            if let source, !fields.isEmpty { try await compare(fields, with: source) }
            return Reply { (_) throws(ScriptError) in
                Value(int: try batches.open(parallel: parallel, columns: columns, isStatement: isStatement))
            }
        }
    }

    private static func names(_ value: Value) -> [String] {
        value.string.pointee.count == 0 ? [] : value.string.text.split(separator: "\n").map(String.init)
    }

    /// The fields that a body reads by name must be columns of the file, before anything is sent.
    private static func compare(_ fields: [String], with source: CSVStreamSource) async throws(ScriptError) {
        let header = try await source.header()
        let missing = fields.filter { !header.contains($0) }
        guard !missing.isEmpty else { return }
        let list = missing.map { "'\($0)'" }.joined(separator: ", ")
        let near = missing.count == 1 ? missing.first.flatMap { suggestion(for: $0, among: header) } : nil
        let hint = near.map { "; did you mean '\($0)'?" } ?? ""
        throw ScriptError(
            .name,
            "\(source.title) has no column\(missing.count == 1 ? "" : "s") \(list); it has \(header.joined(separator: ", "))\(hint)",
            code: "E0703",
            isCatchable: false)
    }

    /// Unpacks `[line, row, cells]` of a CSV file; notes what the item's admission needs.
    private static func row(_ call: NativeCall) -> Bool {
        guard let session = session(call) else { return call.giveShared(call[1]) }
        guard session.isNumbered, call[1].tag == Tag.list, call[1].list.pointee.count == 3 else {
            session.note(line: nil, error: nil, cells: nil)
            return call.giveShared(call[1])
        }
        let entry = call[1].list.pointee.items
        var error: BatchError?
        var cells: JSONObject?
        if entry[1].tag == Tag.error {
            let fields = entry[1].error.pointee.fields.record
            func text(_ name: String) -> String { call.vm.get(name, of: fields).flatMap { call.vm.text(of: $0) } ?? "" }
            error = BatchError(.data, code: text("code"), text("message"))
            cells = (try? call.vm.snapshot(entry[2]))?.maskedJSON.objectValue
        }
        session.note(line: Int(entry[0].int), error: error, cells: cells)
        return call.giveShared(entry[1])
    }

    // MARK: Items

    private static func start(_ call: NativeCall) -> Bool {
        guard let session = session(call) else { return call.give(Value(bool: false)) }
        let row = call[1]
        let (line, rowError, cells) = session.noted
        let original: OriginalRow
        do throws(ScriptError) {
            original = if let cells { .record(cells) } else { try Self.original(row, call.vm) }
        } catch {
            return call.fail(error)
        }
        var key = BatchKey.null
        var error = rowError
        switch call[2].tag {
        case Tag.string: key = .text(call[2].string.text)
        case Tag.int: key = .int(call[2].int)
        case Tag.null: key = call[3].bool ? .none : .null
        case Tag.error:
            if error == nil {
                let fields = call[2].error.pointee.fields.record
                error = BatchError(
                    .script, code: "KEY", call.vm.get("message", of: fields).flatMap { call.vm.text(of: $0) } ?? "")
            }
            key = .none
        default: error = error ?? BatchError(.data, code: "KEY", "an item's key is a string or an int, not \(call[2].typeName)")
        }
        if rowError != nil { key = .none }
        if let reason = session.run.stopReason {
            if reason.kind == .ended { return call.give(Value(bool: false)) }
            session.run.leave(key: key, line: line, row: original)
            return call.give(Value(bool: true))
        }
        guard case .start(let number) = session.run.admit(key: key, line: line, row: original, error: error) else {
            return call.give(Value(bool: true))
        }
        let handle = ItemHandle(session: session, number: number)
        // Items are numbered over all batches: what one batch's item made is foreign to another's.
        let item = UInt32(truncatingIfNeeded: call.services.batches.nextItem())
        call.vm.spawn(call[4], argument: row, item: item, context: handle) { end in
            end.settle(handle)
        }
        return call.give(Value(bool: true))
    }

    private static func original(_ row: Value, _ vm: VM) throws(ScriptError) -> OriginalRow {
        let json = try vm.snapshot(row).maskedJSON
        return json.objectValue.map { .record($0) } ?? .value(json)
    }

    private static func emitRow(_ call: NativeCall) -> Bool {
        guard let handle = call.vm.itemContext as? ItemHandle else {
            return call.fail(.value, "'emit' stands only in a batch's body", code: "E0704")
        }
        let snapshot: Snapshot
        do throws(ScriptError) { snapshot = try call.vm.snapshot(call[0]) } catch { return call.fail(error) }
        guard case .object(let row) = snapshot.maskedJSON else {
            return call.fail(.type, "'emit' takes a record, not \(call[0].typeName)", code: "E0705")
        }
        if let type = snapshot.opaqueType {
            let hint = type == "error" ? "; its .message is text" : ""
            return call.fail(.type, "'emit' takes data, and a row has no form for type \(type)\(hint)", code: "E0705")
        }
        guard call.services.batches.countRow() else {
            return call.fail(
                ScriptError(.limit, "the budget of emitted rows is used up (--max-rows)", code: "E0507", isCatchable: false))
        }
        handle.session.run.emit(row, item: handle.number)
        return call.give(.null)
    }

    private static func summary(_ result: BatchResult, _ run: String?, _ vm: VM) -> Value {
        let rows =
            vm.stream(LineSource(path: result.rowsPath ?? "/dev/null", shown: "rows", form: .json))
        return vm.makeRecord([
            ("total", Value(int: result.total)), ("done", Value(int: result.done)), ("failed", Value(int: result.failed)),
            ("skipped", Value(int: result.skipped)), ("unknown", Value(int: result.unknown)),
            ("pending", Value(int: result.pending)), ("seconds", Value(float: result.seconds)),
            ("run", run.map { vm.string($0) } ?? .null), ("rows", rows),
        ])
    }
}
