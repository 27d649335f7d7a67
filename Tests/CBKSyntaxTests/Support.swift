// What the tests of this target share: parsing text, marks for spans, a seeded generator, scripts that are in order.

import CBKSyntax

func parsed(_ text: String, interactive: Bool = false) -> ParseResult {
    parse(SourceFile(name: "test.cbk", text: text), interactive: interactive)
}

/// The tree as S-expressions, and after it each diagnostic's code and message.
func tree(_ text: String) -> String {
    let result = parsed(text)
    return ([result.tree.dump()] + result.diagnostics.map { "\($0.code) \($0.message)" }).joined(separator: "\n")
}

/// Text with one span in « », without the marks, and the span.
func marked(_ text: String) -> (text: String, span: Span) {
    let open = Array("«".utf8)
    let bytes = Array(text.utf8)
    let start = bytes.indices.first { bytes[$0...].starts(with: open) } ?? 0
    let close = bytes.indices.last { bytes[$0...].starts(with: Array("»".utf8)) } ?? bytes.count
    let plain = bytes[..<start] + bytes[(start + 2)..<close] + bytes[(close + 2)...]
    return (String(decoding: plain, as: UTF8.self), Span(start: start, end: close - 2))
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The script that docs/language.md opens with.
let tasteScript = """
    # onboard.cbk: one sub-account per row, and a first token for each

    # The customers to create: name and email columns.
    param file: path = "users.csv"
    # free, pro or team.
    param plan: string = "free"

    let limits = match plan {
      "free"         => { messages: 1_000 }
      "pro" | "team" => { messages: 50_000, database: { records: 10_000 } }
      _              => throw "unknown plan '${plan}'"
    }

    batch row in csv.read(file) by row.email parallel 16 {
      if row.email == "" { skip "no email" }
      let user = users.create(name: row.name.or(omit), email: row.email.lower(),
                              meta: { plan }, limits: limits)
      let token = users.token.create(user.id, name: "first token")
      emit { email: row.email, id: user.id, token: token.token }
    }
    """

/// Every construct of the language at least once.
let wholeGrammar = """
    import "lib/plans.cbk" as plans
    # How many,
    #   at most.
    param limit: int = 10
    param names: list
    pub fn total(a, b = 1, c = { x: [1, 2] }) { return a + b }
    pub let rate = -1.5e3
    var n = 0; n += 1; n -= 1; n *= 2; n /= 2; n //= 2; n %= 2; n ??= 0
    r.a["b"].c[n] = 1
    let text = "a ${n + len("b ${r["c"]} d")} e\\n\\u{1F600}\\$" + 'raw \\n'
    let odd = text.matches(/^[/a-z]+\\/$/i)
    let span = 1h30m + 250ms * 2
    let least = -9223372036854775808
    let f = x => x * 2
    let g = (a, b = 2) => { let c = a; c + b }
    let h = () => { a: 1, "b c": 2, ...r, n, if: omit }
    let picked = users.list()
      .where(u => u.meta?.plan == "pro" && !(u.name in names))
      # and only these
      .map(u => { name: u.name })
      ?.first
      ?? throw "nobody"
    let some = [1, ...names, 2,][0..-1] catch []
    let other = f(1, x: 2, ...r, by: 3) catch e => { log.warn(e.message); null }
    let third = f(1) catch (e) => skip e
    for i in 0..10 { if i % 2 == 0 { continue } else if i > 5 { break } else { print(i) } }
    for k, v in r { print(k, v) }
    while n < 3 || n >= 10 { n += 1 }
    try { throw error("m", code: "X") } catch e { print(e) }
    try { f(1) } catch { }
    let kind = match n {
      null => "none"
      true | false => "bool"
      -5..-1 => "below", 0 | 1..9 => "digit"
      5m => "short"
      int i if (i > 100) => { print(i); "large" }
      string _ => return
      [] => "empty", [a, [b, _], ...rest] => a
      [a, ...] => a
      { name, plan: "pro", "odd key": { x } } => name
      other => { other }
    }
    batch row in csv.read("x.csv")
      parallel 2 + 2
      by row?.id ?? row?["id"] {
      if row.email == "" { skip } else { skip "why" }
      emit { ...row, id: row.id }
    }
    fn done() { if n == 1 { return } ; null }
    """
