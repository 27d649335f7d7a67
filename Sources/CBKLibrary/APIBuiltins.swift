// users.* and users.token.*: each operation's built-in is made from its schema, so the checker knows the fields that
// the wire has. Lists are streams; update sends meta and limits as the image with the change merged in.

import CBKBatch
import CBKCompiler
import CBKRuntime
import JSONBytes
import PartnerAPI

enum APIBuiltins {
    static let all: [Builtin] =
        [.userFetch, .userCreate, .userDelete, .tokenCreate, .tokenUpdate, .tokenDelete].map { operation($0) }
        + [userUpdate, userFind, page, list(.userList, ids: []), list(.tokenList, ids: ["user"])]

    // MARK: From schemas

    static func shape(_ type: SchemaType) -> Shape {
        switch type {
        case .string, .word: .type(.string)
        case .integer: .type(.int)
        case .boolean: .type(.bool)
        case .timestamp: .type(.datetime)
        case .secret: .type(.secret)
        case .openObject: .type(.record)
        case .record(let fields): .record(fields.map { Shape.Field($0.name, shape($0.type), $0.summary) })
        }
    }

    static func answerShape(_ schema: OperationSchema) -> Shape {
        .record(
            schema.answer.fields.map {
                Shape.Field($0.name, $0.isRequired ? shape($0.type) : .optional(shape($0.type)), $0.summary)
            })
    }

    private static func requestShape(_ schema: OperationSchema) -> [Shape.Field]? {
        guard let request = schema.request, !request.isEmpty else { return nil }
        return request.map { Shape.Field($0.name, .optional(shape($0.type)), $0.summary) }
    }

