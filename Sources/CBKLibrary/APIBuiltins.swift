// users.* and what belongs to a user: each operation's built-in is made from its schema, so the checker knows the fields
// that the wire has. APIBuiltins+Lists.swift has the lists, APIBuiltins+Changes.swift what takes several requests.

import CBKBatch
import CBKCompiler
import CBKRuntime
import JSONBytes
import PartnerAPI

enum APIBuiltins {
    static let all: [Builtin] =
        [
            .userFetch, .userCreate, .userDelete, .tokenCreate, .tokenUpdate, .tokenDelete, .sessionCreate, .contextFetch,
            .contextCreate, .contextDelete,
        ].map { operation($0) }
        + [
            update(.userUpdate, image: .userFetch, merged: ["meta", "limits"]),
            update(.contextUpdate, image: .contextFetch, merged: ["meta"]), upsert, rotate, extend, find, page, userList,
            tokenList, contextList,
        ]

    // MARK: From schemas

    static func shape(_ type: SchemaType) -> Shape {
        switch type {
        case .string, .word: .type(.string)
        case .integer: .type(.int)
        case .boolean: .type(.bool)
        case .timestamp: .type(.datetime)
        case .secret: .type(.secret)
        case .openObject: .type(.record)
        case .list(let type): .list(shape(type))
        case .record(let fields): .record(fields.map { Shape.Field($0.name, shape($0.type), $0.summary) })
        }
    }

    static func answerShape(_ schema: OperationSchema) -> Shape {
        .record(
            schema.answer.fields.map {
                Shape.Field($0.name, $0.isRequired ? shape($0.type) : .optional(shape($0.type)), $0.summary)
            })
    }

    static func requestShape(_ schema: OperationSchema) -> [Shape.Field]? {
        guard let request = schema.request, !request.isEmpty else { return nil }
        return request.map { Shape.Field($0.name, .optional(shape($0.type)), $0.summary) }
    }

    /// `userId` on the wire is `user` in scripts.
    static func idParameters(_ schema: OperationSchema) -> [Signature.Parameter] {
        schema.pathParameters.map {
            Signature.Parameter($0.name.hasSuffix("Id") ? String($0.name.dropLast(2)) : $0.name, .type(.string), $0.summary)
        }
    }

    private static func effect(_ schema: OperationSchema) -> Effect {
        switch schema.effect {
        case .read: .read
        case .create: .create
        case .update: .update
        case .delete: .delete
        }
    }

    private static let user = "let u = users.create(name: \"Ada\").id; "

    private static let examples = [
        "users.fetch": "users.fetch(users.create(name: \"Ada\").id).name",
        "users.create": "users.create(name: \"Ada\", email: \"ada@example.com\", meta: { plan: \"pro\" })",
        "users.update": user + "users.update(u, meta: { plan: \"pro\" })",
        "users.delete": "users.delete(users.create(name: \"Ada\").id)",
        "users.token.create": "users.token.create(users.create(name: \"Ada\").id, name: \"first token\")",
        "users.token.update": user + "users.token.update(u, users.token.create(u).id, name: \"new\")",
        "users.token.delete": user + "users.token.delete(u, users.token.create(u).id)",
        "users.session.create": "users.session.create(users.create(name: \"Ada\").id, durationInSeconds: 600)",
        "users.context.create": "users.context.create(users.create(name: \"Ada\").id, payload: { tone: \"formal\" })",
        "users.context.fetch": user + "users.context.fetch(u, users.context.create(u, name: \"notes\").id).name",
        "users.context.update": user + "users.context.update(u, users.context.create(u).id, payload: { tone: \"calm\" })",
        "users.context.delete": user + "users.context.delete(u, users.context.create(u).id)",
    ]

    static func signature(_ schema: OperationSchema) -> Signature {
        Signature(
            schema.name, idParameters(schema), request: requestShape(schema), gives: answerShape(schema), effect: effect(schema),
            schema.summary, example: examples[schema.name] ?? "")
    }

    private static func operation(_ schema: OperationSchema) -> Builtin {
        Builtin(
            signature(schema),
            .asynchronous { (call) throws(ScriptError) in
                let ids = try identifiers(call, schema)
                let body = try body(call, schema)
                let caller = Caller(call)
                return AsynchronousRequest(operation: schema.name) {
                    let answer = try await caller.perform(schema, ids: ids, body: body)
                    return Reply { vm in vm.answer(answer, schema.answer.fields) }
                }
            })
    }

    static func identifiers(_ call: NativeCall, _ schema: OperationSchema) throws(ScriptError) -> [String] {
        var ids: [String] = []
        for (index, parameter) in schema.pathParameters.enumerated() {
            guard call[index].isString, call[index].string.pointee.count > 0 else {
                let given = call[index].isString ? "an empty text" : call[index].typeName
                throw ScriptError(
                    .type, "\(schema.name)() takes an id as '\(parameter.name.dropLast(2))', not \(given)", code: "E0302")
            }
            ids.append(call[index].string.text)
        }
        return ids
    }

    /// The request's fields as JSON; nil where the operation has none.
    static func body(_ call: NativeCall, _ schema: OperationSchema) throws(ScriptError) -> JSONObject? {
        guard let request = schema.request, !request.isEmpty else { return schema.request == nil ? nil : JSONObject() }
        return try fields(call[schema.pathParameters.count], request, of: schema.name, call.vm)
    }

    static func fields(
        _ value: Value, _ request: [SchemaField], of function: String, _ vm: VM
    ) throws(ScriptError) -> JSONObject {
        if value.isNull || value.isOmit { return JSONObject() }
        guard case .record(let fields) = try vm.snapshot(value) else {
            throw ScriptError(
                .type, "\(function)() takes its fields by name or as a record, not \(value.typeName)", code: "E0302")
        }
        try checkNames(fields, request, of: function, path: "")
        return try Snapshot.object(fields, forRequest: true)
    }

    /// Names that the checker did not see: in a spread, or in a record of the script's own.
    private static func checkNames(
        _ fields: [Snapshot.Field], _ known: [SchemaField], of function: String, path: String
    ) throws(ScriptError) {
        for field in fields {
            guard let place = known.first(where: { $0.name == field.name }) else {
                let names = known.map(\.name).joined(separator: ", ")
                let owner = path.isEmpty ? "it has" : "'\(path.dropLast())' has"
                throw ScriptError(
                    .name, "\(function)() has no field '\(path)\(field.name)'; \(owner) \(names)", code: "E0307")
            }
            if case .record(let inner) = place.type, case .record(let given) = field.value {
                try checkNames(given, inner, of: function, path: path + field.name + ".")
            }
        }
    }
}
