// SPDX-License-Identifier: GPL-2.0-only
/* Boots cells, several at a time; keeps the results of those that passed before. */
#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"
#include "util.h"

#define MAX_JOBS	64
#define PROGRESS_SECONDS	10

/* The host shares its time among threads, and each hart is one: a machine of 64 harts
 * leaves so little to one of 8 beside it that it seems dead
 */
#define HARTS_AT_ONCE	32

volatile sig_atomic_t interrupted;

static void note_signal(int signal)
{
	interrupted = signal;
}

void catch_signals(void)
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

/* After a signal we end by it, as whoever sent it expects */
void end_by_signal(void)
{
	if (!interrupted)
		return;
	error("interrupted; what was started has been killed, and what has passed is kept");
	fflush(stdout);
	signal(interrupted, SIG_DFL);
	raise(interrupted);
}

/* Keeps the cells that a pattern matches; each pattern must match one */
static bool select_cells(struct table *table, char **patterns)
{
	bool *keep __free(free) = xrealloc(NULL, table->nr_cells + 1);
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
			error("no cell %s; percpu-qemu list lists them", *patterns);
	}
	for (i = 0; i < table->nr_cells; i++)
		if (keep[i])
			table->cells[kept++] = table->cells[i];
	table->nr_cells = kept;
	return any;
}

bool table_read(struct table *table, const struct table_options *options, char **patterns)
{
	table->in = options->in;
	return table_read_machines(table, options->machines) &&
	       (!options->series || table_read_series(table, options->series)) &&
	       table_read_cells(table, options->cells, options->base) &&
	       select_cells(table, patterns);
}

static bool readable(const char *path, const char *what)
{
	if (!access(path, R_OK))
		return true;
	error("cannot read %s: %s; %s", path, strerror(errno), what);
	return false;
}

/* What a cell with tlb= is run with, beside what all are */
static bool check_plugin(const struct cell *cell, const struct tools *tools)
{
	char *plugin __free(free) = NULL;

	if (!cell_has_plugin(cell))
		return true;
	if (!tools->tlb) {
		error("%s wants QEMU's plugin; --tlb names the directory with it", cell->name);
		return false;
	}
	plugin = xasprintf("%s/tlb.so", tools->tlb);
	return readable(plugin, "make -C tools/tlb builds it");
}

static bool check_files(const struct tools *tools, const struct table *table)
{
	bool ok = readable(tools->bios, "set BIOS= to OpenSBI's fw_dynamic.bin, 1.6 or later");
	size_t i;

	for (i = 0; ok && i < table->nr_cells; i++) {
		const struct cell *cell = &table->cells[i];
		char *image __free(free) = xasprintf("%s/%s/Image", tools->kernels, cell->kernel);
		char *initrd __free(free) = qemu_initrd(cell, tools);

		ok = readable(image, "build that kernel first") &&
		     readable(initrd, "build the guest's initramfs") &&
		     check_plugin(cell, tools);
	}
	return ok;
}

/* The names go into cmd, which is run from the cell's own directory */
static void make_absolute(struct run_options *options, const char **path)
{
	char *dir __free(free) = **path == '/' ? NULL : getcwd(NULL, 0);

	if (!dir)
		return;
	strv_add(&options->owned, xasprintf("%s/%s", dir, *path));
	*path = options->owned.v[options->owned.n - 1];
}

/* Are QEMU and all files there? Makes their names absolute. */
bool run_prepare(struct run_options *options, const struct table *table)
{
	struct tools *tools = &options->tools;
	char *version = NULL;
	bool ok = check_files(tools, table) && qemu_version_ok(tools->qemu, &version);

	if (version)
		strv_add(&options->owned, version);
	options->version = version;
	if (!ok)
		return false;
	make_absolute(options, &tools->kernels);
	make_absolute(options, &tools->initrd);
	make_absolute(options, &tools->bios);
	if (tools->tlb)
		make_absolute(options, &tools->tlb);
	if (strchr(tools->qemu, '/'))
		make_absolute(options, &tools->qemu);
	return true;
}

/* The cells under way */
struct run {
	const struct run_options *options;
	const struct table *table;
	struct report *report;
	struct boot boots[MAX_JOBS];
	char *inputs[MAX_JOBS];
	bool busy[MAX_JOBS];
	size_t next;
	size_t finished;
	size_t kept;
	double started;
	double printed;
};

/* Cells that were kept took no time, and say nothing about the others */
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
			printf(" %s (%.0f s)", run->boots[slot].log.cell->name,
			       now() - run->boots[slot].started);
	printf("  ");
	print_times(run);
}

/* A machine with more harts than that boots alone */
static bool has_room(const struct run *run)
{
	unsigned int slot, harts = qemu_harts(run->table->cells[run->next].machine);
	bool alone = true;

	for (slot = 0; slot < run->options->jobs; slot++) {
		if (!run->busy[slot])
			continue;
		alone = false;
		harts += qemu_harts(run->boots[slot].log.cell->machine);
	}
	return alone || harts <= HARTS_AT_ONCE;
}

