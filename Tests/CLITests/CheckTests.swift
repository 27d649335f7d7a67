// `cbk check`, the refusal of scripts with mistakes, and how an error at run time is shown.

import TestSupport
import Testing

struct CheckTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    private static let fiveMistakes = """
        users.create(name: "Ada", email: "ada@example.com")
        let plan = "free"
        plan = "pro"
        users.create(nmae: "Bo")
        print(undeclared)
        print(users.fetch("x").emial)
        break

        """

    private static let fiveDiagnostics = """
        error[E0204]: 'plan' is a 'let' and cannot be changed
         --> five.cbk:3:1
          |
        3 | plan = "pro"
          | ^^^^ declare it with 'var plan = …'

        error[E0210]: users.create takes no 'nmae'
         --> five.cbk:4:14
          |
        4 | users.create(nmae: "Bo")
          |              ^^^^ did you mean 'name'?

        error[E0201]: undeclared name 'undeclared'
         --> five.cbk:5:7
          |
        5 | print(undeclared)
          |       ^^^^^^^^^^

        error[E0207]: no field 'emial' in record { id, name, description, meta, image, email, limits, createdAt, updatedAt }
         --> five.cbk:6:24
          |
        6 | print(users.fetch("x").emial)
          |                        ^^^^^ did you mean 'email'?

        error[E0217]: 'break' outside a loop
         --> five.cbk:7:1
          |
        7 | break
          | ^^^^^

        """

    @Test func fiveMistakesGiveFiveDiagnosticsAndNothingRuns() throws {
        try runner.write(CheckTests.fiveMistakes, to: "five.cbk")
        let checked = try runner.run("check", "five.cbk")
        #expect(checked.stderr == CheckTests.fiveDiagnostics)
        #expect(checked.stdout == "" && checked.status == 2)
        let run = try runner.run("five.cbk")
        #expect(run.stderr == CheckTests.fiveDiagnostics + "5 errors: nothing was run\n")
        #expect(run.stdout == "" && run.status == 2)
        #expect(try runner.value(of: "users.list().count()") == "0")
        #expect(runner.names(in: "cbk-runs") == [])
    }

    @Test func severalFiles() throws {
        try runner.write("let x = 1\nprint(x)\n", to: "good.cbk")
        try runner.write("print(y)\n", to: "bad.cbk")
        let good = try runner.run("check", "good.cbk")
        #expect(good.stderr == "no mistakes\n" && good.status == 0)
        let both = try runner.run("check", "good.cbk", "good.cbk")
        #expect(both.stderr == "no mistakes in 2 files\n" && both.status == 0)
        // A file that is named twice is shown once.
        let mixed = try runner.run("check", "good.cbk", "bad.cbk", "bad.cbk")
        #expect(mixed.stderr.components(separatedBy: "error[E0201]: undeclared name 'y'\n --> bad.cbk:1:7\n").count == 2)
        #expect(mixed.stdout == "" && mixed.status == 2)
    }

    @Test func jsonIsAnObjectALine() throws {
        try runner.write("let r = { name: 1 }\nprint(\"é\", r[\"nmae\"])\n", to: "sub/a.cbk")
        try runner.write("let unused = 1\n", to: "sub/b.cbk")
        try runner.write("print(1)\n", to: "sub/good.cbk")
        try runner.write("print(1\n", to: "c.cbk")
        let result = try runner.run("check", "sub", "c.cbk", "--format", "json")
        #expect(
            result.lines == [
                """
                {"file":"sub/a.cbk","code":"E0207","severity":"error","message":"no field 'nmae' in record { name }",\
                "line":2,"column":14,"endLine":2,"endColumn":20,"hint":"did you mean 'name'?","fix":"\\"name\\""}
                """,
                """
                {"file":"sub/b.cbk","code":"W0101","severity":"warning","message":"'unused' is never read",\
                "line":1,"column":5,"endLine":1,"endColumn":11,"hint":"remove it, or name it '_unused'"}
                """,
                """
                {"file":"c.cbk","code":"E0113","severity":"error","message":"'(' is never closed",\
                "line":1,"column":6,"endLine":1,"endColumn":7}
                """,
            ])
        #expect(result.stderr == "" && result.status == 2)
        let good = try runner.run("check", "--format=json", "sub/good.cbk")
        #expect(good.stdout == "" && good.stderr == "" && good.status == 0)
        #expect(try runner.run("check", "--format", "xml", "c.cbk").status == 2)
    }

    @Test func aFolderStandsForItsScripts() throws {
        try runner.write("print(1)\n", to: "sub/a.cbk")
        try runner.write("print(y)\n", to: "sub/.hidden/b.cbk")
        #expect(try runner.run("check", "sub").stderr == "no mistakes\n")
    }

    @Test func aWarningStopsNothing() throws {
        try runner.write("fn f() {\n  let unused = 1\n  2\n}\nprint(f())\n", to: "warned.cbk")
        let checked = try runner.run("check", "warned.cbk")
        #expect(checked.stderr.contains("warning[") && checked.stderr.contains("'unused'") && checked.status == 0)
        let run = try runner.run("warned.cbk")
        #expect(run.stdout == "2\n" && run.status == 0)
    }

    @Test func anUncaughtErrorShowsPlaceAndCalls() throws {
        try runner.write(
            """
            fn ratio(a, b) {
              a / b
            }
            fn outer(row) {
              ratio(row.n, 0)
            }
            print("before")
            outer({ n: 1 })
            print("after")

            """, to: "deep.cbk")
        let result = try runner.run("deep.cbk")
        #expect(result.stdout == "before\n")
        #expect(
            result.stderr == """
                error[E0306]: '/' by zero
                 --> deep.cbk:2:5
                  |
                2 |   a / b
                  |     ^
                  in ratio, called at deep.cbk:5:3
                  in outer, called at deep.cbk:8:1

                """)
        #expect(result.status == 1)
    }

    @Test(arguments: [
        (
            "let r = { name: 1 }\nlet key = \"nmae\"\nr[key]",
            "error[E0307]: no field 'nmae' in record { name }; did you mean 'name'?\n --> -e:3:3\n  |\n3 | r[key]\n  |   ^^^\n", 1
        ),
        ("throw \"no good\"", "error[USER]: no good\n --> -e:1:1\n  |\n1 | throw \"no good\"\n  | ^^^^^^^^^^^^^^^\n", 1),
        (
            "throw error(\"m\", code: \"X1\")",
            "error[X1]: m\n --> -e:1:1\n  |\n1 | throw error(\"m\", code: \"X1\")\n  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n", 1
        ),
        (
            "users.fetch(\"nobody\")",
            "error[NOT_FOUND]: users.fetch: there is no user 'nobody' (status 404)\n --> -e:1:1\n  |\n1 | users.fetch(\"nobody\")\n  | ^^^^^^^^^^^^^^^^^^^^^\n",
            1
        ),
    ])
    func errorsAtRunTime(_ code: String, _ shown: String, _ status: Int32) throws {
        let result = try runner.run("-e", code)
        #expect(result.stderr == shown)
        #expect(result.stdout == "" && result.status == status)
    }

    @Test func budgetsEndAScript() throws {
        let steps = try runner.run("-e", "while true {}", "--max-steps", "1000")
        #expect(steps.stderr.hasPrefix("error[E0501]: the budget of 1000 steps is used up (--max-steps)\n") && steps.status == 1)
        let depth = try runner.run("-e", "fn f(n) { f(n + 1) }\nf(1)", "--max-depth", "50")
        #expect(depth.stderr.hasPrefix("error[E0502]: calls are nested deeper than 50 (--max-depth)\n") && depth.status == 1)
    }
}
