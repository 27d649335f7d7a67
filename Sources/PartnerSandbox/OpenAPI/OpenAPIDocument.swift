// The sandbox's own description, as OpenAPI 3.1: made from the operations' schemas, so that it cannot fall behind them. It
// names every status, header and media type that an answer can have.
import JSONBytes
import PartnerAPI

struct OpenAPIDocument: Sendable {
    /// Injected faults can make any operation answer any error.
    var hasFaults = false

    var json: JSONObject {
        var paths = JSONObject()
        for schema in OperationSchema.all {
            paths[schema.path] = [schema.method.rawValue.lowercased(): .object(operation(schema))]
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "cbk sandbox", "version": "1",
                "description":
                    "Users of a partner account, their tokens, sessions and contexts, as the sandbox of cbk serves them.",
            ],
            "servers": [["url": "/v1"], ["url": "/api/v1"]],
            "security": [["bearer": []]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": ["bearer": ["type": "http", "scheme": "bearer"]],
                "schemas": ["Error": .object(Self.error)],
            ],
        ]
    }

    // MARK: - Operations

    private func operation(_ schema: OperationSchema) -> JSONObject {
        var operation: JSONObject = [
            "operationId": .string(schema.operationID), "summary": .string(schema.summary),
            "parameters": .array(parameters(schema)), "responses": .object(responses(schema)),
        ]
        if let fields = schema.request {
            operation["requestBody"] = [
                // Whoever deletes has nothing to say.
                "required": .bool(schema.effect != .delete),
                "content": ["application/json": ["schema": .object(OpenAPISchema.request(fields))]],
            ]
        }
        return operation
    }

    private func parameters(_ schema: OperationSchema) -> [JSONValue] {
        let path = schema.pathParameters.map { field -> JSONValue in
            [
                "in": "path", "name": .string(field.name), "required": true, "description": .string(field.summary),
                "schema": ["type": "string", "minLength": 1],
            ]
        }
        return path + schema.query.map(query) + Self.headers
    }

    private func query(_ field: SchemaField) -> JSONValue {
        var parameter: JSONObject = ["in": "query", "name": .string(field.name), "description": .string(field.summary)]
        switch field.name {
        case "cursor":
            // Empty is the same as none.
            parameter["schema"] = ["type": "string", "pattern": "^(c[0-9a-z]{23})?$"]
        case "take":
            parameter["description"] = .string(
                "\(field.summary): at most \(ListQuery.pageSize) in JSON, which is also what 0, less, or no number mean; "
                    + "the total in the other formats, which are not limited without it")
            parameter["schema"] = ["type": "integer"]
        case "meta":
            parameter["description"] = .string("\(field.summary); 'meta.KEY=VALUE' is the same as 'meta[KEY]=VALUE'")
            parameter["style"] = "deepObject"
            parameter["explode"] = true
            parameter["schema"] = ["type": "object", "additionalProperties": ["type": "string"]]
        default: parameter["schema"] = .object(OpenAPISchema.type(field.type))
        }
        return .object(parameter)
    }

    private static let headers: [JSONValue] = [
        header("X-RunAs-UserId", "acts as this user, who has no users of its own: 403"),
        header("x-runas-child-user-email", "acts as the user with this address, who has no users of its own: 403"),
        header("x-timezone", "is accepted, and changes nothing here"),
    ]

    private static func header(_ name: String, _ description: String) -> JSONValue {
        ["in": "header", "name": .string(name), "description": .string(description), "schema": ["type": "string"]]
    }

    // MARK: - Answers

    private func responses(_ schema: OperationSchema) -> JSONObject {
        var responses: JSONObject = ["200": .object(success(schema))]
        for (code, when) in refusals(of: schema) {
            responses[String(code.status)] = .object(Self.refusal(when, code))
        }
        if hasFaults { responses["default"] = .object(Self.refusal("An injected fault.", .internalServerError)) }
        return responses
    }

    private func refusals(of schema: OperationSchema) -> [(PartnerErrorCode, String)] {
        var refusals: [(PartnerErrorCode, String)] = [
            (.badRequest, "A parameter, a header or the body cannot be read."),
            (.notAuthenticated, "No credential, or one that is not known or has ended."),
            (.notAuthorized, "The credential of a user, or a request on behalf of one."),
        ]
        if !schema.pathParameters.isEmpty { refusals.append((.notFound, "There is no such user, token or context.")) }
        if schema.request?.contains(where: { $0.name == "alias" }) == true {
            refusals.append((.conflict, "The alias is taken by another user."))
        }
        if schema.request != nil {
            refusals.append((.contentTooLarge, "The body has more than \(RequestHandler.bodyLimit) bytes."))
        }
        return refusals + [
            (.internalServerError, "The store failed."), (.serviceUnavailable, "Another process keeps the store busy."),
        ]
    }

    private func success(_ schema: OperationSchema) -> JSONObject {
        let record = JSONValue.object(OpenAPISchema.answer(schema.answer.fields))
        let whole: JSONValue =
            schema.answer.isPage
            ? [
                "type": "object", "additionalProperties": false, "required": ["items"],
                "properties": [
                    "items": ["type": "array", "maxItems": .int(Int64(ListQuery.pageSize)), "items": record],
                    "cursor": ["type": "string", "description": "the id of the last item; an empty page has none"],
                ],
            ] : record
        let events: JSONValue = [
            "oneOf": [
                [
                    "type": "object", "additionalProperties": false, "required": ["type", "data"],
                    "properties": ["type": ["const": schema.answer.isPage ? "item" : "result"], "data": record],
                ],
                [
                    "type": "object", "additionalProperties": false, "required": ["type", "data"],
                    "properties": ["type": ["const": "error"], "data": .object(Self.error)],
                ],
            ]
        ]
        let columns = schema.answer.fields.map(\.name).joined(separator: ",")
        return [
            "description": .string(schema.summary), "headers": .object(Self.requestID),
            "content": [
                "application/json": ["schema": whole],
                "application/jsonl": ["schema": Self.text("an event a line"), "x-item-schema": events],
                "text/event-stream": ["schema": Self.text("an event in each 'data' field"), "x-item-schema": events],
                "text/csv": ["schema": Self.text("a header and a row for each record"), "x-columns": .string(columns)],
            ],
        ]
    }

    private static func text(_ description: String) -> JSONValue { ["type": "string", "description": .string(description)] }

    private static func refusal(_ description: String, _ code: PartnerErrorCode) -> JSONObject {
        var headers = requestID
        if code == .notAuthenticated {
            headers["WWW-Authenticate"] = ["required": true, "schema": ["type": "string", "pattern": "^Bearer"]]
        }
        return [
            "description": .string(description), "headers": .object(headers),
            "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]],
        ]
    }

    private static let requestID: JSONObject = [
        "X-Request-Id": [
            "required": true, "description": "names this answer", "schema": ["type": "string", "pattern": "^req_[0-9a-f]{16}$"],
        ]
    ]

    private static let error: JSONObject = [
        "type": "object", "additionalProperties": false, "required": ["message", "code"],
        "properties": [
            "message": ["type": "string"],
            "code": ["type": "string", "enum": .array(PartnerErrorCode.allCases.map { .string($0.rawValue) })],
        ],
    ]
}
