// Programs of several files: what is loaded, in which order, what shows of it, and where mistakes are put.

import CBKCompiler
import CBKSyntax
import Testing

@Suite struct CompilationTests {
    private func compiled(_ text: String, _ files: [String: String], scope: SessionScope = SessionScope()) -> Compilation {
        Compilation(
            SourceFile(name: "main.cbk", text: text), catalog: testCatalog, scope: scope,
            loader: TextSources(files.merging(["main.cbk": text]) { _, new in new }, programID: "main.cbk"))
    }

    /// `file: CODE [marked] hint`
    private func found(_ compilation: Compilation) -> [String] {
        compilation.files.flatMap { file in
            file.diagnostics.map {
                "\(file.source.name): \($0.code) [\(file.source.text(in: $0.span))]\($0.hint.map { " " + $0 } ?? "")"
            }
        }
    }

    @Test func aFileIsReadOnceAndStandsBeforeThoseThatImportIt() {
        let loader = TextSources([
            "a.cbk": "import \"lib/c.cbk\" as c; pub let x = c.z", "b.cbk": "import \"./lib/../lib/c.cbk\" as c; pub let y = c.z",
            "lib/c.cbk": "import \"../d.cbk\" as d; pub let z = d.w", "d.cbk": "pub let w = 1",
        ])
        let text = "import \"a.cbk\" as a; import \"b.cbk\" as b; import \"a.cbk\" as again; print(a.x, b.y, again.x)"
        let program = Compilation(SourceFile(name: "main.cbk", text: text), catalog: testCatalog, loader: loader)
        #expect(found(program) == [])
        #expect(program.files.map(\.source.name) == ["d.cbk", "lib/c.cbk", "a.cbk", "b.cbk", "main.cbk"])
        #expect(program.modules.count == 4)
        #expect(loader.read.sorted() == ["a.cbk", "b.cbk", "d.cbk", "lib/c.cbk"])
        #expect(program.files.allSatisfy { $0.chunk != nil })
    }

    @Test func variablesOfAllFilesHaveSlotsOfTheirOwn() {
        let program = compiled(
            "import \"a.cbk\" as a\nimport \"b.cbk\" as b\nlet x = 3\nfn f() { a.x + b.x + x }\nprint(f())",
            ["a.cbk": "pub let x = 1", "b.cbk": "pub let x = 2"])
        #expect(found(program) == [])
        let slots = program.files.flatMap { file in
            file.program.resolution.variables.indices.filter { file.program.resolution.declarations.contains($0) }
                .compactMap { file.program.globalSlots[$0] }
        }
        #expect(Set(slots).count == slots.count)
        #expect(slots.allSatisfy { $0 < program.program.scope.slotCount })
    }

    @Test func cycles() {
        let program = compiled(
            "import \"a.cbk\" as a; print(a.x)",
            ["a.cbk": "import \"b.cbk\" as b; pub let x = b.x", "b.cbk": "import \"a.cbk\" as a; pub let x = a.x"])
        #expect(found(program) == ["b.cbk: E0242 [\"a.cbk\"] move what both need into a file of its own"])
        #expect(program.files[0].diagnostics.first?.message == "files import each other in a cycle: a.cbk → b.cbk → a.cbk")
        #expect(program.files.allSatisfy { $0.chunk == nil })
        let own = compiled("import \"a.cbk\" as a; print(a.x)", ["a.cbk": "import \"main.cbk\" as m; pub let x = m.y"])
        #expect(found(own) == ["a.cbk: E0242 [\"main.cbk\"] move what both need into a file of its own"])
    }

    @Test func whatCannotBeLoadedIsReportedOnceWhereItIsImported() {
        let program = compiled("import \"a.cbk\" as a; import \"../b.cbk\" as b; print(a.x, a.y(1), b.z)", [:])
        #expect(found(program) == ["main.cbk: E0240 [\"a.cbk\"] look again", "main.cbk: E0241 [\"../b.cbk\"]"])
    }

