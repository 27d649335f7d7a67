// What takes several requests: update, which sends nested objects as the image with the change merged in; upsert; the
// rotation of a token; and extend, which acts as another user.

import CBKCompiler
import CBKRuntime
import JSONBytes
import PartnerAPI

extension APIBuiltins {
    // MARK: Update

    /// - Parameters:
    ///   - image: fetches what is there.
    ///   - merged: the fields that are sent whole: as they are there, with the change.
    static func update(_ schema: OperationSchema, image: OperationSchema, merged: [String]) -> Builtin {
        Builtin(
            signature(schema),
            .asynchronous { (call) throws(ScriptError) in
                let ids = try identifiers(call, schema)
                let change = try body(call, schema) ?? JSONObject()
                let caller = Caller(call)
                return AsynchronousRequest(operation: schema.name) {
                    var body = change
                    var known: JSONValue?
                    let nested = merged.filter { change[$0]?.objectValue != nil }
                    if !nested.isEmpty {
                        let found = try await caller.perform(image, ids: ids)
                        for name in nested { body[name] = whole(name, change, found) }
                        known = found
                    }
                    let answer = try await caller.perform(schema, ids: ids, body: body, image: known)
                    return Reply { vm in vm.answer(answer, schema.answer.fields) }
                }
            })
    }

    /// A nested field of a change, with what the image has beside it.
    private static func whole(_ name: String, _ change: JSONObject, _ image: JSONValue) -> JSONValue {
        guard let wanted = change[name]?.objectValue else { return change[name] ?? .null }
        return .object(merge(wanted, into: image[name]?.objectValue ?? JSONObject()))
    }

