// ^C ends a script wherever it is: no `catch` of its own, or of a callback, a stream or an item holds it back.

import Foundation
import TestSupport
import Testing

struct CancellationTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    static let places = [
        "try { wait() } catch e { print(\"caught\") }",
        "let x = wait() catch \"caught\"\nprint(x)",
        "print([1].map(n => wait() catch \"caught\"))",
        "try { for x in (0..3).map(n => wait()) { print(x) } } catch e { print(\"caught\") }",
        "try { print((0..3).map(n => wait() catch \"caught\").to_list()) } catch e { print(\"caught\") }",
        "print([2, 1].sort_by(n => wait() catch 0) catch \"caught\")",
    ]

    @Test(arguments: places, ["while true { }", "sleep(1h)"])
    func nothingCatchesAnInterruption(_ place: String, _ waiting: String) throws {
        try runner.write(
            "fn wait() { file.write(\"running\", \"\"); \(waiting) }\n\(place)\nprint(\"went on\")\n", to: "wait.cbk")
        let process = try runner.start(["wait.cbk", "--sandbox"])
        _ = try #require(eventually { runner.mode("running") })
        process.signal(SIGINT)
        let result = try process.end()
        #expect(result.stdout == "" && result.status == 130, "\(result)")
        #expect(result.stderr.contains("interrupted"))
    }

    @Test func anItemThatIsAbandonedCatchesNothing() throws {
        let script = """
            batch n in [1, 2] by n {
              file.write("running", "")
              try { sleep(1h) } catch e { log.info("caught") }
            }
            log.info("went on")
            """
        try runner.write(script, to: "wait.cbk")
        let process = try runner.start(["wait.cbk", "--sandbox"])
        _ = try #require(eventually { runner.mode("running") })
        process.signal(SIGINT)
        _ = try #require(eventually { () -> String? in process.errors.contains("again to abandon it") ? process.errors : nil })
        process.signal(SIGINT)
        let result = try process.end()
        #expect(result.status == 130 && !result.stderr.contains("caught") && !result.stderr.contains("went on"), "\(result)")
    }
}
