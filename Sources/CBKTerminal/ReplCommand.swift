// The prompt's own commands, `:` and a word: what they are called, and what each does. What they tell goes to stderr,
// since it is no data.

import CBKRuntime
import CBKSyntax
import CBKTooling

enum ReplCommand: String, CaseIterable {
    case help, explain, type, vars, load, target, time, format, quit

    /// Whether an input is a command: no statement begins with a colon.
    static func isCommand(_ text: String) -> Bool { text.first { !$0.isWhitespace } == ":" }

    var argument: String {
        switch self {
        case .help: "[NAME]"
        case .explain: "CODE"
        case .type: "EXPRESSION"
        case .load: "FILE"
        case .time: "[auto|on|off]"
        case .format: "[auto|vertical|value]"
        case .vars, .target, .quit: ""
        }
    }

    var summary: String {
        switch self {
        case .help: "what a function, method, module or topic is and takes"
        case .explain: "what an error's code means, with an example and its mend"
        case .type: "the type of an expression's value"
        case .vars: "the variables of this session"
        case .load: "runs a file in this session"
        case .target: "where operations go"
        case .time: "when an input's time is shown"
        case .format: "how values are shown"
        case .quit: "leaves, as ^D does"
        }
    }

    static let names: [CommandName] = allCases.map { CommandName(":\($0.rawValue)", $0.argument, $0.summary) }
}

extension Repl {
    func runCommand(_ text: String) {
        let trimmed = text.drop { $0.isWhitespace }.dropFirst()
        let word = String(trimmed.prefix { !$0.isWhitespace })
        let argument = String(trimmed.dropFirst(word.count)).trimmingBlanks
        guard let command = command(word) else { return }
        switch command {
        case .help: help(argument)
        case .explain: explain(argument)
        case .type: showType(argument)
        case .vars: showVariables()
        case .load: load(argument)
        case .target: showTarget()
        case .time: set(\.timeSetting, to: argument, command)
        case .format: set(\.format, to: argument, command)
        case .quit: ending = .left
        }
    }

    /// The command of that name, or the only one that starts so.
    private func command(_ word: String) -> ReplCommand? {
        if word == "q" || word == "exit" { return .quit }
        if let exact = ReplCommand(rawValue: word) { return exact }
        let candidates = ReplCommand.allCases.filter { $0.rawValue.hasPrefix(word) }
        if candidates.count == 1, !word.isEmpty { return candidates.first }
        let nearest = suggestion(for: word, among: ReplCommand.allCases.map(\.rawValue))
        let hint = nearest.map { "; did you mean ':\($0)'?" } ?? "; ':help' lists them"
        complain(
            candidates.count > 1 && !word.isEmpty
                ? "':\(word)' could be \(candidates.map { "':\($0.rawValue)'" }.joined(separator: " or "))"
                : "no command ':\(VisibleText.line(word))'\(hint)")
        return nil
    }

    func complain(_ message: String) {
        console.note(console.errPalette.paint("error", .red) + console.errPalette.paint(": \(message)", .bold) + "\n")
    }

    // MARK: Settings

    private func set<Setting: RawRepresentable & CaseIterable>(
        _ setting: ReferenceWritableKeyPath<Repl, Setting>, to word: String, _ command: ReplCommand
    ) where Setting.RawValue == String {
        guard !word.isEmpty else {
            console.note("\(self[keyPath: setting].rawValue)\n")
            return
        }
        guard let value = Setting(rawValue: word) else {
            let words = Setting.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            complain("':\(command.rawValue)' takes \(words), not '\(VisibleText.line(word))'")
            return
        }
        self[keyPath: setting] = value
    }

    // MARK: What there is

    private func showTarget() {
        let target = session.target
        let details = target.details.isEmpty ? "" : " · \(VisibleText.line(target.details))"
        console.note("\(target.name)\(details)\n")
    }

    private func showType(_ expression: String) {
        guard !expression.isEmpty else { return complain("':type' takes an expression, such as ':type users.list()'") }
        let result = typeName(of: expression)
        if case .value(.string(let name)) = result.outcome {
            console.print(VisibleText.line(name) + "\n")
            return show(ReplResult(.nothing, diagnostics: result.diagnostics, notes: result.notes), of: expression)
        }
        show(result, of: expression)
    }

    private func showVariables() {
        let globals = session.liveNames().globals.sorted { $0.name < $1.name }
        guard !globals.isEmpty else { return console.note("no variables yet: 'let x = 1' makes one\n") }
        let width = min(24, globals.map(\.name.count).max() ?? 0)
        for global in globals {
            let gap = String(repeating: " ", count: max(0, width - global.name.count) + 2)
            let line = "\(console.errPalette.paint(global.name, .bold))\(gap)\(VisibleText.line(global.summary))"
            console.note(line + "\n")
        }
    }

    private func load(_ argument: String) {
        var path = argument
        for quote in ["\"", "'"] where path.count > 1 && path.hasPrefix(quote) && path.hasSuffix(quote) {
            path = String(path.dropFirst().dropLast())
        }
        guard !path.isEmpty else { return complain("':load' takes a file, such as ':load plans.cbk'") }
        switch files.text(of: path) {
        case .failure(let failure): complain(failure.message)
        case .success(let text): show(evaluate(text, name: path), of: text)
        }
    }

    // MARK: Help

    private func help(_ argument: String) {
        let name = argument.hasSuffix("()") ? String(argument.dropLast(2)) : argument
        guard !name.isEmpty else { return console.note(overview) }
        if let page = HelpPages.page(name, session.catalog, console.errPalette) { return console.note(page) }
        let word = name.hasPrefix(":") ? String(name.dropFirst()) : name
        if let command = ReplCommand(rawValue: word) {
            return console.note(":\(command.rawValue) \(command.argument)\n  \(command.summary)\n")
        }
        if let global = session.liveNames().global(name) {
            return console.note("\(global.name)\n  \(VisibleText.line(global.summary))\n")
        }
        let hint = HelpPages.nearest(to: name, session.catalog).map { "; did you mean '\($0)'?" } ?? "; ':help' lists topics"
        complain("no help on '\(VisibleText.line(name))'\(hint)")
    }

    private func explain(_ code: String) {
        guard !code.isEmpty else { return complain("':explain' takes a code, such as ':explain E0207'") }
        if let page = Explanations.page(code) { return console.note(page) }
        let hint = Explanations.nearest(to: code).map { "; did you mean '\($0)'?" } ?? ""
        complain("no code '\(VisibleText.line(code))'\(hint)")
    }

    private var overview: String {
        let palette = console.errPalette
        var text = palette.paint("Commands", .bold) + "\n"
        for command in ReplCommand.allCases {
            let usage = ":\(command.rawValue) \(command.argument)".trimmingBlanks
            text += "  \(usage)\(String(repeating: " ", count: max(1, 32 - usage.count)))\(command.summary)\n"
        }
        text += HelpPages.overview(session.catalog, width: console.width, palette)
        text += palette.paint(
            "_ is the last value; a ';' at the end hides the value; a space at the start keeps a line out of the history\n",
            .dim)
        return text
    }
}

extension String {
    /// Without spaces and line ends around.
    var trimmingBlanks: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
