/* What SQLite is told by a function that takes any number of arguments, which Swift cannot call. */
#pragma once

/* Has SQLite count no memory. It counts under one lock for the whole process, for all memory that it takes or gives back, so
 * two threads with a connection each wait for each other all the time. Without effect, and no error, once SQLite is in use. */
void cbk_sqlite_count_no_memory(void);
