// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "commands.h"
#include "options.h"
#include "report.h"
#include "util.h"

int cmd_report(int argc, char **argv)
{
	struct report report = { 0 };
	const char *output = NULL;
	bool silent = false;
	const struct option_def defs[] = {
		OPT_TEXT('o', "output", "DIR", &output, "write into DIR (the first REPORT)"),
		OPT_FLAG('s', "silent", &silent, "print no results; 0 if they are written"),
		OPT_END
	};
	int status = STATUS_ERROR;
	char **dir;

	if (!options_parse(defs, "REPORT...", "Judge all that belongs to these reports again, "
			   "and write one report of it.", argc, argv))
		return STATUS_ERROR;
	if (optind == argc) {
		error("want the directory of a report; try --help");
		return STATUS_ERROR;
	}
	output = output ? output : argv[optind];
	for (dir = argv + optind; *dir && report_read(&report, *dir); dir++)
		;
	if (!*dir && report_write(&report, output)) {
		if (!silent)
			report_print_summary(&report);
		status = silent ? STATUS_PASS : report_exit_status(&report);
	}
	report_free(&report);
	return status;
}
