// How the REPL gets its inputs: from GNU readline (CBKReadline) or from the plain editor. A read blocks its thread;
// all reads come from one thread, and the hooks are called on it, too.

import CBKTooling

package enum EditorInput: Sendable, Equatable {
    /// A whole input, of one or several lines, without its last line ending.
    case entry(String)
    /// ^C: the line is dropped.
    case cleared
    /// ^D on an empty line, or the end of the input.
    case end
    /// SIGTERM.
    case terminated
}

/// What the editor asks about the text while it is typed.
package struct EditorHooks: Sendable {
    package var isIncomplete: @Sendable (String) -> Bool
    /// The text, and the cursor as a byte offset.
    package var complete: @Sendable (String, Int) -> CompletionList

    package init(
        isIncomplete: @escaping @Sendable (String) -> Bool, complete: @escaping @Sendable (String, Int) -> CompletionList
    ) {
        self.isIncomplete = isIncomplete
        self.complete = complete
    }
}

package protocol LineEditor: AnyObject {
    /// Shows the prompt and waits for one input.
    /// - Parameter prompt: painted text; the editor hides the escapes from its own counting.
    func read(prompt: String, hooks: EditorHooks) -> EditorInput

    /// Makes an input one that Up reaches. Files are `History`'s business.
    func remember(_ entry: String)
}