    /// The image with the change: null clears a key, records merge.
    static func merge(_ change: JSONObject, into image: JSONObject) -> JSONObject {
        var members = image.members
        for member in change.members {
            let place = members.firstIndex { $0.key == member.key }
            var value = member.value
            if let inner = value.objectValue {
                value = .object(merge(inner, into: place.flatMap { members[$0].value.objectValue } ?? JSONObject()))
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

    // MARK: Upsert

    private static let changes = ["created", "updated", "unchanged"]

    static var upsert: Builtin {
        Builtin(
            Signature(
                "users.upsert",
                [.init("by", .type(.string), "\"email\" or \"alias\": the field that tells who it is", isNamedOnly: true)],
                request: requestShape(.userCreate),
                gives: .record([
                    .init("id", .type(.string), "the user's id"),
                    .init("change", .type(.string), changes.map { "\"\($0)\"" }.joined(separator: ", ")),
                ]),
                effect: .create, "Creates a user, or changes the one with that email or alias where it differs.",
                example: "users.upsert(by: \"email\", email: \"ada@example.com\", name: \"Ada\").change"),
            .asynchronous { (call) throws(ScriptError) in
                let wanted = try fields(call[1], OperationSchema.userCreate.request ?? [], of: "users.upsert", call.vm)
                guard call[0].isString, ["email", "alias"].contains(call[0].string.text) else {
                    throw ScriptError(
                        .value, "users.upsert() takes \"email\" or \"alias\" as 'by', not \(call.vm.literal(call[0], limit: 40))",
                        code: "E0327")
                }
                let by = call[0].string.text
                guard let name = wanted[by]?.stringValue, !name.isEmpty else {
                    throw ScriptError(.value, "users.upsert() by \(by) needs the field '\(by)'", code: "E0327")
                }
                let caller = Caller(call)
                return AsynchronousRequest(operation: "users.upsert") {
                    let (id, change) = try await upsert(wanted, by: by, name, caller)
                    return Reply { vm in vm.makeRecord([("id", vm.string(id)), ("change", vm.string(change))]) }
                }
            })
    }

    private static func upsert(
        _ wanted: JSONObject, by: String, _ name: String, _ caller: Caller
    ) async throws(ScriptError) -> (id: String, change: String) {
        let found: JSONValue?
        if by == "alias" {
            found = try await caller.user(alias: name)
        } else {
            let users = try await caller.users(email: name)
            guard users.count < 2 else {
                throw ScriptError(
                    .value, "users.upsert() found several users with the email '\(name)'; users.update(id, …) changes one",
                    code: "AMBIGUOUS", operation: "users.upsert")
            }
            found = users.first
        }
        guard let image = found, let id = image["id"]?.stringValue else {
            // null clears, so a new user has no such field.
            let fields = JSONObject(wanted.members.filter { !$0.value.isNull })
            let answer = try await caller.perform(.userCreate, body: fields)
            return (answer["id"]?.stringValue ?? "", changes[0])
        }
        var body = JSONObject()
        for member in wanted.members where member.key != by {
            if member.key == "alias" {
                // No answer has the alias: who holds it tells.
                if let alias = member.value.stringValue, !alias.isEmpty,
                    try await caller.user(alias: alias)?["id"]?.stringValue == id
                {
                    continue
                }
                body["alias"] = member.value
                continue
            }
            let value = whole(member.key, wanted, image)
            let known = image[member.key] ?? .null
            // An object that is empty and none at all are alike.
            if value == known || (known.isNull && value.objectValue?.count == 0) { continue }
            body[member.key] = value
        }
        if body.count == 0 { return (id, changes[2]) }
        let answer = try await caller.perform(.userUpdate, ids: [id], body: body, image: image)
        return (answer["id"]?.stringValue ?? id, changes[1])
    }

    // MARK: Tokens

    static var rotate: Builtin {
        let schema = OperationSchema.tokenDelete
        return Builtin(
            Signature(
                "users.token.rotate", idParameters(schema), gives: answerShape(.tokenCreate), effect: .update,
                "Makes a token like another one and deletes that, once the new secret is on the disk.",
                example:
                    "let u = users.create(name: \"Ada\").id; users.token.rotate(u, users.token.create(u, name: \"app\").id).id"),
            .asynchronous { (call) throws(ScriptError) in
                let ids = try identifiers(call, schema)
                let caller = Caller(call)
                return AsynchronousRequest(operation: "users.token.rotate") {
                    guard let old = try await caller.token(ids[1], of: ids[0]) else {
                        throw ScriptError(
                            .api, "the user has no token '\(ids[1])'", code: PartnerErrorCode.notFound.rawValue, status: 404,
                            operation: "users.token.rotate")
                    }
                    var body = JSONObject()
                    for name in ["name", "description", "meta"] {
                        if let value = old[name], !value.isNull { body[name] = value }
                    }
                    let made = try await caller.perform(.tokenCreate, ids: [ids[0]], body: body)
                    do throws(ScriptError) {
                        _ = try await caller.perform(schema, ids: ids)
                    } catch {
                        var error = error
                        let id = made["id"]?.stringValue ?? ""
                        error.message +=
                            "; the new token '\(id)' is in the run's secrets file, and the old one may still be valid"
                        throw error
                    }
                    return Reply { vm in vm.answer(made, OperationSchema.tokenCreate.answer.fields) }
                }
            })
    }

    // MARK: Acting as another user

    static var extend: Builtin {
        Builtin(
            Signature(
                "users.extend",
                [.init("run_as", .type(.string), "the id of the user to act as", isNamedOnly: true)],
                gives: .type(.record), effect: .read,
                "Gives the functions of 'users' again, which act as another user (X-RunAs-UserId).",
                example: "users.extend(run_as: users.create(name: \"Ada\").id).keys().count()"),
            .native { machine, arguments, count in
                let call = NativeCall(machine, arguments, count)
                guard let user = call.text(0, of: "users.extend", "run_as") else { return false }
                guard !user.isEmpty, user.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                    return call.fail(.value, "users.extend() takes a user's id as 'run_as', not '\(user)'", code: "E0327")
                }
                let binding = call.services.identities.number(user)
                return call.give(Value(APIBuiltins.module("users", call.vm, binding)))
            })
    }

    /// The functions of a module as a record, bound to an identity.
    private static func module(_ path: String, _ vm: VM, _ binding: Int) -> UnsafeMutablePointer<RecordObject> {
        let record = vm.makeRecord()
        for name in Library.catalog.members(ofModule: path) {
            let full = "\(path).\(name)"
            let value =
                Library.catalog.function(full).map { Value(native: $0, binding: binding) }
                ?? Value(module(full, vm, binding))
            vm.set(vm.key(name), in: record, to: value)
        }
        return record
    }
}
