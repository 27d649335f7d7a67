// What programs are written from: for each kind of value or statement the templates that give one. `$` and a letter is
// filled in: a small letter with an expression of that kind (`a` any, `v` a variable), a capital one with the name of
// a variable that may be assigned, `$n` with a number, `$t` a string, `$k` a field's name, `$S` statements, `$J` what
// leaves a loop or a function. `%x` names what is bound here, `@` names it again. `%` and a kind declares a variable.

let templates: [Character: [String]] = [
    "i": [
        "$n", "$n", "($i + $i)", "($i - $i)", "($i * $n)", "($i // $i)", "($i % $n)", "(-$i)", "len($l)", "len($s)",
        "$l.count()", "$l[$n]", "$l.sum()", "$l.fold($i, (%x, %x) => $a)", "(if $b { $i } else { $i })", "$f($i)",
        "($i catch $i)", "($i catch %x => $i)", "$r.a", "($r?.b ?? $i)", "($l?[$n] ?? $i)", "int($s)", "$l.max()",
        "$i.abs()", "$l.index_of($a)", "$L.pop()", "$L.remove($n)",
        "match ($a) {\n int %x if @ > 2 => $i\n string => $i\n _ => $i }",
        "match ($l) {\n [] => $i\n [%x, ...%x] => $a\n _ => $i }", "match ($r) {\n { a: %x, b } => $a\n _ => $i }",
        "match ($i) {\n 0 | 1 => $i\n 2..9 => $i\n %x => $a }",
    ],
    "b": [
        "true", "($i < $i)", "($a == $a)", "($a != $a)", "(!$b)", "($b && $b)", "($b || $b)", "($a in $l)", "($t in $r)",
        "($s == $s)", "$l.any(%x => $b)", "$l.all(%x => $b)", "$r.has($t)", "$l.contains($a)", "$s.contains($s)", "($i >= $i)",
    ],
    "s": [
        "$t", "\"x${$a}y${$i}\"", "($s + $s)", "string($a)", "$s.upper()", "$s.trim()", "$s.repeat($n)", "$s.slice($n, $n)",
        "$l.join($t)", "type($a)", "$s.replace($t, $s)", "$s[$n]", "$s[$n..$n]", "$s.or($s)", "$s.pad($n, $t)",
        "($s catch %x => @.message)",
    ],
    "l": [
        "[]", "[$a]", "[$a, $a, $a]", "[...$l, $a]", "($l + $l)", "$l.map(%x => $a)", "$l.map($f)", "$l.where(%x => $b)",
        "$l.flat_map(%x => $l)", "$l.sort()", "$l.sort_by(%x => $a)", "$l.group_by(%x => $a)", "$l.distinct()", "$l[$n..$n]",
        "$l.reverse()", "$l.take($n)", "$l.skip($n)", "$l.chunks($n)", "$l.zip($l)", "$l.flatten()", "$w.to_list()",
        "$r.keys()", "$r.values()", "$r.entries()", "$s.split()", "$s.chars()", "$w.map(%x => $a).to_list()", "$r.c",
        "$l.slice($n, $n)", "$l.distinct_by(%x => $a)", "$l.take_while(%x => $b)",
    ],
    "r": [
        "{ a: $i }", "{ a: $a, b: $a, c: $l }", "{ ...$r, $k: $a }", "{ \"$k\": $a, d: $a }", "$r.merge($r)",
        "$r.map_values(%x => $a)", "$r.pick($t)", "$r.without($t)", "$l.key_by(%x => string($a))", "($r catch %x => $r)",
        "{ a: omit, b: $a }", "{ a: $s.or(omit), b: $a }", "{ a: $r, b: $l }",
    ],
    "f": [
        "(%x => $a)", "(%x => { $S $a })", "((%x, %x = $i) => $a)", "(() => $a)", "(%x => { $V = $a; $a })",
        "(%x => { $L.push($a); $a })",
    ],
    "w": ["(0..$n)", "$w.map(%x => $a)", "$w.where(%x => $b)", "$w.take($n)", "$w.skip($n)", "$w.flat_map(%x => $l)"],
    "a": [
        "$i", "$v", "$v", "$i", "$s", "$l", "$r", "$b", "null", "$f", "$n.5", "$f($a)", "$v.a", "$v.b", "$v.c", "$v[$n]",
        "$v?.c", "$v?[$n]", "($a ?? $a)", "(if $b { $S $a } else { $a })", "($a catch %x => $a)", "$ns", "$l.first()",
        "$l.last()", "$l.find(%x => $b)", "match ($v) {\n %x => $a }", "match ($v) {\n list %x => $a\n record %x => $a\n _ => $a }",
    ],
    "S": [
        "let %a = ($a catch null)", "let %l = ($l catch [])", "let %r = ($r catch {})", "let %i = ($i catch 0)",
        "let %f = $f", "var %L = ($l catch [])", "var %R = ($r catch {})", "var %I = ($i catch 0)", "var %V = ($a catch null)",
        "var %L = $l", "$I = $i", "$I += $i", "$L = $l", "$R = $r", "$V = $a", "$L[$n] = $a", "$L[$n] += $i", "$R.$k = $a",
        "$R.c[$n] = $a", "$R.c.push($a)", "$R[$t] = $a", "$R.a += $i", "$V.c.a = $a", "$V[$n][$n] = $a", "$L.push($a)",
        "$L.insert($n, $a)", "$L.clear()", "$R.remove($t)", "$V.push($a)", "$V[$n].push($a)", "$V.c[$n].b = $a",
        "if $b { $S }", "if $b { $S } else { $S }", "if $b { $J }", "if $b { throw $s }", "if $b { throw error($s, code: $t) }",
        "for %x in ($l) { $S }", "for %x, %x in ($l) { $S }", "for %x, %x in ($r) { $S }", "for %x in $w { $S }",
        "for %x in ($v) { $S }", "try { $S } catch %x { $S }", "try { $S } catch %x { $V = @.message }",
        "try { $S if $b { throw $a } } catch %x { $V = @.kind }", "$I = 0\nwhile $b && $I < 5 { $I += 1\n $S }",
        "fn %f(%x, %x = $i) { $S $a }", "$f($a)", "$a", "for %x in ($l) { try { $S } catch %x { $J } }",
        "for %x in 0..$n { $S if $b { $J } $S }",
    ],
]
