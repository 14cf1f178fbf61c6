/*
 * Stands between a process and its system calls on files below one directory (LD_PRELOAD): makes a
 * chosen one fail or kill the process, and records all that change files, with their bytes.
 *
 * SHIM_ROOT     the directory, absolute
 * SHIM_CONTROL  file of at least CONTROL_BYTES: { u32 turn, u32 matched, u32 fired, text }. Whoever
 *               writes a rule there adds one to `turn`. Rule:
 *                 <count from> <how often> <errno, 0: SIGKILL before, -1: SIGKILL after> <calls> <paths>
 *               calls and paths are POSIX extended regular expressions; a path is relative to the root
 * SHIM_LOG      file for the record; none if not set. Each entry is a line of fields and then bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define CONTROL_BYTES 4096
#define REAL(name) ((__typeof__(&name))real_of(#name))

struct control {
  volatile uint32_t turn, matched, fired;
  char rule[CONTROL_BYTES - 12];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static struct control *control;
static int log_file = -1;
static uint32_t known_turn;
static struct {
  int is_set;
  long from, times;
  int error;
  regex_t calls, paths;
} rule;

static void *real_of(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

__attribute__((constructor)) static void start(void) {
  const char *given = getenv("SHIM_ROOT"), *place = getenv("SHIM_CONTROL"), *log = getenv("SHIM_LOG");
  if (!given || !realpath(given, root)) return;
  root_length = strlen(root);
  if (place) {
    int file = syscall(SYS_openat, AT_FDCWD, place, O_RDWR | O_CLOEXEC);
    if (file < 0) abort();
    control = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (control == MAP_FAILED) abort();
  }
  if (log) {
    log_file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log_file < 0) abort();
    /* Out of the way of who counts descriptors, or closes the lowest ones. */
    log_file = fcntl(log_file, F_DUPFD_CLOEXEC, 900);
  }
}

/* The path below the root, or NULL. */
static const char *below_root(const char *path) {
  if (!root_length || strncmp(path, root, root_length) != 0) return NULL;
  if (path[root_length] == '\0') return ".";
  return path[root_length] == '/' ? path + root_length + 1 : NULL;
}

static const char *path_of_name(int directory, const char *name, char *space) {
  char joined[2 * PATH_MAX], at[64], parent[PATH_MAX];
  if (!root_length || !name) return NULL;
  if (name[0] == '/') {
    snprintf(joined, sizeof joined, "%s", name);
  } else {
    if (directory == AT_FDCWD) snprintf(at, sizeof at, "/proc/self/cwd");
    else snprintf(at, sizeof at, "/proc/self/fd/%d", directory);
    ssize_t length = readlink(at, parent, sizeof parent - 1);
    if (length < 0) return NULL;
    parent[length] = '\0';
    snprintf(joined, sizeof joined, "%s/%s", parent, name);
  }
  snprintf(space, PATH_MAX, "%.*s", PATH_MAX - 1, joined);
  return below_root(space);
}

static const char *path_of_file(int file, char *space) {
  char at[64];
  if (!root_length) return NULL;
  snprintf(at, sizeof at, "/proc/self/fd/%d", file);
  ssize_t length = readlink(at, space, PATH_MAX - 1);
  if (length < 0) return NULL;
  space[length] = '\0';
  return below_root(space);
}

static uint64_t inode_of(int file) {
  struct stat facts;
  return fstat(file, &facts) == 0 ? facts.st_ino : 0;
}

static void write_log(const void *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    long count = syscall(SYS_write, log_file, (const char *)bytes + done, length - done);
    if (count < 0 && errno != EINTR) abort();
    if (count > 0) done += count;
  }
}

