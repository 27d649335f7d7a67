// Which target flags, environment and files choose: the whole table, and every refusal.

import CBKLibrary
import Foundation
import TestSupport
import Testing

@testable import cbk

struct TargetChoiceTests {
    private let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    private static let official = "live https://api.chatbotkit.com/v1"

    /// One row: what is given, and what comes of it; `ENV` and `FILE` stand for the places that settings come from.
    struct Row: Sendable, CustomTestStringConvertible {
        var flags: [String] = []
        var environment: [String: String] = [:]
        var files: [String: String] = [:]
        var outcome: String

        var testDescription: String { "\(flags) \(environment) \(files)" }
    }

    private func target(_ row: Row) throws -> Target {
        for (name, text) in row.files {
            let path = try runner.write(text, to: name)
            chmod(path, 0o600)
        }
        let flags = try FlagParser(SharedFlags.all).parse(row.flags)
        let home = Home(environment: ["CBK_HOME": runner.home.path])
        return try Target(flags, environment: row.environment, home: home, folder: runner.folder.path + "/")
    }

    private func outcome(_ row: Row) -> String {
        do {
            let target = try target(row)
            let choice = target.chosenBy.map { ", \($0.rawValue)" } ?? ""
            guard let account = target.account else { return target.name + choice }
            let user = account.runAs.map { " as \($0.value) (\($0.source))" } ?? ""
            let text =
                "\(account.name) \(account.url) \(account.secret.value.reveal()) (\(account.secret.source))\(user)\(choice)"
            return text.replacing(runner.folder.path + "/", with: "")
        } catch {
            return ((error as? UsageError)?.message ?? "\(error)").replacing(runner.folder.path + "/", with: "")
        }
    }

    static let secret = "CHATBOTKIT_API_SECRET"
    static let token = "CHATBOTKIT_API_TOKEN"
    static let user = "CHATBOTKIT_API_RUNAS_USERID"

