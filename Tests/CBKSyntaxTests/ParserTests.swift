// Trees of text that is in order, as S-expressions.

import Testing

@testable import CBKSyntax

@Suite struct ParserTests {
    @Test(arguments: [
        // Precedence, loosest first.
        ("a || b && c == d ?? e..f + g * -h.i", "(|| a (&& b (== c (?? d (.. e (+ f (* g (- (. h i)))))))))"),
        ("a catch b || c", "(catch a (|| b c))"),
        ("a - b - c", "(- (- a b) c)"),
        ("a / b // c % d * e", "(* (% (// (/ a b) c) d) e)"),
        ("a ?? b ?? c", "(?? (?? a b) c)"),
        ("a catch b catch c", "(catch (catch a b) c)"),
        ("!a == b", "(== (! a) b)"),
        ("!!-a", "(! (! (- a)))"),
        ("-2.abs()", "(- (call (. 2 abs)))"),
        ("1 - -1", "(- 1 (- 1))"),
        ("\"x\" in r && b", "(&& (in \"x\" r) b)"),
        ("0..n + 1", "(.. 0 (+ n 1))"),
        ("(a + b) * c", "(* (paren (+ a b)) c)"),
        // What follows a value.
        ("f(a)(b)[c].d?.e?[f]", "(?[] (?. (. ([] (call (call f a) b) c) d) e) f)"),
        ("a[1..3]", "([] a (.. 1 3))"),
        ("f(1, x: 2, ...r, if: 3,)", "(call f 1 x:2 ...r if:3)"),
        ("r.match.else.by", "(. (. (. r match) else) by)"),
        ("f(x => x, y)", "(call f (=> (x) x) y)"),
        // Literals.
        ("[1, ...a, [],]", "(list 1 ...a (list))"),
        ("{}", "(record)"),
        ("{ a: 1, \"b c\": 2, ...d, e, if: 3, omit: omit }", "(record a:1 \"b c\":2 ...d e if:3 omit:omit)"),
        ("{ 'raw \\n': 1 }", "(record \"raw \\\\n\":1)"),
        ("\"\"", "\"\""),
        ("\"a\\n\\t\\r\\\\\\\"\\$\\u{1F600}\"", "\"a\\n\\t\\r\\\\\\\"$😀\""),
        ("'a\\n${b}'", "\"a\\\\n${b}\""),
        ("\"${a}\"", "(string a)"),
        ("\"a${b}c${\"d${e}\"}\"", "(string \"a\" b \"c\" (string \"d\" e))"),
        ("\"${ {a: 1}.a }\"", "(string (. (record a:1) a))"),
        ("/a\\/[/]\\d/i", "/a\\/[/]\\d/i"),
        ("1_000", "1000"), ("3.14", "3.14f"), ("1e3", "1000.0f"), ("1h30m", "5400000ms"), ("7d", "604800000ms"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("1 - -9223372036854775808", "(- 1 -9223372036854775808)"),
        ("null", "null"), ("true", "true"), ("omit", "omit"),
        // Arrows: the body reaches as far right as it can.
        ("x => y => x + y catch 1", "(=> (x) (=> (y) (catch (+ x y) 1)))"),
        ("() => 1", "(=> () 1)"),
        ("(a, b = 1 + 2) => a", "(=> (a (b (+ 1 2))) a)"),
        ("x => { a: 1 }", "(=> (x) (record a:1))"),
        ("x => {}", "(=> (x) (record))"),
        ("x => { ...x }", "(=> (x) (record ...x))"),
        ("x => { x }", "(=> (x) (record x))"),
        ("x => { x, y }", "(=> (x) (record x y))"),
        ("x => { if: 1 }", "(=> (x) (record if:1))"),
        ("x => { \"k\": 1 }", "(=> (x) (record k:1))"),
        ("x => { null }", "(=> (x) {null})"),
        ("x => { skip }", "(=> (x) {(skip)})"),
        ("x => { \"k\" }", "(=> (x) {\"k\"})"),
        ("x => { x.y }", "(=> (x) {(. x y)})"),
        ("x => { x; y }", "(=> (x) {x y})"),
        ("x => { { a: 1 } }", "(=> (x) {(record a:1)})"),
        // catch and jumps as operands.
        ("f() catch e => e.code", "(catch (call f) e => (. e code))"),
        ("f() catch (e) => { print(e); 1 }", "(catch (call f) e => {(call print e) 1})"),
        ("f() catch e => throw e", "(catch (call f) e => (throw e))"),
        ("f() catch e => g() catch 2", "(catch (call f) e => (catch (call g) 2))"),
        ("f() catch { a: 1 }", "(catch (call f) (record a:1))"),
        ("f() catch skip \"no\"", "(catch (call f) (skip \"no\"))"),
        ("a ?? throw \"x\" catch b", "(catch (?? a (throw \"x\")) b)"),
        ("a ?? return", "(?? a (return))"),
        ("return f() catch null", "(return (catch (call f) null))"),
        ("throw error(\"m\", code: \"X\")", "(throw (call error \"m\" code:\"X\"))"),
        ("return", "(return)"), ("break", "(break)"), ("continue", "(continue)"), ("skip", "(skip)"),
        // Bodies.
        ("if a { 1 } else if b { 2 } else { 3 }", "(if (a {1}) (b {2}) {3})"),
        ("if a {} + 1", "(+ (if (a {})) 1)"),
        ("if f(x => { y: x }) { }", "(if ((call f (=> (x) (record y:x))) {}))"),
        ("if r == ({ a: 1 }) { }", "(if ((== r (paren (record a:1))) {}))"),
        ("while [{ a: 1 }] == x { y }", "(while (== (list (record a:1)) x) {y})"),
        ("let x = if a { 1 } else { 2 }", "(let x (if (a {1}) {2}))"),
        ("match x { 1 => a, 2 => b }.c", "(. (match x (1 => a) (2 => b)) c)"),
        ("batch r in f(x) { }", "(batch r (call f x) {})"),
        ("batch r in f(x) by r.id parallel 2 { emit r }", "(batch r (call f x) by (. r id) parallel 2 {(emit r)})"),
        ("batch r in f(x) parallel 2 by r.id { }", "(batch r (call f x) by (. r id) parallel 2 {})"),
        ("let s = batch r in l { r }", "(let s (batch r l {r}))"),
        ("for k, v in r { }", "(for (k v) r {})"),
        ("try { f() } catch e { e }", "(try {(call f)} e {e})"),
        ("try { } catch { }", "(try {} - {})"),
        // Declarations and assignments.
        ("let a = 1; var b = 2", "(let a 1)\n(var b 2)"),
        ("pub fn f(a, b = 1) { a }", "(pub-fn f (a (b 1)) {a})"),
        ("pub let a = 1", "(pub-let a 1)"),
        ("import \"lib/plans.cbk\" as plans", "(import \"lib/plans.cbk\" plans)"),
        ("n[k].a = 1", "(= (. ([] n k) a) 1)"),
        ("n += 1", "(+= n 1)"), ("n ??= x => x", "(??= n (=> (x) x))"),
        ("param f: path", "(param f path \"\")"),
        ("param n: int = -10", "(param n int (- 10) \"\")"),
    ])
    func parses(text: String, expected: String) {
        #expect(tree(text) == expected)
    }

    @Test(arguments: [
        ("1", "1"), ("-1.5", "-1.5f"), ("5m", "300000ms"), ("\"a\"", "\"a\""), ("null", "null"), ("true", "true"),
        ("_", "_"), ("n", "(bind n)"), ("int n", "(type int n)"), ("string _", "(type string _)"),
        ("1..9", "(.. 1 9)"), ("-5..-1", "(.. -5 -1)"), ("1 | 2..3 | \"x\"", "(| 1 (.. 2 3) \"x\")"),
        ("[]", "[]"), ("[a, [1, _]]", "[(bind a) [1 _]]"), ("[a, ...rest]", "[(bind a) ...rest]"),
        ("[...]", "[...]"), ("[..._]", "[...]"), ("{}", "{}"),
        (
            "{ name, plan: \"a\" | \"b\", \"k y\": { x } }",
            "{name:(bind name) plan:(| \"a\" \"b\") \"k y\":{x:(bind x)}}"
        ),
        ("{ if: 1 }", "{if:1}"),
    ])
    func parsesPatterns(pattern: String, expected: String) {
        #expect(tree("match x { \(pattern) => 1 }") == "(match x (\(expected) => 1))")
    }

    @Test func armsEndWithNewlinesOrCommas() {
        let text = """
            match x {
              1 => { a: 1 }
              2 => { print(1) }, 3 => skip
              n if n > 3 => n
              n if (n > 2) => return
              4 => f()
                catch e => null
              _ => y => y
            }
            """
        #expect(
            tree(text)
                == "(match x (1 => (record a:1)) (2 => {(call print 1)}) (3 => (skip)) ((bind n) if (> n 3) => n) "
                + "((bind n) if (paren (> n 2)) => (return)) (4 => (catch (call f) e => null)) (_ => (=> (y) y)))")
    }

