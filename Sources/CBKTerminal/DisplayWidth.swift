// How many columns of a terminal a text takes, by grapheme cluster: East Asian wide characters and emoji take two, marks
// none. Source: Unicode Standard Annex 11 (wide and fullwidth), Annex 51 (emoji presentation).

package enum DisplayWidth {
    package static func of(_ text: String) -> Int {
        var width = 0
        for character in text { width += of(character) }
        return width
    }

    package static func of(_ character: Character) -> Int {
        if let ascii = character.asciiValue { return ascii >= 0x20 && ascii != 0x7F ? 1 : 0 }
        var scalars = character.unicodeScalars.makeIterator()
        guard let first = scalars.next() else { return 0 }
        if isWide(first.value) { return 2 }
        if first.properties.isEmojiPresentation { return 2 }
        // Variation selector 16 asks for the emoji form; a second regional indicator makes a flag.
        while let next = scalars.next() {
            if next.value == 0xFE0F, first.properties.isEmoji { return 2 }
        }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return 1
        }
    }

    /// The longest start of the text that fits, with `…` as its last column if something was cut.
    package static func fitted(_ text: String, to columns: Int) -> String {
        // Most cells are short ASCII.
        if text.utf8.count <= columns, text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var width = 0
        var cut: String.Index?
        var place = text.startIndex
        while place < text.endIndex {
            let step = of(text[place])
            // The last column is kept for the ellipsis until it is known that all fits.
            if cut == nil, width + step > columns - 1 { cut = place }
            width += step
            if width > columns { return columns < 1 ? "" : String(text[..<(cut ?? place)]) + "…" }
            text.formIndex(after: &place)
        }
        return text
    }

    private static func isWide(_ scalar: UInt32) -> Bool {
        guard scalar >= 0x1100 else { return false }
        var low = 0
        var high = wide.count - 1
        while low <= high {
            let middle = (low + high) / 2
            if scalar < wide[middle].lowerBound {
                high = middle - 1
            } else if scalar > wide[middle].upperBound {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }

    /// Sorted; emoji outside these blocks are known by their presentation.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x2FF0...0x303E,
        0x3041...0x3096, 0x3099...0x30FF, 0x3105...0x312F, 0x3131...0x318E, 0x3190...0x31E3, 0x31EF...0x321E,
        0x3220...0x3247, 0x3250...0xA48C, 0xA490...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE10...0xFE19, 0xFE30...0xFE52, 0xFE54...0xFE66, 0xFE68...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
        0x16FE0...0x16FE4, 0x17000...0x187F7, 0x18800...0x18CD5, 0x1AFF0...0x1B2FB, 0x1F200...0x1F202,
        0x1F210...0x1F23B, 0x1F240...0x1F248, 0x1F250...0x1F251, 0x1F260...0x1F265, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
    ]
}