/* A file by what make looks at: its time; its size beside it */
static void add_input(FILE *file, const char *path)
{
	struct stat st = { 0 };

	stat(path, &st);
	fprintf(file, "%s %lld %lld.%09ld\n", path, (long long)st.st_size,
		(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

/* What the result of a cell depends on: its rows, the kernel, what the guest runs,
 * the firmware, QEMU and this program
 */
static char *list_inputs(const struct run_options *options, const struct cell *cell)
{
	const struct tools *tools = &options->tools;
	char *initrd __free(free) = qemu_initrd(cell, tools);
	char *image __free(free) = xasprintf("%s/%s/Image", tools->kernels, cell->kernel);
	char *cmdline __free(free) = qemu_cmdline(cell, tools, CONNECT_CELL);
	struct strv args __free(strv) = qemu_args(cell, tools, CONNECT_CELL, "");
	char *text = NULL;
	size_t i, size;
	FILE *file = open_memstream(&text, &size);

	machine_print(file, cell->machine);
	cell_print(file, cell);
	for (i = 0; i < args.n; i++)
		fprintf(file, "%s ", args.v[i]);
	/* A stub's arguments have no command line */
	fprintf(file, "\n%s\n%lu %lu\n%s", cmdline, options->limits.total,
		options->limits.silence, options->version);
	add_input(file, image);
	add_input(file, initrd);
	add_input(file, tools->bios);
	add_input(file, "/proc/self/exe");
	if (cell_has_plugin(cell)) {
		char *plugin __free(free) = xasprintf("%s/tlb.so", tools->tlb);
		char *models __free(free) = xasprintf("%s/models", tools->tlb);

		add_input(file, plugin);
		add_input(file, models);
	}
	fclose(file);
	return text;
}

static char *cell_path(const struct run *run, const struct cell *cell, const char *name)
{
	return xasprintf("%s/%s%s%s", run->options->report, cell->name, *name ? "/" : "", name);
}

/* Only a pass is kept: a failure may have been chance. It is judged again by its logs. */
static bool keep_earlier(struct run *run, const struct cell *cell, const char *inputs)
{
	char *dir __free(free) = cell_path(run, cell, "");
	char *path __free(free) = cell_path(run, cell, "inputs");
	char *earlier __free(free) = access(path, R_OK) ? NULL : read_file(path, NULL);
	struct result result;

	if (run->options->force || !earlier || strcmp(earlier, inputs))
		return false;
	if (!judge_dir(dir, &result) || result.verdict != VERDICT_PASS ||
	    strcmp(result.name, cell->name)) {
		result_free(&result);
		return false;
	}
	report_add(run->report, &result);
	run->finished++;
	run->kept++;
	return true;
}

static bool start_next(struct run *run, unsigned int slot)
{
	const struct cell *cell = &run->table->cells[run->next++];
	char *inputs = list_inputs(run->options, cell);

	if (keep_earlier(run, cell, inputs)) {
		free(inputs);
		return true;
	}
	run->inputs[slot] = inputs;
	run->busy[slot] = true;
	return boot_start(&run->boots[slot], cell, &run->options->tools, run->options->report);
}

/* Frees a slot: of a boot that has ended, or that was killed before */
static void release(struct run *run, unsigned int slot)
{
	boot_free(&run->boots[slot]);
	free(run->inputs[slot]);
	run->busy[slot] = false;
}

static bool finish(struct run *run, unsigned int slot)
{
	struct boot *boot = &run->boots[slot];
	char *path __free(free) = xasprintf("%s/inputs", boot->dir);
	const struct result *result;
	struct result judged;

	if (!boot_finish(boot) || !judge_dir(boot->dir, &judged))
		return false;
	result = report_add(run->report, &judged);
	run->finished++;
	if (run->options->explain)
		report_print_verdict(result);
	print_result(run, result);
	return result->verdict != VERDICT_PASS ||
	       write_file(path, run->inputs[slot], strlen(run->inputs[slot]));
}

/* Waits for output of any boot, at most until the watchdogs have to look */
static void wait_for_output(struct run *run)
{
	struct pollfd fds[MAX_JOBS * NR_STREAMS];
	unsigned int i, nr = run->options->jobs * NR_STREAMS;

	for (i = 0; i < nr; i++) {
		unsigned int slot = i / NR_STREAMS;

		fds[i] = (struct pollfd){
			.fd = run->busy[slot] ? run->boots[slot].streams[i % NR_STREAMS].fd : -1,
			.events = POLLIN,
		};
	}
	if (poll(fds, nr, 200) <= 0)
		return;
	for (i = 0; i < nr; i++)
		if (fds[i].revents)
			boot_read(&run->boots[i / NR_STREAMS], i % NR_STREAMS,
				  &run->options->limits);
}

static bool start_all(struct run *run)
{
	unsigned int slot;

	for (slot = 0; slot < run->options->jobs; slot++)
		while (!run->busy[slot] && run->next < run->table->nr_cells && has_room(run))
			if (!start_next(run, slot))
				return false;
	return true;
}

static bool finish_all(struct run *run)
{
	unsigned int slot;

	for (slot = 0; slot < run->options->jobs; slot++) {
		if (!run->busy[slot])
			continue;
		boot_watch(&run->boots[slot], &run->options->limits);
		if (!boot_over(&run->boots[slot]))
			continue;
		if (!finish(run, slot))
			return false;
		release(run, slot);
	}
	return true;
}

static void abort_all(struct run *run)
{
	unsigned int slot;

	for (slot = 0; slot < run->options->jobs; slot++) {
		if (!run->busy[slot])
			continue;
		boot_abort(&run->boots[slot]);
		release(run, slot);
	}
}

bool run_cells(const struct run_options *options, const struct table *table,
	       struct report *report)
{
	struct run run = {
		.options = options, .table = table, .report = report,
		.started = now(), .printed = now(),
	};
	bool ok = true;

	while (ok && !interrupted && run.finished < table->nr_cells) {
		ok = start_all(&run);
		if (ok)
			wait_for_output(&run);
		ok = ok && finish_all(&run);
		print_progress(&run);
	}
	abort_all(&run);
	if (run.kept && !options->silent)
		printf("  KEEP    %zu of %zu cells passed before, from the same input\n",
		       run.kept, table->nr_cells);
	return ok && !interrupted;
}
