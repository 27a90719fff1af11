// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "run.h"
#include "survey.h"
#include "util.h"

static bool boot_all(struct run_options *options, const struct table *table)
{
	struct report report = { 0 };
	bool ok;

	if (!run_prepare(options, table))
		return false;
	catch_signals();
	ok = report_clear(options->report) && make_dir(options->report) &&
	     run_cells(options, table, &report) && report_write(&report, options->report);
	report_free(&report);
	return ok;
}

static int survey_cells(const struct run_options *options, const struct table *table,
			const char *name)
{
	char *image __free(free) = xasprintf("%s/%s/Image", options->tools.kernels,
					     table->cells[0].kernel);
	struct strv dirs __free(strv) = { 0 };
	size_t i;

	for (i = 0; i < table->nr_cells; i++)
		strv_add(&dirs, xasprintf("%s/%s", options->report, table->cells[i].name));
	return survey(stdout, name, image, &dirs);
}

int cmd_survey(int argc, char **argv)
{
	struct run_options options = RUN_OPTIONS_INIT;
	struct table_options tables = { 0 };
	struct table table = { 0 };
	int status = STATUS_ERROR;
	bool again = false;
	const struct option_def defs[] = {
		TABLE_OPTIONS(&tables),
		RUN_OPTIONS(&options),
		OPT_FLAG('A', "again", &again, "conclude from the boots that are in the report"),
		OPT_END
	};

	if (!options_parse(defs, "survey [OPTION]... NAME\n"
			   "Boot the cells of the table, all of one kernel that may be anybody's, "
			   "and print what it\nhas of the series and what it gets wrong.\n",
			   argc, argv))
		return STATUS_ERROR;
	if (argc - optind != 1)
		error("want the name of the kernel; try --help");
	else if (table_read(&table, &tables, argv + argc) &&
		 (again || boot_all(&options, &table)))
		status = survey_cells(&options, &table, argv[optind]);
	table_free(&table);
	end_by_signal();
	return status;
}
