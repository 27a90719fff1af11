// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boots cells on QEMU, several at a time, judges them and reports.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "judge.h"
#include "lava.h"
#include "machine.h"
#include "report.h"
#include "saved.h"
#include "table.h"
#include "util.h"

#define EXIT_TROUBLE	2
#define MAX_JOBS	64
#define PROGRESS_SECONDS	10

/* The host shares its time among threads, and each hart is one: a machine of 64 harts
 * leaves so little to one of 8 beside it that it seems dead
 */
#define HARTS_AT_ONCE	32

struct options {
	struct tools tools;
	struct limits limits;
	const char *base;
	const char *machines;
	const char *cells;
	const char *series;
	const char *report;
	const char *lava;
	struct strv documents;
	struct strv absolute;
	unsigned int jobs;
	char *version;
	const char *in;
	bool add;
	bool list;
	bool needs;
	bool shell;
	bool explain;
	bool force;
	bool silent;
};

static const char usage[] =
"Usage: percpu-qemu [OPTION]... [CELL]...\n"
"Boot cells on QEMU, judge them and report. CELL is a name or a pattern; none means all.\n"
"\n"
"  -b, --base=NAME       base of the kernels, first part of the cells' names\n"
"  -c, --cells=FILE      table of cells\n"
"  -m, --machines=FILE   table of machines\n"
"  -S, --series=FILE     what scripts/compose said of the base: for rows with a condition\n"
"  -k, --kernels=DIR     kernels: DIR/KERNEL/Image and DIR/KERNEL/config\n"
"  -i, --initrd=FILE     initramfs of the guest\n"
"  -f, --bios=FILE       OpenSBI's fw_dynamic, 1.6 or later\n"
"  -q, --qemu=PROGRAM    QEMU, 8.1 or later (qemu-system-riscv64)\n"
"  -o, --report=DIR      where the report goes; a directory for each cell\n"
"  -d, --document=NAME=FILE  report the KTAP document FILE too\n"
"  -a, --add             report the results that are in DIR already, too\n"
"  -j, --jobs=N          cells at a time (1)\n"
"  -t, --timeout=SECONDS total time of a cell (120)\n"
"  -w, --silence=SECONDS longest time without any output of a cell (40)\n"
"  -I, --in=WORD[,WORD]   only the cells with one of these words in the table, or none\n"
"  -l, --list            list the cells and run nothing\n"
"  -n, --needs           list what the cells need: KERNEL, or KERNEL+INITRD\n"
"  -L, --lava=DIR        write jobs for LAVA, DIR/CELL/job.yaml, and run nothing\n"
"  -x, --shell           give a BusyBox shell in the one CELL instead of running it\n"
"  -e, --explain         tell each verdict in words\n"
"  -F, --force           also run cells that passed before from the same input\n"
"  -s, --silent          no line for each cell\n"
"  -h, --help            this text\n"
"\n"
"Exit status: 0 all passed, 1 a test failed, 2 usage or harness trouble, 4 nothing could run.\n";

static const char short_options[] = "b:c:m:S:k:i:f:q:o:d:aj:t:w:I:lnL:xeFsh";

