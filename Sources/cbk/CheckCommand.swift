// `cbk check FILE…`: every mistake of every file, and nothing runs.

import CBKCompiler
import CBKLibrary
import CBKSyntax
import CBKTerminal
import Foundation

enum CheckCommand {
    static let help = """
        cbk check FILE.cbk … looks for mistakes without running anything.

        It prints every error and warning with its place, and exits with 2 when there are errors.

        """

    static func run(_ words: [String], _ console: Console) throws(UsageError) -> Int32 {
        if words.contains("--help") || words.contains("-h") {
            console.print(help)
            return 0
        }
        for word in words where word.hasPrefix("-") { throw UsageError("'check' has no flag '\(word)'") }
        guard !words.isEmpty else { throw UsageError("'check' needs a file: cbk check FILE.cbk") }
        var errors = 0
        for path in words {
            let source = try Compilation.read(path)
            let compilation = Compilation(source, catalog: Library.catalog)
            console.note(compilation.rendered(color: console.errPalette.isOn, most: .max))
            errors += compilation.diagnostics.count { $0.severity == .error }
        }
        if errors == 0 { console.note(words.count == 1 ? "no mistakes\n" : "no mistakes in \(words.count) files\n") }
        return errors == 0 ? 0 : 2
    }
}
