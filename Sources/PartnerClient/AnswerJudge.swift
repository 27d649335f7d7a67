// What an answer means: takes status, headers and body, gives the JSON or a PartnerError. A write counts as refused only on
// the statuses that say so; on everything else its outcome is unknown.
import JSONBytes
import PartnerAPI

struct AnswerJudge {
    let schema: OperationSchema
    let response: WireResponse
    let bytes: [UInt8]

    func answer() throws(PartnerError) -> JSONValue {
        guard (200..<300).contains(response.status) else { throw refusal() }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw self.error(isWrite ? .outcomeUnknown : .answer, "the answer is no JSON: \(error)")
        }
        if let body = ErrorBody(json: json) {
            // Sent after the status, when the work took too long: it says nothing sure about a write.
            throw error(isWrite ? .outcomeUnknown : .api, body.message, code: body.code)
        }
        if isWrite, json["id"]?.stringValue.map({ !$0.isEmpty }) != true {
            throw error(.outcomeUnknown, "the answer has no id, so whether it happened is unknown")
        }
        return json
    }

    /// What an answer with a status other than 2xx means.
    func refusal() -> PartnerError {
        if (300..<400).contains(response.status) { return error(statusKind, redirect) }
        guard let json = try? JSONValue(parsing: bytes) else {
            return error(statusKind, bytes.isEmpty ? "the answer has status \(response.status) and no text" : start)
        }
        let body = ErrorBody(json: json)
        let message = body?.message ?? json["message"]?.stringValue ?? "the answer is an error: \(start)"
        return error(statusKind, message, code: body?.code ?? json["code"]?.stringValue)
    }

    private var isWrite: Bool { schema.effect.isWrite }

    private var statusKind: PartnerError.Kind {
        guard isWrite else { return response.status == 408 ? .timeout : .api }
        switch response.status {
        case 400...405, 409, 413, 422, 429: return .api
        default: return .outcomeUnknown
        }
    }

    /// Where a redirect points, without the query, which may hold a credential.
    private var redirect: String {
        guard let target = response.headers["location"]?.prefix(while: { $0 != "?" && $0 != "#" }), !target.isEmpty else {
            return "the server redirects elsewhere, which is not followed"
        }
        let end = target.firstRange(of: "://")?.upperBound ?? target.startIndex
        let place = target[end...].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let host = place.first?.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let shown = ([target[..<end] + host] + place.dropFirst().map { "/" + $0 }).joined()
        return "the server redirects to '\(shown.prefix(200))', which is not followed; set the base URL to where the API is"
    }

    /// The start of the body, as text.
    private var start: String {
        let text = String(decoding: bytes.prefix(200), as: UTF8.self)
        return bytes.count > 200 ? text + "…" : text
    }

    private func error(_ kind: PartnerError.Kind, _ message: String, code: String? = nil) -> PartnerError {
        PartnerError(
            kind: kind, message: message, status: response.status, code: code, operation: schema.name,
            requestID: response.headers.requestID,
            retryAfter: response.headers["retry-after"])
    }
}

extension WireHeaders {
    /// What the server calls the request, where it says so.
    var requestID: String? { self["x-request-id"] ?? self["request-id"] }
}
