// Each code of the checker and the emitter: title, cause, an example that gives it, and how to mend that. The tests check
// every example against the codes that it must give, and every mend against having none.
// In one piece, since it is one table.

import CBKSyntax

extension DiagnosticCode {
    // ORDER: CheckerCode
    /// The codes of the checker, in order.
    package static let checker: [DiagnosticCode] = [
        DiagnosticCode(
            .undeclared, "undeclared name",
            "A name is a variable, a parameter or a function that is declared in this block or around it, or a built-in.",
            example: "let total = 1\nprint(totl)",
            mend: "let total = 1\nprint(total)"),
        DiagnosticCode(
            .usedBeforeDeclaration, "used before its declaration",
            "Statements run from top to bottom, so a variable has no value above its 'let' or 'var'. Functions may be used before they stand.",
            example: "print(total)\nlet total = 1",
            mend: "let total = 1\nprint(total)"),
        DiagnosticCode(
            .redeclared, "declared twice in one scope",
            "A scope has each name once. A block inside may use the name anew, and the REPL may declare it again.",
            example: "let n = 1\nlet n = 2\nprint(n)",
            mend: "var n = 1\nn = 2\nprint(n)"),
        DiagnosticCode(
            .notAssignable, "cannot be assigned",
            "Only a 'var', with fields and indexes after it, changes. A 'let', a parameter, a loop's variable and a function do not.",
            example: "let n = 1\nn = n + 1",
            mend: "var n = 1\nn = n + 1"),
        DiagnosticCode(
            .notChangeable, "a change that is lost",
            "push, pop, insert, remove and clear change a 'var', or a part of one. On any other value nobody would see the change.",
            example: "[1, 2].push(3)",
            mend: "var numbers = [1, 2]\nnumbers.push(3)\nprint(numbers)"),
        DiagnosticCode(
            .unknownMember, "unknown member of a module",
            "The module of built-ins has nothing of that name.",
            example: "users.creat(name: \"Ann\")",
            mend: "users.create(name: \"Ann\")"),
        DiagnosticCode(
            .unknownField, "no such field",
            "The fields of this value are known before the run, and this is none of them. 'r?.name' gives null for a missing field.",
            example: "let user = { name: \"Ann\", email: \"ann@example.com\" }\nprint(user.emial)",
            mend: "let user = { name: \"Ann\", email: \"ann@example.com\" }\nprint(user.email)"),
        DiagnosticCode(
            .unknownMethod, "no such method",
            "Values of this type have no method of that name.",
            example: "print(\"Ann\".lowr())",
            mend: "print(\"Ann\".lower())"),
        DiagnosticCode(
            .moduleAsValue, "a module used as a value",
            "A module such as 'users' only holds built-ins: what follows is '.' and one of them.",
            example: "print(users)",
            mend: "print(users.list().count())"),
        DiagnosticCode(
            .unknownArgument, "unknown argument or field",
            "The function takes no argument of that name, or the request has no such field.",
            example: "users.create(nmae: \"Ann\")",
            mend: "users.create(name: \"Ann\")"),
        DiagnosticCode(
            .missingArgument, "missing argument",
            "A parameter without a default needs an argument.",
            example: "fn area(width, height) { width * height }\nprint(area(2))",
            mend: "fn area(width, height) { width * height }\nprint(area(2, 3))"),
        DiagnosticCode(
            .tooManyArguments, "too many arguments",
            "There are more arguments than parameters that take one by its place.",
            example: "fn double(n) { n * 2 }\nprint(double(2, 3))",
            mend: "fn double(n) { n * 2 }\nprint(double(2))"),
        DiagnosticCode(
            .duplicateArgument, "argument given twice",
            "A parameter, or a field of a request, takes one argument.",
            example: "users.create(name: \"Ann\", name: \"Bob\")",
            mend: "users.create(name: \"Ann\")"),
        DiagnosticCode(
            .wrongType, "argument of the wrong type",
            "The built-in can never take a value of this type here.",
            example: "users.create(name: 42)",
            mend: "users.create(name: \"42\")"),
        DiagnosticCode(
            .conditionNotBool, "a condition that is no bool",
            "Conditions are true or false and nothing else: neither numbers nor strings nor null stand for them.",
            example: "let count = 3\nif count { print(count) }",
            mend: "let count = 3\nif count != 0 { print(count) }"),
        DiagnosticCode(
            .notCallable, "called, but no function",
            "Only functions can be called.",
            example: "let name = \"Ann\"\nprint(name())",
            mend: "let name = \"Ann\"\nprint(name)"),
        DiagnosticCode(
            .misplacedBreak, "break or continue outside a loop",
            "'break' and 'continue' belong to the loop or batch around them, and do not reach out of a function.",
            example: "fn f(x) { if x == 1 { break } }\nf(1)",
            mend: "fn f(x) { if x == 1 { return } }\nf(1)"),
        DiagnosticCode(
            .misplacedReturn, "return in a batch",
            "A batch's body is no function. 'continue' ends the item as done, 'skip' as skipped, and 'break' starts no more.",
            example: "batch n in [1, 2] by n { return }",
            mend: "batch n in [1, 2] by n { continue }"),
        DiagnosticCode(
            .misplacedEmit, "skip or emit outside a batch's body",
            "'emit' gives a row of a batch and 'skip' ends an item: both stand in the body itself, not in a function.",
            example: "emit { n: 1 }",
            mend: "batch n in [1, 2] by n { emit { n: n } }"),
        DiagnosticCode(
            .unreachable, "unreachable statement",
            "After return, throw, break, continue or skip nothing else of the block runs.",
            example: "fn f() {\n  return 1\n  print(2)\n}\nf()",
            mend: "fn f() {\n  print(2)\n  return 1\n}\nf()"),
        DiagnosticCode(
            .misplacedOmit, "omit where nothing can be left out",
            "'omit' drops a field or an argument. It stands as one, or as what gives one: in '.or(omit)', right of '??', or as an arm.",
            example: "let name = omit\nprint(name)",
            mend: "users.create(name: omit)"),
        DiagnosticCode(
            .notExhaustive, "match without an arm for the rest",
            "Every value needs an arm: the last is '_' or a name, unless true and false are both there.",
            example: "let plan = \"pro\"\nprint(match plan { \"pro\" => 1 })",
            mend: "let plan = \"pro\"\nprint(match plan { \"pro\" => 1, _ => 0 })"),
        DiagnosticCode(
            .duplicateParameter, "the same name twice",
            "Parameters of a function, names of a loop and bindings of a pattern differ from each other. '_' may stand often.",
            example: "let f = (a, a) => a\nprint(f(1, 2))",
            mend: "let f = (a, b) => a\nprint(f(1, 2))"),
        DiagnosticCode(
            .duplicateKey, "the same key twice",
            "A record has each key once, so one of the two values would be lost.",
            example: "print({ a: 1, a: 2 })",
            mend: "print({ a: 1, b: 2 })"),
        DiagnosticCode(
            .missingElse, "if without else as a value",
            "An 'if' whose value is used needs a value for both cases.",
            example: "let x = if 1 < 2 { \"yes\" }\nprint(x)",
            mend: "let x = if 1 < 2 { \"yes\" } else { \"no\" }\nprint(x)"),
        DiagnosticCode(
            .nestedBatch, "a batch inside a batch",
            "Items of a batch run side by side and are counted and continued one by one, so there is one level of them.",
            example: "batch n in [1, 2] by n { batch m in [1, 2] by m { print(m) } }",
            mend: "batch n in [1, 2] by n { for m in [1, 2] { print(m) } }"),
        DiagnosticCode(
            .outerAssignment, "a batch's item changes what is outside",
            "Items run side by side and again after a stop, so they share no variable. Results leave by 'emit'.",
            example: "var total = 0\nbatch n in [1, 2] by n { total += n }\nprint(total)",
            mend: "let result = batch n in [1, 2] by n { emit { n: n } }\nprint(result.rows)"),
        DiagnosticCode(
            .misplacedParam, "param in the wrong place",
            "Parameters are the script's interface: they stand at its top, before all other statements.",
            example: "print(1)\nparam limit: int = 10",
            mend: "param limit: int = 10\nprint(limit)"),
        DiagnosticCode(
            .paramDefault, "default of a param",
            "The default is a constant of the parameter's type: help prints it before anything runs.",
            example: "param limit: int = \"ten\"\nprint(limit)",
            mend: "param limit: int = 10\nprint(limit)"),
        DiagnosticCode(
            .paramName, "param named like a flag of cbk",
            "A script's flags stand beside those of cbk on the command line, so their names differ.",
            example: "param jobs: int = 10\nprint(jobs)",
            mend: "param tasks: int = 10\nprint(tasks)"),
        DiagnosticCode(
            .parallelRange, "parallel out of range",
            "'parallel' says how many items are in flight at once: 1 to 256.",
            example: "batch n in [1, 2] by n parallel 1000 { print(n) }",
            mend: "batch n in [1, 2] by n parallel 100 { print(n) }"),
        DiagnosticCode(
            .streamStatement, "a stream that nobody reads",
            "Streams are lazy: as a statement this would do nothing at all.",
            example: "users.list()",
            mend: "print(users.list().count())"),
        DiagnosticCode(
            .unknownType, "unknown type in a pattern",
            "A type pattern is the name of a type, as type(x) gives it, and a name or '_'.",
            example: "print(match 1 { integer n => n, _ => 0 })",
            mend: "print(match 1 { int n => n, _ => 0 })"),
        DiagnosticCode(
            .bindingInAlternative, "a name bound in an alternative",
            "Of 'a | b' only one side fits, so a name in it might have no value.",
            example: "print(match [1] { [x] | 0 => 1, _ => 0 })",
            mend: "print(match [1] { [_] | 0 => 1, _ => 0 })"),
        DiagnosticCode(
            .notIterable, "not something to loop over",
            "Loops and batches run over lists and streams, and 'for key, value in' over records.",
            example: "for i in 10 { print(i) }",
            mend: "for i in 0..10 { print(i) }"),
        DiagnosticCode(
            .askingInBatch, "asking in a batch",
            "Items run side by side, and thousands of questions help nobody. Ask once, before the batch.",
            arguments: ["--yes"],
            example: "batch n in [1, 2] by n { if confirm(\"go on?\") { print(n) } }",
            mend: "if confirm(\"go on?\") { batch n in [1, 2] by n { print(n) } }"),
        DiagnosticCode(
            .wrongOperands, "an operator that never takes these operands",
            "Nothing is converted silently: each operator takes certain types, and null is none of them. Where the types are known only when the program runs, it is E0301.",
            example: "let plan = null\nprint(\"plan: \" + plan)",
            mend: "let plan = null\nprint(\"plan: \" + (plan ?? \"none\"))"),
        DiagnosticCode(
            .importUnreadable, "a file that cannot be imported",
            "An import names a file by its path from the importing file's folder. It is UTF-8 text of up to 16 MiB, and a program has up to 1,000 files.",
            module: "pub let free = 100",
            example: "import \"lib/plan.cbk\" as plans\nprint(plans.free)",
            mend: "import \"lib/plans.cbk\" as plans\nprint(plans.free)"),
        DiagnosticCode(
            .importOutside, "an import from outside",
            "What a script imports lies in the script's folder or below, after links have been followed: so a script can be moved, and looked through, as one folder.",
            example: "import \"/etc/hosts\" as hosts\nprint(hosts.names)",
            mendedModule: "pub let free = 100",
            mend: "import \"lib/plans.cbk\" as plans\nprint(plans.free)"),
        DiagnosticCode(
            .importCycle, "imports in a cycle",
            "Each file runs after those that it imports, which a cycle makes impossible. The message shows the chain.",
            module: "import \"../example.cbk\" as script\npub let free = script.base * 100",
            example: "import \"lib/plans.cbk\" as plans\npub let base = 1\nprint(plans.free)",
            mendedModule: "pub let base = 1\npub let free = base * 100",
            mend: "import \"lib/plans.cbk\" as plans\nprint(plans.free)"),
        DiagnosticCode(
            .misplacedImport, "import in the wrong place",
            "Imports stand at the top of a file, before all other statements but 'param'.",
            module: "pub let free = 100",
            example: "print(\"plans\")\nimport \"lib/plans.cbk\" as plans\nprint(plans.free)",
            mend: "import \"lib/plans.cbk\" as plans\nprint(\"plans\")\nprint(plans.free)"),
        DiagnosticCode(
            .misplacedInModule, "a statement that no module holds",
            "Importing a file does nothing but make its names: a module holds 'import', 'let' and 'fn' only.",
            module: "pub let free = 100\nprint(free)",
            example: "import \"lib/plans.cbk\" as plans\nprint(plans.free)",
            mendedModule: "pub let free = 100",
            mend: "import \"lib/plans.cbk\" as plans\nprint(plans.free)"),
        DiagnosticCode(
            .operationInModule, "an operation in a module's 'let'",
            "The values of a module depend on nothing but its text: what reads, writes, prints, waits or tells the time is called in functions. Where the checker does not see the call, it raises E0316.",
            module: "pub let count = users.list().count()",
            example: "import \"lib/plans.cbk\" as plans\nprint(plans.count)",
            mendedModule: "pub fn count() { users.list().count() }",
            mend: "import \"lib/plans.cbk\" as plans\nprint(plans.count())"),
        DiagnosticCode(
            .notPublic, "a name that a module hides",
            "Of a module only the names marked 'pub' show. The others may change without anybody noticing.",
            module: "let free = 100\npub let pro = free * 10",
            example: "import \"lib/plans.cbk\" as plans\nprint(plans.free)",
            mendedModule: "pub let free = 100\npub let pro = free * 10",
            mend: "import \"lib/plans.cbk\" as plans\nprint(plans.free)"),
        DiagnosticCode(
            .testParameters, "a test with parameters",
            "'cbk test' calls the functions whose names begin with 'test_' in files whose names end in '_test.cbk', without arguments.",
            mend: "Take the parameters out, or give a function that only helps another name."),
        DiagnosticCode(
            .unused, "never read",
            "Nothing reads this variable: it is left over, or another name was meant. A name that starts with '_' is not reported.",
            example: "let total = 1",
            mend: "let total = 1\nprint(total)"),
        DiagnosticCode(
            .batchWithoutKey, "a batch that creates without a key",
            "A key tells the items apart when a run goes on after a stop or with a corrected file. Without one an item is known by all of its content.",
            example: "batch row in [{ name: \"Ann\" }] { users.create(name: row.name) }",
            mend: "batch row in [{ name: \"Ann\" }] by row.name { users.create(name: row.name) }"),
        DiagnosticCode(
            .createInLoop, "creating in a loop",
            "A loop sends one request after the other, and an error ends the script in the middle. A batch does neither.",
            example: "for name in [\"Ann\", \"Bob\"] { users.create(name: name) }",
            mend: "batch name in [\"Ann\", \"Bob\"] by name { users.create(name: name) }"),
        DiagnosticCode(
            .unusedValue, "a value that nothing uses",
            "As a statement a value does nothing: a comparison was meant to be an assignment, a function to be called, a line to go on with the one before it, or a method gives a new value and changes nothing.",
            example: "var done = false\ndone == true\nprint(done)",
            mend: "var done = false\ndone = true\nprint(done)"),
    ]

    /// The codes of the emitter.
    package static let emitter: [DiagnosticCode] = [
        DiagnosticCode(
            "E0298", "function too large",
            "A function has at most 250 registers, and its jumps and tables a fixed reach. It happens to generated scripts.",
            mend: "Split the function."),
        DiagnosticCode(
            "E0299", "built-in missing",
            "This build of cbk lacks a built-in that the construct is made of. A program put together from the parts of cbk without its library gives it; the program `cbk` does not.",
            mend: "Build it with its library."),
    ]

    private init(
        _ code: CheckerCode, _ title: String, _ explanation: String, arguments: [String] = [], module: String? = nil,
        example: String? = nil, mendedModule: String? = nil, mend: String
    ) {
        self.init(
            code.rawValue, title, explanation, arguments: arguments, module: module, example: example,
            mendedModule: mendedModule, mend: mend)
    }
}
