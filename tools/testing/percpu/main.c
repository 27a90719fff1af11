// SPDX-License-Identifier: GPL-2.0-only
/* Boots kernels on QEMU and judges them: see tools/testing/percpu/tables. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "util.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "run", cmd_run, "boot cells, judge them and write a report" },
	{ "judge", cmd_judge, "judge the directories of cells again, without a boot" },
	{ "report", cmd_report, "put reports together, judged again" },
	{ "list", cmd_list, "list cells, or what they need" },
	{ "shell", cmd_shell, "give a BusyBox shell in a cell" },
	{ "fuzz", cmd_fuzz, "boot random machines, and make those that fail smaller" },
	{ "lava", cmd_lava, "write what LAVA needs to boot a cell" },
};

static void print_help(void)
{
	size_t i;

	puts("Usage: percpu-qemu COMMAND [OPTION]... [ARGUMENT]...\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].help);
	puts("\npercpu-qemu COMMAND --help lists the options of a command.");
}

/* Makes sure that no file gets the number of a standard stream that is closed */
static void fill_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int run_command(int argc, char **argv)
{
	size_t i;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_help();
		return STATUS_PASS;
	}
	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	error("%s: no such command; try --help", argc > 1 ? argv[1] : "(none)");
	return STATUS_ERROR;
}

int main(int argc, char **argv)
{
	int status;

	fill_streams();
	status = run_command(argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		error("cannot write the standard output");
		status = STATUS_ERROR;
	}
	return status;
}
