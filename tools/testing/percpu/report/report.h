/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A report is a directory. "contents" names what belongs to it, one a line: NAME is a
 * KTAP document NAME.ktap, or a cell with a directory NAME. All else is made from these.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

#include "judge.h"

struct report {
	struct result *results;	/* in the order in which they ended */
	size_t nr;
};

struct result *report_add(struct report *report, struct result *result);
bool report_add_document(struct report *report, const char *name, const char *path);
bool report_read(struct report *report, const char *dir);
bool report_clear(const char *dir);
bool report_write(const struct report *report, const char *dir);
bool report_write_json(const struct report *report, const char *path);
void report_print_summary(const struct report *report);
void report_print_verdict(const struct result *result);
int report_exit_status(const struct report *report);
void report_free(struct report *report);

#endif
