// Which target the flags and the environment choose, and what it takes to reach it. Takes both, and the files of settings
// that the choice needs; refuses contradictions, a missing secret, and files that are not to be trusted.

import CBKLibrary
import CBKSyntax
import Foundation
import PartnerAPI

/// What was asked for, before any file is read.
private enum TargetChoice {
    case none
    case sandbox(by: Target.Chooser)
    case live(by: Target.Chooser)
    case url(String)
    case profile(String, by: Target.Chooser)

    init(_ flags: ParsedFlags, _ environment: [String: String]) throws(UsageError) {
        let given = ["sandbox", "live", "url", "profile"].filter { flags.has($0) }
        guard given.count <= 1 else { throw UsageError("--\(given[0]) and --\(given[1]) name two targets; give one") }
        switch given.first {
        case "sandbox"?: self = .sandbox(by: .sandbox)
        case "live"?: self = .live(by: .live)
        case "url"?: self = .url(flags.text("url") ?? "")
        case "profile"?: self = .profile(flags.text("profile") ?? "", by: .profile)
        default:
            switch environment["CBK_TARGET"] ?? "" {
            case "": self = .none
            case "sandbox": self = .sandbox(by: .variable)
            case "live": self = .live(by: .variable)
            case let name: self = .profile(name, by: .variable)
            }
        }
    }
}

extension Target {
    static let secretNames = ["CHATBOTKIT_API_SECRET", "CHATBOTKIT_API_TOKEN"]
    static let runAsName = "CHATBOTKIT_API_RUNAS_USERID"

    /// - Parameter folder: where `.env.local` and `.env` are looked for, with its slash; blank for the current one.
    init(_ flags: ParsedFlags, environment: [String: String], home: Home, folder: String = "") throws(UsageError) {
        switch try TargetChoice(flags, environment) {
        case .sandbox(let by): self.init(reach: .sandbox, chosenBy: by)
        case .url(let url): self.init(reach: .live(try Account(url: url, environment)), chosenBy: .url)
        case .profile(let name, let by):
            self.init(reach: .live(try Account(profile: name, chosenBy: by, home)), chosenBy: by)
        case .live(let by):
            let settings = try Settings(environment, home, folder)
            guard let secret = settings.secret else {
                throw UsageError(
                    "\(by == .live ? by.rawValue : "CBK_TARGET=live") needs a secret: set CHATBOTKIT_API_SECRET, in the environment or in "
                        + ".env or '\(home.settings)'; --sandbox needs none")
            }
            self.init(reach: .live(settings.account(secret)), chosenBy: by, warnings: settings.warnings)
        case .none:
            let settings = try Settings(environment, home, folder)
            guard let secret = settings.secret else {
                self.init(reach: .sandbox, chosenBy: nil)
                return
            }
            self.init(reach: .live(settings.account(secret)), chosenBy: nil, warnings: settings.warnings)
        }
    }
}

/// The three names of the official tools, each from the first source that has it.
private struct Settings {
    var secret: Account.Setting<Secret>?
    var runAs: Account.Setting<String>?
    var warnings: [String] = []

    init(_ environment: [String: String]) throws(UsageError) {
        try take(from: "the environment") { environment[$0] }
    }

    init(_ environment: [String: String], _ home: Home, _ folder: String) throws(UsageError) {
        try self.init(environment)
        for path in [folder + ".env.local", folder + ".env", home.settings] where secret == nil || runAs == nil {
            guard let file = try SettingsFile.read(path) else { continue }
            for name in Target.secretNames + [Target.runAsName] where file.value(name) != nil {
                try file.requireTrust(for: name)
            }
            let hadSecret = secret != nil
            try take(from: "'\(path)'") { file.value($0) }
            if secret != nil, !hadSecret, file.isReadByOthers {
                warnings.append("'\(path)' holds a secret, and others may read it: 'chmod 600 \(path)'")
            }
        }
    }

