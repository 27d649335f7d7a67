// Every code of the checker has its entry, whose example gives the code and whose mend gives nothing.

import CBKCompiler
import CBKSyntax
import Testing

@Suite struct CodeTableTests {
    @Test func codesAreUniqueAndOrdered() {
        let codes = DiagnosticCode.checker.map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(codes.filter { $0.hasPrefix("E") } == codes.filter { $0.hasPrefix("E") }.sorted())
        #expect(codes.count == 49)
    }

    @Test(arguments: DiagnosticCode.checker.filter { $0.example != nil })
    func exampleGivesItsCode(code: DiagnosticCode) {
        #expect(found(in: code.example ?? "", code.module) == [code.code])
    }

    @Test(arguments: DiagnosticCode.checker.filter { $0.example != nil })
    func mendGivesNothing(code: DiagnosticCode) {
        #expect(found(in: code.mend, code.mendedModule ?? code.module) == [])
    }

    /// The codes that a script gives beside the file that it imports.
    private func found(in text: String, _ module: String?) -> [String] {
        var files = ["example.cbk": text]
        files[DiagnosticCode.modulePath] = module
        let compilation = Compilation(
            SourceFile(name: "example.cbk", text: text), catalog: testCatalog,
            loader: TextSources(files, programID: "example.cbk"))
        return compilation.files.flatMap { $0.diagnostics.map(\.code) }
    }
}
