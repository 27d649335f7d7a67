// The copy of a batch's items that come from the API, in the run's folder: a JSON value a line. Whole before the first item
// starts; a run that goes on reads it instead of the API.

import JSONBytes
import Synchronization

/// A class: the batch's loop fills it step by step.
package final class SourceCopy: Sendable {
    private let folder: RunFolder
    private let journal: Journal?
    /// The log of the top level, which reads the items.
    private let main: ItemLog?
    private let start: Int
    private let batch: Int
    private let state = Mutex<(file: DescriptorAndPath?, buffer: [UInt8])>((nil, []))

    private typealias DescriptorAndPath = (descriptor: Int32, path: String)

    init(folder: RunFolder, journal: Journal?, main: ItemLog?, batch: Int) {
        self.main = main
        start = main?.mark ?? 0
        self.folder = folder
        self.journal = journal
        self.batch = batch
    }

    deinit {
        if let file = state.withLock({ $0.file }) { closeDescriptor(file.descriptor) }
    }

    private var name: String { "source\(batch == 1 ? "" : "-\(batch)").jsonl" }

    package func path() throws(BatchError) -> String { "\(try folder.path())/\(name)" }

    /// Whether an earlier process has made it.
    package func isWhole() throws(BatchError) -> Bool { try journal?.hasSource(batch) ?? false }

    package func add(_ item: JSONValue) throws(BatchError) {
        try state.withLock { state throws(BatchError) in
            state.buffer += item.serialized()
            state.buffer.append(0x0A)
            if state.buffer.count >= 1 << 18 { try flush(&state.file, &state.buffer) }
        }
    }

    /// Puts it on the disk, whole.
    package func end() throws(BatchError) {
        try state.withLock { state throws(BatchError) in
            try flush(&state.file, &state.buffer)
            guard let file = state.file else { return }
            state.file = nil
            defer { closeDescriptor(file.descriptor) }
            let code = synchronize(file.descriptor)
            guard code == 0 else { throw BatchError.file(file.path, "written", code) }
        }
        try journal?.setSource(batch)
        // The copy stands for what was read: a later list is not answered by it.
        main?.forgetUnsaved(from: start)
    }

    private func flush(_ file: inout DescriptorAndPath?, _ buffer: inout [UInt8]) throws(BatchError) {
        if file == nil { file = try folder.open(name, .replacing) }
        guard let open = file else { return }
        let code = writeAll(buffer, to: open.descriptor)
        guard code == 0 else { throw BatchError.file(open.path, "written", code) }
        buffer.removeAll(keepingCapacity: true)
    }
}
