// What a person is asked before much is changed on a live account: a new limit where the brake holds, and an import's count.
// Takes the terminal; gives what was typed. A question is abandoned from another thread, which counts as no.

import CBKBatch
import CBKLibrary
import Synchronization

/// A class: the question under way is one, and ^C abandons it.
final class LiveQuestions: BrakeDialog {
    private let dialog: any ScriptDialog
    private let target: String
    private let current = Mutex<(any ScriptQuestion)?>(nil)

    /// - Parameter target: as the prompt shows it.
    init(dialog: any ScriptDialog, target: String) {
        self.dialog = dialog
        self.target = target
    }

    func abandon() { current.withLock { $0 }?.abandon() }

    func limit(_ asked: BrakeQuestion) async -> Int? {
        guard let question = begin() else { return nil }
        defer { end() }
        let next = ([asked.operation] + asked.ids).joined(separator: " ")
        let kind = asked.effect.rawValue
        var prompt =
            "\(target): \(asked.done) \(kind)s so far, next is '\(next)'. How many may it be in all? Return stops the run: "
        while let text = await question.answer(prompt, isHidden: false), !text.isEmpty {
            if let limit = Int(text.filter { !$0.isWhitespace }), limit > asked.done { return limit }
            prompt = "a number above \(asked.done), or Return to stop: "
        }
        return nil
    }

    /// Whether the person typed the very count; where it is not known, the word `all`.
    func confirms(_ count: Int?, _ what: String) async -> Bool {
        guard let question = begin() else { return false }
        defer { end() }
        let wanted = count.map(String.init) ?? "all"
        let prompt = "\(target): \(what) will be created. Type \(wanted) to go on: "
        return await question.answer(prompt, isHidden: false)?.filter { !$0.isWhitespace } == wanted
    }

    /// Whether the answer is yes.
    func agrees(_ message: String) async -> Bool {
        guard let question = begin() else { return false }
        defer { end() }
        let answer = await question.answer("\(target): \(message) [y/N] ", isHidden: false)
        return answer.flatMap(yesOrNo) == true
    }

    private func begin() -> (any ScriptQuestion)? {
        let question = dialog.question()
        current.withLock { $0 = question }
        return question
    }

    private func end() { current.withLock { $0 = nil } }
}
