// What can be wrong with a CSV file: an error that ends the reading, and one that costs a single row.

/// Why a file cannot be read at all.
package struct CSVError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        case empty = "CSV_EMPTY"
        case header = "CSV_HEADER"
        case encoding = "CSV_ENCODING"
        case options = "CSV_OPTIONS"
        case unreadable = "CSV_UNREADABLE"
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// Why one row cannot be used. The rows after it are read all the same.
package struct CSVRowError: Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// More or fewer cells than the header.
        case ragged = "CSV_RAGGED"
        /// Text between a closing quote and the next delimiter.
        case quote = "CSV_QUOTE"
        /// A quote that is still open at the end of the file.
        case unterminated = "CSV_UNTERMINATED"
        case encoding = "CSV_ENCODING"
        case nul = "CSV_NUL"
        case tooLarge = "CSV_TOO_LARGE"
    }

    package var code: Code
    /// The line of the mistake itself, from 1; in a row of several lines not always its first.
    package var line: Int
    /// The column of the mistake in Unicode scalars, from 1, where one place is at fault.
    package var column: Int?
    package var message: String

    package init(_ code: Code, line: Int, column: Int? = nil, _ message: String) {
        self.code = code
        self.line = line
        self.column = column
        self.message = message
    }

    /// `line 7, column 3: text after the closing quote of a cell`
    package var description: String {
        if let column { "line \(line), column \(column): \(message)" } else { "line \(line): \(message)" }
    }
}
