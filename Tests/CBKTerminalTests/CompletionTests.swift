// Completion over a small catalog: `|` marks the cursor.

import CBKCompiler
import CBKRuntime
import CBKTooling
import Testing

@Suite struct CompletionTests {
    private static let user: [Shape.Field] = [
        .init("id", .type(.string), "the id"), .init("name", .type(.string), "shown name"),
        .init("email", .type(.string), "the address"), .init("meta", .type(.record), "free fields"),
    ]
    private static let limits: [Shape.Field] = [
        .init("messages", .type(.int), "a month"),
        .init("database", .record([.init("records", .type(.int)), .init("files", .type(.int))])),
    ]
    private static let catalog = Catalog([
        Signature("print", [.init("values", isVariadic: true)], "writes values"),
        Signature("now", gives: .type(.datetime), "the time"),
        Signature(
            "users.list", [.init("take", .type(.int), default: "all", isNamedOnly: true)], gives: .stream(.record(user)),
            effect: .read, "all users"),
        Signature(
            "users.fetch", [.init("user", .type(.string), "id or @alias")], gives: .record(user), effect: .read, "one user"),
        Signature(
            "users.create",
            request: [
                .init("name", .type(.string), "shown name"), .init("email", .type(.string)), .init("limits", .record(limits)),
            ],
            gives: .record([.init("id", .type(.string))]), effect: .create, "makes a user"),
        Signature(
            "users.token.create", [.init("user", .type(.string))], request: [.init("name", .type(.string))], "mints a token"),
        Signature("csv.read", [.init("path", .type(.string))], gives: .stream(.any), "rows of a file"),
        Signature("where", on: [.list, .stream], [.init("f")], gives: .list(.any), "those that pass"),
        Signature("first", on: [.list, .stream], gives: .any, "the first one"),
        Signature("to_list", on: [.list, .stream], gives: .list(.any), "all at once"),
        Signature("lower", on: [.string], gives: .type(.string), "in lower case"),
        Signature("keys", on: [.record], gives: .list(.type(.string)), "the names"),
        Signature("group_key", on: [.list], [], "machinery", isInternal: true),
        Signature("spawn_item", [], "machinery", isInternal: true),
    ])
    private static let live = LiveNames(
        globals: [
            .init("_", type: "list", fields: ["id", "balance"]),
            .init("plan", summary: "let · string", type: "string"),
            .init("account", summary: "let · record", type: "record", fields: ["owner", "region"]),
            .init("greet", summary: "fn(person, mark)", type: "function", parameters: ["person", "mark"]),
        ], recentTexts: ["user_abc", "ann@example.com"])
    private static let commands = [
        CommandName(":help", "[NAME]", "tells"), CommandName(":load", "FILE", "runs a file"),
        CommandName(":type", "EXPRESSION", "a type"), CommandName(":time", "[auto|on|off]", "times"),
    ]

    private static func list(_ marked: String) -> CompletionList {
        let parts = marked.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let files: FolderListing = { folder in
            switch folder {
            case "": [.init("users.csv", isFolder: false), .init("lib", isFolder: true), .init(".env", isFolder: false)]
            case "lib": [.init("plans.cbk", isFolder: false)]
            default: []
            }
        }
        return complete(
            text: parts.joined(), cursor: parts[0].utf8.count, catalog: catalog, live: live, commands: commands, files: files)
    }

    private static func texts(_ marked: String) -> [String] { list(marked).items.map(\.text) }

    struct Case: Sendable {
        var marked: String
        var expected: [String]

        init(_ marked: String, _ expected: [String]) {
            self.marked = marked
            self.expected = expected
        }
    }

