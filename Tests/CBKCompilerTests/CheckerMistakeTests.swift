// Mistakes, each with its code, message and marked text; and what must not be reported.

import CBKCompiler
import CBKSyntax
import Testing

struct Mistake: Sendable, CustomTestStringConvertible {
    let script: String
    let code: String
    let message: String
    let marked: String
    var hint: String?

    var testDescription: String { "\(code) \(script.prefix(60))" }

    init(_ script: String, _ code: String, _ message: String, _ marked: String, hint: String? = nil) {
        self.script = script
        self.code = code
        self.message = message
        self.marked = marked
        self.hint = hint
    }
}

@Suite struct CheckerMistakeTests {
    static let names: [Mistake] = [
        .init("let total = 1; print(totl + total)", "E0201", "undeclared name 'totl'", "totl", hint: "did you mean 'total'?"),
        .init("prnt(1)", "E0201", "undeclared name 'prnt'", "prnt", hint: "did you mean 'print'?"),
        .init("n = 1; print(n)", "E0201", "undeclared name 'n'", "n", hint: "declare it with 'var n = …'"),
        .init("print(None)", "E0201", "undeclared name 'None'", "None", hint: "did you mean 'null'?"),
        .init("puts(1)", "E0201", "undeclared name 'puts'", "puts", hint: "did you mean 'print'?"),
        .init("let sizes = 1; print(size + sizes)", "E0201", "undeclared name 'size'", "size", hint: "did you mean 'sizes'?"),
        .init("print([1].filter(x => x > 0))", "E0208", "list has no method 'filter'", "filter", hint: "did you mean 'where'?"),
        .init("print([1].length)", "E0207", "list has no field 'length'", "length", hint: "did you mean 'count()'?"),
        .init(
            "print(\"a\".toLowerCase())", "E0208", "string has no method 'toLowerCase'", "toLowerCase",
            hint: "did you mean 'lower'?"),
        .init("print(\"a\".length)", "E0207", "string has no field 'length'", "length", hint: "a function gives it: len(…)"),
        .init("print({}.size())", "E0207", "no field 'size' in an empty record", "size", hint: "a function gives it: len(…)"),
        .init("print(1.filter(x => x))", "E0208", "int has no method 'filter'", "filter"),
        .init(
            "print(lower(\"A\"))", "E0201", "undeclared name 'lower'", "lower",
            hint: "'lower' is a method: write it after a value, '.lower(…)'"),
        .init("print(__yield(1))", "E0201", "undeclared name '__yield'", "__yield"),
        .init(
            "fn f() { let y = x + 1; let x = 2; x + y }; f()", "E0202", "'x' is used before its declaration", "x",
            hint: "move its declaration up"),
        .init(
            "let x = x; print(x)", "E0202", "'x' is used before its declaration", "x", hint: "its own first value cannot use it"),
        .init("batch n in [1] by n { print(x) }; let x = 1", "E0202", "'x' is used before its declaration", "x"),
        .init(
            "fn f() { let g = n => g(n); g(1) }; f()", "E0202", "'g' is used before its declaration", "g",
            hint: "an arrow cannot name itself here: write 'fn g(…) { … }'"),
        .init("fn f(a, b = c, c = 1) { a + b + c }; f(1)", "E0202", "'c' is used before its declaration", "c"),
        .init("let a = 1; let a = 2; print(a)", "E0203", "'a' is already declared in this scope", "a"),
        .init("fn f() {}; fn f(x) {}; f(1)", "E0203", "'f' is already declared in this scope", "f"),
        .init("let a = 1; a = 2", "E0204", "'a' is a 'let' and cannot be changed", "a", hint: "declare it with 'var a = …'"),
        .init("let a = { n: 1 }; a.n = 2", "E0204", "'a' is a 'let' and cannot be changed", "a"),
        .init(
            "fn f(a) { a += 1 }; f(1)", "E0204", "'a' is a parameter and cannot be changed", "a",
            hint: "copy it first: 'var copy = a'"),
        .init("for i in [1] { i = 2 }", "E0204", "'i' is bound here and cannot be changed", "i"),
        .init("fn f() {}; f = 1", "E0204", "'f' is a function and cannot be changed", "f"),
        .init("print = 1", "E0204", "'print' is built in and cannot be assigned", "print"),
        .init("let a = [1]; a.push(2)", "E0204", "'a' is a 'let' and cannot be changed", "a"),
        .init(
            "fn f(x) { [x].push(2) }; f(1)", "E0205", "'push' changes a 'var', and this is a value that is lost at once", "push"),
        .init(
            "var a = { l: [1] }; a?.l.push(1)", "E0205", "'push' changes a 'var', and this is a value that is lost at once",
            "push"),
    ]

