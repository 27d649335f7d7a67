// `cbk serve`: the sandbox's store behind real HTTP, until ^C or SIGTERM. It listens where only this machine reaches it unless
// told otherwise, and for whoever holds the secret, which comes from a file, the environment, or is made up for this time.

import CBKBatch
import CBKLibrary
import CBKTerminal
import Foundation
import PartnerAPI
import PartnerSandbox

struct ServeCommand {
    let words: [String]
    let flags: [String]
    let console: Console

    private static let own = [
        Flag("host", .text, "ADDRESS", "where to listen", defaultText: "127.0.0.1"),
        Flag("port", .count, "N", "0 picks a free one", defaultText: "8787"),
        Flag("data", .path, "FILE", "the store, or :memory: for one that ends with the server", defaultText: "the sandbox's"),
        Flag("secret-file", .path, "FILE", "holds the secret; only you may be allowed to read it"),
        Flag("allow-remote", .toggle, "", "listen where other machines reach it, too"),
        Flag("help", short: "h", .toggle, "", "this text"),
    ]

    static let help = """
        usage: cbk serve [FLAGS] [FAULTS]

        Serves the sandbox over HTTP, for any client of the API, until ^C. Its first line is the address:

          listening on http://127.0.0.1:8787

        Clients send the secret as 'Authorization: Bearer SECRET'. It is what --secret-file holds, else CHATBOTKIT_API_SECRET,
        else one that is made up and printed on the second line. The link to a page that shows what goes on is a note on standard
        error. ^C finishes what is in flight; a second one ends at once.

        \(FlagParser(own).helpText())
        Faults show what a client does when things go wrong. A rate is a number from 0 to 1. The same --seed hits the same
        requests, if they come in the same order.

        \(FlagParser(FaultFlags.all).helpText())
        """

    @MainActor func run() async throws(UsageError) -> Int32 {
        let parsed = try FlagParser(
            Self.own + FaultFlags.all + SharedFlags.all.filter { $0.name == "quiet" || $0.name == "sandbox" }
        )
        .parse(flags + words)
        if parsed.has("help") {
            console.print(Self.help)
            return 0
        }
        if let word = parsed.words.first { throw UsageError("'serve' takes flags only, not '\(word)'") }
        let settings = try settings(parsed)
        let (secret, origin) = try secret(parsed)
        let faults = try FaultFlags.faults(parsed)
        let nested = parsed.text("nested").flatMap { NestedUpdate(rawValue: $0) } ?? .replace
        let home = Home(environment: Main.environment)
        if parsed.text("data") == nil { try home.prepare() }
        let path = parsed.text("data") ?? home.store
        let store: SandboxStore
        do { store = try SandboxStore.open(path: path) } catch { throw UsageError(error.message) }
        defer { store.close() }
        let server = SandboxServer(
            handler: RequestHandler(store: store, nested: nested, faults: faults), secret: secret, settings: settings)
        let (signals, arrived) = AsyncStream<StopReason.Kind>.makeStream()
        SignalWatch.start { kind, isFirst in
            if !isFirst { _exit(ExitCode(kind).rawValue) }
            arrived.yield(kind)
        }
        let isQuiet = parsed.has("quiet")
        do {
            let signal = try await server.run { [console] port in
                let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
                console.print("listening on http://\(host):\(port)\n")
                if origin == nil { console.print("secret \(secret.reveal())\n") }
                console.flush()
                if !isQuiet {
                    console.note(
                        "cbk: serving \(path), \(origin.map { "for the secret of \($0)" } ?? "for this secret"); ^C stops it\n")
                    console.note("cbk: its page is http://\(host):\(port)/#\(server.pageKey.reveal())\n")
                    if faults.areAny { console.note("cbk: with faults, --seed \(faults.seed)\n") }
                }
                let signal = await signals.first { _ in true } ?? .terminated
                if !isQuiet { console.note("cbk: finishing what is in flight; again to end at once\n") }
                return signal
            }
            return ExitCode(signal).rawValue
        } catch {
            let reason = (error as? ListenError).map { String(cString: strerror($0.code)).lowercased() } ?? "\(error)"
            console.note(
                "cbk: cannot listen on \(settings.host), port \(settings.port): \(reason); --port and --host name others\n")
            return ExitCode.fatal.rawValue
        }
    }

    private func settings(_ parsed: ParsedFlags) throws(UsageError) -> SandboxServer.Settings {
        var settings = SandboxServer.Settings()
        settings.host = parsed.text("host") ?? settings.host
        guard BaseURL.isLoopback(settings.host) || parsed.has("allow-remote") else {
            throw UsageError("'\(settings.host)' is where other machines reach it, too: --allow-remote says that you mean it")
        }
        settings.port = parsed.int("port") ?? 8787
        guard settings.port <= 65_535 else { throw UsageError("--port takes a number up to 65535, not \(settings.port)") }
        return settings
    }

    /// The secret and where it is from; nil for one that was made up.
    private func secret(_ parsed: ParsedFlags) throws(UsageError) -> (Secret, origin: String?) {
        if let path = parsed.text("secret-file") { return (try Self.secret(in: path), "'\(path)'") }
        if let text = Main.environment["CHATBOTKIT_API_SECRET"], !text.isEmpty {
            return (try Self.checked(text, "CHATBOTKIT_API_SECRET"), "CHATBOTKIT_API_SECRET")
        }
        return (SandboxServer.newSecret(), nil)
    }

    private static func secret(in path: String) throws(UsageError) -> Secret {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw UsageError("cannot read '\(path)': \(String(cString: strerror(errno)))") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw UsageError("'\(path)' is no file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw UsageError("others may read '\(path)', which holds a secret: chmod 600 '\(path)'")
        }
        guard let data = try? file.read(upToCount: 4096) else { throw UsageError("cannot read '\(path)'") }
        return try checked(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines), "'\(path)'")
    }

    /// What a header can carry.
    private static func checked(_ text: String, _ origin: String) throws(UsageError) -> Secret {
        guard !text.isEmpty else { throw UsageError("\(origin) is empty: it must hold the secret, on one line") }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw UsageError("\(origin) holds more than one word of ASCII, which a secret is")
        }
        return Secret(text)
    }
}
