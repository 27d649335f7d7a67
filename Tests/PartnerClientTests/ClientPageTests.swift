// docs/client.md and README.md show code that compiles: their blocks are those of ClientPageExamples.swift.
import Foundation
import Testing

@Suite struct ClientPageTests {
    private func lines(_ path: String) throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = String(decoding: try Data(contentsOf: root.appendingPathComponent(path)), as: UTF8.self)
        return text.components(separatedBy: "\n")
    }

    @Test(arguments: [("docs/client.md", 9), ("README.md", 1)])
    func theExamplesOfAPageCompile(_ path: String, _ count: Int) throws {
        let code = try lines("Tests/PartnerClientTests/ClientPageExamples.swift")
        let page = try lines(path)
        var blocks: [[String]] = []
        var block: [String]?
        for line in page {
            if line == "```swift" {
                block = []
            } else if line == "```", let whole = block {
                blocks.append(whole)
                block = nil
            } else {
                block?.append(line)
            }
        }
        #expect(blocks.count == count)
        for block in blocks {
            // Imports stand at the top of the file, everything else in a function.
            let indented = block.map { $0.isEmpty || $0.hasPrefix("import ") ? $0 : "    " + $0 }
            let isThere = code.indices.contains { code[$0...].starts(with: indented) }
            #expect(isThere, "not in ClientPageExamples.swift: \(block.joined(separator: "\n"))")
        }
    }
}
