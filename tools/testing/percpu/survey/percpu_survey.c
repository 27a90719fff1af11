// SPDX-License-Identifier: GPL-2.0-only
/* Tells on one screen what the boots of a kernel have shown. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "survey.h"

#define EXIT_TROUBLE	2

static const char usage[] =
	"Usage: percpu-survey NAME IMAGE RESULTS.json\n"
	"Tells on one screen what the boots of IMAGE in RESULTS.json, with the files of each\n"
	"beside it, have shown of a kernel called NAME: what it has and what it gets wrong.\n"
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

	if (runs_add(&runs, path)) {
		survey_read(&survey, &runs, image);
		survey_print(stdout, &survey, name);
		status = survey_exit_status(&survey);
		survey_free(&survey);
	}
	runs_free(&runs);
	if (fflush(stdout) || ferror(stdout)) {
		error("cannot write the standard output");
		status = EXIT_TROUBLE;
	}
	return status;
}

int main(int argc, char **argv)
{
	int option = getopt_long(argc, argv, "h", options, NULL);

	if (option == 'h') {
		fputs(usage, stdout);
		return 0;
	}
	if (option != -1 || argc - optind != 3) {
		error("want a name, an Image and results.json; try --help");
		return EXIT_TROUBLE;
	}
	return tell(argv[optind], argv[optind + 1], argv[optind + 2]);
}
