// The wire's rules for lists: order, pages, filters, JSON and JSON Lines.
import JSONBytes
import PartnerAPI
import Testing

@testable import PartnerSandbox

@Suite struct ListRulesTests {
    /// A sandbox with users named 0, 1, 2 … made in this order, three in each millisecond.
    private func sandbox(users count: Int) async throws -> Sandbox {
        let sandbox = try Sandbox()
        for number in 0..<count {
            if number % 3 == 0 { sandbox.clock.advance(1) }
            _ = try await sandbox.post("/create", "{\"name\":\"\(number)\"}")
        }
        return sandbox
    }

    private func names(_ range: some Sequence<Int>) -> [String] { range.map(String.init) }

    @Test func orderIsOfCreation() async throws {
        let sandbox = try await sandbox(users: 10)
        #expect(try await sandbox.get("/list").names == names((0..<10).reversed()))
        #expect(try await sandbox.get("/list", query: [QueryItem("order", "desc")]).names == names((0..<10).reversed()))
        #expect(try await sandbox.get("/list", query: [QueryItem("order", "asc")]).names == names(0..<10))
        let refused = try await sandbox.get("/list", query: [QueryItem("order", "up")])
        #expect(refused.message == "'order' must be 'asc' or 'desc', not 'up'")
    }

