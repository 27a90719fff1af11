// SPDX-License-Identifier: GPL-2.0-only
/*
 * The runner is a program of its own: what it says on its last lines is all that is
 * known of it here.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"
#include "run.h"
#include "util.h"

#define FAILED		"FAILED  "
#define GRACE_SECONDS	5	/* for the runner to kill what it started */

static pid_t start(char **args, int *output)
{
	int fds[2];
	pid_t pid;

	if (pipe(fds)) {
		error("cannot make a pipe: %s", strerror(errno));
		return -1;
	}
	pid = fork();
	if (!pid) {
		/* The runner kills its own children by this one */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execvp(args[0], args);
		error("cannot run %s: %s", args[0], strerror(errno));
		_exit(127);
	}
	if (pid < 0)
		error("cannot fork: %s", strerror(errno));
	close(fds[1]);
	*output = fds[0];
	return pid;
}

/* "FAILED  cell: verdict: reason" */
static bool take_failure(struct call *call, const char *line)
{
	const char *cell = line + strlen(FAILED);
	const char *verdict, *reason;

	if (strncmp(line, FAILED, strlen(FAILED)))
		return false;
	verdict = strstr(cell, ": ");
	reason = verdict ? strstr(verdict + 2, ": ") : NULL;
	if (!reason)
		return false;
	call->failures = xrealloc(call->failures,
				  (call->nr_failures + 1) * sizeof(*call->failures));
	call->failures[call->nr_failures++] = (struct failure){
		.cell = xasprintf("%.*s", (int)(verdict - cell), cell),
		.verdict = xasprintf("%.*s", (int)(reason - verdict - 2), verdict + 2),
		.reason = xasprintf("%s", reason + 2),
	};
	return true;
}

static bool take_summary(struct call *call, const char *line)
{
	int len = 0;

	if (sscanf(line, "%u passed, %u failed, %u skipped%n", &call->passed, &call->failed,
		   &call->skipped, &len) != 3 || !len || line[len])
		return false;
	call->whole = true;
	return true;
}

static void take_line(struct call *call, const char *line, bool silent)
{
	if (take_failure(call, line) || take_summary(call, line) || silent)
		return;
	puts(line);
	fflush(stdout);
}

/* Takes whole lines out of what has come; keeps the rest */
static void take_lines(struct call *call, char **text, bool silent)
{
	char *line = *text, *end, *rest;

	while ((end = strchr(line, '\n'))) {
		*end = '\0';
		take_line(call, line, silent);
		line = end + 1;
	}
	rest = xasprintf("%s", line);
	free(*text);
	*text = rest;
}

/* False at the end of the output */
static bool read_some(struct call *call, int output, char **text, bool silent)
{
	char data[4096], *longer;
	ssize_t size = read(output, data, sizeof(data));

	if (size < 0)
		return errno == EINTR;
	if (!size)
		return false;
	longer = xasprintf("%s%.*s", *text, (int)size, data);
	free(*text);
	*text = longer;
	take_lines(call, text, silent);
	return true;
}

static void follow(struct call *call, pid_t pid, int output, bool silent)
{
	struct pollfd fd = { .fd = output, .events = POLLIN };
	char *text = xasprintf("%s", "");
	double told = 0;

	while (true) {
		if (interrupted && !told) {
			kill(pid, SIGTERM);
			told = now();
		}
		if (told && now() - told > GRACE_SECONDS)
			kill(pid, SIGKILL);
		if (poll(&fd, 1, 200) > 0 && !read_some(call, output, &text, silent))
			break;
	}
	free(text);
}

/**
 * call_runner() - run the runner to its end
 * @call: what it said, to be freed with call_free()
 * @args: the runner and its arguments
 * @silent: do not pass on what it says of its progress
 *
 * A signal, see @interrupted, goes on to the runner, which then is waited for.
 *
 * Return: true if it came to its last line; else the user has been told.
 */
bool call_runner(struct call *call, char **args, bool silent)
{
	int output, status = 0;
	pid_t pid;

	*call = (struct call){ 0 };
	fflush(stdout);
	pid = start(args, &output);
	if (pid < 0)
		return false;
	follow(call, pid, output, silent);
	close(output);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	call->trouble = !WIFEXITED(status) || WEXITSTATUS(status) > 1;
	if (!call->whole && !interrupted)
		error("%s did not come to its end; see above", args[0]);
	return call->whole && !interrupted;
}

/**
 * call_free() - free what a call holds
 * @call: empty afterwards
 */
void call_free(struct call *call)
{
	size_t i;

	for (i = 0; i < call->nr_failures; i++) {
		free(call->failures[i].cell);
		free(call->failures[i].verdict);
		free(call->failures[i].reason);
	}
	free(call->failures);
	*call = (struct call){ 0 };
}