/* With the lock held. Fields: call, result, errno, inode, offset, path, second path, bytes that follow. */
static void record(const char *call, long result, int error, uint64_t inode, int64_t offset,
                   const char *path, const char *second, const struct iovec *parts, int count) {
  if (log_file < 0) return;
  size_t length = 0;
  for (int part = 0; part < count; part += 1) length += parts[part].iov_len;
  if (result >= 0 && (size_t)result < length) length = result;
  char line[2 * PATH_MAX + 256];
  int used = snprintf(line, sizeof line, "%s\t%ld\t%d\t%llu\t%lld\t%s\t%s\t%zu\n", call, result,
                      result < 0 ? error : 0, (unsigned long long)inode, (long long)offset, path,
                      second ? second : "", result < 0 ? 0 : length);
  write_log(line, used);
  if (result < 0) return;
  for (int part = 0; part < count && length > 0; part += 1) {
    size_t piece = parts[part].iov_len < length ? parts[part].iov_len : length;
    write_log(parts[part].iov_base, piece);
    length -= piece;
  }
}

static void read_rule(void) {
  char calls[512], paths[2048];
  if (rule.is_set) {
    regfree(&rule.calls);
    regfree(&rule.paths);
  }
  known_turn = control->turn;
  rule.is_set = 0;
  control->matched = control->fired = 0;
  if (sscanf(control->rule, "%ld %ld %d %511s %2047s", &rule.from, &rule.times, &rule.error, calls,
             paths) != 5)
    return;
  if (regcomp(&rule.calls, calls, REG_EXTENDED | REG_NOSUB)) abort();
  if (regcomp(&rule.paths, paths, REG_EXTENDED | REG_NOSUB)) abort();
  rule.is_set = 1;
}

/* With the lock held: whether the call is to fail, `errno` then set; 1: it is to kill afterwards. */
static int judge(const char *call, const char *path) {
  if (!control) return 0;
  if (control->turn != known_turn) read_rule();
  if (!rule.is_set) return 0;
  if (regexec(&rule.calls, call, 0, NULL, 0) || regexec(&rule.paths, path, 0, NULL, 0)) return 0;
  control->matched += 1;
  if (control->matched < rule.from || control->matched >= rule.from + rule.times) return 0;
  control->fired += 1;
  if (rule.error == 0) kill(getpid(), SIGKILL);
  if (rule.error <= 0) return 1;
  errno = rule.error;
  return -1;
}

/* Around a call that takes effect at once. `action` gives `result`; the rest describes it. */
#define AROUND(call, path, second, inode, offset, parts, count, action)            \
  do {                                                                             \
    pthread_mutex_lock(&lock);                                                     \
    int verdict = judge(call, path);                                               \
    long result = -1;                                                              \
    if (verdict >= 0) result = (action);                                           \
    int error = errno;                                                             \
    record(call, result, error, inode, offset, path, second, parts, count);        \
    if (verdict > 0) kill(getpid(), SIGKILL);                                      \
    pthread_mutex_unlock(&lock);                                                   \
    errno = error;                                                                 \
    return result;                                                                 \
  } while (0)

/* Where a write without a position went. */
static int64_t written_at(int file, long result) {
  off_t end = lseek(file, 0, SEEK_CUR);
  return end < 0 || result < 0 ? -1 : end - result;
}

static ssize_t on_write(const char *call, int file, const struct iovec *parts, int count,
                        int64_t offset, ssize_t (*act)(int, const struct iovec *, int, off_t)) {
  char space[PATH_MAX];
  const char *path = path_of_file(file, space);
  if (!path) {
    if (log_file < 0 || strncmp(space, "socket:", 7) != 0) return act(file, parts, count, offset);
    /* What leaves is recorded before it leaves: others cannot know it earlier. */
    pthread_mutex_lock(&lock);
    size_t length = 0;
    for (int part = 0; part < count; part += 1) length += parts[part].iov_len;
    record("send", length, 0, 0, 0, space, NULL, parts, count);
    pthread_mutex_unlock(&lock);
    return act(file, parts, count, offset);
  }
  AROUND(call, path, NULL, inode_of(file), offset >= 0 ? offset : written_at(file, result), parts,
         count, act(file, parts, count, offset));
}