    static let members: [Mistake] = [
        .init("users.creat(name: \"A\")", "E0206", "no 'creat' in module users", "creat", hint: "did you mean 'create'?"),
        .init("users.token.mint(\"u\")", "E0206", "no 'mint' in module users.token", "mint", hint: "it has create"),
        .init("let r = { name: 1 }; print(r.emial)", "E0207", "no field 'emial' in record { name }", "emial"),
        .init(
            "let r = { name: 1, email: 2 }; print(r.emial)", "E0207", "no field 'emial' in record { name, email }", "emial",
            hint: "did you mean 'email'?"),
        .init("let u = users.create(name: \"A\"); print(u.nme)", "E0207", "no field 'nme' in record { id }", "nme"),
        .init("print(users.create(name: \"A\").nme)", "E0207", "no field 'nme' in record { id }", "nme"),
        .init(
            "for u in users.list() { print(u.emial) }", "E0207", "no field 'emial' in record { id, name, email }", "emial",
            hint: "did you mean 'email'?"),
        .init(
            "for u in users.list().where(u => u.id == \"1\").to_list() { print(u.emial) }", "E0207",
            "no field 'emial' in record { id, name, email }", "emial"),
        .init(
            "let u = users.find(email: \"a\") ?? throw \"no\"; print(u.emial)", "E0207",
            "no field 'emial' in record { id, name, email }", "emial"),
        .init(
            "let r = batch n in [1] by n { }; print(r.faild)", "E0207",
            "no field 'faild' in record { total, done, failed, skipped, unknown, pending, seconds, run, rows }", "faild",
            hint: "did you mean 'failed'?"),
        .init("let r = { a: { b: 1 } }; print(r.a.c)", "E0207", "no field 'c' in record { b }", "c"),
        .init("let r = { ab: 1 }; print(r[\"abc\"])", "E0207", "no field 'abc' in record { ab }", "\"abc\""),
        .init("print([1].count)", "E0207", "list has no field 'count'", "count", hint: "it is a method: write '.count()'"),
        .init(
            "try { print(1) } catch e { print(e.mesage) }", "E0207", "error has no field 'mesage'", "mesage",
            hint: "did you mean 'message'?"),
        .init("print(\"A\".lowr())", "E0208", "string has no method 'lowr'", "lowr", hint: "did you mean 'lower'?"),
        .init("print([1].lower())", "E0208", "list has no method 'lower'", "lower"),
        .init("print(users)", "E0209", "'users' is a module, not a value", "users"),
        .init("let t = users.token; print(t)", "E0209", "'users.token' is a module, not a value", "token"),
    ]

