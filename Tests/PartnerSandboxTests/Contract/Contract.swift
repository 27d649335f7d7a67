// Runs the contract against any transport, and holds each answer against a description: its status, headers, media type and
// every field. What it made it deletes, whatever went wrong.
import JSONBytes
import PartnerAPI
import Testing

struct Contract: Sendable {
    let transport: any Transport
    /// Nil within the process.
    let secret: Secret?
    let base: BaseURL?
    let description: OpenAPIReader
    /// Of a run against the sandbox; elsewhere answers may have more fields, and some rules are unknown.
    var isSandbox = true

    /// Sends every step, and deletes what is left.
    func verify(mark: String) async throws {
        var known = ["mark": mark]
        var made: Set<String> = []
        for step in ContractStep.all where (isSandbox || !step.isSandboxOnly) && (secret != nil || !step.needsListener) {
            do {
                try await perform(step, &known, &made)
            } catch {
                Issue.record(error, "the contract broke off at '\(step.name)'")
                break
            }
        }
        for user in made.union(await marked(known)) {
            _ = try? await send(.post("clean up", "/partner/user/\(user)/delete"), known)
        }
    }

    /// Users whose create was not answered carry the mark. The filter is not believed: no other user may be touched.
    private func marked(_ known: [String: String]) async -> [String] {
        let list = ContractStep.get("what is left", "/partner/user/list", ["meta.mark": "$mark"])
        guard let response = try? await send(list, known), let bytes = try? await response.collected(),
            let items = try? JSONValue(parsing: bytes)["items"]?.arrayValue, let mark = known["mark"]
        else { return [] }
        return items.filter { $0["meta"]?["mark"] == .string(mark) }.compactMap { $0["id"]?.stringValue }
    }

    /// - Parameter made: gets the users that came about, also those that should have been refused.
    private func perform(
        _ step: ContractStep, _ known: inout [String: String], _ made: inout Set<String>
    ) async throws {
        let response = try await send(step, known)
        let bytes = try await response.collected()
        let text = String(decoding: bytes, as: UTF8.self)
        let json = (try? JSONValue(parsing: bytes)) ?? .null
        let about = Comment(
            "\(step.name): \(step.method.rawValue) \(filled(step.path, known)) gave \(response.status) \(text.prefix(400))")
        if step.path == "/partner/user/create", let id = json["id"]?.stringValue { made.insert(id) }
        #expect(response.status == step.status, about)
        if let code = step.code { #expect(json["code"] == .string(code.rawValue), about) }
        if let has = step.has { #expect(matches(json, has, known), about) }
        for part in step.contains { #expect(text.contains(filled(part, known)), about) }
        for part in step.lacks { #expect(!text.contains(filled(part, known)), about) }
        let problems = description.problems(response, text, of: step.method, filled(step.path, known), isStrict: isSandbox)
        #expect(problems.isEmpty, about)
        for (name, field) in step.keeps { known[name] = json[field]?.stringValue }
    }

    private func send(_ step: ContractStep, _ known: [String: String]) async throws -> WireResponse {
        var headers = step.headers
        for index in headers.fields.indices { headers.fields[index].value = filled(headers.fields[index].value, known) }
        if let secret, headers["Authorization"] == nil { headers["Authorization"] = "Bearer \(secret.reveal())" }
        if headers["Authorization"]?.isEmpty == true { headers["Authorization"] = nil }
        let body = step.body.map { Array(filled($0, known).utf8) }
        if body != nil { headers["Content-Type"] = "application/json" }
        var request = WireRequest(
            method: step.method, path: filled(step.path, known),
            query: step.query.map { QueryItem($0.name, filled($0.value, known)) }, headers: headers, body: body)
        request.base = base
        request.timeout = .seconds(30)
        return try await transport.send(request)
    }

    private func filled(_ text: String, _ known: [String: String]) -> String {
        known.reduce(text) { $0.replacing("$\($1.key)", with: $1.value) }
    }

    /// Whether a value has all that is wanted of it.
    private func matches(_ value: JSONValue?, _ wanted: JSONValue, _ known: [String: String]) -> Bool {
        switch (value, wanted) {
        case (let value?, .string("…")): !value.isNull
        case (.object(let object)?, .object(let members)):
            members.allSatisfy { matches(object[$0.key], $0.value, known) }
        case (.array(let items)?, .array(let elements)):
            items.count == elements.count && zip(items, elements).allSatisfy { matches($0, $1, known) }
        case (.string(let text)?, .string(let pattern)): text == filled(pattern, known)
        default: value == wanted
        }
    }
}
