#include "app/demo_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGS 64

/* In the child. */
static _Noreturn void become(const char *const *argv, const char *const *environment, int ready, int log)
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
	setpgid(0, 0);                    /* Ctrl-C is ours to pass on */
	fcntl(ready, F_SETFD, 0);
	dup2(log, 1);
	dup2(log, 2);
	execv("/proc/self/exe", args);
	_exit(127);
}

/* The last lines of what it said. */
static int tell_end(const char *log, struct err *err)
{
	char text[200];
	FILE *file = fopen(log, "re");
	size_t n = 0;
	if (file) {
		if (fseek(file, -(long)sizeof(text) + 1, SEEK_END) != 0)
			rewind(file);
		n = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[n] = '\0';
	return err_set(err, "it ended at once: %s", text);
}

static bool read_address(int fd, char *address, size_t n_bytes)
{
	size_t n = 0;
	ssize_t got;
	while (n < n_bytes - 1 && ((got = read(fd, address + n, n_bytes - 1 - n)) > 0 || (got < 0 && errno == EINTR)))
		n += got > 0 ? (size_t)got : 0;
	address[n] = '\0';
	return n > 0 && address[n - 1] == '\n' && (address[n - 1] = '\0', true);
}

int process_start(struct process *p, const char *const *argv, const char *const *environment, const char *log, struct err *err)
{
	int ready[2], log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log_fd < 0 || pipe2(ready, O_CLOEXEC) < 0)
		return err_set(err, "%s cannot be written: %s", log, strerror(errno));
	snprintf(p->log, sizeof(p->log), "%s", log);
	fflush(NULL);
	p->pid = fork();
	if (p->pid == 0)
		become(argv, environment, ready[1], log_fd);
	close(ready[1]);
	close(log_fd);
	bool ok = p->pid > 0 && read_address(ready[0], p->address, sizeof(p->address));
	close(ready[0]);
	if (ok)
		return 0;
	process_stop(p);
	return tell_end(log, err);
}

bool process_alive(struct process *p)
{
	if (p->pid > 0 && waitpid(p->pid, NULL, WNOHANG) == p->pid)
		p->pid = 0;
	return p->pid > 0;
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
