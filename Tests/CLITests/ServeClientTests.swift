// Any HTTP client is served: curl, and a Node script that uses fetch the way the official SDK does. Each is left out, and says
// so, only where this machine has no such program.

import Foundation
import TestSupport
import Testing

private let hasCurl = BinaryRunner.tool("curl") != nil
private let hasNode = BinaryRunner.tool("node") != nil

struct ServeClientTests {
    let runner: BinaryRunner

    init() throws { runner = try BinaryRunner() }

    private func curl(_ server: RunningServer, _ path: String, _ arguments: String..., stdin: String = "") throws -> RunResult {
        let words = ["-sS", "-m", "30", "-H", "Authorization: Bearer \(server.secret)"] + arguments + [server.address + path]
        return try #require(try runner.runTool("curl", words, stdin: stdin))
    }

    @Test(.enabled(if: hasCurl, "curl is missing"), arguments: [[], ["--http1.0"], ["--no-keepalive"]])
    func curlIsServed(_ options: [String]) throws {
        let server = try runner.serve()
        defer { _ = try? server.stop() }
        func ask(_ path: String, _ arguments: String...) throws -> String {
            let words = ["-sS", "-m", "30", "-H", "Authorization: Bearer \(server.secret)"] + options + arguments
            return try #require(try runner.runTool("curl", words + [server.address + path])).stdout
        }
        let created = try ask("/v1/partner/user/create", "-d", "{\"name\":\"Zoë 😀\",\"meta\":{\"plan\":\"pro\"}}")
        let id = try #require(created.firstMatch(of: /"id":"(c[0-9a-z]{23})"/)).1
        #expect(try ask("/v1/partner/user/\(id)/fetch").contains("\"name\":\"Zoë 😀\""))
        #expect(try ask("/api/v1/partner/user/list?meta.plan=pro&take=1").contains("\"cursor\":\"\(id)\""))
        #expect(try ask("/v1/partner/user/list", "-G", "--data-urlencode", "meta[plan]=free") == "{\"items\":[]}")
        let lines = try ask("/v1/partner/user/list", "-H", "Accept: application/jsonl")
        #expect(lines.hasPrefix("{\"type\":\"item\",\"data\":{\"id\":\"\(id)\"") && lines.hasSuffix("}}\n"))
        #expect(try ask("/v1/partner/user/list", "-H", "Accept: text/csv").contains("\r\n\(id),Zoë 😀,,"))
        #expect(try ask("/v1/partner/user/list", "-H", "Accept: text/event-stream").hasSuffix("}}\n\n"))
        #expect(try ask("/v1/partner/user/\(id)/delete", "-d", "{}", "-w", " %{http_code}") == "{\"id\":\"\(id)\"} 200")
        #expect(try ask("/v1/partner/user/\(id)/fetch", "-w", " %{http_code}").hasSuffix("\"code\":\"NOT_FOUND\"} 404"))
        let head = try ask("/v1/partner/user/list", "-I")
        #expect(head.contains(" 405 ") && head.contains("Allow: GET\r\n") && head.contains("X-Request-Id: req_"))
    }

    @Test(.enabled(if: hasCurl, "curl is missing")) func curlSendsLongBodies() throws {
        let server = try runner.serve()
        defer { _ = try? server.stop() }
        let long = "{\"description\":\"\(String(repeating: "x", count: 3 << 20))\"}"
        let path = try runner.write(long, to: "long.json")
        let known = try curl(server, "/v1/partner/user/create", "-d", "@\(path)")
        #expect(known.stdout.hasPrefix("{\"id\":\"c"), "\(known)")
        let chunked = try curl(server, "/v1/partner/user/create", "-X", "POST", "-H", "Transfer-Encoding: chunked", "-T", path)
        #expect(chunked.stdout.hasPrefix("{\"id\":\"c"), "\(chunked)")
        try runner.write(long + String(repeating: " ", count: 2 << 20), to: "long.json")
        for arguments in [["-d", "@\(path)"], ["-X", "POST", "-H", "Transfer-Encoding: chunked", "-T", path]] {
            let words = ["-sS", "-H", "Authorization: Bearer \(server.secret)"] + arguments
            let refused = try #require(try runner.runTool("curl", words + [server.address + "/v1/partner/user/create"]))
            #expect(refused.stdout.hasSuffix("\"code\":\"CONTENT_TOO_LARGE\"}"), "\(refused)")
        }
    }

