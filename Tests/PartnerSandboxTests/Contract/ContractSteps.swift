// The contract: every operation, every format of lists, and every refusal that a request can provoke but for a long body,
// which ServerTests sends, in an order in which each finds what it needs. What it makes are users of its own, which it deletes.
import JSONBytes
import PartnerAPI

extension ContractStep {
    static let all = users + lists + tokens + sessions + contexts + refusals + listeners + endings

    private static let users: [ContractStep] = [
        .post(
            "a user", "/partner/user/create",
            #"{"alias":"$mark-a","name":"Zoë 😀","meta":{"mark":"$mark","vip":true},"email":"$mark@example.com","#
                + #""limits":{"messages":5,"database":{"records":6}}}"#
        ).having(["id": "…"]).keeping("user"),
        .get("is as it was sent", "/partner/user/$user/fetch").having([
            "id": "$user", "name": "Zoë 😀", "meta": ["mark": "$mark", "vip": true], "email": "$mark@example.com",
            "limits": ["messages": 5, "database": ["records": 6]], "createdAt": "…", "updatedAt": "…",
        ]),
        .get("is found by its alias", "/partner/user/@$mark-a/fetch").having(["id": "$user"]),
        .post("an alias that is taken", "/partner/user/create", #"{"alias":"$mark-a"}"#).refused(.conflict),
        .post("another user", "/partner/user/create", #"{"name":"other","meta":{"mark":"$mark","vip":false}}"#).keeping("other"),
        .post("another's alias", "/partner/user/$other/update", #"{"alias":"$mark-a"}"#).refused(.conflict),
        .post("fields change and are cleared", "/partner/user/$user/update", #"{"name":"Zoe","email":null,"alias":null}"#)
            .having(["id": "$user"]),
        .get("as they were told to", "/partner/user/$user/fetch").having(["name": "Zoe", "meta": ["mark": "$mark"]])
            .lacking("$mark@example.com"),
        .get("an alias that was cleared", "/partner/user/@$mark-a/fetch").refused(.notFound),
    ]

    private static let lists: [ContractStep] = [
        .get("oldest first", "/partner/user/list", ["meta.mark": "$mark", "order": "asc"])
            .having(["items": [["id": "$user"], ["id": "$other"]], "cursor": "$other"]),
        .get("newest first", "/partner/user/list", ["meta[mark]": "$mark"])
            .having(["items": [["id": "$other"], ["id": "$user"]], "cursor": "$user"]),
        .get("a page", "/partner/user/list", ["meta.mark": "$mark", "take": "1"]).having(["items": [["id": "$other"]]]),
        .get("the next page", "/partner/user/list", ["meta.mark": "$mark", "take": "1", "cursor": "$other"])
            .having(["items": [["id": "$user"]], "cursor": "$user"]),
        .get("the page behind the last", "/partner/user/list", ["meta.mark": "$mark", "cursor": "$user"])
            .having(["items": []]).lacking("cursor"),
        .get("words that are booleans", "/partner/user/list", ["meta.mark": "$mark", "meta.vip": "true"])
            .having(["items": [["id": "$user"]]]),
        .get("an address", "/partner/user/list", ["email": "nobody-$mark@example.com"]).having(["items": []]),
        .get("as JSON Lines", "/partner/user/list", ["meta.mark": "$mark"]).accepting("application/jsonl")
            .containing(#"{"type":"item","data":{"id":"$other""#, "$user"),
        .get("as CSV", "/partner/user/list", ["meta.mark": "$mark"]).accepting("text/csv").containing(
            "$other,other,", "$user,Zoe,"
        )
        .ofSandbox,
        .get("as an event stream", "/partner/user/list", ["meta.mark": "$mark"]).accepting("text/event-stream")
            .containing("data: ", "$other", "$user").ofSandbox,
        .get("one record as JSON Lines", "/partner/user/$user/fetch").accepting("application/jsonl").containing(
            #""type":"result""#
        )
        .ofSandbox,
        .get("one record as CSV", "/partner/user/$user/fetch").accepting("text/csv").containing("$user,Zoe,").ofSandbox,
    ]

    private static let tokens: [ContractStep] = [
        .post("a token", "/partner/user/$user/token/create", #"{"name":"first","meta":{"op":"x"}}"#)
            .having(["id": "…", "token": "…", "createdAt": "…"]).keeping("token").keeping("secret", "token"),
        .get("is listed without its secret", "/partner/user/$user/token/list")
            .having(["items": [["id": "$token", "name": "first"]]]).lacking("$secret"),
        .post("is renamed", "/partner/user/$user/token/$token/update", #"{"name":"second"}"#).having(["id": "$token"]),
        .get("is listed so", "/partner/user/$user/token/list").accepting("application/jsonl").containing("second").lacking(
            "$secret"),
        .get("as CSV, too", "/partner/user/$user/token/list").accepting("text/csv").containing("$token,second,").ofSandbox,
        .post("of another user it is not", "/partner/user/$other/token/$token/update", #"{"name":"x"}"#).refused(.notFound),
    ]

    private static let sessions: [ContractStep] = [
        .post(
            "a session", "/partner/user/$user/session/create", #"{"durationInSeconds":60,"config":{"allowedRoutes":["/v1/*"]}}"#
        )
        .having(["id": "…", "token": "…", "expiresAt": "…"]).keeping("session", "token"),
        .post("as CSV", "/partner/user/$user/session/create", #"{"durationInSeconds":60}"#).accepting("text/csv")
            .containing("id,token,expiresAt").ofSandbox,
        .post("without time", "/partner/user/$user/session/create", #"{"durationInSeconds":0}"#).refused(.badRequest),
    ]

    private static let contexts: [ContractStep] = [
        .post("a context", "/partner/user/$user/context/create", #"{"name":"a","payload":{"k":[1,2.5,null,"ü"]},"meta":{"m":1}}"#)
            .having(["id": "…"]).keeping("context"),
        .get("is as it was sent", "/partner/user/$user/context/$context/fetch")
            .having(["id": "$context", "name": "a", "payload": ["k": [1, 2.5, nil, "ü"]], "meta": ["m": 1]]),
        .post("changes", "/partner/user/$user/context/$context/update", #"{"name":"b"}"#).having(["id": "$context"]),
        .get("is listed", "/partner/user/$user/context/list").having(["items": [["id": "$context", "name": "b"]]]),
        .get("as an event stream", "/partner/user/$user/context/list").accepting("text/event-stream").containing("$context")
            .ofSandbox,
        .get("of a bot there is none", "/partner/user/$user/context/list", ["botId": "none"]).having(["items": []]),
        .post("is deleted", "/partner/user/$user/context/$context/delete").having(["id": "$context"]),
        .get("is gone", "/partner/user/$user/context/$context/fetch").refused(.notFound),
    ]

    private static let refusals: [ContractStep] = [
        .get("nowhere", "/partner/nothing").refused(.notFound),
        ContractStep(name: "the wrong method", method: WireMethod(rawValue: "PUT"), path: "/partner/user/create", body: "{}")
            .refused(.methodNotAllowed),
        .get("a write that is read", "/partner/user/$user/delete").refused(.methodNotAllowed),
        .post("no JSON", "/partner/user/create", "{").refused(.badRequest),
        .post("no object", "/partner/user/create", "[]").refused(.badRequest).ofSandbox,
        .post("no meta", "/partner/user/create", #"{"meta":5}"#).refused(.badRequest),
        .post("a key that is reserved", "/partner/user/create", #"{"meta":{"_a":1}}"#).refused(.badRequest),
        .post("no alias", "/partner/user/create", #"{"alias":"No Spaces"}"#).refused(.badRequest),
        .post("a name of 192 bytes", "/partner/user/create", "{\"name\":\"\(String(repeating: "é", count: 96))\"}").refused(
            .badRequest),
        .post("less than nothing", "/partner/user/create", #"{"limits":{"messages":-1}}"#).refused(.badRequest).ofSandbox,
        .get("another format", "/partner/user/list").accepting("image/png").refused(.badRequest),
        .get("another order", "/partner/user/list", ["order": "up"]).refused(.badRequest).ofSandbox,
        .get("no cursor", "/partner/user/list", ["cursor": "nonsense"]).refused(.badRequest).ofSandbox,
        .get("on behalf of a user", "/partner/user/list").header("X-RunAs-UserId", "$user").refused(.notAuthorized),
        .get("nobody's", "/partner/user/nobody-$mark/fetch").refused(.notFound),
        .post("nobody's token", "/partner/user/nobody-$mark/token/create").refused(.notFound),
    ]

    private static let listeners: [ContractStep] = [
        .get("without a credential", "/partner/user/list").header("Authorization", "").refused(.notAuthenticated).byListener,
        .get("with a stranger's", "/partner/user/list").header("Authorization", "Bearer nobody").refused(.notAuthenticated)
            .byListener,
        .get("with a user's token", "/partner/user/list").header("Authorization", "Bearer $secret").refused(.notAuthorized)
            .byListener,
        .get("with a user's session", "/partner/user/list").header("Authorization", "Bearer $session").refused(.notAuthorized)
            .byListener,
    ]

    private static let endings: [ContractStep] = [
        .post("the token is deleted", "/partner/user/$user/token/$token/delete").having(["id": "$token"]),
        .post("once", "/partner/user/$user/token/$token/delete").refused(.notFound),
        .post("the user is deleted", "/partner/user/$user/delete").having(["id": "$user"]),
        .post("once", "/partner/user/$user/delete").refused(.notFound),
        .get("with all it owned", "/partner/user/$user/token/list").refused(.notFound),
        .post("the other one, too", "/partner/user/$other/delete", "").having(["id": "$other"]).ofSandbox,
    ]
}