    static let rows: [Row] = [
        // Nothing is asked for: the secret decides.
        Row(outcome: "sandbox"),
        Row(environment: [secret: "a"], outcome: "\(official) a (CHATBOTKIT_API_SECRET in the environment)"),
        Row(environment: [token: "b"], outcome: "\(official) b (CHATBOTKIT_API_TOKEN in the environment)"),
        Row(environment: [secret: "a", token: "b"], outcome: "\(official) a (CHATBOTKIT_API_SECRET in the environment)"),
        Row(environment: [secret: ""], outcome: "sandbox"),
        Row(environment: [user: "u"], outcome: "sandbox"),
        Row(files: [".env": "\(secret)=c"], outcome: "\(official) c (CHATBOTKIT_API_SECRET in '.env')"),
        Row(files: ["home/env": "\(token)=d"], outcome: "\(official) d (CHATBOTKIT_API_TOKEN in 'home/env')"),
        // The order of the sources, for each name by itself.
        Row(
            environment: [secret: "a"], files: [".env": "\(secret)=c\n\(user)=u"],
            outcome: "\(official) a (CHATBOTKIT_API_SECRET in the environment) as u (CHATBOTKIT_API_RUNAS_USERID in '.env')"),
        Row(
            files: [".env.local": "\(token)=l", ".env": "\(secret)=c", "home/env": "\(secret)=d\n\(user)=v"],
            outcome: "\(official) l (CHATBOTKIT_API_TOKEN in '.env.local') as v (CHATBOTKIT_API_RUNAS_USERID in 'home/env')"),
        Row(
            files: [".env": "\(secret)=c", "home/env": "\(secret)=d"], outcome: "\(official) c (CHATBOTKIT_API_SECRET in '.env')"),
        // How such files are written.
        Row(
            files: [".env": "# \(secret)=x\n\nexport \(secret) = \"c\" # comment\r\n"],
            outcome: "\(official) c (CHATBOTKIT_API_SECRET in '.env')"),
        Row(files: [".env": "\(secret)='c#1'\n"], outcome: "\(official) c#1 (CHATBOTKIT_API_SECRET in '.env')"),
        Row(files: [".env": "\u{FEFF}\(secret)=c # mine"], outcome: "\(official) c (CHATBOTKIT_API_SECRET in '.env')"),
        Row(files: [".env": "\(secret)=\nnonsense\n=\n"], outcome: "sandbox"),
        // Of files only the three names count.
        Row(
            files: [".env": "CBK_TARGET=prod\nHTTPS_PROXY=http://evil.example\nurl=https://evil.example\n\(secret)=c"],
            outcome: "\(official) c (CHATBOTKIT_API_SECRET in '.env')"),
        // A choice.
        Row(flags: ["--sandbox"], environment: [secret: "a", "CBK_TARGET": "live"], outcome: "sandbox, --sandbox"),
        Row(environment: [secret: "a", "CBK_TARGET": "sandbox"], outcome: "sandbox, CBK_TARGET"),
        Row(
            flags: ["--live"], environment: [secret: "a"],
            outcome: "\(official) a (CHATBOTKIT_API_SECRET in the environment), --live"),
        Row(
            flags: ["--live"], environment: [secret: "a", "CBK_TARGET": "sandbox"],
            outcome: "\(official) a (CHATBOTKIT_API_SECRET in the environment), --live"),
        Row(
            environment: ["CBK_TARGET": "live"], files: [".env": "\(secret)=c"],
            outcome: "\(official) c (CHATBOTKIT_API_SECRET in '.env'), CBK_TARGET"),
        Row(
            flags: ["--url", "https://a.example"], environment: [secret: "a", user: "u"],
            outcome: "live:a.example https://a.example/api/v1 a (CHATBOTKIT_API_SECRET in the environment) as u "
                + "(CHATBOTKIT_API_RUNAS_USERID in the environment), --url"),
        // A profile is whole in itself.
        Row(
            flags: ["--profile", "prod"], environment: [secret: "a", user: "u"],
            files: ["home/profiles/prod": "secret=p", ".env": "\(user)=v"],
            outcome: "live:prod https://api.chatbotkit.com/v1 p ('home/profiles/prod'), --profile"),
        Row(
            environment: ["CBK_TARGET": "lab"], files: ["home/profiles/lab": "url=https://b.example\nsecret=p\nrunas=w\n"],
            outcome: "live:lab https://b.example/api/v1 p ('home/profiles/lab') as w ('home/profiles/lab'), CBK_TARGET"),
        Row(
            flags: ["--url", "http://localhost:8787/"], environment: [secret: "a"],
            outcome: "live:localhost:8787 http://localhost:8787/api/v1 a (CHATBOTKIT_API_SECRET in the environment), --url"),
        // Refused.
        Row(
            flags: ["--url", "http://a.example"], environment: [secret: "a"],
            outcome:
                "--url: 'http://a.example' would send the secret in the clear; use https:// (http:// is for this machine alone)"),
        Row(
            flags: ["--profile", "p"], files: ["home/profiles/p": "secret=p\nurl=a.example"],
            outcome: "'home/profiles/p', url: 'a.example' is no address; it begins with https://"),
        Row(
            flags: ["--live"],
            outcome:
                "--live needs a secret: set CHATBOTKIT_API_SECRET, in the environment or in .env or 'home/env'; --sandbox needs none"
        ),
        Row(
            environment: ["CBK_TARGET": "live"],
            outcome:
                "CBK_TARGET=live needs a secret: set CHATBOTKIT_API_SECRET, in the environment or in .env or 'home/env'; --sandbox needs none"
        ),
        Row(
            flags: ["--url", "https://a.example"], files: [".env": "\(secret)=c"],
            outcome:
                "--url takes its secret from the environment, and CHATBOTKIT_API_SECRET is not set there; one from a file goes only to https://api.chatbotkit.com/v1"
        ),
        Row(flags: ["--live", "--sandbox"], outcome: "--sandbox and --live name two targets; give one"),
        Row(flags: ["--url", "https://a.example", "--profile", "x"], outcome: "--url and --profile name two targets; give one"),
        Row(
            flags: ["--profile", "prod"],
            outcome: "--profile names the profile 'prod', but there is no file 'home/profiles/prod'; there is none"),
        Row(
            environment: ["CBK_TARGET": "prd"], files: ["home/profiles/prod": "secret=p"],
            outcome: "CBK_TARGET names the profile 'prd', but there is no file 'home/profiles/prd'; did you mean 'prod'?"),
        Row(
            flags: ["--profile", "../env"],
            outcome: "--profile takes a profile's name, of letters, digits, '-', '_' and '.', not '../env'"),
        Row(
            flags: ["--profile", "live"],
            outcome: "--profile takes a profile's name, of letters, digits, '-', '_' and '.', not 'live'"),
        Row(
            flags: ["--profile", "p"], files: ["home/profiles/p": "url=https://a.example"],
            outcome: "'home/profiles/p' has no secret: it takes a line 'secret=…'"),
        Row(
            flags: ["--profile", "p"], files: ["home/profiles/p": "secret=p\nrunAs=u"],
            outcome: "'home/profiles/p', line 2: a profile has lines url=…, secret=… and runas=…; did you mean 'runas'?"),
        Row(
            flags: ["--profile", "p"], files: ["home/profiles/p": "opensesame=="],
            outcome: "'home/profiles/p', line 1: a profile has lines url=…, secret=… and runas=…"),
        Row(
            environment: [secret: "a b"],
            outcome:
                "CHATBOTKIT_API_SECRET in the environment has a blank or a character that no header takes; it was copied with something around it"
        ),
        Row(
            environment: [secret: "a", user: "u\r\nX-Evil: 1"],
            outcome:
                "CHATBOTKIT_API_RUNAS_USERID in the environment has a blank or a character that no header takes; it was copied with something around it"
        ),
    ]

