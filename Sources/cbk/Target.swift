// Whom operations reach, and cbk's own folder. This version reaches the embedded sandbox only: it refuses to run where
// the person may believe that a live account is meant.

import CBKLibrary
import Foundation

struct Home {
    let path: String

    init(environment: [String: String]) {
        if let home = environment["CBK_HOME"], !home.isEmpty {
            path = home
        } else {
            path = (environment["HOME"] ?? NSHomeDirectory()) + "/.cbk"
        }
    }

    var store: String { path + "/sandbox.db" }
    var history: String { path + "/history" }
    var startFile: String { path + "/rc.cbk" }

    /// Makes the folder, for its owner alone.
    func prepare() throws(UsageError) {
        if FileManager.default.fileExists(atPath: path) { return }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw UsageError("cannot make the folder '\(path)': \(error.localizedDescription); CBK_HOME names another")
        }
    }
}

struct Target {
    /// No flag and no variable chose the sandbox.
    let isImplied: Bool

    /// - Throws: where a live account is asked for, or would be the default.
    init(flags: ParsedFlags, environment: [String: String]) throws(UsageError) {
        let chosen = flags.has("sandbox") ? "sandbox" : environment["CBK_TARGET"] ?? ""
        switch chosen {
        case "sandbox":
            isImplied = false
        case "":
            isImplied = true
            for name in ["CHATBOTKIT_API_SECRET", "CHATBOTKIT_API_TOKEN"] where environment[name]?.isEmpty == false {
                throw UsageError(
                    "\(name) is set, but this version reaches only the embedded sandbox; --sandbox says that you mean it")
            }
        default:
            throw UsageError("CBK_TARGET is '\(chosen)', but this version reaches only the embedded sandbox: CBK_TARGET=sandbox")
        }
    }
}
