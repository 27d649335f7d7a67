// The codes that the core built-ins raise: title, cause, an example that gives it, and how to mend that.

import CBKSyntax

extension DiagnosticCode {
    package static let core: [DiagnosticCode] = [
        DiagnosticCode(
            "E0302", "wrong type of argument",
            "A built-in takes values of certain types, and nothing is converted silently.",
            example: "let words = [\"3\", 4]\n\"abc\".starts_with(words[1])",
            mend: "let words = [\"3\", 4]\n\"abc\".starts_with(string(words[1]))"),
        DiagnosticCode(
            "E0320", "not an int",
            "int() takes text of an optional sign and digits, without blanks, points or words.",
            example: "int(\"12 users\")",
            mend: "int(\"12 users\".split()[0])"),
        DiagnosticCode(
            "E0321", "not a float",
            "float() takes text like 2.5, -3 or 1e-3. A decimal comma is not guessed.",
            example: "float(\"2,5\")",
            mend: "float(\"2,5\".replace(\",\", \".\"))"),
        DiagnosticCode(
            "E0322", "not a bool",
            "bool() takes true, false, yes, no, 1 or 0, without case; an empty cell is none of them.",
            example: "bool(\"\")",
            mend: "bool(\"\".or(\"no\"))"),
        DiagnosticCode(
            "E0323", "not a datetime",
            "datetime() takes RFC 3339 with a zone, a date that exists, or milliseconds as an int.",
            example: "datetime(\"01.03.2026\")",
            mend: "datetime(\"2026-03-01\")"),
        DiagnosticCode(
            "E0324", "not a duration",
            "duration() takes whole numbers with units from large to small: d, h, m, s, ms.",
            example: "duration(\"1.5h\")",
            mend: "duration(\"1h30m\")"),
        DiagnosticCode(
            "E0325", "a key that comes twice",
            "key_by() makes a record with one item for each key. group_by() takes several for one key.",
            example: "[{ id: \"a\" }, { id: \"a\" }].key_by(r => r.id)",
            mend: "[{ id: \"a\" }, { id: \"a\" }].group_by(r => r.id)"),
        DiagnosticCode(
            "E0326", "not a whole number",
            "int() takes a float only where nothing is lost. Say which way to round.",
            example: "let _ = int(2.5)",
            mend: "let _ = 2.5.round()"),
        DiagnosticCode(
            "E0327", "argument out of range",
            "The argument has the right type, but the built-in has no meaning for this value.",
            example: "let _ = [1, 2, 3].take(-1)",
            mend: "let _ = [1, 2, 3].take(1)"),
        DiagnosticCode(
            "E0328", "unknown directive in a pattern",
            "format() replaces directives such as %Y %m %d %H %M %S; a percent sign itself is %%.",
            example: "datetime(\"2026-03-01\").format(\"%Q\")",
            mend: "datetime(\"2026-03-01\").format(\"%Y\")"),
        DiagnosticCode(
            "E0329", "lists of different lengths",
            "zip() pairs the items at the same places; an item without a partner would be lost silently.",
            example: "let _ = [1, 2, 3].zip([\"a\"])",
            mend: "let _ = [1, 2, 3].take(1).zip([\"a\"])"),
        DiagnosticCode(
            "E0330", "values that cannot be told apart",
            "Grouping compares by content. Functions and streams have none, and a secret's is not looked at.",
            example: "let _ = [x => x].distinct()",
            mend: "let _ = [1, 1].distinct()"),
        DiagnosticCode(
            "E0331", "empty text to look for",
            "An empty text is everywhere, so splitting at it or replacing it has no single meaning.",
            example: "let _ = \"abc\".split(\"\")",
            mend: "let _ = \"abc\".chars()"),
        DiagnosticCode(
            "E0332", "an item that is no text",
            "join() puts texts, numbers and times together. For null, lists and records, say what to write.",
            example: "[\"a\", null].join(\", \")",
            mend: "[\"a\", null].map(x => x ?? \"none\").join(\", \")"),
        DiagnosticCode(
            "E0333", "a secret where none may be",
            "A credential is not converted, sorted or measured by accident: .reveal() says that it is meant.",
            example:
                "fn size(value) { len(value) }\nlet user = users.create(name: \"Ann\")\nprint(size(users.token.create(user.id).token))",
            mend:
                "fn size(value) { len(value) }\nlet user = users.create(name: \"Ann\")\nprint(size(users.token.create(user.id).token.reveal()))"
        ),
    ]
}
