// `cbk import`: the examples as people have them, the mapping of columns, bad rows, and the script that does it.

import Foundation
import TestSupport
import Testing

struct ImportTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    @Test func everyRowOfTheExampleBecomesAUser() throws {
        let rows = csvRows(try String(contentsOfFile: Project.example("users.csv"), encoding: .utf8))
        let result = try runner.run("import", Project.example("users.csv"))
        #expect(result.status == 0, "\(result)")
        #expect(result.stdout == "")
        #expect(result.stderr.contains("\(rows.count) items: \(rows.count) done in "))
        #expect(result.stderr.hasSuffix("/success.csv\nsandbox: nothing reached a real account\n"))
        #expect(try runner.value(of: "users.list().count()") == String(rows.count))
        let success = csvRows(try runner.read(runner.runFolder + "/success.csv"))
        #expect(success.map { $0["email"] } == rows.map { $0["E-mail"] })
        #expect(success.map { $0["name"] } == rows.map { $0["Full name"] })
        #expect(Set(success.compactMap { $0["id"] }).count == rows.count)
        #expect(runner.results(in: runner.runFolder) == ["success.csv"])
        let plans = try runner.value(of: "users.list().where(u => u.meta.plan == \"pro\").count()")
        #expect(plans == String(rows.count { $0["meta.plan"] == "pro" }))
        let limits = try runner.value(of: "users.list().where(u => u.limits?.messages == 50_000).count()")
        #expect(limits == String(rows.count { $0["limits.messages"] == "50000" }))
    }

    @Test func namesInAnyScriptLiveOn() throws {
        _ = try runner.run("import", Project.example("users.csv"))
        let names = ["王秀英", "נועם לוי", "Smith, John, Jr.", "O'Neil, \"Bob\"", "José María García Pérez"]
        for name in names {
            let literal = name.replacing("\"", with: "\\\"")
            #expect(try runner.value(of: "users.list().where(u => u.name == \"\(literal)\").count()") == "1", "\(name)")
        }
    }

    // MARK: - Bad rows

    private static let badRows = """
        6 of 14 rows are bad and will not be sent:
          line 6: the row has 5 cells, the header has 7
          line 8: 'nora at example.com' is no e-mail address: it has no @
          line 9: line 2 has the e-mail address 'RENEE.DUBOIS@example.com', too
          line 10: the name 'Großherzoglich-Sächsische Ämter- und Kör…' has 209 bytes of UTF-8; 191 is the most
          line 11: limits.messages takes a whole number from 0, not 'lots'
          line 15: the row has 8 cells, the header has 7

        """

    @Test func theMessyExampleImportsItsGoodRows() throws {
        let result = try runner.run("import", Project.example("messy.csv"))
        #expect(result.status == 1 && result.stdout == "")
        #expect(result.stderr.contains(ImportTests.badRows))
        #expect(result.stderr.contains("14 items: 8 done, 6 failed in "))
        #expect(try runner.value(of: "users.list().count()") == "8")
        let user = "users.find(email: \"ana.pena@example.com\")"
        #expect(try runner.value(of: "let u = \(user)\n[u.name, u.description, u.meta.customer]") == "Ana Peña\n=SUM(A1:A9)\n007")
        let calls = "users.find(email: \"juergen.gross@example.com\").description"
        #expect(try runner.value(of: calls) == "Calls on Mondays;\r\nnever before nine.")
    }

    @Test func failedRowsKeepTheirColumns() throws {
        _ = try runner.run("import", Project.example("messy.csv"))
        let text = try runner.read(runner.runFolder + "/failed.csv")
        #expect(
            csvHeader(text) == [
                "First name", "Last name", "Email address", "Description", "meta.customer", "meta.plan", "limits.messages",
                "error_code", "error", "line", "cbk_run", "cbk_key",
            ])
        let rows = csvRows(text)
        #expect(rows.map { $0["line"] } == ["6", "8", "9", "10", "11", "15"])
        #expect(
            rows.map { $0["error_code"] } == [
                "CSV_RAGGED", "INVALID_EMAIL", "DUPLICATE_KEY", "NAME_TOO_LONG", "INVALID_LIMIT", "CSV_RAGGED",
            ])
        #expect(rows.map { $0["meta.customer"] } == ["000420", "000422", "000423", "000424", "000425", "000427"])
        #expect(rows[4]["error"] == "limits.messages takes a whole number from 0, not 'lots'")
        #expect(rows[4]["cbk_key"] == "luis.muitos@example.com")
        #expect(Set(rows.map { $0["cbk_run"] }) == [runner.names(in: "cbk-runs").last])
    }

    @Test func aCorrectedFileOfFailedRowsImports() throws {
        _ = try runner.run("import", Project.example("messy.csv"))
        let failed = runner.runFolder + "/failed.csv"
        let text = try runner.read(failed)
        let lines = text.replacing("nora at example.com,", with: "nora@example.com,").replacing(",lots,", with: ",5,")
            .split(separator: "\n").map(String.init)
        let corrected = [lines[0]] + lines.filter { $0.hasPrefix("Nora") || $0.hasPrefix("Luís") }
        try runner.write(corrected.joined(separator: "\n") + "\n", to: failed)
        let again = try runner.run("import", failed)
        #expect(again.status == 0, "\(again)")
        for name in ["error_code", "error", "line", "cbk_run", "cbk_key"] {
            #expect(
                again.stderr.split(separator: "\n").contains {
                    $0.hasPrefix(name + " ") && $0.hasSuffix("→ not imported: written by cbk")
                }, "\(name)")
        }
        let fields = "users.find(email: \"luis.muitos@example.com\").limits.messages"
        #expect(try runner.value(of: fields) == "5")
        #expect(try runner.value(of: "users.list().count()") == "10")
    }

    @Test func strictRefusesAFileWithBadRows() throws {
        let result = try runner.run("import", Project.example("messy.csv"), "--strict")
        #expect(result.status == 2)
        #expect(result.stderr.hasSuffix(ImportTests.badRows + "--strict: nothing was sent\n"))
        #expect(try runner.value(of: "users.list().count()") == "0")
        #expect(runner.names(in: "cbk-runs") == [])
        #expect(try runner.run("import", Project.example("users.csv"), "--strict", "--max-rows", "5").status == 0)
    }

    // MARK: - Columns

    @Test(arguments: [
        (
            "name,emial\nA,a@example.com\n",
            "cbk: a column maps nowhere: 'emial' (did you mean 'email'? --map email='emial'); say --map FIELD=COLUMN, --meta-rest to keep what is left in meta, or --ignore COLUMN\n"
        ),
        (
            "name,email,plan\nA,a@example.com,pro\n",
            "cbk: a column maps nowhere: 'plan'; say --map FIELD=COLUMN, --meta-rest to keep what is left in meta, or --ignore COLUMN\n"
        ),
        (
            "name,email,Name\nA,a@example.com,B\n",
            "cbk: columns 'name' and 'Name' are both for name; choose with --map name=COLUMN and --ignore COLUMN\n"
        ),
    ])
    func columnsThatCannotBeMappedAreRefused(_ text: String, _ message: String) throws {
        try runner.write(text, to: "users.csv")
        let result = try runner.run("import", "users.csv")
        #expect(result.stderr == message)
        #expect(result.stdout == "" && result.status == 2)
        #expect(try runner.value(of: "users.list().count()") == "0")
    }

    @Test(arguments: ["name,email,email\nA,a@example.com,b@example.com\n", "name,,email\nA,x,a@example.com\n"])
    func headersThatAreDuplicateOrBlankAreRefused(_ text: String) throws {
        try runner.write(text, to: "users.csv")
        let result = try runner.run("import", "users.csv")
        #expect(result.stderr.hasPrefix("cbk: ") && result.stderr.contains("'users.csv'"))
        #expect(result.stdout == "" && result.status == 2)
    }

    @Test func flagsOfTheMapping() throws {
        try runner.write("who,mail,plan,note\nAnn,ann@example.com,pro,n1\n", to: "users.csv")
        let result = try runner.run(
            "import", "users.csv", "--map", "name=who", "--map", "email=mail", "--set", "description=\"from \" + row.note",
            "--ignore", "note", "--meta-rest")
        #expect(result.status == 0, "\(result)")
        #expect(
            result.stderr.hasPrefix(
                """
                who    → name
                mail   → email
                plan   → meta.plan
                note   → not imported: --ignore
                --set  → description = "from " + row.note
                1 item: 1 done in\u{20}
                """))
        let fields = "let u = users.find(email: \"ann@example.com\")\n[u.name, u.description, u.meta]"
        #expect(try runner.value(of: fields) == "Ann\nfrom n1\n{ plan: \"pro\" }")
    }

    @Test(arguments: [
        (["--skip-rows", "2"], "N3 N4 N5"), (["--max-rows", "2"], "N1 N2"),
        (["--skip-rows", "1", "--max-rows", "3"], "N2 N3 N4"),
        (["--skip-rows", "9"], ""),
    ])
    func partsOfAFile(_ flags: [String], _ names: String) throws {
        try runner.write("name,email\n" + (1...5).map { "N\($0),n\($0)@example.com\n" }.joined(), to: "users.csv")
        let result = try runner.run(["import", "users.csv"] + flags)
        #expect(result.status == 0, "\(result)")
        #expect(try runner.value(of: "users.list().map(u => u.name).sort().join(\" \")") == names)
    }

    @Test func filesAsSpreadsheetsWriteThem() throws {
        let contents = [
            "\u{FEFF}Name;E-Mail\r\nAnn;a1@example.com\r\n\"B;o\";a2@example.com\r\n\r\n",
            "Name\tE-Mail\nAnn\ta1@example.com\nB;o\ta2@example.com\n", "Name,E-Mail\rAnn,a1@example.com\rB;o,a2@example.com\r",
        ]
        for (index, text) in contents.enumerated() {
            let runner = try BinaryRunner()
            try runner.write(text, to: "users.csv")
            #expect(try runner.run("import", "users.csv").status == 0, "\(index)")
            #expect(try runner.value(of: "users.list().map(u => u.name).sort()") == "Ann\nB;o", "\(index)")
        }
    }

    @Test func missingAndEmptyFiles() throws {
        let missing = try runner.run("import", "none.csv")
        #expect(missing.stderr.hasPrefix("cbk: 'none.csv'") && missing.status == 2)
        try runner.write("", to: "empty.csv")
        let empty = try runner.run("import", "empty.csv")
        #expect(empty.stderr.contains("is empty: it has no header") && empty.status == 2)
    }

    // MARK: - The script

    @Test func theScriptIsCheckedRunsAndGivesTheSame() throws {
        let printed = try runner.run("import", Project.example("users.csv"), "--print-script", "--with-token", "first")
        #expect(printed.stderr == "" && printed.status == 0)
        #expect(runner.names(in: "cbk-runs") == [])
        try runner.write(printed.stdout, to: "generated.cbk")
        let checked = try runner.run("check", "generated.cbk")
        #expect(checked.stderr == "no mistakes\n" && checked.status == 0)
        let other = try BinaryRunner()
        try other.write(printed.stdout, to: "generated.cbk")
        let run = try other.run("generated.cbk")
        #expect(run.status == 0, "\(run)")
        #expect(csvRows(run.stdout).count == 240 && csvHeader(run.stdout) == ["id", "email", "name", "token_id"])
        _ = try runner.run("import", Project.example("users.csv"))
        let fields = "users.list().select(\"name\", \"email\", \"meta\", \"limits\").sort_by(u => u.email)"
        #expect(try runner.run("-e", fields, "--output", "jsonl").stdout == other.run("-e", fields, "--output", "jsonl").stdout)
    }

    @Test func aPrintedScriptTakesAnotherFile() throws {
        try runner.write("name,email\nA,a@example.com\n", to: "one.csv")
        try runner.write("name,email\nB,b@example.com\nC,c@example.com\n", to: "two.csv")
        let script = try runner.run("import", "one.csv", "--print-script").stdout
        try runner.write(script, to: "import.cbk")
        #expect(try runner.run("import.cbk", "--file", "two.csv").status == 0)
        #expect(try runner.value(of: "users.list().map(u => u.name).sort()") == "B\nC")
    }

    // MARK: - The run's folder

    @Test func theRunFolderIsPrivateAndNamed() throws {
        try runner.write("name,email\nA,a@example.com\nB,\nC,c@example.com,more\n", to: "people.csv")
        #expect(try runner.run("import", "people.csv").status == 1)
        let name = try #require(runner.names(in: "cbk-runs").first)
        #expect(name.wholeMatch(of: /\d{8}-\d{6}-import-people/) != nil)
        #expect(runner.mode("cbk-runs/\(name)") == 0o700)
        #expect(runner.mode("home") == 0o700)
        for file in runner.names(in: "cbk-runs/\(name)") { #expect(runner.mode("cbk-runs/\(name)/\(file)") == 0o600, "\(file)") }
        #expect(try runner.run("import", "people.csv", "--runs-dir", "elsewhere").status == 1)
        #expect(runner.names(in: "elsewhere").count == 1 && runner.names(in: "cbk-runs").count == 1)
    }
}
