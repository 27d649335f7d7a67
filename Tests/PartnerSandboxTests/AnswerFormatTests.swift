// Answers as CSV and as an event stream: the same records as in JSON, for every kind of operation.
import JSONBytes
import PartnerAPI
import Testing

@testable import PartnerSandbox

@Suite struct AnswerFormatTests {
    @Test func csvHasAColumnForEachField() async throws {
        let sandbox = try Sandbox()
        _ = try await sandbox.post(
            "/create", #"{"name":"=1+1","description":"a \"b\",\nc","meta":{"plan":"pro"},"limits":{"messages":5}}"#)
        sandbox.clock.advance(1)
        let id = try await sandbox.post("/create", #"{"email":"zoë@example.com"}"#).id
        let answer = try await sandbox.get("/list", query: [QueryItem("order", "asc")], accept: "text/csv")
        #expect(answer.type == "text/csv; charset=utf-8")
        let rows = answer.text.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(rows[0] == "id,name,description,meta,image,email,limits,createdAt,updatedAt")
        // As it is, no apostrophe: a client gets what was stored.
        #expect(
            rows[1].contains(",=1+1,\"a \"\"b\"\",\nc\",\"{\"\"plan\"\":\"\"pro\"\"}\",,,\"{\"\"messages\"\":5}\",1750000000000,")
        )
        #expect(rows[2] == "\(id),,,,,zoë@example.com,,1750000000001,1750000000001")
        #expect(rows[3] == "" && rows.count == 4)
    }

    @Test func csvOfNothingIsItsHeader() async throws {
        let sandbox = try Sandbox()
        #expect(
            try await sandbox.get("/list", accept: "text/csv").text
                == "id,name,description,meta,image,email,limits,createdAt,updatedAt\r\n")
    }

    @Test(arguments: ["text/csv", "text/event-stream", "application/jsonl"])
    func listsAreWholeAndStopAtTheTotal(_ accept: String) async throws {
        let sandbox = try Sandbox()
        for _ in 0..<130 { _ = try await sandbox.post("/create", #"{"name":"x"}"#) }
        let header = accept == "text/csv" ? 1 : 0
        let all = try await sandbox.get("/list", accept: accept)
        #expect(all.text.split(separator: accept == "text/csv" ? "\r\n" : "\n").count == 130 + header)
        let some = try await sandbox.get("/list", query: [QueryItem("take", "120")], accept: accept)
        #expect(some.text.split(separator: accept == "text/csv" ? "\r\n" : "\n").count == 120 + header)
    }

    @Test func everyWriteAnswersInThem() async throws {
        let sandbox = try Sandbox()
        let made = try await sandbox.send(.post, "/v1/partner/user/create", accept: "text/csv", body: "{}")
        let id = made.text.split(separator: "\r\n").last.map(String.init) ?? ""
        #expect(made.text == "id\r\n\(id)\r\n" && id.count == 24)
        let token = try await sandbox.send(.post, "/v1/partner/user/\(id)/token/create", accept: "text/csv", body: "{}")
        #expect(token.text.wholeMatch(of: /id,token,createdAt\r\nc[0-9a-z]{23},sk-[0-9a-f]{64},1750000000000\r\n/) != nil)
        let fetched = try await sandbox.get("/\(id)/fetch", accept: "text/event-stream")
        #expect(fetched.type == "text/event-stream")
        #expect(
            fetched.text.hasPrefix("data: {\"type\":\"result\",\"data\":{\"id\":\"\(id)\",") && fetched.text.hasSuffix("}}\n\n"))
        let refused = try await sandbox.get("/nobody/fetch", accept: "text/csv")
        #expect(refused.status == 404 && refused.type == "application/json" && refused.code == "NOT_FOUND")
    }

    @Test(arguments: [("application/jsonl", true), ("text/event-stream", true), ("text/csv", false)])
    func aFailureInTheMiddleIsAnEventOrAnEnd(_ accept: String, _ hasEvent: Bool) async throws {
        let sandbox = try Sandbox()
        for _ in 0..<150 { _ = try await sandbox.post("/create") }
        var request = WireRequest(method: .get, path: "/v1/partner/user/list")
        request.headers["accept"] = accept
        let response = try await sandbox.handler.respond(to: request)
        guard case .chunks(let pull) = response.body else { return #expect(Bool(false), "lists are pulled") }
        #expect(try await pull() != nil)
        try await sandbox.store.database.write { try $0.execute(sql: "DROP TABLE users") }
        if hasEvent {
            let event = String(decoding: try await pull() ?? [], as: UTF8.self)
            #expect(
                event.contains(#"{"type":"error","data":{"message":"the store failed"#) && event.contains("INTERNAL_SERVER_ERROR")
            )
            #expect(try await pull() == nil)
        } else {
            await #expect(throws: (any Error).self) { try await pull() }
        }
    }
}