    /// `userId` on the wire is `user` in scripts.
    private static func idParameters(_ schema: OperationSchema) -> [Signature.Parameter] {
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

    private static let examples = [
        "users.fetch": "users.fetch(users.create(name: \"Ada\").id).name",
        "users.create": "users.create(name: \"Ada\", email: \"ada@example.com\", meta: { plan: \"pro\" })",
        "users.delete": "users.delete(users.create(name: \"Ada\").id)",
        "users.token.create": "users.token.create(users.create(name: \"Ada\").id, name: \"first token\")",
        "users.token.update":
            "let u = users.create(name: \"Ada\"); users.token.update(u.id, users.token.create(u.id).id, name: \"new\")",
        "users.token.delete": "let u = users.create(name: \"Ada\"); users.token.delete(u.id, users.token.create(u.id).id)",
    ]

    private static func signature(_ schema: OperationSchema) -> Signature {
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
                let services = call.services
                let item = call.vm.itemContext as? ItemHandle
                return AsynchronousRequest(operation: schema.name) {
                    let answer = try await services.perform(schema, ids: ids, body: body, item: item)
                    return Reply { vm in vm.answer(answer, schema.answer.fields) }
                }
            })
    }

    private static func identifiers(_ call: NativeCall, _ schema: OperationSchema) throws(ScriptError) -> [String] {
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
    private static func body(_ call: NativeCall, _ schema: OperationSchema) throws(ScriptError) -> JSONObject? {
        guard let request = schema.request, !request.isEmpty else { return schema.request == nil ? nil : JSONObject() }
        let value = call[schema.pathParameters.count]
        if value.isNull || value.isOmit { return JSONObject() }
        guard case .record(let fields) = call.vm.snapshot(value) else {
            throw ScriptError(
                .type, "\(schema.name)() takes its fields by name or as a record, not \(value.typeName)", code: "E0302")
        }
        try checkNames(fields, request, of: schema, path: "")
        return try Snapshot.object(fields, forRequest: true)
    }

    /// Names that the checker did not see: in a spread, or in a record of the script's own.
    private static func checkNames(
        _ fields: [Snapshot.Field], _ known: [SchemaField], of schema: OperationSchema, path: String
    ) throws(ScriptError) {
        for field in fields {
            guard let place = known.first(where: { $0.name == field.name }) else {
                let names = known.map(\.name).joined(separator: ", ")
                let owner = path.isEmpty ? "it has" : "'\(path.dropLast())' has"
                throw ScriptError(
                    .name, "\(schema.name)() has no field '\(path)\(field.name)'; \(owner) \(names)", code: "E0307")
            }
            if case .record(let inner) = place.type, case .record(let given) = field.value {
                try checkNames(given, inner, of: schema, path: path + field.name + ".")
            }
        }
    }

    // MARK: Update

    private static var userUpdate: Builtin {
        let schema = OperationSchema.userUpdate
        var signature = signature(schema)
        signature.example = "let u = users.create(name: \"Ada\"); users.update(u.id, meta: { plan: \"pro\" })"
        return Builtin(
            signature,
            .asynchronous { (call) throws(ScriptError) in
                let ids = try identifiers(call, schema)
                let change = try body(call, schema) ?? JSONObject()
                let services = call.services
                let item = call.vm.itemContext as? ItemHandle
                return AsynchronousRequest(operation: schema.name) {
                    var body = change
                    let merged = ["meta", "limits"].filter { change[$0]?.objectValue != nil }
                    if !merged.isEmpty {
                        let image = try await services.perform(.userFetch, ids: ids, body: nil, item: item)
                        for name in merged {
                            guard let wanted = change[name]?.objectValue else { continue }
                            body[name] = .object(merge(wanted, into: image[name]?.objectValue ?? JSONObject()))
                        }
                    }
                    let answer = try await services.perform(schema, ids: ids, body: body, item: item)
                    return Reply { vm in vm.answer(answer, schema.answer.fields) }
                }
            })
    }

    /// The image with the change: null clears a key, records merge.
    static func merge(_ change: JSONObject, into image: JSONObject) -> JSONObject {
        var members = image.members
        for member in change.members {
            let place = members.firstIndex { $0.key == member.key }
            var value = member.value
            if let inner = value.objectValue, let old = place.flatMap({ members[$0].value.objectValue }) {
                value = .object(merge(inner, into: old))
            }
            if value.isNull {
                if let place { members.remove(at: place) }
            } else if let place {
                members[place].value = value
            } else {
                members.append(JSONObject.Member(key: member.key, value: value))
            }
        }
        return JSONObject(members)
    }

    // MARK: Find and page

    private static var userFind: Builtin {
        Builtin(
            Signature(
                "users.find",
                [
                    .init("email", .type(.string), default: "omit", "the exact address", isNamedOnly: true),
                    .init("alias", .type(.string), default: "omit", "the alias", isNamedOnly: true),
                ],
                gives: .optional(answerShape(.userFetch)), effect: .read,
                "Finds one user by email or alias; null where there is none.",
                example: "users.find(email: \"nobody@example.com\")"),
            .asynchronous { (call) throws(ScriptError) in
                let email = call[0].isString ? call[0].string.text : nil
                let alias = call[1].isString ? call[1].string.text : nil
                guard (email == nil) != (alias == nil) else {
                    throw ScriptError(.type, "users.find() takes one of 'email' and 'alias'", code: "E0302")
                }
                let services = call.services
                let item = call.vm.itemContext as? ItemHandle
                return AsynchronousRequest(operation: "users.find") {
                    let found = try await services.find(email: email, alias: alias, item: item)
                    return Reply { vm in found.map { vm.answer($0, OperationSchema.userFetch.answer.fields) } ?? .null }
                }
            })
    }

    private static var page: Builtin {
        let fields = answerShape(.userList)
        return Builtin(
            Signature(
                "users.page", listParameters,
                gives: .record([
                    .init("items", .list(fields), "the users"), .init("cursor", .optional(.type(.string)), "for the next page"),
                ]),
                effect: .read, "Lists one page of users; its cursor asks for the next.", example: "users.page(take: 10).items"),
            .asynchronous { (call) throws(ScriptError) in
                let query = try ListQuery(call, first: 0, function: "users.page")
                let services = call.services
                let item = call.vm.itemContext as? ItemHandle
                return AsynchronousRequest(operation: "users.page") {
                    let take = query.take.map { min($0, 100) } ?? 100
                    let answer = try await services.perform(
                        .userList, ids: [], query: query.items(cursor: query.cursor, take: take), body: nil, item: item)
                    return Reply { vm in
                        let items = (answer["items"]?.arrayValue ?? []).map {
                            vm.answer($0, OperationSchema.userList.answer.fields)
                        }
                        return vm.makeRecord([
                            ("items", vm.makeList(items)), ("cursor", answer["cursor"].map { vm.value(of: $0) } ?? .null),
                        ])
                    }
                }
            })
    }

    // MARK: Lists

    private static let listParameters: [Signature.Parameter] = [
        .init("meta", .optional(.type(.record)), default: "omit", "only users whose meta has these values", isNamedOnly: true),
        .init("email", .optional(.type(.string)), default: "omit", "only users with exactly this address", isNamedOnly: true),
        .init("order", .optional(.type(.string)), default: "\"desc\"", "\"desc\", newest first, or \"asc\"", isNamedOnly: true),
        .init("take", .optional(.type(.int)), default: "omit", "how many in all", isNamedOnly: true),
        .init("cursor", .optional(.type(.string)), default: "omit", "start after the item with this id", isNamedOnly: true),
    ]

    private static func list(_ schema: OperationSchema, ids: [String]) -> Builtin {
        let isUsers = ids.isEmpty
        let parameters = idParameters(schema) + (isUsers ? listParameters : Array(listParameters.dropFirst(2)))
        let signature = Signature(
            schema.name, parameters, gives: .stream(answerShape(schema)), effect: .read, schema.summary,
            example: isUsers ? "users.list().count()" : "users.token.list(users.create(name: \"Ada\").id).count()")
        // A C function captures nothing: one for each list.
        return isUsers
            ? Builtin(
                signature,
                .native { machine, arguments, count in
                    APIBuiltins.makeList(NativeCall(machine, arguments, count), OperationSchema.userList)
                })
            : Builtin(
                signature,
                .native { machine, arguments, count in
                    APIBuiltins.makeList(NativeCall(machine, arguments, count), OperationSchema.tokenList)
                })
    }

    private static func makeList(_ call: NativeCall, _ schema: OperationSchema) -> Bool {
        do throws(ScriptError) {
            let ids = try identifiers(call, schema)
            let query = try ListQuery(call, first: ids.count, function: schema.name, hasFilters: ids.isEmpty)
            return call.give(call.vm.stream(ListSource(schema: schema, ids: ids, query: query, services: call.services)))
        } catch {
            return call.fail(error)
        }
    }
}
