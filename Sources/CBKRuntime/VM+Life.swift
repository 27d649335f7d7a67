// A machine's beginning and end.

import CBKCompiler

extension VM {
    /// - Parameters:
    ///   - builtins: all of them, in the catalog's order.
    ///   - services: the host's; natives cast it.
    init(builtins: [Builtin], catalog: Catalog, services: AnyObject?, budget: Budget, isInterrupted: UnsafeMutablePointer<Int32>)
    {
        state = .allocate(capacity: 1)
        let globalCapacity = 64
        let globals = UnsafeMutablePointer<Value>.allocate(capacity: globalCapacity)
        globals.initialize(repeating: .undefined, count: globalCapacity)
        let names = catalog.methodNames
        let methods = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, names.count * VM.tagCount))
        methods.initialize(repeating: -1, count: max(1, names.count * VM.tagCount))
        state.initialize(
            to: VMState(
                heap: Heap(limit: budget.memory), shapes: ShapeTable(), interned: [:], regexes: [], regexNumbers: [:],
                globals: globals,
                globalCapacity: globalCapacity, prototypes: [], natives: builtins.map { VM.entry($0) }, methods: methods,
                catalog: catalog, builtins: builtins, pending: nil, pendingValue: .null, failure: nil,
                current: nil, budget: budget, steps: 0, granted: 0, spent: 0, isInterrupted: isInterrupted, isPure: false,
                scratch: [],
                services: services, binding: 0,
                fibers: [:], ready: [], nextFiber: 0, secrets: [], pinned: [:], nextPin: 0))
        state.pointee.errorShape = shape(named: VM.errorFields)
        for (number, name) in names.enumerated() {
            for (type, builtin) in catalog.methods(named: name) {
                for tag in VM.tags(of: type) { methods[number * VM.tagCount + Int(tag)] = Int32(builtin) }
            }
        }
    }

    /// Turns built-ins that are not pure on or off. Off, they have no fast way, and the slow one refuses them.
    func setPure(_ isPure: Bool) {
        guard state.pointee.isPure != isPure else { return }
        state.pointee.isPure = isPure
        for (number, builtin) in state.pointee.builtins.enumerated() where builtin.signature.effect != .pure {
            state.pointee.natives[number].function = isPure ? nil : VM.entry(builtin).function
        }
    }

    private static func entry(_ builtin: Builtin) -> NativeEntry {
        let signature = builtin.signature
        let receiver = signature.receivers.isEmpty ? 0 : 1
        var entry = NativeEntry(
            function: nil, parameterCount: receiver + signature.parameters.count + (signature.request == nil ? 0 : 1),
            requiredCount: receiver + ((signature.parameters.lastIndex { $0.isRequired } ?? -1) + 1),
            isVariadic: signature.parameters.contains { $0.isVariadic }, closure: .null)
        if entry.isVariadic { entry.parameterCount = entry.requiredCount }
        if case .native(let function) = builtin.body, !entry.isVariadic { entry.function = function }
        return entry
    }

    private static func tags(of type: ValueType) -> [UInt32] {
        switch type {
        case .null: [Tag.null]
        case .bool: [Tag.bool]
        case .int: [Tag.int]
        case .float: [Tag.float]
        case .string: [Tag.string]
        case .duration: [Tag.duration]
        case .datetime: [Tag.datetime]
        case .list: [Tag.list]
        case .record: [Tag.record]
        case .function: [Tag.native, Tag.closure]
        case .stream: [Tag.stream]
        case .error: [Tag.error]
        case .secret: [Tag.secret]
        case .regex: [Tag.regex]
        case .module: []
        }
    }

    /// Makes room for globals up to `count`, undefined at first.
    func growGlobals(to count: Int) {
        let old = state.pointee.globalCapacity
        guard count > old else { return }
        let capacity = max(count, old * 2)
        let globals = UnsafeMutablePointer<Value>.allocate(capacity: capacity)
        globals.update(from: state.pointee.globals, count: old)
        (globals + old).initialize(repeating: .undefined, count: capacity - old)
        state.pointee.globals.deallocate()
        state.pointee.globals = globals
        state.pointee.globalCapacity = capacity
    }

    /// Keeps a value alive for code of the host; `unpin` lets it go.
    package func pin(_ value: Value) -> Int {
        state.pointee.nextPin += 1
        state.pointee.pinned[state.pointee.nextPin] = value
        return state.pointee.nextPin
    }

    package func pinned(_ pin: Int) -> Value { state.pointee.pinned[pin] ?? .null }

    package func unpin(_ pin: Int) { state.pointee.pinned[pin] = nil }

    func destroy() {
        state.pointee.fibers = [:]
        state.pointee.ready = []
        state.pointee.current = nil
        heap.destroy()
        for prototype in state.pointee.prototypes { prototype.destroy() }
        for (_, string) in state.pointee.interned { UnsafeMutableRawPointer(string).deallocate() }
        state.pointee.shapes.destroy()
        state.pointee.globals.deallocate()
        state.pointee.methods.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }
}
