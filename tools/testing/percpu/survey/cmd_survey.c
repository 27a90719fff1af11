// SPDX-License-Identifier: GPL-2.0-only
/* Tells on one screen what the boots of a kernel have shown. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "survey.h"

#define EXIT_TROUBLE	2

static const char usage[] =
	"Usage: percpu-qemu survey NAME IMAGE REPORT\n"
	"Tells on one screen what the boots of IMAGE in the directory REPORT have\n"
	"shown of a kernel called NAME: what it has and what it gets wrong.\n"
	"\n"
	"  -h, --help  print this help\n"
	"\n"
	"Exit status: 0 nothing wrong was seen, 1 something was, 2 usage or trouble,\n"
	"4 too little was seen to judge it.\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static int tell(const char *name, const char *image, const char *path)
{
	struct runs runs = { 0 };
	struct survey survey;
	int status = EXIT_TROUBLE;

	if (report_read(&runs.report, path)) {
		survey_read(&survey, &runs, image);
		survey_print(stdout, &survey, name);
		status = survey_exit_status(&survey);
		survey_free(&survey);
	}
	report_free(&runs.report);
	return status;
}

int cmd_survey(int argc, char **argv)
{
	int option;

	optind = 1;
	option = getopt_long(argc, argv, "h", options, NULL);

	if (option == 'h') {
		fputs(usage, stdout);
		return 0;
	}
	if (option != -1 || argc - optind != 3) {
		error("want a name, an Image and the directory of a report; try --help");
		return EXIT_TROUBLE;
	}
	return tell(argv[optind], argv[optind + 1], argv[optind + 2]);
}
