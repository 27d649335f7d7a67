// Creates users as fast as the limiter lets it, for scripts/bench http: takes the API's address, how many, and how many at once;
// the secret from CHATBOTKIT_API_SECRET. Prints what it did, and the memory that it held after each tenth.
import Foundation
import PartnerAPI
import PartnerClient
import Synchronization

@main
struct Main {
    private static let next = Atomic(0)

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 4, let total = Int(words[2]), let width = Int(words[3]),
            let secret = ProcessInfo.processInfo.environment["CHATBOTKIT_API_SECRET"]
        else {
            FileHandle.standardError.write(Data("usage: CHATBOTKIT_API_SECRET=… BenchClient BASE COUNT WIDTH\n".utf8))
            exit(2)
        }
        let options = PartnerClientOptions(secret: Secret(secret), baseURL: try BaseURL(words[1]))
        let users = PartnerUserClient(
            transport: HTTPTransport(connections: width), options: options, limiter: RequestLimiter(concurrency: width))
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<width {
                group.addTask {
                    while true {
                        let number = next.add(1, ordering: .relaxed).oldValue
                        guard number < total else { return }
                        try await users.create(
                            PartnerUserCreateRequest(
                                name: "Zoë O'Neil \(number)", meta: ["plan": "pro", "n": .int(Int64(number))],
                                email: "swift\(number)@example.com"))
                        if (number + 1) % (total / 10) == 0 { print("memory \(number + 1) \(memory())") }
                    }
                }
            }
            try await group.waitForAll()
        }
        let time = start.duration(to: .now)
        print("done \(total) in \(time)")
    }

    /// Kilobytes that the process holds now; 0 where the system does not say so.
    private static func memory() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { $0.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) } } ?? 0
    }
}
