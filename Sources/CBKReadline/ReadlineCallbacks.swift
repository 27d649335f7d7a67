// What readline calls: all of it on the reader's thread, as global functions, since a closure written in isolated code
// would trap there. No lock is held while readline or a hook runs.

import CBKTerminal
import CBKTooling
@preconcurrency import CReadline
import Synchronization

#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#else
    @preconcurrency import Darwin
#endif

/// The line being edited.
func lineText() -> String { rl_line_buffer.map { String(cString: $0) } ?? "" }

/// A whole line, or nil for ^D on an empty one. Readline hands over the memory.
func acceptLine(_ line: UnsafeMutablePointer<CChar>?) {
    // Else readline would show the prompt again at once.
    rl_callback_handler_remove()
    guard let line else { return readlineState.withLock { $0.input = .end } }
    var text = String(cString: line)
    free(line)
    // A pasted block ends with its own newline.
    while text.utf8.last == 0x0A { text.removeLast() }
    readlineState.withLock { $0.input = .entry(text) }
}

/// Return: ends the input, or goes on with a line that is indented as the brackets say.
func acceptOrContinue(_ count: CInt, _ key: CInt) -> CInt {
    let text = lineText()
    let hooks = readlineState.withLock { $0.hooks }
    guard let hooks, text.contains(where: { !$0.isWhitespace }), hooks.isIncomplete(text) else {
        // Several lines stay on the screen whole: the cursor goes behind the last.
        rl_point = rl_end
        return rl_newline(count, key)
    }
    rl_insert_text("\n" + Indentation.ofNewLine(after: text, cursor: Int(rl_point)))
    return 0
}

// MARK: Up and down

/// Up: the line above in an input of several lines, else the entry before in the history.
func moveUp(_ count: CInt, _ key: CInt) -> CInt {
    guard let place = LineMoves.above(lineText(), cursor: Int(rl_point)) else {
        return rl_get_previous_history(count, key)
    }
    rl_point = CInt(place)
    return 0
}

func moveDown(_ count: CInt, _ key: CInt) -> CInt {
    guard let place = LineMoves.below(lineText(), cursor: Int(rl_point)) else { return rl_get_next_history(count, key) }
    rl_point = CInt(place)
    return 0
}

// MARK: Completion

/// Tab: inserts what all ways share; with nothing to insert, lists them with what each is.
func completeAtCursor(_ count: CInt, _ key: CInt) -> CInt {
    let text = lineText()
    let cursor = Int(rl_point)
    if let blanks = Indentation.ofTab(in: text, cursor: cursor) {
        rl_insert_text(blanks)
        return 0
    }
    let (hooks, palette) = readlineState.withLock { ($0.hooks, $0.palette) }
    guard let list = hooks?.complete(text, cursor), !list.items.isEmpty else {
        rl_ding()
        return 0
    }
    let written = String(decoding: Array(text.utf8)[list.start..<cursor], as: UTF8.self)
    let common = list.commonPrefix
    if common.utf8.count > written.utf8.count || (common != written && common.utf8.count == written.utf8.count) {
        replace(from: list.start, to: cursor, with: finished(common, list))
        // If it is but the shared start, the next Tab shows the rest.
        return 0
    }
    if list.items.count == 1 {
        replace(from: list.start, to: cursor, with: finished(common, list))
        return 0
    }
    show(list, palette)
    return 0
}

/// The text to insert: where only one way is left, a space follows an argument's colon and a command.
private func finished(_ text: String, _ list: CompletionList) -> String {
    guard list.items.count == 1 else { return text }
    switch list.items[0].kind {
    case .argument, .command: return text + " "
    case .keyword, .variable, .function, .module, .method, .field, .file, .folder, .value: return text
    }
}

private func replace(from start: Int, to end: Int, with text: String) {
    // Grouped, so that one undo takes it back.
    rl_begin_undo_group()
    rl_delete_text(CInt(start), CInt(end))
    rl_point = CInt(start)
    rl_insert_text(text)
    rl_end_undo_group()
}

private func show(_ list: CompletionList, _ palette: Palette) {
    var rows: CInt = 0
    var columns: CInt = 0
    rl_get_screen_size(&rows, &columns)
    let text = CompletionText.listing(list, width: Int(columns), height: Int(rows), palette: palette)
    // Below the whole input, not in the middle of it.
    let point = rl_point
    rl_point = rl_end
    rl_redisplay()
    rl_point = point
    fputs("\n" + text, rl_outstream)
    rl_on_new_line()
    rl_redisplay()
}

/// For readline's own completion commands, such as `menu-complete` in .inputrc: the matches as readline wants them,
/// the common prefix first, in memory that it frees.
func attemptCompletion(
    _ word: UnsafePointer<CChar>?, _ start: CInt, _ end: CInt
) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    rl_attempted_completion_over = 1
    rl_completion_append_character = 0
    let text = lineText()
    let hooks = readlineState.withLock { $0.hooks }
    guard let list = hooks?.complete(text, Int(end)), !list.items.isEmpty else { return nil }
    let bytes = Array(text.utf8)
    // Readline replaces from its own start of the word, which may be elsewhere.
    let lead = list.start > Int(start) ? String(decoding: bytes[Int(start)..<list.start], as: UTF8.self) : ""
    let skipped = max(0, Int(start) - list.start)
    let matches = list.items.map { lead + String(decoding: $0.text.utf8.dropFirst(skipped), as: UTF8.self) }
    let first =
        list.items.count == 1 ? matches[0] : lead + String(decoding: list.commonPrefix.utf8.dropFirst(skipped), as: UTF8.self)
    let all = matches.count == 1 ? [first] : [first] + matches
    let size = MemoryLayout<UnsafeMutablePointer<CChar>?>.stride * (all.count + 1)
    guard let memory = malloc(size) else { return nil }
    let array = memory.bindMemory(to: UnsafeMutablePointer<CChar>?.self, capacity: all.count + 1)
    for (place, match) in all.enumerated() { array[place] = strdup(match) }
    array[all.count] = nil
    return array
}