static ssize_t act_write(int file, const struct iovec *parts, int count, off_t offset) {
  (void)count, (void)offset;
  return REAL(write)(file, parts->iov_base, parts->iov_len);
}
static ssize_t act_writev(int file, const struct iovec *parts, int count, off_t offset) {
  (void)offset;
  return REAL(writev)(file, parts, count);
}
static ssize_t act_pwrite(int file, const struct iovec *parts, int count, off_t offset) {
  (void)count;
  return REAL(pwrite64)(file, parts->iov_base, parts->iov_len, offset);
}
static ssize_t act_pwritev(int file, const struct iovec *parts, int count, off_t offset) {
  return REAL(pwritev64)(file, parts, count, offset);
}

ssize_t write(int file, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  return on_write("write", file, &part, 1, -1, act_write);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
  return on_write("writev", file, parts, count, -1, act_writev);
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
  struct iovec part = {(void *)bytes, length};
  return on_write("pwrite64", file, &part, 1, offset, act_pwrite);
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
  return pwrite64(file, bytes, length, offset);
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset) {
  return on_write("pwritev", file, parts, count, offset, act_pwritev);
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(file, parts, count, offset);
}

/* Begin and end are recorded: what is written in between may or may not be on the disk. */
static int on_sync(const char *call, int file, int (*act)(int)) {
  char space[PATH_MAX];
  const char *path = path_of_file(file, space);
  if (!path) return act(file);
  uint64_t inode = inode_of(file);
  pthread_mutex_lock(&lock);
  int verdict = judge(call, path);
  int error = errno;
  if (verdict >= 0) record("sync-begins", 0, 0, inode, 0, path, NULL, NULL, 0);
  pthread_mutex_unlock(&lock);
  int result = -1;
  if (verdict >= 0) {
    result = act(file);
    error = errno;
  }
  pthread_mutex_lock(&lock);
  record(call, result, error, inode, 0, path, NULL, NULL, 0);
  if (verdict > 0) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}
int fsync(int file) { return on_sync("fsync", file, REAL(fsync)); }
int fdatasync(int file) { return on_sync("fdatasync", file, REAL(fdatasync)); }

static int on_truncate(const char *call, int file, off64_t length) {
  char space[PATH_MAX];
  const char *path = path_of_file(file, space);
  if (!path) return syscall(SYS_ftruncate, file, length);
  AROUND(call, path, NULL, inode_of(file), length, NULL, 0, syscall(SYS_ftruncate, file, length));
}
int ftruncate64(int file, off64_t length) { return on_truncate("ftruncate", file, length); }
int ftruncate(int file, off_t length) { return on_truncate("ftruncate", file, length); }

static int on_open(int directory, const char *name, int flags, mode_t mode) {
  char space[PATH_MAX];
  const char *path = flags & (O_CREAT | O_TRUNC) ? path_of_name(directory, name, space) : NULL;
  if (!path) return syscall(SYS_openat, directory, name, flags, mode);
  struct stat facts;
  int is_new = fstatat(directory, name, &facts, 0) != 0;
  AROUND(is_new ? "create" : "open", path, NULL, result >= 0 ? inode_of(result) : 0,
         flags & O_TRUNC ? 0 : -1, NULL, 0, syscall(SYS_openat, directory, name, flags, mode));
}
#define MODE_OF(flags)                  \
  mode_t mode = 0;                      \
  if (flags & (O_CREAT | O_TMPFILE)) {  \
    va_list rest;                       \
    va_start(rest, flags);              \
    mode = va_arg(rest, int);           \
    va_end(rest);                       \
  }
int open(const char *name, int flags, ...) {
  MODE_OF(flags);
  return on_open(AT_FDCWD, name, flags, mode);
}
int open64(const char *name, int flags, ...) {
  MODE_OF(flags);
  return on_open(AT_FDCWD, name, flags, mode);
}
int openat(int directory, const char *name, int flags, ...) {
  MODE_OF(flags);
  return on_open(directory, name, flags, mode);
}
int openat64(int directory, const char *name, int flags, ...) {
  MODE_OF(flags);
  return on_open(directory, name, flags, mode);
}

