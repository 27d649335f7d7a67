// The folder that a program imports from: takes paths as written, gives the files that they mean, which lie in the folder
// once links have been followed. Refuses others, folders, pipes, and files that are too large.

import CBKLibrary
import CBKSyntax
import Foundation

struct SourceFolder: SourceLoader {
    /// Far more than people write.
    private static let mostBytes = 16 << 20

    /// Absolute, without links.
    private let root: String
    /// How the root's files are shown: what comes before their path in it.
    private let prefix: String
    let programID: String?

    /// For a script: its root is the folder that it really lies in.
    init(script path: String) {
        let folder = (path as NSString).deletingLastPathComponent
        programID = SourceFolder.resolved(path)
        let real = programID.map { ($0 as NSString).deletingLastPathComponent }
        root = real ?? folder
        // A link may stand elsewhere than the script.
        let isShownAsWritten = real == nil || real == SourceFolder.resolved(folder.isEmpty ? "." : folder)
        let shown = isShownAsWritten ? folder : root
        prefix = shown.isEmpty || shown.hasSuffix("/") ? shown : shown + "/"
    }

    /// For code without a file, and for a script whose root is a folder above it.
    init(folder: String, script path: String? = nil) {
        root = SourceFolder.resolved(folder) ?? folder
        prefix = folder == "." ? "" : folder + "/"
        programID = path.flatMap { SourceFolder.resolved($0) }
    }

    /// The loader of a file with tests, or of a module by itself: it belongs to a script that may lie in any folder above
    /// it, so if it lies in the current folder, it may import all that lies there.
    static func around(_ path: String) -> SourceFolder {
        guard let current = resolved("."), let file = resolved(path), isInside(file, current) else {
            return SourceFolder(script: path)
        }
        return SourceFolder(folder: ".", script: path)
    }

    // MARK: Imports

    func locate(_ path: String, from importer: String?) throws(ImportError) -> SourceLocation {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw ImportError(.unreadable, "this is no path", hint: "such as: import \"lib/plans.cbk\" as plans")
        }
        guard !path.hasPrefix("/") else {
            throw ImportError(.outside, "a path is relative to the importing file", hint: "begin with a name or '../'")
        }
        let folder = importer.map { ($0 as NSString).deletingLastPathComponent } ?? root
        guard let id = SourceFolder.resolved(folder + "/" + path) else {
            throw ImportError(.unreadable, SourceFolder.reason(errno), hint: nearest(to: path, in: folder))
        }
        guard SourceFolder.isInside(id, root) else {
            throw ImportError(.outside, "it is outside the folder of the script", hint: "imports stay in '\(root)'")
        }
        return SourceLocation(id: id, name: prefix + id.dropFirst(root == "/" ? 1 : root.count + 1))
    }

    func read(_ location: SourceLocation) throws(ImportError) -> [UInt8] {
        var status = stat()
        guard stat(location.id, &status) == 0 else { throw ImportError(.unreadable, SourceFolder.reason(errno)) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw ImportError(.unreadable, "it is a folder", hint: "name a file in it")
        default: throw ImportError(.unreadable, "it is no file")
        }
        guard status.st_size <= SourceFolder.mostBytes else {
            throw ImportError(
                .unreadable, "it has \(status.st_size) bytes, and a module has \(SourceFolder.mostBytes) at most")
        }
        guard let data = FileManager.default.contents(atPath: location.id) else {
            throw ImportError(.unreadable, SourceFolder.reason(errno))
        }
        return Array(data)
    }

    // MARK: Paths

    private func nearest(to path: String, in folder: String) -> String? {
        let wanted = folder + "/" + path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: (wanted as NSString).deletingLastPathComponent)) ?? []
        let name = (path as NSString).lastPathComponent
        let near = names.contains(name + ".cbk") ? name + ".cbk" : suggestion(for: name, among: names.sorted())
        return near.map { "did you mean '\(path.dropLast(name.count))\($0)'?" }
    }

    private static func reason(_ number: Int32) -> String {
        number == ENOENT || number == 0 ? "there is no such file" : String(cString: strerror(number)).lowercased()
    }

    private static func isInside(_ path: String, _ folder: String) -> Bool {
        path.hasPrefix(folder == "/" ? "/" : folder + "/")
    }

    /// Without links and dots; nil for what is not there.
    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
