// Writes a program that the bytes choose: each byte takes one of the templates for the kind that is wanted. When the
// bytes run out or the program is large, the first template ends what is begun. « » enclose variables that are read.

struct ProgramWriter {
    private struct Variable {
        var name: String
        var kind: Character
        var isAssignable: Bool
    }

    private enum Surroundings { case script, loop, function }

    private static let largest = 300
    private var bytes: ArraySlice<UInt8>
    private var variables: [Variable] = []
    private var surroundings = Surroundings.script
    private var names = 0
    private var size = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    /// Declarations, statements most of which catch their errors, and all variables as the program's value.
    mutating func program() -> String {
        var lines: [String] = []
        for (kind, value) in [("L", "[1, [2, 3], { a: 4 }]"), ("R", "{ a: 1, b: [2], c: [{ a: 3 }] }"), ("I", "0"), ("V", "[]")] {
            variables.append(make(Character(kind)))
            lines.append("var \(variables.last?.name ?? "") = \(value)")
        }
        let errors = variables[3].name
        variables.append(make("f"))
        lines.append("let \(variables[4].name) = x => x")
        while !bytes.isEmpty, size < Self.largest {
            if next(4) == 0 {
                lines.append(expand(pick("S"), declares: true))
            } else {
                lines.append("try { \(expand(pick("S"))) } catch e { \(errors) = e.message }")
            }
        }
        return lines.joined(separator: "\n") + "\n[\(variables.map(\.name).joined(separator: ", "))]"
    }

    private mutating func next(_ count: Int) -> Int { Int(bytes.popFirst() ?? 0) % count }

    private mutating func pick(_ kind: Character) -> String {
        guard let choices = templates[kind] else { return "null" }
        return choices[size < Self.largest ? next(choices.count) : 0]
    }

    private mutating func make(_ kind: Character) -> Variable {
        names += 1
        return Variable(name: "v\(names)", kind: Character(kind.lowercased()), isAssignable: kind.isUppercase)
    }

    private mutating func name(ofKind kind: Character, isAssigned: Bool) -> String? {
        let fitting = variables.filter { (kind == "v" || $0.kind == kind) && ($0.isAssignable || !isAssigned) }
        return fitting.isEmpty ? nil : fitting[next(fitting.count)].name
    }

    /// Fills in a template.
    /// - Parameter declares: what it declares stays visible after it.
    private mutating func expand(_ template: String, declares: Bool = false) -> String {
        size += 1
        let (known, outside) = (variables, surroundings)
        if template.hasPrefix("fn ") || template.contains("=>") && !template.contains("match ") && !template.contains("catch ") {
            surroundings = .function
        } else if template.hasPrefix("for ") || template.contains("while ") {
            surroundings = .loop
        }
        var text = ""
        var declared: [Variable] = []
        /// Bound, and visible from the next `{` or `=>` on, up to the end of a match's arm.
        var bound: [Variable] = []
        var last = ""
        var rest = template[...]
        while let character = rest.popFirst() {
            switch character {
            case "@": text += last
            case "$" where rest.first?.isLetter == true: text += filling(rest.removeFirst())
            case "%" where rest.first?.isLetter == true:
                let kind = rest.removeFirst()
                let variable = make(kind == "x" ? "v" : kind)
                if kind == "x" { bound.append(variable) } else { declared.append(variable) }
                last = variable.name
                text += last
            default:
                if character == "\n" { variables = known }
                if character == "{" || character == ">" {
                    variables += bound
                    bound = []
                }
                text.append(character)
            }
        }
        surroundings = outside
        variables = declares ? known + declared : known
        return text
    }

    private mutating func filling(_ kind: Character) -> String {
        switch kind {
        case "n": return String(next(6))
        case "k": return ["a", "b", "c", "d"][next(4)]
        case "t": return ["\"a\"", "\"b\"", "\"\"", "\"é€\"", "\"c d\"", "\"12\""][next(6)]
        case "v": return name(ofKind: "v", isAssigned: false).map { "«\($0)»" } ?? "null"
        case "S":
            let known = variables
            defer { variables = known }
            return (0...next(3)).map { _ in expand(pick("S"), declares: true) }.joined(separator: "\n") + "\n"
        case "J":
            switch surroundings {
            case .script: return "null"
            case .loop: return next(2) == 0 ? "break" : "continue"
            case .function: return "return \(expand(pick("a")))"
            }
        case "L", "R", "I", "V": return name(ofKind: Character(kind.lowercased()), isAssigned: true) ?? "null"
        default:
            // Half of the time a variable of the kind, now and then something of another.
            let choice = next(8)
            if choice < 4, let name = name(ofKind: kind, isAssigned: false) { return kind == "f" ? name : "«\(name)»" }
            return expand(pick(choice == 7 ? "a" : kind))
        }
    }
}
