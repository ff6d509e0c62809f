#include "app/demo_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGS 64
#define READY_MS 60000
#define LOOK_MS 100
#define TELL_BYTES 2000

/* In the child. */
static _Noreturn void become(const char *const *argv, const char *const *environment, int ready, int log, pid_t parent)
{
	char *args[MAX_ARGS], fd[16];
	int n = 0;
	args[n++] = strdup("crier");
	for (; argv[n - 1] && n < MAX_ARGS - 3; n++)
		args[n] = strdup(argv[n - 1]);
	snprintf(fd, sizeof(fd), "%d", ready);
	args[n++] = strdup("--ready-fd");
	args[n++] = fd;
	args[n] = NULL;
	for (; environment && *environment; environment++)
		putenv(strdup(*environment));
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* ends with us, however we end */
	if (getppid() != parent)          /* which was before that call */
		_exit(127);
	setpgid(0, 0); /* Ctrl-C is ours to pass on */
	fcntl(ready, F_SETFD, 0);
	dup2(log, 1);
	dup2(log, 2);
	execv("/proc/self/exe", args);
	_exit(127);
}

static bool asked_to_stop(void)
{
	sigset_t set;
	return sigpending(&set) == 0 && (sigismember(&set, SIGINT) == 1 || sigismember(&set, SIGTERM) == 1);
}

/* Read the line with the address. 0; 1 asked to stop; -1 it ended, or said nothing for too long. */
static int read_address(int fd, char *address, size_t n_bytes, struct err *err)
{
	size_t n = 0;
	for (int waited = 0; waited < READY_MS && n < n_bytes - 1;) {
		struct pollfd look = {.fd = fd, .events = POLLIN};
		if (asked_to_stop())
			return 1;
		if (poll(&look, 1, LOOK_MS) <= 0) {
			waited += LOOK_MS;
			continue;
		}
		ssize_t got = read(fd, address + n, n_bytes - 1 - n);
		if (got <= 0)
			return err_set(err, "it ended before it was ready");
		n += (size_t)got;
		address[n] = '\0';
		if (address[n - 1] == '\n') {
			address[n - 1] = '\0';
			return 0;
		}
	}
	return err_set(err, "it was not ready within %d s", READY_MS / 1000);
}

int process_start(struct process *p, const char *const *argv, const char *const *environment, const char *log, struct err *err)
{
	const pid_t self = getpid();
	int ready[2], log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	snprintf(p->log, sizeof(p->log), "%s", log);
	if (log_fd < 0)
		return err_set(err, "%s cannot be written: %s", log, strerror(errno));
	if (pipe2(ready, O_CLOEXEC) < 0) {
		close(log_fd);
		return err_set(err, "no pipe: %s", strerror(errno));
	}
	fflush(NULL);
	p->pid = fork();
	if (p->pid == 0)
		become(argv, environment, ready[1], log_fd, self);
	close(ready[1]);
	close(log_fd);
	int result = p->pid > 0 ? read_address(ready[0], p->address, sizeof(p->address), err)
	                        : err_set(err, "no process: %s", strerror(errno));
	close(ready[0]);
	if (result != 0)
		process_stop(p);
	return result;
}

int process_check(struct process *p, struct err *err)
{
	int status = 0;
	if (p->pid > 0 && waitpid(p->pid, &status, WNOHANG) != p->pid)
		return 0;
	p->pid = 0;
	if (WIFSIGNALED(status))
		return err_set(err, "it ended by signal %d", WTERMSIG(status));
	return err_set(err, "it ended with status %d", WEXITSTATUS(status));
}

void process_tell(const struct process *p)
{
	char text[TELL_BYTES + 1];
	size_t n = 0;
	FILE *file = fopen(p->log, "re");
	if (file) {
		bool cut = fseek(file, -TELL_BYTES, SEEK_END) == 0 && ftell(file) > 0;
		if (!cut)
			rewind(file);
		n = fread(text, 1, TELL_BYTES, file);
		fclose(file);
		text[n] = '\0';
		const char *line = cut ? strchr(text, '\n') : NULL; /* the first one is not whole */
		fputs(line ? line + 1 : text, stderr);
	}
}

void process_stop(struct process *p)
{
	if (p->pid <= 0)
		return;
	kill(p->pid, SIGTERM);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	p->pid = 0;
}
