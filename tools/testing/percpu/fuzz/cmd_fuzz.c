// SPDX-License-Identifier: GPL-2.0-only
/* Boots random machines, and makes those that fail smaller. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "fuzz.h"
#include "run.h"
#include "util.h"

#define MAX_MACHINES		10000
#define MAX_SHRUNK		3	/* failures to make smaller */
#define SHRINK_SECONDS		300	/* for each of them */
#define PROGRESS_SECONDS	10

struct fuzz {
	struct run_options run;
	const char *base;
	unsigned long seed;
	unsigned long first;
	unsigned long nr;
};

/* A failure that is made smaller */
struct hunt {
	const struct fuzz *fuzz;
	const char *dir;
	enum verdict verdict;
	double started;
	double printed;
	unsigned int tried;
	bool error;
};

static char *print_rows(const struct sample *samples, unsigned int nr, bool cells)
{
	char *rows = NULL;
	unsigned int i;
	size_t size;
	FILE *file = open_memstream(&rows, &size);

	for (i = 0; i < nr; i++) {
		if (cells)
			cell_print(file, &samples[i].cell);
		else
			machine_print(file, &samples[i].machine);
	}
	fclose(file);
	return rows;
}

/* A directory with tables of the samples, with which percpu-qemu run boots them again */
static bool write_tables(const char *dir, const struct sample *samples, unsigned int nr)
{
	char *machines __free(free) = xasprintf("%s/machines", dir);
	char *cells __free(free) = xasprintf("%s/cells", dir);
	char *machine_rows __free(free) = print_rows(samples, nr, false);
	char *cell_rows __free(free) = print_rows(samples, nr, true);

	return make_dir(dir) && write_file(machines, machine_rows, strlen(machine_rows)) &&
	       write_file(cells, cell_rows, strlen(cell_rows));
}

static bool boot_samples(const struct fuzz *fuzz, const char *dir, const struct sample *samples,
			 unsigned int nr, bool silent, struct report *report)
{
	char *machines __free(free) = xasprintf("%s/machines", dir);
	char *cells __free(free) = xasprintf("%s/cells", dir);
	struct run_options options = fuzz->run;
	struct table table = { 0 };
	bool ok;

	options.report = dir;
	options.silent |= silent;
	ok = write_tables(dir, samples, nr) && table_read_machines(&table, machines) &&
	     table_read_cells(&table, cells, fuzz->base) && run_prepare(&options, &table) &&
	     report_clear(dir) && run_cells(&options, &table, report) &&
	     report_write(report, dir);
	strv_free(&options.owned);
	table_free(&table);
	return ok;
}

static void print_progress(struct hunt *hunt, const struct sample *variant)
{
	if (now() - hunt->printed < PROGRESS_SECONDS)
		return;
	hunt->printed = now();
	printf("  SHRINK  %s: %u harts, %u nodes; %u tried, %.0f s, %u s at most\n",
	       variant->name, variant->machine.harts, variant->machine.nr_nodes, hunt->tried,
	       now() - hunt->started, SHRINK_SECONDS);
	fflush(stdout);
}

static bool fails_again(struct hunt *hunt, const struct sample *sample)
{
	struct report report = { 0 };
	bool fails = false;

	hunt->tried++;
	hunt->error = !boot_samples(hunt->fuzz, hunt->dir, sample, 1, true, &report);
	if (!hunt->error)
		fails = report.results[0].verdict == hunt->verdict;
	report_free(&report);
	return fails;
}

static bool variant_fails(const struct sample *variant, void *arg)
{
	struct hunt *hunt = arg;

	if (hunt->error || now() - hunt->started > SHRINK_SECONDS)
		return false;
	print_progress(hunt, variant);
	return fails_again(hunt, variant);
}

static void print_command(const struct fuzz *fuzz, const char *dir)
{
	const struct tools *tools = &fuzz->run.tools;
	struct strv words __free(strv) = { 0 };
	size_t i;

	strv_add(&words, xasprintf("%s", program_invocation_name));
	strv_add(&words, xasprintf("run"));
	strv_add(&words, xasprintf("--base=%s", fuzz->base));
	strv_add(&words, xasprintf("--machines=%s/machines", dir));
	strv_add(&words, xasprintf("--cells=%s/cells", dir));
	strv_add(&words, xasprintf("--report=%s", dir));
	strv_add(&words, xasprintf("--kernels=%s", tools->kernels));
	strv_add(&words, xasprintf("--initrd=%s", tools->initrd));
	strv_add(&words, xasprintf("--bios=%s", tools->bios));
	strv_add(&words, xasprintf("--qemu=%s", tools->qemu));
	strv_add(&words, xasprintf("--timeout=%lu", fuzz->run.limits.total));
	strv_add(&words, xasprintf("--silence=%lu", fuzz->run.limits.silence));
	fputs("       ", stdout);
	for (i = 0; i < words.n; i++) {
		char *word __free(free) = quote(words.v[i]);

		printf(" %s", word);
	}
	putchar('\n');
}

