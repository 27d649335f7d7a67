// `cbk api`: words to operations, fields to flags, answers to formats, and what is refused before a request.

import Foundation
import TestSupport
import Testing

struct APICommandTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    private func api(_ words: String..., stdin: String = "") throws -> RunResult {
        try runner.run(["--sandbox", "api", "partner", "user"] + words, stdin: stdin)
    }

    private func created(_ words: String...) throws -> String {
        let result = try runner.run(["--sandbox", "api", "partner", "user", "create"] + words)
        let object = try JSONSerialization.jsonObject(with: Data(result.stdout.utf8)) as? [String: String]
        return try #require(object?["id"], "\(result)")
    }

    @Test func fieldsAreFlags() throws {
        let id = try created(
            "--name", "Ada", "--email", "ada@example.com", "--alias", "ada", "--meta", "plan=pro", "--meta", "{\"seats\":3}",
            "--limits.messages", "1000", "--limits.database.records", "5")
        let answer = try api("fetch", "@ada", "--output", "jsonl")
        #expect(answer.status == 0)
        #expect(
            answer.stdout.hasPrefix(
                #"{"id":"\#(id)","name":"Ada","meta":{"plan":"pro","seats":3},"email":"ada@example.com","#
                    + #""limits":{"messages":1000,"database":{"records":5}},"createdAt":"#), "\(answer)")
    }

    @Test func aBodyComesAsJSON() throws {
        _ = try created("--alias", "ada", "--name", "Ada", "--description", "first")
        try runner.write(#"{"name": null, "description": "second", "meta": {"a": 1}}"#, to: "change.json")
        #expect(try api("update", "@ada", "--data", "change.json", "--description", "third").status == 0)
        let piped = try api("update", "@ada", "--data", "-", stdin: #"{"image": "https://example.com/a.png"}"#)
        #expect(piped.status == 0, "\(piped)")
        let user = try api("fetch", "@ada", "--output", "jsonl").stdout
        #expect(!user.contains("\"name\"") && user.contains(#""description":"third""#) && user.contains(#""meta":{"a":1}"#))
        #expect(user.contains("https://example.com/a.png"))
    }

    @Test func listsAreAPageOrAll() throws {
        let made = try runner.run(
            "--sandbox", "-e", "for i in 0..103 { users.create(name: \"u${i}\", meta: { odd: \"${i % 2}\" }) }")
        #expect(made.status == 0)
        let page = try api("list")
        let object = try JSONSerialization.jsonObject(with: Data(page.stdout.utf8)) as? [String: Any]
        #expect((object?["items"] as? [Any])?.count == 100 && object?["cursor"] is String)
        // One answer, however long.
        let lines = try api("list", "--stream", "--order", "asc", "--max-requests", "1").stdout.split(separator: "\n")
        #expect(lines.count == 103 && lines[0].contains("\"u0\"") && lines[102].contains("\"u102\""))
        #expect(try api("list", "--stream", "--take", "101").stdout.split(separator: "\n").count == 101)
        #expect(try api("list", "--stream", "--meta", "odd=1", "--take", "3").stdout.contains("\"u101\""))
        #expect(try api("list", "--stream", "--take", "0").stdout == "")
        let all = try api("list", "--all", "--take", "101", "--output", "csv").stdout.split(separator: "\n")
        #expect(all.count == 102 && all[0].hasPrefix("id,name"))
        #expect(try api("list", "--all", "--meta", "odd=1", "--output", "jsonl").stdout.split(separator: "\n").count == 51)
        #expect(try api("list", "--email", "nobody@example.com", "--output", "table").stderr == "none\n")
    }

    @Test func aMintedTokenIsMaskedAndKept() throws {
        let id = try created("--name", "Ada")
        let result = try api("token", "create", id, "--name", "first")
        #expect(result.stdout.contains("\"token\": \"sk-…") && result.stderr.contains("secrets.csv"))
        let run = try #require(runner.names(in: "cbk-runs").first)
        let kept = try runner.read("cbk-runs/\(run)/secrets.csv")
        #expect(kept.contains(id) && runner.mode("cbk-runs/\(run)/secrets.csv") == 0o600)
        let listed = try api("token", "list", id, "--output", "table")
        #expect(listed.stdout.contains("first") && !listed.stdout.contains("sk-"))
        let session = try api("session", "create", id, "--durationInSeconds", "60", "--config.allowedRoutes", "/v1/*")
        #expect(session.status == 0 && session.stdout.contains("expiresAt"), "\(session)")
        #expect(try api("context", "create", id, "--payload", "a=b").stdout.contains("\"payload\": {"))
    }

    @Test(arguments: [
        (["crate"], "cbk: there is no operation 'partner user crate'; did you mean 'create'?"),
        (["token", "zzz"], "cbk: there is no operation 'partner user token zzz'; after 'api partner user token' comes list,"),
        (["fetch"], "cbk: 'partner user fetch' needs the user's id, or @ and its alias"),
        (["fetch", "a", "b"], "cbk: 'partner user fetch' takes one id, not 'b' too"),
        (["list", "a"], "cbk: 'partner user list' takes flags only, not 'a' too"),
        (["create", "--nmae", "x"], "cbk: there is no flag '--nmae'; did you mean '--name'?"),
        (["create", "--meta", "x"], "cbk: --meta takes KEY=VALUE, not 'x'"),
        (["create", "--limits.messages", "many"], "cbk: --limits.messages takes a whole number, not 'many'"),
        (["list", "--stream", "--output", "csv"], "cbk: --stream prints each item as JSON on its line; --all takes"),
        (["list", "--email", ""], "cbk: --email is empty; leave it out to list all"),
        (["create", "--data", "nothing.json"], "cbk: cannot read 'nothing.json'"),
    ])
    func refusedBeforeARequest(words: [String], message: String) throws {
        let result = try runner.run(["--sandbox", "api", "partner", "user"] + words)
        #expect(result.stderr.hasPrefix(message) && result.stdout == "" && result.status == 2, "\(result)")
    }

    @Test(arguments: [
        ("[1]", "cbk: --data takes a JSON object, and standard input holds an array"),
        ("{", "cbk: standard input is no JSON"),
        (#"{"nmae": 1}"#, "cbk: the data has a field 'nmae' that the operation lacks; did you mean 'name'?"),
        (#"{"limits": {"database": {"rows": 1}}}"#, "cbk: the data has a field 'limits.database.rows' that the operation lacks"),
    ])
    func dataThatDoesNotFit(data: String, message: String) throws {
        let result = try api("create", "--data", "-", stdin: data)
        #expect(result.stderr.hasPrefix(message) && result.status == 2, "\(result)")
    }

    @Test func theServersRefusalIsAnError() throws {
        let result = try api("delete", "nobody")
        #expect(result.stderr == "error[NOT_FOUND]: users.delete: there is no user 'nobody' (status 404)\n" && result.status == 1)
    }

    @Test func helpNamesOperationsAndFlags() throws {
        let all = try runner.run("api", "--help")
        #expect(all.stdout.contains("cbk api partner user context delete USER CONTEXT") && all.status == 0)
        #expect(try runner.run("help", "api").stdout == all.stdout)
        #expect(try runner.run("api", "partner", "user").stdout == all.stdout)
        let one = try runner.run("api", "partner", "user", "update", "--help")
        #expect(one.stdout.contains("--limits.database.files N") && one.stdout.contains("--data FILE|-") && one.status == 0)
        #expect(!(try runner.run("api", "partner", "user", "list", "--help").stdout.contains("--data")))
    }
}
