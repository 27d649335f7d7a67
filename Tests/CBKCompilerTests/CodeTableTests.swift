// Every code of the checker has its entry, whose example gives the code and whose mend gives nothing.

import CBKCompiler
import CBKSyntax
import Testing

@Suite struct CodeTableTests {
    @Test func codesAreUniqueAndOrdered() {
        let codes = DiagnosticCode.checker.map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(codes.filter { $0.hasPrefix("E") } == codes.filter { $0.hasPrefix("E") }.sorted())
        #expect(codes.count == 41)
    }

    @Test(arguments: DiagnosticCode.checker)
    func exampleGivesItsCode(code: DiagnosticCode) {
        #expect(Checked(code.example ?? "").codes == [code.code])
    }

    @Test(arguments: DiagnosticCode.checker)
    func mendGivesNothing(code: DiagnosticCode) {
        #expect(Checked(code.mend).found == [])
    }
}
