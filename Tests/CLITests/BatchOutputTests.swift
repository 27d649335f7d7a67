// What a script with a batch leaves: rows on standard output in the order of the input, the rest on standard error,
// result files, and the exit code.

import TestSupport
import Testing

struct BatchOutputTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    private static let script = """
        print("before")
        batch n in 1..8 by n parallel 4 {
          if n == 2 { skip "two is out" }
          if n == 3 { throw "three is bad" }
          sleep(5ms * (8 - n))
          print("item ${n}")
          emit { n, square: n * n }
        }

        """

    @Test(arguments: [
        ([], "n,square\n1,1\n4,16\n5,25\n6,36\n7,49\n"),
        (["--output", "csv"], "n,square\n1,1\n4,16\n5,25\n6,36\n7,49\n"),
        (
            ["--output", "jsonl"],
            "{\"n\":1,\"square\":1}\n{\"n\":4,\"square\":16}\n{\"n\":5,\"square\":25}\n{\"n\":6,\"square\":36}\n{\"n\":7,\"square\":49}\n"
        ),
        (["--output", "table"], "n  square\n─  ──────\n1  1\n4  16\n5  25\n6  36\n7  49\n"),
    ])
    func rowsComeInTheOrderOfTheInput(_ flags: [String], _ rows: String) throws {
        try runner.write(BatchOutputTests.script, to: "squares.cbk")
        let result = try runner.run(["squares.cbk"] + flags)
        #expect(result.stdout == rows)
        #expect(result.status == 1)
        let lines = Set(result.stderr.split(separator: "\n").map(String.init))
        #expect(result.stderr.hasPrefix("before\n"))
        #expect(lines.isSuperset(of: ["item 1", "item 4", "item 5", "item 6", "item 7"]))
        #expect(lines.isSuperset(of: ["  1 × USER: three is bad", "  1 × skipped: two is out"]))
        #expect(result.stderr.contains("\n7 items: 5 done, 1 failed, 1 skipped in "))
        #expect(!result.stderr.contains("sandbox:"))
        let folder = runner.runFolder
        #expect(try runner.read(folder + "/success.csv") == "n,square\n1,1\n4,16\n5,25\n6,36\n7,49\n")
        let name = folder.dropFirst("cbk-runs/".count)
        #expect(
            try runner.read(folder + "/failed.csv")
                == "item,error_code,error,line,cbk_run,cbk_key\n3,USER,three is bad,,\(name),3\n")
    }

    @Test func quietLeavesTheRowsAlone() throws {
        try runner.write("batch n in 1..4 by n { emit { n } }\n", to: "quiet.cbk")
        let result = try runner.run("quiet.cbk", "--quiet")
        #expect(result.stdout == "n\n1\n2\n3\n" && result.stderr == "" && result.status == 0)
    }

    @Test func anErrorCapStopsTheRun() throws {
        try runner.write(
            "batch n in 0..100 by n parallel 1 {\n  if n % 2 == 0 { throw \"even ${n}\" }\n  emit { n }\n}\n", to: "even.cbk")
        let result = try runner.run("even.cbk", "--max-errors", "3")
        #expect(result.status == 3)
        #expect(result.stdout == "n\n1\n3\n5\n")
        #expect(result.stderr.contains("100 items: 3 done, 4 failed, 93 pending in "))
        #expect(result.stderr.contains("stopped: more errors than --max-errors 3 allows\n"))
        let folder = runner.runFolder
        #expect(runner.results(in: folder) == ["failed.csv", "success.csv", "unprocessed.csv"])
        let pending = csvRows(try runner.read(folder + "/unprocessed.csv"))
        #expect(pending.map { $0["item"] } == (7..<100).map(String.init))
        let percent = try runner.run("even.cbk", "--max-errors", "60%", "--new-run")
        #expect(percent.status == 1 && percent.stderr.contains("100 items: 50 done, 50 failed in "))
    }

    @Test func breakEndsAFinishedRun() throws {
        try runner.write("batch n in 0..100 by n parallel 1 {\n  if n == 5 { break }\n  emit { n }\n}\n", to: "five.cbk")
        let result = try runner.run("five.cbk")
        #expect(result.stdout == "n\n0\n1\n2\n3\n4\n" && result.status == 0)
        #expect(runner.results(in: runner.runFolder) == ["success.csv"])
    }

    @Test func continueEndsAnItemAsDone() throws {
        try runner.write("batch n in 0..4 by n {\n  if n == 1 { continue }\n  emit { n }\n}\n", to: "go.cbk")
        let result = try runner.run("go.cbk")
        #expect(result.stdout == "n\n0\n2\n3\n" && result.status == 0)
        #expect(result.stderr.hasPrefix("4 items: 4 done in "))
    }

    @Test func duplicateAndNullKeysFail() throws {
        try runner.write(
            """
            let rows = [{ k: "a@x.co" }, { k: "b" }, { k: " A@x.co" }, { k: null }, { k: "" }]
            batch row in rows by row.k { emit { k: row.k } }

            """, to: "keys.cbk")
        let result = try runner.run("keys.cbk")
        #expect(result.stdout == "k\na@x.co\nb\n\"\"\n" && result.status == 1)
        let failed = csvRows(try runner.read(runner.runFolder + "/failed.csv"))
        #expect(failed.map { $0["error_code"] } == ["DUPLICATE_KEY", "NULL_KEY"])
        #expect(failed[0]["error"] == "the key 'a@x.co' is that of item 1, too")
        #expect(failed[0]["cbk_key"] == "a@x.co")
    }

    @Test func aBatchAsAValuePrintsNoRows() throws {
        try runner.write(
            """
            let result = batch n in 1..5 by n { emit { n } }
            print(result.total, result.done, result.failed)
            print(result.rows.map(r => r.n).to_list())

            """, to: "value.cbk")
        let result = try runner.run("value.cbk")
        #expect(result.stdout == "4 4 0\n[1, 2, 3, 4]\n" && result.status == 0)
    }

    @Test func filesKeepTheirColumns() throws {
        try runner.write("Name,Age\nAnn,41\n\"B, o\",x\n", to: "people.csv")
        try runner.write(
            "batch row in csv.read(\"people.csv\") by row.Name {\n  emit { name: row.Name, next: int(row.Age) + 1 }\n}\n",
            to: "age.cbk")
        let result = try runner.run("age.cbk")
        #expect(result.stdout == "name,next\nAnn,42\n" && result.status == 1)
        let folder = runner.runFolder
        let name = folder.dropFirst("cbk-runs/".count)
        #expect(
            try runner.read(folder + "/failed.csv")
                == "Name,Age,error_code,error,line,cbk_run,cbk_key\n\"B, o\",x,E0320,\"int() takes a sign and digits, not 'x' (age.cbk:2)\",3,\(name),\"B, o\"\n"
        )
    }

    @Test func aColumnThatTheFileLacksStopsTheRun() throws {
        try runner.write("Name,Age\nAnn,41\n", to: "people.csv")
        try runner.write(
            "batch row in csv.read(\"people.csv\") by row.Name {\n  users.create(name: row.Nmae)\n}\n", to: "lacks.cbk")
        let result = try runner.run("lacks.cbk")
        #expect(result.stderr.hasPrefix("error[E0703]: 'people.csv' has no column 'Nmae'; it has Name, Age"))
        #expect(result.stdout == "" && result.status == 2)
        #expect(try runner.value(of: "users.list().count()") == "0")
    }
}
