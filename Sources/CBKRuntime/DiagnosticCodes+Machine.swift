// The codes that the machine raises: title, cause, an example that gives it, and how to mend that.

import CBKSyntax

extension DiagnosticCode {
    package static let machine: [DiagnosticCode] = [
        DiagnosticCode(
            "E0301", "operator or construct on the wrong type",
            "The operator, loop, spread or throw does not take values of this type; nothing is converted silently.",
            example: "let row = json.parse(\"{\\\"count\\\": \\\"3\\\"}\")\nprint(row.count + 1)",
            mend: "let row = json.parse(\"{\\\"count\\\": \\\"3\\\"}\")\nprint(int(row.count) + 1)"),
        DiagnosticCode(
            "E0303", "a condition that is no bool, at run time",
            "As E0215, where the type shows only when the script runs.",
            example: "let row = json.parse(\"{\\\"active\\\": 1}\")\nif row.active { print(\"on\") }",
            mend: "let row = json.parse(\"{\\\"active\\\": 1}\")\nif row.active == 1 { print(\"on\") }"),
        DiagnosticCode(
            "E0304", "does not fit, or is not exact",
            "An int has 64 bits, and an int meets a float only where it is exact as a double. Nothing is rounded silently.",
            example: "print(9_223_372_036_854_775_807 + 1)",
            mend: "print(9_223_372_036_854_775_807 + 1 catch \"too many\")"),
        DiagnosticCode(
            "E0305", "not a finite number",
            "A result that is infinite or no number at all is an error.",
            example: "print(1e308 * 10)",
            mend: "print(1e308 / 10)"),
        DiagnosticCode(
            "E0306", "division by zero",
            "`/`, `//` and `%` by zero have no result.",
            example: "let count = 0\nprint(10 / count)",
            mend: "let count = 0\nprint(if count == 0 { 0.0 } else { 10 / count })"),
        DiagnosticCode(
            "E0307", "no such field, at run time",
            "The record has no field of that name, or the value is no record. `r?.name` gives null instead, and `\"name\" in r` asks.",
            example: "let row = json.parse(\"{\\\"name\\\": \\\"Ann\\\"}\")\nprint(row.email)",
            mend: "let row = json.parse(\"{\\\"name\\\": \\\"Ann\\\"}\")\nprint(row?.email)"),
        DiagnosticCode(
            "E0308", "no such place",
            "The index is out of the list's or string's range, or the value has no places. `list?[i]` gives null instead.",
            example: "let names = [\"Ann\"]\nprint(names[1])",
            mend: "let names = [\"Ann\"]\nprint(names?[1])"),
        DiagnosticCode(
            "E0309", "no such method, at run time",
            "As E0208, where the type shows only when the script runs.",
            example: "let row = json.parse(\"{\\\"name\\\": null}\")\nprint(row.name.lower())",
            mend: "let row = json.parse(\"{\\\"name\\\": null}\")\nprint(row.name?.lower())"),
        DiagnosticCode(
            "E0310", "called, but no function, at run time",
            "As E0216, where the type shows only when the script runs.",
            example: "let row = json.parse(\"{\\\"name\\\": \\\"Ann\\\"}\")\nlet name = row.name\nprint(name())",
            mend: "let row = json.parse(\"{\\\"name\\\": \\\"Ann\\\"}\")\nlet name = row.name\nprint(name)"),
        DiagnosticCode(
            "E0311", "used before its definition has run",
            "A function may be called above its definition, but the `let` that it reads must have run by then.",
            example: "fn show() { limit }\nprint(show())\nlet limit = 3",
            mend: "let limit = 3\nfn show() { limit }\nprint(show())"),
        DiagnosticCode(
            "E0312", "no arm fits",
            "A `match` over `true` and `false` needs no other arm, but what came was no bool.",
            example:
                "let row = json.parse(\"{\\\"active\\\": \\\"yes\\\"}\")\nprint(match row.active { true => \"on\", false => \"off\" })",
            mend:
                "let row = json.parse(\"{\\\"active\\\": \\\"yes\\\"}\")\nprint(match bool(row.active) { true => \"on\", false => \"off\" })"
        ),
        DiagnosticCode(
            "E0313", "a batch's item changes what is outside, at run time",
            "As E0227, where the change happens in a function that the item calls. The item fails.",
            example: "var seen = 0\nfn note() { seen += 1 }\nbatch n in [1, 2] by n { note() }\nlog.info(\"seen ${seen}\")",
            mend: "let result = batch n in [1, 2] by n { emit { n } }\nprint(result.rows.count())"),
        DiagnosticCode(
            "E0314", "arguments that do not fit, at run time",
            "As E0210 to E0213, where the function is known only when the script runs.",
            example: "let area = { of: (width, height) => width * height }\nprint(area.of(2))",
            mend: "let area = { of: (width, height) => width * height }\nprint(area.of(2, 3))"),
        DiagnosticCode(
            "E0315", "a secret on its way out",
            "A credential is not put into a request, into JSON or into a file by accident: `.reveal()` says that it is meant.",
            example:
                "let user = users.create(name: \"Ann\")\nlet token = users.token.create(user.id).token\nprint(json.format({ token }))",
            mend:
                "let user = users.create(name: \"Ann\")\nlet token = users.token.create(user.id).token\nprint(len(json.format({ token: token.reveal() })))"
        ),
        DiagnosticCode(
            "E0316", "an operation while a module is made",
            "As E0245, where the checker does not see it: in a callback, or through a value.",
            module: "pub let ids = [\"free\"].map(name => users.create(name: name).id)",
            example: "import \"lib/plans.cbk\" as plans\nprint(plans.ids)",
            mendedModule: "pub fn ids() { [\"free\"].map(name => users.create(name: name).id) }",
            mend: "import \"lib/plans.cbk\" as plans\nprint(plans.ids().count())"),
        DiagnosticCode(
            "E0399", "a built-in that does not compile",
            "A fault of cbk, not of the script: part of the library is written in the language and was refused.",
            mend: "Please report it."),
        DiagnosticCode(
            "E0501", "steps used up",
            "The script ran `--max-steps` instructions. Most often a loop does not end.",
            arguments: ["--max-steps", "10000"],
            example: "var n = 0\nwhile n >= 0 { n += 1 }",
            mend: "var n = 0\nwhile n < 10 { n += 1 }\nprint(n)"),
        DiagnosticCode(
            "E0502", "calls nested too deep",
            "Functions called each other `--max-depth` levels deep. Most often a recursion has no end.",
            example: "fn count(n) { 1 + count(n + 1) }\nprint(count(0))",
            mend: "fn count(n) { if n == 9 { 0 } else { 1 + count(n + 1) } }\nprint(count(0))"),
        DiagnosticCode(
            "E0503", "memory used up",
            "The script's values took `--max-memory` bytes. Streams keep one window in memory; `to_list`, `sort` and `group_by` hold everything.",
            arguments: ["--max-memory", "20000000"],
            example: "var all = []\nwhile true { all.push(\"x\".repeat(1000)) }",
            mend: "print((0..1000).map(n => \"x\".repeat(n)).map(s => len(s)).sum())"),
        DiagnosticCode(
            "E0504", "a value too large",
            "One string, list or record grew over `--max-value` bytes.",
            arguments: ["--max-value", "1000"],
            example: "print(len(\"x\".repeat(5000)))",
            mend: "print(len(\"x\".repeat(500)))"),
        DiagnosticCode(
            "E0505", "nested too deep",
            "Values with more than 500 levels are not compared or grouped.",
            example: "fn nest(levels) { if levels == 0 { [] } else { [nest(levels - 1)] } }\nprint(nest(600) == nest(600))",
            mend: "fn nest(levels) { if levels == 0 { [] } else { [nest(levels - 1)] } }\nprint(nest(60) == nest(60))"),
        DiagnosticCode(
            "E0506", "interrupted",
            "^C or SIGTERM ended the script. A batch ends what is in flight first; exit code 130 or 143.",
            mend: "Run it again; what a batch did not do is in `unprocessed.csv`."),
        DiagnosticCode(
            "E0508", "time used up",
            "The run took longer than `--max-time`.",
            arguments: ["--max-time", "200ms"],
            example: "sleep(1h)",
            mend: "sleep(1ms)"),
    ]
}
