// `cbk target`, and what the whole program does with a target: what is shown, what is refused, and that no secret is.

import Foundation
import TestSupport
import Testing

struct TargetCommandTests {
    private var runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    @Test func theSandboxIsTheDefault() throws {
        let result = try runner.run("target")
        #expect(
            result.stdout == "target     sandbox\nchosen_by  no secret is set\nstore      \(runner.home.path)/sandbox.db\n")
        #expect(result.stderr == "" && result.status == 0)
        // It looks, and makes nothing.
        #expect(runner.names(in: "home") == [])
    }

    @Test func theSourcesAreShownAndTheSecretIsNot() throws {
        var runner = runner
        let secret = madeUpToken()
        runner.variables = ["CHATBOTKIT_API_SECRET": secret]
        let path = try runner.write("CHATBOTKIT_API_RUNAS_USERID=user_1\n", to: ".env")
        chmod(path, 0o600)
        let shown = try runner.run("target")
        #expect(
            shown.stdout.wholeMatch(
                of: try Regex(
                    """
                    target       live
                    chosen_by    a secret is set
                    url          https://api.chatbotkit.com/v1
                    secret       set, fingerprint [0-9a-f]{8}
                    secret_from  CHATBOTKIT_API_SECRET in the environment
                    run_as       user_1
                    run_as_from  CHATBOTKIT_API_RUNAS_USERID in '.env'

                    """)) != nil, "\(shown)")
        let json = try runner.run("target", "--live", "--output", "json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.stdout.utf8)) as? [String: Any])
        #expect(object["chosen_by"] as? String == "--live" && object["run_as"] as? String == "user_1")
        #expect(object["store"] is NSNull)
        for result in [shown, json] {
            #expect(!(result.stdout + result.stderr).contains(secret.suffix(8)) && result.status == 0)
        }
        #expect(try runner.run("--sandbox", "target").stdout.hasPrefix("target     sandbox\nchosen_by  --sandbox\n"))
    }

    @Test func anotherSecretHasAnotherFingerprint() throws {
        var runner = runner
        func fingerprint() throws -> Substring? {
            try runner.run("target").stdout.firstMatch(of: /fingerprint ([0-9a-f]{8})/)?.1
        }
        runner.variables = ["CHATBOTKIT_API_SECRET": "one"]
        let first = try #require(try fingerprint())
        #expect(try fingerprint() == first)
        runner.variables = ["CHATBOTKIT_API_SECRET": "two"]
        #expect(try fingerprint() != first)
    }

    @Test func aFileThatOthersReadIsWarnedOf() throws {
        let path = try runner.write("CHATBOTKIT_API_SECRET=abc\n", to: ".env")
        chmod(path, 0o644)
        #expect(try runner.run("target").stderr == "warning: '.env' holds a secret, and others may read it: 'chmod 600 .env'\n")
        #expect(try runner.run("target", "--quiet").stderr == "")
    }

    @Test(arguments: [
        ["target"], ["-e", "1"], ["api", "partner", "user", "list"], ["import", Project.example("users.csv"), "--quiet"],
    ])
    func liveWithoutASecretIsUsage(_ words: [String]) throws {
        let result = try runner.run(words + ["--live"])
        #expect(result.stderr.hasPrefix("cbk: --live needs a secret: set CHATBOTKIT_API_SECRET"), "\(result)")
        #expect(result.stdout == "" && result.status == 2 && runner.names(in: "home") == [])
    }

    @Test func wordsAreRefused() throws {
        let result = try runner.run("target", "live")
        #expect(result.stderr == "cbk: 'target' takes flags only, not 'live'; --help lists them\n" && result.status == 2)
        #expect(try runner.run("target", "--help").stdout == runner.run("help", "target").stdout)
    }
}
