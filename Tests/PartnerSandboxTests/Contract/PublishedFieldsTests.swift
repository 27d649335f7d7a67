// The names that the published document gives for queries, bodies and answers of the 15 operations, as facts; the sandbox's
// description has the same.
import JSONBytes
import Testing

@testable import PartnerSandbox

@Suite struct PublishedFieldsTests {
    private static let limits = [
        "limits", "limits.tokens", "limits.conversations", "limits.messages", "limits.database", "limits.database.datasets",
        "limits.database.records", "limits.database.skillsets", "limits.database.abilities", "limits.database.files",
    ]
    private static let user = ["name", "description", "meta", "image", "email"] + limits
    private static let record = ["id", "createdAt", "updatedAt"]
    private static let token = ["name", "description", "meta"]
    private static let owners = ["blueprintId", "botId", "datasetId", "skillsetId"]
    private static let context = ["name", "description", "meta", "payload"]
    private static let page = ["cursor", "order", "take"]

    private static func list(_ item: [String]) -> [String] { ["cursor", "items"] + item.map { "items." + $0 } }

    private static let published: [(operation: String, query: [String], body: [String], answer: [String])] = [
        ("listPartnerUsers", page + ["meta"], [], list(record + user)),
        ("fetchPartnerUser", [], [], record + user),
        ("createPartnerUser", [], ["alias"] + user, ["id"]),
        ("updatePartnerUser", [], ["alias"] + user, ["id"]),
        ("deletePartnerUser", [], [], ["id"]),
        ("listPartnerUserTokens", page, [], list(record + token)),
        ("createPartnerUserToken", [], token + ["config"], ["id", "token", "createdAt"]),
        ("updatePartnerUserToken", [], token + ["config"], ["id"]),
        ("deletePartnerUserToken", [], [], ["id"]),
        (
            "createPartnerUserSession", [], ["durationInSeconds", "config", "config.allowedRoutes", "config.contactId"],
            ["id", "token", "expiresAt"]
        ),
        ("listPartnerUserContexts", page + owners, [], list(record + context + owners)),
        ("fetchPartnerUserContext", [], [], record + context + owners),
        ("createPartnerUserContext", [], context, record + context + owners),
        ("updatePartnerUserContext", [], context, ["id"]),
        ("deletePartnerUserContext", [], [], ["id"]),
    ]

    /// What the official SDK sends beside.
    private static let unpublished = ["listPartnerUsers": ["email"]]

    private let document = JSONValue.object(OpenAPIDocument().json)

    @Test func theDescriptionHasThem() throws {
        let operations = (document["paths"]?.objectValue?.members ?? []).flatMap { $0.value.objectValue?.members ?? [] }
        #expect(operations.count == Self.published.count)
        for published in Self.published {
            let described = try #require(
                operations.first { $0.value["operationId"]?.stringValue == published.operation }?.value, "\(published.operation)")
            let query = (described["parameters"]?.arrayValue ?? []).map(resolved).filter { $0["in"] == "query" }
            let names = query.compactMap { $0["name"]?.stringValue }
            #expect(Set(names) == Set(published.query + (Self.unpublished[published.operation] ?? [])), "\(published.operation)")
            #expect(fields(of: described["requestBody"]) == Set(published.body), "\(published.operation)")
            #expect(fields(of: described["responses"]?["200"]) == Set(published.answer), "\(published.operation)")
        }
    }

    private func fields(of message: JSONValue?) -> Set<String> {
        message.map { names(in: resolved($0)["content"]?["application/json"]?["schema"] ?? .null) } ?? []
    }

    /// The fields of a schema, `limits.tokens` for one in another; those of a list's items as its own.
    private func names(in schema: JSONValue, _ prefix: String = "") -> Set<String> {
        let schema = resolved(schema)
        var names: Set<String> = []
        for member in schema["properties"]?.objectValue?.members ?? [] {
            names.insert(prefix + member.key)
            names.formUnion(self.names(in: member.value, prefix + member.key + "."))
        }
        for part in (schema["oneOf"]?.arrayValue ?? []) + [schema["items"]].compactMap({ $0 }) {
            names.formUnion(self.names(in: part, prefix))
        }
        return names
    }

    private func resolved(_ value: JSONValue) -> JSONValue {
        guard let reference = value["$ref"]?.stringValue else { return value }
        return resolved(reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .null })
    }
}
