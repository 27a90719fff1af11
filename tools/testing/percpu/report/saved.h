/* SPDX-License-Identifier: GPL-2.0-only */
/* For the formats that are still written in C: results, and the files beside them. */
#ifndef SAVED_H
#define SAVED_H

#include "report.h"

struct runs {
	struct report report;
};

char *runs_file(const struct runs *runs, size_t i, const char *file);
double runs_started(const struct runs *runs);
char *fact_title(const struct ktap_fact *fact);

#endif
