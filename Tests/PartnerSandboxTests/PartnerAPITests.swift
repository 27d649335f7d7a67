// The contract as data: schemas that agree with themselves, open records, percent-encoding.
import JSONBytes
import PartnerAPI
import Testing

@Suite struct PartnerAPITests {
    @Test func schemasAgreeWithThemselves() {
        #expect(OperationSchema.all.count == 15)
        #expect(Set(OperationSchema.all.map(\.name)).count == 15)
        #expect(Set(OperationSchema.all.map(\.operationID)).count == 15)
        for schema in OperationSchema.all {
            let placeholders = schema.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
            #expect(placeholders.map(String.init) == schema.pathParameters.map(\.name), "\(schema.name)")
            #expect((schema.request == nil) == !schema.effect.isWrite, "\(schema.name)")
            #expect(schema.method == (schema.effect.isWrite ? .post : .get), "\(schema.name)")
            #expect(schema.answer.fields.first?.name == "id", "\(schema.name)")
            #expect(!schema.summary.isEmpty && schema.summary.hasSuffix("."), "\(schema.name)")
        }
    }

    @Test func theCreateSchemaNamesEveryField() throws {
        let fields = try #require(OperationSchema.userCreate.request)
        #expect(fields.map(\.name) == ["alias", "name", "description", "meta", "image", "email", "limits"])
        guard case .record(let limits)? = fields.last?.type, case .record(let database)? = limits.last?.type else {
            return #expect(Bool(false), "limits and database are records")
        }
        #expect(limits.map(\.name) == ["tokens", "conversations", "messages", "database"])
        #expect(database.map(\.name) == ["datasets", "records", "skillsets", "abilities", "files"])
    }

    @Test func requestsTakeTheRightIds() throws {
        let request = try OperationSchema.tokenUpdate.wireRequest(ids: ["@ada", "t 1"], body: ["name": "x"])
        #expect(request.path == "/partner/user/%40ada/token/t%201/update")
        #expect(request.headers["CONTENT-TYPE"] == "application/json")
        #expect(throws: RequestError("users.fetch takes 1 ids, not 0")) { try OperationSchema.userFetch.wireRequest() }
        #expect(throws: RequestError("users.fetch takes no request fields")) {
            try OperationSchema.userFetch.wireRequest(ids: ["u"], body: ["name": "x"])
        }
        #expect(try OperationSchema.userList.wireRequest().body == nil)
    }

    @Test func recordsAreOpen() throws {
        let user = try PartnerUser(json: [
            "id": "u", "name": nil, "email": 5, "createdAt": 1750000000000.0, "plan": "x",
            "limits": ["tokens": 3, "rockets": 2, "database": ["files": nil, "moons": 1]],
        ])
        #expect(user.name == nil)
        #expect(user.email == nil)
        #expect(user.createdAt == 1_750_000_000_000)
        #expect(user.otherFields == ["email": 5, "plan": "x"])
        #expect(user.limits?.tokens == 3)
        #expect(user.limits?.json == ["tokens": 3, "rockets": 2, "database": ["moons": 1]])
        #expect(throws: AnswerError.self) { try PartnerUser(json: ["name": "x"]) }
        #expect(throws: AnswerError("the answer has no token")) { try MintedToken(json: ["id": "t"]) }
    }

    @Test func errorBodiesAreToldFromRecords() {
        #expect(ErrorBody(json: ["message": "m", "code": "C"]) == ErrorBody(message: "m", code: "C"))
        #expect(ErrorBody(json: ["message": "m", "code": "C", "id": "u"]) == nil)
        #expect(ErrorBody(json: ["message": "m"]) == nil)
        #expect(ErrorBody(json: []) == nil)
        #expect(PartnerErrorCode.limitsReached.status == 429)
        #expect(PartnerErrorCode(rawValue: "CONFLICT")?.status == 409)
    }

    @Test(arguments: [
        ("abc-._~09AZ", "abc-._~09AZ"), ("a/b", "a%2Fb"), ("é😀", "%C3%A9%F0%9F%98%80"), ("a b+c%", "a%20b%2Bc%25"), ("", ""),
    ])
    func percentEncoding(_ text: String, _ encoded: String) {
        #expect(PercentEncoding.encode(text) == encoded)
        #expect(PercentEncoding.decode(Substring(encoded)) == text)
    }

    @Test func queriesAreDecoded() {
        let items = [QueryItem("a b", "1+2"), QueryItem("é", ""), QueryItem("x", "a=b&c")]
        #expect(PercentEncoding.decodeQuery(Substring(PercentEncoding.encodeQuery(items))) == items)
        #expect(PercentEncoding.decodeQuery("a=1+2&&b") == [QueryItem("a", "1 2"), QueryItem("b", "")])
        #expect(PercentEncoding.decodeQuery("a=%4") == nil)
        #expect(PercentEncoding.decode("%FF") == nil)
        #expect(PercentEncoding.decode("a+b") == "a+b")
    }

    @Test func headersIgnoreCase() {
        var headers: WireHeaders = ["Content-Type": "a", "X-A": "1"]
        #expect(headers["content-type"] == "a")
        headers["CONTENT-TYPE"] = "b"
        #expect(headers.fields.count == 2)
        #expect(headers["Content-Type"] == "b")
        headers["x-a"] = nil
        #expect(headers.fields.count == 1)
    }
}
