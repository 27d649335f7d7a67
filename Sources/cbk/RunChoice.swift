// Which run a script is: a new one, or an earlier one that goes on. Takes flags, target and what the script is; refuses a new run
// beside an unfinished one, and a run that belongs to another script, target or set of parameters.

import CBKBatch
import CBKLibrary
import CBKRuntime
import CBKSyntax
import Foundation
import JSONBytes

struct RunChoice {
    let header: RunHeader
    /// What the run's folder is called after.
    let name: String
    let flags: ParsedFlags
    /// As the command line has it: `onboard.cbk`, `import users.csv`.
    let title: String
    /// Of an import: the flags that decide what becomes of a row.
    private let choices: JSONObject
    /// The earlier run, locked; nil for a new one.
    let found: FoundRun?

    /// - Parameter identity: the absolute path of the script, or of the file that is imported; a digest of code that is in no file.
    init(
        identity: String, name: String, title: String, choices: JSONObject, flags: ParsedFlags, target: Target, home: Home
    ) throws(UsageError) {
        header = RunHeader(identity, target, home)
        self.name = name
        self.flags = flags
        self.title = title
        self.choices = choices
        let parent = flags.runsFolder
        let unfinished = FoundRun.newest(header, in: [.unfinished], parent: parent, name: name)
        guard RunChoice.goingOn(flags) != nil else {
            if let unfinished, !flags.has("new-run") {
                throw UsageError(
                    "'\(title)' has an unfinished run, '\(unfinished)': go on with '\(RunChoice.command(title, choices, flags)) --resume', or "
                        + "begin again with --new-run")
            }
            found = nil
            return
        }
        if flags.has("new-run") { throw UsageError("--new-run begins again, and --resume goes on; give one") }
        var path = unfinished
        if let run = flags.text("run") {
            path = run.contains("/") ? run : "\(parent)/\(run)"
        } else if path == nil, flags.has("resume-failed") || !flags.list("redo").isEmpty {
            path = FoundRun.newest(header, in: [.finished, .finishedWithCreates], parent: parent, name: name)
        }
        guard let path else {
            throw UsageError(
                "'\(title)' has no unfinished run in '\(parent)'; --run RUN goes on with a finished one, --runs-dir looks elsewhere"
            )
        }
        let run: FoundRun
        do throws(BatchError) { run = try FoundRun(path: path) } catch { throw UsageError(error) }
        guard run.header.identity == identity else {
            throw UsageError("the run '\(path)' is of another script: '\(run.header.identity)'")
        }
        guard run.header.target == header.target else {
            throw UsageError("the run '\(path)' reached another target, '\(run.header.target)': name that one")
        }
        let began = run.header.parameters[RunChoice.choicesName]?.objectValue ?? JSONObject()
        if let other = (began.keys + choices.keys).first(where: { began[$0] != choices[$0] }) {
            throw UsageError("the run began with another --\(other), or without it: go on with the flags that it began with")
        }
        // What a lost create is looked for by, is what it was sent with.
        if let mark = flags.text("mark"), mark != run.header.parameters[RunChoice.markName]?.stringValue {
            throw UsageError("the run began with another --mark, or without it; leave it out")
        }
        found = run
    }

    /// No parameter is called so.
    private static let choicesName = "$choices"
    private static let markName = "$mark"

    /// The flag that asks for an earlier run.
    private static func goingOn(_ flags: ParsedFlags) -> String? {
        ["resume", "resume-failed", "run", "redo"].first { flags.has($0) }
    }

    /// The run of a prompt, which keeps a journal so that its lost answers are settled. No other prompt goes on with it.
    static func prompt(_ name: String, _ flags: ParsedFlags, _ target: Target, _ home: Home) throws(UsageError) -> RunRecord {
        if let flag = goingOn(flags) ?? (flags.has("new-run") ? "new-run" : nil) {
            throw UsageError("--\(flag) is for the run of a script: name the script, as in 'cbk onboard.cbk --\(flag)'")
        }
        return RunRecord(
            folder: RunFolder(parent: flags.runsFolder, name: name), header: RunHeader("prompt", target, home),
            settings: RunSettings(flags, mark: flags.text("mark")), isRepeatable: false)
    }

