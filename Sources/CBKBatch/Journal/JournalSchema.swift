// The tables of a run's journal. Rows are only appended, so that a commit writes the last page of a table and not one for each
// item; of rows about the same thing the last one counts. The indexes that find items are made when a run goes on.

import GRDB
import GroupCommit

enum JournalSchema {
    static let current = DatabaseSchema(title: "journal", applicationID: 0x63_62_6B_6A, version: 1) { db, _ in
        try db.execute(
            sql: """
                CREATE TABLE run (
                    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
                    identity TEXT NOT NULL,
                    target TEXT NOT NULL,
                    fingerprint TEXT NOT NULL,
                    parameters TEXT NOT NULL,
                    watermark INTEGER,
                    newest TEXT
                ) STRICT;
                CREATE TABLE items (
                    id INTEGER PRIMARY KEY,
                    batch INTEGER NOT NULL,
                    digest BLOB NOT NULL,
                    key TEXT NOT NULL,
                    content BLOB NOT NULL,
                    state TEXT NOT NULL,
                    detail TEXT NOT NULL
                ) STRICT;
                CREATE TABLE entries (
                    id INTEGER PRIMARY KEY,
                    batch INTEGER NOT NULL,
                    digest BLOB NOT NULL,
                    sequence INTEGER NOT NULL,
                    kind TEXT NOT NULL,
                    call TEXT NOT NULL,
                    state TEXT NOT NULL,
                    value TEXT,
                    image TEXT,
                    error TEXT,
                    created TEXT
                ) STRICT;
                CREATE INDEX entriesByCreated ON entries (created) WHERE created IS NOT NULL;
                CREATE TABLE sources (batch INTEGER NOT NULL PRIMARY KEY) STRICT;
                """)
    }

    /// What finds an item's rows.
    static let indexes = """
        CREATE INDEX IF NOT EXISTS itemsByKey ON items (batch, digest);
        CREATE INDEX IF NOT EXISTS entriesByKey ON entries (batch, digest);
        """
}
