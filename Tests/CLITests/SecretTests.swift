// Credentials: minted tokens go whole to secrets.csv and nowhere else, and those of the environment stay there.

import Foundation
import TestSupport
import Testing

struct SecretTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    /// Every file of the run folders and of the folder itself that holds a whole token.
    private func filesWithTokens() throws -> [String] {
        let paths = FileManager.default.enumerator(atPath: runner.folder.path)?.compactMap { $0 as? String } ?? []
        return paths.sorted().filter { path in
            guard let data = FileManager.default.contents(atPath: runner.folder.appendingPathComponent(path).path) else {
                return false
            }
            return !tokens(in: String(decoding: data, as: UTF8.self)).isEmpty
        }
    }

    @Test func importedTokensAreWholeInSecretsAlone() throws {
        let result = try runner.run("import", Project.example("users.csv"), "--with-token", "first token", "--max-rows", "30")
        #expect(result.status == 0, "\(result)")
        let folder = runner.runFolder
        #expect(try filesWithTokens() == [folder + "/secrets.csv"])
        #expect(tokens(in: result.stdout + result.stderr).isEmpty)
        #expect(result.stderr.contains("  \(folder)/secrets.csv  (30 tokens, whole: keep it safe)\n"))
        #expect(runner.mode(folder + "/secrets.csv") == 0o600)
        let secrets = csvRows(try runner.read(folder + "/secrets.csv"))
        let success = csvRows(try runner.read(folder + "/success.csv"))
        #expect(secrets.count == 30)
        #expect(Set(secrets.compactMap { $0["token"] }).count == 30)
        #expect(secrets.allSatisfy { $0["token"]?.wholeMatch(of: /sk-[0-9a-f]{64}/) != nil && $0["name"] == "first token" })
        #expect(Set(secrets.map { $0["token_id"] }) == Set(success.map { $0["token_id"] }))
        let owners = Dictionary(success.map { ($0["token_id"], $0["id"]) }) { first, _ in first }
        #expect(secrets.allSatisfy { owners[$0["token_id"]] == $0["user_id"] })
        #expect(Set(secrets.map { $0["key"] }) == Set(success.map { $0["email"] }))
    }

    @Test func tokensAreMaskedInRowsPrintsAndValues() throws {
        try runner.write(
            """
            batch name in ["a", "b"] by name {
              let user = users.create(name: name, email: "${name}@example.com")
              let token = users.token.create(user.id, name: "first")
              print("${token.token} of ${name}")
              emit { name, token: token.token, revealed: token.token.reveal() }
            }

            """, to: "mint.cbk")
        let result = try runner.run("mint.cbk")
        #expect(result.status == 0, "\(result)")
        let rows = csvRows(result.stdout)
        #expect(rows.map { $0["name"] } == ["a", "b"])
        #expect(rows.allSatisfy { $0["token"]?.wholeMatch(of: /sk-…[0-9a-f]{4}/) != nil && $0["revealed"] == $0["token"] })
        #expect(result.stderr.contains("sk-…") && result.stderr.contains("of a\n") && result.stderr.contains("of b\n"))
        #expect(tokens(in: result.stdout + result.stderr).isEmpty)
        #expect(try filesWithTokens() == [runner.runFolder + "/secrets.csv"])
    }

    @Test(arguments: ["text", "json", "jsonl", "csv", "table"])
    func aMintedTokenIsMaskedInEveryFormat(_ format: String) throws {
        let code = "[users.token.create(users.create(name: \"A\", email: \"a@example.com\").id, name: \"t\")]"
        let result = try runner.run(format == "text" ? ["-e", code] : ["-e", code, "--output", format])
        #expect(result.status == 0, "\(result)")
        #expect(result.stdout.contains(/sk-…[0-9a-f]{4}/))
        #expect(tokens(in: result.stdout + result.stderr).isEmpty)
        #expect(try csvRows(runner.read(runner.runFolder + "/secrets.csv")).count == 1)
    }

    @Test func aSecretGoesToAFileOnlyWhenRevealed() throws {
        let mint = "let t = users.token.create(users.create(name: \"A\", email: \"a@example.com\").id, name: \"t\").token\n"
        let refused = try runner.run("-e", mint + "file.write(\"t.txt\", t)")
        #expect(refused.stderr.contains("'.reveal()'") && refused.status == 2)
        #expect(try runner.value(of: "users.list().count()") == "0")
        let late = try runner.run("-e", mint + "fn hidden(x) { x }\nfile.write(\"t.txt\", hidden(t))")
        #expect(late.stderr.contains(".reveal()") && late.status == 1)
        #expect(tokens(in: late.stderr).isEmpty)
        #expect(runner.mode("t.txt") == nil)
        #expect(try runner.run("-e", mint + "file.write(\"t.txt\", t.reveal())").status == 0)
        #expect(tokens(in: try runner.read("t.txt")).count == 1)
    }

    /// While the delete is under way, the new secret is on the disk.
    @Test func aRotatedTokenIsKeptBeforeTheOldOneIsDeleted() throws {
        let secret = madeUpToken()
        let server = try CannedServer(
            .json(200, "{\"items\":[{\"id\":\"t1\",\"name\":\"app\"}]}"),
            .json(200, "{\"id\":\"t2\",\"token\":\"\(secret)\",\"createdAt\":1}"), .held(200, "{\"id\":\"t1\"}"))
        var runner = runner
        runner.variables["CHATBOTKIT_API_SECRET"] = madeUpToken()
        let process = try runner.start(["-e", "users.token.rotate(\"u1\", \"t1\").id", "--url", server.address])
        try #require(eventually { server.count == 3 ? true : nil } == true)
        let kept = csvRows(try runner.read(runner.runFolder + "/secrets.csv"))
        #expect(kept.map { $0["token_id"] } == ["t2"] && kept.map { $0["token"] } == [secret])
        server.release()
        let result = try process.end()
        #expect(result.stdout == "t2\n" && result.status == 0, "\(result)")
    }

    // MARK: - The secret of the environment

    @Test func theSecretIsMaskedWhereItIsRead() throws {
        var runner = runner
        let secret = madeUpToken()
        runner.variables = ["CHATBOTKIT_API_SECRET": secret]
        let code = """
            let s = env("CHATBOTKIT_API_SECRET")
            print(s, "with ${s}", [s], { s })
            log.info("logged ${s}")
            users.create(name: "A", email: "a@example.com")
            throw "thrown " + s

            """
        let result = try runner.run("-e", code, "--sandbox")
        let mask = "sk-…" + secret.suffix(4)
        #expect(result.stdout.contains("\(mask) ") && result.stdout.contains("[\(mask)] { s: \(mask) }"))
        #expect(result.stderr.contains("info: ") && result.stderr.contains(secret.suffix(4)))
        #expect(!(result.stdout + result.stderr).contains(secret.dropFirst(3).prefix(20)))
        #expect(try filesWithTokens() == [])
    }

    @Test func theSandboxCanBeChosenByFlagOrVariable() throws {
        var runner = runner
        runner.variables = ["CHATBOTKIT_API_SECRET": madeUpToken()]
        let flagged = try runner.run("-e", "users.create(name: \"A\").id.starts_with(\"c\")", "--sandbox")
        #expect(flagged.stdout == "true\n" && flagged.stderr == "" && flagged.status == 0)
        runner.variables["CBK_TARGET"] = "sandbox"
        #expect(try runner.run("-e", "users.list().count()").stdout == "1\n")
    }
}