    /// The value of a parameter: a run that goes on has those that it began with.
    func value(of parameter: ParameterDeclaration) throws(UsageError) -> Snapshot {
        let flag = parameter.flag.name
        guard let recorded = found?.header.parameters[flag] else { return try parameter.value(from: flags) }
        let isCredential = recorded[RunChoice.digestName] != nil
        guard flags.values[flag] != nil else {
            if isCredential { throw UsageError("--\(flag) was a credential, which no journal keeps: give it again") }
            return Snapshot(coded: recorded)
        }
        let given = try parameter.value(from: flags)
        guard RunChoice.recorded(given) == recorded else {
            throw UsageError(
                "the run began with another --\(flag); \(isCredential ? "give that one" : "leave it out"), or begin again with --new-run"
            )
        }
        return given
    }

    /// A parameter as the journal keeps it: of one that holds a token, a digest.
    private static func recorded(_ value: Snapshot) -> JSONValue? {
        guard let coded = value.coded, let text = coded.stringValue, maskingTokens(in: text) != text else { return value.coded }
        return [digestName: .string(KeyDigest(text).hexadecimal)]
    }

    private static let digestName = "$digest"

    /// - Parameter parameters: by flag.
    func record(_ parameters: [(name: String, value: Snapshot)]) throws(UsageError) -> RunRecord {
        let mark = flags.text("mark") ?? found?.header.parameters[RunChoice.markName]?.stringValue
        let settings = RunSettings(flags, mark: mark)
        guard let found else {
            var header = header
            header.parameters = JSONObject(
                parameters.compactMap { parameter in
                    RunChoice.recorded(parameter.value).map { JSONObject.Member(key: parameter.name, value: $0) }
                })
            if let mark { header.parameters[RunChoice.markName] = .string(mark) }
            if !choices.isEmpty { header.parameters[RunChoice.choicesName] = .object(choices) }
            return RunRecord(
                folder: RunFolder(parent: flags.runsFolder, name: name), header: header, settings: settings)
        }
        do throws(BatchError) {
            return try RunRecord(resuming: found, settings: settings)
        } catch {
            throw UsageError(error)
        }
    }

    /// A finished run that made users from the same input; nil where there is none, or another run was asked for.
    var finishedBefore: String? {
        if found != nil || flags.has("new-run") { return nil }
        return FoundRun.newest(
            header, in: [.finishedWithCreates], parent: flags.runsFolder, name: name)
    }

    /// What goes on with the run.
    var resumeCommand: String { "\(RunChoice.command(title, choices, flags)) --resume" }

    private static func command(_ title: String, _ choices: JSONObject, _ flags: ParsedFlags) -> String {
        var text = "cbk \(title)"
        for choice in choices.members {
            for value in choice.value.arrayValue ?? [] {
                text += " --\(choice.key)" + (value.stringValue.map { " " + shellWord($0) } ?? "")
            }
        }
        for name in ["sandbox", "live"] where flags.has(name) { text += " --\(name)" }
        for name in ["url", "profile", "runs-dir"] {
            if let value = flags.text(name) { text += " --\(name) \(shellWord(value))" }
        }
        return text
    }

    /// As a shell takes it.
    static func shellWord(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: "/"),
                    UInt8(ascii: ":"), UInt8(ascii: "@"):
                    true
                default: false
                }
            }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}

extension RunHeader {
    fileprivate init(_ identity: String, _ target: Target, _ home: Home) {
        let account = target.account
        self.init(
            identity: identity,
            target: account.map { "\($0.url.text) \($0.label ?? "") \($0.runAs?.value ?? "")" } ?? "sandbox \(home.store)",
            fingerprint: account?.fingerprint ?? "", parameters: JSONObject())
    }
}

extension RunSettings {
    fileprivate init(_ flags: ParsedFlags, mark: String?) {
        self.init(
            mark: mark.flatMap { CreateMark(rawValue: $0) }, retriesFailed: flags.has("resume-failed"),
            redone: Set(flags.list("redo")))
        if let time = flags.milliseconds("settle") { settle = .milliseconds(time) }
    }
}

extension UsageError {
    /// What cannot go on, with the code that the error deserves: a broken journal is no mistake on the command line.
    fileprivate init(_ error: BatchError) {
        self.init(error.message, exitCode: error.consequence == .stop(.fatal) ? ExitCode.fatal.rawValue : ExitCode.usage.rawValue)
    }
}
