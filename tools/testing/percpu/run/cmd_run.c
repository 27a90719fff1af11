// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "run.h"
#include "util.h"

/* NAME=FILE, each */
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

/* What is in the report already */
static bool add_earlier(struct report *report, const char *dir)
{
	char *contents __free(free) = xasprintf("%s/contents", dir);

	return access(contents, F_OK) || report_read(report, dir);
}

/* An interrupted run must not leave the results of an earlier one */
static int run_and_report(const struct run_options *options, const struct table *table,
			  const struct strv *documents, bool add)
{
	struct report report = { 0 };
	int status = STATUS_ERROR;

	if ((!add || add_earlier(&report, options->report)) &&
	    report_clear(options->report) && add_documents(&report, documents) &&
	    make_dir(options->report) && run_cells(options, table, &report) &&
	    report_write(&report, options->report)) {
		report_print_summary(&report);
		status = report_exit_status(&report);
	}
	report_free(&report);
	return status;
}

/* What is done with the one cell instead */
enum manual { MANUAL_NONE, MANUAL_DRY_RUN, MANUAL_GDB, MANUAL_SHELL, MANUAL_LAVA };

static int boot_manually(const struct run_options *options, const struct table *table,
			 enum manual manual)
{
	const struct tools *tools = &options->tools;
	const struct cell *cell = table->cells;
	bool ok = false;

	if (table->nr_cells != 1)
		error("want one cell, not %zu; percpu-qemu list lists them", table->nr_cells);
	else if (manual == MANUAL_DRY_RUN)
		ok = boot_print_command(cell, tools, options->report);
	else if (manual == MANUAL_LAVA)
		ok = boot_write_job(cell, tools, options->report);
	else
		boot_here(cell, tools, manual == MANUAL_GDB ? CONNECT_GDB : CONNECT_SHELL,
			  options->report);
	return ok ? STATUS_PASS : STATUS_ERROR;
}

static int run_or_boot(int argc, char **argv, enum manual manual, const char *args,
		       const char *help)
{
	struct run_options options = RUN_OPTIONS_INIT;
	struct strv documents __free(strv) = { 0 };
	struct table_options tables = { 0 };
	bool add = false, dry_run = false, gdb = false;
	const struct option_def defs[] = {
		TABLE_OPTIONS(&tables),
		RUN_OPTIONS(&options),
		OPT_LIST('d', "document", "NAME=FILE", &documents,
			 "report the KTAP document FILE too"),
		OPT_FLAG('a', "add", &add, "report what is in the report already, too"),
		OPT_TEXT(0, "append", "ARGS", &options.tools.append,
			 "more arguments for the kernel"),
		OPT_TEXT(0, "qemu-args", "ARGS", &options.tools.qemu_args,
			 "more arguments for QEMU"),
		OPT_FLAG('n', "dry-run", &dry_run, "print the command of the one CELL instead"),
		OPT_FLAG('g', "gdb", &gdb, "boot the one CELL here, waiting for gdb"),
		OPT_END
	};
	struct table table = { 0 };
	int status = STATUS_ERROR;

	if (!options_parse(defs, args, help, argc, argv))
		return STATUS_ERROR;
	if (dry_run || gdb)
		manual = dry_run ? MANUAL_DRY_RUN : MANUAL_GDB;
	if (table_read(&table, &tables, argv + optind) && run_prepare(&options, &table)) {
		if (manual) {
			status = boot_manually(&options, &table, manual);
		} else {
			catch_signals();
			status = run_and_report(&options, &table, &documents, add);
		}
	}
	table_free(&table);
	strv_free(&options.owned);
	end_by_signal();
	return status;
}

int cmd_run(int argc, char **argv)
{
	return run_or_boot(argc, argv, MANUAL_NONE, "[CELL...]",
			   "Boot cells on QEMU, judge them and report. CELL is a name or a "
			   "pattern; none means all.");
}

int cmd_shell(int argc, char **argv)
{
	return run_or_boot(argc, argv, MANUAL_SHELL,
			   "CELL", "Give a BusyBox shell in a cell.");
}

int cmd_lava(int argc, char **argv)
{
	return run_or_boot(argc, argv, MANUAL_LAVA, "CELL",
			   "Write what LAVA needs to boot a cell, REPORT/CELL/.");
}

int cmd_list(int argc, char **argv)
{
	struct table_options tables = { 0 };
	bool needs = false, rows = false;
	const struct option_def defs[] = {
		TABLE_OPTIONS(&tables),
		OPT_FLAG('n', "needs", &needs, "what the cells need: KERNEL, or KERNEL+INITRD"),
		OPT_FLAG('r', "rows", &rows, "machine and cell of each as rows of the tables"),
		OPT_END
	};
	struct table table = { 0 };
	bool ok;
	size_t i;

	if (!options_parse(defs, "[CELL...]", "List cells, or what they need.", argc, argv))
		return STATUS_ERROR;
	ok = table_read(&table, &tables, argv + optind);
	for (i = 0; ok && i < table.nr_cells; i++) {
		const struct cell *cell = &table.cells[i];

		if (rows) {
			machine_print(stdout, cell->machine);
			cell_print(stdout, cell);
		} else if (needs) {
			printf("%s%s%s\n", cell->kernel, *cell->initrd ? "+" : "", cell->initrd);
		} else {
			puts(cell->name);
		}
	}
	table_free(&table);
	return ok ? STATUS_PASS : STATUS_ERROR;
}
