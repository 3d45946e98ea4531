/* A disk that fails when it is told to: loaded into a server with LD_PRELOAD, built by the tests that use it.
 *
 * FAULT_MATCH    what the path of a file contains whose writes and syncs can fail
 * FAULT_CONTROL  a file whose first word says what happens to them:
 *                  full   no byte is taken: ENOSPC
 *                  short  half of a write is taken, then as with full
 *                  sync   what is written cannot be brought to the disk: EIO
 *                any other word, or no such file: nothing
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int taken_half;

static int fault(int fd, const char *wanted) {
    const char *control = getenv("FAULT_CONTROL"), *match = getenv("FAULT_MATCH");
    char link[64], path[4096], word[16] = "";
    if (!control || !match) return 0;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (!strstr(path, match)) return 0;
    int file = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    length = syscall(SYS_read, file, word, sizeof(word) - 1);
    syscall(SYS_close, file);
    if (length < 0) return 0;
    word[strcspn(word, " \n")] = 0;
    return strcmp(word, wanted) == 0;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    int saved = errno;
    if (fault(fd, "short")) {
        if (!taken_half && count > 1) {
            taken_half = 1;
            return syscall(SYS_write, fd, bytes, count / 2);
        }
        errno = ENOSPC;
        return -1;
    }
    if (fault(fd, "full")) {
        errno = ENOSPC;
        return -1;
    }
    errno = saved;
    return syscall(SYS_write, fd, bytes, count);
}

static int sync_or_fail(int fd, long number) {
    int saved = errno;
    if (fault(fd, "sync")) {
        errno = EIO;
        return -1;
    }
    errno = saved;
    return (int)syscall(number, fd);
}

int fsync(int fd) { return sync_or_fail(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_or_fail(fd, SYS_fdatasync); }
