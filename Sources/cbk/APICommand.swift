// `cbk api partner user …`: one operation from the shell. Its fields are flags, a body may come as JSON; the answer is
// printed as it came, secrets masked.

import CBKBatch
import CBKLibrary
import CBKRuntime
import CBKTerminal
import Foundation
import JSONBytes
import PartnerAPI
import PartnerClient

struct APICommand {
    let words: [String]
    let flags: [String]
    let console: Console

    private static let own = [
        Flag("data", .path, "FILE|-", "the body as a JSON object, from a file or standard input; flags come before it"),
        Flag("help", short: "h", .toggle, "", "this text"),
    ]
    private static let listing = [
        Flag("all", .toggle, "", "all pages; 'take' is then the total"),
        Flag("stream", .toggle, "", "all of it as one answer, each item on its line as soon as it is there"),
    ]

    private static let sharedNames = [
        "output", "sandbox", "live", "url", "profile", "rate", "retries", "timeout", "max-requests", "quiet", "runs-dir",
    ]

    static var help: String {
        var lines = ""
        for schema in OperationSchema.all { lines += "  \(usage(schema))\n      \(schema.summary)\n" }
        return """
            cbk api OPERATION sends one request and prints its answer.

            \(lines)
            'cbk api OPERATION --help' lists the flags of one. A field in another is named with a dot: --limits.messages 1000.
            An update sends the fields as they are given: 'meta' and 'limits' replace what is there, and null, which clears a
            field, comes in --data. In scripts users.update merges.

            """
    }

    @MainActor func run() async throws(UsageError) -> Int32 {
        guard let (schema, count) = try OperationCall.find(words) else {
            // `cbk api partner user`, with or without --help.
            _ = try FlagParser(SharedFlags.all + APICommand.own).parse(words)
            console.print(APICommand.help)
            return 0
        }
        let fields = OperationCall.flags(schema)
        let own =
            (schema.answer.isPage ? APICommand.listing : [])
            + APICommand.own.filter { $0.name != "data" || schema.request != nil }
        let shared = SharedFlags.all.filter {
            APICommand.sharedNames.contains($0.name)
        }
        let parsed = try FlagParser(fields + own + shared).parse(flags + words.dropFirst(count))
        if parsed.has("help") {
            console.print(APICommand.help(schema, fields + own, shared))
            return 0
        }
        if parsed.has("stream"), let format = parsed.text("output"), format != "jsonl" {
            throw UsageError("--stream prints each item as JSON on its line; --all takes --output \(format)")
        }
        let call = try OperationCall(schema, ids: parsed.words, parsed, data: try data(parsed))
        let engine = try Engine(
            name: "api", flags: parsed, console: console, scriptFolder: nil, settings: BatchHost.Settings(), printsToError: false)
        if schema.effect.isWrite { try engine.requireWritable() }
        SignalWatch.start { kind, _ in engine.interrupt(kind) }
        defer { engine.close() }
        let gate: Gate
        do throws(ScriptError) { gate = try engine.services.gate() } catch {
            show(error)
            return engine.exitCode(error).rawValue
        }
        let writes = engine.services.writes
        let failure = await engine.interruptible { () -> BatchError? in
            do throws(BatchError) {
                if schema.answer.isPage {
                    try await list(call, parsed, gate)
                } else {
                    if schema.effect.isWrite, !writes.begin(schema.name) { return nil }
                    defer { if schema.effect.isWrite { writes.end(schema.name) } }
                    show([try await gate.perform(schema, ids: call.ids, query: call.query, body: call.body)], of: call, parsed)
                }
                return nil
            } catch {
                return error
            }
        }
        if let failure { show(ScriptError(failure)) }
        let code = engine.exitCode(failure.map { ExitCode($0) } ?? .success)
        if !parsed.has("quiet") || failure != nil { console.note(engine.summary.text) }
        return code.rawValue
    }

