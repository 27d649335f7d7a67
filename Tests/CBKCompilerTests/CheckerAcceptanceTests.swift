// Scripts that are right: nothing may be reported. And the limits: long and deep scripts.

import CBKCompiler
import CBKSyntax
import Testing

@Suite struct CheckerAcceptanceTests {
    static let taste = """
        # The customers to create: name and email columns.
        param file: path = "users.csv"
        # free, pro or team.
        param plan: string = "free"

        let limits = match plan {
          "free"         => { messages: 1_000 }
          "pro" | "team" => { messages: 50_000, database: { records: 10_000 } }
          _              => throw "unknown plan '${plan}'"
        }

        batch row in csv.read(file) by row.email parallel 16 {
          if row.email == "" { skip "no email" }
          let user = users.create(name: row.name.or(omit), email: row.email.lower(),
                                  meta: { plan }, limits: limits)
          let token = users.token.create(user.id, name: "first token")
          emit { email: row.email, id: user.id, token: token.token }
        }
        """

    static let scripts = [
        taste,
        // Closures share a captured var; functions before their definition, and each other.
        "fn counter() { var n = 0; () => { n += 1; n } }; let next = counter(); print(next())",
        "print(even(4)); fn even(n) { if n == 0 { true } else { odd(n - 1) } }; fn odd(n) { if n == 0 { false } else { even(n - 1) } }",
        "fn f() { late }; let late = 1; print(f())",
        "let fact = n => if n < 2 { 1 } else { n * fact(n - 1) }; print(fact(5))",
        "fn outer() { fn inner() { later }; let later = 1; inner() }; print(outer())",
        "fn f(x) { let g = (y = x) => y; g() }; print(f(1))",
        "for i in 0..2 { let g = () => i; print(g()) }",
        "fn f() { if true { fn g() { x }; let x = 1; print(g()) } }; f()",
        "fn f() { var n = 0; n += 1; batch r in [1] by r { print(n) } }; f()",
        "fn f(a) { match a { [x, ...r] => { let g = () => x; g() }, _ => 0 } }; print(f([1]))",
        "fn f() { try { throw \"x\" } catch e { let g = () => e.message; print(g()) } }; f()",
        "fn f() { g() catch e => { let h = () => e; print(h()) }; fn g() { 1 } }; f()",
        "fn f() { fn a() { b() }; fn b() { a() }; a }; print(f())",
        "while true { let x = 1; fn g() { x }; print(g()); break }",
        // Shadowing.
        "fn f() { let f = 1; f }; print(f())",
        "let x = 1; if true { let x = 2; print(x) }; print(x)",
        "fn f(name) { let name = name.trim(); name }; print(f(\"a\"))",
        "let len = len(\"abc\"); print(len)",
        "for i in 0..3 { let i = i + 1; print(i) }",
        "let users = users.list().to_list(); print(users.count())",
        "fn print2(print) { print }; print2(1)",
        // Values of blocks.
        "fn f(x) { if x { 1 } }; print(f(true))",
        "let f = x => if x { 1 }; print(f(true))",
        "if true { print(1) }",
        "let x = if true { 1 } else if false { 2 } else { 3 }; print(x)",
        "fn f(x) { return if x { 1 } }; print(f(true))",
        // omit in its places.
        "users.create(name: omit, email: env(\"E\") ?? omit, alias: env(\"A\").or(omit))",
        "let m = 1; users.create(name: match m { 1 => \"a\", _ => omit }, meta: { a: omit })",
        "let m = 1; users.create(name: if m == 1 { \"a\" } else { omit })",
        // Jumps where an expression stands.
        "for u in users.list() { let e = u.email ?? continue; print(e) }",
        "let u = users.find(email: \"a\") ?? throw \"none\"; print(u.email)",
        "batch r in [1] by r { let x = env(\"X\") ?? skip \"none\"; print(x) }",
        "batch r in [1] by r { for i in [1] { if i == r { break } }; if r == 1 { break } }",
        "print(1); return; fn f() { 1 }",
        "let x = users.create(name: \"A\") catch e => { print(e.message); return }; print(x.id)",
        // Records and what is not certain.
        "var r = { a: 1 }; r.b = 2; print(r.b)",
        "let r = { ...{ a: 1 }, b: 2 }; print(r.a)",
        "let r = { name: 1 }; print(r?.email)",
        "let u = users.find(email: \"a\"); print(u?.name)",
        "let x = if true { { a: 1 } } else { { b: 1 } }; print(x.b)",
        "let r = { f: x => x }; print(r.f(1))",
        "let r = { a: 1 }; print(r.keys())",
        "fn f(x) { x.anything() }; print(f)",
        "for k, v in ({ a: 1 }) { print(k, v) }",
        "for i, x in [1, 2] { print(i, x) }",
        "let r = batch n in [1] by n { emit { n } }; for row in r.rows { print(row.n) }",
        // Match.
        "print(match true { true => 1, false => 2 })",
        "print(match 1 { int n if (n > 1) => n, [a, ...rest] => rest, { name, meta: { x } } => x, 1..5 => name2(), other => other }); fn name2() { 1 }",
        // Arguments.
        "print(1, 2, 3); print()",
        "let r = {}; users.update(\"u\", ...r, name: \"A\")",
        "users.update(\"u\", { name: null })",
        "fn f(a, b = a) { a + b }; print(f(1), f(a: 1), f(b: 2, a: 1))",
        "let f = (_, _) => 1; print(f(1, 2))",
        "let f = users.create; print(f)",
        "param since: datetime = \"2026-01-01\"\nparam wait: duration = 5s\nparam tags: list = [\"a\"]\nparam ratio: float = 1\nprint(since, wait, tags, ratio)",
        "var names = []; names.push(1); names[0] = 2; (names).push(3); print(names.pop())",
        "let _unused = 1",
    ]

    @Test(arguments: scripts)
    func rightScriptGivesNothing(script: String) {
        #expect(Checked(script).found == [])
    }

    /// The emitter finds a place for every variable that the tables name.
    @Test(arguments: scripts)
    func rightScriptIsEmitted(script: String) throws {
        for isInteractive in [false, true] where !(isInteractive && script.contains("param ")) {
            let program = Checked(script, isInteractive: isInteractive).program
            let chunk = try emit(program, catalog: testCatalog, isInteractive: isInteractive)
            #expect(!chunk.code.isEmpty)
        }
    }

    @Test func internalBuiltInsAreForThePrelude() {
        #expect(Checked("(xs) => { for x in xs { __yield(x) } }", allowInternal: true).found == [])
    }

    @Test func longScriptsCostLinearWork() {
        var lines: [String] = []
        for index in 0..<30_000 { lines.append("let v\(index) = \(index == 0 ? "1" : "[v\(index - 1), missing\(index)]")") }
        let checked = Checked(lines.joined(separator: "\n"))
        #expect(checked.errors.count == 29_999)
        #expect(checked.program.resolution.variables.count == 30_000)
    }

    @Test func deepTreesDoNotExhaustTheStack() {
        let nested = String(repeating: "[", count: 900) + "x" + String(repeating: "]", count: 900)
        #expect(Checked("print(\(nested))").codes == ["E0201"])
        let blocks = String(repeating: "if true { ", count: 450) + "print(x)" + String(repeating: " }", count: 450)
        #expect(Checked(blocks).codes == ["E0201"])
        let arrows = String(repeating: "(a => ", count: 400) + "x" + String(repeating: ")", count: 400)
        #expect(Checked("let x = 1; print(\(arrows))").found == [])
    }
}