    @Test(arguments: [
        ("a\n-b", "a\n(- b)"),
        ("(a\n-b)", "(paren (- a b))"),
        ("[a\n,\nb\n]", "(list a b)"),
        ("f\n(a)", "f\n(paren a)"),
        ("f(\na\n)", "(call f a)"),
        ("a\n.b\n?.c\n?? d\n&& e\n|| f\ncatch g", "(catch (|| (&& (?? (?. (. a b) c) d) e) f) g)"),
        ("a\n# why\n\n.b", "(. a b)"),
        ("let x =\n\n1", "(let x 1)"),
        ("x =>\n1", "(=> (x) 1)"),
        ("x =>\n{ f(1)\n2 }", "(=> (x) {(call f 1) 2})"),
        ("a +\nb", "(+ a b)"),
        ("if a { }\n# c\nelse { }", "(if (a {}) {})"),
        ("try { }\ncatch e { }", "(try {} e {})"),
        ("batch r in f()\nby r.a\nparallel 2 { }", "(batch r (call f) by (. r a) parallel 2 {})"),
        ("return\na", "(return)\na"),
        ("f(x => {\na\n-b\n})", "(call f (=> (x) {a (- b)}))"),
        ("{ a:\n1\n, b: 2 }", "(record a:1 b:2)"),
        ("a;;b;", "a\nb"),
        ("if a &&\nb { c }", "(if ((&& a b) {c}))"),
        ("for k,\nv in r { }", "(for (k v) r {})"),
        ("\"${f(\na)}\"", "(string (call f a))"),
    ])
    func newlinesCountByTheInnermostBracket(text: String, expected: String) {
        #expect(tree(text) == expected)
    }

