// The page at `/`: one file without resources from elsewhere. What it shows comes from /state.json, once a second, and is put into
// the document as text, never as markup.
import PartnerAPI

enum StatusPage {
    /// - Parameter nonce: what tells the page's own script and style from any other; new for each answer.
    static func answer(nonce: String) -> WireResponse {
        let policy =
            "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return WireResponse(
            status: 200,
            headers: [
                "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer",
            ],
            body: .bytes(Array(html(nonce).utf8)))
    }

    private static func html(_ nonce: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>cbk sandbox</title>
        <style nonce="\(nonce)">
        \(style)
        </style>
        </head>
        <body>
        <header><h1>cbk sandbox</h1><p id="status" role="status">asking…</p></header>
        <form id="door" hidden>
        <label>Key of this page, or the secret <input id="key" type="password" autocomplete="off"></label>
        <button>Show</button>
        </form>
        <main hidden>
        <section><h2>Requests <small id="rate"></small></h2><div id="chart" role="img" aria-label="requests a second"></div>
        <table><thead><tr><th>time<th>request<th>status<th>ms<th>id</thead><tbody id="requests"></tbody></table></section>
        <section><h2>Users <small id="count"></small></h2>
        <table><thead><tr><th>created<th>id<th>name<th>email<th>tokens</thead><tbody id="users"></tbody></table></section>
        <section><h2>Newest tokens</h2>
        <table><thead><tr><th>created<th>id<th>name<th>user</thead><tbody id="tokens"></tbody></table></section>
        </main>
        <script nonce="\(nonce)">
        \(script)
        </script>
        </body>
        </html>

        """
    }

    private static let style = """
        :root { color-scheme: light dark; --line: #8884; --bar: #3b82c4; --bad: #c43b3b }
        body { font: 14px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 72rem; padding: 0 1rem }
        header { display: flex; gap: 1rem; align-items: baseline }
        h1 { font-size: 1.3rem; margin: 0 } h2 { font-size: 1.05rem; margin: 1.5rem 0 .4rem }
        small, #status { color: GrayText; font-weight: normal }
        table { border-collapse: collapse; width: 100% }
        th, td { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
        th { color: GrayText; font-weight: normal } td { font-variant-numeric: tabular-nums }
        #chart { display: flex; align-items: flex-end; height: 4rem; gap: 2px; border-bottom: 1px solid var(--line) }
        #chart div { flex: 1; background: var(--bar) } .bad { color: var(--bad) } #chart div.bad { background: var(--bad) }
        section { overflow-x: auto }
        """

    private static let script = #"""
        'use strict'
        const part = (id) => document.getElementById(id)
        const main = document.querySelector('main')
        const time = (at) => new Date(at).toLocaleTimeString()
        let key = location.hash.slice(1) || sessionStorage.getItem('key') || ''
        // The key stays in this tab, and out of the address and the history.
        if (location.hash) history.replaceState(null, '', location.pathname)

        function fill(id, rows) {
          part(id).replaceChildren(...rows.map((cells) => {
            const row = document.createElement('tr')
            for (const cell of cells) row.insertCell().textContent = cell ?? ''
            return row
          }))
        }

        function show(state) {
          fill('users', state.users.map((u) => [time(u.createdAt), u.id, u.name, u.email, u.tokens]))
          fill('tokens', state.tokens.map((t) => [time(t.createdAt), t.id, t.name, t.userId]))
          fill('requests', state.requests.map((r) =>
            [time(r.at), `${r.method} ${r.path}`, r.status || 'closed', r.milliseconds.toFixed(1), r.id]))
          for (const row of part('requests').rows) {
            const status = row.cells[2]
            status.classList.toggle('bad', !(Number(status.textContent) < 400))
          }
          part('count').textContent = state.count
          const counts = state.seconds
          const last = counts.slice(-11, -1)
          const sum = (list, at) => list.reduce((total, second) => total + second[at], 0)
          part('rate').textContent = `${(sum(last, 0) / 10).toFixed(1)} a second, ${(sum(last, 1) / 10).toFixed(1)} refused or failed`
          const most = Math.max(1, ...counts.map((second) => second[0]))
          part('chart').replaceChildren(...counts.map(([count, failed]) => {
            const bar = document.createElement('div')
            bar.style.height = `${100 * count / most}%`
            bar.classList.toggle('bad', failed * 2 > count)
            bar.title = `${count} requests, ${failed} refused or failed`
            return bar
          }))
        }

        async function look() {
          let text
          try {
            const answer = await fetch('/state.json', { headers: { authorization: `Bearer ${key}` } })
            const state = await answer.json()
            if (answer.status === 401) {
              sessionStorage.removeItem('key')
              part('status').textContent = state.message
              part('door').hidden = false
              main.hidden = true
              return
            }
            if (!answer.ok) throw new Error(state.message)
            sessionStorage.setItem('key', key)
            show(state)
            main.hidden = false
            text = 'live'
          } catch (error) {
            text = `not reached: ${error.message}`
          }
          part('door').hidden = true
          part('status').textContent = text
          setTimeout(look, 1000)
        }

        part('door').addEventListener('submit', (event) => {
          event.preventDefault()
          key = part('key').value
          part('key').value = ''
          look()
        })
        look()
        """#
}
