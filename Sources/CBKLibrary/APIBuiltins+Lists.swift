// users.find, users.page, and the lists as streams.

import CBKCompiler
import CBKRuntime
import JSONBytes
import PartnerAPI

extension APIBuiltins {
    static var find: Builtin {
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
                var given: [String?] = []
                for (index, name) in ["email", "alias"].enumerated() {
                    guard call[index].isString || call[index].isOmit || call[index].isNull else {
                        throw ScriptError(
                            .type, "users.find() takes a string as '\(name)', not \(call[index].typeName)", code: "E0302")
                    }
                    given.append(call[index].isString ? call[index].string.text : nil)
                }
                let (email, alias) = (given[0], given[1])
                guard (email == nil) != (alias == nil) else {
                    throw ScriptError(.type, "users.find() takes one of 'email' and 'alias'", code: "E0302")
                }
                let caller = Caller(call)
                return AsynchronousRequest(operation: "users.find") {
                    let found =
                        if let alias { try await caller.user(alias: alias) } else {
                            try await caller.users(email: email ?? "").first
                        }
                    return Reply { vm in found.map { vm.answer($0, OperationSchema.userFetch.answer.fields) } ?? .null }
                }
            })
    }

    static var page: Builtin {
        let fields = answerShape(.userList)
        return Builtin(
            Signature(
                "users.page", userFilters + listParameters,
                gives: .record([
                    .init("items", .list(fields), "the users"), .init("cursor", .optional(.type(.string)), "for the next page"),
                ]),
                effect: .read, "Lists one page of users; its cursor asks for the next.", example: "users.page(take: 10).items"),
            .asynchronous { (call) throws(ScriptError) in
                let query = try ListQuery(call, first: 0, function: "users.page", filters: .users)
                let caller = Caller(call)
                return AsynchronousRequest(operation: "users.page") {
                    let take = query.take.map { min($0, 100) } ?? 100
                    let answer = try await caller.perform(.userList, query: query.items(cursor: query.cursor, take: take))
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

    private static let userFilters: [Signature.Parameter] = [
        .init("meta", .type(.record), default: "omit", "only users whose meta has these values", isNamedOnly: true),
        .init("email", .type(.string), default: "omit", "only users with exactly this address", isNamedOnly: true),
    ]

    private static let contextFilters = SchemaField.contextOwners.map {
        Signature.Parameter(
            $0.name, .type(.string), default: "omit", "only contexts of \($0.summary)", isNamedOnly: true)
    }

    private static let listParameters: [Signature.Parameter] = [
        .init("order", .optional(.type(.string)), default: "\"desc\"", "\"desc\", newest first, or \"asc\"", isNamedOnly: true),
        .init("take", .optional(.type(.int)), default: "omit", "how many in all", isNamedOnly: true),
        .init("cursor", .optional(.type(.string)), default: "omit", "start after the item with this id", isNamedOnly: true),
    ]

    // A C function captures nothing: one for each list.
    static var userList: Builtin {
        list(.userList, userFilters, "users.list().count()") { machine, arguments, count in
            APIBuiltins.makeList(NativeCall(machine, arguments, count), OperationSchema.userList, .users)
        }
    }

    static var tokenList: Builtin {
        list(.tokenList, [], "users.token.list(users.create(name: \"Ada\").id).count()") { machine, arguments, count in
            APIBuiltins.makeList(NativeCall(machine, arguments, count), OperationSchema.tokenList, .none)
        }
    }

    static var contextList: Builtin {
        list(.contextList, contextFilters, "users.context.list(users.create(name: \"Ada\").id).count()") {
            machine, arguments, count in
            APIBuiltins.makeList(NativeCall(machine, arguments, count), OperationSchema.contextList, .contexts)
        }
    }

    private static func list(
        _ schema: OperationSchema, _ filters: [Signature.Parameter], _ example: String, _ function: @escaping NativeFunction
    ) -> Builtin {
        Builtin(
            Signature(
                schema.name, idParameters(schema) + filters + listParameters, gives: .stream(answerShape(schema)),
                effect: .read, schema.summary, example: example),
            .native(function))
    }

    private static func makeList(_ call: NativeCall, _ schema: OperationSchema, _ filters: ListQuery.Filters) -> Bool {
        do throws(ScriptError) {
            let ids = try identifiers(call, schema)
            let query = try ListQuery(call, first: ids.count, function: schema.name, filters: filters)
            return call.give(call.vm.stream(ListSource(schema: schema, ids: ids, query: query, caller: Caller(call))))
        } catch {
            return call.fail(error)
        }
    }
}
