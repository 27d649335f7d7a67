// A conditional jump reaches 32,767 instructions: a longer one is refused wherever it stands, never emitted wrong.

import CBKSyntax
import Testing

@testable import CBKCompiler

@Suite struct LongJumpTests {
    @Test(arguments: [
        "fn f(n) { if n == 5 { [LONG] } else { 7 } }; f(1)", "let f = n => match n { 5 => [LONG], _ => 7 }; f(1)",
        "fn f(n) { var x = 0; while x < n { x += 1; print([LONG]) }; x }; f(1)",
    ])
    func longJumpIsRefused(source: String) throws {
        let long = Array(repeating: "1", count: 40_000).joined(separator: ",")
        let tree = parse(SourceFile(name: "test.cbk", text: source.replacing("LONG", with: long))).tree
        let (program, _) = check(tree, catalog: testCatalog, kind: .interactive)
        let error = #expect(throws: EmitError.self) { try emit(program, catalog: testCatalog, isInteractive: true) }
        #expect(error?.diagnostic.code == "E0298")
    }
}
