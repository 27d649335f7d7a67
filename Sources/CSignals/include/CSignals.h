/* The process's signals as bytes in a pipe: SIGINT is 'I', SIGTERM and SIGHUP 'T', SIGWINCH 'W', SIGCONT 'C'. A reader polls
 * the descriptor beside its other ones; nothing else happens in the handler. */
#pragma once

/* Installs the handlers and gives the descriptor to read from (non-blocking, close-on-exec), the same one at
 * every call; -1 with errno set if no pipe could be made. */
int cbk_signals_install(void);

/* Puts the default action of SIGINT and SIGTERM back, so that the next one ends the process. */
void cbk_signals_restore(void);
