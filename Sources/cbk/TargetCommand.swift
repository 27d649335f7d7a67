// `cbk target`: whom operations would reach with these flags, in this folder, and where each part of that comes from. Sends
// nothing, opens no store; a secret is shown as a fingerprint only.

import CBKLibrary
import CBKRuntime
import CBKTerminal

enum TargetCommand {
    static let flags =
        SharedFlags.all.filter { ["sandbox", "live", "url", "profile", "output", "quiet"].contains($0.name) }
        + [Flag("help", short: "h", .toggle, "", "this text")]

    static let help = """
        cbk target shows whom operations would reach, and where URL, secret and identity come from. It sends nothing.

        Without a flag or CBK_TARGET the target is the live account where a secret is set, else the embedded sandbox. A
        secret is CHATBOTKIT_API_SECRET or CHATBOTKIT_API_TOKEN; with CHATBOTKIT_API_RUNAS_USERID it is looked for in the
        environment, .env.local, .env, and ~/.cbk/env, in this order. A file that others own or may change is refused.

        CBK_TARGET is sandbox, live, or a profile's name. The profile NAME is the file ~/.cbk/profiles/NAME (mode 600):

            url=https://api.chatbotkit.com
            secret=…
            runas=…

        usage: cbk target [FLAGS]

        \(FlagParser(flags).helpText())
        """

    static func run(_ words: [String], _ console: Console) throws(UsageError) -> Int32 {
        let parsed = try FlagParser(flags).parse(words)
        if parsed.has("help") {
            console.print(help)
            return 0
        }
        if let word = parsed.words.first { throw UsageError("'target' takes flags only, not '\(word)'; --help lists them") }
        let home = Home(environment: Main.environment)
        let target = try Target(parsed, environment: Main.environment, home: home)
        if !parsed.has("quiet") { for warning in target.warnings { console.note("warning: \(VisibleText.line(warning))\n") } }
        let record = Snapshot.record(target.parts(home).map { Snapshot.Field($0.name, $0.value.map { .string($0) } ?? .null) })
        guard let format = parsed.text("output") else {
            let shown = target.parts(home).filter { $0.value != nil }
            let width = shown.map(\.name.count).max() ?? 0
            for (name, value) in shown {
                let gap = String(repeating: " ", count: width - name.count + 2)
                console.print("\(name)\(gap)\(VisibleText.line(value ?? ""))\n")
            }
            return 0
        }
        console.print(ValuePrinter(console: console, format: format).text(record))
        return 0
    }
}

extension Target {
    /// Names and values for people and programs; nil is what does not apply.
    func parts(_ home: Home) -> [(name: String, value: String?)] {
        let chosen = chosenBy?.rawValue ?? (account == nil ? "no secret is set" : "a secret is set")
        return [
            ("target", name), ("chosen_by", chosen), ("store", account == nil ? home.store : nil), ("url", account?.url.text),
            ("secret", account.map { "set, fingerprint \($0.fingerprint)" }), ("secret_from", account?.secret.source),
            ("run_as", account?.runAs?.value), ("run_as_from", account?.runAs?.source),
        ]
    }
}
