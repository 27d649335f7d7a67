// The run of a script: its folder, its journal, opened at the first write or batch, the log of its top level, and what flags say of
// settling and of going on. Takes what the run is known by.

import JSONBytes
import Synchronization

/// How a create is found again whose answer was lost.
package enum CreateMark: String, Sendable, CaseIterable {
    /// An alias of the run's own, where the create has none.
    case alias
    /// A key in its meta.
    case meta
    /// What was sent is compared.
    case none
}

package struct RunSettings: Sendable {
    /// `--settle`: how long a list may lag behind a write.
    package var settle: Duration
    /// `--mark`; nil: by alias in batches, by what was sent elsewhere.
    package var mark: CreateMark?
    /// `--resume-failed`: items that have failed are run again.
    package var retriesFailed: Bool
    /// `--redo`: keys whose items are run again as if they were new.
    package var redone: Set<String>

    package init(
        settle: Duration = .seconds(30), mark: CreateMark? = nil, retriesFailed: Bool = false, redone: Set<String> = []
    ) {
        self.settle = settle
        self.mark = mark
        self.retriesFailed = retriesFailed
        self.redone = redone
    }
}

/// The newest user at some moment: later ones have a later time, or the same and another id. By the server's clock alone.
struct Watermark: Sendable {
    /// Milliseconds since the epoch; 0 where there was no user.
    var time: Int64
    var id: String

    func isBefore(_ user: JSONValue) -> Bool {
        (user["createdAt"]?.intValue ?? 0) >= time && user["id"]?.stringValue != id
    }
}

/// A class, as gate, batches and built-ins share it.
package final class RunRecord: Sendable {
    package let folder: RunFolder
    package let settings: RunSettings
    package let header: RunHeader
    package let main: ItemLog
    private let opened: Mutex<Journal?>
    private let watermark = Mutex<Task<Watermark, any Error>?>(nil)

    /// A new run.
    /// - Parameter isRepeatable: whether its top level may be run again by a later process; that of the prompt never is.
    package init(folder: RunFolder, header: RunHeader, settings: RunSettings, isRepeatable: Bool = true) {
        self.folder = folder
        self.header = header
        self.settings = settings
        main = ItemLog(.main, isRepeatable: isRepeatable)
        opened = Mutex(nil)
    }

    /// One that goes on.
    package init(resuming run: FoundRun, settings: RunSettings) throws(BatchError) {
        folder = run.folder
        header = run.header
        self.settings = settings
        main = try run.journal.log(.main)
        opened = Mutex(run.journal)
        try RunMark(run.header, .unfinished).write(in: run.folder)
    }

    /// The journal; made, with the folder, at the first call.
    package func journal() throws(BatchError) -> Journal {
        try opened.withLock { known throws(BatchError) in
            if let known { return known }
            let journal = try Journal(path: "\(try folder.path())/\(Journal.fileName)", hasPast: false)
            try journal.begin(header)
            try RunMark(header, .unfinished).write(in: folder)
            known = journal
            return journal
        }
    }

    /// Whether anything was written down.
    package var hasJournal: Bool { opened.withLock { $0 != nil } }

    /// The newest user before the run's first create that may have to be told from older ones.
    func watermark(
        _ lookUp: @escaping @Sendable () async throws(BatchError) -> Watermark
    ) async throws(BatchError) -> Watermark {
        let journal = try journal()
        let task = watermark.withLock { known in
            if let known { return known }
            let task = Task {
                if let known = try journal.watermark() { return known }
                let newest = try await lookUp()
                try await journal.setWatermark(newest)
                return newest
            }
            known = task
            return task
        }
        do {
            return try await task.value
        } catch {
            // The next create asks again.
            watermark.withLock { $0 = nil }
            throw error as? BatchError ?? BatchError(.io, code: "JOURNAL", "\(error)", consequence: .stop(.fatal))
        }
    }

    /// Ends the run: all of it is on the disk.
    /// - Parameter isFinished: nothing of it is left to do.
    package func finish(isFinished: Bool) async throws(BatchError) {
        guard let journal = opened.withLock({ $0 }) else { return }
        if !isFinished { journal.save(main) }
        try await journal.synchronize()
        let state: RunMark.State = !isFinished ? .unfinished : try journal.anyCreated() == nil ? .finished : .finishedWithCreates
        try RunMark(header, state).write(in: folder)
        journal.close()
    }
}
