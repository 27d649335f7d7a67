// The methods of strings, lists, records, numbers and times as scripts see them: source, and what its value prints or
// the error's code.

import Testing

@Suite struct CoreMethodTests {
    @Test(arguments: [
        ("type(null)", "null"), ("type(5s)", "duration"), ("type(x => x)", "function"), ("type(0..2)", "stream"),
        ("len(\"añ😀\")", "3"), ("len([1, 2])", "2"), ("len({ a: 1 })", "1"), ("len(0..3)", "E0302"),
        ("(x => len(x))(1)", "E0302"),
        ("int(\"-42\")", "-42"), ("int(2.0)", "2"), ("int(2.5)", "E0326"), ("int(\"2.0\")", "E0320"), ("int(\" 2\")", "E0320"),
        ("int(\"9223372036854775808\")", "E0304"), ("int(1e300)", "E0304"), ("int(true)", "E0302"), ("int(null)", "E0302"),
        ("float(\"1e3\")", "1000.0"), ("float(3)", "3.0"), ("float(9007199254740993)", "E0304"), ("float(\"x\")", "E0321"),
        ("float(\"1e999\")", "E0305"), ("bool(\"Yes\")", "true"), ("bool(\"0\")", "false"), ("bool(\"\")", "E0322"),
        ("bool(2)", "E0322"), ("string(1.5) + string(null)", "1.5null"), ("string([1, \"a\"]) == \"[1, \\\"a\\\"]\"", "true"),
        ("datetime(\"2026-03-01\")", "2026-03-01T00:00:00Z"), ("datetime(1)", "1970-01-01T00:00:00.001Z"),
        ("datetime(\"2026-02-30\")", "E0323"), ("(x => datetime(x))(1.5)", "E0302"), ("duration(\"1h30m\")", "1h30m"),
        ("(x => duration(x))(5)", "E0302"), ("duration(\"5\")", "E0324"), ("error(\"m\", code: \"X\").code", "X"),
        ("error(\"m\").code", "null"), ("error(\"m\").kind", "user"), ("(x => error(x))(1)", "E0302"),
    ])
    func conversions(source: String, expected: String) async {
        #expect(await outcome(of: source) == expected)
    }

    @Test(arguments: [
        ("\"Ann@EXAMPLE.com\".lower()", "ann@example.com"), ("\"straße\".upper()", "STRASSE"), ("\"[@{`\".upper()", "[@{`"),
        ("\"  a b\\t\\n\".trim() + \"|\"", "a b|"), ("\"\\u{a0}ñ\\u{2003}\".trim() + \"|\"", "ñ|"),
        ("\"  \".or(\"x\")", "x"), ("\" a\".or(\"x\")", " a"), ("{ name: \"\".or(omit) }.has(\"name\")", "false"),
        ("\"abc\".starts_with(\"ab\")", "true"), ("\"a\".starts_with(\"ab\")", "false"), ("\"abc\".ends_with(\"bc\")", "true"),
        ("\"abc\".contains(\"\")", "true"), ("(x => \"abc\".contains(x))(1)", "E0302"), ("\"ñab\".index_of(\"b\")", "2"),
        ("\"ab\".index_of(\"x\")", "null"), ("\"a-b-c\".replace(\"-\", \"\")", "abc"), ("\"aaa\".replace(\"aa\", \"b\")", "ba"),
        ("\"a\".replace(\"\", \"b\")", "E0331"), ("\"7\".pad(3, \"0\", side: \"left\")", "007"), ("\"ñ\".pad(3) + \"|\"", "ñ  |"),
        ("\"a\".pad(4, \"é\", side: \"both\")", "éaéé"), ("\"a\".pad(3, \"ab\")", "E0327"),
        ("\"a\".pad(3, side: \"up\")", "E0327"),
        ("\"ab\".repeat(3)", "ababab"), ("\"ab\".repeat(-1)", "E0327"), ("\"a,b,,c\".split(\",\").join(\"|\")", "a|b||c"),
        ("\"a,b,c\".split(\",\", limit: 2).join(\"|\")", "a|b,c"), ("\" a  b \".split().join(\"|\")", "a|b"),
        ("\"a\".split(\"\")", "E0331"), ("\"a\\r\\nb\\rc\\n\".lines().join(\"|\")", "a|b|c"), ("len(\"\".lines())", "0"),
        ("\"añ😀\".chars().join(\"|\")", "a|ñ|😀"), ("\"añob\".slice(1, 3)", "ño"), ("\"añob\".slice(-2)", "ob"),
        ("\"a\".slice(5)", ""), ("\"añ\".bytes", "3"), ("(x => x.size)(\"a\")", "E0307"), ("(x => x.floor())(\"a\")", "E0309"),
    ])
    func strings(source: String, expected: String) async {
        #expect(await outcome(of: source) == expected)
    }

