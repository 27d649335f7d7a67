// The wire's rules for users: what is written is read back, what breaks a rule is refused with its code.
import JSONBytes
import PartnerAPI
import Testing

@testable import PartnerSandbox

@Suite struct UserRulesTests {
    @Test func createAnswersAnIdAndFetchTheFields() async throws {
        let sandbox = try Sandbox()
        let created = try await sandbox.post(
            "/create",
            """
            {"alias":"ada-1","name":"Ada \\u00e9😀","description":"d","meta":{"plan":"pro","n":1,"x":[1.5,null]},
             "image":"https://example.com/a.png","email":"ada@example.com",
             "limits":{"tokens":5,"database":{"records":10}}}
            """)
        #expect(created.status == 200)
        #expect(created.json.objectValue?.keys == ["id"])
        #expect(created.id.utf8.count == 24)
        #expect(created.id.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) })
        let fetched = try await sandbox.get("/\(created.id)/fetch")
        #expect(
            fetched.json == [
                "id": .string(created.id), "name": "Ada é😀", "description": "d",
                "meta": ["plan": "pro", "n": 1, "x": [1.5, nil]], "image": "https://example.com/a.png",
                "email": "ada@example.com", "limits": ["tokens": 5, "database": ["records": 10]],
                "createdAt": 1_750_000_000_000, "updatedAt": 1_750_000_000_000,
            ])
    }

    @Test func bothBasesAnswer() async throws {
        let sandbox = try Sandbox()
        let id = try await sandbox.post("/create").id
        #expect(try await sandbox.send(.get, "/v1/partner/user/\(id)/fetch").id == id)
        #expect(try await sandbox.send(.get, "/api/v1/partner/user/\(id)/fetch").id == id)
        #expect(try await sandbox.send(.get, "/partner/user/\(id)/fetch").code == "NOT_FOUND")
        #expect(try await sandbox.send(.get, "/api/v2/partner/user/\(id)/fetch").code == "NOT_FOUND")
    }

    @Test(arguments: [
        "/v1/partner/user", "/v1/partner/user/", "/v1/partner/user/x", "/v1/partner/user/x/unknown", "/v1/partner/users/list",
        "/v1/partner/user//fetch", "/v1/partner/user/x/fetch/y", "/v1/partner/user/x/token", "/v1/partner/user/x/token/y/fetch",
        "/", "", "/v1", "/api", "/v1/partner/user/%zz/fetch",
    ])
    func unknownPathsAreNotFound(_ path: String) async throws {
        let answer = try await Sandbox().send(.get, path)
        #expect(answer.status == 404)
        #expect(answer.code == "NOT_FOUND")
        #expect(answer.type == "application/json")
    }

    @Test(arguments: [
        (WireMethod.post, "/v1/partner/user/list"), (.get, "/v1/partner/user/create"), (.post, "/v1/partner/user/x/fetch"),
        (.get, "/v1/partner/user/x/delete"), (WireMethod(rawValue: "DELETE"), "/v1/partner/user/x/delete"),
        (WireMethod(rawValue: "PUT"), "/v1/partner/user/x/update"), (.get, "/v1/partner/user/x/token/create"),
    ])
    func wrongMethodsAreNotAllowed(_ method: WireMethod, _ path: String) async throws {
        let answer = try await Sandbox().send(method, path)
        #expect(answer.status == 405)
        #expect(answer.code == "METHOD_NOT_ALLOWED")
    }

    @Test(arguments: [
        (#"{"name":1}"#, "'name' must be a string, not a number"), (#"{"email":[]}"#, "'email' must be a string, not an array"),
        (#"{"description":true}"#, "'description' must be a string, not a boolean"),
        (#"{"image":{}}"#, "'image' must be a string, not an object"),
        (#"{"meta":"x"}"#, "'meta' must be an object, not a string"), (#"{"meta":[]}"#, "'meta' must be an object, not an array"),
        (#"{"meta":{"_x":1}}"#, "'meta' has the key '_x'; keys must not start with '_'"),
        (#"{"limits":5}"#, "'limits' must be an object, not a number"),
        (#"{"limits":{"tokens":"5"}}"#, "'limits.tokens' must be a number, not a string"),
        (#"{"limits":{"tokens":-1}}"#, "'limits.tokens' must not be negative"),
        (#"{"limits":{"database":1}}"#, "'limits.database' must be an object, not a number"),
        (#"{"limits":{"database":{"records":true}}}"#, "'limits.database.records' must be a number, not a boolean"),
        (#"{"alias":"Ada"}"#, "'alias' may hold a-z, 0-9, '-' and '_' only, not 'Ada'"),
        (#"{"alias":"a b"}"#, "'alias' may hold a-z, 0-9, '-' and '_' only, not 'a b'"),
        (#"{"alias":7}"#, "'alias' must be a string, not a number"),
        (#"{"name":"a\u0000"}"#, "'name' contains a zero byte"), ("[]", "the body must be an object, not an array"),
        ("", "the body is no JSON: the text ends where a value is expected at byte 0"),
        ("{", "the body is no JSON: the text ends where a key in double quotes is expected at byte 1"),
    ])
    func badBodiesAreRefused(_ body: String, _ message: String) async throws {
        let sandbox = try Sandbox()
        let created = try await sandbox.post("/create", body)
        #expect(created.status == 400)
        #expect(created.code == "BAD_REQUEST")
        #expect(created.message == message)
        let id = try await sandbox.post("/create", #"{"name":"before"}"#).id
        #expect(try await sandbox.post("/\(id)/update", body).message == message)
        #expect(try await sandbox.get("/list").names == ["before"])
    }

    @Test func lengthsAreCountedInBytes() async throws {
        let sandbox = try Sandbox()
        let fits = String(repeating: "é", count: 95) + "a"
        #expect(try await sandbox.post("/create", "{\"name\":\"\(fits)\"}").status == 200)
        let refused = try await sandbox.post("/create", "{\"name\":\"\(fits)b\"}")
        #expect(refused.message == "'name' has 192 bytes; at most 191 are allowed")
        let alias = String(repeating: "a", count: 128)
        #expect(try await sandbox.post("/create", "{\"alias\":\"\(alias)\"}").status == 200)
        #expect(try await sandbox.post("/create", "{\"alias\":\"\(alias)a\"}").status == 400)
    }

    @Test func unknownFieldsAreIgnored() async throws {
        let sandbox = try Sandbox()
        let id = try await sandbox.post("/create", #"{"name":"a","colour":"red","limits":{"planets":3,"tokens":null}}"#).id
        let user = try await sandbox.get("/\(id)/fetch").json
        #expect(user["colour"] == nil)
        #expect(user["limits"] == [:])
    }

    @Test func largeBodiesAreRefused() async throws {
        let text = String(repeating: "x", count: 4 << 20)
        let answer = try await Sandbox().post("/create", "{\"description\":\"\(text)\"}")
        #expect(answer.status == 413)
        #expect(answer.code == "CONTENT_TOO_LARGE")
    }

    // MARK: - Aliases

    @Test func anAliasStandsForAnId() async throws {
        let sandbox = try Sandbox()
        let id = try await sandbox.post("/create", #"{"alias":"ada","name":"Ada"}"#).id
        #expect(try await sandbox.get("/@ada/fetch").id == id)
        #expect(try await sandbox.get("/%40ada/fetch").id == id)
        #expect(try await sandbox.get("/@ada/fetch").json["alias"] == nil)
        #expect(try await sandbox.post("/@ada/update", #"{"name":"Lady"}"#).id == id)
        #expect(try await sandbox.post("/@ada/token/create").status == 200)
        #expect(try await sandbox.post("/@ada/delete").id == id)
        #expect(try await sandbox.get("/@ada/fetch").message == "there is no user with the alias 'ada'")
    }

    @Test func anAliasIsUnique() async throws {
        let sandbox = try Sandbox()
        let first = try await sandbox.post("/create", #"{"alias":"ada"}"#).id
        let second = try await sandbox.post("/create", #"{"alias":"bob"}"#).id
        let taken = try await sandbox.post("/create", #"{"alias":"ada"}"#)
        #expect(taken.status == 409)
        #expect(taken.code == "CONFLICT")
        #expect(taken.message == "the alias 'ada' is taken by another user")
        #expect(try await sandbox.post("/\(second)/update", #"{"alias":"ada","name":"x"}"#).status == 409)
        #expect(try await sandbox.get("/\(second)/fetch").json["name"] == nil)
        #expect(try await sandbox.post("/\(first)/update", #"{"alias":"ada"}"#).status == 200)
    }

    @Test(arguments: ["null", "\"\""])
    func emptyAndNullClearAnAlias(_ empty: String) async throws {
        let sandbox = try Sandbox()
        let id = try await sandbox.post("/create", #"{"alias":"ada"}"#).id
        #expect(try await sandbox.post("/\(id)/update", "{\"alias\":\(empty)}").status == 200)
        #expect(try await sandbox.get("/@ada/fetch").status == 404)
        #expect(try await sandbox.post("/create", #"{"alias":"ada"}"#).status == 200)
        #expect(try await sandbox.post("/create", "{\"alias\":\(empty)}").status == 200)
        #expect(try await sandbox.post("/create", "{\"alias\":\(empty)}").status == 200)
    }

    // MARK: - Updates

    @Test func updateReplacesWhatItNamesAndNullClears() async throws {
        let sandbox = try Sandbox()
        let id = try await sandbox.post(
            "/create", #"{"name":"a","email":"e","meta":{"x":1,"y":2},"limits":{"tokens":1,"messages":2}}"#
        ).id
        sandbox.clock.advance(5)
        #expect(
            try await sandbox.post("/\(id)/update", #"{"email":null,"meta":{"x":9},"limits":{"tokens":7,"messages":null}}"#).id
                == id)
        let user = try await sandbox.get("/\(id)/fetch").json
        #expect(user["name"] == "a")
        #expect(user["email"] == nil)
        #expect(user["meta"] == ["x": 9])
        #expect(user["limits"] == ["tokens": 7])
        #expect(user["createdAt"] == 1_750_000_000_000)
        #expect(user["updatedAt"] == 1_750_000_000_005)
        _ = try await sandbox.post("/\(id)/update", #"{"meta":null,"limits":null}"#)
        let cleared = try await sandbox.get("/\(id)/fetch").json
        #expect(cleared["meta"] == nil)
        #expect(cleared["limits"] == nil)
        #expect(try await sandbox.post("/\(id)/update").status == 200)
    }

    @Test func updateMergesWhereAskedTo() async throws {
        let sandbox = try Sandbox(nested: .merge)
        let id = try await sandbox.post(
            "/create", #"{"meta":{"x":1,"y":{"a":1,"b":2}},"limits":{"tokens":1,"database":{"files":3}}}"#
        ).id
        _ = try await sandbox.post(
            "/\(id)/update", #"{"meta":{"x":null,"y":{"b":3},"z":true},"limits":{"messages":2,"database":{"records":4}}}"#)
        let user = try await sandbox.get("/\(id)/fetch").json
        #expect(user["meta"] == ["y": ["a": 1, "b": 3], "z": true])
        #expect(user["limits"] == ["tokens": 1, "messages": 2, "database": ["files": 3, "records": 4]])
        _ = try await sandbox.post("/\(id)/update", #"{"meta":null}"#)
        _ = try await sandbox.post("/\(id)/update", #"{"meta":{"n":null,"m":1}}"#)
        #expect(try await sandbox.get("/\(id)/fetch").json["meta"] == ["m": 1])
    }

    @Test func unknownUsersAreNotFound() async throws {
        let sandbox = try Sandbox()
        let paths = [
            "/nobody/update", "/nobody/delete", "/nobody/token/create", "/nobody/token/t/update", "/nobody/token/t/delete",
        ]
        for path in paths {
            let answer = try await sandbox.post(path)
            #expect(answer.status == 404, "\(path)")
            #expect(answer.message == "there is no user 'nobody'")
        }
        #expect(try await sandbox.get("/nobody/fetch").code == "NOT_FOUND")
        #expect(try await sandbox.get("/nobody/token/list").code == "NOT_FOUND")
    }

    @Test func deleteIsFinal() async throws {
        let sandbox = try Sandbox()
        let id = try await sandbox.post("/create").id
        #expect(try await sandbox.send(.post, "/v1/partner/user/\(id)/delete").id == id)
        #expect(try await sandbox.get("/\(id)/fetch").status == 404)
        #expect(try await sandbox.post("/\(id)/delete").status == 404)
        #expect(try await sandbox.get("/list").json == ["items": []])
    }
}
