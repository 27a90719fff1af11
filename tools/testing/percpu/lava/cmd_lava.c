// SPDX-License-Identifier: GPL-2.0-only
/* The files of a job for LAVA; scripts/run/lava fills the job's template with "args". */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "run.h"
#include "util.h"

/* QEMU's arguments, one a line. LAVA sees nothing but the console, so there is no port */
static bool write_args(const struct cell *cell, const struct tools *tools, const char *dir)
{
	struct strv args __free(strv) = qemu_args(cell, tools, CONNECT_LAB, dir);
	char *path __free(free) = xasprintf("%s/args", dir);
	char *text __free(free) = NULL;
	size_t i, size;
	FILE *file = open_memstream(&text, &size);

	for (i = 0; i < args.n; i++)
		fprintf(file, "%s\n", args.v[i]);
	fclose(file);
	return write_file(path, text, size);
}

static bool write_job(const struct cell *cell, const struct tools *tools, const char *report)
{
	char *path __free(free) = xasprintf("%s/%s", report, cell->name);
	char *dir __free(free) = make_dir(path) ? realpath(path, NULL) : NULL;
	char *row __free(free) = xasprintf("%s/cell", path);

	return dir && boot_write_machine(cell, tools, CONNECT_LAB, dir) &&
	       cell_write(cell, row) && write_args(cell, tools, dir);
}

int cmd_lava(int argc, char **argv)
{
	struct run_options options = RUN_OPTIONS_INIT;
	struct table_options tables = { 0 };
	const struct option_def defs[] = {
		TABLE_OPTIONS(&tables),
		RUN_OPTIONS(&options),
		OPT_END
	};
	struct table table = { 0 };
	bool ok;
	size_t i;

	if (!options_parse(defs, "CELL...",
			   "Write what LAVA needs to boot cells, REPORT/CELL/.", argc, argv))
		return STATUS_ERROR;
	ok = table_read(&table, &tables, argv + optind) && run_prepare(&options, &table);
	for (i = 0; ok && i < table.nr_cells; i++)
		ok = write_job(&table.cells[i], &options.tools, options.report);
	table_free(&table);
	return ok ? STATUS_PASS : STATUS_ERROR;
}
