// The methods with callbacks on lists and streams, and that streams read no more than they must.

import Testing

@testable import CBKRuntime

@Suite struct CorePipelineTests {
    /// Each on a list and on the stream of the same numbers.
    @Test(arguments: [
        ("where(n => n % 2 == 0)", "[2, 4]"), ("map(n => n * n)", "[1, 4, 9, 16]"),
        ("flat_map(n => [n, -n]).take(3)", "[1, -1, 2]"),
        ("flat_map(n => 0..n).count()", "10"), ("take(2)", "[1, 2]"), ("take(0)", "[]"), ("skip(3)", "[4]"),
        ("take_while(n => n < 3)", "[1, 2]"),
        ("chunks(3)", "[[1, 2, 3], [4]]"), ("sort(desc: true)", "[4, 3, 2, 1]"), ("sort_by(n => -n)", "[4, 3, 2, 1]"),
        ("sort_by(n => n % 2)", "[2, 4, 1, 3]"), ("sort_by(n => n % 2, desc: true)", "[1, 3, 2, 4]"),
        ("distinct_by(n => n % 2)", "[1, 2]"), ("map(n => n // 3).distinct()", "[0, 1]"),
        ("group_by(n => n % 2)", "[{ key: 1, items: [1, 3] }, { key: 0, items: [2, 4] }]"),
        ("key_by(n => \"k${n}\")", "{ k1: 1, k2: 2, k3: 3, k4: 4 }"), ("key_by(n => \"k\")", "E0325"),
        ("key_by(n => n)", "E0302"),
        ("fold(0, (sum, n) => sum + n)", "10"), ("any(n => n > 3)", "true"), ("all(n => n > 3)", "false"),
        ("find(n => n > 1)", "2"),
        ("find(n => n > 9)", "null"), ("count()", "4"), ("first()", "1"), ("last()", "4"), ("sum()", "10"), ("avg()", "2.5"),
        ("min()", "1"),
        ("max()", "4"), ("join(\"-\")", "1-2-3-4"), ("to_list()", "[1, 2, 3, 4]"), ("where(n => n > 9).first()", "null"),
        ("where(n => n > 9).sum()", "0"), ("where(n => n > 9).avg()", "null"), ("where(n => n > 9).max()", "null"),
        ("map(n => { n, m: -n }).select(\"m\").first()", "{ m: -1 }"), ("where(n => n)", "E0303"), ("any(n => 1)", "E0303"),
        ("fold(5, (f, n) => f(n))", "E0310"),
        ("take(-1)", "E0327"), ("chunks(0)", "E0327"), ("map(n => null).sum()", "E0302"),
        ("sort_by(n => if n > 2 { \"a\" } else { 1 })", "E0302"),
    ])
    func pipelines(call: String, expected: String) async {
        #expect(await outcome(of: "[1, 2, 3, 4].\(call)") == expected, "on a list")
        #expect(await outcome(of: listing("(1..5).\(call)")) == expected, "on a stream")
    }

    /// The value as a list where it is a stream; in a function, so that the checker knows nothing of its type.
    private func listing(_ expression: String) -> String {
        "(value => if type(value) == \"stream\" { value.to_list() } else { value })(\(expression))"
    }

    @Test(arguments: [
        // A stream that ends in an error beyond what is read.
        ("(1..9).map(n => if n < 4 { n } else { throw \"read too far\" }).take(3).to_list()", "[1, 2, 3]"),
        ("(1..9).map(n => if n < 4 { n } else { throw \"read too far\" }).any(n => n == 3)", "true"),
        ("(1..9).map(n => if n < 4 { n } else { throw \"read too far\" }).first()", "1"),
        ("(1..9).map(n => if n < 4 { n } else { throw \"read too far\" }).take_while(n => n < 3).count()", "2"),
        // A stream is a recipe: each use starts anew.
        ("let s = (0..3).map(n => n + 1); s.sum() + s.sum()", "12"),
        // An error in a callback reaches the handler around the reader.
        ("(0..3).map(n => 1 // n).to_list() catch e => e.code", "E0306"),
        ("[1].where(n => \"yes\") catch e => e.kind", "type"),
        // Values stay values on their way through.
        ("var a = [1]; let s = [a].map(x => x); a.push(2); s", "[[1]]"),
        ("let g = [1, 2].group_by(n => true); var h = g; h[0].items.push(3); [g[0].items, h[0].items]", "[[1, 2], [1, 2, 3]]"),
        ("(0..100_000).where(n => n % 3 == 0).map(n => n * 2).sum()", "3333366666"),
    ])
    func streams(source: String, expected: String) async {
        #expect(await outcome(of: source) == expected)
    }

    @Test func sortingAgreesWithTheStandardLibrary() async {
        // A fixed pseudo-random sequence with many equal keys.
        var state: UInt64 = 42
        var numbers: [Int] = []
        for _ in 0..<700 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            numbers.append(Int(state >> 40) % 97 - 48)
        }
        let source = "[\(numbers.map(String.init).joined(separator: ", "))]"
        let ascending = numbers.sorted().map(String.init).joined(separator: ",")
        let descending = numbers.sorted(by: >).map(String.init).joined(separator: ",")
        let places = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }.map(String.init).joined(separator: ",")
        let backwards = numbers.indices.sorted { (-numbers[$0], $0) < (-numbers[$1], $1) }.map(String.init).joined(separator: ",")
        #expect(await outcome(of: "\(source).sort().join(\",\")") == ascending)
        #expect(await outcome(of: "\(source).sort(desc: true).join(\",\")") == descending)
        #expect(await outcome(of: "\(source).map(n => n + 0.5).sort().map(n => n.floor()).join(\",\")") == ascending)
        let rows = "let xs = \(source); var rows = []; for i, x in xs { rows.push({ i, x }) }; rows"
        #expect(await outcome(of: "\(rows).sort_by(r => r.x).map(r => r.i).join(\",\")") == places)
        #expect(await outcome(of: "\(rows).sort_by(r => r.x, desc: true).map(r => r.i).join(\",\")") == backwards)
        #expect(await outcome(of: "\(rows).sort_by(r => r.x * 0.5).map(r => r.i).join(\",\")") == places)
    }
}
