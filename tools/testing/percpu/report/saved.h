/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps results as JSON: for a run that goes on, and for those who report it. */
#ifndef SAVED_H
#define SAVED_H

#include <jansson.h>

#include "report.h"

/**
 * struct runs - the results of one run, or of several together
 * @report: all results
 * @paths: for each of them the file it was read from, owned by the caller
 */
struct runs {
	struct report report;
	const char **paths;
};

bool json_write(json_t *json, const char *path);
bool saved_write(const struct report *report, const char *path);
bool saved_write_results(const struct report *report, const char *dir);
bool saved_read(struct report *report, const char *path);
bool saved_write_result(const struct result *result, const char *inputs, const char *path);
bool saved_read_result(struct report *report, const char *inputs, const char *path);
bool runs_add(struct runs *runs, const char *path);
char *runs_file(const struct runs *runs, size_t i, const char *file);
double runs_started(const struct runs *runs);
char *fact_title(const struct ktap_fact *fact);
void runs_free(struct runs *runs);

#endif
