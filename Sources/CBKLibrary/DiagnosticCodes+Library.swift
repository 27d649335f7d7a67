// The codes of files, runs and batches: title, cause, an example that gives it, and how to mend that.

import CBKSyntax

extension DiagnosticCode {
    package static let library: [DiagnosticCode] = [
        DiagnosticCode(
            "E0507", "emitted rows used up",
            "The batches of the run emitted `--max-rows` rows. The batch stops, its summary says why, and what was not done is in `unprocessed.csv`.",
            mend: "Raise `--max-rows`, or emit less."),
        DiagnosticCode(
            "E0601", "no path",
            "A path is a text that is not empty and has no NUL character.",
            example: "print(file.exists(\"\"))",
            mend: "print(file.exists(\"users.csv\"))"),
        DiagnosticCode(
            "E0602", "a file that is out of bounds",
            "A script reaches files under its own folder and the current one, those that `path` parameters name, and what `--allow-path` adds; never `.env*` files, cbk's own folder or run folders.",
            example: "print(file.read(\"/etc/hostname\"))",
            mend: "print(file.exists(\"hostname\"))"),
        DiagnosticCode(
            "E0603", "a file that cannot be read or written",
            "The system refused; the message says why.",
            example: "print(file.read(\"nothing.txt\"))",
            mend: "file.write(\"nothing.txt\", \"something\")\nprint(file.read(\"nothing.txt\"))"),
        DiagnosticCode(
            "E0604", "not text",
            "The file is not UTF-8, or a line of it is over 16 MB.",
            mend:
                "Convert it: iconv -f latin1 -t utf-8 old.txt > new.txt; or read a CSV file with `csv.read(path, encoding: \"latin-1\")`."
        ),
        DiagnosticCode(
            "E0605", "not JSON",
            "The text, file or line is not JSON; the message says where.",
            example: "print(json.parse(\"{ name: 1 }\"))",
            mend: "print(json.parse(\"{ \\\"name\\\": 1 }\"))"),
        DiagnosticCode(
            "E0606", "an ending that `save` does not know",
            "`save` chooses the format by the name's ending: .csv, .jsonl or .json. `-` is no file to write: `print(csv.format(rows))` writes to standard output.",
            example: "[{ a: 1 }].save(\"out.txt\")",
            mend: "[{ a: 1 }].save(\"out.csv\")"),
        DiagnosticCode(
            "E0607", "a field that is no column",
            "The first row makes the columns of a CSV file; a later row has a field besides.",
            example: "[{ a: 1 }, { a: 2, b: 3 }].save(\"out.csv\")",
            mend: "[{ a: 1, b: null }, { a: 2, b: 3 }].save(\"out.csv\")"),
        DiagnosticCode(
            "E0608", "the sandbox cannot be opened",
            "Its store in cbk's folder is damaged, or cannot be read and written; exit code 5.",
            mend: "Mend the folder's permissions, or name another folder with `CBK_HOME`."),
        DiagnosticCode(
            "E0609", "no run folder",
            "The folder of this run's results cannot be made, so nothing was started: results that cannot be kept are not worked for.",
            mend: "Name another folder with `--runs-dir`."),
        DiagnosticCode(
            "E0610", "standard input again",
            "What is read from `\"-\"` comes once: a second use would find nothing, and an end that comes too early looks like an empty file. Under `cbk -` standard input held the script, and at the prompt it is what you type.",
            example: "print(lines(\"-\").count(), lines(\"-\").first())",
            mend: "let all = lines(\"-\").to_list()\nprint(all.count(), all.first())"),
        DiagnosticCode(
            "E0611", "nobody to ask",
            "Neither standard input nor standard error is a terminal. `--yes` answers `confirm`; a `param` takes what `ask` would ask for.",
            example: "print(ask(\"which plan?\"))",
            mend: "# Which plan.\nparam plan: string = \"free\"\nprint(plan)"),
        DiagnosticCode(
            "E0612", "no answer",
            "The input ended, with ^D, where `ask` waited for a line.",
            mend: "Answer with a line; where the question has a default, Return alone is an answer."),
        DiagnosticCode(
            "E0701", "a batch inside a batch, at run time",
            "As E0226, where the inner one is in a function that an item calls. The item fails.",
            example: "fn each(rows) { batch n in rows by n { emit { n } } }\nbatch n in [1, 2] by n { each([n]) }",
            mend: "batch n in [1, 2] by n { for m in [n] { emit { m } } }"),
        DiagnosticCode(
            "E0702", "parallel out of range, at run time",
            "As E0231, where the number is computed.",
            example: "let jobs = int(\"1000\")\nbatch n in [1, 2] by n parallel jobs { emit { n } }",
            mend: "let jobs = int(\"100\")\nbatch n in [1, 2] by n parallel jobs { emit { n } }"),
        DiagnosticCode(
            "E0703", "a column that the file does not have",
            "The body of the batch reads a field by name that is no column of its CSV file. Nothing was sent; exit code 2. `row?.name` reads a column that may be missing.",
            example:
                "csv.write(\"users.csv\", [{ name: \"Ann\" }])\nbatch row in csv.read(\"users.csv\") by row.name { emit { email: row.email } }",
            mend:
                "csv.write(\"users.csv\", [{ name: \"Ann\" }])\nbatch row in csv.read(\"users.csv\") by row.name { emit { email: row?.email } }"
        ),
        DiagnosticCode(
            "E0704", "emit outside a batch, at run time",
            "As E0219; the checker finds it first.",
            mend: "Move `emit` into the batch's body."),
        DiagnosticCode(
            "E0705", "emit of something that is no record",
            "A row of results has named fields.",
            example: "batch n in [1, 2] by n { emit n }",
            mend: "batch n in [1, 2] by n { emit { n } }"),
        DiagnosticCode(
            "E0706", "asking in a batch, at run time",
            "As E0236, where a function that an item calls asks. The item fails.",
            arguments: ["--yes"],
            example: "fn sure() { confirm(\"go on?\") }\nbatch n in [1, 2] by n { if sure() { emit { n } } }",
            mend: "let sure = confirm(\"go on?\")\nbatch n in [1, 2] by n { if sure { emit { n } } }"),
    ]
}