    @Test(arguments: [
        ("[3, 1, 2].sort()", "[1, 2, 3]"), ("[3, 1, 2].sort(desc: true)", "[3, 2, 1]"), ("[3, 1.5, 2].sort()", "[1.5, 2, 3]"),
        ("[2d, 1h].sort()", "[1h, 2d]"), ("[\"b\", \"a\", \"é\"].sort().join(\"\")", "abé"), ("[1, \"a\"].sort()", "E0302"),
        ("[null].concat([1]).sort()", "E0302"), ("[].sort()", "[]"), ("[null].sort()", "E0302"), ("[1, 2, 3].sum()", "6"),
        ("[1, 2.5].sum()", "3.5"),
        ("[].sum()", "0"), ("[1s, 500ms].sum()", "1s500ms"), ("[\"a\"].sum()", "E0302"),
        ("[9223372036854775807, 1].sum()", "E0304"), ("[1, 2, 4, 5].avg()", "3.0"), ("[].avg()", "null"),
        ("[1s, 2s].avg()", "1s500ms"),
        ("[3, 1, 2].min()", "1"), ("[\"a\", \"b\"].max()", "b"), ("[].max()", "null"), ("[1, \"b\"].max()", "E0301"),
        ("[1, 2, 3].first()", "1"), ("[].first()", "null"), ("[1, 2, 3].last()", "3"), ("[1, 2, 3].count()", "3"),
        ("[1, 2, 3].take(2)", "[1, 2]"), ("[1].take(-1)", "E0327"), ("[1, 2, 3].skip(9)", "[]"),
        ("[1, 2, 3].reverse()", "[3, 2, 1]"),
        ("[1, 2].contains(2.0)", "true"), ("[1, 2].index_of(3)", "null"), ("[1].concat([2])", "[1, 2]"),
        ("[[1, 2], [], [3]].flatten()", "[1, 2, 3]"), ("[1].flatten()", "E0302"), ("[1, 2].zip([3, 4])", "[[1, 3], [2, 4]]"),
        ("[1].zip([])", "E0329"), ("[1, 2, 3].chunks(2)", "[[1, 2], [3]]"), ("[1].chunks(0)", "E0327"),
        ("[1, 1.0, [1], [1], { a: 1, b: 2 }, { b: 2, a: 1 }].distinct().count()", "3"), ("[x => x].distinct()", "E0330"),
        ("[1, \"b\", 2.5].join(\"-\")", "1-b-2.5"), ("[].join(\"-\")", ""), ("[null].join()", "E0332"),
        ("[1, 2, 3].slice(1, -1)", "[2]"),
        ("[{ a: 1, b: 2 }].select(\"a\")", "[{ a: 1 }]"), ("[{ a: 1 }].select(\"b\")", "E0307"), ("[1].select(\"b\")", "E0302"),
    ])
    func lists(source: String, expected: String) async {
        #expect(await outcome(of: source) == expected)
    }

    @Test(arguments: [
        ("var a = [1]; a.push(2); a", "[1, 2]"),
        ("var a = [1, 2]; let b = a; b.count() + a.pop() + a.count() * 10 + b.count() * 100", "214"),
        ("var a = [1, 3]; a.insert(1, 2); a.insert(3, 4); a", "[1, 2, 3, 4]"), ("var a = [1]; a.insert(2, 0)", "E0308"),
        ("var a = [1, 2, 3]; [a.remove(0), a.remove(-1), a]", "[1, 3, [2]]"), ("var a = []; a.pop()", "E0308"),
        ("var a = [1]; a.remove(1)", "E0308"), ("var a = [1]; let b = a; a.clear(); [a, b]", "[[], [1]]"),
        ("var a = [1]; a.push(a); a.insert(0, a); a", "[[1, [1]], 1, [1]]"),
        ("var r = { a: 1, b: 2 }; let s = r; [r.remove(\"a\"), r, s]", "[1, { b: 2 }, { a: 1, b: 2 }]"),
        ("var r = { a: 1 }; r.remove(\"z\")", "null"), ("var r = { a: 1 }; r.clear(); r.b = 2; r", "{ b: 2 }"),
        ("var r = { a: [1] }; let s = r; r.a.push(2); [r, s]", "[{ a: [1, 2] }, { a: [1] }]"),
    ])
    func changes(source: String, expected: String) async {
        #expect(await outcome(of: source) == expected)
    }

