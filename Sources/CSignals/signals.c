/* The handler only writes one byte: write() is async-signal-safe, and a full pipe loses nothing that matters,
 * since a byte of the kind is then in it already. */
#include "CSignals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int pipe_ends[2] = {-1, -1};

static void handle(int number) {
    int saved = errno;
    char letter = number == SIGINT ? 'I' : number == SIGTERM || number == SIGHUP ? 'T' : number == SIGCONT ? 'C' : 'W';
    ssize_t written = write(pipe_ends[1], &letter, 1);
    (void)written;
    errno = saved;
}

static int prepare(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -1;
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

int cbk_signals_install(void) {
    if (pipe_ends[0] >= 0) return pipe_ends[0];
    int ends[2];
    if (pipe(ends) < 0) return -1;
    if (prepare(ends[0]) < 0 || prepare(ends[1]) < 0) {
        int saved = errno;
        close(ends[0]);
        close(ends[1]);
        errno = saved;
        return -1;
    }
    pipe_ends[0] = ends[0];
    pipe_ends[1] = ends[1];

    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handle;
    sigemptyset(&action.sa_mask);
    /* Reads and writes elsewhere go on; poll() is interrupted all the same, and it watches the pipe anyway. */
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, 0);
    sigaction(SIGTERM, &action, 0);
    /* A closed terminal asks for the same as SIGTERM. */
    sigaction(SIGHUP, &action, 0);
    sigaction(SIGWINCH, &action, 0);
    sigaction(SIGCONT, &action, 0);
    return pipe_ends[0];
}

void cbk_signals_restore(void) {
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}
