// The page of `cbk serve` in a browser: headless Chromium opens the link that was printed, and the document says what it shows.

import Foundation
import TestSupport
import Testing

private let browser = ["chromium", "chromium-browser", "google-chrome"].first { BinaryRunner.tool($0) != nil }

struct ServePageTests {
    @Test(.enabled(if: browser != nil && BinaryRunner.tool("curl") != nil, "chromium or curl is missing"))
    func thePageShowsWhatIsInTheStore() throws {
        let runner = try BinaryRunner()
        let server = try runner.serve()
        defer { _ = try? server.stop() }
        let words = ["-sS", "-H", "Authorization: Bearer \(server.secret)", server.address + "/v1/partner/user/create", "-d"]
        let made = try #require(try runner.runTool("curl", words + ["{\"name\":\"<img src=x onerror=alert(1)> Zoë\"}"]))
        let id = try #require(made.stdout.firstMatch(of: /c[0-9a-z]{23}/)).0
        let link = try #require(eventually { server.process.errors.firstMatch(of: /http:\/\/[^ ]+\/#page-[0-9a-f]{32}/)?.0 })
        let page = try dump(String(link), runner)
        #expect(page.contains("&lt;img src=x onerror=alert(1)&gt; Zoë</td>") && page.contains("<td>\(id)</td>"), "\(page)")
        #expect(page.contains("POST /v1/partner/user/create") && page.contains(">live<"))
        #expect(!page.contains(server.secret))
        let locked = try dump(server.address + "/", runner)
        #expect(locked.contains("cbk serve printed") && !locked.contains(String(id)))
    }

    /// The document after its script has run.
    private func dump(_ link: String, _ runner: BinaryRunner) throws -> String {
        let arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--virtual-time-budget=4000",
            "--user-data-dir=\(runner.folder.path)/browser", "--dump-dom", link,
        ]
        return try #require(try runner.runTool(browser ?? "", arguments)).stdout
    }
}
