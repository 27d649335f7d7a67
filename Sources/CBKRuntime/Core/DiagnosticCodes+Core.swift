// The codes that the core built-ins raise: title, cause, an example that gives it, and how to mend that. The tests run
// every example and every mend.

import CBKSyntax

extension DiagnosticCode {
    package static let core: [DiagnosticCode] = [
        DiagnosticCode(
            code: "E0302", title: "wrong type of argument",
            explanation: "A built-in takes values of certain types, and nothing is converted silently.",
            example: "let words = [\"3\", 4]\n\"abc\".starts_with(words[1])",
            mend: "let words = [\"3\", 4]\n\"abc\".starts_with(string(words[1]))"),
        DiagnosticCode(
            code: "E0320", title: "not an int",
            explanation: "int() takes text of an optional sign and digits, without blanks, points or words.",
            example: "int(\"12 users\")", mend: "int(\"12 users\".split()[0])"),
        DiagnosticCode(
            code: "E0321", title: "not a float",
            explanation: "float() takes text like 2.5, -3 or 1e-3. A decimal comma is not guessed.",
            example: "float(\"2,5\")", mend: "float(\"2,5\".replace(\",\", \".\"))"),
        DiagnosticCode(
            code: "E0322", title: "not a bool",
            explanation: "bool() takes true, false, yes, no, 1 or 0, without case; an empty cell is none of them.",
            example: "bool(\"\")", mend: "bool(\"\".or(\"no\"))"),
        DiagnosticCode(
            code: "E0323", title: "not a datetime",
            explanation: "datetime() takes RFC 3339 with a zone, a date that exists, or milliseconds as an int.",
            example: "datetime(\"01.03.2026\")", mend: "datetime(\"2026-03-01\")"),
        DiagnosticCode(
            code: "E0324", title: "not a duration",
            explanation: "duration() takes whole numbers with units from large to small: d, h, m, s, ms.",
            example: "duration(\"1.5h\")", mend: "duration(\"1h30m\")"),
        DiagnosticCode(
            code: "E0325", title: "a key that comes twice",
            explanation: "key_by() makes a record with one item for each key. group_by() takes several for one key.",
            example: "[{ id: \"a\" }, { id: \"a\" }].key_by(r => r.id)",
            mend: "[{ id: \"a\" }, { id: \"a\" }].group_by(r => r.id)"),
        DiagnosticCode(
            code: "E0326", title: "not a whole number",
            explanation: "int() takes a float only where nothing is lost. Say which way to round.", example: "int(2.5)",
            mend: "2.5.round()"),
        DiagnosticCode(
            code: "E0327", title: "argument out of range",
            explanation: "The argument has the right type, but the built-in has no meaning for this value.",
            example: "[1, 2, 3].take(-1)", mend: "[1, 2, 3].take(1)"),
        DiagnosticCode(
            code: "E0328", title: "unknown directive in a pattern",
            explanation: "format() replaces directives such as %Y %m %d %H %M %S; a percent sign itself is %%.",
            example: "datetime(\"2026-03-01\").format(\"%Q\")", mend: "datetime(\"2026-03-01\").format(\"%Y\")"),
        DiagnosticCode(
            code: "E0329", title: "lists of different lengths",
            explanation: "zip() pairs the items at the same places; an item without a partner would be lost silently.",
            example: "[1, 2, 3].zip([\"a\"])", mend: "[1, 2, 3].take(1).zip([\"a\"])"),
        DiagnosticCode(
            code: "E0330", title: "values that cannot be told apart",
            explanation: "Grouping compares by content. Functions and streams have none, and a secret's is not looked at.",
            example: "[x => x].distinct()", mend: "[1, 1].distinct()"),
        DiagnosticCode(
            code: "E0331", title: "empty text to look for",
            explanation: "An empty text is everywhere, so splitting at it or replacing it has no single meaning.",
            example: "\"abc\".split(\"\")", mend: "\"abc\".chars()"),
        DiagnosticCode(
            code: "E0332", title: "an item that is no text",
            explanation: "join() puts texts, numbers and times together. For null, lists and records, say what to write.",
            example: "[\"a\", null].join(\", \")", mend: "[\"a\", null].map(x => x ?? \"none\").join(\", \")"),
        DiagnosticCode(
            code: "E0333", title: "a secret where none may be",
            explanation: "A credential is not converted, sorted or measured by accident: .reveal() says that it is meant.",
            example: "len(users.token.create(users.create(name: \"Ann\").id, name: \"first\").token)",
            mend: "len(users.token.create(users.create(name: \"Ann\").id, name: \"first\").token.reveal())"),
    ]
}
