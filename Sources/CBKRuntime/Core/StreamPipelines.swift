// The same methods for streams: each gives a stream whose producer runs as far as it is read. `sort` and `select`
// of streams are here, too; lists have natives for them.

import CBKCompiler

extension CoreBuiltins {
    static let streamPipelines: [Builtin] = [
        Builtin(
            Signature(
                "where", on: [.stream], [.init("test", function, "takes an item, gives a bool")], gives: flow,
                "The items for which the test holds.", example: "(0..10).where(n => n % 2 == 0).to_list()"),
            script: "(xs, test) => __stream(() => { for x in xs { if test(x) { __yield(x) } } })"),
        Builtin(
            Signature(
                "map", on: [.stream], [.init("change", function, "takes an item")], gives: flow,
                "What a function makes of each item.", example: "(0..5).map(n => n * n).to_list()"),
            script: "(xs, change) => __stream(() => { for x in xs { __yield(change(x)) } })"),
        Builtin(
            Signature(
                "flat_map", on: [.stream], [.init("change", function, "takes an item, gives a list or stream")], gives: flow,
                "The items of the lists or streams that a function makes of each item.",
                example: "(1..3).flat_map(n => [n, n * 10]).to_list()"),
            script: "(xs, change) => __stream(() => { for x in xs { for y in change(x) { __yield(y) } } })"),
        Builtin(
            Signature(
                "take", on: [.stream], [.init("count", whole)], gives: flow,
                "The first items, up to a number of them; the rest is not read.", example: "(0..1_000_000).take(3).to_list()"),
            script: """
                (xs, count) => {
                  let most = __amount(count, "take", "count", 0)
                  __stream(() => {
                    var left = most
                    if left > 0 {
                      for x in xs {
                        __yield(x)
                        left -= 1
                        if left == 0 { break }
                      }
                    }
                  })
                }
                """),
        Builtin(
            Signature(
                "take_while", on: [.stream], [.init("test", function, "takes an item, gives a bool")], gives: flow,
                "The items before the first one for which the test does not hold; the rest is not read.",
                example: "(0..10).take_while(n => n < 3).to_list()"),
            script: "(xs, test) => __stream(() => { for x in xs { if test(x) { __yield(x) } else { break } } })"),
        Builtin(
            Signature(
                "skip", on: [.stream], [.init("count", whole)], gives: flow, "All but the first items.",
                example: "(0..5).skip(3).to_list()"),
            script: """
                (xs, count) => {
                  let most = __amount(count, "skip", "count", 0)
                  __stream(() => {
                    var left = most
                    for x in xs {
                      if left > 0 { left -= 1 } else { __yield(x) }
                    }
                  })
                }
                """),
        Builtin(
            Signature(
                "chunks", on: [.stream], [.init("size", whole)], gives: flow,
                "Lists of that many items; the last may be shorter.", example: "(0..5).chunks(2).to_list()"),
            script: """
                (xs, size) => {
                  let most = __amount(size, "chunks", "size", 1)
                  __stream(() => {
                    var chunk = []
                    for x in xs {
                      chunk.push(x)
                      if len(chunk) == most {
                        __yield(chunk)
                        chunk = []
                      }
                    }
                    if len(chunk) > 0 { __yield(chunk) }
                  })
                }
                """),
        Builtin(
            Signature(
                "select", on: [.stream], [.init("names", names, "up to 16 strings, or lists of them", isVariadic: true)],
                gives: .stream(fields), "Each record with just those fields.",
                example: "[{ a: 1, b: 2 }].select(\"a\")"),
            script: """
                (xs, a = null, b = null, c = null, d = null, e = null, f = null, g = null, h = null,
                 i = null, j = null, k = null, l = null, m = null, n = null, o = null, p = null) => {
                  let names = __names(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
                  __stream(() => { for x in xs { __yield(__pick(x, names)) } })
                }
                """),
        Builtin(
            Signature(
                "distinct", on: [.stream], gives: flow, "The items without those equal to an earlier one; it remembers each.",
                example: "(0..6).map(n => n % 3).distinct().to_list()"),
            script: """
                (xs) => __stream(() => {
                  var seen = {}
                  for x in xs {
                    let k = __group_key(x, "distinct")
                    if !(k in seen) { seen[k] = true; __yield(x) }
                  }
                })
                """),
        Builtin(
            Signature(
                "distinct_by", on: [.stream], [.init("key", function, "takes an item, gives what to compare")], gives: flow,
                "The items without those whose key equals that of an earlier one; it remembers each key.",
                example: "(0..6).distinct_by(n => n // 2).to_list()"),
            script: """
                (xs, key) => __stream(() => {
                  var seen = {}
                  for x in xs {
                    let k = __group_key(key(x), "distinct_by")
                    if !(k in seen) { seen[k] = true; __yield(x) }
                  }
                })
                """),
        Builtin(
            Signature(
                "sort", on: [.stream], [.init("desc", truth, default: "false", "from the greatest down")], gives: items,
                "A list of the items in order; it holds all of them.", example: "(0..3).sort(desc: true)"),
            script: "(xs, desc = false) => xs.to_list().sort(desc)"),
    ]
}
