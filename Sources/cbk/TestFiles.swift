// The files with tests below given files and folders: takes paths, gives those of files whose names end in `_test.cbk`,
// in order. Refuses paths that are not there and files that are none.

import CBKCompiler
import CBKLibrary
import Foundation

enum TestFiles {
    static let suffix = "_test.cbk"

    /// What the file of that name is.
    static func kind(of path: String) -> ProgramKind { path.hasSuffix(suffix) ? .test : .script }

    /// - Parameter paths: none stands for the current folder.
    static func find(_ paths: [String]) throws(UsageError) -> [String] {
        var found: [String] = []
        for path in paths.isEmpty ? ["."] : paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw UsageError("there is no '\(path)'")
            }
            if isFolder.boolValue {
                found += ScriptFiles.scripts(below: path).filter { $0.hasSuffix(suffix) }
            } else if path.hasSuffix(suffix) {
                found.append(path)
            } else {
                throw UsageError("'\(path)' is no file with tests: their names end in '\(suffix)'")
            }
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
    }
}
