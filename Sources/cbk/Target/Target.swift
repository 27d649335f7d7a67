// Whom operations reach: the embedded sandbox, or a live account with its URL and secret. Says where each part comes from, and
// never holds a secret without the one host that it belongs to.

import CBKBatch
import PartnerAPI

struct Target: Sendable {
    enum Reach: Sendable {
        case sandbox
        case live(Account)
    }

    /// What named a target.
    enum Chooser: String, Sendable {
        case sandbox = "--sandbox"
        case live = "--live"
        case url = "--url"
        case profile = "--profile"
        case variable = "CBK_TARGET"
    }

    let reach: Reach
    /// nil: whether a secret is set decided.
    let chosenBy: Chooser?
    /// One line each, for the person: such as a file with a secret that others may read.
    var warnings: [String] = []

    /// Without a flag nothing is written to a live account where nobody watches.
    var isNamedByFlag: Bool { chosenBy != nil && chosenBy != .variable }

    var account: Account? { if case .live(let account) = reach { account } else { nil } }

    /// As the prompt shows it: `sandbox`, `live`, `live:NAME`.
    var name: String { account?.name ?? "sandbox" }

    /// As reports show it.
    var note: TargetNote {
        switch reach {
        case .sandbox: chosenBy == nil ? .impliedSandbox : .sandbox
        case .live(let account): .live(account.title)
        }
    }
}

/// One account and the way to it.
struct Account: Sendable {
    /// What a part was taken from, in words: `CHATBOTKIT_API_SECRET in the environment`.
    struct Setting<Value: Sendable>: Sendable {
        var value: Value
        var source: String
    }

    var url: BaseURL
    var secret: Setting<Secret>
    var runAs: Setting<String>?
    /// `prod` for `--profile prod`, the host of `--url`; nil for the account of the environment.
    var label: String?

    var name: String { label.map { "live:\($0)" } ?? "live" }

    /// `live:prod, https://api.chatbotkit.com, as user_1`.
    var title: String { "\(name), \(url)" + (runAs.map { ", as \($0.value)" } ?? "") }

    /// `https://api.chatbotkit.com, as user_1, secret 1a2b3c4d from '.env'`.
    var details: String { url.text + (runAs.map { ", as \($0.value)" } ?? "") + ", secret \(fingerprint) from \(secret.source)" }

    /// Tells two secrets apart without showing either.
    var fingerprint: String { secret.value.fingerprint }
}
