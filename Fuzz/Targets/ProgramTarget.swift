// Programs made from bytes, which get further than bytes taken as text. Each runs in ways that must not differ: with
// the collector at work, with its variables in a function instead of globals, and with every value copied deeply
// where it is passed on, since lists and records are values.

import CBKRuntime

func fuzzProgram(_ bytes: [UInt8]) {
    var writer = ProgramWriter(bytes)
    let template = writer.program()
    let text = template.replacing("«", with: "").replacing("»", with: "")
    guard let program = Program(Array(text.utf8)) else { return }
    let outcome = program.run()
    check(outcome, text, "with the collector at work", .whole)
    check(outcome, text, "with the collector at work in parts", .parts)
    check(outcome, "fn main() {\n\(text)\n}\nmain()", "in a function")
    let copying = template.replacing("«", with: "deep_copy(").replacing("»", with: ")")
    check(outcome, copying, "with copies")
}

/// Runs another form of a program. One that the compiler refuses, such as for its size, says nothing.
private func check(_ outcome: Outcome, _ text: String, _ how: String, _ stress: CollectorStress = .none) {
    guard let program = Program(Array(text.utf8)) else { return }
    requireEqual(outcome, program.run(stress), how + "\n" + text)
}
