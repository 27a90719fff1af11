// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boots random machines with the runner, and makes those that fail smaller.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "commands.h"
#include "generate.h"
#include "run.h"
#include "shrink.h"
#include "util.h"

#define BATCH		50	/* machines in one call of the runner, and in one report */
#define MAX_SHRUNK	3	/* failures to make smaller */
#define SHRINK_SECONDS	300	/* for each of them */
#define PROGRESS_SECONDS	10

struct options {
	uint64_t seed;
	uint64_t number;
	uint64_t first;
	uint64_t jobs;
	const char *report;
	const char *runner;
	char **rest;
};

static const char usage[] =
"Usage: percpu-qemu fuzz [OPTION]... -- RUNNER-OPTION...\n"
"Boot random machines and make those that fail smaller.\n"
"\n"
"  -s, --seed=NUMBER     which machines (1)\n"
"  -n, --number=NUMBER   how many (100)\n"
"  -f, --first=NUMBER    number of the first one (0)\n"
"  -j, --jobs=N          machines at a time (1)\n"
"  -o, --report=DIR      where the tables and the reports go\n"
"  -r, --runner=PROGRAM  percpu-qemu\n"
"  -h, --help            this text\n"
"\n"
"Exit status: 0 all passed, 1 a machine failed, 2 usage or harness trouble.\n";

