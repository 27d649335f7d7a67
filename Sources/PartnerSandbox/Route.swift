// Which operation a method and a path ask for, and whom it concerns.
import PartnerAPI

/// A request's operation.
struct Call: Sendable {
    let route: Route
    let schema: OperationSchema

    /// - Throws: `SandboxError` with NOT_FOUND or METHOD_NOT_ALLOWED.
    init(_ method: WireMethod, _ path: String) throws(SandboxError) {
        (route, schema) = try Route.find(path)
        guard method == schema.method else {
            throw .methodNotAllowed(path, takes: schema.method, not: method.rawValue)
        }
    }
}

/// An operation and whom it concerns.
enum Route: Sendable {
    case userList
    case userCreate
    case userFetch(UserReference)
    case userUpdate(UserReference)
    case userDelete(UserReference)
    case tokenList(UserReference)
    case tokenCreate(UserReference)
    case tokenUpdate(UserReference, String)
    case tokenDelete(UserReference, String)
    case sessionCreate(UserReference)
    case contextList(UserReference)
    case contextFetch(UserReference, String)
    case contextCreate(UserReference)
    case contextUpdate(UserReference, String)
    case contextDelete(UserReference, String)

    /// - Throws: `SandboxError` with NOT_FOUND.
    static func find(_ path: String) throws(SandboxError) -> (Route, OperationSchema) {
        var segments: [String] = []
        for part in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            guard let segment = PercentEncoding.decode(Substring(part)), !segment.isEmpty else { throw unknown(path) }
            segments.append(segment)
        }
        if segments.first == "api" { segments.removeFirst() }
        guard segments.count >= 4, segments[0] == "v1", segments[1] == "partner", segments[2] == "user" else {
            throw unknown(path)
        }
        segments.removeFirst(3)
        if segments.count == 1 {
            switch segments[0] {
            case "list": return (.userList, .userList)
            case "create": return (.userCreate, .userCreate)
            default: throw unknown(path)
            }
        }
        let user = UserReference(segment: segments[0])
        switch (segments.count, segments[1]) {
        case (2, "fetch"): return (.userFetch(user), .userFetch)
        case (2, "update"): return (.userUpdate(user), .userUpdate)
        case (2, "delete"): return (.userDelete(user), .userDelete)
        case (3, "token") where segments[2] == "list": return (.tokenList(user), .tokenList)
        case (3, "token") where segments[2] == "create": return (.tokenCreate(user), .tokenCreate)
        case (4, "token") where segments[3] == "update": return (.tokenUpdate(user, segments[2]), .tokenUpdate)
        case (4, "token") where segments[3] == "delete": return (.tokenDelete(user, segments[2]), .tokenDelete)
        case (3, "session") where segments[2] == "create": return (.sessionCreate(user), .sessionCreate)
        case (3, "context") where segments[2] == "list": return (.contextList(user), .contextList)
        case (3, "context") where segments[2] == "create": return (.contextCreate(user), .contextCreate)
        case (4, "context") where segments[3] == "fetch": return (.contextFetch(user, segments[2]), .contextFetch)
        case (4, "context") where segments[3] == "update": return (.contextUpdate(user, segments[2]), .contextUpdate)
        case (4, "context") where segments[3] == "delete": return (.contextDelete(user, segments[2]), .contextDelete)
        default: throw unknown(path)
        }
    }

    private static func unknown(_ path: String) -> SandboxError { .notFound("there is nothing at '\(path)'") }
}
