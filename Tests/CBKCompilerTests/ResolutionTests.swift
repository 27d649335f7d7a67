// The tables that the emitter reads: references, captures, what is reassigned, slots, emits and the row's fields.

import CBKCompiler
import CBKSyntax
import Testing

@Suite struct ResolutionTests {
    @Test func capturesAreTransitiveAndInOrderOfUse() throws {
        let checked = Checked(
            "fn outer() { let a = 1; var b = 2; fn middle() { let inner = () => b + a; inner }; b = 3; middle }; outer()")
        #expect(checked.found == [])
        let a = try checked.id("a")
        let b = try checked.id("b")
        let middle = try #require(try checked.variable("middle").function)
        #expect(checked.program.resolution.captures[middle] == [b, a])
        let lists = checked.program.resolution.captures.values.filter { $0 == [b, a] }
        #expect(lists.count == 2)
        #expect(try checked.variable("a").isCaptured && checked.variable("b").isCaptured)
        #expect(try !checked.variable("a").isReassigned && checked.variable("b").isReassigned)
    }

    @Test func globalsAreNeverCapturedAndKnowTheirUsers() throws {
        let checked = Checked("let a = 1; let b = 2; fn f() { a }; print(b, f())")
        let function = try #require(try checked.variable("f").function)
        #expect(checked.program.resolution.captures[function] == [])
        let (a, b) = (try checked.variable("a"), try checked.variable("b"))
        #expect(a.isGlobal && !a.isCaptured && a.isUsedByFunctions)
        #expect(b.isGlobal && !b.isUsedByFunctions)
    }

    @Test func blocksAtTheTopHaveLocalsThatAreCaptured() throws {
        let checked = Checked("if true { let a = 1; let f = () => a; print(f()) }")
        let a = try checked.variable("a")
        #expect(!a.isGlobal && a.isCaptured && a.owner == nil)
        #expect(checked.program.globalSlots == [:])
    }

    @Test(arguments: [
        ("var n = 0; n = 1; print(n)", true), ("var n = 0; n += 1; print(n)", true), ("var n = []; n[0] = 1; print(n)", true),
        ("var n = { a: {} }; n.a.b = 1; print(n)", true), ("var n = []; n.push(1); print(n)", true),
        ("var n = { a: [] }; n.a.push(1); print(n)", true), ("var n = [1]; print(n.pop())", true),
        ("var n = [1]; print(n.count())", false), ("var n = 0; print(n)", false),
    ])
    func pathWritesCountAsReassignment(script: String, isReassigned: Bool) throws {
        let checked = Checked(script)
        #expect(checked.found == [])
        #expect(try checked.variable("n").isReassigned == isReassigned)
    }

    @Test func slotsGoOnFromTheSession() throws {
        let first = Checked("let a = 1; fn f(x, y = 2) { x + y }", isInteractive: true)
        #expect(first.found == [])
        #expect(first.program.scope.slotCount == 2)
        #expect(first.program.scope.globals["a"]?.slot == 0 && first.program.scope.globals["f"]?.slot == 1)

        let second = Checked("var a = a + 1; f(a)", scope: first.program.scope, isInteractive: true)
        #expect(second.found == [])
        #expect(second.program.scope.slotCount == 3)
        #expect(second.program.scope.globals["a"]?.slot == 2)
        #expect(Set(second.program.globalSlots.values) == [0, 1, 2])

        let third = Checked("f()", scope: second.program.scope, isInteractive: true)
        #expect(third.found.map(\.message) == ["'f' needs 'x'"])
        #expect(third.program.scope.slotCount == 3)
    }

    @Test func aNameCanBeDeclaredTwiceInOneInput() {
        let checked = Checked("let a = 1; let a = a + 1; a", isInteractive: true)
        #expect(checked.found == [])
        #expect(checked.program.scope.globals["a"]?.slot == 1)
        #expect(checked.program.scope.slotCount == 2)
    }

    @Test func theReplShowsStreamsAndKeepsQuietAboutUnused() {
        #expect(Checked("let a = 1\nusers.list()", isInteractive: true).found == [])
        #expect(Checked("users.list()\n1", isInteractive: true).codes == ["E0232"])
        #expect(Checked("param a: int = 1", isInteractive: true).codes == ["E0228"])
    }

    @Test func aMistakeLeavesTheSessionAsItWas() {
        let checked = Checked("let a = 1; b", isInteractive: true)
        #expect(checked.program.scope.slotCount == 0 && checked.program.scope.globals.isEmpty)
    }

    @Test func chainsOfModulesReferToBuiltIns() throws {
        let checked = Checked("print(users.token.create(\"u\").id)")
        let number = try #require(testCatalog.function("users.token.create"))
        let references = checked.program.resolution.references.compactMap { $0 }
        var modules: [String] = []
        var builtins: [Int] = []
        for reference in references {
            switch reference {
            case .module(let name): modules.append(name)
            case .builtin(let number): builtins.append(number)
            case .variable: Issue.record("no variable is used")
            }
        }
        #expect(Set(modules) == ["users", "users.token"])
        #expect(builtins.contains(number))
    }

    @Test func everyDeclaringNameHasItsVariable() throws {
        let checked = Checked(
            "fn f(a, b = 1) { for i, x in a { print(i, x, b) } }; try { f([]) } catch e { print(e) }; print(match 1 { int n => n, [h, ...t] => [h, t], o => o })"
        )
        #expect(checked.found == [])
        let names = checked.program.resolution.variables.map(\.name)
        #expect(Set(names) == ["f", "a", "b", "i", "x", "e", "n", "h", "t", "o"])
        #expect(checked.program.resolution.declarations.compactMap { $0 }.count == names.count)
    }

    @Test func batchBodyAndKeyAreFunctions() throws {
        let script = """
            if true {
              let plan = "pro"
              batch row in csv.read("u.csv") by row.email {
                let again = () => row.name
                if row.kind == "x" { emit { a: 1, b: plan } }
                emit { b: 2, c: again() }
                print(row?.maybe, row.kind)
              }
            }
            """
        let checked = Checked(script)
        #expect(checked.found == [])
        let resolution = checked.program.resolution
        let rows = resolution.variables.indices.filter { resolution.variables[$0].name == "row" }
        let owners = rows.compactMap { resolution.variables[$0].owner }
        #expect(Set(owners).count == 2)
        let body = try #require(resolution.emittedFields.keys.first)
        #expect(resolution.emittedFields[body] == ["a", "b", "c"])
        #expect(resolution.rowFields[body]?.map(\.name) == ["name", "kind"])
        #expect(resolution.captures[body] == [try checked.id("plan")])
    }

    @Test func emittedFieldsAreUnknownWithASpread() throws {
        let checked = Checked("batch r in [({ a: 1 })] by r.a { emit { a: 1 }; emit { ...r } }")
        #expect(checked.found == [])
        #expect(checked.program.resolution.emittedFields.isEmpty)
    }
}
