// SPDX-License-Identifier: GPL-2.0-only
/* Runs programs that the tests were not written with. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

static void exec_command(const char *const argv[], int output)
{
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execv(argv[0], (char *const *)argv);
	dprintf(STDOUT_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static void read_lines(FILE *output, void (*each)(const char *line))
{
	char line[1024];

	while (fgets(line, sizeof(line), output)) {
		line[strcspn(line, "\n")] = '\0';
		each(line);
	}
}

/**
 * command_run - run a program to its end
 * @argv: its path and arguments, and NULL
 * @each: called with each line that it writes
 *
 * Return: its exit status, 128 and the number of the signal that ended it, or a
 * negative errno.
 */
int command_run(const char *const argv[], void (*each)(const char *line))
{
	int ends[2], status;
	FILE *output;
	pid_t pid;

	fflush(stdout);
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	output = fdopen(ends[0], "r");
	if (!output)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		exec_command(argv, ends[1]);
	close(ends[1]);
	read_lines(output, each);
	fclose(output);
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
