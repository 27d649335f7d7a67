// What the emitter makes of the shapes that have to be fast: a snapshot each, so that a change to the code shows.

import CBKSyntax
import Testing

@testable import CBKCompiler

@Suite struct DisassemblyTests {
    static let snapshots: [(source: String, code: String)] = [
        (
            "fn f(n) { for i in 0..n { if i % 3 == 0 { print(i) } } }",
            """
            f(n): 6 registers
               0 loadInt r2 0
               1 move r3 r0
               2 rangePrepare r2 -> 7
               3 branchDivisible r2 3 -> 6
               4 move r5 r2
               5 callNative r4 1 built-in 0
               6 rangeNext r2 -> 3
               7 loadNull r1
               8 return r1
            """
        ),
        (
            "fn f(n) { var x = 0; while x < n { x += 2 }; x }",
            """
            f(n): 3 registers
               0 loadInt r2 0
               1 jump -> 3
               2 addImmediate r2 r2 2
               3 branchLess r2 r0 -> 2 x=1
               4 move r1 r2
               5 return r1
            """
        ),
        (
            "fn f(r) { var copy = r; copy.a.b += 1; copy.c = 2; copy }",
            """
            f(r): 7 registers
               0 moveShared r2 r0
               1 getField r4 r2 'a'
               3 getField r4 r4 'b'
               5 loadInt r5 1
               6 add r3 r4 r5
               7 own r2
               8 ownField r6 r2 'a'
              10 setField r6 'b' r3
              12 loadInt r3 2
              13 setField r2 'c' r3
              15 move r1 r2
              16 return r1
            """
        ),
        // A literal is set by one instruction, and a key that stays is read where it is.
        (
            "fn f(r, i) { var xs = r; xs[i] = 7; xs[i] = true; xs[0] = null; xs[i] = 40000; xs }",
            """
            f(r, i): 5 registers
               0 moveShared r3 r0
               1 setIndexImmediate r3 r1 7
               2 setIndexImmediate r3 r1 true x=1
               3 loadInt r4 0
               4 setIndexImmediate r3 r4 null x=2
               5 loadInt r4 40000
               6 setIndex r3 r1 r4
               7 move r2 r3
               8 return r2
            """
        ),
        // Not a copy each time.
        (
            "fn f(n) { var xs = []; for i in 0..n { xs += [i] }; xs }",
            """
            f(n): 7 registers
               0 newList r3 r4 0
               1 move r2 r3
               2 loadInt r3 0
               3 move r4 r0
               4 rangePrepare r3 -> 10
               5 moveShared r5 r3
               6 push r2 r5 -> 9
               7 newList r6 r5 1
               8 add r2 r2 r6
               9 rangeNext r3 -> 5
              10 move r1 r2
              11 return r1
            """
        ),
        (
            "fn f(n) { if n < 2 { return n }; f(n - 1) + f(n - 2) }",
            """
            f(n): 5 registers
               0 branchLessImmediate r0 2 -> 3
               1 moveShared r3 r0
               2 return r3
               3 addImmediate r3 r0 -1 x=1
               4 call r2 1 g0 x=2
               5 addImmediate r4 r0 -2 x=1
               6 call r3 1 g0 x=2
               7 add r1 r2 r3
               8 return r1
            """
        ),
        (
            "fn f(g) { g(1) catch 0 }",
            """
            f(g): 6 registers
               0 loadInt r5 1
               1 call r4 1 r0
               2 move r2 r4
               3 jump -> 5
               4 loadInt r2 0
               5 move r1 r2
               6 return r1
              try 0..<3 -> 4 r3
            """
        ),
    ]

    @Test(arguments: snapshots)
    func codeIsAsBefore(source: String, code: String) throws {
        let tree = parse(SourceFile(name: "test.cbk", text: source)).tree
        let (program, _) = check(tree, catalog: testCatalog, kind: .script)
        let chunk = try emit(program, catalog: testCatalog, isInteractive: false)
        #expect(chunk.children.first?.disassembly() == code)
    }

    @Test func everyOpcodeIsShown() {
        var chunk = Chunk(name: "all")
        chunk.constants = [.string("k")]
        chunk.layouts = [["k"]]
        chunk.children = [Chunk(name: "child")]
        for opcode in Opcode.allCases {
            chunk.code = [Instruction(opcode), Instruction(.move)]
            #expect(chunk.disassembly().contains("\(opcode)"))
        }
    }
}
