/*
 * Faults of the system underneath a program, which no test could have without being root: loaded into
 * it by LD_PRELOAD, each is switched on by a variable.
 *
 *   SYSTEM_CLOCK_SECS=n       the time of day is so many seconds off
 *   SYSTEM_NO_LOCKS=errno     no file can be locked
 *   SYSTEM_NO_WRITES=errno    nothing can be written into a file of the program's own
 *   SYSTEM_NO_FILES=errno     no file of the program's own can be made
 *   SYSTEM_NO_READS=errno     no file with a token can be opened
 *   SYSTEM_FOREIGN_FILES=1    the files of the program belong to somebody else
 *   SYSTEM_SLOW_SYNC=path     a file that is to be synced waits until there is something at that path
 *   SYSTEM_STOP_AT_EXIT=1     the process stops (SIGSTOP) when all that it does at its end is done
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SYSTEMS(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The error that a variable names, or 0. */
static int fault(const char *variable) {
    const char *set = getenv(variable);
    return set ? atoi(set) : 0;
}

static int fails(int error) {
    errno = error;
    return -1;
}

static int is_own(const char *path) {
    return path && (strstr(path, "/.cache/snow-token") || strstr(path, "/.local/state/snow-token"));
}

static int is_own_file(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    if (len < 0) return 0;
    path[len] = 0;
    return is_own(path);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int outcome = SYSTEMS(clock_gettime)(clock, now);
    const char *offset = getenv("SYSTEM_CLOCK_SECS");
    if (outcome == 0 && clock == CLOCK_REALTIME && offset) now->tv_sec += atoll(offset);
    return outcome;
}

int flock(int fd, int operation) {
    int error = fault("SYSTEM_NO_LOCKS");
    return error ? fails(error) : SYSTEMS(flock)(fd, operation);
}

ssize_t write(int fd, const void *bytes, size_t len) {
    int error = fault("SYSTEM_NO_WRITES");
    return error && is_own_file(fd) ? fails(error) : SYSTEMS(write)(fd, bytes, len);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    int error = 0;
    if (is_own(path) && flags & (O_CREAT | __O_TMPFILE)) error = fault("SYSTEM_NO_FILES");
    else if (is_own(path) && strstr(path, ".json")) error = fault("SYSTEM_NO_READS");
    return error ? fails(error) : SYSTEMS(open64)(path, flags, mode);
}

int statx(int folder, const char *path, int flags, unsigned mask, struct statx *found) {
    int outcome = SYSTEMS(statx)(folder, path, flags, mask, found);
    if (outcome == 0 && S_ISREG(found->stx_mode) && fault("SYSTEM_FOREIGN_FILES")) found->stx_uid += 1;
    return outcome;
}

int fsync(int fd) {
    const char *sign = getenv("SYSTEM_SLOW_SYNC");
    const struct timespec pause = {.tv_nsec = 1000000};
    while (sign && is_own_file(fd) && access(sign, F_OK) != 0) nanosleep(&pause, NULL);
    return SYSTEMS(fsync)(fd);
}

__attribute__((destructor)) static void at_exit(void) {
    if (fault("SYSTEM_STOP_AT_EXIT")) raise(SIGSTOP);
}
