// `cbk test`: which files it finds, what each test runs in, what is reported, and the exit codes.

import Foundation
import TestSupport
import Testing

struct TestCommandTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    private func passes(_ text: String) throws -> RunResult {
        try runner.write(text, to: "a_test.cbk")
        return try runner.run("test")
    }

    @Test func testsAreFoundAndReported() throws {
        try runner.write("pub fn twice(n) { n * 2 }\n", to: "lib/math.cbk")
        try runner.write(
            """
            import "math.cbk" as math

            fn test_two() { assert(math.twice(1) == 2) }
            fn helper() { print("never") }

            fn test_three() {
              print("looking")
              assert(math.twice(2) == 5)
            }

            """, to: "lib/math_test.cbk")
        try runner.write("fn test_last() { assert(true) }\n", to: "z_test.cbk")
        for folder in [".hidden", "cbk-runs", "lib/.git"] {
            try runner.write("fn test_not_found() { assert(false) }\n", to: "\(folder)/x_test.cbk")
        }
        let result = try runner.run("test")
        #expect(
            result.stdout == """
                ok      lib/math_test.cbk: test_two
                FAILED  lib/math_test.cbk: test_three
                error[ASSERT]: 4 == 5 does not hold
                 --> lib/math_test.cbk:8:3
                  |
                8 |   assert(math.twice(2) == 5)
                  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^
                it printed:
                looking
                ok      z_test.cbk: test_last
                2 passed, 1 failed

                """)
        #expect(result.stderr == "" && result.status == 1)
        #expect(try runner.run("test", "z_test.cbk").stdout == "ok      z_test.cbk: test_last\n1 passed, 0 failed\n")
        #expect(try runner.run("test", "lib", "z_test.cbk", "lib").stdout.hasSuffix("2 passed, 1 failed\n"))
        let filtered = try runner.run("test", "--filter", "two")
        #expect(filtered.stdout == "ok      lib/math_test.cbk: test_two\n1 passed, 0 failed\n" && filtered.status == 0)
        #expect(try runner.run("test", "--filter", "math_test").stdout.hasSuffix("1 passed, 1 failed\n"))
    }

    @Test func eachTestHasASandboxOfItsOwn() throws {
        let test = """
            assert(users.list().count() == 0)
              let user = users.create(name: "Ann", alias: "ann")
              assert(users.list().count() == 1)
              assert(users.token.create(user.id).token.reveal().starts_with("sk-"))
              let result = batch n in [1, 2] by n { users.create(name: "${n}"); emit { n } }
              assert(result.done == 2)
            """
        _ = try runner.run("-e", "users.create(name: \"of the store\")")
        let before = runner.names(in: ".")
        let result = try passes("fn test_one() {\n  \(test)\n}\nfn test_two() {\n  \(test)\n}\n")
        #expect(result.stdout.hasSuffix("2 passed, 0 failed\n"), "\(result)")
        // Neither the store nor this folder was touched, and nothing stays behind.
        #expect(try runner.value(of: "users.list().count()") == "1")
        #expect(
            Set(runner.names(in: ".").filter { !$0.hasPrefix(".") }) == Set(before.filter { !$0.hasPrefix(".") } + ["a_test.cbk"])
        )
    }

    @Test func theClockStandsAndSleepPutsItOn() throws {
        let result = try passes(
            """
            fn test_start() { assert(now() == datetime("2026-01-01")) }
            fn test_sleep() {
              sleep(30d)
              assert(now() == datetime("2026-01-31"))
              assert(users.fetch(users.create(name: "Ann").id).createdAt == now())
            }

            """)
        #expect(result.stdout.hasSuffix("2 passed, 0 failed\n"), "\(result)")
    }

    @Test func theTopLevelRunsBeforeEachTest() throws {
        let result = try passes(
            """
            var count = 1
            users.create(name: "Ann")
            fn test_one() { count += 1; assert(count == 2) }
            fn test_two() { count += 1; assert(count == 2); assert(users.list().count() == 1) }

            """)
        #expect(result.stdout.hasSuffix("2 passed, 0 failed\n"), "\(result)")
        let failing = try passes("fn test_one() { assert(true) }\nthrow \"at the top\"\n")
        #expect(failing.stdout.contains("FAILED  a_test.cbk: test_one\nerror[USER]: at the top\n") && failing.status == 1)
    }

    @Test func mistakesAreFoundBeforeAnythingRuns() throws {
        try runner.write("fn test_fine() { print(\"ran\"); assert(false) }\n", to: "a_test.cbk")
        try runner.write("fn test_it(plan) { assert(plan) }\n", to: "b_test.cbk")
        let result = try runner.run("test")
        #expect(
            result.stderr == """
                error[E0247]: the test 'test_it' is called without arguments and cannot have 'plan'
                 --> b_test.cbk:1:12
                  |
                1 | fn test_it(plan) { assert(plan) }
                  |            ^^^^ take it out, or name the function otherwise
                1 error: nothing was run

                """)
        #expect(result.stdout == "" && result.status == 2)
        #expect(try runner.run("check", "b_test.cbk").stderr.hasPrefix("error[E0247]"))
        #expect(try runner.run("b_test.cbk").stderr.hasPrefix("error[E0247]"))
    }

    @Test func testsBesideTheirModuleImportWhatItImports() throws {
        try runner.write("pub let unit = 3\n", to: "common/base.cbk")
        try runner.write("import \"../common/base.cbk\" as base\npub fn price(n) { n * base.unit }\n", to: "lib/price.cbk")
        try runner.write(
            "import \"price.cbk\" as price\nfn test_it() { assert(price.price(2) == 6) }\n", to: "lib/price_test.cbk")
        #expect(try runner.run("test").stdout == "ok      lib/price_test.cbk: test_it\n1 passed, 0 failed\n")
        #expect(try runner.run("check", "lib/price_test.cbk").stderr == "no mistakes\n")
    }

    @Test func endlessTestsEndAtTheirBudget() throws {
        try runner.write("fn test_loop() { while true { } }\nfn test_after() { assert(true) }\n", to: "a_test.cbk")
        let result = try runner.run("test", "--max-steps", "100000")
        #expect(result.stdout.contains("error[E0501]: the budget of 100000 steps is used up (--max-steps)"))
        #expect(result.stdout.hasSuffix("ok      a_test.cbk: test_after\n1 passed, 1 failed\n"))
    }

    @Test func resultsForMachines() throws {
        try runner.write(
            "fn test_a() { print(\"x\"); throw error(\"no\", code: \"WHY\") }\nfn test_b() { print(\"y\") }\n", to: "a_test.cbk")
        let failed =
            #"{"file":"a_test.cbk","name":"test_a","passed":false,"code":"WHY","message":"no","at":"a_test.cbk:1:27","printed":"x\n"}"#
        let passed = #"{"file":"a_test.cbk","name":"test_b","passed":true}"#
        let lines = try runner.run("test", "--output", "jsonl")
        #expect(lines.stdout == "\(failed)\n\(passed)\n" && lines.status == 1)
        #expect(try runner.run("test", "--output", "json").stdout == "[\(failed),\(passed)]\n")
    }

    @Test(arguments: [
        (["test"], "there is no test: a test is a 'fn test_…()' in a file '…_test.cbk'; cbk test --help tells more"),
        (
            ["test", "--filter", "zzz"],
            "there is no test with 'zzz' in its path or name: a test is a 'fn test_…()' in a file '…_test.cbk'; cbk test --help tells more"
        ),
        (["test", "none"], "there is no 'none'"),
        (["test", "plain.cbk"], "'plain.cbk' is no file with tests: their names end in '_test.cbk'"),
        (["test", "--filtr", "x"], "there is no flag '--filtr'; did you mean '--filter'?"),
        (["test", "--output", "csv"], "--output takes one of text, json, jsonl, not 'csv'"),
    ])
    func whatIsNotRunIsUsage(_ words: [String], _ message: String) throws {
        try runner.write("print(1)\n", to: "plain.cbk")
        let result = try runner.run(words)
        #expect(result.stderr == "cbk: \(message)\n")
        #expect(result.stdout == "" && result.status == 2)
    }

    @Test func help() throws {
        let result = try runner.run("test", "--help")
        #expect(result.stdout.contains("--filter TEXT") && result.status == 0)
        #expect(try runner.run("help", "test").stdout == result.stdout)
        #expect(try runner.run("--help").stdout.contains("cbk test [PATH …]"))
    }
}