    @Test func aClockThatGoesBackDoesNotChangeTheOrder() async throws {
        let sandbox = try await sandbox(users: 3)
        sandbox.clock.advance(-60_000)
        _ = try await sandbox.post("/create", #"{"name":"3"}"#)
        let items = try await sandbox.get("/list").json["items"]?.arrayValue ?? []
        #expect(items.compactMap { $0["name"]?.stringValue } == names([3, 2, 1, 0]))
        let times = items.compactMap { $0["createdAt"]?.intValue }
        #expect(times == times.sorted(by: >))
        #expect(items.first?["updatedAt"] == items.first?["createdAt"])
    }

    @Test func cursorsPageThroughAll() async throws {
        let sandbox = try await sandbox(users: 10)
        for order in ["asc", "desc"] {
            var seen: [String] = []
            var cursor = ""
            while true {
                let page = try await sandbox.get(
                    "/list", query: [QueryItem("order", order), QueryItem("take", "4"), QueryItem("cursor", cursor)])
                guard let next = page.json["cursor"]?.stringValue else {
                    #expect(page.json == ["items": []])
                    break
                }
                #expect(next == page.json["items"]?.arrayValue?.last?["id"]?.stringValue)
                seen += page.names
                cursor = next
            }
            #expect(seen == (order == "asc" ? names(0..<10) : names((0..<10).reversed())))
        }
    }

    @Test func aCursorOutlivesItsItem() async throws {
        let sandbox = try await sandbox(users: 6)
        let page = try await sandbox.get("/list", query: [QueryItem("take", "2")])
        let cursor = try #require(page.json["cursor"]?.stringValue)
        _ = try await sandbox.post("/\(cursor)/delete")
        #expect(try await sandbox.get("/list", query: [QueryItem("cursor", cursor)]).names == names([3, 2, 1, 0]))
        let refused = try await sandbox.get("/list", query: [QueryItem("cursor", "nonsense")])
        #expect(refused.code == "BAD_REQUEST")
    }

    @Test(arguments: [
        ("1", 1), ("100", 100), ("101", 100), ("1000", 100), ("0", 100), ("-5", 100), ("many", 100), ("", 100), ("1.5", 100),
    ])
    func takeHasADefaultAndACap(_ take: String, _ count: Int) async throws {
        let sandbox = try await sandbox(users: 103)
        #expect(try await sandbox.get("/list", query: [QueryItem("take", take)]).names.count == count)
    }

    @Test func metaFiltersAreANDed() async throws {
        let sandbox = try Sandbox()
        for (name, meta) in [
            ("a", #"{"plan":"pro","active":true,"a.b":"x"}"#), ("b", #"{"plan":"pro","active":false}"#),
            ("c", #"{"plan":"free","active":true,"plan2":"pro"}"#), ("d", #"{"plan":"true","active":"true"}"#),
            ("e", "null"), ("f", #"{"q\"'[]":"y"}"#),
        ] {
            _ = try await sandbox.post("/create", "{\"name\":\"\(name)\",\"meta\":\(meta)}")
        }
        func list(_ filters: (String, String)...) async throws -> [String] {
            try await sandbox.get("/list", query: [QueryItem("order", "asc")] + filters.map { QueryItem($0.0, $0.1) }).names
        }
        #expect(try await list(("meta.plan", "pro")) == ["a", "b"])
        #expect(try await list(("meta[plan]", "pro")) == ["a", "b"])
        #expect(try await list(("meta.active", "true")) == ["a", "c"])
        #expect(try await list(("meta.active", "false")) == ["b"])
        #expect(try await list(("meta.plan", "pro"), ("meta[active]", "true")) == ["a"])
        #expect(try await list(("meta.a.b", "x")) == ["a"])
        #expect(try await list(("meta.q\"'[]", "y")) == ["f"])
        #expect(try await list(("meta.none", "x")) == [])
        #expect(try await list(("unknown", "x")).count == 6)
    }

    @Test func theEmailFilterIsExact() async throws {
        let sandbox = try Sandbox()
        for email in ["ada@example.com", "Ada@example.com", "ada@example.com", "bob@example.com"] {
            _ = try await sandbox.post("/create", "{\"name\":\"\(email)\",\"email\":\"\(email)\"}")
        }
        let found = try await sandbox.get("/list", query: [QueryItem("email", "ada@example.com"), QueryItem("take", "1")])
        #expect(found.names == ["ada@example.com"])
        let cursor = try #require(found.json["cursor"]?.stringValue)
        let next = try await sandbox.get("/list", query: [QueryItem("email", "ada@example.com"), QueryItem("cursor", cursor)])
        #expect(next.names == ["ada@example.com"])
        #expect(next.id != found.id || next.text != found.text)
        #expect(try await sandbox.get("/list", query: [QueryItem("email", "ADA@example.com")]).names == [])
    }

    @Test func listItemsCarryNoAlias() async throws {
        let sandbox = try Sandbox()
        _ = try await sandbox.post("/create", #"{"alias":"ada","name":"Ada"}"#)
        let item = try await sandbox.get("/list").json["items"]?.arrayValue?.first
        #expect(item?["name"] == "Ada")
        #expect(item?["alias"] == nil)
    }

    // MARK: - Accept

    @Test(arguments: [
        nil, "", "application/json", "*/*", "application/*", "Application/JSON; charset=utf-8",
        "text/html, application/json;q=0.9",
    ])
    func jsonIsThePlainAnswer(_ accept: String?) async throws {
        let answer = try await sandbox(users: 1).get("/list", accept: accept)
        #expect(answer.type == "application/json")
        #expect(answer.names == ["0"])
    }

    @Test(arguments: ["text/html", "text/plain", "application/xml", "nonsense"])
    func otherTypesAreRefused(_ accept: String) async throws {
        let answer = try await sandbox(users: 1).get("/list", accept: accept)
        #expect(answer.status == 400)
        #expect(
            answer.message
                == "Accept must be application/json, application/jsonl, text/csv or text/event-stream, not '\(accept)'")
    }

    @Test func jsonLinesGiveTheWholeList() async throws {
        let sandbox = try await sandbox(users: 250)
        let answer = try await sandbox.get("/list", query: [QueryItem("order", "asc")], accept: "application/jsonl")
        #expect(answer.type == "application/jsonl")
        #expect(answer.lines.count == 250)
        #expect(answer.lines.allSatisfy { $0["type"] == "item" })
        #expect(answer.lines.compactMap { $0["data"]?["name"]?.stringValue } == names(0..<250))
        #expect(answer.text.hasSuffix("}\n"))
    }

    @Test(arguments: [("120", 120), ("100", 100), ("7", 7), ("0", 130), ("999", 130)])
    func jsonLinesStopAtTheTotal(_ take: String, _ count: Int) async throws {
        let sandbox = try await sandbox(users: 130)
        let answer = try await sandbox.get("/list", query: [QueryItem("take", take)], accept: "application/jsonl")
        #expect(answer.lines.count == count)
        let cursor = try #require(answer.lines[0]["data"]?["id"]?.stringValue)
        let rest = try await sandbox.get("/list", query: [QueryItem("cursor", cursor)], accept: "application/jsonl")
        #expect(rest.lines.count == 129)
    }

    @Test func jsonLinesOfNothingAndOfOneRecord() async throws {
        let sandbox = try Sandbox()
        let empty = try await sandbox.get("/list", accept: "application/jsonl")
        #expect(empty.status == 200)
        #expect(empty.text == "")
        let id = try await sandbox.post("/create", #"{"name":"Ada"}"#).id
        let fetched = try await sandbox.get("/\(id)/fetch", accept: "application/jsonl")
        #expect(fetched.lines.first?["type"] == "result")
        #expect(fetched.lines.first?["data"]?["name"] == "Ada")
        let refused = try await sandbox.get("/nobody/fetch", accept: "application/jsonl")
        #expect(refused.status == 404)
        #expect(refused.type == "application/json")
    }
}