    @Test func aFileWithMistakesCausesNoneInOthers() {
        let program = compiled(
            "import \"a.cbk\" as a; print(a.x, a.y, a.z, b)", ["a.cbk": "pub let x = \npub let y = q\npub fn z( { 1 }"])
        #expect(found(program).filter { $0.hasPrefix("main.cbk") } == ["main.cbk: E0201 [b]"])
        #expect(found(program).contains("a.cbk: E0201 [q]"))
    }

    @Test func aLongChainOfImports() {
        var files: [String: String] = [:]
        for number in 0..<900 { files["m\(number).cbk"] = "import \"m\(number + 1).cbk\" as next; pub let x = next.x + 1" }
        files["m900.cbk"] = "pub let x = 0"
        let program = compiled("import \"m0.cbk\" as first; print(first.x)", files)
        #expect(found(program) == [])
        #expect(program.files.count == 902)
    }

    @Test func thereAreAThousandFilesAtMost() {
        let names = (0..<1000).map { "m\($0).cbk" }
        let text = names.enumerated().map { "import \"\($1)\" as m\($0); print(m\($0).x)" }.joined(separator: "\n")
        let program = compiled(text, Dictionary(uniqueKeysWithValues: names.map { ($0, "pub let x = 1") }))
        #expect(found(program).filter { $0.contains("E0240") } == ["main.cbk: E0240 [\"m999.cbk\"]"])
    }

    @Test func theNextInputSeesTheModule() {
        let loader = TextSources(["a.cbk": "pub fn f(x) { x }"])
        let first = Compilation(
            SourceFile(name: "1", text: "import \"a.cbk\" as a"), catalog: testCatalog, kind: .interactive, isRepl: true,
            loader: loader)
        #expect(found(first) == [])
        func next(_ text: String) -> Compilation {
            Compilation(
                SourceFile(name: "2", text: text), catalog: testCatalog, scope: first.program.scope, kind: .interactive,
                isRepl: true, loader: loader)
        }
        #expect(found(next("a.f(1)")) == [])
        #expect(found(next("a.f()")) == ["2: E0211 [a.f]"])
        #expect(found(next("a.g()")) == ["2: E0206 [g] it has f"])
        #expect(next("1").program.scope.globals["a"]?.module?.publicNames == ["f"])
    }

    @Test(arguments: [
        ("pub let x = users.list().count()", true), ("fn f() { users.list() }; pub let x = f().count()", true),
        ("let f = () => users.list(); pub let x = f().count()", true),
        ("fn f() { g() }; fn g() { f(); users.list() }; pub let x = f()", true),
        ("fn f() { () => users.list() }; pub let x = f()", false), ("pub let x = () => users.list()", false),
        ("fn f() { users.list() }; pub let x = f", false), ("fn f() { f() }; pub let x = f()", false),
        ("let f = () => 1; fn g() { f() + len(\"a\") }; pub let x = g()", false),
        ("pub let x = batch n in [1] by n { emit { n } }", true),
    ])
    func operationsInTheValuesOfAModule(_ module: String, _ isRefused: Bool) {
        let program = compiled("import \"a.cbk\" as a; print(a.x)", ["a.cbk": module])
        #expect(found(program).map { $0.contains("E0245") } == (isRefused ? [true] : []), "\(found(program))")
    }

    @Test func renderedShowsEachFileAndCountsTheRest() {
        let program = compiled(
            "import \"a.cbk\" as a\nprint(a.x, p)", ["a.cbk": "pub let x = q\npub let y = r\n"])
        let text = program.rendered(color: false)
        #expect(text.contains("error[E0201]: undeclared name 'q'\n --> a.cbk:1:13\n"))
        #expect(text.contains("error[E0201]: undeclared name 'p'\n --> main.cbk:2:12\n"))
        #expect(program.rendered(color: false, most: 1).hasSuffix("… and 2 more\n"))
    }
}