static const struct option long_options[] = {
	{ "base", required_argument, NULL, 'b' },
	{ "cells", required_argument, NULL, 'c' },
	{ "machines", required_argument, NULL, 'm' },
	{ "series", required_argument, NULL, 'S' },
	{ "kernels", required_argument, NULL, 'k' },
	{ "initrd", required_argument, NULL, 'i' },
	{ "bios", required_argument, NULL, 'f' },
	{ "qemu", required_argument, NULL, 'q' },
	{ "report", required_argument, NULL, 'o' },
	{ "document", required_argument, NULL, 'd' },
	{ "add", no_argument, NULL, 'a' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "timeout", required_argument, NULL, 't' },
	{ "silence", required_argument, NULL, 'w' },
	{ "in", required_argument, NULL, 'I' },
	{ "list", no_argument, NULL, 'l' },
	{ "needs", no_argument, NULL, 'n' },
	{ "lava", required_argument, NULL, 'L' },
	{ "shell", no_argument, NULL, 'x' },
	{ "explain", no_argument, NULL, 'e' },
	{ "force", no_argument, NULL, 'F' },
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
	case 'S':
		options->series = optarg;
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
	case 'a':
		options->add = true;
		return true;
	case 'j':
		return parse_number("jobs", MAX_JOBS, &options->jobs);
	case 't':
		return parse_seconds("timeout", &options->limits.total);
	case 'w':
		return parse_seconds("silence", &options->limits.silence);
	case 'I':
		options->in = optarg;
		return true;
	case 'l':
		options->list = true;
		return true;
	case 'n':
		options->needs = true;
		return true;
	case 'L':
		options->lava = optarg;
		return true;
	case 'x':
		options->shell = true;
		return true;
	case 'e':
		options->explain = true;
		return true;
	case 'F':
		options->force = true;
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
		if (options->lava && !strcmp(needed[i].name, "report"))
			continue;
		if (!needed[i].value &&
		    !((options->list || options->needs) && needed[i].only_to_run)) {
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

static bool check_tools(struct options *options, const struct table *table)
{
	const struct tools *tools = &options->tools;
	bool ok = readable(tools->bios, "set BIOS= to OpenSBI's fw_dynamic.bin, 1.6 or later") &&
		  qemu_version_ok(tools->qemu, &options->version);
	size_t i;

	for (i = 0; ok && i < table->nr_cells; i++) {
		const struct cell *cell = &table->cells[i];
		char *image = xasprintf("%s/%s/Image", tools->kernels, cell->kernel);
		char *initrd = machine_initrd(cell, tools);

		ok = readable(image, "build that kernel first") &&
		     readable(initrd, "build the guest's initramfs");
		free(initrd);
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
	char *inputs[MAX_JOBS];
	bool busy[MAX_JOBS];
	size_t next;
	size_t finished;
	size_t kept;
	double started;
	double printed;
};

/* Cells that were kept took no time, and say nothing about those to come */
static void print_times(struct run *run)
{
	size_t ran = run->finished - run->kept;
	double elapsed = now() - run->started;

	printf("%zu/%zu, %.0f s", run->finished, run->table->nr_cells, elapsed);
	if (ran && run->finished < run->table->nr_cells)
		printf(", about %.0f s left",
		       elapsed / ran * (run->table->nr_cells - run->finished));
	putchar('\n');
	fflush(stdout);
	run->printed = now();
}

static void print_result(struct run *run, const struct result *result)
{
	if (run->options->silent)
		return;
	printf("  BOOT    %-46s %-8s %5.1f s  ", result->name, verdict_name(result->verdict),
	       result->seconds);
	print_times(run);
}

/* When nothing has ended for some time */
static void print_progress(struct run *run)
{
	unsigned int slot;

	if (run->options->silent || now() - run->printed < PROGRESS_SECONDS)
		return;
	printf("         ");
	for (slot = 0; slot < run->options->jobs; slot++)
		if (run->busy[slot])
			printf(" %s (%.0f s)", run->boots[slot].cell->name,
			       now() - run->boots[slot].started);
	printf("  ");
	print_times(run);
}

/* A machine with more harts than that boots alone */
static bool has_room(const struct run *run)
{
	unsigned int slot, harts = machine_qemu_harts(run->table->cells[run->next].machine);
	bool alone = true;

	for (slot = 0; slot < run->options->jobs; slot++) {
		if (!run->busy[slot])
			continue;
		alone = false;
		harts += machine_qemu_harts(run->boots[slot].cell->machine);
	}
	return alone || harts <= HARTS_AT_ONCE;
}

/* Adds a file as make would look at it: what has been made anew is another one */
static void add_input(FILE *file, const char *path)
{
	struct stat st = { 0 };

	stat(path, &st);
	fprintf(file, "%s %lld %lld.%09ld\n", path, (long long)st.st_size,
		(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

/* What the result of a cell depends on: its line, the kernel, what the guest runs,
 * the firmware, QEMU and this program
 */
static char *list_inputs(const struct options *options, const struct cell *cell)
{
	const struct tools *tools = &options->tools;
	char *initrd = machine_initrd(cell, tools);
	char *image = xasprintf("%s/%s/Image", tools->kernels, cell->kernel);
	struct strv args = machine_args(cell, tools, CONNECT_CELL, "");
	char *text = NULL;
	size_t i, size;
	FILE *file = open_memstream(&text, &size);

	for (i = 0; i < args.n; i++)
		fprintf(file, "%s ", args.v[i]);
	machine_print(file, cell->machine);
	/* A stub's arguments have no command line */
	fprintf(file, "%s %u %s %d %s %d %.0f %.0f\n%s", cell->name, cell->timeout, cell->chunk,
		cell->units_anywhere, cell->console, cell->fails, options->limits.total,
		options->limits.silence, options->version);
	add_input(file, image);
	add_input(file, initrd);
	add_input(file, tools->bios);
	add_input(file, "/proc/self/exe");
	fclose(file);
	strv_free(&args);
	free(image);
	free(initrd);
	return text;
}

static char *result_path(const struct run *run, const struct cell *cell)
{
	return xasprintf("%s/%s/result.json", run->options->report, cell->name);
}

/* A cell that failed is run again: the failure may have been chance */
static bool keep_earlier(struct run *run, const struct cell *cell, const char *inputs)
{
	size_t before = run->report.nr;
	char *path = result_path(run, cell);
	bool kept;

	kept = !run->options->force && saved_read_result(&run->report, inputs, path) &&
	       run->report.nr == before + 1;
	free(path);
	if (kept) {
		run->finished++;
		run->kept++;
	}
	return kept;
}

/* Passed cells need not run again; whether the others are kept does not matter */
static void save(const struct run *run, const struct result *result, const char *inputs)
{
	char *path = result_path(run, result->cell);

	if (result->verdict == VERDICT_PASS)
		saved_write_result(result, inputs, path);
	free(path);
}

static void finish(struct run *run, unsigned int slot)
{
	struct boot *boot = &run->boots[slot];
	const struct result *result;
	struct outcome outcome;

	judge(boot, &outcome);
	if (run->options->explain)
		report_print_verdict(boot, &outcome);
	report_add(&run->report, boot, &outcome);
	result = &run->report.results[run->report.nr - 1];
	run->finished++;
	save(run, result, run->inputs[slot]);
	print_result(run, result);
}

static bool start_next(struct run *run, unsigned int slot)
{
	const struct cell *cell = &run->table->cells[run->next++];
	struct boot *boot = &run->boots[slot];
	char *inputs = list_inputs(run->options, cell);
	char *path;

	if (keep_earlier(run, cell, inputs)) {
		free(inputs);
		return true;
	}
	path = result_path(run, cell);
	unlink(path);
	free(path);
	if (!boot_start(boot, cell, &run->options->tools, run->options->report)) {
		boot_finish(boot);
		boot_free(boot);
		free(inputs);
		return false;
	}
	run->inputs[slot] = inputs;
	run->busy[slot] = true;
	return true;
}

static void release(struct run *run, unsigned int slot)
{
	boot_free(&run->boots[slot]);
	free(run->inputs[slot]);
	run->inputs[slot] = NULL;
	run->busy[slot] = false;
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
		release(run, slot);
	}
}

/* False if our side failed or a signal came: there is no report then */
static bool run_cells(struct run *run)
{
	unsigned int slot;
	bool ok = true;

	run->started = now();
	run->printed = run->started;
	while (ok && !interrupted && run->finished < run->table->nr_cells) {
		for (slot = 0; ok && slot < run->options->jobs; slot++)
			while (ok && !run->busy[slot] && run->next < run->table->nr_cells &&
			       has_room(run))
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
			finish(run, slot);
			release(run, slot);
		}
		print_progress(run);
	}
	stop_all(run);
	if (run->kept && !run->options->silent)
		printf("  KEEP    %zu of %zu cells passed before, from the same input\n",
		       run->kept, run->table->nr_cells);
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
	char *ktap = xasprintf("%s/results.ktap", options->report);
	char *json = xasprintf("%s/results.json", options->report);
	int status = EXIT_TROUBLE;
	bool ok = !options->add || access(json, F_OK) || saved_read(&run.report, json);

	/* An interrupted run must not leave the results of an earlier one */
	unlink(ktap);
	unlink(json);
	ok = ok && add_documents(&run.report, &options->documents) && make_dir(options->report);
	if (ok && run_cells(&run) && saved_write_results(&run.report, options->report)) {
		report_print_summary(&run.report);
		status = report_exit_status(&run.report);
	}
	report_free(&run.report);
	free(json);
	free(ktap);
	if (interrupted) {
		error("interrupted; what was started has been killed, and what has passed is kept");
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

static void list_needs(const struct table *table)
{
	size_t i;

	for (i = 0; i < table->nr_cells; i++)
		printf("%s%s%s\n", table->cells[i].kernel, *table->cells[i].initrd ? "+" : "",
		       table->cells[i].initrd);
}

static int run_shell(const struct options *options, const struct table *table)
{
	if (table->nr_cells != 1)
		error("a shell wants one cell, not %zu; --list lists them", table->nr_cells);
	else
		boot_shell(&table->cells[0], &options->tools, options->report);
	return EXIT_TROUBLE;
}

static int write_jobs(const struct options *options, const struct table *table)
{
	size_t i;

	for (i = 0; i < table->nr_cells; i++)
		if (!lava_write(&table->cells[i], &options->tools, options->limits.total,
				options->lava))
			return EXIT_TROUBLE;
	return EXIT_SUCCESS;
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

/* A file must not get the number of a stream that we were not given */
static void fill_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options options;
	struct table table = { 0 };
	int status = EXIT_TROUBLE;

	fill_streams();
	if (!parse_options(&options, argc, argv))
		return EXIT_TROUBLE;
	table.in = options.in;
	if (table_read_machines(&table, options.machines) &&
	    (!options.series || table_read_series(&table, options.series)) &&
	    table_read_cells(&table, options.cells, options.base) &&
	    select_cells(&table, argv + optind)) {
		if (options.list) {
			list_cells(&table);
			status = EXIT_SUCCESS;
		} else if (options.needs) {
			list_needs(&table);
			status = EXIT_SUCCESS;
		} else if (check_tools(&options, &table)) {
			make_tools_absolute(&options);
			if (options.lava) {
				status = write_jobs(&options, &table);
			} else if (options.shell) {
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
	free(options.version);
	if (fflush(stdout) || ferror(stdout)) {
		error("cannot write the standard output");
		status = EXIT_TROUBLE;
	}
	return status;
}
