// What reads a list or a stream to its end, or as far as it must, and gives one value or list. One script serves
// both wherever a list has no faster native.

import CBKCompiler

extension CoreBuiltins {
    static let reducers: [Builtin] = [
        Builtin(
            Signature(
                "fold", on: [.list, .stream], [.init("initial"), .init("step", function, "takes the value so far and an item")],
                "One value from all items: the step's answer is the next value so far.",
                example: "[1, 2, 3].fold(0, (sum, n) => sum + n)"),
            script: "(xs, initial, step) => { var value = initial; for x in xs { value = step(value, x) }; value }"),
        Builtin(
            Signature(
                "any", on: [.list, .stream], [.init("test", function, default: "x => x", "takes an item, gives a bool")],
                gives: truth, "Whether the test holds for one item at least; it stops at the first.",
                example: "[1, 2, 3].any(n => n > 2)"),
            script: "(xs, test = x => x) => { for x in xs { if test(x) { return true } }; false }"),
        Builtin(
            Signature(
                "all", on: [.list, .stream], [.init("test", function, default: "x => x", "takes an item, gives a bool")],
                gives: truth, "Whether the test holds for every item; it stops at the first that fails.",
                example: "[1, 2, 3].all(n => n > 0)"),
            script: "(xs, test = x => x) => { for x in xs { if !test(x) { return false } }; true }"),
        Builtin(
            Signature(
                "find", on: [.list, .stream], [.init("test", function, "takes an item, gives a bool")],
                "The first item for which the test holds, or null where there is none.", example: "[1, 2, 3].find(n => n > 1)"),
            script: "(xs, test) => { for x in xs { if test(x) { return x } }; null }"),
        Builtin(
            Signature(
                "sort_by", on: [.list, .stream],
                [.init("key", function, "takes an item, gives what to compare"), .init("desc", truth, default: "false")],
                gives: items, "A list of the items in the order of their keys; it is stable and holds all of them.",
                example: "[{ n: 2 }, { n: 1 }].sort_by(r => r.n)"),
            script: """
                (xs, key, desc = false) => {
                  var items = []
                  var keys = []
                  for x in xs {
                    items.push(x)
                    keys.push(key(x))
                  }
                  __sort_by_keys(items, keys, desc)
                }
                """),
        Builtin(
            Signature(
                "group_by", on: [.list, .stream], [.init("key", function, "takes an item, gives what to compare")],
                gives: .list(.record([.init("key", .any), .init("items", items)])),
                "Records of key and items, in the order in which the keys first appear.",
                example: "[1, 2, 3].group_by(n => n % 2 == 0)"),
            script: """
                (xs, key) => {
                  var places = {}
                  var groups = []
                  for x in xs {
                    let k = key(x)
                    let mark = __group_key(k, "group_by")
                    let place = places?[mark]
                    if place == null {
                      places[mark] = len(groups)
                      groups.push({ key: k, items: [x] })
                    } else {
                      groups[place].items.push(x)
                    }
                  }
                  groups
                }
                """),
        Builtin(
            Signature(
                "key_by", on: [.list, .stream], [.init("key", function, "takes an item, gives a string")], gives: fields,
                "A record of the items by their keys; a key that comes twice is an error.",
                example: "[{ id: \"a\", n: 1 }].key_by(r => r.id)"),
            script: "(xs, key) => { var out = {}; for x in xs { out[__new_key(key(x), out)] = x }; out }"),
        Builtin(
            Signature(
                "to_list", on: [.stream], gives: items, "A list of all items; it holds them.", example: "(0..3).to_list()"),
            script: "(xs) => { var out = []; for x in xs { out.push(x) }; out }"),
        Builtin(
            Signature("count", on: [.stream], gives: whole, "How many items there are.", example: "(0..10).count()"),
            script: "(xs) => { var n = 0; for x in xs { n += 1 }; n }"),
        Builtin(
            Signature("first", on: [.stream], [], "The first item, or null where there is none.", example: "(5..10).first()"),
            script: "(xs) => { for x in xs { return x }; null }"),
        Builtin(
            Signature("last", on: [.stream], [], "The last item, or null where there is none.", example: "(5..10).last()"),
            script: "(xs) => { var last = null; for x in xs { last = x }; last }"),
        Builtin(
            Signature(
                "sum", on: [.stream], gives: .oneOf([.int, .float, .duration]),
                "The items added up: numbers or durations; 0 where there are none.", example: "(0..5).sum()"),
            script: """
                (xs) => {
                  var sum = null
                  for x in xs { sum = __add(sum, x) }
                  sum ?? 0
                }
                """),
        Builtin(
            Signature(
                "avg", on: [.stream], gives: .optional(.oneOf([.float, .duration])),
                "The mean of numbers or durations, or null where there are none.", example: "(0..5).avg()"),
            script: """
                (xs) => {
                  var sum = null
                  var n = 0
                  for x in xs {
                    sum = __add(sum, x)
                    n += 1
                  }
                  if n == 0 { null } else { __mean(sum, n) }
                }
                """),
        Builtin(
            Signature("min", on: [.stream], [], "The least item, or null where there is none.", example: "(3..6).min()"),
            script: """
                (xs) => {
                  var best = null
                  var n = 0
                  for x in xs {
                    if n == 0 || x < best { best = x }
                    n += 1
                  }
                  best
                }
                """),
        Builtin(
            Signature("max", on: [.stream], [], "The greatest item, or null where there is none.", example: "(3..6).max()"),
            script: """
                (xs) => {
                  var best = null
                  var n = 0
                  for x in xs {
                    if n == 0 || best < x { best = x }
                    n += 1
                  }
                  best
                }
                """),
        Builtin(
            Signature(
                "join", on: [.stream], [.init("separator", text, default: "\"\"")], gives: text,
                "The items' texts with a separator between them.", example: "(0..3).join(\"-\")"),
            script: "(xs, separator = \"\") => xs.to_list().join(separator)"),
    ]
}