    static let arguments: [Mistake] = [
        .init("users.create(nmae: \"A\")", "E0210", "users.create takes no 'nmae'", "nmae", hint: "did you mean 'name'?"),
        .init(
            "users.create(limits: { mesages: 1 })", "E0210", "users.create has no field 'limits.mesages'", "mesages",
            hint: "did you mean 'messages'?"),
        .init(
            "users.create(limits: { database: { recrds: 1 } })", "E0210", "users.create has no field 'limits.database.recrds'",
            "recrds"),
        .init(
            "users.create({ emial: \"a\" })", "E0210", "users.create has no field 'emial'", "emial", hint: "did you mean 'email'?"
        ),
        .init("let r = {}; users.create(...r, emial: \"a\")", "E0210", "users.create takes no 'emial'", "emial"),
        .init("fn f(name) { name }; f(nam: 1)", "E0210", "'f' takes no 'nam'", "nam", hint: "did you mean 'name'?"),
        .init("let f = (a, b) => a + b; f(1, c: 2)", "E0210", "'f' takes no 'c'", "c"),
        .init("fn f(a, b) { a + b }; f(1)", "E0211", "'f' needs 'b'", "f"),
        .init("users.token.create(name: \"t\")", "E0211", "users.token.create needs 'user'", "users.token.create"),
        .init("print(\"a\".starts_with())", "E0211", "starts_with needs 'text'", "starts_with"),
        .init("fn f(a) { a }; f(1, 2)", "E0212", "'f' takes one argument", "2"),
        .init("print(len([1], 2))", "E0212", "len takes one argument", "2"),
        .init("throw error(\"m\", \"X\")", "E0212", "error takes 'code' by its name only", "\"X\""),
        .init("fn f(a) { a }; f(1, a: 2)", "E0213", "'a' of 'f' is given twice", "a"),
        .init(
            "users.create({ name: \"A\" }, email: \"a\")", "E0213",
            "the request of users.create is given as a record and by the field 'email'", "email"),
        .init("users.create(name: 42)", "E0214", "'name' of users.create takes string, not int", "42"),
        .init(
            "users.create(limits: { messages: \"many\" })", "E0214", "'limits.messages' of users.create takes int, not string",
            "\"many\""),
        .init("sleep(1)", "E0214", "'time' of sleep takes duration, not int", "1"),
        .init(
            "let t = users.token.create(\"u\"); users.create(name: t.token)", "E0214",
            "'name' of users.create takes string, not secret", "t.token", hint: "'.reveal()' gives its text"),
        .init("users.create(\"A\")", "E0214", "users.create takes its fields by name or as one record, not string", "\"A\""),
        .init("let x = 5; x()", "E0216", "'x' is int and cannot be called", "x"),
        .init("5()", "E0216", "int cannot be called", "5"),
        .init("let r = { f: 1 }; r.f()", "E0216", "the field 'f' is int and cannot be called", "f"),
    ]

    static let placement: [Mistake] = [
        .init("if 1 { print(1) }", "E0215", "a condition is a bool, not int", "1", hint: "compare it, such as with '!= 0'"),
        .init("while \"x\" { print(1) }", "E0215", "a condition is a bool, not string", "\"x\""),
        .init("print(!null)", "E0215", "a condition is a bool, not null", "null"),
        .init("let s = \"\"; print(true && s)", "E0215", "a condition is a bool, not string", "s"),
        .init("break", "E0217", "'break' outside a loop", "break"),
        .init(
            "for i in [1] { let f = () => { continue }; f() }", "E0217", "'continue' cannot leave the function around it",
            "continue"),
        .init("batch n in [1] by n { return n }", "E0218", "'return' cannot leave a batch", "return"),
        .init("skip \"x\"", "E0219", "'skip' outside a batch's body", "skip"),
        .init("batch n in [1] by n { let f = () => { emit { n } }; f() }", "E0219", "'emit' cannot stand in a function", "emit"),
        .init("fn f() { return 1; print(2); print(3) }; f()", "E0220", "nothing reaches this statement", "print(2)"),
        .init("for i in [1] { continue; print(i) }", "E0220", "nothing reaches this statement", "print(i)"),
        .init("let r = [omit]; print(r)", "E0221", "'omit' drops a field or an argument and cannot stand here", "omit"),
        .init(
            "let r = env(\"X\").or(omit); print(r)", "E0221", "'omit' drops a field or an argument and cannot stand here", "omit"),
        .init(
            "let x = match 1 { 2 => 3, n if (n > 2) => 4 }; print(x)", "E0222", "this 'match' has no arm for every other value",
            "match 1"),
        .init("fn f(a, a) { a }; f(1, 2)", "E0223", "'a' stands here twice", "a"),
        .init("for k, k in ({}) { print(k) }", "E0223", "'k' stands here twice", "k"),
        .init("print({ a: 1, \"a\": 2 })", "E0224", "the key 'a' stands in this record twice", "\"a\""),
        .init("let x = if true { 1 }; print(x)", "E0225", "an 'if' whose value is used needs 'else'", "if true"),
        .init("batch a in [1] by a { batch b in [1] by b { } }", "E0226", "a batch inside a batch is not possible", "batch b"),
        .init(
            "var t = 0; batch a in [1] by a { t += a }; print(t)", "E0227",
            "'t' is made outside this batch: its items cannot change it", "t"),
        .init(
            "var l = []; batch a in [1] by a { l.push(a) }; print(l)", "E0227",
            "'l' is made outside this batch: its items cannot change it", "l"),
        .init("print(1); param a: int = 1; print(a)", "E0228", "a 'param' stands at the top of the script", "a"),
        .init("param a: int = len(\"x\"); print(a)", "E0229", "the default of a param is a constant", "len(\"x\")"),
        .init("param a: bool = 1; print(a)", "E0229", "the default of a bool param is bool, not int", "1"),
        .init(
            "param max_rows: int = 1; print(max_rows)", "E0230",
            "a param cannot be named 'max_rows': '--max-rows' is a flag of cbk", "max_rows"),
        .init(
            "param help: bool = true; print(help)", "E0230", "a param cannot be named 'help': '--help' is a flag of cbk", "help"),
        .init("batch a in [1] by a parallel 0 { }", "E0231", "'parallel' is 1 to 256", "0"),
        .init("batch a in [1] by a parallel 257 { }", "E0231", "'parallel' is 1 to 256", "257"),
        .init("users.list(take: 5)", "E0232", "this stream is not read by anything", "users.list(take: 5)"),
        .init("0..10", "E0232", "this stream is not read by anything", "0..10"),
        .init(
            "print(match 1 { strng s => s, _ => 0 })", "E0233", "'strng' is not a type", "strng", hint: "did you mean 'string'?"),
        .init("print(match [1] { [x] | 1 => 1, _ => 0 })", "E0234", "'x' cannot be bound in one of several alternatives", "x"),
        .init("for c in \"abc\" { print(c) }", "E0235", "a loop runs over a list, record or stream, not string", "\"abc\""),
        .init("for c in ({ a: 1 }) { print(c) }", "E0235", "a loop over a record takes two names", "({ a: 1 })"),
    ]

