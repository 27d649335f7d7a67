// The least that Hummingbird answers: what `scripts/bench serve` measures `cbk serve` against. Takes a port.
import Hummingbird
import Logging

let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080
let router = Router()
router.get("hello") { _, _ in "Hello" }
var logger = Logger(label: "hello")
logger.logLevel = .error
let application = Application(
    router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)), logger: logger)
try await application.runService()