    @Test(arguments: rows) func table(_ row: Row) { #expect(outcome(row) == row.outcome) }

    // MARK: Files that are not to be trusted

    private func refusal(_ name: String, mode: mode_t, _ row: Row) throws -> String {
        for (name, text) in row.files { try runner.write(text, to: name) }
        chmod(runner.folder.appendingPathComponent(name).path, mode)
        let flags = try FlagParser(SharedFlags.all).parse(row.flags)
        do {
            let target = try Target(
                flags, environment: row.environment, home: Home(environment: ["CBK_HOME": runner.home.path]),
                folder: runner.folder.path + "/")
            return (target.warnings + [target.name]).joined(separator: "; ").replacing(runner.folder.path + "/", with: "")
        } catch {
            return error.message.replacing(runner.folder.path + "/", with: "")
        }
    }

    @Test(arguments: [mode_t(0o602), 0o620, 0o666])
    func aFileThatOthersMayChangeIsRefused(_ mode: mode_t) throws {
        let text = try refusal(".env", mode: mode, Row(files: [".env": "\(Self.secret)=c"], outcome: ""))
        #expect(
            text == "'.env' sets CHATBOTKIT_API_SECRET, but others may change it: nothing is taken from it until "
                + "'chmod go-w .env'; --sandbox leaves it out")
        // With the secret from elsewhere, too: it would decide as whom it is used.
        let identity = Row(environment: [Self.secret: "a"], files: [".env": "\(Self.user)=u"], outcome: "")
        #expect(try refusal(".env", mode: mode, identity).hasPrefix("'.env' sets CHATBOTKIT_API_RUNAS_USERID, but others may"))
        #expect(
            try refusal(".env", mode: mode, Row(flags: ["--sandbox"], files: [".env": "\(Self.secret)=c"], outcome: ""))
                == "sandbox")
    }

    @Test func aFileWithoutSettingsIsNobodysConcern() throws {
        #expect(try refusal(".env", mode: 0o666, Row(files: [".env": "OTHER=1"], outcome: "")) == "sandbox")
        try FileManager.default.createDirectory(
            at: runner.folder.appendingPathComponent(".env.local"), withIntermediateDirectories: true)
        #expect(outcome(Row(outcome: "")) == "sandbox")
    }

    @Test func aFileThatOthersMayReadIsWarnedOf() throws {
        let row = Row(files: [".env": "\(Self.secret)=c"], outcome: "")
        #expect(try refusal(".env", mode: 0o644, row) == "'.env' holds a secret, and others may read it: 'chmod 600 .env'; live")
        #expect(try refusal(".env", mode: 0o600, row) == "live")
    }

    @Test(arguments: [
        (mode_t(0o640), "'home/profiles/p' holds a secret, and others may read it: 'chmod 600 home/profiles/p'"),
        (0o622, "'home/profiles/p' sets a profile, but others may change it"), (0o600, "live:p"), (0o400, "live:p"),
    ])
    func aProfileIsItsOwnersAlone(_ mode: mode_t, _ outcome: String) throws {
        let row = Row(flags: ["--profile", "p"], files: ["home/profiles/p": "secret=s"], outcome: "")
        #expect(try refusal("home/profiles/p", mode: mode, row).hasPrefix(outcome))
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
    func anothersFileIsRefused() throws {
        let path = try runner.write("\(Self.secret)=c", to: ".env")
        chmod(path, 0o600)
        chown(path, 12_345, 12_345)
        #expect(
            outcome(Row(outcome: ""))
                == "'.env' sets CHATBOTKIT_API_SECRET, but belongs to another user (uid 12345): nothing is taken from it; --sandbox leaves it out"
        )
    }

    @Test func whatNamesATargetByFlag() throws {
        let environment = [Self.secret: "a"]
        #expect(try target(Row(flags: ["--live"], environment: environment, outcome: "")).isNamedByFlag)
        #expect(try target(Row(flags: ["--url", "https://a.example"], environment: environment, outcome: "")).isNamedByFlag)
        #expect(try !target(Row(environment: environment, outcome: "")).isNamedByFlag)
        var chosen = environment
        chosen["CBK_TARGET"] = "live"
        #expect(try !target(Row(environment: chosen, outcome: "")).isNamedByFlag)
    }
}