/* The variant that was booted last need not be the smallest that failed */
static void print_smallest(struct hunt *hunt, const struct sample *smallest)
{
	char *machine __free(free) = print_rows(smallest, 1, false);
	char *cell __free(free) = print_rows(smallest, 1, true);
	unsigned int tried = hunt->tried;
	bool fails = fails_again(hunt, smallest);

	printf("SMALLER %s after %u tries%s\n        %s        %s", smallest->name, tried,
	       fails ? "" : ", but it does not fail each time", machine, cell);
	print_command(hunt->fuzz, hunt->dir);
	fflush(stdout);
}

static void shrink_failure(const struct fuzz *fuzz, struct sample *sample, enum verdict verdict)
{
	char *dir __free(free) = xasprintf("%s/%s.smaller", fuzz->run.report, sample->name);
	struct hunt hunt = {
		.fuzz = fuzz, .dir = dir, .verdict = verdict, .started = now(),
	};

	if (variant_fails(sample, &hunt)) {
		shrink(sample, variant_fails, &hunt);
		if (!hunt.error)
			print_smallest(&hunt, sample);
	} else if (!hunt.error) {
		puts("        It does not fail in the same way when it boots alone.");
	}
}

/* Crash and harness are no failures of the kernel */
static bool can_shrink(const struct result *result)
{
	return result->verdict != VERDICT_CRASH && result->verdict != VERDICT_HARNESS;
}

static unsigned int follow_up(const struct fuzz *fuzz, struct sample *samples,
			      const struct report *report)
{
	unsigned int i, number, failed = 0, shrunk = 0;
	const struct result *result;

	for (i = 0; i < report->nr; i++) {
		result = &report->results[i];
		if (result->verdict == VERDICT_PASS)
			continue;
		failed++;
		number = atoi(strrchr(result->cell->machine->name, '-') + 1);
		printf("FAILED  %s: %s: %s\n        make fuzz SEED=%lu FIRST=%u N=1\n",
		       result->name, verdict_name(result->verdict), result->reason,
		       fuzz->seed, number);
		fflush(stdout);
		if (can_shrink(result) && shrunk++ < MAX_SHRUNK && !interrupted)
			shrink_failure(fuzz, &samples[number - fuzz->first], result->verdict);
	}
	return failed;
}

static int run_fuzz(const struct fuzz *fuzz)
{
	char *dir __free(free) = xasprintf("%s/seed%lu.%lu-%lu", fuzz->run.report,
					   fuzz->seed, fuzz->first,
					   fuzz->first + fuzz->nr - 1);
	struct sample *samples __free(free) = xrealloc(NULL, fuzz->nr * sizeof(*samples));
	struct report report = { 0 };
	int status = STATUS_ERROR;
	unsigned int i, failed;

	for (i = 0; i < fuzz->nr; i++)
		generate_random(&samples[i], fuzz->seed, fuzz->first + i);
	if (boot_samples(fuzz, dir, samples, fuzz->nr, false, &report)) {
		failed = follow_up(fuzz, samples, &report);
		printf("%lu passed, %u failed, 0 skipped\n", fuzz->nr - failed, failed);
		status = report_exit_status(&report);
	}
	report_free(&report);
	return status;
}

int cmd_fuzz(int argc, char **argv)
{
	struct fuzz fuzz = { .run = RUN_OPTIONS_INIT, .seed = 1, .nr = 100 };
	const struct option_def defs[] = {
		OPT_NUMBER(0, "seed", "N", &fuzz.seed, 0, ULONG_MAX, "which machines (1)"),
		OPT_NUMBER('n', "number", "N", &fuzz.nr, 1, MAX_MACHINES, "how many (100)"),
		OPT_NUMBER(0, "first", "N", &fuzz.first, 0, INT32_MAX, "number of the first (0)"),
		OPT_NEEDED('b', "base", "NAME", &fuzz.base, "base of the kernel " FUZZ_KERNEL),
		RUN_OPTIONS(&fuzz.run),
		OPT_END
	};
	int status;

	if (!options_parse(defs, "", "Boot random machines, and make those that fail smaller.",
			   argc, argv))
		return STATUS_ERROR;
	catch_signals();
	status = run_fuzz(&fuzz);
	end_by_signal();
	return status;
}
