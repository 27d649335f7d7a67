// confirm and ask: what a script asks the person at the terminal. Only outside of a batch's items, and only where there
// is a terminal; ^D is no answer, ^C ends the script as everywhere.

import CBKBatch
import CBKCompiler
import CBKRuntime

/// The terminal, as scripts ask through it.
package protocol ScriptDialog: AnyObject, Sendable {
    /// nil where there is no terminal.
    func question() -> (any ScriptQuestion)?
}

/// One question, asked until the answer will do.
package protocol ScriptQuestion: AnyObject, Sendable {
    /// Shows the text and waits for a line; nil where the input ended or the question was abandoned.
    func answer(_ text: String, isHidden: Bool) async -> String?
    /// Lets go of the terminal at once: the asking fiber has ended. Safe from any thread.
    func abandon()
}

enum AskingBuiltins {
    static let all: [Builtin] = [
        Builtin(
            Signature(
                "confirm", [.init("message", .type(.string), "what to say yes or no to")], gives: .type(.bool), effect: .ask,
                "Asks on the terminal, and gives whether the answer is yes; --yes answers for you.",
                example: "if confirm(\"go on?\") { print(\"going on\") }"),
            .asynchronous { (call) throws(ScriptError) in try confirm(call) }),
        Builtin(
            Signature(
                "ask",
                [
                    .init("message", .type(.string), "what to ask for"),
                    .init("default", .type(.string), default: "omit", "what Return alone gives", isNamedOnly: true),
                    .init(
                        "secret", .type(.bool), default: "false", "does not show what is typed, and gives a secret",
                        isNamedOnly: true),
                ],
                gives: .oneOf([.string, .secret]), effect: .ask, "Asks on the terminal, and gives the line that is typed.",
                example: "ask(\"which plan?\", default: \"free\")"),
            .asynchronous { (call) throws(ScriptError) in try ask(call) }),
    ]

    private static func message(_ call: NativeCall, _ function: String) throws(ScriptError) -> String {
        guard call.vm.itemContext == nil else {
            throw ScriptError(
                .value, "\(function)() cannot ask in a batch's body: items run side by side; ask before the batch",
                code: "E0706")
        }
        guard call[0].isString else {
            throw ScriptError(.type, "\(function)() takes a string as 'message', not \(call[0].typeName)", code: "E0302")
        }
        return call[0].string.text
    }

    private static func question(_ call: NativeCall, _ remedy: String) throws(ScriptError) -> any ScriptQuestion {
        if let question = call.services.dialog.question() { return question }
        throw ScriptError(.io, remedy, code: "E0611")
    }

    private static func confirm(_ call: NativeCall) throws(ScriptError) -> AsynchronousRequest {
        let message = try message(call, "confirm")
        let text = message + " [y/N] "
        let log = call.log
        if let known = log?.recorded(.answer, message) { return AsynchronousRequest { Reply(Snapshot(coded: known)) } }
        if call.services.assumesYes {
            call.services.output.note(text + "yes (--yes)\n")
            return AsynchronousRequest { Reply(.bool(true)) }
        }
        let question = try question(call, "confirm() needs a terminal to ask on; --yes answers it")
        var request = AsynchronousRequest {
            var prompt = text
            while true {
                // ^D is the safe answer.
                let answer = await question.answer(prompt, isHidden: false) ?? ""
                guard let isYes = yesOrNo(answer) else {
                    prompt = "please answer y or n: "
                    continue
                }
                log?.note(.answer, message, .bool(isYes))
                return Reply(.bool(isYes))
            }
        }
        request.abandon = { question.abandon() }
        return request
    }

    private static func ask(_ call: NativeCall) throws(ScriptError) -> AsynchronousRequest {
        let message = try message(call, "ask")
        guard call[1].isOmit || call[1].isString else {
            throw ScriptError(.type, "ask() takes a string as 'default', not \(call[1].typeName)", code: "E0302")
        }
        let fallback = call[1].isString ? call[1].string.text : nil
        let isHidden = call[2].tag == Tag.bool && call[2].bool
        let log = call.log
        if !isHidden, let known = log?.recorded(.answer, message) {
            return AsynchronousRequest { Reply(Snapshot(coded: known)) }
        }
        let question = try question(call, "ask() needs a terminal to ask on; a 'param' takes the value from the command line")
        let prompt = message + (fallback.map { $0.isEmpty || isHidden ? " " : " [\($0)] " } ?? " ")
        var request = AsynchronousRequest {
            while true {
                guard let answer = await question.answer(prompt, isHidden: isHidden) else {
                    throw ScriptError(.io, "ask() got no answer: the input has ended", code: "E0612")
                }
                // Without a default an empty line is no answer.
                guard let text = answer.isEmpty ? fallback : answer else { continue }
                if isHidden { return Reply(.secret(SecretText(text))) }
                log?.note(.answer, message, .string(text))
                return Reply(.string(text))
            }
        }
        request.abandon = { question.abandon() }
        return request
    }
}

/// What an answer to a question with [y/N] means; nil where it is neither.
package func yesOrNo(_ answer: String) -> Bool? {
    switch answer.filter({ !$0.isWhitespace }).lowercased() {
    case "y", "yes": true
    case "n", "no", "": false
    default: nil
    }
}
