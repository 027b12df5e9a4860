/*
 * Starts programs and measures them for `npm run bench`, with little overhead of its own. It is written in C for two
 * reasons: a child's peak memory starts at that of its parent (fork, vfork), and Node takes longer to start a process
 * than the measured programs take to run.
 *
 * Reads one command a line from stdin: COUNT SPEC-FILE all|first. `all` measures until every process has ended, `first`
 * until the first output. A spec file contains strings, each followed by a NUL: a prefix for the input files, one for the
 * output files, the number of arguments, the arguments, the environment.
 * Prints one line for each command: the nanoseconds of the whole run, then NANOSECONDS:PEAK-KB:WAIT-STATUS of each
 * process, in order.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 256, STRINGS = 256, SPEC = 1 << 16, TIMEOUT_S = 120 };

struct job {
  pid_t pid;
  int in, out, err;
  int pipe[2];
  long long started, ended;
  long peak;
  int status;
};

static struct job jobs[MOST];
static char spec[SPEC];
static char *strings[STRINGS];

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void insist(int is_good, const char *what) {
  if (is_good) return;
  perror(what);
  exit(1);
}

static int open_or_die(const char *path, int flags) {
  int fd = open(path, flags | O_CLOEXEC, 0600);
  insist(fd >= 0, path);
  return fd;
}

static void read_spec(const char *path) {
  int fd = open_or_die(path, O_RDONLY);
  ssize_t length = read(fd, spec, SPEC - 1);
  close(fd);
  insist(length > 0, path);
  int count = 0;
  for (char *at = spec; at < spec + length && count < STRINGS - 1; at += strlen(at) + 1) strings[count++] = at;
  insist(count >= 4, "a spec needs four strings or more");
  strings[count] = NULL;
}

static void start(struct job *job, char **args, char **env) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, job->in, 0);
  posix_spawn_file_actions_adddup2(&actions, job->pipe[1], 1);
  posix_spawn_file_actions_adddup2(&actions, job->err, 2);
  job->started = now();
  insist(posix_spawn(&job->pid, args[0], &actions, NULL, args, env) == 0, args[0]);
  posix_spawn_file_actions_destroy(&actions);
}

static void await_one(int count) {
  int status;
  struct rusage usage;
  pid_t pid = wait4(-1, &status, 0, &usage);
  long long ended = now();
  for (int i = 0; i < count; i++) {
    if (jobs[i].pid != pid) continue;
    jobs[i].ended = ended;
    jobs[i].peak = usage.ru_maxrss;
    jobs[i].status = status;
  }
}

/* Copies the output to the file until it ends. Returns the time of the first byte, 0 without output. */
static long long copy_output(struct job *job) {
  char buffer[4096];
  long long first = 0;
  ssize_t length;
  close(job->pipe[1]);
  while ((length = read(job->pipe[0], buffer, sizeof buffer)) > 0) {
    if (first == 0) first = now();
    insist(write(job->out, buffer, length) == length, "an output file");
  }
  close(job->pipe[0]);
  return first;
}

static void run(int count, const char *path, int is_first) {
  char *args[STRINGS];
  char name[4096];
  read_spec(path);
  int arg_count = atoi(strings[2]);
  memcpy(args, strings + 3, sizeof(char *) * arg_count);
  args[arg_count] = NULL;
  for (int i = 0; i < count; i++) {
    snprintf(name, sizeof name, "%s.%d", strings[0], i);
    jobs[i].in = open_or_die(name, O_RDONLY);
    snprintf(name, sizeof name, "%s.%d", strings[1], i);
    jobs[i].out = open_or_die(name, O_WRONLY | O_CREAT | O_TRUNC);
    snprintf(name, sizeof name, "%s.%d.err", strings[1], i);
    jobs[i].err = open_or_die(name, O_WRONLY | O_CREAT | O_TRUNC);
    jobs[i].pipe[1] = jobs[i].out;
    if (is_first) insist(pipe2(jobs[i].pipe, O_CLOEXEC) == 0, "a pipe");
  }
  alarm(TIMEOUT_S);
  long long started = now();
  for (int i = 0; i < count; i++) start(&jobs[i], args, strings + 3 + arg_count);
  long long first = 0;
  for (int i = 0; is_first && i < count; i++) first = copy_output(&jobs[i]);
  for (int i = 0; i < count; i++) await_one(count);
  long long ended = is_first ? first : now();
  alarm(0);
  printf("%lld", ended - started);
  for (int i = 0; i < count; i++) {
    printf(" %lld:%ld:%d", jobs[i].ended - jobs[i].started, jobs[i].peak, jobs[i].status);
    close(jobs[i].in);
    close(jobs[i].out);
    close(jobs[i].err);
  }
  printf("\n");
  fflush(stdout);
}

int main(void) {
  char line[4096], path[4096], until[8];
  int count;
  while (fgets(line, sizeof line, stdin)) {
    insist(sscanf(line, "%d %4095s %7s", &count, path, until) == 3 && count > 0 && count <= MOST, "a command");
    int is_first = strcmp(until, "first") == 0;
    insist(!is_first || count == 1, "only a single process for its first output");
    run(count, path, is_first);
  }
  return 0;
}
