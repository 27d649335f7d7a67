// A chunk's code for people: an instruction a line, with its operands as Opcode.swift names them, then the children.
// Tests compare it, and `cbk check --bytecode` prints it.

extension Chunk {
    /// `rN` is a register, `gN` a global, `cN` a capture; `-> N` a jump's target; words and what `x` says stand at the end.
    package func disassembly() -> String {
        var lines = ["\(name)(\(parameterNames.joined(separator: ", "))): \(registerCount) registers"]
        var index = 0
        while index < code.count {
            let instruction = code[index]
            var text = "\(instruction.op) " + operands(of: instruction, at: index).joined(separator: " ")
            if instruction.x != 0 { text += " x=\(instruction.x)" }
            lines.append("\(padded(index)) \(text)")
            // The word of a cache says nothing before the first run.
            index += instruction.op.hasWord(x: instruction.x) ? 2 : 1
        }
        for handler in handlers {
            lines.append("  try \(handler.start)..<\(handler.end) -> \(handler.target) r\(handler.register)")
        }
        for child in children { lines.append(child.disassembly()) }
        return lines.joined(separator: "\n")
    }

    private func padded(_ index: Int) -> String {
        let text = String(index)
        return String(repeating: " ", count: max(0, 4 - text.count)) + text
    }

    private func operands(of i: Instruction, at index: Int) -> [String] {
        let (a, b, c) = ("r\(i.a)", "r\(i.b)", "r\(i.c)")
        let far = "-> \(index + 1 + i.bc)"
        let near = "-> \(index + 1 + i.signedC)"
        switch i.op {
        case .move, .moveShared, .getBox, .setBox, .defineBox, .negate, .not, .listSpread, .recordSpread: return [a, b]
        case .loadNull, .loadOmit, .loadUndefined, .newBox, .own, .return, .throw, .noMatch, .yield, .expect, .endItem:
            return [a]
        case .loadConstant: return [a, shown(i.bc)]
        case .loadInt: return [a, "\(i.bc)"]
        case .loadBool: return [a, "\(i.b != 0)"]
        case .getGlobal, .setGlobal, .defineGlobal: return [a, "g\(i.bc)"]
        case .getCapture, .getCaptureBox: return [a, "c\(i.b)"]
        case .setCaptureBox: return ["c\(i.a)", b]
        case .closure: return [a, children[i.bc].name]
        case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .range, .equal, .notEqual, .less, .lessOrEqual,
            .contains, .getIndex, .getIndexOptional, .slice, .ownIndex, .setIndex:
            return [a, b, c]
        case .setIndexImmediate:
            let literal = i.x == LiteralKind.int ? "\(i.signedC)" : i.x == LiteralKind.bool ? "\(i.c != 0)" : "null"
            return [a, b, literal]
        case .addImmediate, .multiplyImmediate, .remainderImmediate: return [a, b, "\(i.signedC)"]
        case .concatenate, .newList, .listExtend: return [a, b, "\(i.c)"]
        case .jump: return [far]
        case .branchTrue, .branchNull, .branchOmit, .rangePrepare, .rangeNext, .iterateNext: return [a, far]
        case .branchEqual, .branchLess, .branchLessOrEqual: return [a, b, near]
        case .branchEqualImmediate, .branchLessImmediate, .branchLessOrEqualImmediate, .branchGreaterImmediate,
            .branchGreaterOrEqualImmediate, .branchDivisible:
            return [a, "\(i.signedB)", near]
        case .iteratePrepare: return [a]
        case .newRecord: return [a, b, "{ \(layouts[Int(i.c)].joined(separator: ", ")) }"]
        case .recordPut: return [a, b, shown(Int(i.c))]
        case .getField, .getFieldOptional, .ownField: return [a, b, shown(Int(i.c))]
        case .setField: return [a, shown(Int(i.b)), c]
        case .push: return [a, b, near]
        case .call: return [a, "\(i.b)", i.x & 2 != 0 ? "g\(i.c)" : c]
        case .callNative: return [a, "\(i.b)", "built-in \(i.c)"]
        case .callMethod: return [a, "\(i.b)", "method \(i.c)"]
        case .spreadMethod: return [a, b, "method \(i.c)"]
        case .callSpread: return [a, b, c]
        case .callNativeSpread: return [a, "built-in \(i.c)"]
        case .returnNull: return []
        case .testType, .testList: return [a, b, "\(i.c)"]
        case .testField: return [a, b, shown(Int(i.c))]
        }
    }

    private func shown(_ index: Int) -> String {
        switch constants[index] {
        case .string(let text): "'\(text)'"
        case .int(let value): "\(value)"
        case .float(let value): "\(value)"
        case let other: "\(other)"
        }
    }
}

extension Opcode {
    /// Whether 8 further bytes belong to the instruction.
    fileprivate func hasWord(x: UInt8) -> Bool {
        switch self {
        case .getField, .ownField, .setField, .callMethod: true
        case .call, .callNative: x & 1 != 0
        default: false
        }
    }
}
