// The program's entry: which command the words ask for, and the exit code. Takes the process's arguments.

import CBKBatch
import CBKLibrary
import CBKTerminal
import Foundation

enum Version {
    static let text = "cbk 0.1.0"
}

@main
struct Main {
    /// The process's environment. Reading it takes a part of the start-up that can be felt, so it is read once.
    static let environment = ProcessInfo.processInfo.environment

    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        // A reader that goes away ends no run: the write fails instead.
        signal(SIGPIPE, SIG_IGN)
        let console = Console(environment: environment)
        let code = await run(words, console)
        console.flush()
        // As if SIGPIPE had ended it: what a shell expects of a writer whose reader is gone.
        if console.isOutputClosed, code == ExitCode.interrupted.rawValue { exit(141) }
        if let why = console.lostOutput {
            console.note("cbk: standard output was not written: \(why.lowercased())\n")
            exit(code == 0 ? ExitCode.fatal.rawValue : code)
        }
        exit(code)
    }

    /// The command's exit code. On the main thread: a change of threads takes a part of the start-up, too.
    @MainActor static func run(_ words: [String], _ console: Console) async -> Int32 {
        do throws(UsageError) {
            let invocation = try Invocation(words)
            switch invocation.command {
            case .help(let topic):
                console.print(try HelpText.text(topic))
                return 0
            case .version:
                console.print("\(Version.text) (\(platform))\n")
                return 0
            case .check(let files): return try CheckCommand.run(files, console)
            case .format(let words): return try FormatCommand.run(words, console)
            case .explain(let words): return try ExplainCommand.run(words, console)
            case .test(let arguments):
                return try await TestCommand(words: arguments, flags: invocation.flags, console: console).run()
            case .target(let words): return try TargetCommand.run(invocation.flags + words, console)
            case .code(let text):
                return try await ScriptCommand(
                    source: .code(text), flags: invocation.flags, arguments: [], console: console
                ).run()
            case .standardInput(let arguments):
                return try await ScriptCommand(
                    source: .standardInput, flags: invocation.flags, arguments: arguments, console: console
                ).run()
            case .script(let path, let arguments):
                return try await ScriptCommand(
                    source: .file(path), flags: invocation.flags, arguments: arguments, console: console
                ).run()
            case .importFile(let arguments):
                return try await ImportCommand(words: arguments, flags: invocation.flags, console: console).run()
            case .api(let words):
                return try await APICommand(words: words, flags: invocation.flags, console: console).run()
            case .serve(let words):
                return try await ServeCommand(words: words, flags: invocation.flags, console: console).run()
            case .repl:
                return try await ReplCommandLine.run(invocation.flags, console)
            }
        } catch {
            console.note("cbk: \(VisibleText.lines(maskingTokens(in: error.message)))\n")
            return error.exitCode
        }
    }

    private static var platform: String {
        #if os(Linux)
            "Linux"
        #else
            "macOS"
        #endif
    }
}
