// Text that is not in order: each mistake with its code, its message and its place, and nothing besides.

import Testing

@testable import CBKSyntax

@Suite struct SyntaxErrorTests {
    @Test(arguments: [
        // Characters.
        ("let a = «@»b", "E0102", "unexpected character '@'"),
        ("let «é» = 1", "E0102", "unexpected character 'é'"),
        ("a «&» b", "E0102", "unexpected character '&'"),
        ("let x = a «?» 1 : 2", "E0102", "unexpected character '?'"),
        ("let a =«\u{A0}»1", "E0102", "unexpected character U+00A0"),
        ("print(«\u{201C}»hi\u{201D})", "E0102", "unexpected character '\u{201C}'"),
        ("a «\u{7}»", "E0102", "unexpected character U+0007"),
        ("a «===» b", "E0102", "unknown operator '==='"),
        // Strings and regular expressions.
        ("print(«\"hello)»", "E0103", "string is not closed on its line"),
        ("print(«'hello)»\nprint(1)", "E0103", "string is not closed on its line"),
        ("let a = «\"hello ${name»\nlet b = 1", "E0103", "string is not closed on its line"),
        ("let a = «\"hello ${name\"»\nlet b = 1", "E0103", "string is not closed on its line"),
        ("let a = «\"${f(\"b»\nlet b = 1", "E0103", "string is not closed on its line"),
        ("let a = «\"b\\»", "E0103", "string is not closed on its line"),
        ("\"a«\\q»b\"", "E0104", "unknown escape '\\q' in a string"),
        ("\"«\\u{110000}»\"", "E0104", "unknown escape '\\u{110000}' in a string"),
        ("\"«\\u{»}\"", "E0104", "unknown escape '\\u{' in a string"),
        ("\"«\\é»\"", "E0104", "unknown escape '\\é' in a string"),
        ("let a = «/abc»", "E0107", "regular expression is not closed on its line"),
        ("let a = /abc/«gi»", "E0107", "unknown flag 'gi' of a regular expression"),
        ("\"a«${}»\"", "E0111", "expected an expression in '${}'"),
        ("\"${a «b»}\"", "E0110", "expected '}' after the expression in '${', found 'b'"),
        // Numbers.
        ("«12abc»", "E0105", "malformed number '12abc'"),
        ("«1.5s»", "E0105", "malformed number '1.5s'"),
        ("«5m1h»", "E0105", "malformed number '5m1h'"),
        ("«1__0»", "E0105", "malformed number '1__0'"),
        ("«1_»", "E0105", "malformed number '1_'"),
        ("«007»", "E0105", "malformed number '007'"),
        ("«0x1F»", "E0105", "malformed number '0x1F'"),
        ("«9223372036854775808»", "E0106", "'9223372036854775808' does not fit in 64 bits"),
        ("-(«9223372036854775808»)", "E0106", "'9223372036854775808' does not fit in 64 bits"),
        ("«1e999»", "E0106", "'1e999' is beyond the range of a float"),
        ("«9999999999999d»", "E0106", "'9999999999999d' is too long for a duration"),
        // Comments.
        ("«//» note\nprint(1)", "E0108", "'//' is floor division, and nothing stands before it"),
        ("x = 1 // a «note»", "E0112", "expected a new line or ';', found 'note'"),
        // What is missing.
        ("let total «5»", "E0110", "expected '=' and a value after 'total', found '5'"),
        ("let total«»\nprint(1)", "E0110", "expected '=' and a value after 'total', found the end of the line"),
        ("let«»\nx = 1", "E0110", "expected a name after 'let', found the end of the line"),
        ("let «[»a] = b", "E0110", "expected a name after 'let', found '['"),
        ("fn f«»\n", "E0110", "expected '(' after 'f', found the end of the file"),
        ("fn f() «=>» 1", "E0110", "expected '{', found '=>'"),
        ("fn «(»x) { x }", "E0110", "expected a name after 'fn', found '('"),
        ("fn f(a, «1») { }", "E0110", "expected a parameter's name, found '1'"),
        ("if a«»\n{ b }", "E0110", "expected '{' on this line, for the body of 'if'"),
        ("if a «b» { c }", "E0110", "expected '{' and the body of 'if', found 'b'"),
        ("for «(»x in y) { }", "E0110", "expected a name after 'for', found '('"),
        ("for x «of» y { }", "E0110", "expected 'in' and what to loop over, found 'of'"),
        ("try «f»()", "E0110", "expected '{' after 'try', found 'f'"),
        ("import «a»", "E0110", "expected a path in quotes after 'import', found 'a'"),
        ("import \"a\"«»", "E0110", "expected 'as' and a name after the path, found the end of the file"),
        ("param n«»", "E0110", "expected ':' and a type after 'n', found the end of the file"),
        ("a.«»\n", "E0110", "expected a name after '.', found the end of the file"),
        ("f(1 «2»)", "E0110", "expected ',' or ')', found '2'"),
        ("[1 «2»]", "E0110", "expected ',' or ']', found '2'"),
        ("{ a: 1 «b»: 2 }", "E0110", "expected ',' or '}', found 'b'"),
        ("{ «1»: 2 }", "E0110", "expected a field's name, found '1'"),
        ("a[1«,» 2]", "E0110", "expected ']', found ','"),
        ("(1«,» 2)", "E0110", "expected ')', found ','"),
        ("match x { 1 «-»> 2 }", "E0110", "expected '=>' after the pattern, found '-'"),
        ("let x =«» ", "E0111", "expected an expression, found the end of the file"),
        ("let x = 5 *«»", "E0111", "expected an expression, found the end of the file"),
        ("let x =«»\nlet y = 1", "E0111", "expected an expression, found the end of the line"),
        ("let x = «)»", "E0111", "expected an expression, found ')'"),
        ("let f = «fn» (x) { x }", "E0111", "expected an expression, found 'fn'"),
        ("while «{» }", "E0111", "expected a condition after 'while', found '{'"),
        ("if x == «{» }", "E0111", "expected an expression, found '{'"),
        ("throw«»\n1", "E0111", "expected a value after 'throw', found the end of the line"),
        ("emit«»\n1", "E0111", "expected a value after 'emit', found the end of the line"),
        ("let a = 1 «let» b = 2", "E0112", "expected a new line or ';', found 'let'"),
        ("def «f»() { }", "E0112", "expected a new line or ';', found 'f'"),
        ("if a {} «(»b)", "E0112", "expected a new line or ';', found '('"),
        ("match x { 1 => 2 «3» => 4 }", "E0112", "expected a new line or ',' after the arm, found '3'"),
        // Brackets.
        ("print«(»1, 2", "E0113", "'(' is never closed"),
        ("print«(»1, 2\nlet x = 1", "E0113", "'(' is never closed"),
        ("fn f() «{» print(1)", "E0113", "'{' is never closed"),
        ("fn f() { print«(»1\n}", "E0113", "'(' is never closed"),
        ("let x = 1«)»", "E0113", "this ')' closes nothing"),
        ("«]»", "E0113", "this ']' closes nothing"),
        ("f()\n«}»\ng()", "E0113", "this '}' closes nothing"),
        ("match x «{» 1 => 2", "E0113", "'{' is never closed"),
        // Words.
        ("let «match» = 1", "E0114", "'match' is a keyword and cannot be a name"),
        ("let «by» = 1", "E0114", "'by' is a reserved word and cannot be a name"),
        ("fn f(«in») { }", "E0114", "'in' is a keyword and cannot be a name"),
        ("«if» => 1", "E0114", "'if' is a keyword and cannot be a name"),
        ("f(«emit» => 1)", "E0114", "'emit' is a reserved word and cannot be a name"),
        ("f({ «let» })", "E0114", "'let' is a keyword and no variable"),
        // Operators and targets.
        ("a < b «<» c", "E0115", "comparisons cannot be chained"),
        ("a == b «!=» c == d", "E0115", "comparisons cannot be chained"),
        ("1..2«..»3", "E0115", "ranges cannot be chained"),
        ("«f()» = 1", "E0116", "the result of a call cannot be assigned to"),
        ("«f().x» = 1", "E0116", "the result of a call cannot be assigned to"),
        ("«r?.a» = 1", "E0116", "'?.' cannot be assigned to"),
        ("«r?[0].b» += 1", "E0116", "'?[…]' cannot be assigned to"),
        ("«a[1..2]» = 1", "E0116", "a slice cannot be assigned to"),
        ("«1» = a", "E0116", "this cannot be assigned to"),
        ("if a «=» 1 { }", "E0117", "'=' assigns, and cannot stand in a condition"),
        ("f((a «=» 1))", "E0117", "'=' cannot stand here"),
        ("f(a «=» 1)", "E0117", "'=' cannot stand here"),
        ("{ a «=» 1 }", "E0117", "'=' cannot stand here"),
        ("a = b «=» c", "E0117", "'=' cannot stand here"),
        ("f(a: 1, «2»)", "E0118", "an argument without a name after one with a name"),
        ("f(...a, «b»)", "E0118", "an argument without a name after one with a name"),
        // Headers, jumps, arrows.
        ("if r == «{» a: 1 } { }", "E0119", "a record in a header stands in brackets"),
        ("for x in «{» a: 1 }.keys() { }", "E0119", "a record in a header stands in brackets"),
        ("batch r in l by «{» a: r.a } { }", "E0119", "a record in a header stands in brackets"),
        ("while x «=>» x { }", "E0119", "an arrow in a header stands in brackets"),
        ("f(«throw» \"x\")", "E0121", "'throw' cannot stand here"),
        ("let f = x => «throw» \"no\"", "E0121", "'throw' cannot stand here"),
        ("1 + «return» 2", "E0121", "'return' cannot stand here"),
        ("match x { _ => «emit» x }", "E0121", "'emit' is a statement and gives no value"),
        ("a ?? x «=>» x", "E0122", "an arrow cannot stand here"),
        ("f(a + x «=>» x)", "E0122", "an arrow cannot stand here"),
        ("f() catch «(»a, b) => 1", "E0122", "a handler takes one name"),
        // Patterns.
        ("match x { «/a/» => 1 }", "E0123", "a regular expression is not a pattern"),
        ("match x { «\"a${»b}\" => 1 }", "E0123", "a string with '${' is not a pattern"),
        ("match x { «(»a | b) => 1 }", "E0123", "a pattern does not stand in brackets"),
        ("match x { { a, «...» } => 1 }", "E0123", "'...' cannot stand in a record pattern"),
        ("match x { [«...a», b] => 1 }", "E0123", "'...' stands last in a list pattern"),
        ("match x { 1..«a» => 1 }", "E0123", "expected a number, found 'a'"),
        ("match x { «+» => 1 }", "E0123", "expected a pattern, found '+'"),
        // Clauses.
        ("«else» { }", "E0124", "'else' without its 'if'"),
        ("«catch» e { }", "E0124", "'catch' without its 'try'"),
        ("param n: «strng»", "E0125", "a param cannot have the type 'strng'"),
        ("«pub» var a = 1", "E0126", "a 'var' cannot be 'pub'"),
        ("pub «param» a: int", "E0126", "expected 'let' or 'fn' after 'pub', found 'param'"),
        ("try { }«»\nf()", "E0127", "expected 'catch' after the body of 'try', found the end of the line"),
        ("try { } «finally» { }", "E0127", "expected 'catch' after the body of 'try', found 'finally'"),
        ("batch r in l by r.a «by» r.b { }", "E0128", "'by' is given twice"),
        ("batch r in l parallel 1 «parallel» 2 { }", "E0128", "'parallel' is given twice"),
    ])
    func refuses(example: String, code: String, message: String) {
        let (text, span) = marked(example)
        let diagnostics = parsed(text).diagnostics
        #expect(diagnostics.map(\.code) == [code])
        #expect(diagnostics.map(\.message) == [message])
        #expect(diagnostics.map(\.span) == [span])
        #expect(diagnostics.allSatisfy { $0.severity == .error })
    }