static const struct option long_options[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "number", required_argument, NULL, 'n' },
	{ "first", required_argument, NULL, 'f' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "report", required_argument, NULL, 'o' },
	{ "runner", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static bool parse_count(const char *option, uint64_t min, uint64_t max, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(optarg, &end, 10);
	if (*optarg >= '0' && *optarg <= '9' && !*end && !errno && *number >= min &&
	    *number <= max)
		return true;
	error("--%s=%s: not a number from %llu to %llu", option, optarg,
	      (unsigned long long)min, (unsigned long long)max);
	return false;
}

static bool parse_option(struct options *options, int option)
{
	switch (option) {
	case 's':
		return parse_count("seed", 0, UINT64_MAX, &options->seed);
	case 'n':
		return parse_count("number", 1, 1000000, &options->number);
	case 'f':
		return parse_count("first", 0, UINT32_MAX - 1000000, &options->first);
	case 'j':
		return parse_count("jobs", 1, 64, &options->jobs);
	case 'o':
		options->report = optarg;
		return true;
	case 'r':
		options->runner = optarg;
		return true;
	case 'h':
		fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	default:
		fputs("Try 'percpu-qemu fuzz --help'.\n", stderr);
		return false;
	}
}

static bool check_options(const struct options *options)
{
	if (options->report && options->runner)
		return true;
	error("--%s is missing; try --help", options->report ? "runner" : "report");
	return false;
}

static bool parse_options(struct options *options, int argc, char **argv)
{
	int option;

	optind = 1;
	*options = (struct options){ .seed = 1, .number = 100, .jobs = 1 };
	while (true) {
		option = getopt_long(argc, argv, "s:n:f:j:o:r:h", long_options, NULL);
		if (option < 0)
			break;
		if (!parse_option(options, option))
			return false;
	}
	options->rest = argv + optind;
	return check_options(options);
}

static char *append_line(char *text, char *line)
{
	char *longer = xasprintf("%s%s\n", text, line);

	free(text);
	free(line);
	return longer;
}

static bool write_table(const char *dir, const char *name, char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	bool ok = write_file(path, text, strlen(text));

	free(path);
	free(text);
	return ok;
}

/* The tables of the runner, with @nr machines and a cell for each */
static bool write_tables(const char *dir, const struct sample *samples, size_t nr)
{
	char *machines, *cells;
	size_t i;

	if (!make_dir(dir))
		return false;
	machines = xasprintf("# Written by percpu-fuzz\n");
	cells = xasprintf("%s", machines);
	for (i = 0; i < nr; i++) {
		machines = append_line(machines, sample_machine_line(&samples[i]));
		cells = append_line(cells, sample_cell_line(&samples[i]));
	}
	/* Each frees its text */
	return write_table(dir, "machines", machines) & write_table(dir, "cells", cells);
}

static struct strv runner_args(const struct options *options, const char *dir)
{
	struct strv args = { 0 };
	char **rest;

	strv_add(&args, xasprintf("%s", options->runner));
	strv_add(&args, xasprintf("run"));
	strv_add(&args, xasprintf("--machines=%s/machines", dir));
	strv_add(&args, xasprintf("--cells=%s/cells", dir));
	strv_add(&args, xasprintf("--report=%s", dir));
	strv_add(&args, xasprintf("--jobs=%llu", (unsigned long long)options->jobs));
	for (rest = options->rest; *rest; rest++)
		strv_add(&args, xasprintf("%s", *rest));
	return args;
}

static bool boot_all(const struct options *options, const char *dir,
		     const struct sample *samples, size_t nr, struct call *call, bool silent)
{
	struct strv args = runner_args(options, dir);
	bool ok;

	*call = (struct call){ 0 };
	ok = write_tables(dir, samples, nr) && call_runner(call, args.v, silent);
	strv_free(&args);
	return ok;
}

/* A failure that is made smaller */
struct hunt {
	const struct options *options;
	const char *dir;
	const char *verdict;
	double started;
	double printed;
	unsigned int tried;
};

static void print_hunt(struct hunt *hunt, const struct sample *variant)
{
	if (now() - hunt->printed < PROGRESS_SECONDS)
		return;
	hunt->printed = now();
	printf("  SHRINK  %s: %u harts, %u nodes; %u tried, %.0f s, %u s at most\n",
	       variant->machine.name, variant->machine.harts, variant->machine.nr_nodes,
	       hunt->tried, now() - hunt->started, SHRINK_SECONDS);
	fflush(stdout);
}

static bool fails_likewise(const struct sample *variant, void *arg)
{
	struct hunt *hunt = arg;
	struct call call;
	bool fails;

	if (interrupted || now() - hunt->started > SHRINK_SECONDS)
		return false;
	print_hunt(hunt, variant);
	hunt->tried++;
	fails = boot_all(hunt->options, hunt->dir, variant, 1, &call, true) &&
		call.nr_failures == 1 && !strcmp(call.failures[0].verdict, hunt->verdict);
	call_free(&call);
	return fails;
}

static void print_command(const struct options *options, const char *dir)
{
	struct strv args = runner_args(options, dir);
	char *word;
	size_t i;

	fputs("       ", stdout);
	for (i = 0; i < args.n; i++) {
		word = quote(args.v[i]);
		printf(" %s", word);
		free(word);
	}
	putchar('\n');
	strv_free(&args);
}

/* The last variant that was tried need not be the smallest that fails */
static void print_smallest(struct hunt *hunt, const struct sample *smallest)
{
	char *machine = sample_machine_line(smallest);
	char *cell = sample_cell_line(smallest);

	hunt->started = now();
	hunt->printed = now();
	printf("SMALLER %s after %u tries%s\n        %s\n        %s\n", smallest->machine.name,
	       hunt->tried,
	       fails_likewise(smallest, hunt) ? "" : ", but it does not fail each time",
	       machine, cell);
	print_command(hunt->options, hunt->dir);
	fflush(stdout);
	free(machine);
	free(cell);
}

static void shrink_failure(const struct options *options, const struct sample *sample,
			   const struct failure *failure)
{
	char *dir = xasprintf("%s/%s.smaller", options->report, sample->machine.name);
	struct sample smallest = *sample;
	struct hunt hunt = {
		.options = options,
		.dir = dir,
		.verdict = failure->verdict,
		.started = now(),
	};

	if (!fails_likewise(sample, &hunt)) {
		if (!interrupted)
			puts("        It does not fail likewise when it boots alone.");
	} else {
		shrink(&smallest, fails_likewise, &hunt);
		if (!interrupted)
			print_smallest(&hunt, &smallest);
	}
	free(dir);
}

/* The machine is the part of the cell's name that generate_random() made */
static const struct sample *find_sample(const struct sample *samples, size_t nr,
					const char *cell)
{
	char *part, *name;
	bool found;
	size_t i;

	for (i = 0; i < nr; i++) {
		part = xasprintf(".%s.", samples[i].machine.name);
		name = xasprintf("%s.", cell);
		found = strstr(name, part);
		free(part);
		free(name);
		if (found)
			return &samples[i];
	}
	return NULL;
}

/* What all batches came to */
struct total {
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
	unsigned int shrunk;
	bool trouble;
};

/* Crash and harness say nothing about the kernel, see working-on-it.rst */
static bool is_trouble(const struct failure *failure)
{
	return !strcmp(failure->verdict, "crash") || !strcmp(failure->verdict, "harness");
}

static void follow_up(const struct options *options, const struct sample *samples, size_t nr,
		      const struct failure *failure, struct total *total)
{
	const struct sample *which = find_sample(samples, nr, failure->cell);
	const char *number = which ? strrchr(which->machine.name, '-') + 1 : NULL;

	printf("FAILED  %s: %s: %s\n", failure->cell, failure->verdict, failure->reason);
	if (which)
		printf("        make fuzz SEED=%llu FIRST=%s N=1\n",
		       (unsigned long long)options->seed, number);
	fflush(stdout);
	if (!which || is_trouble(failure)) {
		total->trouble = true;
	} else if (total->shrunk < MAX_SHRUNK && !interrupted) {
		total->shrunk++;
		shrink_failure(options, which, failure);
	}
}

static bool run_batch(const struct options *options, unsigned int first, unsigned int nr,
		      struct total *total)
{
	char *dir = xasprintf("%s/seed%llu.%u-%u", options->report,
			      (unsigned long long)options->seed, first, first + nr - 1);
	struct sample *samples = xrealloc(NULL, nr * sizeof(*samples));
	struct call call;
	unsigned int i;
	bool ok;

	for (i = 0; i < nr; i++)
		generate_random(&samples[i], options->seed, first + i);
	ok = boot_all(options, dir, samples, nr, &call, false);
	for (i = 0; ok && i < call.nr_failures; i++)
		follow_up(options, samples, nr, &call.failures[i], total);
	total->passed += call.passed;
	total->failed += call.failed;
	total->skipped += call.skipped;
	total->trouble |= call.trouble;
	call_free(&call);
	free(samples);
	free(dir);
	return ok;
}

static void print_times(const struct options *options, uint64_t done, double started)
{
	double elapsed = now() - started;

	printf("  FUZZ    seed %llu, from machine %llu: %llu of %llu done, %.0f s",
	       (unsigned long long)options->seed, (unsigned long long)(options->first + done),
	       (unsigned long long)done, (unsigned long long)options->number, elapsed);
	if (done)
		printf(", about %.0f s left", elapsed / done * (options->number - done));
	putchar('\n');
}

static int fuzz(const struct options *options)
{
	struct total total = { 0 };
	double started = now();
	uint64_t done = 0, nr;

	while (done < options->number && !interrupted) {
		print_times(options, done, started);
		nr = options->number - done < BATCH ? options->number - done : BATCH;
		if (!run_batch(options, options->first + done, nr, &total))
			return STATUS_ERROR;
		done += nr;
	}
	printf("%u passed, %u failed, %u skipped\n", total.passed, total.failed, total.skipped);
	if (total.trouble)
		return STATUS_ERROR;
	return total.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_fuzz(int argc, char **argv)
{
	struct options options;
	int status;

	if (!parse_options(&options, argc, argv))
		return STATUS_ERROR;
	catch_signals();
	status = fuzz(&options);
	if (interrupted) {
		signal(interrupted, SIG_DFL);
		raise(interrupted);
	}
	return status;
}
