// `cbk fmt`: scripts in the one style there is, in place or from standard input to standard output. A file with mistakes
// of syntax is left as it is, and they are shown.

import CBKLibrary
import CBKSyntax
import CBKTerminal
import Foundation

struct FormatCommand {
    static let flags = [
        Flag("check", .toggle, "", "write nothing; name the files that would change, and exit with 1 if there are any"),
        Flag("help", short: "h", .toggle, "", "this text"),
    ]

    static let help = """
        cbk fmt lays scripts out, in the one style there is.

        usage:
          cbk fmt FILE|FOLDER …   rewrite these files, and all .cbk files below these folders; prints which changed
          cbk fmt -               standard input to standard output

        \(FlagParser(flags).helpText())
        A file with a mistake of syntax stays as it is: the mistake is shown, and the exit code is 2.

        """

    let console: Console
    let isCheck: Bool
    private var changed = 0
    private var hasMistakes = false

    static func run(_ words: [String], _ console: Console) throws(UsageError) -> Int32 {
        let parsed = try FlagParser(flags).parse(words.map { $0 == "-" ? "/dev/stdin" : $0 })
        if parsed.has("help") {
            console.print(help)
            return 0
        }
        var command = FormatCommand(console: console, isCheck: parsed.has("check"))
        if parsed.words == ["/dev/stdin"] || parsed.words.isEmpty && isatty(0) == 0 {
            command.formatInput()
        } else {
            guard !parsed.words.isEmpty else { throw UsageError("'fmt' needs files or folders, or '-' for standard input") }
            for path in try ScriptFiles.found(in: parsed.words) { try command.format(path) }
        }
        return command.hasMistakes ? 2 : command.isCheck && command.changed > 0 ? 1 : 0
    }

    private init(console: Console, isCheck: Bool) {
        self.console = console
        self.isCheck = isCheck
    }

    private mutating func formatInput() {
        let source = SourceFile(name: "-", bytes: Array(FileHandle.standardInput.readDataToEndOfFile()))
        guard let style = style(of: source) else { return }
        if !isCheck {
            console.print(String(decoding: style, as: UTF8.self))
        } else if style != source.bytes {
            changed += 1
            console.print("-\n")
        }
    }

    private mutating func format(_ path: String) throws(UsageError) {
        let source = try ScriptFiles.read(path)
        guard let style = style(of: source), style != source.bytes else { return }
        if !isCheck { try replace(path, with: style) }
        changed += 1
        console.print("\(VisibleText.line(path))\n")
    }

    /// The text as it should be; nil, with its mistakes shown, where it cannot be read.
    private mutating func style(of source: SourceFile) -> [UInt8]? {
        let parsed = parse(source)
        guard !parsed.diagnostics.isEmpty else { return formatted(source, parsed.tree) }
        hasMistakes = true
        console.note(rendered(parsed.diagnostics, in: source, color: console.errPalette.isOn) + "\n")
        return nil
    }

    /// The file is whole at any time, and keeps its mode; a link keeps leading to it.
    private func replace(_ path: String, with bytes: [UInt8]) throws(UsageError) {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let part = "\(target).\(getpid()).part"
        var status = stat()
        guard stat(target, &status) == 0, access(target, W_OK) == 0,
            FileManager.default.createFile(atPath: part, contents: Data(bytes)),
            chmod(part, status.st_mode & 0o7777) == 0, rename(part, target) == 0
        else {
            let number = errno
            unlink(part)
            throw UsageError("cannot write '\(path)': \(String(cString: strerror(number)).lowercased())")
        }
    }
}
