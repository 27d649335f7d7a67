// print, table, log, assert, env, now, uuid, sleep, sha256: what a script asks of the world around it.

import CBKBatch
import CBKCompiler
import CBKRuntime
import Crypto
import JSONBytes
import PartnerAPI

enum SystemBuiltins {
    static let all: [Builtin] = [
        Builtin(
            Signature(
                "print", [.init("values", .any, "what to print, with a space between", isVariadic: true)], gives: .type(.null),
                effect: .local,
                "Prints values on a line.", example: "print(\"hello\", 1 + 1)"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                var texts: [String] = []
                for index in 0..<count where !call[index].isOmit {
                    guard let text = call.vm.text(of: call[index]) else { return false }
                    texts.append(text)
                }
                let text = texts.joined(separator: " ") + "\n"
                call.charge(text.utf8.count >> 6)
                let services = call.services
                if services.printsToError { services.output.note(text) } else { services.output.print(text) }
                return call.give(.null)
            }),
        Builtin(
            Signature(
                "table", [.init("rows", .oneOf([.list, .stream]), "records, a row each")], gives: .type(.null), effect: .local,
                "Prints rows as a table.", example: "table(users.list().take(5))"),
            .script("rows => { __table(if type(rows) == \"stream\" { rows.to_list() } else { rows }) }")),
        Builtin(
            Signature(
                "__table", [.init("rows")], gives: .type(.null), effect: .local, "Prints a list as a table.", isInternal: true),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                do throws(ScriptError) {
                    guard case .list(let rows) = try call.vm.snapshot(call[0]) else {
                        return call.failType(0, expected: "a list or stream", function: "table", parameter: "rows")
                    }
                    call.services.output.table(rows, isNote: call.services.printsToError)
                    return call.give(.null)
                } catch {
                    return call.fail(error)
                }
            }),
        Builtin(
            Signature(
                "log.info", [.init("message", .any, "what to say")], gives: .type(.null), effect: .local,
                "Writes a message to standard error.",
                example: "log.info(\"starting\")"),
            .native { machine, arguments, count in log(NativeCall(machine, arguments, count), "info") }),
        Builtin(
            Signature(
                "log.warn", [.init("message", .any, "what to say")], gives: .type(.null), effect: .local,
                "Writes a warning to standard error.",
                example: "log.warn(\"careful\")"),
            .native { machine, arguments, count in log(NativeCall(machine, arguments, count), "warning") }),
        Builtin(
            Signature(
                "assert",
                [
                    .init("condition", .type(.bool), "what must hold"),
                    .init("message", .oneOf([.string, .secret]), default: "omit", "what to say otherwise"),
                ],
                gives: .type(.null), "Raises an error unless the condition is true.", example: "assert(1 + 1 == 2)"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard call[0].tag == Tag.bool else {
                    return call.failType(0, expected: "a bool", function: "assert", parameter: "condition")
                }
                if call[0].bool { return call.give(.null) }
                guard call.isGiven(1) else { return call.fail(.user, "the assertion does not hold", code: "ASSERT") }
                guard let message = call.message(1, of: "assert") else { return false }
                return call.fail(.user, message, code: "ASSERT")
            }),
        Builtin(
            Signature(
                "__assert_failed", [.init("left"), .init("right"), .init("operator"), .init("message")],
                "Raises the error of an assertion on two values.", isInternal: true),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                let left = call.vm.literal(call[0], limit: 200)
                let right = call.vm.literal(call[1], limit: 200)
                let sides = "\(left) \(call[2].string.text) \(right) does not hold"
                guard call.isGiven(3), !call[3].isNull else { return call.fail(.user, sides, code: "ASSERT") }
                guard let message = call.message(3, of: "assert") else { return false }
                return call.fail(.user, "\(message): \(sides)", code: "ASSERT")
            }),
        Builtin(
            Signature(
                "env", [.init("name", .type(.string), "the variable's name")], gives: .oneOf([.string, .secret, .null]),
                effect: .read,
                "Gives an environment variable, null where it is not set; a credential is a secret.", example: "env(\"HOME\")"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard let name = call.text(0, of: "env", "name") else { return false }
                let value = call.services.environment[name]
                if let value, isCredential(name, value) {
                    call.noteCredential(name, value)
                    return call.give(call.vm.secret(SecretText(value)))
                }
                // A batch's items find the environment as it is.
                guard call.vm.itemContext == nil else { return call.give(value.map { call.vm.string($0) } ?? .null) }
                return call.giveRecorded(.environment, name) { value.map { .string($0) } ?? .null }
            }),
        Builtin(
            Signature("now", [], gives: .type(.datetime), effect: .read, "Gives the current time.", example: "now()"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                return call.giveRecorded(.now) { .datetime(call.services.now()) }
            }),
        Builtin(
            Signature("uuid", [], gives: .type(.string), effect: .read, "Gives a new random UUID.", example: "uuid()"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                return call.giveRecorded(.uuid) { .string(randomUUID()) }
            }),
        Builtin(
            Signature(
                "sleep", [.init("time", .type(.duration), "how long")], gives: .type(.null), effect: .local, "Waits.",
                example: "sleep(10ms)"),
            .asynchronous { (call) throws(ScriptError) in
                guard call[0].tag == Tag.duration else {
                    throw ScriptError(.type, "sleep() takes a duration such as 1s, not \(call[0].typeName)", code: "E0302")
                }
                guard call[0].int >= 0 else {
                    throw ScriptError(.value, "sleep() takes 0s or more, not \(durationText(call[0].int))", code: "E0327")
                }
                let time = call[0].int
                let services = call.services
                return AsynchronousRequest {
                    try await services.sleep(time)
                    return Reply(.null)
                }
            }),
        Builtin(
            Signature(
                "sha256", [.init("text", .type(.string), "what to digest")], gives: .type(.string),
                "Gives the SHA-256 digest of a text in hexadecimal.", example: "sha256(\"abc\")"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard call[0].isString else {
                    return call.failType(0, expected: "a string", function: "sha256", parameter: "text")
                }
                call.charge(call[0].string.pointee.count >> 5)
                let digits = Array("0123456789abcdef".utf8)
                var text: [UInt8] = []
                for byte in SHA256.hash(data: Array(call[0].string.buffer)) {
                    text.append(digits[Int(byte >> 4)])
                    text.append(digits[Int(byte & 15)])
                }
                return call.give(call.vm.string(text))
            }),
    ]

    private static func log(_ call: NativeCall, _ level: String) -> Bool {
        guard let text = call.vm.text(of: call[0]) else { return false }
        call.services.output.note("\(level): \(text)\n")
        return call.give(.null)
    }

    /// By what the variable is called, or by what its value looks like: a token alone, or one within, such as a header's.
    private static func isCredential(_ name: String, _ value: String) -> Bool {
        let name = name.uppercased()
        if value.isEmpty { return false }
        return value.hasPrefix("sk-") || maskingTokens(in: value) != value
            || ["SECRET", "TOKEN", "PASSWORD", "API_KEY", "PRIVATE_KEY"].contains { name.contains($0) }
    }

    private static func randomUUID() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
        }
        return text
    }
}

extension NativeCall {
    /// Gives what an earlier process was given here, else what there is now, which is written down.
    fileprivate func giveRecorded(_ kind: JournalEntry.Kind, _ name: String = "", _ make: () -> Snapshot) -> Bool {
        guard let log else { return give(vm.value(of: make())) }
        if let known = log.recorded(kind, name) { return give(vm.value(of: Snapshot(coded: known))) }
        let value = make()
        if let coded = value.coded { log.note(kind, name, coded) }
        return give(vm.value(of: value))
    }

    /// A credential is read anew; a digest tells whether it is the same one.
    fileprivate func noteCredential(_ name: String, _ value: String) {
        guard vm.itemContext == nil, let log else { return }
        let fingerprint = JSONValue.string(Secret(value).fingerprint)
        guard let known = log.recorded(.environment, name) else { return log.note(.environment, name, fingerprint) }
        if known != fingerprint {
            services.output.note("warning: env(\"\(name)\") is another credential than when the run began\n")
        }
    }
}
