// SPDX-License-Identifier: GPL-2.0-only
/* Judges what jobs of LAVA have booted, by their logs, as the runner judges its own boots. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "lava_log.h"
#include "report.h"
#include "saved.h"
#include "util.h"

#define EXIT_TROUBLE	2

static const char usage[] =
	"Usage: percpu-lava -o DIR JOB...\n"
	"Judges jobs of LAVA by their logs, and writes results.json, results.ktap and a\n"
	"directory for each cell. JOB is a directory with cell.json, which percpu-qemu --lava\n"
	"has written there, and the job's log as log.yaml.\n"
	"\n"
	"  -o, --output=DIR  write into DIR\n"
	"  -h, --help        print this help\n"
	"\n"
	"Exit status: 0 all passed, 1 a test failed, 2 usage or trouble.\n";

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

/* The cell of a job; @wanted keeps it */
static const struct cell *read_cell(struct report *wanted, const char *job)
{
	char *path = xasprintf("%s/cell.json", job);
	const struct cell *cell = NULL;

	if (saved_read(wanted, path)) {
		if (wanted->nr == 1 && wanted->results[0].cell)
			cell = wanted->results[0].cell;
		else
			error("%s: not one cell; make lava CELL= writes it", path);
	}
	if (cell && (!*cell->name || *cell->name == '.' || strchr(cell->name, '/'))) {
		error("%s: not the name of a cell: %s", path, cell->name);
		cell = NULL;
	}
	free(path);
	return cell;
}

static bool judge_log(struct report *report, const struct cell *cell, const char *job,
		      const char *output)
{
	char *dir = xasprintf("%s/%s", output, cell->name);
	char *log = xasprintf("%s/log.yaml", job);
	struct outcome outcome;
	struct boot boot;
	bool ok;

	boot_init(&boot, cell);
	ok = make_dir(dir) && lava_log_read(&boot, log, dir);
	if (ok) {
		judge(&boot, &outcome);
		report_add(report, &boot, &outcome);
	}
	boot_free(&boot);
	free(log);
	free(dir);
	return ok;
}

static bool judge_job(struct report *report, const char *job, const char *output)
{
	struct report wanted = { 0 };
	const struct cell *cell = read_cell(&wanted, job);
	bool ok = cell && judge_log(report, cell, job, output);

	report_free(&wanted);
	return ok;
}

static int judge_jobs(char **jobs, const char *output)
{
	struct report report = { 0 };
	int status = EXIT_TROUBLE;
	bool ok = true;

	for (; *jobs && ok; jobs++)
		ok = judge_job(&report, *jobs, output);
	if (ok && saved_write_results(&report, output)) {
		report_print_summary(&report);
		status = report_exit_status(&report);
	}
	report_free(&report);
	return status;
}

int main(int argc, char **argv)
{
	const char *output = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			output = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs("Try 'percpu-lava --help'\n", stderr);
			return EXIT_TROUBLE;
		}
	}
	if (!output || optind == argc) {
		error("%s is missing; try --help", output ? "JOB" : "--output");
		return EXIT_TROUBLE;
	}
	return judge_jobs(argv + optind, output);
}
