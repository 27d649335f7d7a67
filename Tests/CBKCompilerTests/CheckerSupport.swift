// A small catalog, and checking of snippets: what every test of the checker needs.

import CBKCompiler
import CBKSyntax
import Testing

/// Built-ins like the real ones in everything that the checker looks at.
let testCatalog = Catalog([
    Signature("print", [.init("values", isVariadic: true)], gives: .type(.null), "Prints."),
    Signature("len", [.init("value", .oneOf([.string, .list, .record]))], gives: .type(.int), "The length."),
    Signature("env", [.init("name", .type(.string))], gives: .optional(.type(.string)), "A variable."),
    Signature(
        "error", [.init("message", .type(.string)), .init("code", .type(.string), default: "null", isNamedOnly: true)],
        gives: .type(.error), "An error."),
    Signature("confirm", [.init("message", .type(.string))], gives: .type(.bool), effect: .ask, "Asks."),
    Signature("sleep", [.init("time", .type(.duration))], gives: .type(.null), "Waits."),
    Signature(
        "csv.read", [.init("path", .type(.string)), .init("unguard", .type(.bool), default: "false", isNamedOnly: true)],
        gives: .stream(.type(.record)), effect: .read, "Reads."),
    Signature(
        "users.list", request: [.init("take", .type(.int)), .init("email", .type(.string))], gives: .stream(user), effect: .read,
        "Lists."),
    Signature(
        "users.find", request: [.init("email", .type(.string)), .init("alias", .type(.string))], gives: .optional(user),
        effect: .read, "Finds."),
    Signature("users.create", request: fields, gives: .record([.init("id", .type(.string))]), effect: .create, "Creates."),
    Signature(
        "users.update", [.init("user", .type(.string))], request: fields, gives: .record([.init("id", .type(.string))]),
        effect: .update, "Updates."),
    Signature(
        "users.token.create", [.init("user", .type(.string))], request: [.init("name", .type(.string))],
        gives: .record([.init("id", .type(.string)), .init("token", .type(.secret))]), effect: .create, "Mints."),
    Signature("lower", on: [.string], gives: .type(.string), "Small letters."),
    Signature("trim", on: [.string], gives: .type(.string), "Without blanks."),
    Signature("starts_with", on: [.string], [.init("text", .type(.string))], gives: .type(.bool), "Whether."),
    Signature("or", on: [.string, .null], [.init("other")], gives: .any, "The other where blank."),
    Signature("reveal", on: [.secret], gives: .type(.string), "The text."),
    Signature("count", on: [.list, .stream], gives: .type(.int), "How many."),
    Signature("where", on: [.list], [.init("test", .type(.function))], gives: .list(.any), "Some."),
    Signature("where", on: [.stream], [.init("test", .type(.function))], gives: .stream(.any), "Some."),
    Signature("map", on: [.list, .stream], [.init("change", .type(.function))], gives: .any, "Others."),
    Signature("first", on: [.list, .stream], gives: .any, "The first."),
    Signature("to_list", on: [.list, .stream], gives: .list(.any), "All."),
    Signature("push", on: [.list], [.init("value")], gives: .type(.null), "Adds."),
    Signature("pop", on: [.list], [], "Takes off."),
    Signature("remove", on: [.list], [.init("index", .type(.int))], "Takes out."),
    Signature("clear", on: [.list, .record], gives: .type(.null), "Empties."),
    Signature("keys", on: [.record], gives: .list(.type(.string)), "The names."),
    Signature("__yield", [.init("value")], "Hands on.", isInternal: true),
    Signature("__batch", [.init("operands", isVariadic: true)], "Runs a batch.", isInternal: true),
    Signature("__emit", [.init("row")], "Gives a row.", isInternal: true),
])

private let fields: [Shape.Field] = [
    .init("name", .type(.string)), .init("email", .type(.string)), .init("alias", .type(.string)),
    .init("meta", .type(.record)),
    .init("limits", .record([.init("messages", .type(.int)), .init("database", .record([.init("records", .type(.int))]))])),
]

private let user = Shape.record([
    .init("id", .type(.string)), .init("name", .optional(.type(.string))), .init("email", .optional(.type(.string))),
])

/// A snippet checked, with the text that each diagnostic marks.
struct Checked {
    struct Found: Equatable, CustomStringConvertible {
        var code: String
        var message: String
        var marked: String
        var hint: String?

        var description: String { "\(code) \(message) [\(marked)] \(hint ?? "-")" }
    }

    let program: CheckedProgram
    let found: [Found]

    init(_ text: String, scope: SessionScope = SessionScope(), isInteractive: Bool = false, allowInternal: Bool = false) {
        let source = SourceFile(name: "test.cbk", text: text)
        let parsed = parse(source, interactive: isInteractive)
        let result = check(
            parsed.tree, catalog: testCatalog, scope: scope, kind: isInteractive ? .interactive : .script,
            allowInternal: allowInternal)
        program = result.program
        found = (parsed.diagnostics + result.diagnostics).map {
            Found(code: $0.code, message: $0.message, marked: source.text(in: $0.span), hint: $0.hint)
        }
    }

    var codes: [String] { found.map(\.code) }
    var errors: [Found] { found.filter { $0.code.hasPrefix("E") } }

    func variable(_ name: String) throws -> Variable {
        try #require(program.resolution.variables.first { $0.name == name }, "no variable \(name)")
    }

    func id(_ name: String) throws -> VariableID {
        try #require(program.resolution.variables.firstIndex { $0.name == name }, "no variable \(name)")
    }
}
