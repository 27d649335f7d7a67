// What the codes of diagnostics mean, as people read it: one code as text, all of them as a list, and as the sections of
// docs/errors.md. Takes the tables of all phases.

import CBKCompiler
import CBKLibrary
import CBKRuntime
import CBKSyntax

package enum Explanations {
    /// Every code, in order: errors, then warnings.
    package static let all = [
        DiagnosticCode.syntax, DiagnosticCode.checker, DiagnosticCode.emitter, DiagnosticCode.core, DiagnosticCode.machine,
        DiagnosticCode.library,
    ].joined().sorted { $0.code < $1.code }

    /// The page of a code, written in any case; nil for one that there is not.
    package static func page(_ code: String) -> String? {
        guard let entry = entry(code) else { return nil }
        var text = "\(entry.code): \(entry.title)\n\n\(wrapped(entry.explanation))\n"
        guard let example = entry.example else { return text + wrapped(entry.mend) + "\n" }
        let flags = entry.arguments.isEmpty ? "For example" : "For example, with \(entry.arguments.joined(separator: " "))"
        text += "\n\(flags):\n\n\(module(entry.module))\(indented(example))\n"
        return text + "\nMended:\n\n\(module(entry.mendedModule))\(indented(entry.mend))\n"
    }

    package static func nearest(to code: String) -> String? {
        suggestion(for: code.uppercased(), among: all.map(\.code))
    }

    /// One line for each.
    package static var list: String {
        all.map { "\($0.code)  \($0.title)\n" }.joined()
    }

    private static func entry(_ code: String) -> DiagnosticCode? {
        let code = code.uppercased()
        return all.first { $0.code == code }
    }

    /// The file that the example after it imports.
    private static func module(_ text: String?) -> String {
        text.map { indented("# \(DiagnosticCode.modulePath)\n\($0)") + "\n\n" } ?? ""
    }

    private static func indented(_ script: String) -> String {
        script.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    \($0)" }
            .joined(separator: "\n")
    }

    private static func wrapped(_ text: String) -> String {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + word.count >= 90 {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? word : " \(word)"
        }
        return (lines + [line]).joined(separator: "\n")
    }

    // MARK: docs/errors.md

    /// The page's sections, with their headings, in its order.
    package static var markdown: String {
        chapters.map { chapter in
            let sections = all.filter { $0.code.hasPrefix(chapter.prefix) }.map(section)
            return ["## \(chapter.title)", chapter.text] + sections
        }
        .joined().joined(separator: "\n\n") + "\n"
    }

    private static let chapters: [(prefix: String, title: String, text: String)] = [
        ("E01", "Reading the text", "The lexer and the parser. Nothing was run."),
        ("E02", "Checking", "The checker. Nothing was run."),
        ("W", "Warnings", "The script runs all the same. `--quiet` hides them."),
        ("E03", "Running", "Raised while the script runs; `catch` holds them."),
        ("E05", "Budgets and interruption", "They end the run; `catch` does not hold them (but for E0505)."),
        ("E06", "Files", "Raised while the script runs; `catch` holds them (but for E0608)."),
        ("E07", "Batches", "Raised where a batch begins, or in an item of it."),
    ]

    private static func section(_ entry: DiagnosticCode) -> String {
        let title = entry.title.prefix(1).uppercased() + entry.title.dropFirst()
        let head = "### \(entry.code)\n\n**\(title).** \(linked(entry.explanation))"
        guard let example = entry.example else { return "\(head) \(linked(entry.mend))" }
        let flags = entry.arguments.joined(separator: " ")
        let condition = flags.isEmpty ? "" : "With `\(flags)`:\n\n"
        let fence = flags.isEmpty ? "```cbk" : "```cbk \(flags)"
        let files = [entry.module, entry.mendedModule].map { file in
            file.map { "```cbk file \(DiagnosticCode.modulePath)\n\($0)\n```\n\n" } ?? ""
        }
        return "\(head)\n\n\(condition)\(files[0])\(fence)\n\(example)\n```\n\n"
            + "Mended:\n\n\(files[1])\(fence)\n\(entry.mend)\n```"
    }

    /// With links at other codes' numbers.
    private static func linked(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let code = word.prefix { $0.isLetter || $0.isNumber }
            guard entry(String(code)) != nil else { return String(word) }
            return "[\(code)](#\(code.lowercased()))\(word.dropFirst(code.count))"
        }.joined(separator: " ")
    }
}