    static let warnings: [Mistake] = [
        .init("let a = 1", "W0101", "'a' is never read", "a", hint: "remove it, or name it '_a'"),
        .init("fn f() { var n = 0; n += 1 }; f()", "W0101", "'n' is never read", "n"),
        .init(
            "batch r in [1] { users.create(name: \"A\") }", "W0102", "this batch has no key, and its body calls users.create",
            "users.create"),
        .init(
            "while true { users.create(name: \"A\") }", "W0103",
            "users.create in a loop runs one by one, and stops at the first error", "users.create"),
    ]

    @Test(arguments: names + members + arguments + placement + warnings)
    func mistakeIsFound(mistake: Mistake) throws {
        let found = Checked(mistake.script).found
        #expect(found.count == 1, "\(found)")
        let first = try #require(found.first)
        #expect(first.code == mistake.code)
        #expect(first.message == mistake.message)
        #expect(first.marked == mistake.marked)
        if let hint = mistake.hint { #expect(first.hint == hint) }
    }

    @Test func fiveMistakesGiveFiveDiagnostics() {
        let script = """
            let limit = 10
            limit = 20
            let user = users.create(nmae: "Ann", limits: { messages: limit })
            print(user.emial)
            if limit { print("some") }
            for u in users.list() { prnt(u) }
            """
        #expect(Checked(script).codes == ["E0204", "E0210", "E0207", "E0215", "E0201"])
    }

    @Test func aNameIsReportedOncePerScope() {
        #expect(Checked("print(a); print(a); if true { print(a) }").codes == ["E0201"])
        #expect(Checked("fn f() { print(a) }; fn g() { print(a) }; f(); g()").codes == ["E0201", "E0201"])
    }

    @Test func nothingFollowsFromASyntaxError() {
        #expect(Checked("let a = ]\nlet b = 2").codes.filter { !$0.hasPrefix("E01") } == [])
    }

    @Test func missingArgumentsAreAllNamed() {
        #expect(Checked("fn f(a, b) { a + b }; f()").found.map(\.message) == ["'f' needs 'a'", "'f' needs 'b'"])
    }
}
