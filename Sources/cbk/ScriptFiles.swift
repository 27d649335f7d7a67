// The scripts that files and folders name, for commands that take several. A folder stands for all `.cbk` files below it,
// but for those in hidden folders and in runs' folders.

import CBKLibrary
import CBKSyntax
import Foundation

enum ScriptFiles {
    /// The paths, in order.
    static func found(in words: [String]) throws(UsageError) -> [String] {
        var paths: [String] = []
        for word in words {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: word, isDirectory: &isFolder), isFolder.boolValue else {
                paths.append(word)
                continue
            }
            let below = scripts(below: word)
            guard !below.isEmpty else { throw UsageError("there is no .cbk file in '\(word)'") }
            paths += below
        }
        return paths
    }

    static func scripts(below folder: String) -> [String] {
        let walk = FileManager.default.enumerator(atPath: folder)
        var paths: [String] = []
        while let name = walk?.nextObject() as? String {
            let last = (name as NSString).lastPathComponent
            let isFolder = walk?.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
            if isFolder, last.hasPrefix(".") || last == "cbk-runs" {
                walk?.skipDescendants()
            } else if !isFolder, last.hasSuffix(".cbk"), !last.hasPrefix(".") {
                paths.append(folder == "." ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)")
            }
        }
        return paths.sorted()
    }

    static func read(_ path: String) throws(UsageError) -> SourceFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            let number = errno
            throw UsageError("cannot read '\(path)': \(String(cString: strerror(number == 0 ? ENOENT : number)).lowercased())")
        }
        return SourceFile(name: path, bytes: Array(data))
    }
}