static uint64_t inode_at(const char *name) {
  struct stat facts;
  return lstat(name, &facts) == 0 ? facts.st_ino : 0;
}
int rename(const char *from, const char *to) {
  char space[PATH_MAX], other[PATH_MAX];
  const char *path = path_of_name(AT_FDCWD, from, space);
  const char *second = path_of_name(AT_FDCWD, to, other);
  if (!path || !second) return REAL(rename)(from, to);
  AROUND("rename", second, path, inode_at(result < 0 ? from : to), 0, NULL, 0, REAL(rename)(from, to));
}
int link(const char *from, const char *to) {
  char space[PATH_MAX], other[PATH_MAX];
  const char *path = path_of_name(AT_FDCWD, from, space);
  const char *second = path_of_name(AT_FDCWD, to, other);
  if (!path || !second) return REAL(link)(from, to);
  AROUND("link", second, path, inode_at(from), 0, NULL, 0, REAL(link)(from, to));
}
int unlink(const char *name) {
  char space[PATH_MAX];
  const char *path = path_of_name(AT_FDCWD, name, space);
  if (!path) return REAL(unlink)(name);
  AROUND("unlink", path, NULL, 0, 0, NULL, 0, REAL(unlink)(name));
}
int unlinkat(int directory, const char *name, int flags) {
  char space[PATH_MAX];
  const char *path = path_of_name(directory, name, space);
  if (!path) return REAL(unlinkat)(directory, name, flags);
  AROUND(flags & AT_REMOVEDIR ? "rmdir" : "unlink", path, NULL, 0, 0, NULL, 0,
         REAL(unlinkat)(directory, name, flags));
}
int rmdir(const char *name) {
  char space[PATH_MAX];
  const char *path = path_of_name(AT_FDCWD, name, space);
  if (!path) return REAL(rmdir)(name);
  AROUND("rmdir", path, NULL, 0, 0, NULL, 0, REAL(rmdir)(name));
}
int mkdir(const char *name, mode_t mode) {
  char space[PATH_MAX];
  const char *path = path_of_name(AT_FDCWD, name, space);
  if (!path) return REAL(mkdir)(name, mode);
  AROUND("mkdir", path, NULL, inode_at(name), 0, NULL, 0, REAL(mkdir)(name, mode));
}

/* Ways to change files that nothing here models: whoever reads the record must not meet them. */
#define UNMODELLED(declaration, call, file, action)                         \
  declaration {                                                             \
    char space[PATH_MAX];                                                   \
    const char *path = path_of_file(file, space);                           \
    if (!path) return action;                                               \
    AROUND(call, path, NULL, inode_of(file), 0, NULL, 0, action);           \
  }
UNMODELLED(int fallocate64(int file, int mode, off64_t offset, off64_t length), "fallocate", file,
           syscall(SYS_fallocate, file, mode, offset, length))
UNMODELLED(int fallocate(int file, int mode, off_t offset, off_t length), "fallocate", file,
           syscall(SYS_fallocate, file, mode, offset, length))
UNMODELLED(ssize_t copy_file_range(int from, off64_t *at, int file, off64_t *to, size_t length,
                                   unsigned flags),
           "copy_file_range", file, syscall(SYS_copy_file_range, from, at, file, to, length, flags))
UNMODELLED(ssize_t sendfile64(int file, int from, off64_t *at, size_t length), "sendfile", file,
           syscall(SYS_sendfile, file, from, at, length))

/* libuv answers small writes to sockets with this one. */
ssize_t sendmsg(int file, const struct msghdr *message, int flags) {
  if (log_file >= 0) {
    pthread_mutex_lock(&lock);
    size_t length = 0;
    for (size_t part = 0; part < message->msg_iovlen; part += 1) length += message->msg_iov[part].iov_len;
    record("send", length, 0, 0, 0, "socket", NULL, message->msg_iov, message->msg_iovlen);
    pthread_mutex_unlock(&lock);
  }
  return syscall(SYS_sendmsg, file, message, flags);
}
