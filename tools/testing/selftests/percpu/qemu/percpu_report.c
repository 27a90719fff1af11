// SPDX-License-Identifier: GPL-2.0-only
/* Writes what others read of the results: junit.xml, kcidb.json, index.html. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "junit.h"
#include "kcidb.h"
#include "page.h"
#include "util.h"

static const char usage[] =
	"Usage: percpu-report [-o DIR] RESULTS.json...\n"
	"Writes junit.xml, kcidb.json and index.html of the results of one run, or of\n"
	"several together, with the files of each cell beside its results.\n"
	"\n"
	"  -o, --output=DIR  write into DIR; default is the directory of the first file\n"
	"  -h, --help        print this help\n"
	"\n"
	"Exit status: 0 written, 2 usage or trouble.\n";

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
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

static bool report_runs(char **paths, const char *output)
{
	char *dir = output ? xasprintf("%s", output) : directory_of(*paths);
	struct runs runs = { 0 };
	bool ok = true;

	for (; *paths && ok; paths++)
		ok = runs_add(&runs, *paths);
	ok = ok && write_all(&runs, dir);
	runs_free(&runs);
	free(dir);
	return ok;
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
			fputs("Try 'percpu-report --help'\n", stderr);
			return 2;
		}
	}
	if (optind == argc) {
		error("no results.json given; try --help");
		return 2;
	}
	return report_runs(argv + optind, output) ? 0 : 2;
}
