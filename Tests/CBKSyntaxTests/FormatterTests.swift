// What the formatter makes of each construct. A case without its second text is in the style already.

import Testing

@testable import CBKSyntax

func formatted(_ text: String, width: Int = Layout.width) -> String {
    let source = SourceFile(name: "test.cbk", text: text)
    return String(decoding: formatted(source, parse(source).tree, width: width), as: UTF8.self)
}

struct FormatCase: Sendable, CustomTestStringConvertible {
    var title: String
    var text: String
    var style: String

    var testDescription: String { title }

    init(_ title: String, _ text: String, becomes style: String? = nil) {
        self.title = title
        self.text = text
        self.style = style ?? text
    }
}

@Suite struct FormatterTests {
    static let cases: [FormatCase] = [
        FormatCase(
            "spaces", "let   x=1+2*-3;var y =x\ny+=2\n",
            becomes: "let x = 1 + 2 * -3\nvar y = x\ny += 2\n"),
        FormatCase("nothing", "\n\n  \n", becomes: ""),
        FormatCase("only a comment", "\n\n  # a  \n\n\n", becomes: "# a\n"),
        FormatCase(
            "mark, shebang and returns", "\u{FEFF}#!/usr/bin/env cbk\r\n\r\n\r\nprint(1)\r\n",
            becomes: "#!/usr/bin/env cbk\n\nprint(1)\n"),
        FormatCase(
            "empty lines", "\n\nlet a = 1\n\n\n\nlet b = 2\nif a {\n\n\n  b\n\n\n  a\n\n}\n",
            becomes: "let a = 1\n\nlet b = 2\nif a {\n  b\n\n  a\n}\n"),
        FormatCase(
            "declarations", "pub fn f(a,b=1){a+b}\npub let x=f(1,b:2)\n",
            becomes: "pub fn f(a, b = 1) { a + b }\npub let x = f(1, b: 2)\n"),
        FormatCase(
            "import and param", "import  'a.cbk'  as  a\n# Help.\nparam n:int=10\n",
            becomes: "import 'a.cbk' as a\n# Help.\nparam n: int = 10\n"),
        FormatCase(
            "loops and try", "for k,v in r.b{print(k)}\nwhile a&&!b{break}\ntry{f()}\ncatch e{g(e)}\ntry { f() } catch {\n}\n",
            becomes:
                "for k, v in r.b { print(k) }\nwhile a && !b { break }\ntry { f() } catch e { g(e) }\ntry {\n  f()\n} catch {}\n"
        ),
        FormatCase(
            "if on a line and on several",
            "if a{b}else if c{d}else{e}\nif a { b\n} else { c }\nlet x = if a { 1 } else { 2 }\n",
            becomes: """
                if a { b } else if c { d } else { e }
                if a {
                  b
                } else {
                  c
                }
                let x = if a { 1 } else { 2 }

                """),
        FormatCase(
            "semicolons", "a(); b();; c()\nlet f = () => { a(); b() }\nlet g = () => {\n  a(); b(); }\n",
            becomes: "a()\nb()\nc()\nlet f = () => { a(); b() }\nlet g = () => {\n  a()\n  b()\n}\n"),
        FormatCase("a comment behind a semicolon alone", "; # note\n", becomes: "# note\n"),
        FormatCase(
            "help around semicolons", ";# a\n;param b: int;# c\n;# d\n;\nparam e: int\n# f\n;param g: int\n",
            becomes: "# a\nparam b: int  # c\n# d\nparam e: int\n# f\nparam g: int\n"),
        FormatCase(
            "a regular expression behind a semicolon", "a(); /x/i.f()\nlet f = () => { a(); /x/ }\n",
            becomes: "a();\n/x/i.f()\nlet f = () => { a(); /x/ }\n"),
        FormatCase(
            "literals",
            "let s = \"a ${ f( 1 ,2 ) } \\n\" + 'raw ${x}'\nlet n = [1_000,1e-3,1h30m,- 9223372036854775808,/a b/i]\n",
            becomes: "let s = \"a ${ f( 1 ,2 ) } \\n\" + 'raw ${x}'\nlet n = [1_000, 1e-3, 1h30m, -9223372036854775808, /a b/i]\n"
        ),
        FormatCase(
            "brackets", "f( )\n[ ]\nlet r = { }\nf(...r,a:{...r,b,\"c d\":1,},)\nx [ 1 ] ?[ a .. b ] ?. y . z\n(a)\n",
            becomes: "f()\n[]\nlet r = {}\nf(...r, a: { ...r, b, \"c d\": 1 })\nx[1]?[a..b]?.y.z\n(a)\n"),
        FormatCase("ranges", "for i in 0 .. 10 { }\nlet r = a+1..b-1\n", becomes: "for i in 0..10 {}\nlet r = a + 1 .. b - 1\n"),
        FormatCase(
            "a long call",
            "let user = users.create(name: row[\"Full name\"].or(omit), email: email, meta: { plan }, limits: limits, more: 1)\n",
            becomes: """
                let user = users.create(
                  name: row["Full name"].or(omit),
                  email: email,
                  meta: { plan },
                  limits: limits,
                  more: 1,
                )

                """),
        FormatCase(
            "a newline behind a bracket stays",
            "f(\n1,2)\nlet l = [\n1]\nlet r = { a: 1,\n b: 2 }\nfn g(\na) {}\nlet p = (\na)\n",
            becomes: "f(\n  1,\n  2,\n)\nlet l = [\n  1,\n]\nlet r = { a: 1, b: 2 }\nfn g(\n  a,\n) {}\nlet p = (\n  a\n)\n"),
        FormatCase(
            "a function as the last argument",
            "users.list(order: \"asc\").map(u => { let x = u\n { id: x } })\nf(1, x => { a: \n 1 })\nf(1, { \n a: 1 })\n",
            becomes: """
                users.list(order: "asc").map(u => {
                  let x = u
                  { id: x }
                })
                f(1, x => { a: 1 })
                f(1, {
                  a: 1,
                })

                """),
        FormatCase(
            "chains",
            """
            let a = users.list().where(u => u.meta?.plan == "pro" && u.email != null).map(u => u.name).sort().join(", ")
            let b = rows
              .where(f).count()
            let c = rows.where(f)
              .map(g)
            let d = json.parse(text).items.map(i => i.name)
            if users.list().where(u => u.meta?.plan == "professional plan").map(u => u.name).sort().contains("x") {
              a()
            }

            """,
            becomes: """
                let a = users.list()
                  .where(u => u.meta?.plan == "pro" && u.email != null)
                  .map(u => u.name)
                  .sort()
                  .join(", ")
                let b = rows
                  .where(f)
                  .count()
                let c = rows.where(f)
                  .map(g)
                let d = json.parse(text).items.map(i => i.name)
                if users.list()
                    .where(u => u.meta?.plan == "professional plan")
                    .map(u => u.name)
                    .sort()
                    .contains("x") {
                  a()
                }

                """),
        FormatCase(
            "operators",
            """
            let total = 1 +
              2
            let aaaaaaaaaaaaaaaaaaaaaaaaaa = bbbbbbbbbbbbbbbbbbbbbbbbbbb == ccccccccccccccc && ddddddddddddddddd || eeeeeeeeeeee
            let plan = row.plan ?? throw "no plan"
            let x = - -a - !b.c

            """,
            becomes: """
                let total = 1 +
                  2
                let aaaaaaaaaaaaaaaaaaaaaaaaaa = bbbbbbbbbbbbbbbbbbbbbbbbbbb == ccccccccccccccc && ddddddddddddddddd
                  || eeeeeeeeeeee
                let plan = row.plan ?? throw "no plan"
                let x = - -a - !b.c

                """),
        FormatCase(
            "catch", "let a = f(\n1) catch e => {\nlog(e)\nnull }\nlet b = f()\ncatch 1\nlet c = f() catch (e) => skip e\n",
            becomes: """
                let a = f(
                  1,
                ) catch e => {
                  log(e)
                  null
                }
                let b = f()
                  catch 1
                let c = f() catch (e) => skip e

                """),
        FormatCase(
            "match",
            "let a = match n { 1|2=>\"a\",_=>throw \"b\", }\nmatch n { -5..-1 if(n>1)=>a, 0 => b\n\nint i => { a; b }\n[a,...r]=>{\nf(a) }\n{a,b:{c}}=>{a:1}\nx=>return }\n",
            becomes: """
                let a = match n { 1 | 2 => "a", _ => throw "b" }
                match n {
                  -5..-1 if (n > 1) => a
                  0 => b

                  int i => { a; b }
                  [a, ...r] => {
                    f(a)
                  }
                  { a, b: { c } } => { a: 1 }
                  x => return
                }

                """),
        FormatCase(
            "batch", "batch row in rows parallel 2 by row.id{emit{a:1};skip}\nbatch row in rows\nby row.id {\n\n}\n",
            becomes: """
                batch row in rows parallel 2 by row.id { emit { a: 1 }; skip }
                batch row in rows
                    by row.id {}

                """),
        FormatCase(
            "comments",
            """
            let a = 1 # trailing
            # own


            # after an empty line
            let b = [ # behind the bracket
              1 # behind an element
              , # behind the comma
              2, # last
              # at the end
            ]
            fn f() { # behind the brace

              # at the start
              a # behind

              # at the end
            }
            let c = rows
              # before a call
              .map(x) # behind a call
              .count()
            let d = # odd
              1
            match a { # arms
              1 => 2 # one
              # rest
              _ => 3
            }
            if a { b }
            # before else
            else { c }
            f(a, # first
              b)
            let e = {
              # nothing
            }
            let g = a && # why
              b
            # end
            """,
            becomes: """
                let a = 1  # trailing
                # own

                # after an empty line
                let b = [  # behind the bracket
                  1,  # behind an element
                  # behind the comma
                  2,  # last
                  # at the end
                ]
                fn f() {  # behind the brace
                  # at the start
                  a  # behind

                  # at the end
                }
                let c = rows
                  # before a call
                  .map(x)  # behind a call
                  .count()
                let d =  # odd
                  1
                match a {  # arms
                  1 => 2  # one
                  # rest
                  _ => 3
                }
                if a {
                  b
                }
                # before else
                else {
                  c
                }
                f(
                  a,  # first
                  b,
                )
                let e = {
                  # nothing
                }
                let g = a &&  # why
                  b
                # end

                """),
    ]

    @Test(arguments: cases)
    func style(_ example: FormatCase) {
        #expect(parsed(example.text).diagnostics.map(\.message) == [])
        #expect(formatted(example.text) == example.style)
        #expect(formatted(example.style) == example.style)
    }
}
