/* A disk that fails when it is told to: loaded into a server with LD_PRELOAD, built by the tests that use it.
 *
 * FAULT_CONTROL  a file that says what happens, to which files:
 *                  full NAME      no byte is taken: ENOSPC
 *                  short NAME     half of a write is taken, then as with full
 *                  sync NAME      what is written cannot be brought to the disk: EIO
 *                  readonly NAME  nothing is opened for writing, made, renamed or removed: EROFS
 *                any other word, or no such file: nothing
 *                The path of the file contains NAME, or ends with it where NAME ends with '$'.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int taken_half;

/* What happens now to the file at this path. */
static int hits(const char *path, const char *wanted) {
    const char *control = getenv("FAULT_CONTROL");
    char text[512], word[16], name[256];
    if (!control) return 0;
    int file = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = syscall(SYS_read, file, text, sizeof(text) - 1);
    syscall(SYS_close, file);
    if (length <= 0) return 0;
    text[length] = 0;
    if (sscanf(text, "%15s %255s", word, name) != 2) return 0;
    if (strcmp(word, "short") != 0) taken_half = 0;
    if (strcmp(word, wanted) != 0) return 0;
    size_t end = strlen(name);
    if (name[end - 1] != '$') return strstr(path, name) != NULL;
    size_t all = strlen(path);
    return all >= end - 1 && strncmp(path + all - (end - 1), name, end - 1) == 0;
}

static int fault(int fd, const char *wanted) {
    char link[64], path[4096];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return hits(path, wanted);
}

/* How many of so many bytes are taken. */
static size_t room(int fd, size_t count) {
    if (fault(fd, "short")) {
        if (taken_half || count < 2) return 0;
        taken_half = 1;
        return count / 2;
    }
    return fault(fd, "full") ? 0 : count;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    int saved = errno;
    size_t taken = room(fd, count);
    if (count > 0 && taken == 0) {
        errno = ENOSPC;
        return -1;
    }
    errno = saved;
    return syscall(SYS_write, fd, bytes, taken);
}

/* Streams reach the system past the functions above. */
size_t fwrite(const void *bytes, size_t size, size_t count, FILE *stream) {
    size_t (*real)(const void *, size_t, size_t, FILE *) = dlsym(RTLD_NEXT, "fwrite");
    int saved = errno;
    size_t all = size * count, taken = room(fileno(stream), all);
    errno = saved;
    if (taken == all) return real(bytes, size, count, stream);
    taken = real(bytes, 1, taken, stream);
    errno = ENOSPC;
    return size ? taken / size : 0;
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

static int is_readonly(const char *path) {
    int saved = errno, readonly = hits(path, "readonly");
    errno = readonly ? EROFS : saved;
    return readonly;
}

static int open_at(int directory, const char *path, int flags, mode_t mode) {
    if ((flags & (O_ACCMODE | O_CREAT)) && is_readonly(path)) return -1;
    return (int)syscall(SYS_openat, directory, path, flags, mode);
}

#define OPEN(name)                                    \
    int name(const char *path, int flags, ...) {      \
        va_list rest;                                 \
        va_start(rest, flags);                        \
        mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                 \
        return open_at(AT_FDCWD, path, flags, mode);  \
    }
OPEN(open)
OPEN(open64)

#define FOPEN(name)                                                       \
    FILE *name(const char *path, const char *mode) {                      \
        FILE *(*real)(const char *, const char *) = dlsym(RTLD_NEXT, #name); \
        if (strpbrk(mode, "wa+") && is_readonly(path)) return NULL;       \
        return real(path, mode);                                          \
    }
FOPEN(fopen)
FOPEN(fopen64)

int rename(const char *from, const char *to) {
    if (is_readonly(to)) return -1;
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path) {
    if (is_readonly(path)) return -1;
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int mkdir(const char *path, mode_t mode) {
    if (is_readonly(path)) return -1;
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
