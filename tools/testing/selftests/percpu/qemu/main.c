// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boots cells on QEMU, several at a time, judges them and reports.
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "judge.h"
#include "machine.h"
#include "report.h"
#include "table.h"
#include "util.h"

#define EXIT_TROUBLE	2
#define MAX_JOBS	64

struct options {
	struct tools tools;
	struct limits limits;
	const char *base;
	const char *machines;
	const char *cells;
	const char *report;
	struct strv documents;
	struct strv absolute;
	unsigned int jobs;
	bool list;
	bool shell;
	bool explain;
	bool silent;
};

static const char usage[] =
"Usage: percpu-qemu [OPTION]... [CELL]...\n"
"Boot cells on QEMU, judge them and report. CELL is a name or a pattern; none means all.\n"
"\n"
"  -b, --base=NAME       base of the kernels, first part of the cells' names\n"
"  -c, --cells=FILE      table of cells\n"
"  -m, --machines=FILE   table of machines\n"
"  -k, --kernels=DIR     kernels: DIR/KERNEL/Image and DIR/KERNEL/config\n"
"  -i, --initrd=FILE     initramfs of the guest\n"
"  -f, --bios=FILE       OpenSBI's fw_dynamic, 1.6 or later\n"
"  -q, --qemu=PROGRAM    QEMU, 8.1 or later (qemu-system-riscv64)\n"
"  -o, --report=DIR      where the report goes; a directory for each cell\n"
"  -d, --document=NAME=FILE  report the KTAP document FILE too\n"
"  -j, --jobs=N          cells at a time (1)\n"
"  -t, --timeout=SECONDS total time of a cell (120)\n"
"  -w, --silence=SECONDS longest time without any output of a cell (40)\n"
"  -l, --list            list the cells and run nothing\n"
"  -x, --shell           give a BusyBox shell in the one CELL instead of running it\n"
"  -e, --explain         tell each verdict in words\n"
"  -s, --silent          no line for each cell\n"
"  -h, --help            this text\n"
"\n"
"Exit status: 0 all passed, 1 a test failed, 2 usage or harness trouble, 4 nothing could run.\n";

static const char short_options[] = "b:c:m:k:i:f:q:o:d:j:t:w:lxesh";

