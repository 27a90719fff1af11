// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "options.h"
#include "report.h"
#include "util.h"

int cmd_judge(int argc, char **argv)
{
	const struct option_def defs[] = { OPT_END };
	struct report report = { 0 };
	struct result result;
	int status = STATUS_ERROR;
	char **dir;

	if (!options_parse(defs, "DIR...",
			   "Judge the directories of cells again, without a boot.", argc, argv))
		return STATUS_ERROR;
	for (dir = argv + optind; *dir && judge_dir(*dir, &result); dir++)
		report_print_verdict(report_add(&report, &result));
	if (optind == argc) {
		error("want the directory of a cell; try --help");
	} else if (!*dir) {
		report_print_summary(&report);
		status = report_exit_status(&report);
	}
	report_free(&report);
	return status;
}