    @Test(arguments: [
        ("let x = a and b", "'and' is written '&&'"), ("let x = f(a or b)", "'or' is written '||'"),
        ("def f() { }", "functions are written 'fn name(…) { … }'"), ("if a { } elif b { }", "write 'else if'"),
        ("f(name = 1)", "a named argument is written 'name: …'"), ("n++", "write 'n += 1'"),
        ("match x { 1 -> 2 }", "write '=>'"), ("x = 1 // two three", "comments start with '#'"),
        ("param n: strng", "did you mean 'string'?"), ("a === b", "write '=='"), ("const a = 1", "write 'let'"),
        ("x catch { print(1) }", "'{' opens a record here; a handler is written 'catch e => { … }'"),
        ("a < b < c", "write 'a < b && b < c'"), ("let path = \"C:\\data\"", "write '\\\\' for a backslash"),
        ("let x = `a`", "strings stand in \" or '"),
    ])
    func namesTheRemedy(text: String, hint: String) {
        #expect(parsed(text).diagnostics.map(\.hint) == [hint])
    }

    @Test func invalidUTF8IsOneMistakeAndTheRestIsRead() {
        let bytes =
            Array("let a = \"caf".utf8) + [0xE9] + Array("\"\nlet b = ".utf8) + [0xE9, 0xE8] + Array("\nlet c".utf8)
        let result = parse(SourceFile(name: "t", bytes: bytes))
        #expect(result.diagnostics.map(\.code) == ["E0101", "E0110"])
        #expect(result.diagnostics.first?.message == "invalid UTF-8 at byte 12")
    }
}