    @Test func helpIsTheCommentRightAbove() {
        #expect(
            tree(
                "# far\n\n# one\n#  two \n\nparam a: int\nlet x = 1 # beside\n# three\nparam b: int\n#four\nparam c: int"
            ) == """
                (param a int "")
                (let x 1)
                (param b int "three")
                (param c int "four")
                """)
        #expect(tree("let x = 1\n\r# one\nparam a: int") == "(let x 1)\n(param a int \"one\")")
        #expect(tree("# one\n#\n#   two\nparam a: int") == "(param a int \"one\\n\\ntwo\")")
    }

    /// As the formatter leaves them out, nothing may hang on them.
    @Test(arguments: [
        (";# one\nparam a: int", "one"), ("# one\n;param a: int", "one"), ("# one\n ; ;\nparam a: int", "one"),
        ("# one\n;\n;# two\nparam a: int", "one\\ntwo"), ("# one\n;\n\nparam a: int", ""),
    ])
    func helpIsTheSameWithoutSemicolons(text: String, help: String) {
        #expect(tree(text) == "(param a int \"\(help)\")")
    }

    @Test func theTasteScriptIsInOrder() {
        let result = parsed(tasteScript)
        #expect(result.diagnostics.map(\.message) == [])
        #expect(!result.isIncomplete)
        #expect(result.tree.statements.count == 4)
        #expect(result.tree.dump().contains("(batch row (call (. csv read) file) by (. row email) parallel 16"))
    }

    @Test func theWholeGrammarIsInOrder() {
        let result = parsed(wholeGrammar)
        #expect(result.diagnostics.map { "\($0.message) at \($0.span)" } == [])
        #expect(!result.tree.dump().contains("(error)"))
    }

    @Test func spansCoverWhatTheyName() throws {
        let text = "  let x = f(a, b: [1]).c  "
        let source = SourceFile(name: "t", text: text)
        let statement = try #require(parse(source).tree.statements.first)
        #expect(source.text(in: statement.span) == "let x = f(a, b: [1]).c")
        guard case .variable(let variable) = statement.kind, case .member(let call, let name, _) = variable.value.kind
        else {
            Issue.record("not a variable with a member")
            return
        }
        #expect(source.text(in: variable.name.span) == "x")
        #expect(source.text(in: variable.value.span) == "f(a, b: [1]).c")
        #expect(source.text(in: call.span) == "f(a, b: [1])")
        #expect(source.text(in: name.span) == "c")
    }

    @Test func aBatchHasItsBindingTwiceAndNumbersOfItsOwn() throws {
        let statement = try #require(parsed("batch row in l by row.id { }").tree.statements.first)
        guard case .expression(let expression) = statement.kind, case .batch(let batch) = expression.kind else {
            Issue.record("not a batch")
            return
        }
        #expect(batch.binding.span == batch.keyBinding.span)
        let numbers = [batch.binding.id, batch.keyBinding.id, batch.bodyID, batch.keyID, expression.id, statement.id]
        #expect(Set(numbers).count == 6)
    }
}