    @Test(arguments: [
        ("{ a: 1, b: 2 }.keys().join(\"\")", "ab"), ("{ a: 1, b: 2 }.values()", "[1, 2]"), ("{ a: 1 }.entries()[0].value", "1"),
        ("{ a: 1 }.has(\"b\")", "false"), ("{ a: 1 }.get(\"b\", 5)", "5"), ("{ a: 1 }.get(\"b\")", "null"),
        ("(x => { a: 1 }.get(x))(1)", "E0302"),
        ("{ a: 1, b: 2 }.merge({ b: 3, c: 4 })", "{ a: 1, b: 3, c: 4 }"),
        ("{ a: 1, b: 2, c: 3 }.pick(\"c\", \"a\")", "{ c: 3, a: 1 }"),
        ("{ a: 1 }.pick(\"b\")", "E0307"), ("{ a: 1, b: 2 }.without(\"a\", \"z\")", "{ b: 2 }"),
        ("{ a: 1, b: 2 }.without([\"a\"])", "{ b: 2 }"),
        ("{ a: 1, b: 2 }.map_values(n => n * 10)", "{ a: 10, b: 20 }"), ("{ f: x => x + 1 }.f(1)", "2"),
    ])
    func records(source: String, expected: String) async {
        #expect(await outcome(of: source) == expected)
    }

    @Test(arguments: [
        ("(-3).abs()", "3"), ("(-2.5).round()", "-3"), ("2.345.round(2)", "2.35"), ("1e300.round()", "E0304"),
        ("2.5.round(16)", "E0327"),
        ("(-2.1).floor()", "-3"), ("2.1.ceil()", "3"), ("2.pow(62)", "4611686018427387904"), ("2.pow(63)", "E0304"),
        ("2.pow(-1)", "0.5"),
        ("0.pow(-1)", "E0305"), ("9.sqrt()", "3.0"), ("(-1).sqrt()", "E0327"), ("2.5.fixed(2)", "2.50"),
        ("0.996.fixed(2)", "1.00"),
        ("(-0.001).fixed(2)", "0.00"), ("5.min(3)", "3"), ("5.max(7.5)", "7.5"), ("5.max(\"a\")", "E0301"),
        ("datetime(\"2026-03-01\").weekday", "7"), ("datetime(\"2026-03-01T09:30:00Z\").hour", "9"),
        ("datetime(5).timestamp", "5"),
        ("datetime(\"2026-03-17\").start_of(\"month\")", "2026-03-01T00:00:00Z"), ("datetime(0).start_of(\"week\")", "E0327"),
        ("datetime(\"2026-03-01\").format(\"%d %b %Y\")", "01 Mar 2026"), ("datetime(0).format(\"%Q\")", "E0328"),
        ("90m.hours", "1.5"), ("1h.milliseconds", "3600000"), ("(-5s).abs()", "5s"),
    ])
    func numbersAndTimes(source: String, expected: String) async {
        #expect(await outcome(of: source) == expected)
    }

    /// A secret passes unseen or not at all.
    @Test(arguments: [
        ("type(test_secret())", "secret"), ("test_secret()", "sk-…7777"), ("test_secret().reveal().bytes", "67"),
        ("test_secret() == test_secret().reveal()", "true"), ("[test_secret()].contains(test_secret())", "true"),
        ("(x => len(x))(test_secret())", "E0333"), ("string(test_secret())", "E0333"), ("int(test_secret())", "E0333"),
        ("bool(test_secret())", "E0333"), ("float(test_secret())", "E0333"), ("[test_secret()].sort()", "E0333"),
        ("[test_secret()].join()", "E0332"), ("[test_secret()].distinct()", "E0330"), ("[test_secret()].min()", "E0302"),
        ("[test_secret()].sum()", "E0302"), ("[1].group_by(x => test_secret())", "E0330"),
        ("[1].key_by(x => test_secret())", "E0333"),
        ("(x => \"a\".replace(\"a\", x))(test_secret())", "E0302"), ("(x => error(x).message)(test_secret())", "sk-…7777"),
        ("(x => x.lower())(test_secret())", "E0309"), ("(x => x.bytes)(test_secret())", "E0307"),
    ])
    func secrets(source: String, expected: String) async {
        #expect(await outcome(of: source) == expected)
    }

    /// Output without bounds asks first, and a refusal cannot be caught. A value may have 4 MiB here.
    @Test(arguments: [
        "\"ab\".repeat(1_000_000_000)", "\"ab\".pad(9_223_372_036_854_775_807)", "\"ab\".pad(3_000_000, \"é\", side: \"both\")",
        "\"a\".repeat(10_000).replace(\"a\", \"b\".repeat(1_000))", "[\"\", \"\", \"\"].join(\"x\".repeat(3_000_000))",
        "let s = \"ab\".repeat(1_500_000); [s, s].join()", "\"ab\".repeat(1_000_000_000) catch \"caught\"",
    ])
    func largeValues(source: String) async {
        #expect(await outcome(of: source) == "E0504")
    }
}