    private func show(_ error: ScriptError) {
        console.note(Engine.rendered(error, [], color: console.errPalette.isOn))
    }

    private func data(_ parsed: ParsedFlags) throws(UsageError) -> JSONObject? {
        guard let path = parsed.text("data") else { return nil }
        let name = path == "-" ? "standard input" : "'\(path)'"
        let bytes: [UInt8]
        if path == "-" {
            bytes = Array(FileHandle.standardInput.readDataToEndOfFile())
        } else {
            do { bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
                throw UsageError("cannot read \(name): \(error.localizedDescription)")
            }
        }
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
            throw UsageError("\(name) is no JSON: \(error)")
        }
        guard let object = value.objectValue else {
            throw UsageError("--data takes a JSON object, and \(name) holds \(value.kindDescription)")
        }
        return object
    }

    // MARK: Lists

    private func list(_ call: OperationCall, _ parsed: ParsedFlags, _ gate: Gate) async throws(BatchError) {
        if parsed.has("stream") { return try await stream(call, parsed, gate) }
        guard parsed.has("all") else {
            let page = try await gate.perform(call.schema, ids: call.ids, query: call.query)
            if format(parsed) == "json" {
                print(OperationCall.shown(page, [], times: false), "json")
            } else {
                show(page["items"]?.arrayValue ?? [], of: call, parsed)
            }
            return
        }
        let filters = call.query.filter { $0.name != "take" && $0.name != "cursor" }
        var walk = PageWalk(from: parsed.text("cursor"), total: parsed.int("take"))
        var held: [JSONValue] = []
        while let wanted = walk.wanted {
            let page = try await gate.perform(call.schema, ids: call.ids, query: filters + walk.query(wanted))
            held += walk.items(of: page)
        }
        show(held, of: call, parsed)
    }

    private func stream(_ call: OperationCall, _ parsed: ParsedFlags, _ gate: Gate) async throws(BatchError) {
        let query = call.query.filter { $0.name != "take" }
        try await gate.stream(call.schema, ids: call.ids, query: query, total: parsed.int("take")) { record in
            print(OperationCall.shown(.object(record), call.schema.answer.fields, times: false), "jsonl")
            // Whoever reads a pipe gets the record now, not with the next ones.
            console.flush()
            return !console.isOutputClosed
        }
    }

    // MARK: Printing

    private func format(_ parsed: ParsedFlags) -> String {
        parsed.text("output") ?? (console.outIsTerminal ? "table" : "json")
    }

    /// - Parameter answers: the items of a list, or the one answer of another operation.
    private func show(_ answers: [JSONValue], of call: OperationCall, _ parsed: ParsedFlags) {
        let format = format(parsed)
        let shown = answers.map {
            OperationCall.shown($0, call.schema.answer.fields, times: format == "table" || format == "csv")
        }
        print(call.schema.answer.isPage ? .list(shown) : shown.first ?? .null, format)
    }

    private func print(_ value: Snapshot, _ format: String) {
        if value == .list([]), format == "table" { return console.note("none\n") }
        console.print(ValuePrinter(console: console, format: format).text(value))
    }

    // MARK: Help

    private static func usage(_ schema: OperationSchema) -> String {
        let places = schema.pathParameters.map { $0.name == "userId" ? "USER" : $0.name == "tokenId" ? "TOKEN" : "CONTEXT" }
        return (["cbk api"] + OperationCall.words(of: schema) + places).joined(separator: " ")
    }

    private static func help(_ schema: OperationSchema, _ flags: [Flag], _ shared: [Flag]) -> String {
        var text = "usage: \(usage(schema)) [FLAGS]\n\n\(schema.summary)\n\n"
        for field in schema.pathParameters { text += "\(field.name): \(field.summary)\n" }
        return text + (schema.pathParameters.isEmpty ? "" : "\n") + FlagParser(flags + shared).helpText()
    }
}
