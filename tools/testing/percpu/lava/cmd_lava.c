// SPDX-License-Identifier: GPL-2.0-only
/* Writes cells as jobs of LAVA, and judges what such jobs have booted by their logs. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "lava.h"
#include "lava_log.h"
#include "run.h"
#include "util.h"

static bool judge_log(struct report *report, const struct cell *cell, const char *job,
		      const char *output)
{
	char *dir __free(free) = xasprintf("%s/%s", output, cell->name);
	char *path __free(free) = xasprintf("%s/cell", dir);
	char *yaml __free(free) = xasprintf("%s/log.yaml", job);
	struct boot_log log = { .cell = cell };
	struct result result;
	bool ok;

	ktap_init(&log.ktap);
	ok = make_dir(dir) && cell_write(cell, path) && lava_log_read(&log, yaml, dir) &&
	     boot_log_write_end(&log, dir) && judge_dir(dir, &result);
	if (ok)
		report_add(report, &result);
	boot_log_free(&log);
	return ok;
}

static bool judge_job(struct report *report, const char *job, const char *output)
{
	char *path __free(free) = xasprintf("%s/cell", job);
	struct table table = { 0 };
	bool ok = table_read_cell(&table, path) &&
		  judge_log(report, &table.cells[0], job, output);

	table_free(&table);
	return ok;
}

static int judge_jobs(char **jobs, const char *output)
{
	struct report report = { 0 };
	int status = STATUS_ERROR;
	bool ok = true;

	for (; *jobs && ok; jobs++)
		ok = judge_job(&report, *jobs, output);
	if (ok && report_write(&report, output)) {
		report_print_summary(&report);
		status = report_exit_status(&report);
	}
	report_free(&report);
	return status;
}

static int write_jobs(int argc, char **argv)
{
	struct run_options options = RUN_OPTIONS_INIT;
	struct table_options tables = { 0 };
	struct table table = { 0 };
	const char *jobs = NULL;
	const struct option_def defs[] = {
		TABLE_OPTIONS(&tables),
		TOOL_OPTIONS(&options),
		OPT_NEEDED('w', "write", "DIR", &jobs, "write the jobs DIR/CELL/job.yaml"),
		OPT_END
	};
	bool ok;
	size_t i;

	if (!options_parse(defs, "lava --write=DIR [OPTION]... [CELL]...\n"
			   "Write cells as jobs for LAVA.\n", argc, argv))
		return STATUS_ERROR;
	ok = table_read(&table, &tables, argv + optind) && run_prepare(&options, &table);
	for (i = 0; ok && i < table.nr_cells; i++)
		ok = lava_write(&table.cells[i], &options.tools, options.limits.total, jobs);
	table_free(&table);
	strv_free(&options.owned);
	return ok ? STATUS_PASS : STATUS_ERROR;
}

int cmd_lava(int argc, char **argv)
{
	const char *output = NULL;
	const struct option_def defs[] = {
		OPT_NEEDED('o', "output", "DIR", &output,
			   "directory of the report; with --write=DIR jobs are written instead"),
		OPT_END
	};

	if (argc > 1 && !strncmp(argv[1], "--write", 7))
		return write_jobs(argc, argv);
	if (!options_parse(defs, "lava --output=DIR JOB...\n"
			   "Judge jobs of LAVA: JOB is a directory that lava --write has made, "
			   "with the job's log as log.yaml.\n", argc, argv))
		return STATUS_ERROR;
	if (optind == argc) {
		error("JOB is missing; try --help");
		return STATUS_ERROR;
	}
	return judge_jobs(argv + optind, output);
}
