import CBKBatch
import PartnerAPI
import Synchronization
import Testing

/// Answers in order; nil once it has none left. Notes what was asked, and how many writes were under way then.
private final class ScriptedDialog: BrakeDialog {
    private let answers: Mutex<[Int?]>
    private let asked = Mutex<[BrakeQuestion]>([])
    let underWay = Mutex(0)
    private let seen = Mutex<[Int]>([])

    init(_ answers: Int?...) { self.answers = Mutex(answers) }

    var questions: [BrakeQuestion] { asked.withLock { $0 } }
    var underWayWhenAsked: [Int] { seen.withLock { $0 } }

    func limit(_ question: BrakeQuestion) async -> Int? {
        asked.withLock { $0.append(question) }
        seen.withLock { seen in seen.append(underWay.withLock { $0 }) }
        await Task.yield()
        return answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}

@Suite(.timeLimit(.minutes(1))) struct BrakeTests {
    /// The message of the refusal; nil where the write was let through, and has ended.
    private func write(_ brake: Brake, _ operation: OperationSchema = .userDelete, ids: [String] = ["u1"]) async -> String? {
        do throws(BatchError) {
            try await brake.admit(operation, ids: ids)
            brake.ended(operation)
            return nil
        } catch {
            #expect(error.consequence == .stop(.brake) && error.code == "BRAKE" && !error.isCatchable)
            return error.message
        }
    }

    @Test(arguments: [
        (OperationSchema.userDelete, 9, "--max-deletes"), (.tokenDelete, 9, "--max-deletes"),
        (.contextDelete, 9, "--max-deletes"),
        (.userUpdate, 99, "--max-updates"), (.tokenUpdate, 99, "--max-updates"), (.contextUpdate, 99, "--max-updates"),
    ])
    func whereNobodyIsAskedTheNextStops(_ operation: OperationSchema, _ allowed: Int, _ flag: String) async {
        let brake = Brake(dialog: nil)
        for _ in 0..<allowed { #expect(await write(brake, operation) == nil) }
        for _ in 0..<2 {
            let message = await write(brake, operation)
            #expect(
                message == "the brake: this would be \(operation.effect.rawValue) \(allowed + 1) of the run on a live account; "
                    + "\(flag) N sets another limit")
        }
        // Other writes go on.
        #expect(await write(brake, .userCreate) == nil)
    }

    @Test func usersTokensAndContextsCountTogether() async {
        let brake = Brake(limits: BrakeLimits(deletes: 3), dialog: nil)
        for operation in [OperationSchema.userDelete, .tokenDelete, .contextDelete] {
            #expect(await write(brake, operation) == nil)
        }
        #expect(await write(brake, .tokenDelete) != nil)
        #expect(await write(brake, .userUpdate) == nil)
    }

    @Test func readsAndCreatesPass() async {
        let brake = Brake(limits: BrakeLimits(deletes: 0, updates: 0), dialog: nil)
        for _ in 0..<200 {
            #expect(await write(brake, .userCreate, ids: []) == nil)
            #expect(await write(brake, .userList, ids: []) == nil)
        }
    }

    @Test func aPersonMaySayMore() async {
        let dialog = ScriptedDialog(4, nil)
        let brake = Brake(limits: BrakeLimits(deletes: 2), dialog: dialog)
        for _ in 0..<4 { #expect(await write(brake) == nil) }
        #expect(await write(brake, ids: ["u5"]) != nil)
        #expect(
            dialog.questions.map { "\($0.effect) \($0.operation) \($0.ids) \($0.done)" } == [
                "delete users.delete [\"u1\"] 2", "delete users.delete [\"u5\"] 4",
            ])
        // One no is enough, until the next input of a prompt.
        #expect(await write(brake) != nil)
        #expect(dialog.questions.count == 2)
        brake.reset()
        #expect(await write(brake) != nil)
        #expect(dialog.questions.count == 3)
    }

    @Test func whatIsUnderWayEndsBeforeAnybodyIsAsked() async {
        let dialog = ScriptedDialog(20, 60, nil)
        let brake = Brake(limits: BrakeLimits(deletes: 10), dialog: dialog)
        let count = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let operation = number % 3 == 0 ? OperationSchema.userCreate : .userDelete
                    guard (try? await brake.admit(operation, ids: ["u\(number)"])) != nil else { return false }
                    dialog.underWay.withLock { $0 += 1 }
                    for _ in 0..<(number % 7) { await Task.yield() }
                    dialog.underWay.withLock { $0 -= 1 }
                    brake.ended(operation)
                    return true
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        // 34 creates, and all deletes that were allowed.
        #expect(count == 34 + 60)
        #expect(dialog.questions.map(\.done) == [10, 20, 60])
        #expect(dialog.underWayWhenAsked == [0, 0, 0])
    }

    @Test func aCancelledWriteIsNotSentAndHoldsNobodyUp() async {
        let brake = Brake(limits: BrakeLimits(deletes: 1), dialog: ScriptedDialog(5))
        try? await brake.admit(.userDelete, ids: ["u1"])
        // It waits for the first, which does not end.
        let waiting = Task { () -> BatchError? in
            do throws(BatchError) {
                try await brake.admit(.userDelete, ids: ["u2"])
                return nil
            } catch {
                return error
            }
        }
        waiting.cancel()
        #expect(await waiting.value?.kind == .cancelled)
        brake.ended(.userDelete)
        #expect(await write(brake, .userCreate) == nil)
    }

    @Test func whereNobodyWatchesNothingIsWritten() async {
        let brake = Brake(dialog: nil, refusal: "not so")
        #expect(await write(brake, .userCreate) == "not so")
        #expect(await write(brake, .userDelete) == "not so")
        #expect(await write(brake, .userList) == nil)
    }
}
