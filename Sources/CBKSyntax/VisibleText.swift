// How text looks on a terminal: how many columns a character takes, and what to print for characters that would
// move the cursor, hide, or turn the line around. Takes any text; gives text that is safe to print on one line.

/// Text with control and other invisible characters replaced by visible ones: ESC as ␛, a right-to-left override as
/// `\u{202E}`. Tabs become spaces, up to each multiple of `tabWidth` columns counted from `column`.
package func visibleText(_ text: String, column: Int = 0, tabWidth: Int = 4) -> String {
    visibleCells(text, column: column, tabWidth: tabWidth).reduce(into: "") { $0 += $1.text }
}

/// How many terminal columns a text takes as `visibleText` shows it.
package func displayWidth(_ text: String) -> Int {
    visibleCells(text, column: 0, tabWidth: 4).reduce(0) { $0 + $1.width }
}

/// One character as shown.
struct VisibleCell {
    var text: String
    /// In terminal columns.
    var width: Int
}

func visibleCells(_ text: String, column: Int, tabWidth: Int) -> [VisibleCell] {
    var cells: [VisibleCell] = []
    var column = column
    for character in text {
        let cell: VisibleCell
        if character == "\t" {
            let width = tabWidth - column % tabWidth
            cell = VisibleCell(text: String(repeating: " ", count: width), width: width)
        } else {
            cell = visibleCell(character)
        }
        column += cell.width
        cells.append(cell)
    }
    return cells
}

private func visibleCell(_ character: Character) -> VisibleCell {
    if let ascii = character.asciiValue, ascii >= 0x20, ascii < 0x7F {
        return VisibleCell(text: String(character), width: 1)
    }
    let scalars = character.unicodeScalars
    guard !scalars.contains(where: isHidden) else {
        let text = scalars.reduce(into: "") { $0 += isHidden($1) ? picture(of: $1) : String($1) }
        return VisibleCell(text: text, width: text.unicodeScalars.count)
    }
    // Joined emoji and base letters with marks are as wide as what they begin with; U+FE0F asks for the picture form.
    let isPicture = scalars.contains { $0.value == 0xFE0F }
    return VisibleCell(text: String(character), width: isPicture ? 2 : scalars.first.map(width) ?? 0)
}

/// Characters that print nothing themselves and change how what is around them looks.
private func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    // The joiners are part of words and of emoji.
    case .format: return scalar.value != 0x200C && scalar.value != 0x200D && !(0xE0020...0xE007F).contains(scalar.value)
    default: return false
    }
}

private func picture(of scalar: Unicode.Scalar) -> String {
    if scalar.value < 0x20, let picture = Unicode.Scalar(0x2400 + scalar.value) { return String(picture) }
    if scalar.value == 0x7F { return "\u{2421}" }
    return "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
}

private func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
}

/// East Asian wide and fullwidth blocks (UAX #11), without the emoji, which Unicode's own property covers.
private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
]
