// The flags that everything which runs shares, and the settings that they make.

import CBKBatch
import CBKLibrary
import CBKRuntime

enum SharedFlags {
    static let all: [Flag] = [
        Flag("jobs", short: "j", .count, "N", "items in flight at once; overrides 'parallel'"),
        Flag("max-errors", .percentOrCount, "N|N%", "stop a batch after so many failed items"),
        Flag(
            "output", .choice(["csv", "jsonl", "json", "yaml", "table"]), "FORMAT",
            "how rows and values are printed: csv, jsonl, json, yaml or table"),
        Flag("runs-dir", .path, "DIR", "where run folders are made", defaultText: "cbk-runs"),
        Flag("allow-path", .list, "PATH", "a further file or folder that the script may touch; may be repeated"),
        Flag("sandbox", .toggle, "", "reach the embedded sandbox"),
        Flag("live", .toggle, "", "reach the live account whose secret is set; see cbk target --help"),
        Flag("url", .text, "URL", "reach the API at this address, with the secret of the environment"),
        Flag("profile", .text, "NAME", "reach the account of ~/.cbk/profiles/NAME"),
        Flag("rate", .float, "N", "requests a second on live at most; without it as many as the server bears"),
        Flag("retries", .count, "N", "how often a request on live is sent again at most", defaultText: "5"),
        Flag("timeout", .duration, "TIME", "how long a request on live may take", defaultText: "60s"),
        Flag("max-deletes", .count, "N", "deletes that a run on live may make without being asked", defaultText: "9"),
        Flag("max-updates", .count, "N", "updates that a run on live may make without being asked", defaultText: "99"),
        Flag("resume", .toggle, "", "go on with the script's unfinished run"),
        Flag("run", .path, "RUN", "go on with this run, finished or not; its folder's name or path"),
        Flag("resume-failed", .toggle, "", "go on, and run failed items again"),
        Flag("redo", .list, "KEY", "go on, and run the item with this key as if it were new; may be repeated"),
        Flag("new-run", .toggle, "", "begin again, whatever earlier runs have done"),
        Flag(
            "settle", .duration, "TIME", "how long a lost write is looked for, as lists lag behind writes", defaultText: "30s"),
        Flag(
            "mark", .choice(CreateMark.allCases.map(\.rawValue)), "HOW",
            "how a create is found again whose answer was lost: alias gives it one, meta a key, none compares what was sent"),
        Flag("yes", .toggle, "", "answer what confirm() asks"),
        Flag("no-progress", .toggle, "", "no progress on standard error"),
        Flag("quiet", .toggle, "", "errors only on standard error"),
        Flag("no-rc", .toggle, "", "do not read rc.cbk at the start of the REPL"),
        Flag("collector-stats", .toggle, "", "at the end, how long the collector stopped the script"),
        Flag("max-steps", .count, "N", "budget of steps", defaultText: "1000000000000"),
        Flag("max-depth", .count, "N", "budget of nested calls", defaultText: "10000"),
        Flag("max-memory", .count, "BYTES", "budget of memory", defaultText: "2147483648"),
        Flag("max-value", .count, "BYTES", "budget of one value", defaultText: "268435456"),
        Flag("max-time", .duration, "TIME", "budget of time", defaultText: "24h"),
        Flag("max-requests", .count, "N", "budget of requests", defaultText: "50000000"),
        Flag("max-writes", .count, "N", "budget of writes", defaultText: "10000000"),
        Flag("max-rows", .count, "N", "budget of emitted rows", defaultText: "50000000"),
    ]
}

extension ParsedFlags {
    /// The folder of all runs.
    var runsFolder: String { text("runs-dir") ?? "cbk-runs" }

    var budget: Budget {
        var budget = Budget()
        if let steps = int("max-steps") { budget.steps = Int64(steps) }
        if let depth = int("max-depth") { budget.depth = max(1, depth) }
        if let memory = int("max-memory") { budget.memory = memory }
        if let value = int("max-value") { budget.value = value }
        return budget
    }

    var gateBudgets: GateBudgets {
        var budgets = GateBudgets()
        if let requests = int("max-requests") { budgets.requests = requests }
        if let writes = int("max-writes") { budgets.writes = writes }
        return budgets
    }

    func gateSettings() throws(UsageError) -> GateOpening.Settings {
        var settings = GateOpening.Settings(budgets: gateBudgets)
        if let deletes = int("max-deletes") { settings.brake.deletes = deletes }
        if let updates = int("max-updates") { settings.brake.updates = updates }
        settings.retries = int("retries")
        settings.jobs = try jobs()
        if case .float(let rate)? = values["rate"]?.last {
            guard rate > 0 else { throw UsageError("--rate takes a number above zero: requests a second") }
            settings.rate = rate
        }
        if let time = milliseconds("timeout") {
            guard time > 0 else { throw UsageError("--timeout takes a time above zero, such as 60s") }
            settings.timeout = .milliseconds(time)
        }
        return settings
    }

    /// `-j`; nil where it is not given.
    func jobs() throws(UsageError) -> Int? {
        guard let jobs = int("jobs") else { return nil }
        guard (1...256).contains(jobs) else { throw UsageError("-j takes a number from 1 to 256, not \(jobs)") }
        return jobs
    }

    /// What the flags say of batches, in settings that are otherwise given.
    func applied(to given: BatchHost.Settings) throws(UsageError) -> BatchHost.Settings {
        var settings = given
        settings.jobs = try jobs()
        settings.errorCap = text("max-errors").flatMap { ErrorCap($0) }
        if let rows = int("max-rows") { settings.mostRows = rows }
        return settings
    }
}