    @Test(.enabled(if: hasNode, "node is missing")) func aNodeScriptIsServed() throws {
        let server = try runner.serve()
        defer { _ = try? server.stop() }
        var runner = runner
        runner.variables = ["BASE": server.address, "SECRET": server.secret]
        let script = try runner.write(Self.script, to: "client.mjs")
        let result = try #require(try runner.runTool("node", [script]))
        #expect(result.status == 0, "\(result)")
        #expect(
            result.lines == [
                "made 250", "streamed 250 newest 249 name Zoë 😀 249", "page 100 more true", "token 67 listed without",
                "run as 403 NOT_AUTHORIZED", "stranger 401 NOT_AUTHENTICATED", "left 0",
            ], "\(result)")
    }

    /// Paths, headers and JSON Lines as the official SDK has them.
    private static let script = """
        const base = process.env.BASE
        const headers = { authorization: `Bearer ${process.env.SECRET}`, 'x-timezone': 'Europe/Paris' }
        async function call(path, body, more = {}) {
          const init = { method: body ? 'POST' : 'GET', headers: { ...headers, ...more } }
          if (body) {
            init.body = JSON.stringify(body)
            init.headers['content-type'] = 'application/json'
          }
          return fetch(base + '/api/v1/partner/user' + path, init)
        }
        async function* stream(path) {
          const response = await call(path, null, { accept: 'application/jsonl' })
          const decoder = new TextDecoder()
          let rest = ''
          for await (const chunk of response.body) {
            rest += decoder.decode(chunk, { stream: true })
            const lines = rest.split('\\n')
            rest = lines.pop()
            for (const line of lines) yield JSON.parse(line)
          }
        }
        const ids = []
        for (let n = 0; n < 250; n++) ids.push((await (await call('/create', { name: `Zoë 😀 ${n}`, meta: { n } })).json()).id)
        console.log(`made ${new Set(ids).size}`)
        const items = []
        for await (const event of stream('/list')) if (event.type === 'item') items.push(event.data)
        console.log(`streamed ${items.length} newest ${items[0].meta.n} name ${items[0].name}`)
        const page = await (await call('/list?order=asc')).json()
        console.log(`page ${page.items.length} more ${page.cursor === ids[99]}`)
        const token = await (await call(`/${ids[0]}/token/create`, { name: 'first' })).json()
        const listed = await (await call(`/${ids[0]}/token/list`)).text()
        console.log(`token ${token.token.length} listed ${listed.includes(token.token) ? 'with' : 'without'}`)
        const child = await call('/list', null, { 'x-runas-user-id': ids[0] })
        console.log(`run as ${child.status} ${(await child.json()).code}`)
        const stranger = await call('/list', null, { authorization: 'Bearer nobody' })
        console.log(`stranger ${stranger.status} ${(await stranger.json()).code}`)
        await Promise.all(ids.map((id) => call(`/${id}/delete`, {})))
        console.log(`left ${(await (await call('/list')).json()).items.length}`)

        """

    // MARK: - Faults

    @Test(.enabled(if: hasCurl, "curl is missing")) func faultsAreFlags() throws {
        let server = try runner.serve(["--limits-after", "1", "--seed", "7", "--ignore-email-filter", "--nested", "merge"])
        let made = try curl(server, "/v1/partner/user/create", "-d", "{\"meta\":{\"a\":1},\"email\":\"a@example.com\"}").stdout
        let id = try #require(made.firstMatch(of: /c[0-9a-z]{23}/)).0
        #expect(try curl(server, "/v1/partner/user/create", "-d", "{}").stdout.contains("LIMITS_REACHED"))
        _ = try curl(server, "/v1/partner/user/\(id)/update", "-d", "{\"meta\":{\"b\":2}}")
        #expect(try curl(server, "/v1/partner/user/list?email=nobody").stdout.contains("\"meta\":{\"a\":1,\"b\":2}"))
        #expect(try server.stop().stderr.contains("cbk: with faults, --seed 7\n"))
    }

    @Test(.enabled(if: hasCurl, "curl is missing"), arguments: ["--drop-answers", "--drop-requests"])
    func aDroppedAnswerIsAnEmptyReply(_ flag: String) throws {
        let server = try runner.serve([flag, "1"])
        defer { _ = try? server.stop() }
        #expect(try curl(server, "/v1/partner/user/create", "-d", "{}").status == 52)
    }

    @Test(arguments: [
        (["--error-rate", "1.5"], "--error-rate takes a rate from 0 to 1, not 1.5"),
        (["--throttle", "fast"], "--throttle takes requests in a time, such as 200/s, 100/m or 5000/h, not 'fast'"),
        (["--latency=-1s"], "--latency takes a time from 0 on"),
        (["--nested", "mix"], "--nested takes one of replace, merge, not 'mix'"),
    ])
    func mistakesInFaultsAreUsage(_ words: [String], _ message: String) throws {
        let result = try runner.run(["serve", "--data", ":memory:"] + words)
        #expect(result.stderr == "cbk: \(message)\n" && result.status == 2, "\(result)")
    }
}