    mutating func take(from source: String, _ value: (String) -> String?) throws(UsageError) {
        if secret == nil, let name = Target.secretNames.first(where: { value($0)?.isEmpty == false }), let text = value(name) {
            secret = .init(value: Secret(try headerText(text, "\(name) in \(source)")), source: "\(name) in \(source)")
        }
        if runAs == nil, let text = value(Target.runAsName), !text.isEmpty {
            runAs = .init(
                value: try headerText(text, "\(Target.runAsName) in \(source)"), source: "\(Target.runAsName) in \(source)")
        }
    }

    /// A secret that may come from a file goes to the official API only.
    func account(_ secret: Account.Setting<Secret>) -> Account {
        Account(url: .standard, secret: secret, runAs: runAs)
    }
}

extension Account {
    /// `--url`: a file's secret belongs to another host, so only the environment's will do.
    fileprivate init(url text: String, _ environment: [String: String]) throws(UsageError) {
        let settings = try Settings(environment)
        guard let secret = settings.secret else {
            throw UsageError(
                "--url takes its secret from the environment, and CHATBOTKIT_API_SECRET is not set there; one from a file goes "
                    + "only to \(BaseURL.standard)")
        }
        let url = try Account.address(text, "--url")
        let usual = url.scheme == .https ? 443 : 80
        self.init(
            url: url, secret: secret, runAs: settings.runAs, label: url.host + (url.port == usual ? "" : ":\(url.port)"))
    }

    fileprivate init(profile name: String, chosenBy: Target.Chooser, _ home: Home) throws(UsageError) {
        let given = chosenBy.rawValue
        guard Account.isProfileName(name) else {
            throw UsageError(
                "\(given) takes \(chosenBy == .profile ? "" : "'sandbox', 'live' or ")a profile's name, of letters, digits, '-', '_' "
                    + "and '.', not '\(name)'")
        }
        let path = "\(home.profiles)/\(name)"
        guard let file = try SettingsFile.read(path) else {
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: home.profiles)) ?? []).filter(
                Account.isProfileName)
            let near = suggestion(for: name, among: names).map { "did you mean '\($0)'?" }
            let known = names.isEmpty ? "there is none" : "there is \(names.sorted().joined(separator: ", "))"
            throw UsageError("\(given) names the profile '\(name)', but there is no file '\(path)'; \(near ?? known)")
        }
        try file.requireTrust(for: "a profile")
        if file.isReadByOthers { throw UsageError("'\(path)' holds a secret, and others may read it: 'chmod 600 \(path)'") }
        let keys = ["url", "secret", "runas"]
        for line in file.lines where !keys.contains(line.name) {
            // Not quoted: a line that is none of these may be the bare secret.
            let near = suggestion(for: line.name, among: keys).map { "; did you mean '\($0)'?" } ?? ""
            throw UsageError("'\(path)', line \(line.number): a profile has lines url=…, secret=… and runas=…\(near)")
        }
        guard let secret = file.value("secret") else { throw UsageError("'\(path)' has no secret: it takes a line 'secret=…'") }
        let source = "'\(path)'"
        self.init(
            url: try file.value("url").map { (text) throws(UsageError) in try Account.address(text, "'\(path)', url") }
                ?? .standard,
            secret: Setting(value: Secret(try headerText(secret, "the secret in \(source)")), source: source), label: name)
        if let user = file.value("runas") { runAs = Setting(value: try headerText(user, "runas in \(source)"), source: source) }
    }

    private static func address(_ text: String, _ place: String) throws(UsageError) -> BaseURL {
        do throws(BaseURLError) { return try BaseURL(text) } catch { throw UsageError("\(place): \(error.message)") }
    }

    /// `sandbox` and `live` mean the targets themselves.
    private static func isProfileName(_ name: String) -> Bool {
        !name.isEmpty && name.first != "." && !["sandbox", "live"].contains(name)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

/// What goes into a header must not be able to begin another.
private func headerText(_ text: String, _ what: String) throws(UsageError) -> String {
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw UsageError("\(what) has a blank or a character that no header takes; it was copied with something around it")
    }
    return text
}