static const struct option long_options[] = {
	{ "base", required_argument, NULL, 'b' },
	{ "cells", required_argument, NULL, 'c' },
	{ "machines", required_argument, NULL, 'm' },
	{ "kernels", required_argument, NULL, 'k' },
	{ "initrd", required_argument, NULL, 'i' },
	{ "bios", required_argument, NULL, 'f' },
	{ "qemu", required_argument, NULL, 'q' },
	{ "report", required_argument, NULL, 'o' },
	{ "document", required_argument, NULL, 'd' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "timeout", required_argument, NULL, 't' },
	{ "silence", required_argument, NULL, 'w' },
	{ "list", no_argument, NULL, 'l' },
	{ "shell", no_argument, NULL, 'x' },
	{ "explain", no_argument, NULL, 'e' },
	{ "silent", no_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static volatile sig_atomic_t interrupted;

static void note_signal(int signal)
{
	interrupted = signal;
}

static bool parse_number(const char *option, unsigned int max, unsigned int *number)
{
	char *end;
	unsigned long value = strtoul(optarg, &end, 10);

	if (end == optarg || *end || !value || value > max) {
		error("--%s=%s: not a number from 1 to %u", option, optarg, max);
		return false;
	}
	*number = value;
	return true;
}

static bool parse_seconds(const char *option, double *seconds)
{
	unsigned int number;

	if (!parse_number(option, 86400, &number))
		return false;
	*seconds = number;
	return true;
}

static bool parse_option(struct options *options, int option)
{
	switch (option) {
	case 'b':
		options->base = optarg;
		return true;
	case 'c':
		options->cells = optarg;
		return true;
	case 'm':
		options->machines = optarg;
		return true;
	case 'k':
		options->tools.kernels = optarg;
		return true;
	case 'i':
		options->tools.initrd = optarg;
		return true;
	case 'f':
		options->tools.bios = optarg;
		return true;
	case 'q':
		options->tools.qemu = optarg;
		return true;
	case 'o':
		options->report = optarg;
		return true;
	case 'd':
		strv_add(&options->documents, xasprintf("%s", optarg));
		return true;
	case 'j':
		return parse_number("jobs", MAX_JOBS, &options->jobs);
	case 't':
		return parse_seconds("timeout", &options->limits.total);
	case 'w':
		return parse_seconds("silence", &options->limits.silence);
	case 'l':
		options->list = true;
		return true;
	case 'x':
		options->shell = true;
		return true;
	case 'e':
		options->explain = true;
		return true;
	case 's':
		options->silent = true;
		return true;
	case 'h':
		fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	default:
		fputs("Try 'percpu-qemu --help'.\n", stderr);
		return false;
	}
}

static bool check_options(const struct options *options)
{
	const struct {
		const char *value;
		const char *name;
		bool only_to_run;
	} needed[] = {
		{ options->base, "base", false },
		{ options->machines, "machines", false },
		{ options->cells, "cells", false },
		{ options->tools.kernels, "kernels", true },
		{ options->tools.initrd, "initrd", true },
		{ options->tools.bios, "bios", true },
		{ options->report, "report", true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		if (!needed[i].value && !(options->list && needed[i].only_to_run)) {
			error("--%s is missing; try --help", needed[i].name);
			return false;
		}
	}
	return true;
}

static void make_absolute(struct options *options, const char **path)
{
	char *dir = **path == '/' ? NULL : getcwd(NULL, 0);

	if (!dir)
		return;
	strv_add(&options->absolute, xasprintf("%s/%s", dir, *path));
	*path = options->absolute.v[options->absolute.n - 1];
	free(dir);
}

/* The names go into cmd, which is run from the cell's own directory */
static void make_tools_absolute(struct options *options)
{
	struct tools *tools = &options->tools;

	make_absolute(options, &tools->kernels);
	make_absolute(options, &tools->initrd);
	make_absolute(options, &tools->bios);
	if (strchr(tools->qemu, '/'))
		make_absolute(options, &tools->qemu);
}

static bool parse_options(struct options *options, int argc, char **argv)
{
	int option;

	*options = (struct options){
		.tools.qemu = "qemu-system-riscv64",
		.limits = default_limits,
		.jobs = 1,
	};
	while (true) {
		option = getopt_long(argc, argv, short_options, long_options, NULL);
		if (option < 0)
			return check_options(options);
		if (!parse_option(options, option))
			return false;
	}
}

/* Keeps the cells that a word of @patterns matches; each word must match one */
static bool select_cells(struct table *table, char **patterns)
{
	bool *keep = xrealloc(NULL, table->nr_cells + 1);
	size_t i, kept = 0;
	bool any = true;

	memset(keep, !*patterns, table->nr_cells);
	for (; any && *patterns; patterns++) {
		any = false;
		for (i = 0; i < table->nr_cells; i++) {
			if (fnmatch(*patterns, table->cells[i].name, 0))
				continue;
			keep[i] = true;
			any = true;
		}
		if (!any)
			error("no cell %s; --list lists them", *patterns);
	}
	for (i = 0; i < table->nr_cells; i++)
		if (keep[i])
			table->cells[kept++] = table->cells[i];
	table->nr_cells = kept;
	free(keep);
	return any;
}

static bool readable(const char *path, const char *what)
{
	if (!access(path, R_OK))
		return true;
	error("cannot read %s: %s; %s", path, strerror(errno), what);
	return false;
}

static bool check_tools(const struct options *options, const struct table *table)
{
	const struct tools *tools = &options->tools;
	bool ok = readable(tools->bios, "set BIOS= to OpenSBI's fw_dynamic.bin, 1.6 or later") &&
		  readable(tools->initrd, "build the guest's initramfs") &&
		  qemu_version_ok(tools->qemu);
	size_t i;

	for (i = 0; ok && i < table->nr_cells; i++) {
		char *image = xasprintf("%s/%s/Image", tools->kernels, table->cells[i].kernel);

		ok = readable(image, "build that kernel first");
		free(image);
	}
	return ok;
}

/* The cells under way */
struct run {
	const struct options *options;
	struct table *table;
	struct report report;
	struct boot boots[MAX_JOBS];
	bool busy[MAX_JOBS];
	size_t next;
	size_t finished;
	double started;
};

static void print_progress(const struct run *run, const struct result *result)
{
	if (run->options->silent)
		return;
	printf("  BOOT    %-46s %-8s %5.1f s  %zu/%zu, %.0f s\n", result->name,
	       verdict_name(result->verdict), result->seconds, run->finished,
	       run->table->nr_cells, now() - run->started);
	fflush(stdout);
}

static void finish(struct run *run, struct boot *boot)
{
	struct outcome outcome;

	judge(boot, &outcome);
	if (run->options->explain)
		report_print_verdict(boot, &outcome);
	report_add(&run->report, boot->cell->name, &outcome, boot->seconds);
	run->finished++;
	print_progress(run, &run->report.results[run->report.nr - 1]);
}

static bool start_next(struct run *run, unsigned int slot)
{
	const struct cell *cell = &run->table->cells[run->next++];
	struct boot *boot = &run->boots[slot];

	if (!boot_start(boot, cell, &run->options->tools, run->options->report)) {
		boot_finish(boot);
		boot_free(boot);
		return false;
	}
	run->busy[slot] = true;
	return true;
}

/* Waits for output of any boot, at most until the watchdogs have to look */
static void wait_for_output(struct run *run)
{
	struct pollfd fds[MAX_JOBS * NR_STREAMS];
	unsigned int slot, i;

	for (slot = 0; slot < run->options->jobs; slot++) {
		for (i = 0; i < NR_STREAMS; i++) {
			struct pollfd *fd = &fds[slot * NR_STREAMS + i];

			fd->fd = run->busy[slot] ? run->boots[slot].streams[i].fd : -1;
			fd->events = POLLIN;
			fd->revents = 0;
		}
	}
	if (poll(fds, run->options->jobs * NR_STREAMS, 200) <= 0)
		return;
	for (i = 0; i < run->options->jobs * NR_STREAMS; i++)
		if (fds[i].revents)
			boot_read(&run->boots[i / NR_STREAMS], i % NR_STREAMS,
				  &run->options->limits);
}

static void stop_all(struct run *run)
{
	unsigned int slot;

	for (slot = 0; slot < run->options->jobs; slot++) {
		if (!run->busy[slot])
			continue;
		boot_kill(&run->boots[slot]);
		boot_finish(&run->boots[slot]);
		boot_free(&run->boots[slot]);
		run->busy[slot] = false;
	}
}

/* False if our side failed or a signal came: there is no report then */
static bool run_cells(struct run *run)
{
	unsigned int slot;
	bool ok = true;

	run->started = now();
	while (ok && !interrupted && run->finished < run->table->nr_cells) {
		for (slot = 0; ok && slot < run->options->jobs; slot++)
			if (!run->busy[slot] && run->next < run->table->nr_cells)
				ok = start_next(run, slot);
		wait_for_output(run);
		for (slot = 0; slot < run->options->jobs; slot++) {
			struct boot *boot = &run->boots[slot];

			if (!run->busy[slot])
				continue;
			boot_watch(boot, &run->options->limits);
			if (!boot_over(boot))
				continue;
			boot_finish(boot);
			finish(run, boot);
			boot_free(boot);
			run->busy[slot] = false;
		}
	}
	stop_all(run);
	return ok && !interrupted;
}

static bool add_documents(struct report *report, const struct strv *documents)
{
	bool ok = true;
	char *path;
	size_t i;

	for (i = 0; ok && i < documents->n; i++) {
		path = strchr(documents->v[i], '=');
		if (!path) {
			error("%s is not NAME=FILE", documents->v[i]);
			return false;
		}
		*path = '\0';
		ok = report_add_document(report, documents->v[i], path + 1);
	}
	return ok;
}

static int run(const struct options *options, struct table *table)
{
	struct run run = { .options = options, .table = table };
	char *path = xasprintf("%s/results.ktap", options->report);
	int status = EXIT_TROUBLE;

	/* An interrupted run must not leave the results of an earlier one */
	unlink(path);
	if (add_documents(&run.report, &options->documents) && make_dir(options->report) &&
	    run_cells(&run) && report_write_ktap(&run.report, path)) {
		report_print_summary(&run.report);
		status = report_exit_status(&run.report);
	}
	report_free(&run.report);
	free(path);
	if (interrupted) {
		error("interrupted; what was started has been killed");
		signal(interrupted, SIG_DFL);
		raise(interrupted);
	}
	return status;
}

static void list_cells(const struct table *table)
{
	size_t i;

	for (i = 0; i < table->nr_cells; i++)
		puts(table->cells[i].name);
}

static int run_shell(const struct options *options, const struct table *table)
{
	if (table->nr_cells != 1)
		error("a shell wants one cell, not %zu; --list lists them", table->nr_cells);
	else
		boot_shell(&table->cells[0], &options->tools, options->report);
	return EXIT_TROUBLE;
}

static void catch_signals(void)
{
	const struct sigaction note = { .sa_handler = note_signal };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &note, NULL);
	sigaction(SIGTERM, &note, NULL);
	sigaction(SIGHUP, &note, NULL);
	/* A write error says more than the death that these would bring */
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
}

int main(int argc, char **argv)
{
	struct options options;
	struct table table = { 0 };
	int status = EXIT_TROUBLE;

	if (!parse_options(&options, argc, argv))
		return EXIT_TROUBLE;
	if (table_read_machines(&table, options.machines) &&
	    table_read_cells(&table, options.cells, options.base) &&
	    select_cells(&table, argv + optind)) {
		if (options.list) {
			list_cells(&table);
			status = EXIT_SUCCESS;
		} else if (check_tools(&options, &table)) {
			make_tools_absolute(&options);
			if (options.shell) {
				status = run_shell(&options, &table);
			} else {
				catch_signals();
				status = run(&options, &table);
			}
		}
	}
	table_free(&table);
	strv_free(&options.documents);
	strv_free(&options.absolute);
	return status;
}
