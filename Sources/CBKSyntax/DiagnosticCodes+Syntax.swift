// Each code of the lexer and parser: title, cause, an example that gives it, and how to mend that.

extension DiagnosticCode {
    // ORDER: SyntaxCode
    /// The codes of the lexer and the parser, in order.
    package static let syntax: [DiagnosticCode] = [
        DiagnosticCode(
            .invalidUTF8, "invalid UTF-8",
            "Scripts are UTF-8. The byte at the given offset belongs to no character: the file was saved in another encoding.",
            mend: "Save the file as UTF-8, or convert it: iconv -f latin1 -t utf-8 old.cbk > new.cbk"),
        DiagnosticCode(
            .unexpectedCharacter, "unexpected character",
            "The character is no part of the language. Names have letters A to Z, digits and '_'; other letters belong in strings.",
            example: "let größe = 1",
            mend: "let size = 1\nprint(size)"),
        DiagnosticCode(
            .unterminatedString, "string is not closed",
            "A string ends on the line where it begins. A line break in it is written \\n.",
            example: "print(\"hello)",
            mend: "print(\"hello\")"),
        DiagnosticCode(
            .unknownEscape, "unknown escape",
            "In \"…\" a backslash begins one of \\n \\t \\r \\\\ \\\" \\$ \\u{…}. In '…' it is an ordinary character.",
            example: "let path = \"C:\\data\"\nprint(path)",
            mend: "let path = 'C:\\data'\nprint(path)"),
        DiagnosticCode(
            .malformedNumber, "malformed number",
            "Numbers are 42, 1_000, 3.14 or 1e-3; durations are whole numbers with units from large to small, such as 1h30m.",
            example: "sleep(1.5s)",
            mend: "sleep(1500ms)"),
        DiagnosticCode(
            .numberOutOfRange, "number out of range",
            "An int has 64 bits and a float is a double. A number that fits neither is refused, never rounded.",
            example: "let id = 9223372036854775808",
            mend: "let id = \"9223372036854775808\"\nprint(id)"),
        DiagnosticCode(
            .malformedRegex, "malformed regular expression",
            "A regular expression stands between two '/' on one line; after it only the flag 'i' may follow. Characters that mean something else stand for themselves after '\\'.",
            example: "print(\"f(x)\".matches(/f(/))", mend: "print(\"f(x)\".matches(/f\\(/))"),
        DiagnosticCode(
            .slashComment, "'//' where a comment was meant",
            "'//' divides and rounds down. Comments start with '#'.",
            example: "// create the users\nprint(1)",
            mend: "# create the users\nprint(1)"),
        DiagnosticCode(
            .expected, "something else was expected",
            "At the marked place the construct needs what the message names.",
            example: "let total 5",
            mend: "let total = 5\nprint(total)"),
        DiagnosticCode(
            .expectedExpression, "an expression was expected",
            "An operator, an '=' or an opening bracket needs a value after it.",
            example: "let total = 5 *",
            mend: "let total = 5 * 2\nprint(total)"),
        DiagnosticCode(
            .expectedStatementEnd, "the statement should end here",
            "Two statements, or two arms of a match, on one line need something between them.",
            example: "let a = 1 let b = 2",
            mend: "let a = 1; let b = 2\nprint(a, b)"),
        DiagnosticCode(
            .unbalancedBracket, "brackets do not match",
            "Each opening bracket needs its closing one, in the right order.",
            example: "print(1, 2",
            mend: "print(1, 2)"),
        DiagnosticCode(
            .reservedWord, "reserved word as a name",
            "Keywords, and the words by parallel emit skip as omit, name no variables. Fields and arguments may have such names.",
            example: "let match = 1",
            mend: "let found = 1\nprint(found)"),
        DiagnosticCode(
            .chainedComparison, "chained comparison",
            "A comparison gives a bool, and comparing that again is never what was meant.",
            example: "let n = 5\nlet ok = 1 < n < 10\nprint(ok)",
            mend: "let n = 5\nlet ok = 1 < n && n < 10\nprint(ok)"),
        DiagnosticCode(
            .invalidTarget, "cannot be assigned to",
            "The left side of an assignment is a variable, followed by fields and indexes.",
            example: "var total = 1\ntotal() = 5\nprint(total)",
            mend: "var total = 1\ntotal = 5\nprint(total)"),
        DiagnosticCode(
            .misplacedAssignment, "'=' in an expression",
            "An assignment is a statement. Comparing is '==', and named arguments and fields are written with ':'.",
            example: "let n = 1\nif n = 1 { print(n) }",
            mend: "let n = 1\nif n == 1 { print(n) }"),
        DiagnosticCode(
            .argumentOrder, "an argument without a name after one with a name",
            "Calls take arguments by place first, then those by name.",
            example: "print(\"7\".pad(width: 3, \"0\"))",
            mend: "print(\"7\".pad(3, \"0\"))"),
        DiagnosticCode(
            .bareInHeader, "a record or arrow in a header",
            "In the header of if, while, for, match and batch, and in a guard, '{' opens the body; a record or an arrow takes brackets.",
            example: "let row = { a: 1 }\nif row == { a: 1 } { print(row) }",
            mend: "let row = { a: 1 }\nif row == ({ a: 1 }) { print(row) }"),
        DiagnosticCode(
            .tooDeep, "nested too deep",
            "Brackets, blocks and chains of operators may nest up to 1,000 levels, so that no script exhausts the stack.",
            mend: "Name the parts with 'let'."),
        DiagnosticCode(
            .misplacedJump, "a jump cannot stand here",
            "throw return break continue skip are statements, a match arm, a handler's body, or stand right of '??' and 'catch'; emit is a statement.",
            example: "let f = x => throw \"no\"",
            mend: "let f = x => { throw \"no ${x}\" }\nprint(f(1) catch e => e.message)"),
        DiagnosticCode(
            .misplacedArrow, "an arrow cannot stand here",
            "An arrow begins an expression, since its body reaches as far right as it can. A handler after catch takes one name.",
            example: "let f = null ?? x => x + 1",
            mend: "let f = null ?? (x => x + 1)\nprint(f(1))"),
        DiagnosticCode(
            .invalidPattern, "not a pattern",
            "Patterns are literals, ranges of numbers, names, types with a name, lists and records of patterns, and 'a | b'.",
            example: "let name = \"test-1\"\nprint(match name {\n  /^test/ => \"test\"\n  _ => \"other\"\n})",
            mend:
                "let name = \"test-1\"\nprint(match name {\n  string s if (s.matches(/^test/)) => \"test\"\n  _ => \"other\"\n})"
        ),
        DiagnosticCode(
            .strayClause, "'else' or 'catch' alone",
            "'else' belongs to an if and 'catch' to a try or an expression. At the prompt they stand beside the '}', since a new line ends the statement there.",
            example: "let ready = true\nelse { print(1) }\nprint(ready)",
            mend: "let ready = true\nif ready { print(0) } else { print(1) }"),
        DiagnosticCode(
            .unknownParameterType, "unknown type of a param",
            "A param is a string, int, float, bool, path, duration, datetime or list.",
            example: "param limit: integer = 10",
            mend: "param limit: int = 10\nprint(limit)"),
        DiagnosticCode(
            .misplacedPub, "'pub' on something else",
            "A module shares functions and constants: 'pub' stands before 'fn' or 'let', at the top level.",
            example: "pub var count = 0",
            mend: "pub let count = 0"),
        DiagnosticCode(
            .missingCatch, "'try' without 'catch'",
            "A try says what to do when its body throws.",
            example: "try { users.fetch(\"nobody\") }",
            mend: "try { users.fetch(\"nobody\") } catch e { log.warn(e.message) }"),
        DiagnosticCode(
            .repeatedClause, "a clause of batch given twice",
            "A batch has at most one 'by' and one 'parallel'.",
            example: "let rows = [{ id: \"a\", name: \"Ann\" }]\nbatch row in rows by row.id by row.name { emit row }",
            mend: "let rows = [{ id: \"a\", name: \"Ann\" }]\nbatch row in rows by row.id { emit row }"),
        DiagnosticCode(
            .regexUnsupported, "not in regular expressions here",
            "Matching takes time in proportion to the text, whatever the pattern. So there is nothing that needs to go back: lookaround, backreferences, atomic groups and possessive repeats. Nor are there Unicode properties, named classes and flags inside.",
            example: "print(\"prod-1\".matches(/^(?!test)/))", mend: "print(!\"prod-1\".matches(/^test/))"),
        DiagnosticCode(
            .regexTooLarge, "regular expression too large",
            "Repeats with a count are copies, and all copies together are bounded: 10,000 steps, 100 groups, 4,096 bytes, counts up to 1,000.",
            example: "print(\"a b \".matches(/^([a-z]{1,1000} ){1,1000}$/))", mend: "print(\"a b \".matches(/^([a-z]+ )+$/))"),
    ]

    private init(
        _ code: SyntaxCode, _ title: String, _ explanation: String, arguments: [String] = [], example: String? = nil, mend: String
    ) {
        self.init(code.rawValue, title, explanation, arguments: arguments, example: example, mend: mend)
    }
}