    static let cases: [Case] = [
        // Names.
        Case("us|", ["users"]),
        Case("pri|", ["print("]),
        Case("no|", ["now()"]),
        Case("pl|", ["plan"]),
        Case("wh|", ["while"]),
        Case("spa|", []),
        Case("no|(", ["now"]),
        Case("PLA|", ["plan"]),
        Case("let total = 1\ntot|", ["total"]),
        Case("let |", []),
        Case("let na|", []),
        Case("for u in [] { print(u|", ["u", "users"]),
        Case("x catch err => er|", ["err"]),
        Case("fn f(alpha, beta) { be|", ["beta"]),
        // Members.
        Case("users.|", ["create(", "fetch(", "list(", "token"]),
        Case("users.cr|", ["create("]),
        Case("users.token.|", ["create("]),
        Case("plan.|", ["lower()"]),
        Case("\"x\".lo|", ["lower()"]),
        Case("account.|", ["owner", "region", "keys()"]),
        Case("_.first().|", ["balance", "id", "keys()"]),
        Case("_[0].ba|", ["balance"]),
        Case("account?.re|", ["region"]),
        Case("users.fetch(\"a\").na|", ["name"]),
        Case("users.list().first().em|", ["email"]),
        Case("users.list().where(u => u.em|", ["email"]),
        Case("users.list().where(x => true).to_list()[0].em|", ["email"]),
        Case("let u = users.fetch(\"a\")\nu.em|", ["email"]),
        Case("for u in users.list() { u.em|", ["email"]),
        Case("batch row in users.list() by row.em|", ["email"]),
        Case("let r = { first_name: 1 }\nr.fi|", ["first_name"]),
        Case("unknown.wh|", ["where("]),
        Case("users.list().group|", []),
        // Arguments and fields.
        Case("users.create(na|", ["name:"]),
        Case("users.create(|", ["email:", "limits:", "name:"]),
        Case("users.create(name: \"A\", |", ["email:", "limits:"]),
        Case("users.create({ em|", ["email:"]),
        Case("users.create(name: pl|", ["plan"]),
        Case("users.create(limits: { |", ["database:", "messages:"]),
        Case("users.create(limits: { messages: 1, |", ["database:"]),
        Case("users.create(limits: { database: { re|", ["records:"]),
        Case("users.create({ limits: { mes|", ["messages:"]),
        Case("users.create(name: f(1), em|", ["email:"]),
        Case("users.token.create(\"a\", na|", ["name:"]),
        Case("greet(ma|", ["mark:"]),
        Case("users.list().where(|", ["f:"]),
        Case("print(us|", ["users"]),
        // Keywords after a value.
        Case("x ca|", ["catch"]),
        Case("batch row in rows pa|", ["parallel"]),
        // Strings.
        Case("csv.read(\"us|", ["users.csv"]),
        Case("csv.read(\"lib/|", ["lib/plans.cbk"]),
        Case("csv.read('|", ["lib/", "users.csv"]),
        Case("csv.read(\".|", [".env"]),
        Case("import \"li|", ["lib/"]),
        Case("users.fetch(\"user|", ["user_abc"]),
        Case("users.fetch(\"|", ["ann@example.com", "user_abc"]),
        Case("\"Hello ${pl|", ["plan"]),
        Case("\"Hello pl|", []),
        // Neither comments nor numbers.
        Case("# us|", []),
        Case("1 + # us|", []),
        Case("12|", []),
        // Commands.
        Case(":|", [":help", ":load", ":time", ":type"]),
        Case(":lo|", [":load"]),
        Case(":load us|", ["users.csv"]),
        Case(":help users.cr|", ["users.create"]),
        Case(":type users.li|", ["list("]),
        Case(":time o|", ["off", "on"]),
    ]

    @Test(arguments: cases)
    func waysToGoOn(_ example: Case) {
        #expect(Set(CompletionTests.texts(example.marked)) == Set(example.expected), "\(example.marked)")
    }

    @Test func theReplacedTextStartsAtTheWord() {
        #expect(CompletionTests.list("users.create(na|").start == 13)
        #expect(CompletionTests.list("csv.read(\"lib/pl|").start == 10)
        #expect(CompletionTests.list("  :lo|").start == 2)
        #expect(CompletionTests.list(":type users.li|").start == 12)
        #expect(CompletionTests.list("\"é\".lo|").start == 5)
    }

    @Test func eachHasASummary() {
        let items = CompletionTests.list("users.|").items
        #expect(items.first { $0.text == "create(" }?.summary == "makes a user")
        #expect(items.first { $0.text == "token" }?.summary == "create")
        #expect(CompletionTests.list("users.create(na|").items.first?.summary == "string — shown name")
        #expect(CompletionTests.list("pl|").items.first?.summary == "let · string")
    }

    @Test func argumentsStandBeforeNames() {
        #expect(CompletionTests.texts("greet(p|").first == "person:")
    }

    @Test func internalNamesAreNeverShown() {
        #expect(!CompletionTests.texts("|").contains { $0.hasPrefix("spawn") })
        #expect(!CompletionTests.texts("[].|").contains { $0.hasPrefix("group_key") })
    }

    @Test func brokenTextIsNoTrap() {
        let text = "fn f( { users.create(limits: { [ ${ \"a${ ' /x )]} .. ... => ?. let batch"
        for end in 0...text.utf8.count {
            let list = complete(text: text, cursor: end, catalog: CompletionTests.catalog, live: CompletionTests.live)
            #expect(list.start <= end)
        }
    }

    @Test func resultsLeaveTheirIdsAndFields() {
        let rows: Snapshot = .list([
            .record([.init("id", .string("a")), .init("email", .null)]),
            .record([.init("id", .string("b")), .init("email", .string("b@example.com")), .init("name", .string("B"))]),
        ])
        var live = LiveNames(recentTexts: ["b", "old"])
        live.note(rows)
        live.note(.int(1))
        #expect(live.recentTexts == ["a", "b", "b@example.com", "old"])
        let global = LiveNames.Global("rows", kind: "let", value: rows)
        #expect(global.summary == "let · list of 2")
        #expect(global.fields == ["id", "email", "name"])
    }

    @Test func theCommonStartOfAll() {
        let list = CompletionList(start: 0, items: [.init("take", kind: .method), .init("take_while", kind: .method)])
        #expect(list.commonPrefix == "take")
    }
}
