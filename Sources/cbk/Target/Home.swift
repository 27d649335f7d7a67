// cbk's own folder: ~/.cbk, or what CBK_HOME names. Takes the environment; gives the paths of what is kept there.

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
    /// Each account has one of its own.
    func history(of target: Target) -> String {
        switch target.account?.label {
        case let label?: "\(path)/history.\(label)"
        case nil: path + (target.account == nil ? "/history" : "/history.live")
        }
    }
    var startFile: String { path + "/rc.cbk" }
    /// Settings as the official CLI keeps them, too.
    var settings: String { path + "/env" }
    var profiles: String { path + "/profiles" }

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
