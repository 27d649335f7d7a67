// The methods of lists with a callback, written in the language: a native never calls back. They give lists.

import CBKCompiler

extension CoreBuiltins {
    static let listPipelines: [Builtin] = [
        Builtin(
            Signature(
                "where", on: [.list], [.init("test", function, "takes an item, gives a bool")], gives: items,
                "The items for which the test holds.", example: "[1, 2, 3].where(n => n > 1)"),
            script: "(xs, test) => { var out = []; for x in xs { if test(x) { out.push(x) } }; out }"),
        Builtin(
            Signature(
                "map", on: [.list], [.init("change", function, "takes an item")], gives: items,
                "What a function makes of each item.",
                example: "[1, 2, 3].map(n => n * n)"),
            script: "(xs, change) => { var out = []; for x in xs { out.push(change(x)) }; out }"),
        Builtin(
            Signature(
                "flat_map", on: [.list], [.init("change", function, "takes an item, gives a list or stream")], gives: items,
                "The items of the lists or streams that a function makes of each item.",
                example: "[1, 2].flat_map(n => [n, n * 10])"),
            script: "(xs, change) => { var out = []; for x in xs { for y in change(x) { out.push(y) } }; out }"),
        Builtin(
            Signature(
                "take_while", on: [.list], [.init("test", function, "takes an item, gives a bool")], gives: items,
                "The items before the first one for which the test does not hold.", example: "[1, 2, 3].take_while(n => n < 3)"),
            script: "(xs, test) => { var out = []; for x in xs { if test(x) { out.push(x) } else { break } }; out }"),
        Builtin(
            Signature(
                "distinct_by", on: [.list], [.init("key", function, "takes an item, gives what to compare")], gives: items,
                "The items without those whose key equals that of an earlier one.",
                example: "[{ a: 1, b: 1 }, { a: 1, b: 2 }].distinct_by(r => r.a)"),
            script: """
                (xs, key) => {
                  var seen = {}
                  var out = []
                  for x in xs {
                    let k = __group_key(key(x), "distinct_by")
                    if !(k in seen) { seen[k] = true; out.push(x) }
                  }
                  out
                }
                """),
        Builtin(
            Signature(
                "map_values", on: [.record], [.init("change", function, "takes a value")], gives: fields,
                "The record with what a function makes of each value.", example: "{ a: 1, b: 2 }.map_values(n => n * 10)"),
            script: "(r, change) => { var out = {}; for k, v in r { out[k] = change(v) }; out }"),
    ]
}
