// `cbk explain CODE`: what a diagnostic's code means, with an example and its mend. `--markdown` prints the sections of
// docs/errors.md, which are made from the same tables.

import CBKLibrary
import CBKTerminal
import CBKTooling

enum ExplainCommand {
    static let flags = [
        Flag("markdown", .toggle, "", "all codes, as docs/errors.md shows them"),
        Flag("help", short: "h", .toggle, "", "this text"),
    ]

    static let help = """
        cbk explain CODE prints what a code such as E0207 means, an example that gives it, and how to mend that.

        Without a code it lists all of them.

        \(FlagParser(flags).helpText())
        """

    static func run(_ words: [String], _ console: Console) throws(UsageError) -> Int32 {
        let parsed = try FlagParser(flags).parse(words)
        guard !parsed.has("help") else {
            console.print(help)
            return 0
        }
        if parsed.words.isEmpty { console.print(parsed.has("markdown") ? Explanations.markdown : Explanations.list) }
        var pages: [String] = []
        for word in parsed.words {
            guard let page = Explanations.page(word) else { throw unknown(word) }
            pages.append(page)
        }
        console.print(pages.joined(separator: "\n"))
        return 0
    }

    private static func unknown(_ code: String) -> UsageError {
        if !code.contains(where: \.isNumber) {
            return UsageError("'\(code)' is no numbered code: it comes from the API or the script; docs/errors.md lists those")
        }
        let near = Explanations.nearest(to: code).map { "; did you mean '\($0)'?" }
        return UsageError("there is no code '\(code)'\(near ?? "; 'cbk explain' lists them")")
    }
}
