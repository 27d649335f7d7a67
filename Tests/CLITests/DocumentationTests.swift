// What the documentation shows is what the program does: every example of README.md and docs/ runs, every code of the
// sources has its section in docs/errors.md, and the examples there give that code and are mended.

import Foundation
import TestSupport
import Testing

struct DocumentationTests {
    static let isRecording = ProcessInfo.processInfo.environment["CBK_RECORD"] == "1"
    static let examples = DocumentationPage.all.flatMap(\.examples)

    @Test(arguments: examples) func exampleGivesWhatThePageShows(_ example: DocumentationExample) throws {
        if DocumentationTests.isRecording { return }
        let result = try example.run()
        #expect(example.shown(result) == example.expected, "\(example.testDescription): \(result)")
    }

    /// Rewrites the pages, and fails, so that nobody leaves it on.
    @Test(.enabled(if: isRecording)) func recording() throws {
        for page in DocumentationPage.all where !page.examples.isEmpty {
            let text = try page.recorded()
            try Data(text.utf8).write(to: DocumentationPage.folder.appendingPathComponent(page.name))
        }
        Issue.record("the examples' output was recorded; look at the difference, and run again without CBK_RECORD")
    }

    @Test func everyPageHasItsExamples() {
        let counts = Dictionary(grouping: DocumentationTests.examples, by: \.page).mapValues(\.count)
        #expect(counts["README.md", default: 0] >= 1)
        #expect(counts["docs/language.md", default: 0] >= 20)
        #expect(counts["docs/cookbook.md", default: 0] >= 6)
    }

    @Test func everySectionOfTheLanguageHasAnExample() throws {
        let page = try #require(DocumentationPage.all.first { $0.name == "docs/language.md" })
        let headings = page.lines.indices.filter { page.lines[$0].hasPrefix("## ") || page.lines[$0].hasPrefix("### ") }
        let ends = headings.dropFirst() + [page.lines.count]
        let bare = zip(headings, ends).filter { start, end in !page.examples.contains { start < $0.line && $0.line <= end } }
        // One lists the others; the other is its parts.
        #expect(bare.map { page.lines[$0.0] } == ["## Contents", "## Built-ins"])
    }

    @Test func falseExpectationIsNoticed() throws {
        let text = """
            # A page

            ```csv a.csv
            n
            7
            ```

            ```cbk --times 2
            param times: int
            print(int(csv.read("a.csv").first().n) * times)
            ```

            ```text
            15
            ```

            """
        let page = DocumentationPage(name: "page.md", text: text)
        let example = try #require(page.examples.first)
        #expect(example.shown(try example.run()) == "14\n")
        #expect(example.expected == "15\n")
        #expect(try page.recorded() == text.replacingOccurrences(of: "15", with: "14"))
    }

    @Test func linksLeadToFiles() {
        var broken: [String] = []
        let names = DocumentationPage.all.map(\.name) + ["CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md"]
        for name in names {
            let file = DocumentationPage.folder.appendingPathComponent(name)
            guard let text = try? String(contentsOf: file, encoding: .utf8) else {
                broken.append(name)
                continue
            }
            for link in text.matches(of: /\]\(([^)#:]+)(?:#[^)]*)?\)/) {
                let target = file.deletingLastPathComponent().appendingPathComponent(String(link.1)).standardizedFileURL
                if !FileManager.default.fileExists(atPath: target.path) { broken.append("\(name): \(link.1)") }
            }
        }
        #expect(broken.isEmpty, "these lead nowhere: \(broken)")
    }
}

/// One code's section of docs/errors.md.
struct ErrorSection: Sendable, CustomTestStringConvertible {
    var code: String
    /// The script that gives the code, and the mended one; none where no script can give it.
    var scripts: [DocumentationPage.Block]
    /// What they import; of one name, the last above the script counts.
    var files: [DocumentationPage.Block]

    var testDescription: String { code }

    static let all: [ErrorSection] = {
        let page = DocumentationPage.all.first { $0.name == "docs/errors.md" }
        return (page?.scripts() ?? []).filter { $0.heading.wholeMatch(of: /[EW][0-9]{4}/) != nil }
            .map { section in
                ErrorSection(
                    code: section.heading, scripts: section.scripts.filter { !$0.isFile },
                    files: section.scripts.filter(\.isFile))
            }
    }()

    func run(_ script: DocumentationPage.Block) throws -> RunResult {
        let runner = try BinaryRunner()
        for file in files.filter({ $0.lines.lowerBound < script.lines.lowerBound }) {
            try runner.write(file.text, to: file.info[2])
        }
        try runner.write(script.text, to: "example.cbk")
        return try runner.run(["example.cbk", "--sandbox", "--no-progress"] + script.info.dropFirst())
    }
}

struct ErrorPageTests {
    @Test(arguments: ErrorSection.all.filter { !$0.scripts.isEmpty })
    func exampleGivesTheCodeAndTheMendedOneDoesNot(_ section: ErrorSection) throws {
        try #require(section.scripts.count == 2, "\(section.code) has an example and its mend")
        let broken = try section.run(section.scripts[0])
        #expect(broken.stderr.contains(section.code), "\(section.code) is not given: \(broken)")
        let mended = try section.run(section.scripts[1])
        let isClean = mended.stderr.firstMatch(of: /(error|warning)\[/) == nil
        #expect(mended.status == 0 && isClean, "\(section.code) is not mended: \(mended)")
    }

    /// From the first chapter of codes to what is written by hand, the page is what `cbk explain --markdown` prints.
    @Test func pageIsMadeFromTheTables() throws {
        let file = DocumentationPage.folder.appendingPathComponent("docs/errors.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let made = try BinaryRunner().run("explain", "--markdown").stdout + "\n"
        let start = try #require(page.range(of: "## Reading the text\n")).lowerBound
        let end = try #require(page.range(of: "## Codes in words\n")).lowerBound
        guard page[start..<end] != made else { return }
        if DocumentationTests.isRecording {
            try Data((page[..<start] + made + page[end...]).utf8).write(to: file)
        }
        Issue.record("docs/errors.md is not what 'cbk explain --markdown' prints; CBK_RECORD=1 rewrites it")
    }

    @Test func sectionsAreTheCodesOfTheSources() throws {
        let sources = DocumentationPage.folder.appendingPathComponent("Sources")
        var codes: Set<String> = []
        for case let file as URL in try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /"([EW]0[0-9]{3})"/) { codes.insert(String(match.1)) }
        }
        let sections = ErrorSection.all.map(\.code)
        #expect(Set(sections) == codes, "these differ: \(Set(sections).symmetricDifference(codes).sorted())")
        #expect(sections.count == codes.count, "a code has two sections")
    }
}
