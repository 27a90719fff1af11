// SPDX-License-Identifier: GPL-2.0-only
/* Writes what others read of the results: junit.xml, kcidb.json, index.html. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "junit.h"
#include "kcidb.h"
#include "page.h"
#include "report.h"
#include "saved.h"
#include "util.h"

#define EXIT_TROUBLE	2

static const char usage[] =
	"Usage: percpu-report [-m] [-o DIR] RESULTS.json...\n"
	"Writes junit.xml, kcidb.json and index.html of the results of one run, or of\n"
	"several together, with the files of each cell beside its results.\n"
	"\n"
	"  -o, --output=DIR  write into DIR; default is the directory of the first file\n"
	"  -m, --merge       write results.json and results.ktap too, and tell and end as one\n"
	"                    run with all these results would have\n"
	"  -h, --help        print this help\n"
	"\n"
	"Exit status: 0 written, 2 usage or trouble; with --merge also 1 a test failed,\n"
	"4 nothing could run.\n";

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "merge", no_argument, NULL, 'm' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? xasprintf("%.*s", (int)(slash - path) + 1, path) : xasprintf(".");
}

static bool write_one(const struct runs *runs, const char *dir, const char *name,
		      bool (*write)(const struct runs *runs, const char *path))
{
	char *path = xasprintf("%s/%s", dir, name);
	bool ok = write(runs, path);

	free(path);
	return ok;
}

static bool write_all(const struct runs *runs, const char *dir)
{
	return make_dir(dir) && write_one(runs, dir, "junit.xml", junit_write) &&
	       write_one(runs, dir, "kcidb.json", kcidb_write) &&
	       write_one(runs, dir, "index.html", page_write);
}

/* The last line and the status are those of a run */
static int end_merge(const struct runs *runs, const char *dir)
{
	if (!saved_write_results(&runs->report, dir))
		return EXIT_TROUBLE;
	report_print_summary(&runs->report);
	return report_exit_status(&runs->report);
}

static int report_runs(char **paths, const char *output, bool merge)
{
	char *dir = output ? xasprintf("%s", output) : directory_of(*paths);
	struct runs runs = { 0 };
	int status = EXIT_TROUBLE;
	bool ok = true;

	for (; *paths && ok; paths++)
		ok = runs_add(&runs, *paths);
	if (ok && write_all(&runs, dir))
		status = merge ? end_merge(&runs, dir) : EXIT_SUCCESS;
	runs_free(&runs);
	free(dir);
	return status;
}

int main(int argc, char **argv)
{
	const char *output = NULL;
	bool merge = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "o:mh", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			output = optarg;
			break;
		case 'm':
			merge = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs("Try 'percpu-report --help'\n", stderr);
			return EXIT_TROUBLE;
		}
	}
	if (optind == argc) {
		error("no results.json given; try --help");
		return EXIT_TROUBLE;
	}
	status = report_runs(argv + optind, output, merge);
	if (fflush(stdout) || ferror(stdout)) {
		error("cannot write the standard output");
		status = EXIT_TROUBLE;
	}
	return status;
}
