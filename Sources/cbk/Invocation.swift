// What the command line asks for: a command and the shared flags, which may stand before or after it.

import CBKLibrary
import CBKSyntax
import Foundation

struct Invocation {
    enum Command {
        case repl
        case script(path: String, arguments: [String])
        case code(String)
        case standardInput(arguments: [String])
        case importFile([String])
        case api([String])
        case check([String])
        case format([String])
        case explain([String])
        case test([String])
        case target([String])
        case serve([String])
        case help(String?)
        case version
    }

    var command: Command
    /// Those before the command.
    var flags: [String]

    static let commands = ["import", "api", "check", "fmt", "test", "serve", "target", "explain", "help"]
    /// Words of the design that this version does not have yet.
    static let later = [
        "export", "plan", "apply", "runs", "doc", "lsp", "completions",
    ]

    init(_ words: [String]) throws(UsageError) {
        let parser = FlagParser(SharedFlags.all)
        var before: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "-h", "--help":
                (command, flags) = (.help(nil), before)
                return
            case "--version":
                (command, flags) = (.version, before)
                return
            case "-e":
                guard let code = rest.popFirst() else { throw UsageError("'-e' needs the code: cbk -e 'CODE'") }
                (command, flags) = (.code(code), before + rest)
                return
            case "-":
                (command, flags) = (.standardInput(arguments: Array(rest)), before)
                return
            default: break
            }
            if word.hasPrefix("-") {
                before.append(word)
                if parser.takesNextWord(word), let value = rest.popFirst() { before.append(value) }
                continue
            }
            flags = before
            if word.lowercased().hasSuffix(".csv") {
                throw UsageError("'\(word)' is no script; did you mean 'cbk import \(word)'?")
            }
            if word.hasSuffix(".cbk") || word.contains("/") {
                command = .script(path: word, arguments: Array(rest))
                return
            }
            switch word {
            case "import": command = .importFile(Array(rest))
            case "api": command = .api(Array(rest))
            case "check": command = .check(Array(rest))
            case "fmt": command = .format(Array(rest))
            case "explain": command = .explain(Array(rest))
            case "test": command = .test(Array(rest))
            case "target": command = .target(Array(rest))
            case "serve": command = .serve(Array(rest))
            case "help": command = .help(rest.first)
            default: throw Invocation.unknown(word)
            }
            return
        }
        (command, flags) = (.repl, before)
    }

    private static func unknown(_ word: String) -> UsageError {
        if later.contains(word) { return UsageError("'\(word)' is not in this version; 'cbk --help' lists what is") }
        if FileManager.default.fileExists(atPath: word) {
            return UsageError("'\(word)' is no command; a script's name ends in .cbk or holds a '/': ./\(word)")
        }
        let near = suggestion(for: word, among: commands).map { "; did you mean '\($0)'?" }
        return UsageError("'\(word)' is no command\(near ?? "; 'cbk --help' lists them")")
    }
}
